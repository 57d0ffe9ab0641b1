/** Points with their quality figures as cards, for a phone. */
import { useTranslation } from 'react-i18next';
import { LastGood, Now, PointLink, Reasons, Share, Unchanged } from './quality-cells.tsx';
import type { PointQualityRow } from './quality-queries.ts';
import type { QualityRowsProps } from './quality-table.tsx';
import { toReasons } from './quality-words.ts';

export function QualityCards({ rows }: QualityRowsProps) {
  return (
    <div className="cards">
      {rows.map((row) => (
        <QualityCard key={row.point} row={row} />
      ))}
    </div>
  );
}

function QualityCard({ row }: { readonly row: PointQualityRow }) {
  const { t } = useTranslation();
  return (
    <article className="row-card" data-testid={`quality-row-${row.point}`}>
      <PointLink row={row} />
      <Now row={row} />
      <dl className="facts">
        {!row.isNeverGood && <Shares row={row} />}
        <dt>{t('dataQuality.lastGood')}</dt>
        <dd>
          <LastGood row={row} />
        </dd>
        {row.unchangedSinceMs !== null && (
          <>
            <dt>{t('dataQuality.unchanged')}</dt>
            <dd>
              <Unchanged row={row} />
            </dd>
          </>
        )}
        {row.sentinels > 0 && (
          <>
            <dt>{t('dataQuality.sentinels')}</dt>
            <dd className="figures">{t('dataQuality.times', { count: row.sentinels })}</dd>
          </>
        )}
        {toReasons(row).length > 0 && (
          <>
            <dt>{t('dataQuality.reasons')}</dt>
            <dd>
              <Reasons row={row} />
            </dd>
          </>
        )}
      </dl>
    </article>
  );
}

/** Left out where they are zero by nature. */
function Shares({ row: { goodRatio, goodRatioHour } }: { readonly row: PointQualityRow }) {
  const { t } = useTranslation();
  return (
    <>
      <dt>{t('dataQuality.goodHourShort')}</dt>
      <dd>
        <Share ratio={goodRatioHour} label={t('dataQuality.goodHour')} />
      </dd>
      <dt>{t('dataQuality.goodStartShort')}</dt>
      <dd>
        <Share ratio={goodRatio} label={t('dataQuality.goodStart')} />
      </dd>
    </>
  );
}
