/** Calendars of a site file: what its words become, and the tables of holidays that are shipped. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readDayTable, toTableWarnings } from '../../src/config/day-table.ts';
import { createProblems } from '../../src/config/problems.ts';
import { type Calendar, isWithinCalendar, openMsBetween } from '../../src/core/calendar.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import { expression } from '../../src/rules/expression.ts';
import { createTemporaryDirectory, temporaryDirectory } from '../support/temp.ts';
import { TEST_CATALOG } from './support/catalog.ts';
import { load, problemsOf } from './support/load.ts';
import { HEAD, ruleOf, write, writeSite } from './support/site.ts';

const home = createTemporaryDirectory();
afterAll(() => home.remove());

function calendarOf(text: string): Calendar {
  const item = `{ id: office, name: { zh: 办公, en: Office }, ${text} }`;
  const site = write(`${HEAD}calendars:\n  - ${item}\n`, home.path);
  return load(site).calendars.get(toId<CalendarId>('office')) as Calendar;
}

/** Shanghai. */
const at = (local: string): number => Date.parse(`${local}+08:00`);

describe('words of the week', () => {
  test('a range of days has the same hours every day, and days that are not named have none', () => {
    const { week } = calendarOf('week: { mon-fri: ["08:30-12:00", "13:30-18:00"], sun: ["22:00-24:00"] }');
    expect(week.map((day) => day.length)).toEqual([2, 2, 2, 2, 2, 0, 1]);
    expect(week[4]).toEqual([
      { from: 510, to: 720 },
      { from: 810, to: 1080 },
    ]);
    expect(week[6]).toEqual([{ from: 1320, to: 1440 }]);
  });

  test('a range can run over the end of the week', () => {
    const { week } = calendarOf('week: { fri-mon: ["09:00-10:00"] }');
    expect(week.map((day) => day.length)).toEqual([1, 0, 0, 0, 1, 1, 1]);
  });

  test('hours that end before they begin end on the next day', () => {
    const night = calendarOf('week: { fri: ["22:00-06:00"] }');
    expect(isWithinCalendar(night, at('2026-03-07T05:59'))).toBe(true);
    expect(isWithinCalendar(night, at('2026-03-06T05:59'))).toBe(false);
  });

  test('the zone is the one of the site unless it names its own', () => {
    expect(calendarOf('week: {}').timeZone).toBe('Asia/Shanghai');
    expect(calendarOf('week: {}, timeZone: Europe/Berlin').timeZone).toBe('Europe/Berlin');
  });

  test('without holidays none are known', () => {
    expect(calendarOf('week: {}')).toMatchObject({ days: null, holiday: [], makeUp: null });
  });
});

