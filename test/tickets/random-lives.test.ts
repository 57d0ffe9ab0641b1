/**
 * What random-policies.test.ts leaves out: steps of the wall clock, late entries, short forms and splits, in any order, among
 * alarms, time and restarts, under both shipped policies and some that nobody has thought of. Everybody may do everything here;
 * who may is the other file's. The seed is fixed, so that every run of the suite is the same; RISER_TEST_SEED=<another> and
 * RISER_TEST_EFFORT=<times> search further.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../../src/core/ticket.ts';
import type { Command } from '../../src/engine/commands.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import type { TicketActor, Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { randomPolicy } from '../support/random-policy.ts';
import { defaultPolicy, hospitalPolicy, START_MS } from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';
import { COMPLETE, createFreePolicy, MINUTE_MS } from './fixtures.ts';
import { isBarred, onwardOf } from './policy-oracle.ts';

const SEED = testSeed(2026);
const RUNS = testRuns(20);
const POINTS = ['low', 'medium', 'high', 'fire'] as const;
const SEVERITIES = { low: 'low', medium: 'medium', high: 'high', fire: 'life-safety' } as const;
const PEOPLE: readonly TicketActor[] = ['ann', 'ben', 'cai'].map((username) => ({
  username,
  roles: ['desk'],
  groups: [],
}));
/** Beside the way along the path. */
const SIDEWAYS: readonly TransitionType[] = [
  'wait',
  'resume',
  'reject',
  'reopen',
  'note',
  'escalate',
  'answer',
];

