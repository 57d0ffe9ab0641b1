/**
 * Rosters as YAML files: read with all their problems at once, written so that reading gives the same again. Patterns
 * are worked out into assignments when they are read. Tables (CSV) are roster-csv.ts's business.
 */
import { Document, isMap, isSeq } from 'yaml';
import { createProblems, didYouMean, type Problems, quote } from '../config/problems.ts';
import { type Located, type Path, readSource, readSourceText } from '../config/source.ts';
import { isTimeZone } from '../config/time-zone.ts';
import { checkVersion, validate } from '../config/validate.ts';
import type { Calendar } from '../core/calendar.ts';
import type { Assignment, Post, Roster, Shift, StaffProfile } from '../core/duty.ts';
import { ConfigError, RosterError } from '../core/errors.ts';
import { type CalendarId, toId } from '../core/ids.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';
import { expandPattern, toDefaultStep } from './roster-pattern.ts';
import { type RosterFile, RosterSchema } from './roster-schema.ts';
import { toShiftId, toShiftWords } from './roster-words.ts';
import { isDate } from './shift-time.ts';

/** What a roster may refer to. */
export interface RosterContext {
  /** The site's, where the file names none. */
  readonly timeZone: string;
  readonly calendars: ReadonlyMap<CalendarId, Calendar>;
  /** Names of accounts; null = those of the file's own `staff`. */
  readonly users: ReadonlySet<string> | null;
}

export interface ReadRoster {
  readonly roster: Omit<Roster, 'version' | 'swaps'>;
  /** Key: user name. */
  readonly profiles: ReadonlyMap<string, StaffProfile>;
}

/** @throws RosterError `roster-invalid` with every problem */
export function readRosterFile(path: string, context: RosterContext): ReadRoster {
  return read((problems) => readSource(path, problems), context);
}

/** @param name stands for the file in messages @throws RosterError `roster-invalid` with every problem */
export function parseRoster(text: string, name: string, context: RosterContext): ReadRoster {
  return read((problems) => readSourceText(name, text, problems), context);
}

/** A file that reads as the same roster. Profiles are left out: they hold personal data. */
export function toRosterYaml(roster: Roster): string {
  const content = {
    version: 1,
    timeZone: roster.timeZone,
    ...(roster.longestHours !== undefined && { longestHours: roster.longestHours }),
    shifts: roster.shifts.map(({ from, to, ...shift }) => ({ ...shift, from: toTime(from), to: toTime(to) })),
    posts: roster.posts.map(({ isStandby, certificates = [], ...post }) => ({
      ...post,
      standby: isStandby,
      certificates,
    })),
    assignments: roster.assignments.map(({ swappedFrom, approver, ...assignment }) => ({
      ...assignment,
      ...(swappedFrom === null ? {} : { swappedFrom }),
      ...(approver === null ? {} : { approver }),
    })),
  };
  const document = new Document(content);
  const lines = document.get('assignments');
  // One assignment on a line: what people compare, and half the size.
  for (const item of isSeq(lines) ? lines.items : []) if (isMap(item)) item.flow = true;
  return document.toString({ lineWidth: 0 });
}

function toTime(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, '0')).join(':');
}

function toMinute(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * 60 + minute;
}

function read(open: (problems: Problems) => Located | null, context: RosterContext): ReadRoster {
  const problems = createProblems();
  const located = open(problems);
  const made = located === null ? null : build(located, context, problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    if (error instanceof ConfigError) throw new RosterError(error.problems);
    throw error;
  }
  if (made === null) throw new RosterError([]);
  return made;
}

/** @returns null when the file is none; problems of its content are reported. */
function build(located: Located, context: RosterContext, problems: Problems): ReadRoster | null {
  if (!checkVersion(located, problems)) return null;
  const file = validate(RosterSchema, located, { problems, env: null });
  if (file === null) return null;
  const report: Report = (path, expected, found) => problems.add(located.source, path, expected, found);
  const { timeZone = context.timeZone, longestHours } = file;
  if (!isTimeZone(timeZone)) report(['timeZone'], 'an IANA time zone such as Asia/Shanghai', quote(timeZone));
  const users = context.users ?? new Set(file.staff.map(({ username }) => username));
  const before = problems.count;
  checkReferences(file, { ...context, users }, report);
  if (!isTimeZone(timeZone) || problems.count > before) return null;
  const shifts = file.shifts.map(
    (shift): Shift => ({
      ...shift,
      from: toMinute(shift.from),
      to: toMinute(shift.to),
    }),
  );
  const assignments = toAssignments(file, shifts, context.calendars);
  if (assignments.length > ROSTER_LIMITS.assignments)
    report(['patterns'], `at most ${ROSTER_LIMITS.assignments} assignments in all`, `${assignments.length}`);
  return {
    roster: {
      timeZone,
      shifts,
      posts: file.posts.map(toPost),
      assignments,
      ...(longestHours !== undefined && { longestHours }),
    },
    profiles: new Map(file.staff.map(toProfile)),
  };
}

type Report = (path: Path, expected: string, found: string) => void;

function toPost({ standby, calendar, certificates, ...post }: RosterFile['posts'][number]): Post {
  return {
    ...post,
    calendar: calendar === null ? null : toId(calendar),
    isStandby: standby,
    ...(certificates.length > 0 ? { certificates } : {}),
  };
}

