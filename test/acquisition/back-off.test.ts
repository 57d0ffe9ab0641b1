/** Pauses between attempts to connect. */
import { expect, it } from 'vitest';
import { BackOff } from '../../src/acquisition/back-off.ts';

const MINUTE_MS = 60_000;

it('grows from 0.5 s to 1.5 s while the outage is young, and begins anew after success', () => {
  const backOff = new BackOff(() => 0);
  expect([0, 1, 2, 3, 4].map((minute) => backOff.next(minute * MINUTE_MS))).toEqual([
    500, 1_000, 1_500, 1_500, 1_500,
  ]);
  backOff.reset();
  expect(backOff.next(0)).toBe(500);
});

it('grows to 15 s from the tenth minute on, whenever the outage began', () => {
  const backOff = new BackOff(() => 0);
  const startMs = 90 * MINUTE_MS;
  for (let attempt = 0; attempt < 4; attempt++) backOff.next(startMs);
  expect(backOff.next(startMs + 10 * MINUTE_MS - 1)).toBe(1_500);
  const later = Array.from({ length: 5 }, () => backOff.next(startMs + 10 * MINUTE_MS));
  expect(later).toEqual([3_000, 6_000, 12_000, 15_000, 15_000]);
  backOff.reset();
  expect([backOff.next(200 * MINUTE_MS), backOff.next(200 * MINUTE_MS)]).toEqual([500, 1_000]);
});

it('is shortened by up to a quarter, so that links do not come back together', () => {
  expect(new BackOff(() => 0.5).next(0)).toBe(437.5);
  expect(new BackOff(() => 0.999_999).next(0)).toBeGreaterThanOrEqual(375);
});
