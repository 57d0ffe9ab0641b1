/** An hour that is unusual for its hour of the week: learning, robustness, gaps, restarts, time zones, memory. */
import { describe, expect, test } from 'vitest';
import { drift } from '../../src/rules/drift.ts';
import { toHourOfWeek, toLocalHour, toWeek } from '../../src/rules/windows/local-hour.ts';
import { Weeks } from '../../src/rules/windows/weeks.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { createRig, type Given, type Rig } from './rig.ts';

const HOUR_MS = 3_600_000;
const RULE = { point: 'p', least: 1 };
/** A Monday, 00:00 in Shanghai. */
const MONDAY_MS = Date.UTC(2026, 10, 22, 16);

/** One sample at the beginning of each hour. @returns what it says at the end of the last */
function run(rig: Rig, hours: number, toValue: (hour: number) => Given): string {
  for (let hour = 0; hour < hours; hour++) {
    rig.sample(0, toValue(hour));
    rig.wait(HOUR_MS);
  }
  return rig.sample(0, toValue(hours));
}

/** Of an even number of values. */
function toMedian(values: readonly number[]): number {
  const [low = Number.NaN, high = Number.NaN] = values
    .toSorted((one, other) => one - other)
    .slice(values.length / 2 - 1, values.length / 2 + 1);
  return (low + high) / 2;
}

/** Warm by day, cold by night. */
const usual = (hour: number): number => (hour % 24 >= 8 && hour % 24 < 18 ? 24 : 18);

describe('an hour', () => {
  test('cannot be judged before enough weeks have been seen', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    expect(run(rig, 4 * 168, usual)).toBe('unknown');
    rig.wait(HOUR_MS - 250);
    expect(rig.sample(250, 18)).toBe('false');
  });

  test('far from the same hour of past weeks is drift, above or below, until an hour is usual again', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, usual);
    expect(run(rig, 1, () => 21)).toBe('true:above');
    expect(run(rig, 1, () => 15)).toBe('true:below');
    expect(run(rig, 1, () => 18)).toBe('false');
  });

  test('of the day is not compared with the night', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, usual);
    expect(run(rig, 12, usual)).toBe('false');
    expect(run(rig, 1, () => 18)).toBe('true:below');
  });

  test('by less than the least that is worth telling is not, however quiet the weeks were', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, usual);
    expect(run(rig, 1, () => 18.9)).toBe('false');
  });

  test('is drift beyond six robust deviations and not within them, however small the least', () => {
    const random = createRandom(testSeed());
    const rig = createRig(drift, { ...RULE, least: 0.001 }, MONDAY_MS);
    const seen = Array.from({ length: 8 * 168 }, (_, hour) => usual(hour) + (random() - 0.5) * 4);
    run(rig, seen.length, (hour) => seen[hour] ?? 18);
    /** As many robust deviations from what the weeks had in this hour of Monday. */
    const off = (hour: number, deviations: number): number => {
      const weeks = seen.filter((_, at) => at % 168 === hour);
      const middle = toMedian(weeks);
      return middle + deviations * 1.4826 * toMedian(weeks.map((value) => Math.abs(value - middle)));
    };
    expect(run(rig, 1, () => off(0, 5.95))).toBe('false');
    expect(run(rig, 1, () => off(1, -5.95))).toBe('false');
    expect(run(rig, 1, () => off(2, 6.05))).toBe('true:above');
    expect(run(rig, 1, () => off(3, -6.05))).toBe('true:below');
  });

  test('counts as a whole: a spike of a minute is none', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, usual);
    rig.sample(0, 18);
    rig.sample(600_000, 70);
    rig.sample(60_000, 18);
    expect(rig.wait(HOUR_MS)).toBe('false');
  });
});

test('one spoilt week does not make the next one unusual', () => {
  const rig = createRig(drift, RULE, MONDAY_MS);
  run(rig, 4 * 168, usual);
  run(rig, 168, (hour) => usual(hour) + 9);
  expect(run(rig, 3, usual)).toBe('false');
});

describe('a gap', () => {
  test('makes the value unknown at once, and its hour too', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, usual);
    run(rig, 1, () => 21);
    expect(rig.sample(1_000, 'comm-loss')).toBe('unknown');
    rig.wait(HOUR_MS / 2);
    expect(rig.sample(0, 21)).toBe('true:above');
    expect(rig.wait(HOUR_MS)).toBe('unknown');
  });

  test('of most of an hour is not learnt', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 4 * 168, (hour) => (hour % 168 === 0 ? 'comm-loss' : 18));
    expect(run(rig, 1, () => 18)).toBe('unknown');
    expect(run(rig, 1, () => 18)).toBe('false');
  });
});

