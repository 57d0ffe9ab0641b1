/** Links as cards, for a phone. Order is the caller's. */
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Busy, GoodPoints, Latency, Reached } from './link-figures.tsx';
import { countBadFrames, type LinkRow } from './link-order.ts';
import { LinkReason, LinkState } from './link-state.tsx';
import { LinkName, type LinkRowsProps, toRowClass } from './link-table.tsx';
import { LinkWay } from './link-way.tsx';

export function LinkCards({ rows }: LinkRowsProps) {
  return (
    <div className="cards">
      {rows.map((row) => (
        <LinkCard key={row.link.link} row={row} />
      ))}
    </div>
  );
}

function LinkCard({ row }: { readonly row: LinkRow }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { link, quality } = row;
  return (
    // The card is a shortcut for a thumb; the link inside it serves the keyboard.
    <article
      className={`row-card ${toRowClass(row)}`}
      data-testid={`link-row-${link.link}`}
      onClick={() => void navigate(`/links/${link.link}`)}
    >
      <LinkName row={row} />
      <LinkWay link={link} />
      <LinkState link={link} />
      <LinkReason link={link} />
      <dl className="facts">
        <dt>{t('links.points')}</dt>
        <dd>
          <GoodPoints quality={quality} />
        </dd>
        {link.load !== null && (
          <>
            <dt>{t('links.busy')}</dt>
            <dd>
              <Busy link={link} />
            </dd>
            <dt>{t('links.reached')}</dt>
            <dd>
              <Reached link={link} />
            </dd>
            <dt>{t('links.latency')}</dt>
            <dd>
              <Latency link={link} />
            </dd>
          </>
        )}
      </dl>
      {link.load === null && <div className="hint">{t('links.pushed')}</div>}
      <Faults row={row} />
    </article>
  );
}

/** Only those that have occurred. */
function Faults({ row: { link } }: { readonly row: LinkRow }) {
  const { t } = useTranslation();
  const faults = [
    [t('links.timeouts'), link.counters['timeouts']],
    [t('links.exceptions'), link.counters['exceptions']],
    [t('links.badFrames'), countBadFrames(link)],
  ] as const;
  const shown = faults.filter(([, count]) => count !== null && count !== undefined && count > 0);
  if (shown.length === 0) return null;
  return (
    <div className="hint">
      {t('links.sinceStart')} {shown.map(([name, count]) => `${name} ${count}`).join(' · ')}
    </div>
  );
}
