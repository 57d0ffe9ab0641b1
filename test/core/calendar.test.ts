/** Hours that count: windows over midnight, 24:00, holidays and make-up days, zones that change their clocks. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addOpenMs,
  isWithinCalendar,
  MAX_LOOK_AHEAD_DAYS,
  nextChangeMs,
  openMsBetween,
} from '../../src/core/calendar.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import {
  anyCalendarAndTime,
  createCalendar,
  createReference,
  createTable,
  DAY_MS,
  daily,
  HOUR_MS,
  MINUTE_MS,
} from './calendar-reference.ts';

/** Shanghai has no summer time: +08:00 all year. */
const at = (local: string): number => Date.parse(`${local}+08:00`);
const hm = (hour: number, minute = 0): number => hour * 60 + minute;

const OFFICE = [
  { from: hm(8, 30), to: hm(12) },
  { from: hm(13, 30), to: hm(18) },
];
const office = createCalendar({ week: [OFFICE, OFFICE, OFFICE, OFFICE, OFFICE, [], []] });
const NIGHT = { from: hm(22), to: hm(6) };
/** Friday nights only. */
const fridayNight = createCalendar({ week: [[], [], [], [], [NIGHT], [], []] });
const always = createCalendar({ week: daily({ from: 0, to: hm(24) }) });

describe('alarms.md B8 no. 8: overnight schedule', () => {
  test('a window of Friday 22:00 to 06:00 is open on Saturday at 02:00', () => {
    expect(isWithinCalendar(fridayNight, at('2026-03-07T02:00'))).toBe(true);
  });

  test('and not on Friday at 02:00, which belongs to Thursday', () => {
    expect(isWithinCalendar(fridayNight, at('2026-03-06T02:00'))).toBe(false);
  });

  test('windows are half-open: the first minute counts, the last does not', () => {
    expect(isWithinCalendar(fridayNight, at('2026-03-06T22:00') - 1)).toBe(false);
    expect(isWithinCalendar(fridayNight, at('2026-03-06T22:00'))).toBe(true);
    expect(isWithinCalendar(fridayNight, at('2026-03-07T06:00') - 1)).toBe(true);
    expect(isWithinCalendar(fridayNight, at('2026-03-07T06:00'))).toBe(false);
  });

  test('a window that begins on a working day runs on into a holiday, and none begins on the holiday', () => {
    const nights = createCalendar({ week: daily(NIGHT), days: createTable(['2026-10-01'], []) });
    expect(isWithinCalendar(nights, at('2026-10-01T05:59'))).toBe(true);
    expect(isWithinCalendar(nights, at('2026-10-01T23:00'))).toBe(false);
    expect(isWithinCalendar(nights, at('2026-10-02T03:00'))).toBe(false);
    expect(isWithinCalendar(nights, at('2026-10-02T22:00'))).toBe(true);
  });

  test('a make-up Saturday (调休上班) is a working day, a statutory holiday on a Thursday is none', () => {
    const days = createTable(['2026-10-01', '2026-10-02'], ['2026-10-10']);
    const calendar = { ...office, days };
    expect(isWithinCalendar(calendar, at('2026-10-10T09:00'))).toBe(true);
    expect(isWithinCalendar(calendar, at('2026-10-01T09:00'))).toBe(false);
    expect(isWithinCalendar(office, at('2026-10-10T09:00'))).toBe(false);
    expect(isWithinCalendar(office, at('2026-10-01T09:00'))).toBe(true);
  });

  test('a make-up day can have hours of its own, and a holiday too', () => {
    const days = createTable(['2026-10-01'], ['2026-10-10']);
    const short = [{ from: hm(9), to: hm(11) }];
    const calendar = { ...office, days, makeUp: short, holiday: [{ from: hm(10), to: hm(11) }] };
    expect(isWithinCalendar(calendar, at('2026-10-10T08:45'))).toBe(false);
    expect(isWithinCalendar(calendar, at('2026-10-10T10:59'))).toBe(true);
    expect(openMsBetween(calendar, at('2026-10-01T00:00'), at('2026-10-02T00:00'))).toBe(HOUR_MS);
  });
});

