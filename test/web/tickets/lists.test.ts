/** What lists of tickets go by: the clock that presses, and open tickets that may be the same matter. */
import { expect, test } from 'vitest';
import type { TicketClock } from '../../../src/web/api/types.ts';
import { toMonday, toWeek } from '../../../src/web/roster/week.ts';
import { isOverdue, toFirstDueMs, toRunning } from '../../../src/web/tickets/clock-order.ts';
import { findDuplicates } from '../../../src/web/tickets/find-duplicates.ts';
import { text } from '../samples.ts';

const toClock = (id: string, dueAtMs: number | null, stoppedAtMs: number | null = null): TicketClock => ({
  id,
  name: text(id),
  round: 1,
  startedAtMs: 0,
  limitMs: 100,
  warnAtMs: null,
  dueAtMs,
  spentMs: 0,
  isPaused: dueAtMs === null,
  stoppedAtMs,
  warnedAtMs: null,
  answeredAtMs: null,
  breachedAtMs: null,
  isBreachTold: false,
  responsible: null,
});

test('the running clock that ends first presses; paused ones stand last and are never overdue', () => {
  const clocks = [toClock('paused', null), toClock('late', 90), toClock('first', 50), toClock('over', 10, 5)];
  expect(toRunning(clocks).map(({ id }) => id)).toEqual(['first', 'late', 'paused']);
  expect(toFirstDueMs(clocks)).toBe(50);
  expect(isOverdue(clocks, 49)).toBe(false);
  expect(isOverdue(clocks, 50)).toBe(true);
  expect(isOverdue([toClock('paused', null)], 1e15)).toBe(false);
});

const toOpen = (id: string, content: string, place: string, equipment: string | null = null) => ({
  id,
  number: id,
  stage: 'dispatched' as const,
  equipment,
  content: text(content),
  place: text(place),
});

test('the same equipment, or place and words alike, may be the same matter', () => {
  const open = [
    toOpen('a', '走廊漏水', '3号楼三层走廊'),
    toOpen('b', '走廊漏水', '5号楼八层'),
    toOpen('c', '灯不亮', '3号楼三层走廊'),
    toOpen('d', '异响', '机房', 'pump-1'),
  ];
  const idsOf = (wanted: Parameters<typeof findDuplicates>[1]) =>
    findDuplicates(open, wanted).map(({ id }) => id);
  expect(idsOf({ content: '三层走廊漏水了', place: '3号楼三层', equipment: null })).toEqual(['a']);
  expect(idsOf({ content: '不转', place: '', equipment: 'pump-1' })).toEqual(['d']);
  expect(idsOf({ content: '', place: '3号楼三层走廊', equipment: null })).toEqual([]);
});

test('weeks of the roster begin on Monday, also over the end of a year', () => {
  expect(toMonday('2026-11-22')).toBe('2026-11-16');
  expect(toMonday('2026-11-23')).toBe('2026-11-23');
  expect(toWeek(toMonday('2027-01-01'))).toEqual([
    '2026-12-28',
    '2026-12-29',
    '2026-12-30',
    '2026-12-31',
    '2027-01-01',
    '2027-01-02',
    '2027-01-03',
  ]);
});
