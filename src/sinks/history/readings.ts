/** Single readings of a point out of InfluxDB, the quality that stood before them, and how many there are at least. */
import type { ReadingColumns, SourceQuery } from '../../telemetry/history/source.ts';
import type { SelectResult } from '../influx-management.ts';
import type { HistoryPoint } from '../sink.ts';
import { isWithoutPlace } from './first-times.ts';
import type { InfluxView } from './influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { readPages, toNumber, toQuality } from './rows.ts';
import { readSlices } from './slices.ts';
import { HOURS } from './statements.ts';

export async function* readings(view: InfluxView, query: SourceQuery): AsyncGenerator<ReadingColumns> {
  const point = view.points[query.point];
  if (point === undefined || point.type === 'text') return;
  const { statements, management } = view;
  const { fromMs, toMs, signal } = query;
  const quality = await findQuality(view, point, fromMs, signal);
  const select = statements.readings(point);
  yield* readPages(readSlices(management, { select, fromMs, toMs, signal }), quality);
}

/** The last one written before the instant; null = there is none. */
export async function findQuality(
  { management, statements }: InfluxView,
  point: HistoryPoint,
  beforeMs: number,
  signal: AbortSignal,
): Promise<number | null> {
  const { series } = await management.select(statements.qualityBefore(point, beforeMs), { rows: 1, signal });
  return toQuality(series[0]?.values.at(-1)?.[1]);
}

/** In the first hours of the range, or in the roll-ups of it: counting all would take as long as reading. */
export async function countAtLeast(view: InfluxView, query: SourceQuery): Promise<number> {
  const point = view.points[query.point];
  if (point === undefined || point.type === 'text') return 0;
  const { management, statements } = view;
  const { fromMs, signal } = query;
  const limits = { rows: 1, signal };
  const toMs = Math.min(query.toMs, fromMs + INFLUX_HISTORY_LIMITS.countedMs);
  const asked = [management.select(statements.count(point, fromMs, toMs), limits)];
  const { bucketMs } = HOURS;
  const [firstMs, endMs] = [
    Math.ceil(fromMs / bucketMs) * bucketMs,
    Math.floor(query.toMs / bucketMs) * bucketMs,
  ];
  if (view.hasRollups && firstMs < endMs) {
    const statement = statements.countRollups(point, HOURS, firstMs, endMs);
    asked.push(management.select(statement, limits).catch(nothingWithoutPlace));
  }
  const answers = await Promise.all(asked);
  const counts = answers.flatMap(({ series }) => series.flatMap(({ values: [row] }) => row?.slice(1) ?? []));
  return Math.max(0, ...counts.map((count) => toNumber(count) || 0));
}

function nothingWithoutPlace(error: unknown): SelectResult {
  if (isWithoutPlace(error)) return { series: [], isCut: false };
  throw error;
}
