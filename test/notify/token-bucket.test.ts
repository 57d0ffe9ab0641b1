/** The rate of a channel. */
import { expect, test } from 'vitest';
import { createTokenBucket } from '../../src/notify/token-bucket.ts';

const RATE = { perMinute: 6, burst: 6, reservedRatio: 1 / 3 };

test('the share kept for emergencies is not taken by others', () => {
  const bucket = createTokenBucket(RATE, 0);
  const taken = Array.from({ length: 6 }, () => bucket.take(false, 0));
  expect(taken).toEqual([true, true, true, true, false, false]);
  expect([bucket.take(true, 0), bucket.take(true, 0), bucket.take(true, 0)]).toEqual([true, true, false]);
});

test('it fills with time, and says when the next one is there', () => {
  const bucket = createTokenBucket(RATE, 0);
  for (let count = 0; count < 6; count += 1) bucket.take(true, 0);
  expect(bucket.nextMs(true, 0)).toBe(10_000);
  expect(bucket.take(true, 9_999)).toBe(false);
  expect(bucket.take(true, 10_000)).toBe(true);
});

test('a burst of one still lets others through', () => {
  expect(createTokenBucket({ perMinute: 1, burst: 1, reservedRatio: 1 / 3 }, 0).take(false, 0)).toBe(true);
});

test('it holds no more than its burst, however long it was quiet', () => {
  const bucket = createTokenBucket(RATE, 0);
  const taken = Array.from({ length: 10 }, () => bucket.take(true, 86_400_000)).filter(Boolean);
  expect(taken).toHaveLength(6);
});
