/**
 * Assignments as tables for spreadsheets. Two forms are read, told apart by their heading; the first is written:
 *
 *   date,post,shift,username,swappedFrom,approver        one assignment on a line
 *   post,username,2026-11-01,2026-11-02,…                one person on a line, cells 白 夜 休
 *
 * Shifts and posts are those of the roster in force. A table replaces what the roster has for its posts between its first
 * and its last date; the rest stays.
 */
import { didYouMean, quote } from '../config/problems.ts';
import type { Assignment, Roster } from '../core/duty.ts';
import { type Problem, RosterError } from '../core/errors.ts';
import { type CsvField, type CsvLine, parseCsv } from './csv.ts';
import { toKey } from './roster-file.ts';
import { ROSTER_LIMITS } from './roster-limits.ts';
import { toShiftId, toShiftWords } from './roster-words.ts';
import { isDate } from './shift-time.ts';

const COLUMNS = ['date', 'post', 'shift', 'username', 'swappedFrom', 'approver'] as const;
/** What a heading may say instead. Key: lower case. */
const HEADINGS: Readonly<Record<string, string>> = {
  日期: 'date',
  岗位: 'post',
  班次: 'shift',
  人员: 'username',
  用户名: 'username',
  原值班人: 'swappedFrom',
  swappedfrom: 'swappedFrom',
  批准人: 'approver',
};
const BYTE_ORDER_MARK = '\uFEFF';

/** Opens in a spreadsheet by a double click: byte order mark, RFC 4180. Ids need no quotes and begin no formula. */
export function toRosterCsv({ assignments }: Pick<Roster, 'assignments'>): string {
  const lines = assignments.map((one) => COLUMNS.map((column) => one[column] ?? '').join(','));
  return `${BYTE_ORDER_MARK}${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`;
}

/**
 * The roster with the table's assignments, its version unchanged.
 * @param name stands for the file in messages @param users names of accounts
 * @throws RosterError `roster-invalid` with every problem
 */
export function withRosterCsv(
  roster: Roster,
  text: string,
  name: string,
  users: ReadonlySet<string>,
): Roster {
  const problems: Problem[] = [];
  const report: Report = ({ line, column }, path, expected, found) =>
    problems.push({ file: name, line, column, path, expected, found });
  const { lines, mistake } = parseCsv(text, ROSTER_LIMITS.assignments + 1);
  if (mistake !== null) report(mistake, '(document)', mistake.expected, mistake.found);
  const [heading, ...rows] = lines;
  const context: Context = { roster, users, report };
  const columns = (heading?.fields ?? []).map(toHeading);
  const read = toReader(columns);
  if (read === null) {
    const expected = `the columns ${COLUMNS.slice(0, 4).join(', ')}, or post, username and dates`;
    report(heading?.fields[0] ?? START, '(document)', expected, quote(columns.join(',')));
  }
  const made = read === null ? [] : rows.flatMap((row) => read(row, columns, heading, context));
  checkTwice(made, report);
  if (problems.length > 0) throw new RosterError(problems);
  const assignments = made.map(({ assignment }) => assignment);
  const posts = new Set(rows.map(({ fields }) => fields[columns.indexOf('post')]?.text.trim() ?? ''));
  // Who rests on all dates of a table of people has been planned, too.
  const dates = [...columns.filter(isDate), ...assignments.map(({ date }) => date)].sort();
  return replaceWithin(roster, assignments, posts, dates);
}

const START = { line: 1, column: 1 } as const;

type Place = Pick<CsvField, 'line' | 'column'>;
type Report = (at: Place, path: string, expected: string, found: string) => void;

interface Context {
  readonly roster: Roster;
  readonly users: ReadonlySet<string>;
  readonly report: Report;
}

interface Made {
  readonly assignment: Assignment;
  readonly at: Place;
}

type Reader = (
  row: CsvLine,
  columns: readonly string[],
  heading: CsvLine | undefined,
  context: Context,
) => readonly Made[];

function toHeading({ text }: CsvField): string {
  const word = text.trim();
  return HEADINGS[word.toLowerCase()] ?? word;
}

