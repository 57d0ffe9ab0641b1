/**
 * Hours in which something counts (日历): working time, opening hours, a night watch. Pure look-ups over data: weekly
 * windows, holidays and make-up days (调休) in an IANA zone. Rules are suppressed outside them, clocks pause outside them.
 *
 * A window belongs to the day on which it begins and may run past midnight; windows are half-open, [from, to), and 24:00
 * is the end of a day (alarms.md B8 nos. 8 and 9). A moment is inside when the clock on the wall shows a time of the
 * window: the night in which clocks are put back has one hour more, the other one less.
 *
 * What is worked out of a UTC day is kept, because rules ask at every sweep; calendars must not change afterwards.
 */
import { assert } from './assert.ts';
import type { CalendarId } from './ids.ts';
import type { Text } from './text.ts';
import { DAY_MS, toOffsetMs, toStretches, type ZoneStretch } from './zone.ts';

/** Local time of day in minutes since midnight, 0–1440. */
export type MinuteOfDay = number;

export interface CalendarWindow {
  readonly from: MinuteOfDay;
  /** 1440 = 24:00. At or before `from` it ends on the next day. */
  readonly to: MinuteOfDay;
}

/** What a day is, before weekdays are asked. Dates are local, `YYYY-MM-DD`. */
export interface DayTable {
  /** Where the data is from, and what it is for: `国办发明电〔2025〕…`. */
  readonly source: string;
  readonly holidays: ReadonlyMap<string, Text>;
  /** Weekend days on which people work (调休上班). */
  readonly makeUpDays: ReadonlyMap<string, Text>;
  /** First and last date for which the table is complete. */
  readonly fromDate: string;
  readonly toDate: string;
}

export interface Calendar {
  readonly id: CalendarId;
  readonly name: Text;
  /** IANA zone. */
  readonly timeZone: string;
  /** Windows by kind of day. Weekdays: index 0 = Monday. */
  readonly week: readonly (readonly CalendarWindow[])[];
  /** On a holiday; on a make-up day the windows of Monday count unless given. */
  readonly holiday: readonly CalendarWindow[];
  readonly makeUp: readonly CalendarWindow[] | null;
  /** null = no holidays are known to it. */
  readonly days: DayTable | null;
}

/** Days without a change after which `nextChangeMs` and `addOpenMs` give up: a year and the longest holidays. */
export const MAX_LOOK_AHEAD_DAYS = 400;
/** Days kept of a calendar; beyond it all are worked out anew when they are asked for. */
const MAX_KEPT_DAYS = 1_000;
const MINUTE_MS = 60_000;

/** Whether the hours of the calendar run at that moment. */
export function isWithinCalendar(calendar: Calendar, wallMs: number): boolean {
  return toOpenOf(calendar, toDay(wallMs)).some(({ fromMs, toMs }) => wallMs >= fromMs && wallMs < toMs);
}

/** The next moment, after this one, at which the calendar opens or closes; null = none within 400 days. */
export function nextChangeMs(calendar: Calendar, wallMs: number): number | null {
  const today = toDay(wallMs);
  const isOpen = isWithinCalendar(calendar, wallMs);
  let sinceMs = wallMs;
  for (let day = today; day <= today + MAX_LOOK_AHEAD_DAYS; day++) {
    for (const { fromMs, toMs } of toOpenOf(calendar, day)) {
      if (toMs <= wallMs) continue;
      if (!isOpen) return fromMs;
      // Hours that go on at once, over a UTC midnight, are one stretch.
      if (fromMs > sinceMs) return sinceMs;
      sinceMs = toMs;
    }
    if (isOpen && sinceMs < (day + 1) * DAY_MS) return sinceMs;
  }
  return null;
}

/** Milliseconds of open hours from one moment to another; 0 when the second is not after the first. */
export function openMsBetween(calendar: Calendar, fromMs: number, toMs: number): number {
  assert(
    Number.isFinite(fromMs) && Number.isFinite(toMs),
    'open hours are counted between two known moments',
  );
  let openMs = 0;
  for (let day = toDay(fromMs); day * DAY_MS < toMs; day++) {
    for (const open of toOpenOf(calendar, day)) {
      openMs += Math.max(0, Math.min(open.toMs, toMs) - Math.max(open.fromMs, fromMs));
    }
  }
  return openMs;
}

/**
 * The first moment at which so many milliseconds of open hours have passed: a deadline. The moment itself for 0.
 * null = the calendar has 400 days without an open one before that.
 */
