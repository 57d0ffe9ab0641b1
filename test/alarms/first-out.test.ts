/** First-out on polled data (alarms.md B7): the onset is an interval, and what overlaps cannot be put in order. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type GroupMember, toFirstOut, toFirstOutGroup } from '../../src/alarms/first-out.ts';
import { testSeed } from '../support/seed.ts';

const member = (id: string, afterMs: number | null, atMs: number) => ({ id, afterMs, atMs });

describe('B7 first-out', () => {
  test('if the interval of A ends before that of B starts, A is first', () => {
    expect(toFirstOut([member('b', 12, 14), member('a', 5, 10)])).toEqual({ certain: 'a' });
  });

  test('an interval that ends where the other starts is before it: the other was still normal then', () => {
    expect(toFirstOut([member('a', 5, 10), member('b', 10, 14)])).toEqual({ certain: 'a' });
  });

  test('if they overlap it says "A or B" and shows both', () => {
    expect(toFirstOut([member('b', 9, 14), member('a', 5, 10)])).toEqual({ oneOf: ['a', 'b'] });
  });

  test('what certainly came later is not among those that may have been first', () => {
    const found = toFirstOut([member('c', 10, 11), member('b', 9, 14), member('a', 5, 10)]);
    expect(found).toEqual({ oneOf: ['a', 'b'] });
  });

  test('an alarm that was never seen normal may have been first, however late it was read', () => {
    expect(toFirstOut([member('a', 5, 10), member('b', null, 60)])).toEqual({ oneOf: ['a', 'b'] });
    expect(toFirstOut([member('a', null, 10), member('b', 20, 60)])).toEqual({ certain: 'a' });
  });

  test('nothing is told of alarms none of which was seen normal, and of no alarms', () => {
    expect(toFirstOut([member('a', null, 10), member('b', null, 60)])).toBe('cannot tell');
    expect(toFirstOut([])).toBe('cannot tell');
  });

  test('source times are only compared between clocks that agree', () => {
    const a = { ...member('a', 5, 10), sourceClock: 'panel' };
    const b = { ...member('b', 12, 14), sourceClock: 'controller' };
    expect(toFirstOut([a, b])).toBe('cannot tell');
    expect(toFirstOut([a, member('b', 12, 14)])).toBe('cannot tell');
    expect(toFirstOut([a, { ...b, sourceClock: 'panel' }])).toEqual({ certain: 'a' });
  });

  test('an onset without width is a moment', () => {
    expect(toFirstOut([member('a', 10, 10), member('b', 10, 14)])).toEqual({ certain: 'a' });
  });

  test('the verdict says no more and no less than comparing each with each', () => {
    const interval = fc.record({ afterMs: fc.option(fc.nat(20)), widthMs: fc.integer({ min: 1, max: 8 }) });
    fc.assert(
      fc.property(fc.array(interval, { minLength: 1, maxLength: 12 }), (intervals) => {
        const members = intervals.map(({ afterMs, widthMs }, at) =>
          member(`m${at}`, afterMs, (afterMs ?? 10) + widthMs),
        );
        const isBefore = (a: (typeof members)[0], b: (typeof members)[0]): boolean =>
          b.afterMs !== null && a.atMs <= b.afterMs;
        const possible = members.filter((it) => !members.some((other) => isBefore(other, it)));
        const found = toFirstOut(members);
        if (found === 'cannot tell') {
          expect(possible.length).toBeGreaterThan(1);
          expect(possible.every(({ afterMs }) => afterMs === null)).toBe(true);
        } else if ('certain' in found) {
          const sure = members.find(({ id }) => id === found.certain);
          expect(members.every((it) => it === sure || (sure && isBefore(sure, it)))).toBe(true);
        } else expect([...found.oneOf].sort()).toEqual(possible.map(({ id }) => id).sort());
      }),
      { seed: testSeed(), numRuns: 2_000 },
    );
  });
});

describe('B7 first-out per group, window W', () => {
  const raised = (id: string, raisedAtMs: number, overAtMs: number | null = null): GroupMember => ({
    ...member(id, raisedAtMs - 1, raisedAtMs),
    raisedAtMs,
    overAtMs,
  });
  const ids = (group: readonly GroupMember[]): readonly string[] => group.map(({ id }) => id);

  test('members are compared that were raised within the window of the first of them', () => {
    const all = [raised('c', 121), raised('a', 0), raised('b', 120)];
    expect(ids(toFirstOutGroup(all, 'a', 120))).toEqual(['a', 'b']);
    expect(ids(toFirstOutGroup(all, 'c', 120))).toEqual(['c']);
  });

  test('reset when all members are normal and acknowledged: the next one begins another group', () => {
    const all = [raised('a', 0, 40), raised('b', 10, 50), raised('c', 60)];
    expect(ids(toFirstOutGroup(all, 'c', 120))).toEqual(['c']);
    expect(ids(toFirstOutGroup(all, 'b', 120))).toEqual(['a', 'b']);
  });

  test('not reset while one of them still stands', () => {
    const all = [raised('a', 0, 40), raised('b', 10, null), raised('c', 60)];
    expect(ids(toFirstOutGroup(all, 'c', 120))).toEqual(['a', 'b', 'c']);
  });

  test('an alarm that is no member has no group', () => {
    expect(toFirstOutGroup([raised('a', 0)], 'x', 120)).toEqual([]);
  });
});
