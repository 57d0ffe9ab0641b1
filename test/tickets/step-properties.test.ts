/**
 * Random lives of tickets under both shipped policies: people, alarms, time, steps of the wall clock and late entries in any
 * order. The seed is printed.
 */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { AlarmEventType } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import { SEVERITY_NAMES } from '../../src/core/severity.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { auditClocks } from '../../src/tickets/audit.ts';
import { applyAlarmEvent } from '../../src/tickets/coupling.ts';
import { toDues } from '../../src/tickets/dues.ts';
import { recompute } from '../../src/tickets/mark.ts';
import { allowedTransitions } from '../../src/tickets/path.ts';
import { moveTicketClocks, stepTicket, sweepTicket, type TicketStep } from '../../src/tickets/step.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { testRuns } from '../support/effort.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';
import {
  BASE_MS,
  COMPLETE,
  createAlarm,
  createAlarmTicket,
  createContext,
  createFreePolicy,
  createOccurrence,
  DESK,
  HOUR_MS,
  MINUTE_MS,
} from './fixtures.ts';

const ALARM_EVENTS: readonly AlarmEventType[] = [
  'raised',
  're-raised',
  'severity-changed',
  'returned',
  'blind',
  'sighted',
  'ended',
  'out-of-service',
  'in-service',
  'rule-changed',
  'acknowledged',
];

