/** Blind time of rules whose alarm is normal: summed per local day, bounded, saved (alarms.md E). */
import { describe, expect, test } from 'vitest';
import { BlindTime, isBlindPart, type Sight } from '../../src/alarms/figures/blind-time.ts';
import { createFigures } from '../../src/alarms/figures/figures.ts';
import { FIGURE_LIMITS } from '../../src/alarms/figures/limits.ts';
import { viewFigures } from '../../src/alarms/figures/view.ts';
import type { FiguresPart } from '../../src/store/store.ts';

const ZONE = 'Asia/Shanghai';
const [SECOND, HOUR] = [1_000, 3_600_000];
const DAY_MS = 24 * HOUR;
/** 2026-11-21 00:00 in Shanghai. */
const DAY = Date.UTC(2026, 10, 20, 16);
const ALL = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER };
const sight = (atMs: number, blindSinceMs: number | null, key = 's/e/a'): Sight => ({
  key,
  atMs,
  blindSinceMs,
});

function createBlind(...sights: readonly Sight[]): BlindTime {
  const blind = new BlindTime(ZONE);
  blind.take(sights);
  return blind;
}

test('a rule is blind from when it could be judged no more until it can be, told twice or not', () => {
  const blind = createBlind(
    sight(DAY + HOUR, DAY + HOUR - 5 * SECOND),
    sight(DAY + HOUR, DAY + HOUR - 5 * SECOND),
    sight(DAY + 2 * HOUR, null),
    sight(DAY + 3 * HOUR, null),
    sight(DAY + 23 * HOUR, DAY + 23 * HOUR),
  );
  blind.settle(DAY + 26 * HOUR);
  blind.settle(DAY + 26 * HOUR);
  const request = { fromDate: '2026-11-21', toDate: '2026-11-21', scope: {}, rules: 2 };
  const view = viewFigures(createFigures(ZONE, DAY), request, DAY + 26 * HOUR, (scope, period) =>
    blind.sumMs(scope, period),
  );
  expect(view.blind).toEqual({
    ms: 2 * HOUR + 5 * SECOND,
    scheduledMs: 48 * HOUR,
    ratio: (2 * HOUR + 5 * SECOND) / (48 * HOUR),
  });
  expect(blind.sumMs({}, { fromMs: DAY + DAY_MS, toMs: DAY + 2 * DAY_MS }), 'the next day').toBe(2 * HOUR);
});

test('is asked for by rule, by equipment and for the site', () => {
  const blind = createBlind(
    sight(DAY, DAY, 's/e/a'),
    sight(DAY, DAY, 's/e/b'),
    sight(DAY, DAY, 's/f/a'),
    sight(DAY + HOUR, null, 's/e/b'),
  );
  blind.settle(DAY + 2 * HOUR);
  const of = (scope: object): number => blind.sumMs(scope, ALL) / HOUR;
  expect([of({ equipment: 'e', rule: 'b' }), of({ equipment: 'e' }), of({ equipment: 'g' }), of({})]).toEqual(
    [1, 3, 0, 5],
  );
});

test('a wall clock that is set back takes nothing away', () => {
  const blind = createBlind(sight(DAY + HOUR, DAY + HOUR), sight(DAY, null));
  expect(blind.sumMs({}, ALL)).toBe(0);
});

describe('bounds', () => {
  const rules = FIGURE_LIMITS.blindEntries / 3 + 1;
  const outage = (blind: BlindTime, atMs: number): void => {
    const keys = Array.from({ length: rules }, (_, at) => `s/e${at % 100}/r${at}`);
    blind.take(keys.map((key) => sight(atMs, atMs, key)));
    blind.take(keys.map((key) => sight(atMs + SECOND, null, key)));
  };

  test('the oldest outage of all rules is folded to its equipment; the sums stay right', () => {
    const blind = new BlindTime(ZONE);
    for (const day of [0, 1, 2]) outage(blind, DAY + day * DAY_MS);
    expect(blind.entries).toBeLessThanOrEqual(FIGURE_LIMITS.blindEntries);
    expect(blind.entries).toBe(100 + 2 * rules);
    expect(blind.sumMs({}, ALL)).toBe(3 * rules * SECOND);
    const first = { fromMs: DAY, toMs: DAY + DAY_MS };
    expect(blind.sumMs({ equipment: 'e7' }, first)).toBe(Math.ceil((rules - 7) / 100) * SECOND);
    expect(blind.sumMs({ equipment: 'e7', rule: 'r7' }, first), 'not known any more').toBe(0);
    // What comes late for that day is folded with it.
    blind.take([sight(DAY + HOUR, DAY + HOUR, 's/e7/r7'), sight(DAY + 2 * HOUR, null, 's/e7/r7')]);
    expect(blind.entries).toBe(100 + 2 * rules);
    expect(blind.sumMs({}, ALL)).toBe(3 * rules * SECOND + HOUR);
  });

  test('no more days are kept than of the other figures', () => {
    const blind = createBlind(sight(DAY, DAY));
    for (let day = 1; day <= FIGURE_LIMITS.days + 3; day++) blind.settle(DAY + day * DAY_MS);
    expect(blind.entries).toBe(FIGURE_LIMITS.days);
    expect(blind.takeParts().filter(({ doc }) => doc === null)).toHaveLength(3);
  });
});

describe('saving', () => {
  test('gives the same figures again, and only days that have changed', () => {
    const blind = createBlind(sight(DAY, DAY));
    blind.settle(DAY + 30 * HOUR);
    const parts = structuredClone(blind.takeParts());
    expect(parts.map(({ part }) => part)).toEqual(['blind 2026-11-21', 'blind 2026-11-22']);
    expect(parts.every(({ part }) => isBlindPart(part))).toBe(true);
    blind.settle(DAY + 31 * HOUR);
    expect(blind.takeParts().map(({ part }) => part)).toEqual(['blind 2026-11-22']);
    const again = new BlindTime(ZONE);
    again.restore(parts);
    expect(again.sumMs({ equipment: 'e', rule: 'a' }, ALL)).toBe(30 * HOUR);
    expect(again.takeParts()).toEqual([]);
  });

  test('that failed is done again', () => {
    const blind = createBlind(sight(DAY, DAY), sight(DAY + HOUR, null));
    const parts = blind.takeParts();
    blind.giveBack(parts);
    expect(blind.takeParts()).toEqual(parts);
  });

  test('adds what was told before it was read, also to a folded day', () => {
    const saved: FiguresPart = {
      part: 'blind 2026-11-21',
      doc: { version: 1, timeZone: ZONE, date: '2026-11-21', detail: 'equipment', ms: [['s/e/', HOUR]] },
    };
    const blind = createBlind(sight(DAY, DAY), sight(DAY + HOUR, null));
    blind.restore([saved]);
    expect([blind.entries, blind.sumMs({ equipment: 'e' }, ALL)]).toEqual([1, 2 * HOUR]);
    expect(blind.takeParts()).toHaveLength(1);
  });

  test('of another zone or version is taken away', () => {
    const doc = {
      version: 1,
      timeZone: 'Europe/Berlin',
      date: '2026-11-21',
      detail: 'rules',
      ms: [['a', 1]],
    };
    const blind = new BlindTime(ZONE);
    blind.restore([{ part: 'blind 2026-11-21', doc }]);
    expect([blind.entries, blind.takeParts()]).toEqual([0, [{ part: 'blind 2026-11-21', doc: null }]]);
  });
});
