/** One point in detail: its curve with how far back it goes, and how good its data was. A text has no curve. */
import { Segmented, Spin } from 'antd';
import { lazy, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePointHistory } from '../api/queries.ts';
import type { PointDefinition, PointHistory } from '../api/types.ts';
import { isBadCode } from '../live/point-state.ts';
import { readings, usePointState } from '../live/readings.ts';
import { isBadState, PointRemark, PointValue } from '../shared/point-value.tsx';
import { QueryState } from '../shared/query-state.tsx';
import { useFormat } from '../shared/use-format.ts';
import { toTrendPath } from '../trends/trend-address.ts';
import { QualityFacts } from './quality-facts.tsx';
import type { TailSample } from './trend-data.ts';

const MINUTE_MS = 60_000;
const RANGES = [
  { id: '15m', ms: 15 * MINUTE_MS },
  { id: '1h', ms: 60 * MINUTE_MS },
  { id: '6h', ms: 360 * MINUTE_MS },
  { id: '24h', ms: 1_440 * MINUTE_MS },
] as const;
type RangeId = (typeof RANGES)[number]['id'];
/** Values kept between two answers of the gateway, which come every minute. */
const MAX_TAIL = 600;

const TrendPlot = lazy(() => import('./trend-plot.tsx').then((module) => ({ default: module.TrendPlot })));

/** Give it the point's id as `key`: it belongs to one point. */
export function TrendPanel({ point }: { readonly point: PointDefinition }) {
  return (
    <div className="trend-panel" data-testid="trend-panel">
      {point.type === 'text' ? <TextNow point={point} /> : <Trend point={point} />}
      <QualityFacts point={point} />
    </div>
  );
}

function TextNow({ point }: { readonly point: PointDefinition }) {
  const { t } = useTranslation();
  const state = usePointState(point.id);
  return (
    <>
      <div className={`trend-now ${isBadState(state) ? 'is-bad' : ''}`}>
        <PointValue point={point} state={state} />
      </div>
      <PointRemark point={point} state={state} />
      <p className="hint">{t('pointQuality.noCurve')}</p>
    </>
  );
}

function Trend({ point }: { readonly point: PointDefinition }) {
  const { t } = useTranslation();
  const [range, setRange] = useState<RangeId>('1h');
  const rangeMs = RANGES.find(({ id }) => id === range)?.ms ?? 0;
  const query = usePointHistory(point.id, rangeMs);
  const tail = useTail(point.id);
  const state = usePointState(point.id);
  return (
    <>
      <div className="trend-head">
        <span className={`trend-now ${isBadState(state) ? 'is-bad' : ''}`}>
          <PointValue point={point} state={state} />
        </span>
        <span className="spread" />
        <Segmented
          value={range}
          onChange={setRange}
          data-testid="trend-range"
          options={RANGES.map(({ id }) => ({ value: id, label: t(`trend.range.${id}`) }))}
        />
      </div>
      <PointRemark point={point} state={state} />
      <Link className="quiet-link trend-open" to={toTrendPath([point.id])} data-testid="trend-open">
        {t('trends.open')}
      </Link>
      {query.data === undefined ? (
        <div className="trend-plot">
          <QueryState error={query.error} onRetry={() => void query.refetch()} />
        </div>
      ) : (
        <Curve point={point} history={query.data} tail={tail} rangeMs={rangeMs} />
      )}
    </>
  );
}

interface CurveProps {
  readonly point: PointDefinition;
  readonly history: PointHistory;
  readonly tail: readonly TailSample[];
  readonly rangeMs: number;
}

function Curve({ point, history, tail, rangeMs }: CurveProps) {
  const since = tail.filter(({ atMs }) => atMs > history.toMs);
  return (
    <>
      <Suspense fallback={<Spin className="trend-plot page-spinner" />}>
        <TrendPlot point={point} history={history} tail={since} rangeMs={rangeMs} />
      </Suspense>
      <Coverage history={history} />
    </>
  );
}

function Coverage({ history }: { readonly history: PointHistory }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { coveredFromMs, fromMs, samples } = history;
  if (coveredFromMs === null) return <p className="hint">{t('trend.nothing')}</p>;
  const remarks = [
    coveredFromMs > fromMs && t('trend.coveredFrom', { time: format.dateTime(coveredFromMs) }),
    samples.some(({ isGood, atMs }) => !isGood && atMs >= coveredFromMs) && t('trend.badHelp'),
    samples.some(({ min, max }) => min !== max) &&
      t('trend.bandHelp', { duration: format.wholeMinutes(history.bucketMs) }),
  ];
  return <p className="hint">{remarks.filter((remark) => remark !== false).join(' · ')}</p>;
}

/** What the stream tells of the point while somebody looks. */
function useTail(point: string): readonly TailSample[] {
  const [tail, setTail] = useState<readonly TailSample[]>([]);
  useEffect(() => {
    const take = () => {
      const state = readings.get(point);
      if (state?.receivedMs == null) return;
      const { receivedMs: atMs, qualityCode } = state;
      const sample = { atMs, qualityCode, value: isBadCode(qualityCode) ? null : state.value };
      setTail((known) =>
        (known.at(-1)?.atMs ?? 0) >= sample.atMs ? known : [...known.slice(1 - MAX_TAIL), sample],
      );
    };
    return readings.subscribe(point, take);
  }, [point]);
  return tail;
}