describe('alarms.md B8 no. 9: a calendar of 24 hours', () => {
  test('00:00 to 24:00 loses no minute at midnight', () => {
    const dayMs = openMsBetween(always, at('2026-03-06T00:00'), at('2026-03-16T00:00'));
    expect(dayMs).toBe(10 * DAY_MS);
    expect(isWithinCalendar(always, at('2026-03-07T00:00') - 1)).toBe(true);
    expect(isWithinCalendar(always, at('2026-03-07T00:00'))).toBe(true);
  });

  test('it never closes', () => {
    expect(nextChangeMs(always, at('2026-03-06T12:00'))).toBeNull();
  });

  test('00:00 to 23:59 is what it says, a minute less', () => {
    const short = createCalendar({ week: daily({ from: 0, to: hm(23, 59) }) });
    expect(openMsBetween(short, at('2026-03-06T00:00'), at('2026-03-07T00:00'))).toBe(DAY_MS - MINUTE_MS);
  });

  test('a window that ends where it begins is a whole day from there', () => {
    const watch = createCalendar({ week: [[{ from: hm(8), to: hm(8) }], [], [], [], [], [], []] });
    expect(openMsBetween(watch, at('2026-03-02T00:00'), at('2026-03-09T00:00'))).toBe(DAY_MS);
    expect(nextChangeMs(watch, at('2026-03-02T12:00'))).toBe(at('2026-03-03T08:00'));
  });
});

describe('the next change', () => {
  test('is the closing while it is open, the opening while it is closed, and never this very moment', () => {
    expect(nextChangeMs(office, at('2026-03-06T09:00'))).toBe(at('2026-03-06T12:00'));
    expect(nextChangeMs(office, at('2026-03-06T12:00'))).toBe(at('2026-03-06T13:30'));
    expect(nextChangeMs(office, at('2026-03-06T13:30'))).toBe(at('2026-03-06T18:00'));
    expect(nextChangeMs(office, at('2026-03-06T18:00'))).toBe(at('2026-03-09T08:30'));
  });

  test('two windows that meet, at midnight too, are one stretch', () => {
    const late = createCalendar({
      week: daily({ from: 0, to: hm(2) }, { from: hm(2), to: hm(3) }, { from: hm(20), to: hm(24) }),
    });
    expect(nextChangeMs(late, at('2026-03-06T21:00'))).toBe(at('2026-03-07T03:00'));
    // UTC midnight is 08:00 in Shanghai: nothing happens there.
    expect(
      nextChangeMs(createCalendar({ week: daily({ from: hm(7), to: hm(9) }) }), at('2026-03-06T07:30')),
    ).toBe(at('2026-03-06T09:00'));
  });

  test('a calendar without hours has none, and no deadline within it ever comes', () => {
    expect(nextChangeMs(createCalendar(), at('2026-03-06T12:00'))).toBeNull();
    expect(addOpenMs(createCalendar(), at('2026-03-06T12:00'), 1)).toBeNull();
    expect(openMsBetween(createCalendar(), at('2020-01-01T00:00'), at('2030-01-01T00:00'))).toBe(0);
  });

  test('lies beyond a year-end with holidays, and 29 February is a day like any other', () => {
    const days = createTable(['2028-01-01', '2028-01-02', '2028-01-03'], []);
    expect(nextChangeMs({ ...office, days }, at('2027-12-31T18:00'))).toBe(at('2028-01-04T08:30'));
    // A Tuesday.
    expect(openMsBetween(office, at('2028-02-29T00:00'), at('2028-03-01T00:00'))).toBe(8 * HOUR_MS);
    expect(nextChangeMs(office, at('2028-02-28T18:00'))).toBe(at('2028-02-29T08:30'));
  });
});

describe('deadlines', () => {
  test('a clock runs in open hours only: 30 min from Friday 17:45 end on Monday', () => {
    expect(addOpenMs(office, at('2026-03-06T17:45'), 30 * MINUTE_MS)).toBe(at('2026-03-09T08:45'));
  });

  test('what fits exactly ends with the window and not at the beginning of the next one', () => {
    expect(addOpenMs(office, at('2026-03-06T17:30'), 30 * MINUTE_MS)).toBe(at('2026-03-06T18:00'));
  });

  test('no time at all is over at once, also outside the hours', () => {
    expect(addOpenMs(office, at('2026-03-07T03:00'), 0)).toBe(at('2026-03-07T03:00'));
  });

  test('a year of working time is found although it takes longer than the calendar looks ahead', () => {
    const hours = 300 * 8;
    const dueMs = addOpenMs(office, at('2026-01-05T00:00'), hours * HOUR_MS);
    expect(dueMs).toBe(at('2027-02-26T18:00'));
    expect((dueMs as number) - at('2026-01-05T00:00')).toBeGreaterThan(MAX_LOOK_AHEAD_DAYS * DAY_MS);
  });

  test('open hours backwards are none', () => {
    expect(openMsBetween(office, at('2026-03-06T17:00'), at('2026-03-06T09:00'))).toBe(0);
  });

  test('a moment that is not known is a mistake of ours and no endless loop', () => {
    expect(() => openMsBetween(office, at('2026-03-06T09:00'), Number.POSITIVE_INFINITY)).toThrow();
    expect(() => addOpenMs(office, at('2026-03-06T09:00'), Number.NaN)).toThrow();
  });
});

