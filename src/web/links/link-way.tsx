/** How a link is connected: transport, place, setting of the bus, framing. What a technician compares with the cabinet. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import { zhLinks } from '../locales/zh-links.ts';

type Way = NonNullable<LinkStatus['way']>;
type KnownTransport = keyof typeof zhLinks.transport;

/** The point stays with what stands before it. */
const JOINT = '\u00a0· ';

/** Nothing where the protocol does not say. */
export function LinkWay({ link: { way } }: { readonly link: LinkStatus }) {
  const toFacts = useFacts();
  if (way === null) return null;
  return (
    <div className="link-way" data-testid="link-way">
      {toFacts(way).join(JOINT)}
    </div>
  );
}

/** `TCP 10.0.0.5:502`, `MBAP`; `DTU 主动上线`, `注册包 DTU0001`, `本机监听 0.0.0.0:9000`, `9600 8N1`, `RTU`. */
function useFacts(): (way: Way) => readonly string[] {
  const { t } = useTranslation();
  return ({ transport, registration, ends: [first = '', backup], line, framing }) => {
    const name = isKnown(transport) ? t(`transport.${transport}`) : transport;
    const place =
      registration === null
        ? [`${name} ${first}`]
        : [name, t('links.registration', { registration }), t('links.listensAt', { place: first })];
    const second = backup === undefined ? null : t('links.backup', { place: backup });
    const setting = line?.replaceAll(' ', '\u00a0') ?? null;
    return [...place, second, setting, framing?.toUpperCase() ?? null].filter((fact) => fact !== null);
  };
}

function isKnown(transport: string): transport is KnownTransport {
  return Object.hasOwn(zhLinks.transport, transport);
}
