/** What the chart of a point draws: nothing bridged, nothing old as new, no spike lost. */
import { describe, expect, test } from 'vitest';
import type { PointHistory } from '../../src/web/api/types.ts';
import { toHealth } from '../../src/web/equipment/health.ts';
import { findSample, toStateAxis, toTrendSeries } from '../../src/web/equipment/trend-data.ts';
import { bad, good, toPoint } from './samples.ts';

type Sample = PointHistory['samples'][number];

const raw = (atMs: number, value: number | null): Sample => ({
  atMs,
  min: value,
  max: value,
  mean: value,
  last: value,
  isGood: value !== null,
  quality: value === null ? 129 : 0,
  count: 1,
});
const toHistory = (samples: Sample[], given: Partial<PointHistory> = {}): PointHistory => ({
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
});
const base = { tail: [], endMs: 100, toHeight: (value: number) => value, isState: false };

describe('readings', () => {
  test('stand until the next one, and the last until now', () => {
    const { curve } = toTrendSeries({ ...base, history: toHistory([raw(0, 1), raw(40, 2)]), endMs: 120 });
    expect(curve).toEqual([
      [0, 1],
      [40, 1],
      [40, 2],
      [120, 2],
    ]);
  });

  test('from before the range begin where the range begins', () => {
    const { curve } = toTrendSeries({ ...base, history: toHistory([raw(-500, 1)]) });
    expect(curve).toEqual([
      [0, 1],
      [100, 1],
    ]);
  });

  test('a gap is a gap and a bad stretch', () => {
    const history = toHistory([raw(0, 1), raw(40, null), raw(60, 3)]);
    const { curve, bad: stretches } = toTrendSeries({ ...base, history });
    expect(curve).toEqual([
      [0, 1],
      [40, 1],
      [40, null],
      [60, 3],
      [100, 3],
    ]);
    expect(stretches).toEqual([[40, 60]]);
  });

  test('that come live end what stood before, a bad one with a gap until now', () => {
    const tail = [
      { atMs: 110, value: 5, qualityCode: 0 },
      { atMs: 120, value: null, qualityCode: 129 },
    ];
    const series = toTrendSeries({ ...base, history: toHistory([raw(0, 1)]), tail, endMs: 130 });
    expect(series.curve).toEqual([
      [0, 1],
      [110, 1],
      [110, 5],
      [120, 5],
      [120, null],
    ]);
    expect(series.bad).toEqual([[120, 130]]);
  });
});

describe('stretches', () => {
  const bucket = (atMs: number, min: number, mean: number, max: number, isGood = true): Sample => ({
    atMs,
    min,
    max,
    mean,
    last: mean,
    isGood,
    quality: isGood ? 0 : 129,
    count: 9,
  });

  test('of a number are the mean through their middles, with a band from minimum to maximum', () => {
    const history = toHistory([bucket(0, 1, 2, 9), bucket(50, 2, 3, 4)], { bucketMs: 50 });
    const { curve, low, spread } = toTrendSeries({ ...base, history });
    expect(curve).toEqual([
      [25, 2],
      [75, 3],
    ]);
    expect(low.map(([, height]) => height)).toEqual([1, 2]);
    expect(spread.map(([, height]) => height)).toEqual([8, 2]);
  });

  test('that were bad in part keep their values and are marked', () => {
    const history = toHistory([bucket(0, 1, 2, 3, false), bucket(50, 1, 2, 3)], { bucketMs: 50 });
    const { curve, bad: stretches } = toTrendSeries({ ...base, history });
    expect(curve).toHaveLength(2);
    expect(stretches).toEqual([[0, 50]]);
  });

  test('of a state are steps, with a band where another state occurred in between', () => {
    const history = toHistory([bucket(0, 0, 0, 1), bucket(50, 0, 0, 0)], { bucketMs: 50 });
    const { curve, spread } = toTrendSeries({ ...base, history, isState: true });
    expect(curve).toHaveLength(4);
    expect(spread.map(([, height]) => height)).toEqual([1, 1, 0, 0]);
  });
});

describe('what is not known', () => {
  test('before the first record is neither good nor bad', () => {
    const history = toHistory([raw(0, null), raw(70, 1)], { coveredFromMs: 70 });
    const { bad: stretches, unknown } = toTrendSeries({ ...base, history });
    expect(stretches).toEqual([]);
    expect(unknown).toEqual([[0, 70]]);
  });

  test('is the whole range where there is no record', () => {
    const history = toHistory([raw(0, null)], { coveredFromMs: null });
    const { bad: stretches, unknown } = toTrendSeries({ ...base, history });
    expect([stretches, unknown]).toEqual([[], [[0, 100]]]);
  });
});

test('the value at a time is that of the sample that stands then, live ones first', () => {
  const input = {
    history: toHistory([raw(0, 1), raw(40, 2)]),
    tail: [{ atMs: 110, value: 7, qualityCode: 0 }],
  };
  expect([-1, 0, 39, 40, 110].map((atMs) => findSample(input, atMs)?.last)).toEqual([undefined, 1, 1, 2, 7]);
});

test('the axis of states has all that are named and those that occurred without a name', () => {
  const input = { history: toHistory([raw(0, 1), raw(40, 7)]), tail: [] };
  expect(toStateAxis(toPoint('mode', ['off', 'on']), input)).toEqual([0, 1, 7]);
  const many = toPoint('code', ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j']);
  expect(toStateAxis(many, input), 'of a long list only what occurred').toEqual([1, 7]);
});

describe('health', () => {
  const points = ['a', 'b', 'c', 'd'].map((name) => toPoint(name));
  const toStates = (...states: ReturnType<typeof good>[]) => {
    const map = new Map(states.map((state, at) => [`unit/${points[at]?.name}`, state]));
    return (id: string) => map.get(id);
  };

  test('counts good points, and names what is bad by its reason', () => {
    const health = toHealth(points, toStates(good(1, 50), bad(129, 30), bad(129, 20), bad(134)));
    expect([health.total, health.good, health.lastHeardMs]).toEqual([4, 1, 50]);
    expect(health.bad.map(({ code, points: of, lastGoodMs }) => [code, of.length, lastGoodMs])).toEqual([
      [129, 2, 30],
      [134, 1, null],
    ]);
  });

  test('a value that the device says it does not have is bad, but is not missed', () => {
    const health = toHealth(points, toStates(good(1, 50), bad(133), bad(133), bad(129)));
    expect([health.good, health.missing]).toEqual([1, 1]);
  });

  test('a point that nothing is known of is bad, not good', () => {
    expect(toHealth(points, () => undefined)).toMatchObject({ good: 0, lastHeardMs: null });
  });

  test('with every point bad it was last heard when one was good', () => {
    const get = toStates(bad(129, 30), bad(129, 70), bad(129), bad(129));
    expect(toHealth(points, get).lastHeardMs).toBe(70);
  });
});
