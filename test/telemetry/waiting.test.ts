/** The age of the oldest reading that is not durable, and the present rate. */
import { expect, test } from 'vitest';
import { RateMeter } from '../../src/telemetry/journal/rate.ts';
import { WaitingReadings } from '../../src/telemetry/waiting.ts';

test('the age is that of the oldest reading that is not durable', () => {
  const waiting = new WaitingReadings();
  expect(waiting.ageMs(100)).toBe(0);
  waiting.note(10, 100);
  waiting.note(15, 150);
  expect(waiting.ageMs(400)).toBe(300);
  waiting.settle(9);
  expect(waiting.ageMs(400)).toBe(300);
  waiting.settle(10);
  expect(waiting.ageMs(400)).toBe(250);
  waiting.settle(15);
  expect(waiting.ageMs(400)).toBe(0);
});

test('however long nothing becomes durable, the age is right, and later never too low', () => {
  const waiting = new WaitingReadings();
  for (let look = 1; look <= 5_000; look++) waiting.note(look, look * 50);
  expect(waiting.ageMs(250_000)).toBe(249_950);
  waiting.settle(4_000);
  expect(waiting.ageMs(250_000)).toBeGreaterThanOrEqual(250_000 - 4_001 * 50);
  waiting.settle(5_000);
  expect(waiting.ageMs(250_000)).toBe(0);
});

test('the rate is that of the last looks, and unknown before the second', () => {
  const rate = new RateMeter(2);
  expect(rate.perMs).toBeNull();
  rate.note(0, 0);
  expect(rate.perMs).toBeNull();
  rate.note(10_000, 1_000);
  expect(rate.perMs).toBe(10);
  rate.note(10_000, 2_000);
  expect(rate.perMs).toBe(5);
  rate.note(10_000, 3_000);
  expect(rate.perMs).toBe(0);
});
