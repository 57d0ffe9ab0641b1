/** Rows of InfluxDB to readings and summaries. Pure. */
import { GOOD, isBad } from '../../core/quality.ts';
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

/**
 * A roll-up that was written again keeps fields that it no longer has: without usable time no value counts, and one that
 * stands at the end lies between the least and the greatest.
 * @param page of `time, min, max, mean, last, count, good, worst`; the time is the beginning
 */
export function toSummaries({ values }: InfluxSeries, bucketMs: number): readonly Summary[] {
  return values.map(([startMs, ...cells]) => {
    const fromMs = Number(startMs);
    const [least, greatest, mean, end, count, good] = cells.map(toNumber);
    const usableMs = Math.round(bucketMs * (good || 0));
    const isUsable = usableMs > 0;
    const min = isUsable ? (least ?? Number.NaN) : Number.NaN;
    const max = isUsable ? (greatest ?? Number.NaN) : Number.NaN;
    const last = end !== undefined && end >= min && end <= max ? end : Number.NaN;
    const worstQuality = toQuality(cells[6]) ?? UNKNOWN_QUALITY;
    return {
      fromMs,
      toMs: fromMs + bucketMs,
      count: count || 0,
      min,
      max,
      integral: isUsable ? (mean ?? Number.NaN) * usableMs : 0,
      usableMs,
      last,
      // Where all was good, so is what stands at the end; else it may be anything up to the worst.
      lastQuality: worstQuality === GOOD ? GOOD : UNKNOWN_QUALITY,
      worstQuality,
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
