/**
 * What calendars mean, told again the slow way for the tests: minute by minute, by the clock on the wall. Shares no code
 * with src/core/calendar.ts.
 */
import * as fc from 'fast-check';
import type { Calendar, CalendarWindow, DayTable } from '../../src/core/calendar.ts';
import { toId } from '../../src/core/ids.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const daily = (...windows: readonly CalendarWindow[]): Calendar['week'] =>
  Array.from({ length: 7 }, () => windows);

/** Closed all week in Shanghai unless told otherwise. */
export function createCalendar(more: Partial<Calendar> = {}): Calendar {
  return {
    id: toId('office'),
    name: { zh: '办公时间', en: 'Office hours' },
    timeZone: 'Asia/Shanghai',
    week: daily(),
    holiday: [],
    makeUp: null,
    days: null,
    ...more,
  };
}

export function createTable(holidays: readonly string[], makeUpDays: readonly string[]): DayTable {
  const toMap = (dates: readonly string[]) =>
    new Map(dates.map((date) => [date, { zh: '假日', en: 'Holiday' }]));
  return {
    source: 'test',
    holidays: toMap(holidays),
    makeUpDays: toMap(makeUpDays),
    fromDate: '2000-01-01',
    toDate: '2035-12-31',
  };
}

const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** Whether the clock on the wall shows a time of a window of today, or of one that has begun yesterday. */
export function createReference(calendar: Calendar): (wallMs: number) => boolean {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: calendar.timeZone,
    hourCycle: 'h23',
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const windowsOf = (date: string, weekday: number): readonly CalendarWindow[] => {
    if (calendar.days?.holidays.has(date)) return calendar.holiday;
    if (calendar.days?.makeUpDays.has(date)) return calendar.makeUp ?? calendar.week[0] ?? [];
    return calendar.week[weekday] ?? [];
  };
  return (wallMs) => {
    const parts = Object.fromEntries(format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
    const minute = Number(parts['hour']) * 60 + Number(parts['minute']);
    const weekday = NAMES.indexOf(parts['weekday'] ?? '');
    const [year, month, day] = [Number(parts['year']), Number(parts['month']), Number(parts['day'])];
    const toText = (at: Date): string => at.toISOString().slice(0, 10);
    const today = windowsOf(toText(new Date(Date.UTC(year, month - 1, day))), weekday);
    const yesterday = windowsOf(toText(new Date(Date.UTC(year, month - 1, day - 1))), (weekday + 6) % 7);
    return (
      today.some(({ from, to }) => minute >= from && (to <= from || minute < to)) ||
      yesterday.some(({ from, to }) => to <= from && minute < to)
    );
  };
}

const window = fc.record({ from: fc.nat(1439), to: fc.nat(1440) });
const windows = fc.array(window, { maxLength: 3 });
/** Whole hours, half hours, both hemispheres, a change at midnight, one of half an hour, a zone that lost a day. */
const ZONES = [
  'UTC',
  'Asia/Shanghai',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'America/Havana',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Asia/Tehran',
];

/** A calendar, and a whole minute near a change of the clocks, a year's end, a 29 February or anywhere. */
export const anyCalendarAndTime = fc
  .record({
    timeZone: fc.constantFrom(...ZONES),
    week: fc.array(windows, { minLength: 7, maxLength: 7 }),
    holiday: windows,
    makeUp: fc.option(windows),
    hasDays: fc.boolean(),
    year: fc.integer({ min: 2005, max: 2030 }),
    dayOfYear: fc.oneof(
      fc.constantFrom(0, 59, 60, 66, 73, 85, 88, 94, 245, 279, 284, 300, 305, 309, 363, 365),
      fc.nat(365),
    ),
    minute: fc.nat(1439),
    offDays: fc.array(fc.integer({ min: -2, max: 6 }), { maxLength: 4 }),
    workDays: fc.array(fc.integer({ min: -2, max: 6 }), { maxLength: 4 }),
  })
  .map(({ year, dayOfYear, minute, hasDays, offDays, workDays, ...rest }) => {
    const fromMs = Date.UTC(year, 0, 1) + dayOfYear * DAY_MS + minute * MINUTE_MS;
    const toDates = (days: readonly number[]) =>
      days.map((day) => new Date(fromMs + day * DAY_MS).toISOString().slice(0, 10));
    const days = hasDays ? createTable(toDates(offDays), toDates(workDays)) : null;
    return { calendar: createCalendar({ ...rest, days }), fromMs };
  });
