/** What somebody must know to read the picture: what one step stands for, what is missing, since when anything is known. */
import { useTranslation } from 'react-i18next';
import { useFormat } from '../shared/use-format.ts';
import type { Curve } from './curve.ts';
import { MissingAlert } from './missing-alert.tsx';
import type { Window } from './window.ts';

interface TrendRemarksProps {
  readonly curves: readonly Curve[];
  readonly window: Window;
}

const MINUTE_MS = 60_000;
const LEVELS = ['uncertain', 'bad', 'unknown'] as const;

export function TrendRemarks({ curves, window }: TrendRemarksProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (curves.length === 0) return null;
  const covered = curves.flatMap(({ history }) => history.coveredFromMs ?? []);
  const firstMs = covered.length === 0 ? null : Math.min(...covered);
  const levels = new Set(
    curves.flatMap(({ series }) =>
      series.quality
        .filter(({ fromMs, toMs }) => toMs > window.fromMs && fromMs < window.toMs)
        .map(({ level }) => level),
    ),
  );
  const bucketMs = Math.max(...curves.map(({ history }) => history.bucketMs));
  const step = bucketMs < MINUTE_MS ? format.duration(bucketMs) : format.wholeMinutes(bucketMs);
  return (
    <>
      <MissingAlert reasons={curves.flatMap(({ history }) => history.missingReasons)} />
      <p className="hint trend-remarks">
        <span data-testid="trend-bucket" data-bucket={bucketMs}>
          {bucketMs === 0 ? t('trends.raw') : t('trends.bucket', { duration: step })}
        </span>
        {LEVELS.filter((level) => levels.has(level)).map((level) => (
          <span key={level} className="trend-key">
            <svg width={22} height={10} aria-hidden>
              <rect className={`strip-${level}`} width={22} height={10} fill={`url(#trend-${level})`} />
            </svg>{' '}
            {t(`trends.levelHelp.${level}`)}
          </span>
        ))}
        {firstMs === null && <span>{t('trends.nothing')}</span>}
        {firstMs !== null && firstMs > window.fromMs && (
          <span>{t('trends.coveredFrom', { time: format.dateTime(firstMs) })}</span>
        )}
      </p>
    </>
  );
}