describe('tables of holidays', () => {
  const office = calendarOf('week: { mon-fri: ["08:30-18:00"] }, days: holidays-cn');

  test('National Day 2026 is closed and its make-up days are working days (国办发明电〔2025〕7号)', () => {
    const openDays = (dates: readonly string[]) =>
      dates.filter((date) => isWithinCalendar(office, at(`${date}T10:00`)));
    expect(openDays(['2026-10-01', '2026-10-02', '2026-10-05', '2026-10-06', '2026-10-07'])).toEqual([]);
    expect(openDays(['2026-09-20', '2026-10-10', '2026-10-08'])).toHaveLength(3);
    expect(openDays(['2026-09-19', '2026-10-11'])).toEqual([]);
  });

  test.each([
    // 365 days: 104 at weekends, 28 of holidays of which 5 make up: 248 working days.
    [2025, 248],
    [2026, 248],
  ])('%i has %i working days', (year, days) => {
    const openMs = openMsBetween(office, at(`${year}-01-01T00:00`), at(`${year + 1}-01-01T00:00`));
    expect(openMs / (9.5 * 3_600_000)).toBe(days);
  });

  test('make-up days lie at weekends, and all days in the years of the table', () => {
    const days = office.days as NonNullable<Calendar['days']>;
    const weekday = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay();
    expect([...days.makeUpDays.keys()].filter((date) => ![0, 6].includes(weekday(date)))).toEqual([]);
    const dates = [...days.holidays.keys(), ...days.makeUpDays.keys()];
    expect(dates.filter((date) => date < days.fromDate || date > days.toDate)).toEqual([]);
    expect(days.holidays.get('2026-02-17')).toEqual({ zh: '春节', en: 'Spring Festival' });
  });

  test('a table beside the file goes before the one of the project, and belongs to the hash of the configuration', () => {
    const directory = temporaryDirectory();
    const own = (name: string) =>
      write(
        `version: 1\nsource: own\nfrom: "2026-01-01"\nto: "2027-12-31"\nholidays: [{ from: "2027-05-04", name: { zh: ${name}, en: Own } }]\n`,
        directory,
        'holidays-cn.yaml',
      );
    const text = `${HEAD}calendars: [{ id: office, name: { zh: 办公, en: Office }, week: { mon-fri: ["08:00-17:00"] }, days: holidays-cn }]\n`;
    own('公司日');
    const model = load(write(text, directory));
    const days = model.calendars.get(toId<CalendarId>('office'))?.days;
    expect([...(days?.holidays.keys() ?? [])]).toEqual(['2027-05-04']);
    expect(model.files).toContain(join(directory, 'holidays-cn.yaml'));
    own('厂庆日');
    expect(load(join(directory, 'site.yaml')).hash).not.toBe(model.hash);
  });

  test('a day that the year does not have is refused', () => {
    const path = write('version: 1\nsource: x\nfrom: "2026-01-01"\nto: "2026-02-29"\n');
    const problems = createProblems();
    expect(readDayTable(path, problems)?.table).toBeNull();
    expect(problems.count).toBe(1);
  });

  test('is warned of 60 days before its end, and differently once it has ended', () => {
    const warned = (date: string) => toTableWarnings([office], Date.parse(`${date}T00:00:00Z`)).join();
    expect(warned('2026-11-01')).toBe('');
    expect(warned('2026-11-02')).toContain('ends on 2026-12-31');
    expect(warned('2026-12-31')).toContain('ends on 2026-12-31');
    expect(warned('2027-01-01')).toContain('has ended on 2026-12-31');
    expect(toTableWarnings([calendarOf('week: {}')], Date.parse('2030-01-01'))).toEqual([]);
  });
});

describe('calendars of rules', () => {
  const profile = (calendar: string) => `version: 1
id: tank-copy
vendor: Test
model: Tank
kind: tank
name: { zh: 水箱, en: Tank }
protocol: bus
source: test
verified: example
points: [{ id: level, name: { zh: 液位, en: Level }, unit: metre, address: { register: 0 } }]
rules: [{ id: low, type: threshold, severity: low, text: { zh: 低, en: Low }, point: level, lo: { limit: 1 }, calendar: ${calendar} }]\n`;

  test('a profile can name a calendar, which the site must have', () => {
    const directory = temporaryDirectory();
    write(profile('night'), directory, 'tank-copy.yaml');
    const path = writeSite('tank', 'tank-copy', directory);
    expect(problemsOf(path)).toEqual([
      expect.stringMatching(
        /tank-copy\.yaml:11:\d+ rules\[0\]\.calendar: expected the id of a calendar of the site, found "night"$/,
      ),
    ]);
  });

  test('a calendar may stand in an included file', () => {
    const directory = temporaryDirectory();
    write(profile('night'), directory, 'tank-copy.yaml');
    const night = '{ id: night, name: { zh: 夜, en: Night }, week: { mon-sun: ["22:00-06:00"] } }';
    write(`version: 1\ncalendars: [${night}]\n`, directory, 'hours.yaml');
    const path = writeSite('tank', 'tank-copy', directory);
    write(`${readFileSync(path, 'utf8')}include: [hours.yaml]\n`, directory);
    const model = load(path);
    expect(ruleOf(model, 'house/tank/low').calendar).toBe('night');
    expect([...model.calendars.keys()]).toEqual(['night']);
  });

  test('the calendars that an expression names must be there as well', () => {
    const directory = temporaryDirectory();
    const rule =
      '{ id: odd, type: expression, severity: low, text: { zh: 异, en: Odd }, points: { level: level }, working: { open: day }, condition: open && level > 1.0 }';
    write(profile('night').replace(/rules: .*/, `rules: [${rule}]`), directory, 'tank-copy.yaml');
    const path = writeSite('tank', 'tank-copy', directory);
    const rules = { ...TEST_CATALOG.rules, expression };
    expect(problemsOf(path, { catalog: { ...TEST_CATALOG, rules } })).toEqual([
      expect.stringMatching(
        / rules\[0\]\.working\.open: expected the id of a calendar of the site, found "day"$/,
      ),
    ]);
  });
});
