/** Floods by a sliding window, and the order of reception: the small pure parts of a backtest. */
import { expect, test } from 'vitest';
import { toFloods } from '../../src/backtest/floods.ts';
import { toOrder } from '../../src/backtest/sorting.ts';
import { createRandom, testSeed } from '../support/seed.ts';

const MINUTE_MS = 60_000;
const TIMES = { enter: 10, leave: 5, windowMs: 10 * MINUTE_MS };

test('ten alarms in ten minutes are no flood, eleven are one', () => {
  const every = (count: number) => Array.from({ length: count }, (_, at) => at * 50_000);
  expect(toFloods(every(10), TIMES, 24 * 60 * MINUTE_MS).floods).toBe(0);
  const { floods, floodMs } = toFloods(every(11), TIMES, 24 * 60 * MINUTE_MS);
  expect(floods).toBe(1);
  // From the eleventh on, until the fifth from the end is ten minutes old.
  expect(floodMs).toBe(6 * 50_000 + TIMES.windowMs - 10 * 50_000);
});

test('a flood ends with the range, and a second one after a calm is another', () => {
  const burst = (fromMs: number) => Array.from({ length: 20 }, (_, at) => fromMs + at * 1_000);
  expect(toFloods([...burst(0), ...burst(60 * MINUTE_MS)], TIMES, 24 * 60 * MINUTE_MS).floods).toBe(2);
  expect(toFloods(burst(0), TIMES, MINUTE_MS)).toEqual({ floods: 1, floodMs: MINUTE_MS - 10_000 });
});

test('readings are put in the order of their times, equal ones in the order in which they lie', () => {
  const random = createRandom(testSeed());
  for (const span of [1, 3, 1_000, 2 ** 20, 2 ** 31, 2 ** 40]) {
    const count = 2_000;
    const times = Float64Array.from({ length: count }, () => 1_700_000_000_000 + Math.floor(random() * span));
    const expected = Array.from({ length: count }, (_, at) => at).toSorted(
      (one, other) => (times[one] as number) - (times[other] as number) || one - other,
    );
    expect([...toOrder(times, count)]).toEqual(expected);
  }
});