function toProfile({ username, ...entry }: RosterFile['staff'][number]): [string, StaffProfile] {
  const { areas, firm, ...rest } = entry;
  return [username, { ...rest, areas: areas.map((id) => toId(id)), firm: firm === null ? null : toId(firm) }];
}

function toAssignments(
  file: RosterFile,
  shifts: readonly Shift[],
  calendars: RosterContext['calendars'],
): readonly Assignment[] {
  const written = file.assignments.map(
    (one): Assignment => ({
      ...one,
      shift: toShiftId(one.shift, shifts) ?? one.shift,
    }),
  );
  const replaced = new Set(
    written.flatMap((one) =>
      one.swappedFrom === null ? [] : [toKey({ ...one, username: one.swappedFrom })],
    ),
  );
  const repeated = file.patterns.flatMap((pattern) => {
    const calendar = calendars.get(toId(pattern.days?.calendar ?? ''));
    const days =
      pattern.days === undefined || calendar === undefined
        ? null
        : { calendar, isOpen: pattern.days.are === 'open' };
    const cycle = pattern.cycle.map((word) => toShiftId(word, shifts) ?? null);
    const step = pattern.step ?? toDefaultStep(cycle.length, pattern.people.length);
    return expandPattern({ ...pattern, cycle, step, days }, ROSTER_LIMITS.patternDays);
  });
  const known = new Set<string>();
  return [...repeated.filter((one) => !replaced.has(toKey(one))), ...written]
    .filter((one) => !known.has(toKey(one)) && known.add(toKey(one)) !== null)
    .sort((a, b) => (toKey(a) < toKey(b) ? -1 : 1));
}

/** One person on one shift of one post on one day. */
export function toKey({ date, post, shift, username }: Omit<Assignment, 'swappedFrom' | 'approver'>): string {
  return [date, post, shift, username].join('/');
}

/** What no schema can say: ids once, references to what is there, days that exist. */
function checkReferences(
  file: RosterFile,
  { calendars, users }: Omit<RosterContext, 'users'> & { readonly users: ReadonlySet<string> },
  report: Report,
): void {
  const checkId = (path: Path, what: string, id: string, known: Iterable<string>): void => {
    const all = [...known];
    if (!all.includes(id)) report(path, `the id of ${what}`, `${quote(id)}${didYouMean(id, all)}`);
  };
  const checkUser = (path: Path, name: string | null): void => {
    if (name !== null && !users.has(name))
      report(path, 'the name of an account', `${quote(name)}${didYouMean(name, [...users])}`);
  };
  const checkShift = (path: Path, word: string, mayRest: boolean): void => {
    const id = toShiftId(word, file.shifts);
    if (id === undefined || (id === null && !mayRest))
      report(path, `a shift: ${toShiftWords(file.shifts)}`, quote(word));
  };
  const posts = file.posts.map(({ id }) => id);
  checkOnce('shifts', file.shifts, report);
  checkOnce('posts', file.posts, report);
  for (const [index, { calendar }] of file.posts.entries())
    if (calendar !== null) checkId(['posts', index, 'calendar'], 'a calendar', calendar, calendars.keys());
  for (const [index, pattern] of file.patterns.entries()) {
    const at = (...path: Path): Path => ['patterns', index, ...path];
    checkId(at('post'), 'a post', pattern.post, posts);
    if (pattern.days !== undefined)
      checkId(at('days', 'calendar'), 'a calendar', pattern.days.calendar, calendars.keys());
    for (const [place, word] of pattern.cycle.entries()) checkShift(at('cycle', place), word, true);
    for (const [place, name] of pattern.people.entries()) checkUser(at('people', place), name);
    checkDates(pattern, at, report);
  }
  for (const [index, one] of file.assignments.entries()) {
    const at = (key: string): Path => ['assignments', index, key];
    if (!isDate(one.date)) report(at('date'), 'a day of the calendar', quote(one.date));
    checkId(at('post'), 'a post', one.post, posts);
    checkShift(at('shift'), one.shift, false);
    for (const key of ['username', 'swappedFrom', 'approver'] as const) checkUser(at(key), one[key]);
  }
  for (const [index, { username }] of file.staff.entries()) checkUser(['staff', index, 'username'], username);
}

function checkOnce(list: string, items: readonly { readonly id: string }[], report: Report): void {
  for (const [index, { id }] of items.entries())
    if (items.findIndex((one) => one.id === id) < index)
      report([list, index, 'id'], 'an id used once', quote(id));
}

function checkDates(
  { from, to }: { readonly from: string; readonly to: string },
  at: (...path: Path) => Path,
  report: Report,
): void {
  const wrong = (['from', 'to'] as const).filter((key) => !isDate(key === 'from' ? from : to));
  for (const key of wrong) report(at(key), 'a day of the calendar', quote(key === 'from' ? from : to));
  if (wrong.length > 0) return;
  const days = (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1;
  if (days < 1 || days > ROSTER_LIMITS.patternDays)
    report(at('to'), `1 to ${ROSTER_LIMITS.patternDays} days from ${from} on`, quote(to));
}