const ticket = fc.nat(3);
const person = fc.nat(PEOPLE.length - 1);
const action = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      ticket,
      person,
      side: fc.option(fc.constantFrom(...SIDEWAYS), { freq: 4 }),
      /** Minutes ago; null = now. */
      late: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('form' as const), ticket, person, form: fc.nat(3) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('split' as const), ticket, person, alarms: fc.nat(2) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('alarm' as const),
      point: fc.constantFrom(...POINTS),
      value: fc.constantFrom(0 as const, 1 as const),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      minutes: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 600 })),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      minutes: fc.oneof(fc.integer({ min: -90, max: 90 }), fc.integer({ min: -3_000, max: 3_000 })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      minutes: fc.integer({ min: 1, max: 900 }),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Of all lives together. */
const played = { late: 0, forms: 0, splits: 0, clocks: 0, refused: 0 };

interface Life {
  readonly loop: TestLoop;
  readonly policy: Policy;
  readonly values: Record<string, 0 | 1>;
}

function begin(policy: Policy): Life {
  const rules = POINTS.map((id) => ({
    id,
    type: 'state',
    params: { in: [1] },
    points: [id],
    severity: SEVERITIES[id],
    class: id === 'fire' ? ('fire' as const) : ('engineering' as const),
  }));
  const pump = { id: 'pump', kind: 'pump' as const, points: POINTS.map((name) => ({ name })), rules };
  const loop = createTestLoop(createTestModel({ policy, equipment: [pump] }));
  loop.restart(START_MS - loop.clock.now().wallMs);
  const values = { low: 0, medium: 0, high: 0, fire: 0 } as const;
  loop.feed(values);
  loop.feed({ medium: 1 });
  return { loop, policy, values: { ...values, medium: 1 } };
}

function play(life: Life, one: Action): void {
  const { loop, values } = life;
  switch (one.kind) {
    case 'step':
      return takeStep(life, one);
    case 'form':
      return fillForm(life, one);
    case 'split':
      return split(life, one);
    case 'alarm':
      values[one.point] = one.value;
      return loop.feed({ [one.point]: one.value });
    case 'time':
      loop.clock.advance(one.minutes * MINUTE_MS);
      return loop.round();
    case 'clock':
      loop.clock.stepWall(one.minutes * MINUTE_MS);
      loop.clock.advance(250);
      played.clocks += 1;
      return loop.round();
    case 'restart': {
      const policies = new Map([[life.policy.version, life.policy]]);
      loop.restart(one.minutes * MINUTE_MS, undefined, (boot) => ({ ...boot, policies }));
      loop.feed(values);
      return loop.round();
    }
    default:
      return one satisfies never;
  }
}

function takeStep(life: Life, one: Action & { kind: 'step' }): void {
  const found = pickTicket(life, one.ticket);
  if (found === null) return;
  const type = one.side ?? onwardOf(found, life.policy)[0];
  if (type === undefined) return;
  if (type === 'accept' || type === 'close') calm(life);
  const { wallMs } = life.loop.clock.now();
  const occurredAtMs = one.late === null ? null : wallMs - one.late * MINUTE_MS;
  const actor = PEOPLE[one.person] as TicketActor;
  const events = send(life, found, actor, [toStep(type, wallMs)], null, occurredAtMs);
  const own = events.find(({ by }) => by === actor.username);
  if (own === undefined) return;
  if (occurredAtMs !== null && occurredAtMs < wallMs) {
    played.late += 1;
    expect([own.atMs, own.enteredAtMs]).toEqual([occurredAtMs, wallMs]);
  }
}

/** A form is kept as a whole, each step by a line of its own, or not at all. */
function fillForm(life: Life, one: Action & { kind: 'form' }): void {
  const found = pickTicket(life, one.ticket);
  const { forms } = life.policy;
  const next = found === null ? undefined : onwardOf(found, life.policy)[0];
  // Mostly one that begins where the ticket stands.
  const fitting = forms.find(({ transitions }) => transitions[0] === next);
  const form = fitting ?? forms[one.form % Math.max(1, forms.length)];
  if (found === null || form === undefined) return;
  if (form.transitions.includes('accept') || form.transitions.includes('close')) calm(life);
  const { wallMs } = life.loop.clock.now();
  const [first, ...rest] = form.transitions.map((type) => toStep(type, wallMs));
  if (first === undefined) return;
  const actor = PEOPLE[one.person] as TicketActor;
  const events = send(life, found, actor, [first, ...rest], form.id, null);
  if (events.length === 0) return;
  played.forms += 1;
  const own = events.filter(({ by, ticket: { id } }) => by === actor.username && id === found.id);
  expect(own.length).toBeGreaterThanOrEqual(form.transitions.length);
}

/** What goes onto the new ticket leaves the old one, and each names the other. */
function split(life: Life, one: Action & { kind: 'split' }): void {
  const { loop } = life;
  const found = pickTicket(life, one.ticket);
  if (found === null) return;
  const named = found.alarms.slice(0, one.alarms);
  const occurrences = named.map(({ occurrence }) => occurrence);
  const actor = PEOPLE[one.person] as TicketActor;
  const { id, version } = found;
  const command = { type: 'split-ticket', ticket: id, version, actor, content: 'a second matter' } as const;
  const outcome = attempt(life, { ...command, occurrences, reason: 'two matters' });
  if (outcome === null) return;
  played.splits += 1;
  const [old, made] = [outcome.ticket, outcome.opened];
  expect(made?.links).toContainEqual({ ticket: id, kind: 'split-from' });
  expect(old?.links).toContainEqual({ ticket: made?.id, kind: 'split-into' });
  // An alarm goes as a whole, with all its occurrences: one open ticket per alarm key.
  const going = found.alarms.filter(({ key }) => named.some((alarm) => alarm.key === key));
  expect(made?.alarms.map(({ occurrence }) => occurrence)).toEqual(going.map(({ occurrence }) => occurrence));
  expect(loop.tickets().some((it) => it.id === made?.id)).toBe(true);
}

function pickTicket({ loop }: Life, at: number): Ticket | null {
  const tickets = loop.tickets();
  return tickets[at % Math.max(1, tickets.length)] ?? null;
}

/** Nothing stands any more: an acceptance is not refused for it. */
function calm({ loop, values }: Life): void {
  for (const point of POINTS) values[point] = 0;
  loop.feed(values);
}

function toStep(type: TransitionType, nowMs: number): Transition {
  const step = COMPLETE[type];
  if (step.type === 'wait') return { ...step, untilMs: nowMs + 120 * MINUTE_MS };
  if (step.type === 'done') return { ...step, handler: undefined };
  return step;
}

/** What was announced of it; empty = it was refused, and nothing of the ticket has changed. */
function send(
  life: Life,
  { id }: Ticket,
  actor: TicketActor,
  transitions: readonly [Transition, ...Transition[]],
  form: string | null,
  occurredAtMs: number | null,
): readonly TicketEvent[] {
  const { loop, policy } = life;
  const before = loop.tickets().find((it) => it.id === id);
  const count = loop.ticketEvents.length;
  if (before === undefined) return [];
  const { version } = before;
  const outcome = attempt(life, {
    type: 'ticket-transition',
    ticket: id,
    version,
    transitions,
    actor,
    form,
    occurredAtMs,
    personal: null,
  });
  const events = loop.ticketEvents.slice(count);
  if (outcome === null) {
    const after = loop.tickets().find((it) => it.id === id);
    expect(after?.stage).toBe(before.stage);
    expect(events.filter(({ by }) => by === actor.username)).toEqual([]);
    return [];
  }
  const record = loop.ticketEvents.slice(0, count).filter((event) => event.ticket.id === id);
  if (transitions[0].type === 'accept')
    expect(isBarred(before, actor, policy, record), 'accepted by who did the work').toBe(false);
  return events;
}

function attempt({ loop }: Life, command: Command) {
  try {
    return loop.command(command);
  } catch (error) {
    if (!(error instanceof RiserError)) throw error;
    played.refused += 1;
    return null;
  }
}

/** At most one open ticket for an alarm, whatever was split off. */
function checkKeys({ loop }: Life): void {
  const keys = loop
    .tickets()
    .filter(isTicketOpen)
    .flatMap(({ alarms }) => [
      ...new Set(alarms.filter((it) => it.movedTo === undefined).map(({ key }) => key)),
    ]);
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted());
}

