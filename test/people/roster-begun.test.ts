/** An import changes what is to come; who was on duty, and who is, does not vanish by it. */
import { expect, test } from 'vitest';
import type { Assignment, Roster } from '../../src/core/duty.ts';
import { withBegun } from '../../src/people/roster-begun.ts';

const NAME = { zh: '班', en: 'shift' };
const NOW_MS = Date.parse('2026-11-23T15:00:00+08:00');
const at = (date: string, username: string, shift = 'day'): Assignment => ({
  date,
  post: 'desk',
  shift,
  username,
  swappedFrom: null,
  approver: null,
});
const roster = (assignments: readonly Assignment[]): Roster => ({
  version: 1,
  timeZone: 'Asia/Shanghai',
  shifts: [
    { id: 'day', name: NAME, from: 8 * 60, to: 20 * 60 },
    { id: 'night', name: NAME, from: 20 * 60, to: 8 * 60 },
  ],
  posts: [{ id: 'desk', name: NAME, role: 'desk', group: null, calendar: null, isStandby: false }],
  assignments,
});
const [OVER, RUNS, AHEAD] = [
  at('2026-11-22', 'li', 'night'),
  at('2026-11-23', 'li'),
  at('2026-11-23', 'chen', 'night'),
];
const before = roster([OVER, RUNS, AHEAD]);
const take = (made: readonly Assignment[]) => withBegun(roster(made), before, NOW_MS).assignments;

test('a file without anybody empties only what is to come', () => {
  expect(take([])).toEqual([OVER, RUNS]);
});

test('a shift that is over keeps whoever had it, also beside somebody else of the file', () => {
  const other = at('2026-11-22', 'wang', 'night');
  expect(take([other, RUNS])).toEqual([OVER, other, RUNS]);
});

test('a shift that runs may be taken by somebody else', () => {
  const other = at('2026-11-23', 'wang');
  expect(take([OVER, other])).toEqual([OVER, other]);
});

test('nothing is there twice, and the first roster is what its file says', () => {
  expect(take([OVER, RUNS, AHEAD])).toEqual([OVER, RUNS, AHEAD]);
  expect(withBegun(roster([]), null, NOW_MS).assignments).toEqual([]);
});

test('what has no post or shift any more is not kept', () => {
  const made = { ...roster([]), posts: [] };
  expect(withBegun(made, before, NOW_MS).assignments).toEqual([]);
});
