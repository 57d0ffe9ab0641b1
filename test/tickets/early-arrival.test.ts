/**
 * 派单前到场: whoever is told "go there at once" by the gateway is there before the desk has dispatched (service-workflow.md §2). The
 * arrival is on the ticket with its true time, stops the clock of the arrival, and outlives what the desk decides.
 */
import { describe, expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import type { TicketId } from '../../src/core/ids.ts';
import type { Ticket, TicketEvent } from '../../src/core/ticket.ts';
import { mergeTickets } from '../../src/tickets/merge.ts';
import { offeredTransitions } from '../../src/tickets/offers.ts';
import { allowedTransitions } from '../../src/tickets/path.ts';
import { moveTicketClocks, stepTicket, sweepTicket } from '../../src/tickets/step.ts';
import { toStageTimes } from '../../src/tickets/times.ts';
import type { Transition } from '../../src/tickets/transitions.ts';
import { defaultPolicy, hospitalPolicy } from '../support/random-tickets.ts';
import {
  BASE_MS,
  createActor,
  createContext,
  createFull,
  DESK,
  HOUR_MS,
  MINUTE_MS,
  refusalOf,
  SUPERVISOR,
  withClocks,
} from './fixtures.ts';

const GUARD = createActor('guard-feng', ['security']);
const OTHER = createActor('guard-han', ['security']);
const DUTY = createActor('duty-sun', ['duty', 'desk']);
const SECOND_MS = 1_000;
const AFTER_3_MIN = BASE_MS + 3 * MINUTE_MS;

/** A fire of the panel: reported, and before the desk, which is asked for its dispatch. */
function createFire(policy: Policy, given: Partial<Ticket> = {}): Ticket {
  const hasRecord = policy === defaultPolicy;
  const settings = { class: 'fire', priority: 'emergency', attendance: 'emergency' } as const;
  const told = { atMs: BASE_MS, deliveredAtMs: BASE_MS, answeredAtMs: null };
  const fire = createFull({
    ...settings,
    stage: 'received',
    assignee: 'security',
    takenBy: null,
    contractor: null,
    firstReceiver: DESK.username,
    reports: ['assignee', 'supervisor', 'leader'].map((to) => ({ ...told, to })),
    ...given,
  });
  const recorded = { atMs: BASE_MS, type: 'recorded', stage: 'recorded' } as const;
  const marks = hasRecord ? [...fire.marks, recorded] : fire.marks;
  const stage = given.stage ?? (hasRecord ? 'recorded' : 'received');
  return withClocks({ ...fire, stage, marks }, policy, BASE_MS);
}

const arrive: Transition = { type: 'arrive', how: 'by-hand' };
const at = (nowMs: number, policy: Policy, occurredAtMs: number | null = null) =>
  createContext({ policy, nowMs, occurredAtMs });
const clockOf = ({ clocks }: Ticket, id: string) => clocks.find((clock) => clock.id === id);
const dispatchTo = (assignee: string): Transition => ({ type: 'dispatch', assignee });

describe.each([
  ['default', defaultPolicy, 'arrival', 'dispatch-emergency'],
  ['hospital', hospitalPolicy, 'presence', 'assign'],
] as const)('under the %s policy, who was told to go', (_name, policy, arrival, dispatch) => {
  const arriveAt = (ticket: Ticket, nowMs = AFTER_3_MIN) =>
    stepTicket(ticket, arrive, GUARD, at(nowMs, policy));

  test('is offered his arrival before the dispatch, and nobody else is', () => {
    const ticket = createFire(policy);
    expect(offeredTransitions(ticket, GUARD, policy, null)).toContain('arrive');
    expect(offeredTransitions(ticket, DESK, policy, null)).not.toContain('arrive');
    // The dispatch stays the natural next step.
    expect(allowedTransitions(ticket, policy)[0]).not.toBe('arrive');
    const stranger = createActor('ann', ['engineer']);
    expect(refusalOf(() => stepTicket(ticket, arrive, stranger, at(AFTER_3_MIN, policy))).code).toBe(
      'not-your-step',
    );
  });

  test('arrives: the ticket stays the desk’s to dispatch, and the record says who was there when', () => {
    const { ticket, events } = arriveAt(createFire(policy));
    expect(ticket).toMatchObject({
      stage: createFire(policy).stage,
      assignee: 'security',
      earlyArrival: { by: 'guard-feng', as: 'security', atMs: AFTER_3_MIN },
      workedBy: ['guard-feng'],
    });
    expect(events).toMatchObject([
      { type: 'arrived', by: 'guard-feng', atMs: AFTER_3_MIN, detail: { isBeforeDispatch: true } },
    ]);
    expect(allowedTransitions(ticket, policy)).toContain('dispatch');
    // Once is enough.
    expect(refusalOf(() => stepTicket(ticket, arrive, OTHER, at(AFTER_3_MIN, policy))).code).toBe(
      'wrong-stage',
    );
    // The desk's own clock runs on.
    expect(clockOf(ticket, dispatch)).toMatchObject({ stoppedAtMs: null });
  });

  test.each(['security', 'guard-feng'])('is on site when the desk confirms it to %s', (assignee) => {
    const there = arriveAt(createFire(policy)).ticket;
    const nowMs = BASE_MS + 5 * MINUTE_MS;
    const { ticket } = stepTicket(there, dispatchTo(assignee), DUTY, at(nowMs, policy));
    expect(ticket).toMatchObject({ stage: 'on-site', assignee, earlyArrival: { atMs: AFTER_3_MIN } });
    expect(clockOf(ticket, dispatch)).toMatchObject({ stoppedAtMs: nowMs });
    expect(clockOf(ticket, arrival)?.stoppedAtMs).not.toBeNull();
    expect(clockOf(ticket, arrival)?.breachedAtMs).toBeNull();
    // What was written down after his arrival took no time of its own.
    const times = toStageTimes(ticket);
    expect(times.at(-1)).toEqual({ stage: 'on-site', fromMs: ticket.stageSinceMs, toMs: null });
    expect(times.slice(0, -1).every(({ toMs }) => (toMs ?? nowMs) <= AFTER_3_MIN)).toBe(true);
    // A day later nothing says that he never came.
    const later = sweepTicket(ticket, policy, BASE_MS + 24 * HOUR_MS)?.ticket ?? ticket;
    expect(clockOf(later, arrival)?.breachedAtMs).toBeNull();
    // What he has done since he was there may be written down with its true time.
    const step = stepTicket(ticket, { type: 'start' }, GUARD, at(nowMs + 1, policy, AFTER_3_MIN + 1));
    expect(step.ticket.stage).toBe('handling');
  });

  test('stays on the record when the desk sends another', () => {
    const there = arriveAt(createFire(policy)).ticket;
    const nowMs = BASE_MS + 5 * MINUTE_MS;
    const { ticket } = stepTicket(there, dispatchTo('ann'), DUTY, at(nowMs, policy));
    expect(ticket).toMatchObject({
      stage: 'dispatched',
      assignee: 'ann',
      earlyArrival: { by: 'guard-feng', atMs: AFTER_3_MIN },
    });
    expect(ticket.marks.filter(({ type }) => type === 'arrived')).toMatchObject([{ atMs: AFTER_3_MIN }]);
    const came = stepTicket(ticket, arrive, createActor('ann'), at(nowMs + MINUTE_MS, policy)).ticket;
    expect(came.stage).toBe('on-site');
  });

  test('writes the true time down after the dispatch as well', () => {
    const nowMs = BASE_MS + 5 * MINUTE_MS;
    const given = stepTicket(createFire(policy), dispatchTo('security'), DUTY, at(nowMs, policy)).ticket;
    const { ticket, events } = stepTicket(given, arrive, GUARD, at(nowMs + MINUTE_MS, policy, AFTER_3_MIN));
    expect(events).toMatchObject([{ type: 'arrived', atMs: AFTER_3_MIN, enteredAtMs: nowMs + MINUTE_MS }]);
    expect(ticket).toMatchObject({ stage: 'on-site', stageSinceMs: AFTER_3_MIN });
    expect(toStageTimes(ticket).at(-1)).toEqual({ stage: 'on-site', fromMs: AFTER_3_MIN, toMs: null });
    const later = sweepTicket(ticket, policy, BASE_MS + 24 * HOUR_MS)?.ticket ?? ticket;
    expect(clockOf(later, arrival)?.stoppedAtMs).not.toBeNull();
    expect(clockOf(later, arrival)?.breachedAtMs).toBeNull();
    // Nobody was there before it was reported.
    const early = at(nowMs + MINUTE_MS, policy, BASE_MS - SECOND_MS);
    expect(refusalOf(() => stepTicket(given, arrive, GUARD, early)).code).toBe('late-entry-order');
  });

  test('has to come again in the next round, and for the next emergency', () => {
    const there = arriveAt(createFire(policy)).ticket;
    const nowMs = BASE_MS + 5 * MINUTE_MS;
    const dispatched = stepTicket(there, dispatchTo('security'), DUTY, at(nowMs, policy)).ticket;
    const done = { ...dispatched, stage: 'done' as const };
    const reject: Transition = { type: 'reject', reason: 'it smokes again' };
    const context = { ...at(nowMs + HOUR_MS, policy), owner: 'olga' };
    const again = stepTicket(done, reject, createActor('olga'), context).ticket;
    expect(again).toMatchObject({ stage: 'rework', earlyArrival: null });
    expect(offeredTransitions(again, GUARD, policy, null)).toContain('arrive');
    const back = stepTicket(again, arrive, GUARD, at(nowMs + HOUR_MS + MINUTE_MS, policy));
    expect(back.ticket).toMatchObject({ stage: 'rework', earlyArrival: { by: 'guard-feng' } });
  });

  describe('and whose ticket is merged into another one', () => {
    const nowMs = BASE_MS + 5 * MINUTE_MS;
    const merged = (given: Partial<Ticket>) => {
      const id = 'XF20260922-0002' as TicketId;
      const into = createFire(policy, { id, number: id, incident: null, ...given });
      const merge = { type: 'merge', into: id, note: 'one fire' } as const;
      return mergeTickets(arriveAt(createFire(policy)).ticket, into, merge, SUPERVISOR, at(nowMs, policy))
        .into;
    };

    test('is there for that one: its arrival is kept, and the desk confirms it', () => {
      const { ticket, events } = merged({});
      expect(ticket).toMatchObject({
        stage: createFire(policy).stage,
        earlyArrival: { by: 'guard-feng', as: 'security', atMs: AFTER_3_MIN },
        workedBy: ['guard-feng'],
      });
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'arrived', by: 'guard-feng', atMs: AFTER_3_MIN }),
      );
      const given = stepTicket(ticket, dispatchTo('guard-feng'), DUTY, at(nowMs, policy)).ticket;
      expect(given.stage).toBe('on-site');
      const later = sweepTicket(given, policy, BASE_MS + HOUR_MS)?.ticket ?? given;
      expect(clockOf(later, arrival)?.stoppedAtMs).toBeLessThanOrEqual(nowMs);
      expect(clockOf(later, arrival)?.breachedAtMs).toBeNull();
    });

    test('is on site where it was dispatched to him, and stays on the record where it was to another', () => {
      expect(merged({ stage: 'dispatched' }).ticket).toMatchObject({
        stage: 'on-site',
        stageSinceMs: AFTER_3_MIN,
      });
      const other = merged({ stage: 'taken', assignee: 'ann', takenBy: 'ann' }).ticket;
      expect(other).toMatchObject({ stage: 'taken', earlyArrival: { by: 'guard-feng' } });
    });

    test('has not to come again where the other becomes an emergency by it', () => {
      const { ticket } = merged({ priority: 'urgent', attendance: 'urgent', reports: [] });
      expect(ticket).toMatchObject({ priority: 'emergency', earlyArrival: { atMs: AFTER_3_MIN } });
      const later = sweepTicket(ticket, policy, BASE_MS + HOUR_MS)?.ticket ?? ticket;
      const runs = later.clocks.filter(({ id }) => id === arrival);
      expect(runs.map(({ stoppedAtMs }) => stoppedAtMs)).not.toContain(null);
      expect(runs.map(({ breachedAtMs }) => breachedAtMs)).toEqual(runs.map(() => null));
    });

    test('changes nothing of one on which somebody was there already', () => {
      const there = { by: 'guard-han', as: 'security', atMs: BASE_MS + MINUTE_MS };
      expect(merged({ earlyArrival: there }).ticket.earlyArrival).toEqual(there);
      const working = merged({ stage: 'handling', assignee: 'ann', takenBy: 'ann' });
      expect(working.ticket).toMatchObject({ stage: 'handling' });
      expect(working.events.map(({ type }) => type)).not.toContain('arrived');
    });
  });

  test('is there at the same distance from now after the clock was set', () => {
    const there = arriveAt(createFire(policy)).ticket;
    const moved = moveTicketClocks(there, -HOUR_MS, policy, AFTER_3_MIN + SECOND_MS - HOUR_MS).ticket;
    expect(moved.earlyArrival?.atMs).toBe(AFTER_3_MIN - HOUR_MS);
  });
});