const action = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('natural' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      type: fc.constantFrom(...(Object.keys(COMPLETE) as (keyof typeof COMPLETE)[])),
      lateMinutes: fc.option(fc.integer({ min: 0, max: 90 }), { nil: null, freq: 4 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('alarm' as const),
      type: fc.constantFrom(...ALARM_EVENTS),
      id: fc.constantFrom('occurrence-1', 'occurrence-2'),
      severity: fc.constantFrom(...SEVERITY_NAMES),
      isActive: fc.boolean(),
      isBlind: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      minutes: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 4_000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('clock-step' as const),
      minutes: fc.integer({ min: -300, max: 300 }),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Life {
  readonly ticket: Ticket;
  readonly nowMs: number;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const held of Object.values(value)) deepFreeze(held);
  }
  return value;
}

function isRefusal(error: unknown): boolean {
  return error instanceof RiserError;
}

function attempt(make: () => TicketStep | null): TicketStep | null {
  try {
    return make();
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function take({ ticket, nowMs }: Life, one: Action, policy: Policy): TicketStep | null {
  switch (one.kind) {
    case 'natural': {
      const [type] = allowedTransitions(ticket, policy);
      if (type === undefined) return null;
      return attempt(() => stepTicket(ticket, fit(type, nowMs), DESK, createContext({ policy, nowMs })));
    }
    case 'step': {
      const occurredAtMs = one.lateMinutes === null ? null : nowMs - one.lateMinutes * MINUTE_MS;
      const context = createContext({ policy, nowMs, occurredAtMs });
      return attempt(() => stepTicket(ticket, fit(one.type, nowMs), DESK, context));
    }
    case 'alarm': {
      const isEnd = one.type === 'ended';
      const occurrence = createOccurrence({
        id: toId(one.id),
        severity: one.severity,
        isActive: one.isActive && one.type !== 'returned',
        blindSinceMs: one.isBlind ? nowMs : null,
        returnedAtMs: one.isActive ? null : nowMs,
        endedAtMs: isEnd ? nowMs : null,
        endReason: isEnd ? (one.isActive ? 'rule-removed' : 'returned') : null,
      });
      return applyAlarmEvent(ticket, { type: one.type, atMs: nowMs, occurrence }, policy, nowMs);
    }
    case 'time':
      return sweepTicket(ticket, policy, nowMs);
    case 'clock-step':
      return moveTicketClocks(ticket, one.minutes * MINUTE_MS, policy, nowMs);
    default:
      return one satisfies never;
  }
}

/** Times that have to lie ahead lie ahead of now. */
function fit(type: keyof typeof COMPLETE, nowMs: number): Transition {
  const step = COMPLETE[type];
  if (step.type === 'appoint') return { ...step, fromMs: nowMs + HOUR_MS, toMs: nowMs + 2 * HOUR_MS };
  if (step.type === 'estimate') return { ...step, atMs: nowMs + HOUR_MS };
  if (step.type === 'wait') return { ...step, untilMs: nowMs + HOUR_MS };
  return step;
}

/** What only the gateway may still change of a closed ticket: the watch over its repair, and what its alarms do. */
const CLOSED_CHANGES: readonly (keyof Ticket)[] = [
  'version',
  'alarms',
  'proof',
  'isFirstFix',
  'banners',
  'clocks',
];
/** … and of a ticket whose clocks are moved. */
const MOVED: readonly (keyof Ticket)[] = ['marks', 'stageSinceMs', 'escalation', 'reports'];
/** What people may still do to a closed ticket, and what that changes: ask once more where all is well, and correct it. */
const BY_PEOPLE: Partial<Record<TicketEvent['type'], readonly (keyof Ticket)[]>> = {
  sampled: ['isLateEntry'],
  corrected: ['content', 'isLateEntry'],
};

function checkClosed(before: Ticket, { ticket, events }: TicketStep, policy: Policy, nowMs: number): void {
  const isReopened = events.some(({ type }) => type === 'reopened');
  const byOverride = events.some(({ detail }) => detail['reason'] === 'closed-while-active');
  if (isReopened) {
    expect(before.stage).toBe('closed');
    if (!byOverride) expect(nowMs - (before.closedAtMs ?? 0)).toBeLessThanOrEqual(policy.reopenMs);
    return;
  }
  if (events.every(({ type }) => type === 'archived')) return;
  const isMoved = events.every(({ type }) => type === 'clocks-moved');
  const changed = (Object.keys(ticket) as (keyof Ticket)[]).filter((key) => ticket[key] !== before[key]);
  const byPeople = events.flatMap(({ type, by }) => (by === 'gateway' ? [] : [type]));
  if (byPeople.length > 0) expect(before.stage).toBe('closed');
  expect(byPeople.filter((type) => BY_PEOPLE[type] === undefined)).toEqual([]);
  const corrected = byPeople.flatMap((type) => BY_PEOPLE[type] ?? []);
  const allowed = [...CLOSED_CHANGES, ...(isMoved ? MOVED : []), ...corrected];
  const isReview = before.stage === 'cancelled';
  expect(changed.filter((key) => !allowed.includes(key) && !(isReview && key === 'marks'))).toEqual([]);
}

function checkStep(before: Ticket, step: TicketStep, policy: Policy, nowMs: number): void {
  const { ticket, events } = step;
  expect(events.length).toBeGreaterThan(0);
  expect(events.at(-1)?.ticket).toBe(ticket);
  let version = before.version;
  for (const event of events) {
    expect([version, version + 1]).toContain(event.ticket.version);
    version = event.ticket.version;
    checkEvent(event);
  }
  expect(version).toBeGreaterThan(before.version);
  if (['closed', 'archived', 'cancelled', 'merged'].includes(before.stage))
    checkClosed(before, step, policy, nowMs);
}

/** A machine never closes a ticket. */
function checkEvent({ type, by, atMs, enteredAtMs, ticket }: TicketEvent): void {
  if (by === 'gateway')
    expect(['closed', 'archived', 'cancelled', 'merged', 'accepted', 'visited', 'done']).not.toContain(type);
  if (enteredAtMs !== undefined) expect(atMs).toBeLessThan(enteredAtMs);
  expect(ticket.round).toBe(ticket.reworkCount + 1);
}

function checkLife({ ticket, nowMs }: Life, policy: Policy): void {
  const times = toStageTimes(ticket);
  expect(times.at(-1)?.stage).toBe(ticket.stage);
  const sumMs = times.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? nowMs) - fromMs), 0);
  expect(sumMs).toBe(toAgeMs(ticket, nowMs));
  for (const { fromMs, toMs } of times) expect((toMs ?? fromMs) - fromMs).toBeGreaterThanOrEqual(0);
  for (const clock of ticket.clocks) {
    expect(clock.spentMs).toBeGreaterThanOrEqual(0);
    expect(clock.limitMs).toBeGreaterThanOrEqual(0);
    // Of a clock that begins with each start its rounds count the starts.
    const isEachStart = policy.clocks.find(({ id }) => id === clock.id)?.isEachStart ?? false;
    if (!isEachStart) expect(clock.round).toBeLessThanOrEqual(ticket.round);
  }
  expect(times.at(-1)?.fromMs).toBe(ticket.stageSinceMs);
  expect(ticket.escalation.level).toBeLessThanOrEqual(policy.escalation.ladder.length);
  if (ticket.waiting === null) expect(ticket.stage).not.toBe('waiting');
  else expect(ticket.stage).toBe('waiting');
  if (['closed', 'archived', 'cancelled', 'merged'].includes(ticket.stage))
    expect(ticket.closedAtMs).not.toBeNull();
  else expect(ticket.closedAtMs).toBeNull();
  const stopsAll = ['archived', 'cancelled', 'merged'].includes(ticket.stage);
  if (stopsAll) expect(ticket.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null)).toEqual([]);
}

