/** The address of the page is its state: whoever has it sees the same. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withRecent } from '../../../src/web/trends/recent-points.ts';
import {
  addPoint,
  LAST_RANGE_IDS,
  MAX_POINTS,
  type TrendView,
  toTrendPath,
  toTrendSearch,
  toTrendView,
} from '../../../src/web/trends/trend-address.ts';

const point = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}\/[a-z][a-z0-9-]{0,8}$/);
const view: fc.Arbitrary<TrendView> = fc.record({
  points: fc.uniqueArray(point, { maxLength: MAX_POINTS }),
  range: fc.oneof(
    fc.record({ type: fc.constant('last' as const), id: fc.constantFrom(...LAST_RANGE_IDS) }),
    fc
      .tuple(fc.integer({ min: 0, max: 2e12 }), fc.integer({ min: 10_000, max: 3e10 }))
      .map(([fromMs, ms]) => ({ type: 'between' as const, fromMs, toMs: fromMs + ms })),
  ),
  atMs: fc.option(fc.integer({ min: 0, max: 2e12 }), { nil: null }),
  isBuilding: fc.boolean(),
});

test('every view comes back from its address', () => {
  fc.assert(
    fc.property(view, (given) => {
      const text = new URLSearchParams(toTrendSearch(given)).toString();
      expect(toTrendView(new URLSearchParams(text))).toEqual(given);
    }),
  );
});

describe('an address from elsewhere', () => {
  const read = (text: string): TrendView => toTrendView(new URLSearchParams(text));

  test('without anything shows the last hour', () => {
    expect(read('')).toEqual({
      points: [],
      range: { type: 'last', id: '1h' },
      atMs: null,
      isBuilding: false,
    });
  });

  test('names each point once, and no more than can be told apart', () => {
    const ids = Array.from({ length: 12 }, (_, at) => `unit/p${at}`);
    expect(read(`p=${ids.join(',')},unit/p0`).points).toEqual(ids.slice(0, MAX_POINTS));
    expect(read('p=unit/a,unit/a,,nonsense').points).toEqual(['unit/a']);
  });

  test.each([
    'from=2000&to=1000',
    'from=1000&to=2000',
    'from=1000',
    'from=abc&to=99999',
    'from=&to=90000',
    'from=-5&to=90000',
    'from=0&to=1e400',
    'range=century',
  ])('with a range that is none (%s) shows the last hour', (text) =>
    expect(read(text).range).toEqual({ type: 'last', id: '1h' }),
  );

  test('with a range longer than a year keeps its end', () => {
    const range = read(`from=0&to=${100 * 31_536_000_000}`).range;
    expect(range).toMatchObject({ type: 'between', toMs: 100 * 31_536_000_000 });
    expect(range.type === 'between' && range.toMs - range.fromMs).toBe(367 * 86_400_000);
  });
});

test('a point is added once, and the ninth not at all', () => {
  expect(addPoint(['a/b'], 'a/b')).toEqual(['a/b']);
  const full = Array.from({ length: MAX_POINTS }, (_, at) => `a/${at}`);
  expect(addPoint(full, 'a/more')).toEqual(full);
});

test('the way here from a point names it', () => {
  const path = toTrendPath(['dws-1/outlet-pressure'], '8h');
  expect(toTrendView(new URL(path, 'http://x').searchParams)).toMatchObject({
    points: ['dws-1/outlet-pressure'],
    range: { type: 'last', id: '8h' },
  });
});

test('what was looked at last stands first, once, and not for ever', () => {
  expect(withRecent(['b', 'a'], 'a')).toEqual(['a', 'b']);
  const many = Array.from({ length: 12 }, (_, at) => String(at));
  expect(withRecent(many, 'new')).toEqual(['new', ...many.slice(0, 11)]);
});
