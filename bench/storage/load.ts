/**
 * What is stored in a benchmark of storage: slow analogue values with one decimal, each read once a second with some jitter,
 * in batches as a poll brings them. The same seed gives the same readings.
 */
import { type ReadingBatch, ReadingBatchBuilder } from '../../src/core/reading.ts';
import { createRandom } from '../children/field.ts';

/** Readings of one batch: what one request brings. */
export const BATCH_READINGS = 100;
export const LOAD_START_MS = 1_700_000_000_000;
const SECOND_MS = 1_000;
/** A poll comes so much earlier or later. */
const JITTER_MS = 5;
/** A value changes with every reading, by so many tenths at the most: a reading that changes nothing is not stored. */
const MAX_STEP = 2;
const START_TENTHS = 215;

export interface Load {
  readonly points: number;
  /** All points once, in batches of at most `BATCH_READINGS`. @param atMs time of the cycle; null = that of the load */
  cycle(second: number, atMs: number | null): Generator<ReadingBatch>;
}

export function createLoad(points: number, seed = 1): Load {
  const random = createRandom(seed);
  const tenths = new Int32Array(points).fill(START_TENTHS);
  return {
    points,
    *cycle(second, atMs) {
      for (let from = 0; from < points; from += BATCH_READINGS) {
        const to = Math.min(points, from + BATCH_READINGS);
        const builder = new ReadingBatchBuilder(1, to - from);
        const jitterMs = Math.round((2 * random() - 1) * JITTER_MS);
        const receivedMs = atMs ?? LOAD_START_MS + second * SECOND_MS + jitterMs;
        for (let point = from; point < to; point++) {
          const step = Math.ceil(random() * MAX_STEP);
          tenths[point] = (tenths[point] as number) + (random() < 0.5 ? -step : step);
          builder.add(point, (tenths[point] as number) / 10, 0, receivedMs);
        }
        yield builder.finish(performance.now());
      }
    },
  };
}
