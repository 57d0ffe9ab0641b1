/** Who is called up the ladder, and when not: after an answer the department again, and no manager on a holiday for working-time work. */
import { describe, expect, test } from 'vitest';
import type { ClockLimit, ClockPolicy, Policy } from '../../src/config/policy.ts';
import { type CalendarId, toId } from '../../src/core/ids.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import { noteReAlarms } from '../../src/tickets/coupling.ts';
import { toDues } from '../../src/tickets/dues.ts';
import { stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  COMPLETE,
  createAlarm,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  createOccurrence,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  NORMAL,
  withClocks,
} from './fixtures.ts';

/** Shanghai, in 2026: National Day is from 1 to 7 October, Thursday the 8th is worked. */
const local = (day: number, hour: number, minute = 0): number => Date.UTC(2026, 8, day, hour - 8, minute);
const EVE = local(30, 16, 50);
const HOLIDAY = local(32, 17);
const OPENING = local(38, 9);

const WORKING = toId<CalendarId>('working');
const toPolicy = (limits: Partial<ClockLimit>, more: readonly ClockPolicy[] = []): Policy => {
  const limit = { match: {}, limitMs: 80 * HOUR_MS, warnRatio: 1, calendar: WORKING, ...limits };
  const repair: ClockPolicy = {
    id: 'repair',
    name: { zh: '处理', en: 'Handling' },
    start: ['received'],
    stop: ['done'],
    limits: [limit],
    pauses: [],
    isEachRound: true,
    isHuman: true,
  };
  return createFreePolicy({ clocks: [repair, ...more] });
};
const policy = toPolicy({});

function begin(own: Policy = policy, given: Partial<Ticket> = {}): Ticket {
  const ticket = createAlarmTicket({
    receivedAtMs: EVE,
    stage: 'dispatched',
    stageSinceMs: EVE,
    takenBy: null,
    marks: [],
    ...given,
  });
  const opened = { atMs: EVE, type: 'received', stage: 'received' } as const;
  const { class: ticketClass, source, flow, priority, attendance } = ticket;
  const settings = { class: ticketClass, source, flow, priority, attendance, isDifficult: false };
  return withClocks({ ...ticket, marks: [{ ...opened, settings }] }, own, EVE);
}

const call = (ticket: Ticket, atMs: number, own: Policy = policy) =>
  noteReAlarms(ticket, createOccurrence({ reAlarms: 3 }), own, atMs);

/** Swept every ten minutes; when somebody was called, and who. */
function callsUntil(ticket: Ticket, fromMs: number, toMs: number, own: Policy = policy) {
  const calls: (readonly [at: string, role: unknown])[] = [];
  let now = ticket;
  for (let atMs = fromMs; atMs <= toMs; atMs += 10 * MINUTE_MS) {
    const step = sweepTicket(now, own, atMs);
    for (const event of step?.events ?? [])
      if (event.type === 'escalated')
        calls.push([new Date(atMs + 8 * HOUR_MS).toISOString().slice(5, 16), event.detail['role']]);
    now = step?.ticket ?? now;
  }
  return { calls, ticket: now };
}