/** What is told once is told no second time, and what is due is swept. */
function checkSwept(ticket: Ticket, policy: Policy, nowMs: number): void {
  const swept = sweepTicket(ticket, policy, nowMs);
  const left = swept === null ? ticket : swept.ticket;
  const overdue = toDues(left, policy).filter(({ what, dueAtMs }) => what !== 'archive' && dueAtMs <= nowMs);
  // A late entry keeps its clocks silent for a while; a warning that was due with its breach is not told.
  const isHeld = left.clocks.some(({ heldUntilMs = 0 }) => heldUntilMs > nowMs);
  if (!isHeld) expect(overdue).toEqual([]);
}

/** The audit has nothing to say of what the machine makes. */
function checkAudit({ ticket, nowMs }: Life, policy: Policy): void {
  const swept = sweepTicket(ticket, policy, nowMs)?.ticket ?? ticket;
  expect(auditClocks(swept, policy, nowMs)).toBeNull();
}

function live(actions: readonly Action[], policy: Policy, start: Ticket): void {
  let life: Life = { ticket: deepFreeze(start), nowMs: BASE_MS };
  for (const one of actions) {
    const movedMs = one.kind === 'time' || one.kind === 'clock-step' ? one.minutes * MINUTE_MS : 1_000;
    const nowMs = life.nowMs + movedMs;
    const before = { ...life, nowMs };
    const step = take(before, one, policy);
    if (step !== null) checkStep(life.ticket, step, policy, nowMs);
    life = { ...before, ticket: deepFreeze(step?.ticket ?? life.ticket) };
    checkLife(life, policy);
    checkAudit(life, policy);
  }
  checkSwept(life.ticket, policy, life.nowMs);
}

for (const [name, shipped] of [
  ['default', defaultPolicy],
  ['hospital', hospitalPolicy],
] as const) {
  const { actors } = createFreePolicy();
  const policy: Policy = { ...shipped, actors, proposeDoneMs: 4 * HOUR_MS };
  describe(`under the ${name} policy`, () => {
    test('no life of a ticket breaks what must hold of all', () => {
      const settings = fc.record({
        class: fc.constantFrom('engineering', 'fire', 'cleaning', 'enquiry'),
        flow: fc.constantFrom('daily', 'public-area', 'warranty'),
        priority: fc.constantFrom('normal', 'urgent', 'emergency'),
        attendance: fc.constantFrom('urgent', 'next-working-day', 'appointment'),
      });
      const property = fc.property(settings, fc.array(action, { maxLength: 60 }), (given, actions) => {
        const ticket = createAlarmTicket({
          ...given,
          stage: 'received',
          takenBy: null,
          alarms: [createAlarm()],
        });
        live(actions, policy, recompute(ticket, policy, BASE_MS));
      });
      fc.assert(property, { seed: testSeed(), numRuns: testRuns(100) });
    });
  });
}

describe('a refusal', () => {
  test('leaves the ticket as it was: no step writes into what it is given', () => {
    const ticket = deepFreeze(createAlarmTicket({ stage: 'done' }));
    for (const step of Object.values(COMPLETE))
      attempt(() => stepTicket(ticket, step, DESK, createContext()));
    expect(ticket).toEqual(createAlarmTicket({ stage: 'done' }));
  });
});
