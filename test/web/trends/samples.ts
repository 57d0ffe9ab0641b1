/** Histories in a few words, for tests of what the page of trends makes of them. */
import type { PointHistory } from '../../../src/web/api/types.ts';

type Sample = PointHistory['samples'][number];

export function toReading(atMs: number, value: number | null, quality = value === null ? 129 : 0): Sample {
  return {
    atMs,
    min: value,
    max: value,
    mean: value,
    last: value,
    isGood: value !== null,
    quality,
    count: 1,
  };
}

export function toBucket(
  atMs: number,
  [min, mean, max]: readonly [number, number, number],
  last = mean,
): Sample {
  return { atMs, min, max, mean, last, isGood: true, quality: 0, count: 9 };
}

export function toHistory(samples: Sample[], given: Partial<PointHistory> = {}): PointHistory {
  return {
    point: 'unit/level',
    unit: 'm',
    fromMs: 0,
    toMs: 100,
    coveredFromMs: 0,
    bucketMs: 0,
    missing: null,
    missingReasons: [],
    samples,
    ...given,
  };
}
