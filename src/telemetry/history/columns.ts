/** Gathers readings of one point into columns of exactly their number. */
import { HISTORY_LIMITS } from './limits.ts';
import type { ReadingColumns } from './source.ts';

/** Portions of several readings made of single ones. */
export interface ColumnsBuilder {
  readonly count: number;
  readonly isFull: boolean;
  add(stampMs: number, value: number, quality: number): void;
  /** The readings so far; it begins anew. */
  take(): ReadingColumns;
  readonly lastStampMs: number;
}

export function createColumns(capacity: number = HISTORY_LIMITS.portionReadings): ColumnsBuilder {
  let count = 0;
  let lastStampMs = Number.NEGATIVE_INFINITY;
  const stamps = new Float64Array(capacity);
  const values = new Float64Array(capacity);
  const qualities = new Uint8Array(capacity);
  return {
    get count() {
      return count;
    },
    get isFull() {
      return count === capacity;
    },
    get lastStampMs() {
      return lastStampMs;
    },
    add(stampMs, value, quality) {
      stamps[count] = stampMs;
      values[count] = value;
      qualities[count] = quality;
      lastStampMs = stampMs;
      count++;
    },
    take() {
      const taken = {
        count,
        stampMs: stamps.slice(0, count),
        value: values.slice(0, count),
        quality: qualities.slice(0, count),
      };
      count = 0;
      return taken;
    },
  };
}
