/** Tables of holidays and make-up days: files of data, one for all calendars that name it. When they count is core/calendar's. */
import type { Calendar, DayTable } from '../core/calendar.ts';
import type { Text } from '../core/text.ts';
import { DayTableSchema } from './calendar-schema.ts';
import { type Problems, quote } from './problems.ts';
import { type Located, type Path, readSource, type Source } from './source.ts';
import { checkVersion, validate } from './validate.ts';

export interface DayTableFile {
  readonly source: Source;
  /** null when the file had problems; they are reported. */
  readonly table: DayTable | null;
}

/** Longest holiday, days: a year has no longer one, and a slip in the year of a date must not fill the memory. */
const MAX_SPAN_DAYS = 366;
const DAY_MS = 86_400_000;
/** A table that ends sooner is warned of: the notice for the next year is out by then. */
const WARN_DAYS = 60;

/** @returns null when the file cannot be read as YAML; that is reported. */
export function readDayTable(path: string, problems: Problems): DayTableFile | null {
  const located = readSource(path, problems);
  if (located === null) return null;
  return { source: located.source, table: parseDayTable(located, problems) };
}

function parseDayTable(located: Located, problems: Problems): DayTable | null {
  if (!checkVersion(located, problems)) return null;
  const before = problems.count;
  const file = validate(DayTableSchema, located, { problems, env: null });
  if (file === null) return null;
  const report = (path: Path, expected: string, found: string): void =>
    problems.add(located.source, path, expected, found);
  for (const key of ['from', 'to'] as const) {
    if (!isDate(file[key])) report([key], 'a day of the calendar', quote(file[key]));
  }
  if (file.to < file.from) report(['to'], `not before from (${file.from})`, quote(file.to));
  /** Key: date. */
  const taken = new Map<string, Path>();
  const toMap = (key: 'holidays' | 'makeUp'): ReadonlyMap<string, Text> => {
    const found = new Map<string, Text>();
    for (const [index, { from, to = from, name }] of file[key].entries()) {
      const dates = toDates(from, to);
      const mistake = dates === null ? MISTAKEN : whyNot(dates, file, taken);
      if (mistake !== null) report([key, index, 'from'], ...mistake);
      for (const date of dates ?? []) {
        taken.set(date, [key, index]);
        found.set(date, name);
      }
    }
    return found;
  };
  const [holidays, makeUpDays] = [toMap('holidays'), toMap('makeUp')];
  if (problems.count > before) return null;
  return { source: file.source, holidays, makeUpDays, fromDate: file.from, toDate: file.to };
}

const MISTAKEN = ['days of the calendar, the last one not before the first', 'others'] as const;

function whyNot(
  dates: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
  taken: ReadonlyMap<string, Path>,
): readonly [expected: string, found: string] | null {
  const outside = dates.find((date) => date < from || date > to);
  if (outside !== undefined) return [`a day from ${from} to ${to}, which the table covers`, outside];
  const twice = dates.find((date) => taken.has(date));
  return twice === undefined ? null : ['every day once', `${twice} twice`];
}

/** null when one of them is no day, or they are too many or the wrong way round. */
function toDates(from: string, to: string): readonly string[] | null {
  if (!isDate(from) || !isDate(to)) return null;
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1 || days > MAX_SPAN_DAYS) return null;
  return Array.from({ length: days }, (_, day) => toDate(Date.parse(from) + day * DAY_MS));
}

/** 30 February is none. */
function isDate(text: string): boolean {
  const ms = Date.parse(text);
  return Number.isFinite(ms) && toDate(ms) === text;
}

function toDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Calendars whose table of holidays ends within 60 days, or has ended: from then on holidays are working days. */
export function toTableWarnings(calendars: Iterable<Calendar>, nowMs: number): readonly string[] {
  return [...calendars].flatMap(({ id, days }) => {
    if (days === null) return [];
    const endMs = Date.parse(days.toDate) + DAY_MS;
    if (endMs - nowMs > WARN_DAYS * DAY_MS) return [];
    const end = endMs <= nowMs ? 'has ended' : 'ends';
    return [
      `Warning: the table of holidays of calendar ${id} ${end} on ${days.toDate}; after that its holidays count as ordinary days: add the next year.`,
    ];
  });
}
