/** Breaches that have been told: who may undo one by a late entry, and with whom each is recorded. */
import { describe, expect, test } from 'vitest';
import type { ClockPolicy, Policy } from '../../src/config/policy.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Holders } from '../../src/tickets/holder.ts';
import { stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import type { TicketActor } from '../../src/tickets/transitions.ts';
import {
  BASE_MS,
  COMPLETE,
  createContext,
  createFreePolicy,
  createFull,
  DESK,
  MINUTE_MS,
  refusalOf,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';

const at = (minutes: number) => BASE_MS + minutes * MINUTE_MS;
const DISPATCH: ClockPolicy = {
  id: 'dispatch',
  name: { zh: '派单', en: 'Dispatch' },
  start: ['received'],
  stop: ['taken', 'done'],
  limits: [{ match: {}, limitMs: 2 * MINUTE_MS, warnRatio: 0.8, calendar: null }],
  pauses: [],
  isEachRound: false,
  isHuman: true,
};
const toPolicy = (
  given: Partial<ClockPolicy> = {},
  actors: Policy['actors']['take'] = ['desk', 'supervisor'],
) => {
  const policy = createFreePolicy({ clocks: [{ ...DISPATCH, ...given }] });
  return { ...policy, actors: { ...policy.actors, take: actors, note: actors } };
};
const start = (policy: Policy, given: Partial<Ticket> = {}): Ticket =>
  withClocks(createFull({ stage: 'dispatched', takenBy: null, ...given }), policy, BASE_MS);

/** Swept to its breach, which has been told. */
function breach(policy: Policy, given: Partial<Ticket> = {}, holders?: Holders): Ticket {
  const step = sweepTicket(start(policy, given), policy, at(2), holders);
  if (step === null) throw new Error('nothing was due');
  return step.ticket;
}

describe('a late entry that would undo a breach which was told', () => {
  const policy = toPolicy();
  const take = (ticket: Ticket, actor: TicketActor, minute = 1) =>
    stepTicket(
      ticket,
      COMPLETE.take,
      actor,
      createContext({ policy, nowMs: at(3), occurredAtMs: at(minute) }),
    );

  test('is refused, naming the clock, and has changed nothing', () => {
    const ticket = breach(policy);
    expect(refusalOf(() => take(ticket, DESK))).toEqual({
      code: 'breach-stands',
      params: { clocks: { zh: '派单', en: 'Dispatch' } },
    });
    expect(ticket.clocks).toMatchObject([{ breachedAtMs: at(2), isBreachTold: true }]);
  });

  test('is refused also behind another late entry that undoes nothing', () => {
    const context = createContext({ policy, nowMs: at(3), occurredAtMs: at(1) });
    const { ticket } = stepTicket(breach(policy), COMPLETE.note, DESK, context);
    expect(ticket.isLateEntry).toBe(true);
    expect(refusalOf(() => take(ticket, DESK)).code).toBe('breach-stands');
  });

  test('is for the supervisor, and its record names what it undid', () => {
    const { ticket, events } = take(breach(policy), SUPERVISOR);
    expect(ticket.clocks).toMatchObject([{ breachedAtMs: null, isBreachTold: false, stoppedAtMs: at(1) }]);
    expect(events[0]?.detail).toMatchObject({ undoneBreaches: [{ clock: 'dispatch', round: 1 }] });
  });

  test('is anybody’s while the ticket is being typed in from a slip, and nobody’s any more after that', () => {
    const { marks, ...rest } = createFull({ stage: 'dispatched', takenBy: null, slip: 'A-17' });
    const typed = withClocks(
      { ...rest, marks: marks.map((mark) => ({ ...mark, enteredAtMs: at(2) })) },
      policy,
      at(2),
    );
    const held = policy.lateEntry.holdMs / MINUTE_MS;
    expect(sweepTicket(typed, policy, at(2 + held - 1))).toBeNull();
    const told = sweepTicket(typed, policy, at(2 + held))?.ticket ?? typed;
    expect(told.clocks).toMatchObject([{ isBreachTold: true, breachedAtMs: at(2) }]);
    const entered = (minute: number) => createContext({ policy, nowMs: at(minute), occurredAtMs: at(1) });
    const { ticket } = stepTicket(told, COMPLETE.take, DESK, entered(60));
    expect(ticket.clocks).toMatchObject([{ breachedAtMs: null }]);
    expect(refusalOf(() => stepTicket(told, COMPLETE.take, DESK, entered(62))).code).toBe('breach-stands');
  });

  test('is refused on a call that was only written down late', () => {
    const { marks, ...rest } = createFull({ stage: 'dispatched', takenBy: null });
    const late = { ...rest, marks: marks.map((mark) => ({ ...mark, enteredAtMs: at(0) + 1 })) };
    const told = sweepTicket(withClocks(late, policy, at(1)), policy, at(2))?.ticket ?? late;
    expect(told.clocks).toMatchObject([{ isBreachTold: true }]);
    expect(refusalOf(() => take(told, DESK)).code).toBe('breach-stands');
  });

  test('is taken where the breach stands all the same', () => {
    const { ticket, events } = take(breach(policy), DESK, 2.5);
    expect(ticket.clocks).toMatchObject([{ breachedAtMs: at(2), stoppedAtMs: at(2.5) }]);
    expect(events[0]?.detail).not.toHaveProperty('undoneBreaches');
  });
});

describe('a breach is recorded with', () => {
  const holders: Holders = {
    owner: () => 'owner-wu',
    onDuty: (role) => (role === 'supervisor' ? 'boss-li' : null),
  };
  const responsible = (list: ClockPolicy['responsible'], given: Partial<Ticket> = {}) =>
    breach(toPolicy(list === undefined ? {} : { responsible: list }), given, holders).clocks[0]?.responsible;

  test('who has to act on the ticket where its clock names nobody', () => {
    expect(responsible(undefined, { takenBy: 'tom' })).toBe('tom');
  });

  test('the person on duty of the role that it names, else the role', () => {
    expect(responsible(['supervisor'])).toBe('boss-li');
    expect(responsible(['desk'])).toBe('desk');
    expect(responsible(['area-manager', 'supervisor'])).toBe('boss-li');
  });

  test('the assignee once it is dispatched, and the desk before, whoever is proposed', () => {
    expect(responsible(['assignee', 'desk'], { assignee: 'ann' })).toBe('ann');
    expect(responsible(['assignee', 'desk'], { assignee: 'ann', stage: 'recorded' })).toBe('desk');
  });

  test('the owner of the equipment, whatever is computed afterwards', () => {
    const policy = toPolicy({ responsible: ['owner', 'supervisor'] });
    const ticket = breach(policy, {}, holders);
    const context = createContext({ policy, nowMs: at(4) });
    const { clocks } = stepTicket(ticket, COMPLETE.take, DESK, context).ticket;
    expect(clocks).toMatchObject([{ responsible: 'owner-wu', breachedAtMs: at(2), stoppedAtMs: at(4) }]);
  });

  test('each of several, told apart, and the warning goes the same way', () => {
    const second: ClockPolicy = { ...DISPATCH, id: 'support', responsible: ['supervisor'] };
    const policy = createFreePolicy({ clocks: [DISPATCH, second] });
    const ticket = start(policy, { takenBy: 'tom' });
    for (const [minute, type] of [
      [1.6, 'clock-warned'],
      [2, 'clock-breached'],
    ] as const) {
      const step = sweepTicket(ticket, policy, at(minute), holders);
      expect(step?.events).toMatchObject([
        { type, detail: { clocks: ['dispatch'], responsible: 'tom' } },
        { type, detail: { clocks: ['support'], responsible: 'boss-li' } },
      ]);
    }
  });
});

describe('where no stage asks anybody to sign for it, a breach is recorded with', () => {
  const ON_DUTY: Readonly<Record<string, string>> = { engineer: 'wang', 'night-crew': 'zoe', desk: 'li' };
  const holders: Holders = { owner: () => 'lift-safety', onDuty: (name) => ON_DUTY[name] ?? null };
  const untaken = (given: Partial<Ticket>, list?: ClockPolicy['responsible']) =>
    breach(toPolicy(list === undefined ? {} : { responsible: list }), given, holders).clocks[0]?.responsible;

  test('whoever of the role or group that has it is on duty', () => {
    expect(untaken({ assignee: 'engineer' })).toBe('wang');
    expect(untaken({ assignee: 'night-crew' })).toBe('zoe');
    expect(untaken({ assignee: 'engineer' }, ['assignee', 'desk'])).toBe('wang');
  });

  test('whoever has signed for it, also where the name is that of a role with somebody else on duty', () => {
    expect(untaken({ takenBy: 'engineer' })).toBe('engineer');
    expect(untaken({ takenBy: 'engineer' }, ['assignee', 'desk'])).toBe('engineer');
    expect(untaken({ takenBy: 'engineer' }, ['desk'])).toBe('li');
  });

  test('the account that it was given to', () => {
    expect(untaken({ assignee: 'ann' })).toBe('ann');
  });

  test('the first receiver where nobody of the role is on duty, and nobody has it', () => {
    expect(untaken({ assignee: 'security' })).toBe('fay');
    expect(untaken({ assignee: null })).toBe('fay');
    expect(untaken({ assignee: 'security', firstReceiver: 'desk' })).toBe('li');
  });

  test('the next of its list, where a role that owns the equipment has nobody on duty', () => {
    expect(untaken({ assignee: 'ann' }, ['owner', 'desk'])).toBe('li');
  });

  test('the role only where there is no person at all', () => {
    expect(untaken({ assignee: 'security', firstReceiver: 'gateway' })).toBe('security');
  });

  test('the same person whatever is done afterwards, while a warning goes to all of the role', () => {
    const policy = toPolicy();
    const given = { assignee: 'engineer', takenBy: null } as const;
    const warned = sweepTicket(start(policy, given), policy, at(1.6), holders);
    expect(warned?.events).toMatchObject([{ type: 'clock-warned', detail: { responsible: 'engineer' } }]);
    const ticket = breach(policy, given, holders);
    const context = createContext({ policy, nowMs: at(4) });
    const after = stepTicket(ticket, COMPLETE.take, { ...DESK, roles: ['desk', 'engineer'] }, context).ticket;
    expect([ticket, after].map(({ clocks }) => clocks[0]?.responsible)).toEqual(['wang', 'wang']);
    expect(after.clocks[0]?.stoppedAtMs).toBe(at(4));
  });
});

test('the acceptance that is late is not held against the owner who did the work', () => {
  const clock: ClockPolicy = { ...DISPATCH, stop: ['accepted'], responsible: ['owner', 'supervisor'] };
  const policy = { ...createFreePolicy({ clocks: [clock] }), ownAcceptance: [] };
  const holders: Holders = { owner: () => 'tom', onDuty: () => null };
  const responsible = (workedBy: readonly string[]) =>
    breach(policy, { stage: 'done', workedBy }, holders).clocks[0]?.responsible;
  expect(responsible([])).toBe('tom');
  expect(responsible(['tom'])).toBe('supervisor');
});
