/** Numbers as they are published: never a mean without how many, the median, the 90th percentile and the greatest. */
import { type CellSum, toBinMs } from './cell.ts';

export interface Summary {
  readonly n: number;
  /** null where n = 0. */
  readonly mean: number | null;
  /** Nearest rank, as are all percentiles. */
  readonly median: number | null;
  readonly p90: number | null;
  readonly max: number | null;
}

export const NO_SUMMARY: Summary = { n: 0, mean: null, median: null, p90: null, max: null };

/** @param zeros so many further values are 0 */
export function summarise(values: readonly number[], zeros = 0): Summary {
  const n = values.length + zeros;
  if (n === 0) return NO_SUMMARY;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (ratio: number): number => sorted[Math.ceil(n * ratio) - 1 - zeros] ?? 0;
  const sum = sorted.reduce((total, value) => total + value, 0);
  return { n, mean: sum / n, median: at(0.5), p90: at(0.9), max: sorted.at(-1) ?? 0 };
}

/** Mean and greatest are exact, median and 90th percentile those of the bins: within 4.5 %, below a second 500 ms. */
export function summariseAcknowledgements(sum: CellSum): Summary {
  const { acknowledged: n, acknowledgeMs, acknowledgeBins: bins, acknowledgeMaxMs: max } = sum;
  if (n === 0) return NO_SUMMARY;
  const ascending = [...bins].toSorted(([a], [b]) => a - b);
  const at = (ratio: number): number => {
    let left = Math.ceil(n * ratio);
    for (const [bin, count] of ascending) {
      left -= count;
      if (left <= 0) return Math.min(max, toBinMs(bin));
    }
    return max;
  };
  return { n, mean: acknowledgeMs / n, median: at(0.5), p90: at(0.9), max };
}
