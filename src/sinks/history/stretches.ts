/**
 * A stretch of a point out of InfluxDB for buckets: roll-ups where the range has whole ones, readings at its ends, and where a
 * roll-up is missing.
 */
import { defined } from '../../core/assert.ts';
import { isBad } from '../../core/quality.ts';
import type { ReadingColumns, SourceQuery, Summary } from '../../telemetry/history/source.ts';
import { UNKNOWN_QUALITY } from '../../telemetry/history-view.ts';
import type { FirstTimes } from './first-times.ts';
import type { InfluxView } from './influx-source.ts';
import { INFLUX_HISTORY_LIMITS } from './limits.ts';
import { findQuality, readings } from './readings.ts';
import { toSummaries } from './rows.ts';
import { readSlices } from './slices.ts';
import { ROLLUPS, type Rollup } from './statements.ts';

export async function* stretches(
  view: InfluxView,
  firstTimes: FirstTimes,
  query: SourceQuery,
  bucketMs: number,
): AsyncGenerator<ReadingColumns | Summary> {
  const rollup = view.hasRollups ? await chooseRollup(firstTimes, query, bucketMs) : null;
  let before: Summary | null = null;
  const summaries = rollup === null ? [] : readRollups(view, query, rollup);
  for await (const summary of summaries) {
    yield* fill(view, query, before, summary.fromMs);
    before = summary;
  }
  yield* fill(view, query, before, query.toMs);
}

/** A roll-up, and the readings between it and the next one. */
async function* fill(
  view: InfluxView,
  query: SourceQuery,
  before: Summary | null,
  toMs: number,
): AsyncGenerator<ReadingColumns | Summary> {
  const fromMs = before?.toMs ?? query.fromMs;
  const hasReadings = fromMs < toMs;
  if (before !== null) yield hasReadings ? await withEnd(view, query, before) : before;
  if (hasReadings) yield* readings(view, { ...query, fromMs, toMs });
}

/** What stands at the end of the roll-up stands on until the first reading: with the quality that it has. */
async function withEnd(view: InfluxView, { point, signal }: SourceQuery, summary: Summary): Promise<Summary> {
  if (summary.lastQuality !== UNKNOWN_QUALITY) return summary;
  const asked = defined(view.points[point], 'a point of the table');
  const quality = (await findQuality(view, asked, summary.toMs, signal)) ?? UNKNOWN_QUALITY;
  const isGap = isBad(quality) && quality !== UNKNOWN_QUALITY;
  if (isGap && summary.usableMs < summary.toMs - summary.fromMs)
    return { ...summary, last: Number.NaN, lastQuality: quality };
  return isGap || Number.isNaN(summary.last) ? summary : { ...summary, lastQuality: quality };
}

/** The coarsest that buckets are made of: the fewest rows. null = readings it is. */
async function chooseRollup(
  firstTimes: FirstTimes,
  { point, toMs, signal }: SourceQuery,
  bucketMs: number,
): Promise<Rollup | null> {
  const { rollupMs } = await firstTimes.find(point, signal);
  return (
    ROLLUPS.findLast((one, at) => bucketMs % one.bucketMs === 0 && defined(rollupMs[at], 'a first') < toMs) ??
    null
  );
}

async function* readRollups(
  { statements, management, points }: InfluxView,
  { point, fromMs, toMs, signal }: SourceQuery,
  rollup: Rollup,
): AsyncGenerator<Summary> {
  const { bucketMs } = rollup;
  const startMs = Math.ceil(fromMs / bucketMs) * bucketMs;
  const endMs = Math.floor(toMs / bucketMs) * bucketMs;
  if (startMs >= endMs) return;
  const select = statements.rollups(defined(points[point], 'a point of the table'), rollup);
  // There is at most one for each bucket.
  const firstSliceMs = INFLUX_HISTORY_LIMITS.sliceRows * bucketMs;
  const pages = readSlices(management, { select, fromMs: startMs, toMs: endMs, signal, firstSliceMs });
  for await (const page of pages) yield* toSummaries(page, bucketMs);
}
