/** Calendars of a site (`calendars:`): weekly hours, holidays by name of their table. When they are open is core/calendar's. */
import { dirname, join } from 'node:path';
import type { Calendar, CalendarWindow, DayTable } from '../core/calendar.ts';
import { type CalendarId, toId } from '../core/ids.ts';
import { type CalendarEntry, CalendarSchema, DAY_NAMES, type DayKey } from './calendar-schema.ts';
import { type DayTableFile, readDayTable } from './day-table.ts';
import { takeIds } from './places.ts';
import { type Problems, quote } from './problems.ts';
import { below, type Register } from './register.ts';
import { type Located, type Source, whyUnreadable } from './source.ts';
import { isTimeZone } from './time-zone.ts';
import { type Checking, validate } from './validate.ts';

export interface Calendars {
  /** Key: calendar id. Only calendars without problems. */
  readonly items: ReadonlyMap<CalendarId, Calendar>;
  readonly register: Register;
  /** Tables of holidays that were read. */
  readonly sources: readonly Source[];
}

/** The project's own tables, searched after the folder of the file that names one. */
const TABLES = join(import.meta.dirname, '../../config');

/** @param timeZone the site's, for calendars that name none */
export function readCalendars(items: readonly Located[], timeZone: string, checking: Checking): Calendars {
  const register = takeIds(items, 'a calendar', checking);
  const calendars = new Map<CalendarId, Calendar>();
  /** Key: absolute path. */
  const tables = new Map<string, DayTableFile | null>();
  for (const item of items) {
    const before = checking.problems.count;
    const entry = validate(CalendarSchema, item, checking);
    if (entry === null) continue;
    const days = readDays(entry, item, tables, checking);
    const calendar = toCalendar(entry, item, { timeZone, days }, checking);
    if (checking.problems.count === before) calendars.set(calendar.id, calendar);
  }
  const read = [...tables.values()].flatMap((table) => table?.source ?? []);
  return { items: calendars, register, sources: read };
}

function readDays(
  { days, holiday, makeUp }: CalendarEntry,
  item: Located,
  tables: Map<string, DayTableFile | null>,
  { problems }: Checking,
): DayTable | null {
  const at = below(item, 'days');
  if (days === undefined) {
    const key = holiday === undefined ? (makeUp === undefined ? null : 'makeUp') : 'holiday';
    if (key !== null)
      problems.add(item.source, [...item.path, key], 'a table of holidays under days as well', 'none');
    return null;
  }
  const paths = [dirname(item.source.absolute), TABLES].map((folder) => join(folder, `${days}.yaml`));
  const path = paths.find((candidate) => whyUnreadable(candidate) === null);
  if (path === undefined) {
    const expected = `a table of holidays: ${quote(`${days}.yaml`)} beside this file or in config/`;
    problems.add(at.source, at.path, expected, 'no such file');
    return null;
  }
  if (!tables.has(path)) tables.set(path, readDayTable(path, problems));
  return tables.get(path)?.table ?? null;
}

function toCalendar(
  entry: CalendarEntry,
  item: Located,
  { timeZone, days }: { readonly timeZone: string; readonly days: DayTable | null },
  { problems }: Checking,
): Calendar {
  if (entry.timeZone !== undefined && !isTimeZone(entry.timeZone)) {
    const at = below(item, 'timeZone');
    problems.add(at.source, at.path, 'an IANA time zone such as Asia/Shanghai', quote(entry.timeZone));
  }
  return {
    id: toId(entry.id),
    name: entry.name,
    timeZone: entry.timeZone ?? timeZone,
    week: toWeek(entry.week, below(item, 'week'), problems),
    holiday: toWindows(entry.holiday ?? [], below(item, 'holiday'), problems),
    makeUp: entry.makeUp == null ? null : toWindows(entry.makeUp, below(item, 'makeUp'), problems),
    days,
  };
}

function toWeek(week: CalendarEntry['week'], at: Located, problems: Problems): Calendar['week'] {
  const hours: (readonly CalendarWindow[])[] = DAY_NAMES.map(() => []);
  /** Key: weekday. */
  const first = new Map<number, string>();
  for (const [key, texts] of Object.entries(week)) {
    const place = below(at, key);
    const windows = toWindows(texts, place, problems);
    for (const day of toDays(key as DayKey)) {
      const known = first.get(day);
      if (known !== undefined) {
        const found = `"${DAY_NAMES[day]}" in "${known}" as well`;
        problems.add(place.source, place.path, 'every day once', found, 'key');
        break;
      }
      first.set(day, key);
      hours[day] = windows;
    }
  }
  return hours;
}

/** `sat-mon` runs over the end of the week. */
function toDays(key: DayKey): readonly number[] {
  const [first = 0, last = first] = key.split('-').map((name) => DAY_NAMES.findIndex((day) => day === name));
  return Array.from({ length: ((last - first + 7) % 7) + 1 }, (_, day) => (first + day) % 7);
}

function toWindows(texts: readonly string[], at: Located, problems: Problems): readonly CalendarWindow[] {
  const windows = texts.map(toWindow);
  for (const [index, { from }] of windows.entries()) {
    const over = windows.findIndex(
      (other, place) => place !== index && other.from <= from && from < toEnd(other),
    );
    // Of two that begin together only the second is told.
    if (over < 0 || (windows[over]?.from === from && over > index)) continue;
    problems.add(
      at.source,
      [...at.path, index],
      `hours apart from ${texts[over]}`,
      quote(texts[index] ?? ''),
    );
  }
  return windows;
}

function toWindow(text: string): CalendarWindow {
  const [from = 0, to = 0] = text.split('-').map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number);
    return hour * 60 + minute;
  });
  return { from, to };
}

/** Minutes from midnight of the day on which it begins. */
function toEnd({ from, to }: CalendarWindow): number {
  return to <= from ? to + 1440 : to;
}