describe('an alarm that calls in vain', () => {
  test('brings nobody up over a holiday where the clocks count working time, and begins when they count again', () => {
    const { ticket, events } = call(begin(), HOLIDAY);
    expect(events.map(({ type }) => type)).toEqual(['noted']);
    expect(events[0]?.detail).toMatchObject({ isHeld: true, reAlarms: 3 });
    expect(ticket.escalation.level).toBe(0);
    expect(toDues(ticket, policy)).toContainEqual(
      expect.objectContaining({ what: 'escalate', dueAtMs: OPENING }),
    );
    expect(callsUntil(ticket, HOLIDAY, OPENING + 40 * MINUTE_MS).calls).toEqual([
      ['10-08T09:00', 'supervisor'],
      ['10-08T09:30', 'manager'],
    ]);
  });

  test('that began before the holiday goes no rung further in it', () => {
    const called = call(begin(), EVE);
    expect(called.events.map(({ type }) => type)).toEqual(['noted', 'escalated']);
    expect(callsUntil(called.ticket, EVE, OPENING).calls).toEqual([['10-08T09:00', 'manager']]);
  });

  test('is not followed up when it has returned, or when somebody has acted, before the hours begin', () => {
    const held = call(begin(), HOLIDAY).ticket;
    const returned = { ...held, alarms: [createAlarm(NORMAL)] };
    expect(callsUntil(returned, HOLIDAY, OPENING + HOUR_MS).calls).toEqual([]);
    const context = createContext({ policy, nowMs: HOLIDAY + HOUR_MS });
    const taken = stepTicket(held, COMPLETE.take, DESK, context).ticket;
    expect(callsUntil(taken, HOLIDAY + HOUR_MS, OPENING + HOUR_MS).calls).toEqual([]);
  });

  test('is told at once where a clock of the ticket counts all hours, or none runs', () => {
    const always = toPolicy({ calendar: null });
    expect(call(begin(always), HOLIDAY, always).events.map(({ type }) => type)).toContain('escalated');
    const none = { ...policy, clocks: [] };
    expect(call(begin(none), HOLIDAY, none).events.map(({ type }) => type)).toContain('escalated');
  });

  test('is not let out by a clock that the call itself has wound', () => {
    const support: ClockPolicy = {
      ...(defaultPolicy.clocks.find(({ id }) => id === 'support') as ClockPolicy),
      limits: [{ match: {}, limitMs: 10_000 * HOUR_MS, warnRatio: 1, calendar: null }],
    };
    const two = toPolicy({}, [support]);
    const called = call(begin(two), EVE, two).ticket;
    expect(called.clocks.find(({ id }) => id === 'support')?.stoppedAtMs).toBeNull();
    expect(callsUntil(called, EVE, OPENING - MINUTE_MS, two).calls).toEqual([]);
  });

  test.each([
    ['default', defaultPolicy, 'normal', 'next-working-day', ['noted']],
    ['default', defaultPolicy, 'urgent', 'urgent', ['noted', 'escalated']],
    ['hospital', hospitalPolicy, 'normal', 'immediate', ['noted', 'escalated']],
  ] as const)(
    'under the %s policy wakes those above only for what runs then: %s %s',
    (_name, own, priority, attendance, types) => {
      const ticket = begin(own, { priority, attendance, flow: 'public-area' });
      expect(call(ticket, local(32, 12), own).events.map(({ type }) => type)).toEqual(types);
    },
  );
});

describe('whoever cannot handle it', () => {
  const free = toPolicy({ calendar: null });
  const step = (ticket: Ticket, transition: Transition, minutes: number): Ticket =>
    stepTicket(ticket, transition, DESK, createContext({ policy: free, nowMs: EVE + minutes * MINUTE_MS }))
      .ticket;

  test('calls the department supervisor again after he has answered', () => {
    const first = step(begin(free), COMPLETE.escalate, 1);
    expect(first.escalation.level).toBe(1);
    const answered = step(first, COMPLETE.answer, 3);
    const again = stepTicket(
      answered,
      COMPLETE.escalate,
      DESK,
      createContext({ policy: free, nowMs: EVE + 20 * MINUTE_MS }),
    );
    expect(again.events).toMatchObject([{ type: 'escalated', detail: { level: 1, role: 'supervisor' } }]);
    expect(again.ticket.escalation.nextAtMs).toBe(EVE + 50 * MINUTE_MS);
  });

  test('calls him also where the ladder had come further up before somebody acted, even to its top', () => {
    const top = begin(free, { escalation: { level: 3, sinceMs: EVE, reason: 'repair', nextAtMs: null } });
    const acted = step(top, COMPLETE.take, 5);
    expect(step(acted, COMPLETE.escalate, 6).escalation.level).toBe(1);
  });

  test('goes a rung higher while nobody has answered the call before, and stays at the top', () => {
    const levels = [1, 2, 3, 4].reduce<Ticket[]>(
      (all, minute) => [...all, step(all.at(-1) ?? begin(free), COMPLETE.escalate, minute)],
      [],
    );
    expect(levels.map(({ escalation }) => escalation.level)).toEqual([1, 2, 3, 3]);
  });
});