describe('zones that change their clocks', () => {
  const berlin = createCalendar({ timeZone: 'Europe/Berlin', week: daily(NIGHT) });

  test('the night of the change in spring has an hour less, in autumn one more', () => {
    const nightOf = (date: string) =>
      openMsBetween(berlin, Date.parse(`${date}T12:00Z`), Date.parse(`${date}T12:00Z`) + DAY_MS);
    expect(nightOf('2026-03-27')).toBe(8 * HOUR_MS);
    expect(nightOf('2026-03-28')).toBe(7 * HOUR_MS);
    expect(nightOf('2026-10-24')).toBe(9 * HOUR_MS);
  });

  test('opening hours stay where the clock on the wall has them', () => {
    const shop = createCalendar({ timeZone: 'Europe/Berlin', week: daily({ from: hm(9), to: hm(18) }) });
    expect(nextChangeMs(shop, Date.parse('2026-03-28T20:00Z'))).toBe(Date.parse('2026-03-29T07:00Z'));
    expect(nextChangeMs(shop, Date.parse('2026-03-27T20:00Z'))).toBe(Date.parse('2026-03-28T08:00Z'));
  });

  test('a window in the hour that does not exist stays closed, one in the hour that comes twice opens twice', () => {
    const small = createCalendar({
      timeZone: 'Europe/Berlin',
      week: daily({ from: hm(2, 15), to: hm(2, 45) }),
    });
    const dayOf = (date: string) =>
      openMsBetween(small, Date.parse(`${date}T00:00Z`), Date.parse(`${date}T00:00Z`) + DAY_MS);
    expect(dayOf('2026-03-29')).toBe(0);
    expect(dayOf('2026-03-30')).toBe(30 * MINUTE_MS);
    expect(dayOf('2026-10-25')).toBe(60 * MINUTE_MS);
  });

  test('a clock that is put on at midnight (Santiago) skips the beginning of the day and nothing else', () => {
    const day = createCalendar({ timeZone: 'America/Santiago', week: daily({ from: 0, to: hm(24) }) });
    const from = Date.parse('2026-09-05T12:00Z');
    expect(openMsBetween(day, from, from + DAY_MS)).toBe(DAY_MS);
    expect(nextChangeMs(day, from)).toBeNull();
  });
});

const options = () => ({ seed: testSeed(), numRuns: testRuns(80) });

test('open hours are what a recount minute by minute finds, over random calendars, zones and times', () => {
  fc.assert(
    fc.property(anyCalendarAndTime, fc.nat(3 * 1440), ({ calendar, fromMs }, minutes) => {
      const isOpen = createReference(calendar);
      let count = 0;
      for (let minute = 0; minute < minutes; minute++) if (isOpen(fromMs + minute * MINUTE_MS)) count++;
      expect(openMsBetween(calendar, fromMs, fromMs + minutes * MINUTE_MS)).toBe(count * MINUTE_MS);
    }),
    options(),
  );
});

test('every moment is inside or outside as the clock on the wall says', () => {
  fc.assert(
    fc.property(anyCalendarAndTime, fc.nat(7 * DAY_MS), ({ calendar, fromMs }, ms) => {
      expect(isWithinCalendar(calendar, fromMs + ms)).toBe(createReference(calendar)(fromMs + ms));
    }),
    { ...options(), numRuns: testRuns(300) },
  );
});

test('until the next change nothing changes, and there it does', () => {
  fc.assert(
    fc.property(
      anyCalendarAndTime,
      fc.nat(999),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (any, ms, share) => {
        const { calendar } = any;
        const nowMs = any.fromMs + ms;
        const isOpen = isWithinCalendar(calendar, nowMs);
        const changeMs = nextChangeMs(calendar, nowMs);
        const untilMs = changeMs ?? nowMs + MAX_LOOK_AHEAD_DAYS * DAY_MS;
        expect(untilMs).toBeGreaterThan(nowMs);
        const inBetween = [nowMs + Math.floor(share * (untilMs - nowMs)), untilMs - 1].filter(
          (at) => at < untilMs,
        );
        for (const at of inBetween) expect(isWithinCalendar(calendar, at)).toBe(isOpen);
        expect(openMsBetween(calendar, nowMs, untilMs)).toBe(isOpen ? untilMs - nowMs : 0);
        if (changeMs !== null) expect(isWithinCalendar(calendar, changeMs)).toBe(!isOpen);
      },
    ),
    options(),
  );
});

test('a deadline is the first moment at which the open hours have passed', () => {
  fc.assert(
    fc.property(anyCalendarAndTime, fc.integer({ min: 1, max: 40 * HOUR_MS }), ({ calendar, fromMs }, ms) => {
      const dueMs = addOpenMs(calendar, fromMs, ms);
      if (dueMs === null) return;
      expect(openMsBetween(calendar, fromMs, dueMs)).toBe(ms);
      expect(openMsBetween(calendar, fromMs, dueMs - 1)).toBe(ms - 1);
    }),
    options(),
  );
});
