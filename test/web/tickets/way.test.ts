/** The stages on top of a ticket: which there are, which is reached, and when, in the round that runs. */
import { expect, test } from 'vitest';
import type { HistoryEntry } from '../../../src/web/api/types.ts';
import { toWay } from '../../../src/web/tickets/way.ts';

type WayTicket = Parameters<typeof toWay>[0];

const toTicket = (given: Partial<WayTicket>): WayTicket => ({
  stage: 'dispatched',
  flow: 'public-area',
  waiting: null,
  receivedAtMs: 1,
  recordedAtMs: 2,
  ...given,
});
const toEntry = (type: string, atMs: number): HistoryEntry => ({ type, atMs, by: 'x', note: '', detail: {} });
const toTimes = ({ stages }: ReturnType<typeof toWay>) =>
  Object.fromEntries(stages.filter(({ atMs }) => atMs !== null).map(({ stage, atMs }) => [stage, atMs]));

test('only owner-facing work passes the agreement, unless the gateway names the path', () => {
  const stagesOf = (given: Partial<WayTicket>) => toWay(toTicket(given), []).stages.map(({ stage }) => stage);
  expect(stagesOf({})).not.toContain('agreed');
  expect(stagesOf({ flow: 'daily' })).toContain('agreed');
  expect(stagesOf({ path: ['received', 'done', 'closed'] })).toEqual(['received', 'done', 'closed']);
});

test('a stage that may be passed over is marked, and one that the path lacks counts as the one before', () => {
  const path = ['received', 'dispatched', 'taken', 'diagnosed', 'done'] as const;
  const way = toWay(toTicket({ stage: 'on-site', path, optionalStages: ['diagnosed'] }), []);
  expect(way.stages.filter(({ isOptional }) => isOptional).map(({ stage }) => stage)).toEqual(['diagnosed']);
  expect(way.stages[way.current]?.stage).toBe('taken');
});

test('after rework the times of the round before are gone, and dispatch is to be done again', () => {
  const history = [toEntry('dispatched', 3), toEntry('taken', 4), toEntry('done', 5), toEntry('reworked', 6)];
  const way = toWay(toTicket({ stage: 'rework' }), history);
  expect(way.stages[way.current]?.stage).toBe('dispatched');
  expect(toTimes(way)).toEqual({ recorded: 2 });
  const again = toWay(toTicket({ stage: 'rework' }), [...history, toEntry('dispatched', 7)]);
  expect(again.stages[again.current]?.stage).toBe('taken');
  expect(toTimes(again)).toEqual({ recorded: 2, dispatched: 7 });
});

test('a waiting ticket stands where it waits', () => {
  const waiting = {
    reason: 'part',
    note: '',
    approver: 'x',
    sinceMs: 5,
    untilMs: null,
    from: 'planned',
  } as const;
  const way = toWay(toTicket({ stage: 'waiting', waiting }), []);
  expect(way.stages[way.current]?.stage).toBe('planned');
});
