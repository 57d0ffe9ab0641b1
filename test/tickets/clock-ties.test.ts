/**
 * Lives in which something happens to a clock in the very minute in which it is breached: what the clock says against the
 * recount, and against what docs/tickets.md says of it. Found by random-policies.test.ts, and shrunk.
 */
import { expect, test } from 'vitest';
import type { ClockPolicy } from '../../src/config/policy.ts';
import type { Priority, Stage } from '../../src/core/ticket.ts';
import type { TicketClock, TicketMark } from '../../src/core/ticket-clock.ts';
import { computeClocks, sweepClocks } from '../../src/tickets/clocks.ts';
import { recount } from '../support/clock-recount.ts';
import { defaultPolicy, MINUTE_MS, START_MS } from '../support/random-tickets.ts';

const SETTINGS = {
  class: 'engineering',
  source: 'owner-call',
  flow: 'daily',
  attendance: 'urgent',
  isDifficult: false,
} as const;

/** Urgent: 60 minutes, else 30; stands still while the ticket waits, and ends with the wait. */
const CLOCK = {
  id: 'work',
  name: { zh: '处理', en: 'Work' },
  start: ['received'],
  stop: ['resumed'],
  pauses: ['waiting'],
  isEachRound: false,
  isEachStart: false,
  isHuman: true,
  limits: [
    { match: { priority: ['urgent'] }, limitMs: 60 * MINUTE_MS, warnRatio: 1, calendar: null },
    { match: {}, limitMs: 30 * MINUTE_MS, warnRatio: 1, calendar: null },
  ],
} as unknown as ClockPolicy;
const POLICY = { ...defaultPolicy, clocks: [CLOCK] };

/** Minute, what happens, and where a mark brings another priority, that. */
type Step = readonly [number, TicketMark['type'], Stage, Priority?];

const RECEIVED: Step = [0, 'received', 'received', 'urgent'];
const WAITED: Step = [40, 'waited', 'waiting'];

test.each<[string, readonly Step[], boolean, number | null]>([
  [
    'a limit used up before the wait, which comes to hold in it, is breached at once: told, it stands though the wait ends',
    [RECEIVED, WAITED, [50, 'reclassified', 'waiting', 'normal'], [50, 'resumed', 'received']],
    true,
    50,
  ],
  [
    'a limit that the wait itself kept from being used up is not',
    [
      RECEIVED,
      [30, 'waited', 'waiting'],
      [50, 'reclassified', 'waiting', 'normal'],
      [50, 'resumed', 'received'],
    ],
    true,
    null,
  ],
  [
    'a wait that begins in the minute of the limit has kept it where nothing was told',
    [RECEIVED, [60, 'waited', 'waiting'], [70, 'resumed', 'received']],
    false,
    null,
  ],
  [
    'one that ends in the minute of its limit has kept it where nothing was told',
    [RECEIVED, [10, 'waited', 'waiting'], [20, 'diagnosed', 'received'], [70, 'resumed', 'received']],
    false,
    null,
  ],
  [
    'and has not where it was',
    [
      RECEIVED,
      [10, 'waited', 'waiting'],
      [20, 'diagnosed', 'received'],
      [70, 'noted', 'received'],
      [70, 'resumed', 'received'],
    ],
    true,
    70,
  ],
])('%s', (_what, steps, isTold, breachMinute) => {
  const marks = steps.map(
    ([minute, type, stage, priority]): TicketMark => ({
      atMs: START_MS + minute * MINUTE_MS,
      type,
      stage,
      ...(priority !== undefined && { settings: { ...SETTINGS, priority } }),
    }),
  );
  const endMs = (marks.at(-1)?.atMs ?? 0) + MINUTE_MS;
  const [clock] = play(marks, isTold, endMs);
  const [counted] = recount(marks, POLICY, endMs);
  const expectedMs = breachMinute === null ? null : START_MS + breachMinute * MINUTE_MS;
  expect(clock?.breachedAtMs).toBe(expectedMs);
  // Without what was told the recount may leave a tie open; it never knows of another minute.
  if (expectedMs === null) expect(counted?.breachedAtMs).toBeNull();
  else expect([counted?.breachedAtMs, counted?.usedUpAtMs]).toContain(expectedMs);
});

/** As the gateway does: each step, and then what is due by then is told. */
function play(marks: readonly TicketMark[], isTold: boolean, endMs: number): readonly TicketClock[] {
  let clocks: readonly TicketClock[] = [];
  for (const [at, { atMs }] of marks.entries()) {
    clocks = computeClocks(marks.slice(0, at + 1), POLICY, clocks, atMs);
    if (isTold) clocks = sweepClocks(clocks, atMs).clocks;
  }
  return computeClocks(marks, POLICY, clocks, endMs);
}