export function addOpenMs(calendar: Calendar, fromMs: number, ms: number): number | null {
  assert(
    Number.isFinite(fromMs) && ms >= 0 && Number.isFinite(ms),
    'a deadline lies ahead of a known moment',
  );
  if (ms === 0) return fromMs;
  let leftMs = ms;
  let lastOpenDay = toDay(fromMs);
  for (let day = lastOpenDay; day <= lastOpenDay + MAX_LOOK_AHEAD_DAYS; day++) {
    for (const open of toOpenOf(calendar, day)) {
      const beginMs = Math.max(open.fromMs, fromMs);
      const spanMs = open.toMs - beginMs;
      if (spanMs <= 0) continue;
      if (spanMs >= leftMs) return beginMs + leftMs;
      leftMs -= spanMs;
      lastOpenDay = day;
    }
  }
  return null;
}

/**
 * A deadline in working days: the end of the hours of the n-th day with open hours behind the local day of `fromMs`. The day on
 * which it begins does not count, the last one counts until its hours close (Civil Code of China, art. 201 and 203).
 * null = the calendar has 400 days without an open one before that.
 * @param days whole, from 1
 */
export function addOpenDays(calendar: Calendar, fromMs: number, days: number): number | null {
  assert(Number.isFinite(fromMs) && Number.isInteger(days) && days >= 1, 'a deadline is whole days ahead');
  let lastOpenDay = toDay(fromMs + toOffsetMs(calendar.timeZone, fromMs));
  let left = days;
  for (let day = lastOpenDay + 1; day <= lastOpenDay + MAX_LOOK_AHEAD_DAYS; day++) {
    const windows = toWindows(calendar, day);
    if (windows.length === 0) continue;
    left -= 1;
    lastOpenDay = day;
    if (left > 0) continue;
    const ends = windows.map(({ from, to }) => (to <= from ? to + DAY_MS / MINUTE_MS : to));
    const shownMs = day * DAY_MS + Math.max(...ends) * MINUTE_MS;
    return shownMs - toOffsetMs(calendar.timeZone, shownMs - toOffsetMs(calendar.timeZone, shownMs));
  }
  return null;
}

interface Open {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Key of the inner map: UTC day. */
const kept = new WeakMap<Calendar, Map<number, readonly Open[]>>();

/** Open stretches of a UTC day, in order, apart from each other. */
function toOpenOf(calendar: Calendar, day: number): readonly Open[] {
  let days = kept.get(calendar);
  if (days === undefined) kept.set(calendar, (days = new Map()));
  const known = days.get(day);
  if (known !== undefined) return known;
  if (days.size >= MAX_KEPT_DAYS) days.clear();
  const open = toStretches(calendar.timeZone, day).flatMap((stretch) => toOpen(calendar, stretch));
  const joined = join(open);
  days.set(day, joined);
  return joined;
}

function toOpen(calendar: Calendar, { fromMs, toMs, offsetMs }: ZoneStretch): readonly Open[] {
  const found: Open[] = [];
  // A window of the day before may run into the first local day.
  for (let day = toDay(fromMs + offsetMs) - 1; day <= toDay(toMs + offsetMs - 1); day++) {
    for (const { from, to } of toWindows(calendar, day)) {
      const end = to <= from ? to + DAY_MS / MINUTE_MS : to;
      const beginMs = day * DAY_MS + from * MINUTE_MS - offsetMs;
      const endMs = day * DAY_MS + end * MINUTE_MS - offsetMs;
      if (endMs <= fromMs || beginMs >= toMs) continue;
      found.push({ fromMs: Math.max(beginMs, fromMs), toMs: Math.min(endMs, toMs) });
    }
  }
  return found;
}

function join(open: readonly Open[]): readonly Open[] {
  const joined: Open[] = [];
  for (const next of open.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = joined.at(-1);
    if (last === undefined || next.fromMs > last.toMs) joined.push(next);
    else joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, next.toMs) };
  }
  return joined;
}

/** @param day local, days since 1970-01-01 */
function toWindows({ week, holiday, makeUp, days }: Calendar, day: number): readonly CalendarWindow[] {
  if (days !== null) {
    const date = toDate(day);
    if (days.holidays.has(date)) return holiday;
    if (days.makeUpDays.has(date)) return makeUp ?? week[0] ?? [];
  }
  return week[toWeekday(day)] ?? [];
}

/** 0 = Monday; 1970-01-01 was a Thursday. */
function toWeekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

function toDate(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function toDay(ms: number): number {
  return Math.floor(ms / DAY_MS);
}
