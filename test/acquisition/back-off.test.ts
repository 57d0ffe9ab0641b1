/** Pauses between attempts to connect. */
import { expect, it } from 'vitest';
import { BackOff } from '../../src/acquisition/back-off.ts';

it('doubles from 0.5 s to 30 s and begins anew after success', () => {
  const backOff = new BackOff(() => 0);
  expect(Array.from({ length: 8 }, () => backOff.next())).toEqual([
    500, 1e3, 2e3, 4e3, 8e3, 16e3, 30e3, 30e3,
  ]);
  backOff.reset();
  expect(backOff.next()).toBe(500);
});

it('is shortened by up to a quarter, so that links do not come back together', () => {
  const backOff = new BackOff(() => 0.5);
  expect(backOff.next()).toBe(437.5);
  expect(new BackOff(() => 0.999_999).next()).toBeGreaterThanOrEqual(375);
});
