/** Where buckets begin, how many a range has, and which size fits it. Pure. */
import { assert } from '../../core/assert.ts';
import { BUCKET_SIZES_MS } from '../history-view.ts';

const DAY_MS = 24 * 3_600_000;

/** The beginning of the bucket that the instant lies in, UTC ms. */
export function toBucketStart(atMs: number, bucketMs: number): number {
  return Math.floor(atMs / bucketMs) * bucketMs;
}

/** Buckets that a range touches. */
export function countBuckets(fromMs: number, toMs: number, bucketMs: number): number {
  return Math.ceil((toMs - toBucketStart(fromMs, bucketMs)) / bucketMs);
}

/**
 * The smallest size that fits; beyond the largest its doubles.
 * @param maxBuckets at least 1
 * @param finestMs least size that can be answered; 0 = any
 */
export function toBucketMs(fromMs: number, toMs: number, maxBuckets: number, finestMs = 0): number {
  assert(fromMs < toMs && maxBuckets >= 1, 'a range has a length and its curve a point');
  const fits = (bucketMs: number): boolean =>
    bucketMs >= finestMs && countBuckets(fromMs, toMs, bucketMs) <= maxBuckets;
  const found = BUCKET_SIZES_MS.find(fits);
  if (found !== undefined) return found;
  let bucketMs = 14 * DAY_MS;
  // A bucket that is longer than all times until `toMs` fits; only a range across 1970 needs a second one.
  while (!fits(bucketMs) && bucketMs < Math.max(Math.abs(fromMs), toMs)) bucketMs *= 2;
  return bucketMs;
}
