/** Rosters as YAML: patterns, single days, every mistake with its place, and the way back. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { MAX_FILE_BYTES } from '../../src/config/source.ts';
import type { Calendar } from '../../src/core/calendar.ts';
import { RosterError } from '../../src/core/errors.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import {
  parseRoster,
  type RosterContext,
  readRosterFile,
  toRosterYaml,
} from '../../src/people/roster-file.ts';
import { ROSTER_LIMITS } from '../../src/people/roster-limits.ts';
import { expandPattern, toDefaultStep } from '../../src/people/roster-pattern.ts';
import { assign, makeRoster, ZONE } from './fixtures.ts';

const EXAMPLE = fileURLToPath(new URL('../../config/roster-example.yaml', import.meta.url));

const hours = [{ from: 510, to: 1080 }];
const office: Calendar = {
  id: toId('office'),
  name: { zh: '办公', en: 'Office' },
  timeZone: ZONE,
  week: [hours, hours, hours, hours, hours, [], []],
  holiday: [],
  makeUp: null,
  days: {
    source: 'test',
    holidays: new Map([['2026-11-25', { zh: '假日', en: 'Holiday' }]]),
    makeUpDays: new Map([['2026-11-28', { zh: '调休', en: 'Make-up day' }]]),
    fromDate: '2026-01-01',
    toDate: '2026-12-31',
  },
};
const calendars = new Map<CalendarId, Calendar>([[office.id, office]]);
const CONTEXT: RosterContext = { timeZone: ZONE, calendars, users: new Set(['wang', 'li', 'zhao']) };

const HEAD = `version: 1
shifts:
  - { id: day, name: { zh: 白班, en: Day }, from: "08:00", to: "20:00" }
  - { id: night, name: { zh: 夜班, en: Night }, from: "20:00", to: "08:00" }
posts:
  - { id: desk, name: { zh: 前台, en: Desk }, role: desk }
`;

const parse = (text: string, context = CONTEXT) => parseRoster(text, 'roster.yaml', context);

function problemsOf(text: string): readonly string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof RosterError)
      return error.problems.map(
        ({ line, path, expected, found }) => `${line} ${path}: ${expected} | ${found}`,
      );
    throw error;
  }
  return [];
}

const rows = (text: string) =>
  parse(text).roster.assignments.map(({ date, shift, username }) =>
    [date.slice(-2), shift, username].join(' '),
  );

describe('a pattern', () => {
  test('of 白 夜 休 gives each of three people a day, a night and a rest in turn, every shift taken once', () => {
    const text = `${HEAD}patterns:
  - { post: desk, from: 2026-11-01, to: 2026-11-03, cycle: [白, 夜, 休], people: [wang, li, zhao] }
`;
    expect(rows(text)).toEqual([
      '01 day wang',
      '01 night li',
      '02 day zhao',
      '02 night wang',
      '03 day li',
      '03 night zhao',
    ]);
  });

  test('of a longer cycle spreads people evenly: four crews in eight days are two places apart', () => {
    expect(toDefaultStep(8, 4)).toBe(2);
    expect(toDefaultStep(3, 3)).toBe(1);
    expect(toDefaultStep(3, 2)).toBe(1);
  });

  test('of rest days only goes on with rest days, holidays among them and make-up days not', () => {
    const text = `${HEAD}patterns:
  - post: desk
    from: 2026-11-23
    to: 2026-11-29
    cycle: [day, rest]
    people: [wang, li]
    days: { calendar: office, are: closed }
`;
    expect(rows(text)).toEqual(['25 day wang', '29 day li']);
  });

  test('of working days leaves the holiday out and takes the make-up day in', () => {
    const days = { calendar: office, isOpen: true };
    const pattern = {
      post: 'desk',
      from: '2026-11-23',
      to: '2026-11-29',
      cycle: ['day'],
      people: ['wang'],
      step: 1,
      days,
    };
    expect(expandPattern(pattern, 366).map(({ date }) => date.slice(-2))).toEqual([
      '23',
      '24',
      '26',
      '27',
      '28',
    ]);
  });

  test('gives way to a swap of the same day, and to nothing else', () => {
    const text = `${HEAD}patterns:
  - { post: desk, from: 2026-11-01, to: 2026-11-01, cycle: [白], people: [wang, li] }
assignments:
  - { date: 2026-11-01, post: desk, shift: 白班, username: zhao, swappedFrom: wang, approver: li }
`;
    expect(rows(text)).toEqual(['01 day li', '01 day zhao']);
    expect(parse(text).roster.assignments[1]).toMatchObject({ swappedFrom: 'wang', approver: 'li' });
  });
});

describe('mistakes', () => {
  test('are told all at once, each with its line', () => {
    const text = `${HEAD}patterns:
  - { post: dessk, from: 2026-11-31, to: 2026-11-30, cycle: [白, 晚], people: [wang, lii] }
assignments:
  - { date: 2026-02-30, post: desk, shift: 休, username: nobody }
`;
    expect(problemsOf(text)).toEqual([
      '8 patterns[0].post: the id of a post | "dessk", did you mean "desk"?',
      '8 patterns[0].from: a day of the calendar | "2026-11-31"',
      '8 patterns[0].cycle[1]: a shift: day (白班), night (夜班), rest (休) | "晚"',
      '8 patterns[0].people[1]: the name of an account | "lii", did you mean "li"?',
      '10 assignments[0].date: a day of the calendar | "2026-02-30"',
      '10 assignments[0].shift: a shift: day (白班), night (夜班), rest (休) | "休"',
      '10 assignments[0].username: the name of an account | "nobody"',
    ]);
  });

  test.each([
    ['another version', HEAD.replace('1', '2'), 'version'],
    ['an unknown key', `${HEAD}night: []\n`, 'night'],
    ['an unknown zone', `${HEAD}timeZone: Asia/Peking2\n`, 'timeZone'],
    ['a time that is none', HEAD.replace('20:00', '25:00'), 'shifts[0].to'],
    ['an id twice', HEAD.replace('night', 'day'), 'shifts[1].id'],
    ['an unknown role', HEAD.replace('role: desk', 'role: boss'), 'posts[0].role'],
    ['an unknown calendar', HEAD.replace('role: desk', 'role: desk, calendar: none'), 'posts[0].calendar'],
    ['a file cut off', `${HEAD}assignments: [`, '(document)'],
    ['nothing', '', '(document)'],
    [
      'a pattern over more than a year',
      `${HEAD}patterns: [{ post: desk, from: 2026-01-01, to: 2027-06-01, cycle: [day], people: [li] }]`,
      'patterns[0].to',
    ],
  ])('%s is refused', (_what, text, path) => {
    expect(problemsOf(text).map((line) => line.split(/[ :]/)[1])).toContain(path);
  });

  test('more assignments than the limit are refused', () => {
    const pattern =
      '  - { post: desk, from: 2026-01-01, to: 2026-12-31, cycle: [day], people: [wang, li, zhao] }\n';
    expect(problemsOf(`${HEAD}patterns:\n${pattern}`)).toEqual([]);
    const people = Array.from({ length: 40 }, (_, index) => `p${index}`);
    const many = pattern.replace('wang, li, zhao', people.join(', '));
    expect(() => parse(`${HEAD}patterns:\n${many}`, { ...CONTEXT, users: new Set(people) })).toThrow(
      RosterError,
    );
  });
});

describe('the way back', () => {
  test('a roster that is written reads as the same', () => {
    const { roster } = readRosterFile(EXAMPLE, {
      timeZone: ZONE,
      calendars: toExampleCalendars(),
      users: null,
    });
    const text = toRosterYaml({ ...roster, version: 3 });
    const users = new Set(
      roster.assignments
        .flatMap(({ username, swappedFrom, approver }) => [username, swappedFrom, approver])
        .filter((name) => name !== null),
    );
    expect(parse(text, { timeZone: 'UTC', calendars: toExampleCalendars(), users }).roster).toEqual(roster);
  });

  test('the largest roster fits into the largest file that is read', () => {
    const many = Array.from({ length: ROSTER_LIMITS.assignments }, () =>
      assign('2026-11-28', 'standby-electrician', 'night', 'zhang-xiaoming'),
    );
    expect(Buffer.byteLength(toRosterYaml(makeRoster(many)))).toBeLessThan(MAX_FILE_BYTES);
  });
});

test('the example is sound, and says what it promises', () => {
  const { roster, profiles } = readRosterFile(EXAMPLE, {
    timeZone: 'UTC',
    calendars: toExampleCalendars(),
    users: null,
  });
  expect(roster.timeZone).toBe('Asia/Shanghai');
  const onDesk = roster.assignments.filter(({ date, post }) => date === '2026-11-28' && post === 'desk');
  expect(onDesk).toContainEqual({
    date: '2026-11-28',
    post: 'desk',
    shift: 'day',
    username: 'desk-chen',
    swappedFrom: 'desk-sun',
    approver: 'wu-min',
  });
  expect(profiles.get('liu-qiang')?.certificates).toEqual([
    { kind: 'electrician-lv', number: 'EXAMPLE-0001', validTo: '2026-12-15' },
  ]);
  expect(readFileSync(EXAMPLE, 'utf8')).toContain('who --config config/demo.yaml');
});

function toExampleCalendars(): RosterContext['calendars'] {
  const rest: Calendar = { ...office, id: toId('rest-days'), week: [[], [], [], [], [], hours, hours] };
  return new Map([...calendars, [rest.id, rest]]);
}
