/** Waits that end while the gateway is off, or while the wall clock is set: the clocks go on from the end that was approved. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { moveTicketClocks, stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import { toSweepDueMs } from '../../src/tickets/sweep.ts';
import { anyChoice, defaultPolicy, toPolicy } from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';
import {
  BASE_MS,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  withClocks,
} from './fixtures.ts';
import { createStory, toLocal, toMs } from './story-rig.ts';

const WEEK_MS = 7 * 24 * HOUR_MS;
const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;

/** Waits from the fifth minute. @param untilMinutes end that was approved */
function startWait(policy: Policy, untilMinutes: number): Ticket {
  const ticket = withClocks(createFull({ stage: 'handling' }), policy, BASE_MS);
  const context = createContext({ policy, nowMs: at(5) });
  const wait = { type: 'wait', reason: 'part', note: 'n', approver: 'a', untilMs: at(untilMinutes) } as const;
  return stepTicket(ticket, wait, DESK, context).ticket;
}

/** Swept whenever something is due, up to then. */
function sweepUpTo(ticket: Ticket, policy: Policy, untilMs: number): Ticket {
  let now = ticket;
  for (let dueMs = toSweepDueMs(now, policy); dueMs <= untilMs; dueMs = toSweepDueMs(now, policy)) {
    const swept = sweepTicket(now, policy, dueMs);
    if (swept === null) throw new Error('something was due');
    now = swept.ticket;
  }
  return now;
}

/** Whom a gateway that was off did not escalate to is another matter. */
const escalation = { ...defaultPolicy.escalation, unansweredMs: 100 * WEEK_MS };

const timesOf = ({ clocks }: Ticket) =>
  clocks.map(({ id, round, startedAtMs, dueAtMs, breachedAtMs, isPaused }) => [
    `${id}/${round}`,
    startedAtMs,
    dueAtMs,
    breachedAtMs,
    isPaused,
  ]);

test('a week offline gives every clock of a ticket that waited the times of a gateway that never stopped', () => {
  fc.assert(
    fc.property(anyChoice, fc.integer({ min: 6, max: 2_000 }), (choice, untilMinutes) => {
      const policy = { ...createFreePolicy(), ...pick(toPolicy(choice)), proposeDoneMs: null, escalation };
      const waiting = startWait(policy, untilMinutes);
      const backMs = at(5) + WEEK_MS;
      const awake = sweepUpTo(waiting, policy, backMs);
      const off = sweepUpTo(sweepTicket(waiting, policy, backMs)?.ticket ?? waiting, policy, backMs);
      expect(off).toMatchObject({ stage: 'handling', stageSinceMs: at(untilMinutes) });
      expect(timesOf(off)).toEqual(timesOf(awake));
    }),
    { seed: testSeed(), numRuns: 60 },
  );
});

test('an urgent repair that waited until noon is due that evening, however long the gateway was off', () => {
  const dueOf = (isOff: boolean): string => {
    const story = createStory(defaultPolicy, '09-22 10:00');
    story.report('desk-li', { priority: 'urgent' });
    story.to('09-22 10:01');
    story.act('wang', { type: 'take', readBack: 'x' });
    const until = { untilMs: toMs('09-22 12:00'), estimatedAtMs: toMs('09-22 16:00') };
    story.act('wang', {
      type: 'wait',
      reason: 'part',
      note: 'n',
      approver: 'boss-wu',
      ...until,
    });
    if (isOff) story.restartAt('09-29 10:00');
    else story.to('09-29 10:00');
    return toLocal(story.ticket().clocks.find(({ id }) => id === 'repair')?.dueAtMs ?? 0);
  };
  expect([dueOf(true), dueOf(false)]).toEqual(['09-22 19:59', '09-22 19:59']);
});

test('a wall clock that is set past the end of a wait ends it then, with the time left that the clocks had', () => {
  const policy = createFreePolicy({
    clocks: defaultPolicy.clocks.filter(({ id }) => id === 'repair'),
    calendars: defaultPolicy.calendars,
  });
  const stepMs = 48 * HOUR_MS;
  const moved = moveTicketClocks(startWait(policy, 60), stepMs, policy, at(20) + stepMs).ticket;
  const resumed = sweepTicket(moved, policy, at(21) + stepMs)?.ticket ?? moved;
  expect(resumed).toMatchObject({ stage: 'handling', stageSinceMs: at(20) + stepMs });
  for (const { startedAtMs, spentMs } of resumed.clocks) {
    expect(startedAtMs).toBe(at(0) + stepMs);
    expect(spentMs).toBe(6 * MINUTE_MS);
  }
});

/** Clocks and their calendars; who may do what is no matter here. */
function pick({ clocks, calendars }: Policy): Pick<Policy, 'clocks' | 'calendars'> {
  return { clocks, calendars };
}
