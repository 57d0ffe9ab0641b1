/** Duty and its gaps against a naive recount minute by minute, under random rosters and in zones whose clocks change. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Calendar } from '../../src/core/calendar.ts';
import type { Assignment, Roster, Shift } from '../../src/core/duty.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import { createDutyView } from '../../src/people/duty.ts';
import { findGaps } from '../../src/people/gaps.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { makeBook, member, post } from './fixtures.ts';
import { createWindow, type NaiveEntry, toNaiveEntries, type Window } from './naive-duty.ts';

const MINUTE_MS = 60_000;
const DAYS = 5;
/** Zone and the first of three dates around a change of its clocks. */
const PLACES = [
  ['Asia/Shanghai', '2026-11-27'],
  ['Asia/Kathmandu', '2026-11-27'],
  ['Europe/Berlin', '2026-03-28'],
  ['Europe/Berlin', '2026-10-24'],
  ['America/New_York', '2026-10-31'],
  ['Australia/Lord_Howe', '2026-04-04'],
  ['America/Havana', '2026-10-31'],
  ['Pacific/Apia', '2011-12-29'],
] as const;

const WINDOWS = PLACES.map(([zone, date]) =>
  createWindow(zone, Date.parse(`${date}T00:00Z`) - 86_400_000, DAYS),
);
const PEOPLE = ['wang', 'li', 'zhao', 'disabled', 'nobody'] as const;
const OFFICE: CalendarId = toId('office');

const minute = fc.integer({ min: 0, max: 1439 });
const shift = fc.record({ from: minute, to: fc.integer({ min: 0, max: 1440 }) });
const assignment = fc.record({
  day: fc.integer({ min: 0, max: 2 }),
  post: fc.constantFrom('desk', 'duty-engineer', 'standby'),
  shift: fc.integer({ min: 0, max: 3 }),
  username: fc.constantFrom(...PEOPLE),
});
const sample = fc.record({
  place: fc.integer({ min: 0, max: PLACES.length - 1 }),
  shifts: fc.array(shift, { minLength: 4, maxLength: 4 }),
  assignments: fc.array(assignment, { maxLength: 12 }),
});

function makeCalendar(timeZone: string, holiday: string): Calendar {
  const hours = [{ from: 540, to: 1020 }];
  const none = { zh: '假日', en: 'holiday' };
  return {
    id: OFFICE,
    name: { zh: '办公', en: 'Office' },
    timeZone,
    week: [hours, hours, hours, hours, hours, [], [{ from: 1320, to: 360 }]],
    holiday: [],
    makeUp: null,
    days: {
      source: 'test',
      holidays: new Map([[holiday, none]]),
      makeUpDays: new Map(),
      fromDate: '2011-01-01',
      toDate: '2026-12-31',
    },
  };
}

function make({ place, shifts, assignments }: typeof sample extends fc.Arbitrary<infer T> ? T : never) {
  const [timeZone, date] = PLACES[place] ?? PLACES[0];
  const window = WINDOWS[place] as Window;
  const dates = [0, 1, 2].map((day) =>
    new Date(Date.parse(date) + day * 86_400_000).toISOString().slice(0, 10),
  );
  const roster: Roster = {
    version: 1,
    timeZone,
    shifts: shifts.map((one, index): Shift => ({ ...one, id: `s${index}`, name: { zh: '班', en: 'shift' } })),
    posts: [
      post('desk', 'desk'),
      { ...post('duty-engineer', 'engineer'), calendar: OFFICE },
      { ...post('standby', 'engineer'), isStandby: true },
    ],
    assignments: assignments.map(
      (one): Assignment => ({
        date: dates[one.day] ?? date,
        post: one.post,
        shift: `s${one.shift}`,
        username: one.username,
        swappedFrom: null,
        approver: null,
      }),
    ),
  };
  const people = PEOPLE.slice(0, 4).map((name) =>
    member(name, ['desk', 'engineer'], { isDisabled: name === 'disabled' }),
  );
  const calendars = new Map([[OFFICE, makeCalendar(timeZone, dates[1] ?? '')]]);
  return { roster, window, book: makeBook(roster, people, { calendars }), dates };
}

const toLine = ({ date, post: onPost, shift: id, username }: Assignment): string =>
  [date, onPost, id, username].join('/');

