/** Single figures of a point's data quality, the same in table and card. */
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { toPercentText, toShareTone } from '../links/figures.ts';
import { toPointPath } from '../links/plan-words.ts';
import { RatioBar } from '../links/ratio-bar.tsx';
import { useEquipmentName } from '../links/use-names.ts';
import { useServerNow } from '../live/server-clock.ts';
import { zhLinks } from '../locales/zh-links.ts';
import { useFormat } from '../shared/use-format.ts';
import type { PointQualityRow } from './quality-queries.ts';
import { toReasons } from './quality-words.ts';

interface RowProps {
  readonly row: PointQualityRow;
}

/** The point, leading to its equipment. */
export function PointLink({ row: { point, equipment, text } }: RowProps) {
  const format = useFormat();
  const toEquipmentName = useEquipmentName();
  return (
    <>
      <Link className="row-link" to={toPointPath(point)} data-testid={`quality-point-${point}`}>
        {format.text(text)}
      </Link>
      <div className="hint">{toEquipmentName(equipment)}</div>
    </>
  );
}

/** Present quality, and that the value rests for too long although it is good. */
export function Now({ row: { quality, qualityText, isStuck } }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="quality-now">
      <span className={`tag quality-tag-${quality}`} data-quality={quality}>
        {format.text(qualityText)}
      </span>
      {isStuck && quality === 'good' && <span className="attention">{t('dataQuality.stuck')}</span>}
    </span>
  );
}

/** @param ratio null = watched for too short a time */
export function Share({ ratio, label }: { readonly ratio: number | null; readonly label: string }) {
  const { t } = useTranslation();
  if (ratio === null) return <span className="hint">{t('common.none')}</span>;
  return <RatioBar ratio={ratio} tone={toShareTone(ratio)} label={`${label} ${toPercentText(ratio)}`} />;
}

/** @param atMs null = never since start */
export function LastGood({ row: { lastGoodMs, quality } }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (lastGoodMs === null) return <span className="attention">{t('dataQuality.never')}</span>;
  return (
    <span className={quality === 'good' ? 'figures hint' : 'figures'}>{format.dateTime(lastGoodMs)}</span>
  );
}

export function Unchanged({ row: { unchangedSinceMs, isStuck } }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  if (unchangedSinceMs === null) return <span className="hint">{t('common.none')}</span>;
  return (
    <span className={isStuck ? 'figures attention' : 'figures'} title={format.dateTime(unchangedSinceMs)}>
      {format.wholeMinutes(nowMs - unchangedSinceMs)}
    </span>
  );
}

export function Reasons({ row }: RowProps) {
  const { t } = useTranslation();
  const reasons = toReasons(row);
  if (reasons.length === 0) return <span className="hint">{t('common.none')}</span>;
  return (
    <span className="quality-reasons">
      {reasons.map(([reason, count]) => (
        <span key={reason}>
          {t('dataQuality.reasonCount', {
            reason: isKnown(reason) ? t(`qualityReason.${reason}`) : reason,
            count,
          })}
        </span>
      ))}
    </span>
  );
}

function isKnown(reason: string): reason is keyof typeof zhLinks.qualityReason {
  return Object.hasOwn(zhLinks.qualityReason, reason);
}
