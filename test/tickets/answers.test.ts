/** Who answers which warning: whoever was warned, whatever gives the matter to somebody, the step that the clock waits for. */
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { stepTicket } from '../../src/tickets/step.ts';
import { sweepTicket } from '../../src/tickets/sweep.ts';
import type { TicketActor, Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createFull,
  DESK,
  MINUTE_MS,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';

const ENGINEER = createActor('ann', ['engineer']);
const WARNED_MS = BASE_MS + 24 * MINUTE_MS;

/** Urgent, called in by an owner, signed for by the engineer, who has not arrived: at 24 of 30 minutes he is warned. */
function createWarned(given: Partial<Ticket> = {}): Ticket {
  const ticket = createFull({
    source: 'owner-call',
    channel: 'phone',
    class: 'help',
    flow: 'daily',
    priority: 'urgent',
    attendance: 'urgent',
    stage: 'taken',
    assignee: 'ann',
    takenBy: 'ann',
    contractor: null,
    firstReceiver: DESK.username,
    ...given,
  });
  const [received] = ticket.marks;
  const stages = ['recorded', 'dispatched', 'taken'] as const;
  const passed = stages.map((stage) => ({ atMs: BASE_MS, type: stage, stage }));
  const begun = { ...ticket, marks: received === undefined ? passed : [received, ...passed] };
  const swept = sweepTicket(withClocks(begun, defaultPolicy, BASE_MS), defaultPolicy, WARNED_MS);
  if (swept === null) throw new Error('nothing was warned of');
  return swept.ticket;
}

const isAnswered = ({ clocks }: Ticket, id: string) =>
  clocks.find((clock) => clock.id === id)?.answeredAtMs !== null;
const take = (ticket: Ticket, step: Transition, actor: TicketActor): Ticket =>
  stepTicket(ticket, step, actor, createContext({ nowMs: WARNED_MS + MINUTE_MS })).ticket;
const AHEAD_MS = WARNED_MS + 60 * MINUTE_MS;
const contact: Transition = { type: 'contact', how: 'phone', note: 'soothed' };

describe('the warning that the engineer has not arrived', () => {
  test('stands', () => {
    const warned = createWarned();
    expect(warned.clocks.find(({ id }) => id === 'arrival')?.warnedAtMs).toBe(WARNED_MS);
    expect(isAnswered(warned, 'arrival')).toBe(false);
  });

  test.each([
    ['a call to the owner', contact],
    ['an estimate', { type: 'estimate', atMs: AHEAD_MS }],
    ['an appointment', { type: 'appoint', fromMs: AHEAD_MS, toMs: AHEAD_MS + 1 }],
    ['a firm that is given it', { type: 'give-contractor', user: 'con', note: 'they know it' }],
    ['a remark', { type: 'note', note: 'noted' }],
  ] as const)('is not answered by %s of the desk, and goes up in its time', (_what, step) => {
    const after = take(createWarned(), step, DESK);
    expect(isAnswered(after, 'arrival')).toBe(false);
    const later = sweepTicket(after, defaultPolicy, WARNED_MS + 5 * MINUTE_MS)?.ticket;
    expect(later?.escalation).toMatchObject({ level: 1, reason: 'arrival' });
  });

  test('is not answered by the desk either once the supervisor has been called', () => {
    const called = sweepTicket(createWarned(), defaultPolicy, WARNED_MS + 5 * MINUTE_MS)?.ticket;
    expect(called?.escalation.nextAtMs).not.toBeNull();
    const context = createContext({ nowMs: WARNED_MS + 6 * MINUTE_MS });
    const after = stepTicket(called as Ticket, contact, DESK, context).ticket;
    expect(after.escalation).toEqual(called?.escalation);
  });

  test.each([
    ['whoever was warned rings the owner himself', contact, ENGINEER],
    ['whoever was warned makes a remark', { type: 'note', note: 'in the lift' }, ENGINEER],
    ['the desk gives it to another', { type: 'transfer', assignee: 'ben', reason: 'stuck' }, DESK],
    ['the supervisor answers', { type: 'answer', note: 'I go' }, SUPERVISOR],
    ['he arrives', { type: 'arrive', how: 'by-hand' }, ENGINEER],
  ] as const)('is answered when %s', (_what, step, actor) => {
    const after = take(createWarned(), step, actor);
    expect(isAnswered(after, 'arrival')).toBe(true);
    expect(after.escalation.nextAtMs).toBeNull();
  });
});

test('a call to the owner answers the warning of the call that is owed', () => {
  const complaint = { class: 'complaint', priority: 'normal', attendance: 'immediate' } as const;
  const ticket = createFull({
    ...complaint,
    source: 'owner-call',
    flow: 'daily',
    stage: 'dispatched',
    takenBy: null,
    contractor: null,
  });
  const warnedMs = BASE_MS + 12 * MINUTE_MS;
  const warned = sweepTicket(withClocks(ticket, defaultPolicy, BASE_MS), defaultPolicy, warnedMs)?.ticket;
  expect(warned?.clocks.find(({ id }) => id === 'reply')?.warnedAtMs).toBe(warnedMs);
  const context = createContext({ nowMs: warnedMs + MINUTE_MS });
  const after = stepTicket(warned as Ticket, contact, DESK, context).ticket;
  expect(isAnswered(after, 'reply')).toBe(true);
});

test('who is there before the dispatch has not dispatched it: the desk’s warning stands', () => {
  const emergency = { class: 'fire', priority: 'emergency', attendance: 'emergency' } as const;
  const ticket = createFull({ ...emergency, stage: 'recorded', assignee: 'ann', takenBy: null });
  const recorded = { atMs: BASE_MS, type: 'recorded', stage: 'recorded' } as const;
  const early = { ...ticket, marks: [...ticket.marks, recorded] };
  const warnedMs = BASE_MS + 100_000;
  const warned = sweepTicket(withClocks(early, defaultPolicy, BASE_MS), defaultPolicy, warnedMs)?.ticket;
  const context = createContext({ nowMs: warnedMs + 1 });
  const there = stepTicket(warned as Ticket, { type: 'arrive', how: 'by-hand' }, ENGINEER, context).ticket;
  expect(there.clocks.find(({ id }) => id === 'dispatch-emergency')).toMatchObject({
    warnedAtMs: warnedMs,
    answeredAtMs: null,
    stoppedAtMs: null,
  });
  const given = stepTicket(there, { type: 'dispatch', assignee: 'ann' }, DESK, context).ticket;
  expect(isAnswered(given, 'dispatch-emergency')).toBe(true);
});
