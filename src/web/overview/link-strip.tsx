/** Health of every link: state, since when, and why it is not online. */
import { Tooltip } from 'antd';
import { useTranslation } from 'react-i18next';
import { useLinks } from '../api/queries.ts';
import type { LinkStatus } from '../api/types.ts';
import { useServerNow } from '../live/server-clock.ts';
import { useFormat } from '../shared/use-format.ts';

export function LinkStrip() {
  const { t } = useTranslation();
  const links = useLinks().data?.items;
  if (links === undefined) return null;
  return (
    <section className="link-strip" aria-label={t('overview.links')}>
      <span className="hint">{t('overview.links')}</span>
      {links.map((link) => (
        <LinkChip key={link.link} link={link} />
      ))}
    </section>
  );
}

function LinkChip({ link }: { readonly link: LinkStatus }) {
  const { t } = useTranslation();
  const format = useFormat();
  const isWell = link.state === 'online';
  return (
    <Tooltip title={`${link.protocol}${link.reason === null ? '' : ` · ${link.reason}`}`}>
      <span
        className={`link-chip link-${link.state}`}
        data-testid={`link-${link.link}`}
        data-state={link.state}
      >
        <i aria-hidden /> {format.text(link.name)} <b>{t(`link.${link.state}`)}</b>
        {!isWell && <Since sinceMs={link.sinceMs} />}
      </span>
    </Tooltip>
  );
}

function Since({ sinceMs }: { readonly sinceMs: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="hint">{t('link.since', { duration: format.duration(useServerNow() - sinceMs) })}</span>
  );
}
