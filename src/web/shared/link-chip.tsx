/** One link: name, state, and since when where it is not online; leads to its page. */
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { LinkStatus } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from './use-format.ts';
import { useReasonText } from './use-reason-text.ts';

export function LinkChip({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isWell = link.state === 'online';
  const reason = useReasonText()(link);
  return (
    <Tooltip title={`${link.protocol}${reason === null ? '' : ` · ${reason}`}`}>
      <Link
        to={`/links/${link.link}`}
        className={`link-chip link-${link.state}`}
        data-testid={`link-${link.link}`}
        data-state={link.state}
      >
        <i aria-hidden /> {format.text(link.name)} <b>{t(`link.${link.state}`)}</b>
        {!isWell && <Since sinceMs={link.sinceMs} />}
      </Link>
    </Tooltip>
  );
}

function Since({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="hint figures">
      {t('link.since', { duration: format.duration(useServerNow() - sinceMs) })}
    </span>
  );
}
