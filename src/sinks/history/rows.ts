/** Rows of InfluxDB to readings and summaries. Pure. */
import { isBad } from '../../core/quality.ts';
import { createColumns } from '../../telemetry/history/columns.ts';
import type { ReadingColumns, Summary } from '../../telemetry/history/source.ts';
import { UNKNOWN_QUALITY } from '../../telemetry/history-view.ts';
import type { InfluxSeries } from '../influx-client.ts';

type Cell = InfluxSeries['values'][number][number] | undefined;

/**
 * A row is a value, a quality, or both; a reading that has no quality of its own has the one before. A bad reading is its
 * quality alone.
 * @param pages of `time, value, quality`, by time
 * @param before the quality that stood before the first row; null = not known
 */
export async function* readPages(
  pages: AsyncIterable<InfluxSeries>,
  before: Cell,
): AsyncGenerator<ReadingColumns> {
  let standing = toQuality(before) ?? UNKNOWN_QUALITY;
  for await (const { values } of pages) {
    const columns = createColumns(values.length);
    for (const [stampMs, value, quality] of values) {
      standing = toQuality(quality) ?? standing;
      const usable = toNumber(value);
      // A value is never bad: one that follows a bad reading without a quality has lost it.
      const own = Number.isNaN(usable) || !isBad(standing) ? standing : UNKNOWN_QUALITY;
      columns.add(Number(stampMs), usable, own);
    }
    yield columns.take();
  }
}

/** @param page of `time, min, max, mean, last, count, good`; the time is the beginning */
export function toSummaries({ values }: InfluxSeries, bucketMs: number): readonly Summary[] {
  return values.map(([startMs, min, max, mean, last, count, good]) => {
    const fromMs = Number(startMs);
    const usableMs = Math.round(bucketMs * (toNumber(good) || 0));
    return {
      fromMs,
      toMs: fromMs + bucketMs,
      count: toNumber(count) || 0,
      min: toNumber(min),
      max: toNumber(max),
      integral: usableMs === 0 ? 0 : toNumber(mean) * usableMs,
      usableMs,
      last: toNumber(last),
      lastQuality: UNKNOWN_QUALITY,
      worstQuality: UNKNOWN_QUALITY,
    };
  });
}

/** null where there is none. */
export function toQuality(cell: Cell): number | null {
  return typeof cell === 'number' && cell >= 0 && cell < UNKNOWN_QUALITY ? cell : null;
}

/** NaN where there is none. */
export function toNumber(cell: Cell): number {
  return typeof cell === 'number' ? cell : Number.NaN;
}
