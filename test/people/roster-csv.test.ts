/** Rosters as tables: both forms, what spreadsheets do to files, mistakes with line and column, and what a table replaces. */
import { describe, expect, test } from 'vitest';
import { RosterError } from '../../src/core/errors.ts';
import { decodeCsv, parseCsv } from '../../src/people/csv.ts';
import { toRosterCsv, withRosterCsv } from '../../src/people/roster-csv.ts';
import { assign, makeRoster } from './fixtures.ts';

const USERS = new Set(['wang', 'li']);
const BASE = makeRoster([
  assign('2026-10-31', 'desk', 'day', 'li'),
  assign('2026-11-01', 'desk', 'day', 'li'),
  assign('2026-11-01', 'duty-engineer', 'day', 'wang'),
]);

const read = (text: string) => withRosterCsv(BASE, text, 'roster.csv', USERS).assignments;

function problemsOf(text: string): readonly string[] {
  try {
    read(text);
  } catch (error) {
    if (error instanceof RosterError)
      return error.problems.map(({ line, column, path, found }) => `${line}:${column} ${path} ${found}`);
    throw error;
  }
  return [];
}

describe('a table of people and dates', () => {
  const table = 'post,username,2026-11-01,2026-11-02\r\ndesk,wang,白,夜\r\ndesk,li,休,\r\n';

  test('gives one assignment for each cell that names a shift', () => {
    expect(read(table).filter(({ post, date }) => post === 'desk' && date > '2026-10-31')).toEqual([
      assign('2026-11-01', 'desk', 'day', 'wang'),
      assign('2026-11-02', 'desk', 'night', 'wang'),
    ]);
  });

  test('replaces what was there for its posts and dates, and nothing else', () => {
    const kept = read(table);
    expect(kept).toContainEqual(assign('2026-10-31', 'desk', 'day', 'li'));
    expect(kept).toContainEqual(assign('2026-11-01', 'duty-engineer', 'day', 'wang'));
    expect(kept).not.toContainEqual(assign('2026-11-01', 'desk', 'day', 'li'));
  });

  test('in which everybody rests clears its posts and dates', () => {
    expect(read('post,username,2026-11-01\ndesk,li,休\n')).not.toContainEqual(
      assign('2026-11-01', 'desk', 'day', 'li'),
    );
  });
});

describe('a list of assignments', () => {
  test('that is written reads as the same', () => {
    const swapped = { ...assign('2026-11-02', 'desk', 'night', 'li'), swappedFrom: 'wang', approver: 'wang' };
    const roster = makeRoster([...BASE.assignments, swapped]);
    const text = toRosterCsv(roster);
    expect(text.startsWith('\uFEFFdate,post,shift,username,swappedFrom,approver\r\n')).toBe(true);
    const again = withRosterCsv({ ...roster, assignments: [] }, text, 'roster.csv', USERS);
    expect(again.assignments).toEqual(
      [...roster.assignments].sort((a, b) =>
        a.date < b.date ? -1 : a.date > b.date ? 1 : a.post < b.post ? -1 : 1,
      ),
    );
  });

  test('may have its columns in Chinese and in any order', () => {
    expect(read('人员,班次,岗位,日期\nwang,白班,desk,2026-11-05\n')).toContainEqual(
      assign('2026-11-05', 'desk', 'day', 'wang'),
    );
  });
});

describe('what spreadsheets do', () => {
  test('text in GB 18030 is read as well as UTF-8', () => {
    // 白班 in GB 18030.
    const gb = new Uint8Array([0xb0, 0xd7, 0xb0, 0xe0]);
    expect(decodeCsv(gb)).toBe('白班');
    expect(decodeCsv(new TextEncoder().encode('白班'))).toBe('白班');
  });

  test('quotes, commas and line ends within fields, a byte order mark, empty lines', () => {
    const { lines, mistake } = parseCsv('\uFEFFa,"b, ""c""\r\nd"\r\n\r\n,\r\ne', 9);
    expect(mistake).toBeNull();
    expect(lines.map(({ line, fields }) => [line, fields.map(({ text }) => text)])).toEqual([
      [1, ['a', 'b, "c"\r\nd']],
      [5, ['e']],
    ]);
  });
});

describe('mistakes', () => {
  test('are told all at once with line and column', () => {
    const text = 'date,post,shift,username\n2026-11-31,desk,day,wang\n2026-11-05,dask,休,wong\n';
    expect(problemsOf(text)).toEqual([
      '2:1 date "2026-11-31"',
      '3:17 shift "休"',
      '3:12 post "dask", did you mean "desk"?',
      '3:19 username "wong", did you mean "wang"?',
    ]);
  });

  test.each([
    ['no columns that are known', 'a,b\n1,2\n', '1:1 (document) "a,b"'],
    ['nothing at all', '', '1:1 (document) ""'],
    ['a quote that does not end', 'date,post,shift,username\n"2026', '2:1 (document) none'],
    ['text behind a quote', 'date,post,shift,username\n"2026"x,desk,day,li', '2:1 (document) none'],
    [
      'an assignment twice',
      'date,post,shift,username\n2026-11-05,desk,day,li\n2026-11-05,desk,白班,li\n',
      '3:1 (line) "2026-11-05/desk/day/li"',
    ],
    ['a heading that is no date', 'post,username,2026-11-01,Mon\ndesk,li,白,白\n', '1:26 (heading) "Mon"'],
    ['a line cut off', 'date,post,shift,username\n2026-11-05,desk\n', '2:1 shift ""'],
  ])('%s is refused', (_what, text, problem) => {
    expect(problemsOf(text)).toContain(problem);
  });

  test('more lines than the limit end the reading', () => {
    expect(parseCsv('a\nb\nc\n', 2)).toMatchObject({
      mistake: { line: 3, found: 'more' },
      lines: { length: 2 },
    });
  });
});