describe('the arrival before the dispatch', () => {
  test('keeps the clock of the arrival, with the true time, where the desk comes late', () => {
    const ticket = stepTicket(
      createFire(defaultPolicy),
      arrive,
      GUARD,
      at(AFTER_3_MIN, defaultPolicy),
    ).ticket;
    const late = sweepTicket(ticket, defaultPolicy, BASE_MS + 30 * MINUTE_MS)?.ticket ?? ticket;
    expect(clockOf(late, 'arrival')).toMatchObject({ stoppedAtMs: AFTER_3_MIN, breachedAtMs: null });
    // It is the desk that is late.
    expect(clockOf(late, 'dispatch-emergency')).toMatchObject({ breachedAtMs: BASE_MS + 2 * MINUTE_MS });
  });

  test('may itself be written down later', () => {
    const nowMs = BASE_MS + 8 * MINUTE_MS;
    const context = at(nowMs, defaultPolicy, AFTER_3_MIN);
    const { ticket } = stepTicket(createFire(defaultPolicy), arrive, GUARD, context);
    expect(ticket.earlyArrival?.atMs).toBe(AFTER_3_MIN);
    expect(clockOf(ticket, 'arrival')).toMatchObject({ stoppedAtMs: AFTER_3_MIN });
  });

  test.each([
    ['of a matter that is no emergency', { priority: 'urgent', attendance: 'urgent' }],
    ['of an emergency that nobody is named for', { assignee: null }],
  ] as const)('is not there %s', (_what, given) => {
    const ticket = createFire(defaultPolicy, given);
    expect(allowedTransitions(ticket, defaultPolicy)).not.toContain('arrive');
  });

  test('of the firm that was asked leads on site too, whoever of the house has the ticket', () => {
    const contractor = { user: 'con', contact: null };
    const firm = createActor('con', ['contractor']);
    const ticket = createFire(defaultPolicy, { contractor, assignee: 'ann' });
    const there = stepTicket(ticket, arrive, firm, at(AFTER_3_MIN, defaultPolicy)).ticket;
    expect(there.earlyArrival).toMatchObject({ by: 'con', as: null });
    const context = at(AFTER_3_MIN + MINUTE_MS, defaultPolicy);
    expect(stepTicket(there, dispatchTo('ann'), DESK, context).ticket.stage).toBe('on-site');
  });

  test('is one of the matters that a handler does himself: he does not accept it', () => {
    const types = (events: readonly TicketEvent[]) => events.map(({ type }) => type);
    const { ticket, events } = stepTicket(
      createFire(defaultPolicy),
      arrive,
      GUARD,
      at(AFTER_3_MIN, defaultPolicy),
    );
    expect(types(events)).toEqual(['arrived']);
    expect(ticket.workedBy).toEqual(['guard-feng']);
  });
});
