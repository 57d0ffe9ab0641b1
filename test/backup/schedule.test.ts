/** When a daily backup begins: once on each calendar day of the site, also when clocks change. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOverdue, nextRun } from '../../src/backup/schedule.ts';
import { testSeed } from '../support/seed.ts';

const DAY_MS = 86_400_000;
const next = (now: string, at: string, zone: string): string =>
  new Date(nextRun(Date.parse(now), at, zone)).toISOString();

describe('the next backup', () => {
  test.each([
    ['later today', '2026-11-21T10:00:00Z', '23:00', 'Asia/Shanghai', '2026-11-21T15:00:00.000Z'],
    [
      'tomorrow, when today is over',
      '2026-11-21T16:00:00Z',
      '03:30',
      'Asia/Shanghai',
      '2026-11-21T19:30:00.000Z',
    ],
    [
      'a day later, at the very instant',
      '2026-11-21T19:30:00Z',
      '03:30',
      'Asia/Shanghai',
      '2026-11-22T19:30:00.000Z',
    ],
    ['over the end of a year', '2026-12-31T20:00:00Z', '03:30', 'Asia/Shanghai', '2027-01-01T19:30:00.000Z'],
    ['on 29 February', '2028-02-28T20:00:00Z', '03:30', 'Asia/Shanghai', '2028-02-29T19:30:00.000Z'],
    [
      'at half an hour of offset',
      '2026-11-21T00:00:00Z',
      '03:30',
      'Asia/Kolkata',
      '2026-11-21T22:00:00.000Z',
    ],
    [
      'an hour later, in the gap of spring',
      '2026-03-29T00:00:00Z',
      '02:30',
      'Europe/Berlin',
      '2026-03-29T01:30:00.000Z',
    ],
    [
      'as before, the day after the gap',
      '2026-03-29T02:00:00Z',
      '02:30',
      'Europe/Berlin',
      '2026-03-30T00:30:00.000Z',
    ],
    [
      'the first of two, in autumn',
      '2026-10-24T23:00:00Z',
      '02:30',
      'Europe/Berlin',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'not at the second of two',
      '2026-10-25T00:30:00Z',
      '02:30',
      'Europe/Berlin',
      '2026-10-26T01:30:00.000Z',
    ],
    [
      'in the gap at midnight',
      '2026-09-05T20:00:00Z',
      '00:30',
      'America/Santiago',
      '2026-09-06T04:30:00.000Z',
    ],
    [
      'with a change of half an hour',
      '2026-10-03T00:00:00Z',
      '02:15',
      'Australia/Lord_Howe',
      '2026-10-03T15:45:00.000Z',
    ],
  ])('is %s', (_what, now, at, zone, expected) => {
    expect(next(now, at, zone)).toBe(expected);
  });

  test('comes once a day, 23 to 25 hours after the one before, all the year and in every zone', () => {
    const zones = [
      'Asia/Shanghai',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'America/Santiago',
    ];
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`);
    const start = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(fc.constantFrom(...zones), time, start, (zone, at, fromMs) => {
        const local = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
        let runMs = nextRun(fromMs, at, zone);
        for (let day = 0; day < 20; day++) {
          const followingMs = nextRun(runMs, at, zone);
          const today = new Date(`${local.format(runMs)}T12:00:00Z`).getTime();
          expect(local.format(followingMs)).toBe(new Date(today + DAY_MS).toISOString().slice(0, 10));
          expect(Math.abs(followingMs - runMs - DAY_MS)).toBeLessThanOrEqual(3_600_000);
          runMs = followingMs;
        }
      }),
      { seed: testSeed(), numRuns: 30 },
    );
  });
});

test('a backup is overdue when there is none, or the newest is older than a day', () => {
  const nowMs = Date.UTC(2026, 10, 21);
  expect(isOverdue(null, nowMs, DAY_MS)).toBe(true);
  expect(isOverdue(nowMs - DAY_MS, nowMs, DAY_MS)).toBe(false);
  expect(isOverdue(nowMs - DAY_MS - 1, nowMs, DAY_MS)).toBe(true);
});
