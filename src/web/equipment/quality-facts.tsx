/** How good the data of one point was: in full beside its trend, as one mark in a list. */
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { PointDefinition } from '../api/types.ts';
import { toPercentText } from '../links/figures.ts';
import { useServerNow } from '../live/server-clock.ts';
import { zh } from '../locales/zh.ts';
import { useFormat } from '../shared/use-format.ts';
import {
  type PointQualityRow,
  type QualityMark,
  toMark,
  toReasons,
  useEquipmentQuality,
} from './point-quality.ts';

/** A value that rests for less says nothing. */
const TOLD_AFTER_MS = 60_000;

export function QualityFacts({ point }: { readonly point: PointDefinition }) {
  const { t } = useTranslation();
  const row = useEquipmentQuality(point.equipment).get(point.id);
  if (row === undefined) return null;
  return (
    <section className="quality-facts" data-testid="point-quality" aria-label={t('pointQuality.title')}>
      <Share
        label={t('pointQuality.hour')}
        ratio={row.goodRatioHour}
        isMarked={toMark(row)?.type === 'share'}
      />
      <Share label={t('pointQuality.start')} ratio={row.goodRatio} isMarked={false} />
      <LastGood row={row} />
      <Unchanged row={row} />
      <Reasons row={row} />
    </section>
  );
}

interface ShareProps {
  readonly label: string;
  /** null = just begun. */
  readonly ratio: number | null;
  readonly isMarked: boolean;
}

function Share({ label, ratio, isMarked }: ShareProps) {
  const { t } = useTranslation();
  return (
    <span className="quality-fact">
      <span className="hint">{label}</span>{' '}
      <span className={isMarked ? 'attention figures' : 'figures'}>
        {ratio === null ? t('common.none') : toPercentText(ratio)}
      </span>
    </span>
  );
}

function LastGood({ row }: { readonly row: PointQualityRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <span className="quality-fact">
      <span className="hint">{t('pointQuality.lastGood')}</span>{' '}
      {row.lastGoodMs === null ? (
        <span className="attention">{t('pointQuality.neverGood')}</span>
      ) : (
        <span className="figures">{format.dateTime(row.lastGoodMs)}</span>
      )}
    </span>
  );
}

function Unchanged({ row }: { readonly row: PointQualityRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const nowMs = useServerNow();
  const restsForMs = row.unchangedSinceMs === null ? 0 : nowMs - row.unchangedSinceMs;
  if (restsForMs < TOLD_AFTER_MS) return null;
  const duration = format.wholeMinutes(restsForMs);
  return (
    <span className="quality-fact">
      <span className="hint">{t('pointQuality.unchanged')}</span>{' '}
      <span className={row.isStuck ? 'attention figures' : 'figures'}>
        {t('pointQuality.since', { duration })}
      </span>
    </span>
  );
}

function Reasons({ row }: { readonly row: PointQualityRow }) {
  const { t } = useTranslation();
  const reasons = toReasons(row);
  if (reasons.length === 0) return null;
  const texts = reasons.map(({ reason, count }) =>
    t('pointQuality.reasonCount', { reason: toReasonText(t, reason), count }),
  );
  return (
    <span className="quality-fact">
      <span className="hint">{t('pointQuality.reasons')}</span>{' '}
      <span className="figures">{texts.join(t('common.separator'))}</span>
    </span>
  );
}

/** A reason that this page does not know yet is shown as it is. */
function toReasonText(t: TFunction, reason: string): string {
  return Object.hasOwn(zh.qualityReason, reason)
    ? t(`qualityReason.${reason}` as 'qualityReason.stale')
    : reason;
}

/** One word in a list; nothing for data that is good. */
export function QualityMarkTag({ mark }: { readonly mark: QualityMark | null }) {
  const { t } = useTranslation();
  if (mark === null) return null;
  return (
    <span className="quality-mark figures" data-testid="quality-mark" data-mark={mark.type}>
      {toMarkText(mark)}
    </span>
  );

  function toMarkText(of: QualityMark): string {
    switch (of.type) {
      case 'never-good':
        return t('pointQuality.neverGood');
      case 'stuck':
        return t('pointQuality.stuck');
      case 'share':
        return t('pointQuality.hourShort', { share: toPercentText(of.ratio) });
      default:
        return of satisfies never;
    }
  }
}