/** Minutes at which something begins or ends, those beside them, and every 97th. */
function toMoments(entries: readonly NaiveEntry[], length: number): readonly number[] {
  const edges = entries.flatMap(({ from, to }) => [from - 1, from, to - 1, to]);
  const others = Array.from({ length: Math.floor(length / 97) }, (_, index) => index * 97);
  return [...new Set([...edges, ...others])].filter((at) => at >= 0 && at < length);
}

describe('random rosters', () => {
  test('have the same people on duty as a recount by the clock on the wall', () => {
    fc.assert(
      fc.property(sample, (given) => {
        const { roster, window, book } = make(given);
        const naive = toNaiveEntries(roster, window);
        const duty = createDutyView(book);
        for (const at of toMoments(naive, window.wall.length)) {
          const expected = naive.filter(({ from, to }) => from <= at && at < to);
          const found = duty.on(window.fromMs + at * MINUTE_MS);
          expect(found.map((entry) => toLine(entry.assignment)).sort()).toEqual(
            expected.map((entry) => toLine(entry.assignment)).sort(),
          );
        }
      }),
      { seed: testSeed(), numRuns: testRuns(40) },
    );
  });

  test('have gaps in exactly the minutes that a recount finds uncovered or doubly taken', () => {
    fc.assert(
      fc.property(sample, (given) => {
        const { roster, window, book, dates } = make(given);
        const [first, last] = [600, 4 * 1440];
        const gaps = findGaps(book, window.fromMs + first * MINUTE_MS, window.fromMs + last * MINUTE_MS);
        const naive = toNaiveEntries(roster, window);
        const minutesOf = (kind: string, onPost: string): string => {
          const marks = new Uint8Array(window.wall.length);
          for (const gap of gaps) {
            if (gap.kind !== kind || gap.post !== onPost) continue;
            const [from, to] = [gap.fromMs, gap.toMs].map((ms) => (ms - window.fromMs) / MINUTE_MS);
            marks.fill(1, from, to);
          }
          return marks.join('');
        };
        for (const { id, calendar } of roster.posts) {
          const own = naive.filter((entry) => entry.post.id === id);
          const works = own.filter(
            ({ assignment: { username } }) => !['disabled', 'nobody'].includes(username),
          );
          const nobody = new Uint8Array(window.wall.length);
          for (let at = first; at < last; at++) {
            const isNeeded = calendar === null || isOfficeHour(window.wall[at] ?? '', dates[1] ?? '');
            nobody[at] = isNeeded && !works.some(({ from, to }) => from <= at && at < to) ? 1 : 0;
          }
          expect(minutesOf('nobody', id)).toBe(nobody.join(''));
        }
        expect(countTwice(gaps)).toBe(recountTwice(naive, first, last));
      }),
      { seed: testSeed(), numRuns: testRuns(20) },
    );
  });
});

/** Read off the wall: Monday to Friday 9–17, Sunday 22:00 to Monday 6:00, nothing that begins on the holiday. */
function isOfficeHour(shown: string, holiday: string): boolean {
  const [date = '', time = ''] = shown.split(' ');
  const weekday = new Date(`${date}T00:00Z`).getUTCDay();
  const before = new Date(Date.parse(`${date}T00:00Z`) - 86_400_000).toISOString().slice(0, 10);
  const isMorningAfter = weekday === 1 && before !== holiday && time < '06:00';
  if (date === holiday) return isMorningAfter;
  if (weekday === 0) return time >= '22:00';
  return isMorningAfter || (weekday !== 6 && time >= '09:00' && time < '17:00');
}

function countTwice(gaps: ReturnType<typeof findGaps>): number {
  const twice = gaps.filter(({ kind }) => kind === 'twice');
  return twice.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / MINUTE_MS, 0);
}

/** Pairs of assignments of one person in each minute. */
function recountTwice(naive: readonly NaiveEntry[], first: number, last: number): number {
  const own = naive.filter(({ assignment }) => ['wang', 'li', 'zhao'].includes(assignment.username));
  let pairs = 0;
  for (const [index, a] of own.entries())
    for (const b of own.slice(index + 1))
      if (a.assignment.username === b.assignment.username)
        for (let at = first; at < last; at++)
          if (a.from <= at && at < a.to && b.from <= at && at < b.to) pairs++;
  return pairs;
}
