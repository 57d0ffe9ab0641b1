/** State of a link, since when, and why. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

export function LinkState({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  return (
    <span className="link-state">
      <span className={`tag link-tag link-tag-${link.state}`} data-state={link.state}>
        <i aria-hidden /> {t(`link.${link.state}`)}
      </span>
      <Since sinceMs={link.sinceMs} />
    </span>
  );
}

/** As the gateway logs it: an address, an error of the operating system, a silent unit. Nothing where all is well. */
export function LinkReason({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  if (link.reason === null) return null;
  return (
    <span className="link-reason" title={t('links.reasonHelp')}>
      {link.reason}
    </span>
  );
}

function Since({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const duration = format.wholeMinutes(useServerNow() - sinceMs);
  return (
    <span className="hint figures" title={format.dateTime(sinceMs)}>
      {t('links.since', { duration })}
    </span>
  );
}