describe('the clock', () => {
  test('set forward or back by days makes one hour unknown and learns nothing wrong', () => {
    const rig = createRig(drift, RULE, MONDAY_MS);
    run(rig, 5 * 168, () => 18);
    rig.stepClock(3 * 24 * HOUR_MS);
    expect(rig.wait(900_000)).toBe('unknown');
    expect(run(rig, 2, () => 18)).toBe('false');
    rig.stepClock(-30 * 24 * HOUR_MS);
    expect(rig.wait(900_000)).toBe('unknown');
  });

  test('of the site says which hour it is', () => {
    const at = Date.UTC(2026, 9, 25, 0, 30);
    expect(toHourOfWeek(toLocalHour('Asia/Shanghai', MONDAY_MS))).toBe(0);
    expect(toHourOfWeek(toLocalHour('Asia/Shanghai', MONDAY_MS - 1))).toBe(167);
    expect(
      toWeek(toLocalHour('Asia/Shanghai', MONDAY_MS)) - toWeek(toLocalHour('Asia/Shanghai', MONDAY_MS - 1)),
    ).toBe(1);
    expect(toLocalHour('Asia/Kolkata', MONDAY_MS)).toBe(toLocalHour('Asia/Shanghai', MONDAY_MS) - 3);
    // The night to winter time: 02:30 comes twice.
    expect(toLocalHour('Europe/Berlin', at + HOUR_MS)).toBe(toLocalHour('Europe/Berlin', at));
    expect(toLocalHour('Europe/Berlin', at + 2 * HOUR_MS)).toBe(toLocalHour('Europe/Berlin', at) + 1);
  });
});

test('a restart keeps what was learnt', () => {
  const rig = createRig(drift, RULE, MONDAY_MS);
  run(rig, 5 * 168, usual);
  rig.restart(MONDAY_MS + 5 * 168 * HOUR_MS + 60_000);
  expect(rig.sample(0, 21)).toBe('unknown');
  rig.wait(HOUR_MS - 60_250);
  expect(rig.wait(500)).toBe('true:above');
});

describe('what is saved', () => {
  test('is bounded: twelve weeks of every hour stay below 60 KB', () => {
    const weeks = new Weeks(12);
    for (let hour = 0; hour < 30 * 168; hour++) weeks.put(hour, 20 + Math.sin(hour));
    expect(JSON.stringify(weeks.save()).length).toBeLessThan(60_000);
    expect(weeks.usual(30 * 168)).toMatchObject({ weeks: 12 });
    expect(Weeks.restore(weeks.save(), 12).usual(30 * 168).median).toBeCloseTo(
      weeks.usual(30 * 168).median,
      5,
    );
  });

  test.each([
    [null],
    [{ keep: 8, rows: [0, 1] }],
    [{ keep: 8, rows: [-1, 1, 1] }],
    [{ keep: 8, rows: [0.5, 1, 1] }],
    [{ keep: 7, rows: [0, 0, 1] }],
    [{ keep: 8, rows: [0, 'x', 1] }],
  ])('as %j counts as nothing', (saved) => {
    const weeks = Weeks.restore(saved, 8);
    for (let hour = 0; hour < 168; hour++) expect(weeks.usual(hour + 168).weeks).toBe(0);
  });

  test('of this week and of the future does not count as past', () => {
    const weeks = new Weeks(4);
    weeks.put(10 * 168, 1);
    expect(weeks.usual(10 * 168).weeks).toBe(0);
    expect(weeks.usual(9 * 168).weeks).toBe(0);
    expect(weeks.usual(11 * 168)).toEqual({ median: 1, spread: 0, weeks: 1 });
    expect(weeks.usual(15 * 168).weeks).toBe(0);
  });
});

test('it may only be of low severity, and wants no more weeks than it remembers', () => {
  expect(drift.onlySeverity).toBe('low');
  expect(drift.check(RULE)).toEqual([]);
  expect(drift.check({ ...RULE, weeks: 3 })).toMatchObject([{ path: 'minWeeks', found: '4' }]);
});
