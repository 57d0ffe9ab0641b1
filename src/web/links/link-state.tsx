/** State of a link, since when, and why. */
import { useTranslation } from 'react-i18next';
import type { LinkStatus } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';
import { useReasonText } from '../shared/use-reason-text.ts';

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

/** Why it is not online, each way to the device by itself; the sentence of the log stands behind it. Nothing where all is well. */
export function LinkReason({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  const toReason = useReasonText();
  const reason = toReason(link);
  if (reason === null) return null;
  return (
    <span className="link-reason" title={t('links.reasonHelp', { reason: link.reason })}>
      {reason}
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