function toReader(columns: readonly string[]): Reader | null {
  if (COLUMNS.slice(0, 4).every((column) => columns.includes(column))) return readLine;
  const isGrid = ['post', 'username'].every((column) => columns.includes(column));
  return isGrid && columns.some(isDate) ? readGrid : null;
}

function readLine(row: CsvLine, columns: readonly string[], _heading: unknown, context: Context): Made[] {
  const fieldOf = (column: string): CsvField =>
    row.fields[columns.indexOf(column)] ?? { ...START, line: row.line, text: '' };
  const textOf = (column: string): string | null => {
    const text = fieldOf(column).text.trim();
    return text === '' ? null : text;
  };
  const date = fieldOf('date');
  const { report } = context;
  if (!isDate(date.text.trim())) report(date, 'date', 'a date such as 2026-11-28', quote(date.text));
  const shift = checkShift(fieldOf('shift'), false, context);
  checkPost(fieldOf('post'), context);
  for (const column of ['username', 'swappedFrom', 'approver'])
    if (column === 'username' || textOf(column) !== null) checkUser(fieldOf(column), column, context);
  return [
    {
      at: date,
      assignment: {
        date: date.text.trim(),
        post: textOf('post') ?? '',
        shift: shift ?? '',
        username: textOf('username') ?? '',
        swappedFrom: textOf('swappedFrom'),
        approver: textOf('approver'),
      },
    },
  ];
}

function readGrid(
  row: CsvLine,
  columns: readonly string[],
  heading: CsvLine | undefined,
  context: Context,
): Made[] {
  const nothing: CsvField = { line: row.line, column: 1, text: '' };
  const post = row.fields[columns.indexOf('post')] ?? nothing;
  const username = row.fields[columns.indexOf('username')] ?? nothing;
  checkPost(post, context);
  checkUser(username, 'username', context);
  return columns.flatMap((column, index): Made[] => {
    const cell = row.fields[index];
    if (column === 'post' || column === 'username') return [];
    if (!isDate(column)) {
      const at = heading?.fields[index] ?? START;
      context.report(at, '(heading)', 'post, username or a date', quote(column));
      return [];
    }
    const shift = cell === undefined ? null : checkShift(cell, true, context);
    if (shift === null || cell === undefined) return [];
    const base = { date: column, post: post.text.trim(), username: username.text.trim() };
    return [{ at: cell, assignment: { ...base, shift, swappedFrom: null, approver: null } }];
  });
}

function checkShift(cell: CsvField, mayRest: boolean, { roster, report }: Context): string | null {
  const id = toShiftId(cell.text, roster.shifts);
  if (id === undefined || (id === null && !mayRest))
    report(cell, 'shift', `a shift: ${toShiftWords(roster.shifts)}`, quote(cell.text));
  return id ?? null;
}

function checkPost(cell: CsvField, { roster, report }: Context): void {
  const known = roster.posts.map(({ id }) => id);
  const post = cell.text.trim();
  if (!known.includes(post))
    report(cell, 'post', 'the id of a post', `${quote(post)}${didYouMean(post, known)}`);
}

function checkUser(cell: CsvField, column: string, { users, report }: Context): void {
  const name = cell.text.trim();
  if (!users.has(name))
    report(cell, column, 'the name of an account', `${quote(name)}${didYouMean(name, [...users])}`);
}

function checkTwice(made: readonly Made[], report: Report): void {
  const known = new Set<string>();
  for (const { assignment, at } of made) {
    const key = toKey(assignment);
    if (known.has(key)) report(at, '(line)', 'every assignment once', quote(key));
    known.add(key);
  }
}

/** @param dates in their order */
function replaceWithin(
  roster: Roster,
  made: readonly Assignment[],
  posts: ReadonlySet<string>,
  dates: readonly string[],
): Roster {
  const [first, last] = [dates[0], dates.at(-1)];
  if (first === undefined || last === undefined) return roster;
  const kept = roster.assignments.filter(({ date, post }) => !posts.has(post) || date < first || date > last);
  const assignments = [...kept, ...made].sort((a, b) => (toKey(a) < toKey(b) ? -1 : 1));
  return { ...roster, assignments };
}