function checkLife({ loop }: Life): void {
  const { wallMs: nowMs } = loop.clock.now();
  for (const events of Map.groupBy(loop.ticketEvents, (event) => event.ticket.id).values()) {
    const last = (events.at(-1) as TicketEvent).ticket;
    const stays = toStageTimes(last);
    const sumMs = stays.reduce((sum, { fromMs, toMs }) => sum + (toMs ?? nowMs) - fromMs, 0);
    expect([last.number, sumMs]).toEqual([last.number, toAgeMs(last, nowMs)]);
    expect(stays.every(({ fromMs, toMs }) => (toMs ?? nowMs) >= fromMs)).toBe(true);
    for (const { spentMs, startedAtMs, stoppedAtMs } of last.clocks) {
      expect(spentMs).toBeGreaterThanOrEqual(0);
      if (stoppedAtMs !== null) expect(stoppedAtMs).toBeGreaterThanOrEqual(startedAtMs);
    }
    for (const [at, { ticket: now }] of events.entries()) {
      const before = events[at - 1]?.ticket;
      if (before === undefined) continue;
      expect(now.version).toBeGreaterThanOrEqual(before.version);
      // Each breach that was told has its person.
      for (const { isBreachTold, responsible } of now.clocks)
        if (isBreachTold) expect(responsible).not.toBeNull();
    }
  }
  // Due times are what the records say, also after every step of the clock.
  for (let sweep = 0; sweep < 4; sweep += 1) {
    loop.clock.advance(30_000);
    loop.round();
  }
  expect(loop.counters().dueCorrections).toBe(0);
}

test('clock steps, late entries, short forms and splits break nothing that must hold', () => {
  const free = (own: Policy): Policy => ({ ...own, actors: createFreePolicy().actors, guards: [] });
  const policies = [defaultPolicy, hospitalPolicy, randomPolicy(SEED % 2 ** 32)].map(free);
  const property = fc.property(
    fc.nat(policies.length - 1),
    fc.array(action, { minLength: 20, maxLength: 100 }),
    (at, actions) => {
      const life = begin(policies[at] as Policy);
      for (const one of actions) {
        play(life, one);
        checkKeys(life);
      }
      checkLife(life);
    },
  );
  fc.assert(property, { seed: SEED, numRuns: RUNS });
  // Lives in which nothing happens prove nothing.
  for (const [what, times] of Object.entries(played)) expect([what, times > 0]).toEqual([what, true]);
});
