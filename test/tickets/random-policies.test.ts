/**
 * Whole lives of tickets under policies that nobody has thought of: the real decision loop, people, alarms and time in any
 * order, a policy that is replaced meanwhile, restarts. What must hold is asked of a recount and an oracle that share no code
 * with what they judge. The seed is fixed, so that every run of the suite is the same; RISER_TEST_SEED=<another> and
 * RISER_TEST_EFFORT=<times> search further.
 */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Actor, Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import { ROLE_NAMES } from '../../src/core/roles.ts';
import {
  PRIORITIES,
  PRIORITY_NAMES,
  TICKET_CLASS_NAMES,
  type Ticket,
  type TicketEvent,
} from '../../src/core/ticket.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import type { TicketActor, Transition, TransitionType } from '../../src/tickets/transitions.ts';
import { recount } from '../support/clock-recount.ts';
import { testRuns } from '../support/effort.ts';
import { createTestLoop, type TestLoop } from '../support/loop.ts';
import { createTestModel } from '../support/model.ts';
import { randomPolicy } from '../support/random-policy.ts';
import { START_MS } from '../support/random-tickets.ts';
import { testSeed } from '../support/seed.ts';
import { COMPLETE, MINUTE_MS } from './fixtures.ts';
import { readHistories, type TicketHistory } from './history.ts';
import {
  allowedIn,
  bornAssignee,
  bornSettings,
  isAllowedTo,
  isBarred,
  isHeldUpUnsigned,
  missingFields,
  onwardOf,
  toMay,
} from './policy-oracle.ts';

const SEED = testSeed(2026);
const RUNS = testRuns(40);
/** Reading one takes longer than living under it. */
const POLICIES = Math.max(6, Math.ceil(RUNS / 5));
const policies = new Map<number, Policy>();

function policyAt(at: number): Policy {
  const known = policies.get(at) ?? randomPolicy((SEED + at) % 2 ** 32);
  policies.set(at, known);
  return known;
}

/** They end every clock. */
const ENDS: readonly string[] = ['cancelled', 'merged', 'archived'];
const TYPES = Object.keys(COMPLETE) as readonly TransitionType[];
/** Of the lift: its named owner, to whom its tickets go. */
const OWNER = 'olga';
/** Key: rule and point; value: severity and kind of its equipment. */
const ALARMS = {
  low: ['low', 'pump', 'engineering'],
  medium: ['medium', 'pump', 'engineering'],
  high: ['high', 'lift', 'security'],
  fire: ['life-safety', 'pump', 'fire'],
} as const;
type AlarmChange = 'normal' | 'all-normal' | 1 | 'comm-loss';
type AlarmName = keyof typeof ALARMS;
const ALARM_NAMES = Object.keys(ALARMS) as readonly AlarmName[];

const action = fc.oneof(
  {
    weight: 16,
    arbitrary: fc.record({
      kind: fc.constant('step' as const),
      ticket: fc.nat(2),
      /** Along the path, anything that is allowed there, or anything at all. */
      choice: fc.constantFrom('path', 'path', 'path', 'path', 'allowed', 'allowed', 'any'),
      type: fc.nat(200),
      actor: fc.nat(40),
      isBlank: fc.integer({ min: 0, max: 9 }).map((it) => it === 0),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('alarm' as const),
      point: fc.constantFrom(...ALARM_NAMES),
      value: fc.constantFrom<AlarmChange>('normal', 'all-normal', 1, 1, 'comm-loss'),
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
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('priority' as const),
      ticket: fc.nat(2),
      priority: fc.constantFrom(...PRIORITY_NAMES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      class: fc.constantFrom(...TICKET_CLASS_NAMES),
      priority: fc.constantFrom(...PRIORITY_NAMES),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('restart' as const),
      minutes: fc.integer({ min: 1, max: 900 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('policy' as const), at: fc.nat(POLICIES - 1) }) },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;
type StepAction = Action & { readonly kind: 'step' };

interface Life {
  readonly loop: TestLoop;
  readonly values: Record<string, 0 | 1 | 'comm-loss'>;
  policy: Policy;
  /** In which tickets were opened. Key: version. */
  readonly known: Map<string, Policy>;
  accepted: number;
  refused: number;
}

/** Of all lives together. */
const played = { accepted: 0, refused: 0, clocks: 0, breaches: 0, raises: 0, barred: 0 };

function modelOf(policy: Policy) {
  const toEquipment = (kind: 'pump' | 'lift') => {
    const own = ALARM_NAMES.filter((name) => ALARMS[name][1] === kind);
    return {
      id: kind,
      kind,
      responsible: kind === 'lift' ? OWNER : null,
      points: own.map((name) => ({ name })),
      rules: own.map((name) => {
        const [severity, , ticketClass] = ALARMS[name];
        return { id: name, type: 'state', params: { in: [1] }, points: [name], severity, class: ticketClass };
      }),
    };
  };
  return createTestModel({ policy, equipment: [toEquipment('pump'), toEquipment('lift')] });
}

function begin(policy: Policy): Life {
  const loop = createTestLoop(modelOf(policy));
  loop.restart(START_MS - loop.clock.now().wallMs);
  const values = { low: 0, medium: 0, high: 0, fire: 0 } as const;
  loop.feed(values);
  const known = new Map([[policy.version, policy]]);
  return { loop, values: { ...values }, policy, known, accepted: 0, refused: 0 };
}

function play(life: Life, one: Action): void {
  const { loop, values } = life;
  switch (one.kind) {
    case 'step':
      return takeStep(life, one);
    case 'alarm':
      if (one.value === 'all-normal') return setAlarms(life, ALARM_NAMES, 0);
      return setAlarms(life, [one.point], one.value === 'normal' ? 0 : one.value);
    case 'time':
      loop.clock.advance(one.minutes * MINUTE_MS);
      return loop.round();
    case 'priority':
      return setPriority(life, one);
    case 'report':
      return report(life, one);
    case 'restart': {
      loop.restart(one.minutes * MINUTE_MS, undefined, (boot) => ({ ...boot, policies: life.known }));
      loop.feed(values);
      return loop.round();
    }
    case 'policy':
      life.policy = policyAt(one.at);
      life.known.set(life.policy.version, life.policy);
      return loop.replaceModel(modelOf(life.policy));
    default:
      return one satisfies never;
  }
}

function setAlarms({ loop, values }: Life, names: readonly AlarmName[], value: 0 | 1 | 'comm-loss'): void {
  for (const name of names) values[name] = value;
  loop.feed(values);
}

function report({ loop }: Life, { class: ticketClass, priority }: Action & { kind: 'report' }): void {
  const ticket = {
    source: 'owner-call',
    channel: 'phone',
    class: ticketClass,
    priority,
    impact: null,
    attendance: null,
    flow: null,
    content: 'noise',
    faultKind: null,
    equipment: null,
    location: null,
    place: `room ${loop.ticketEvents.length}`,
    contactName: '',
    contactMethod: '',
    appointment: null,
    slip: null,
    receivedAtMs: null,
  } as const;
  const actor = { username: 'rob', roles: ['desk'], groups: [] };
  loop.command({ type: 'open-ticket', actor, ticket, personal: null });
}

function takeStep(life: Life, one: StepAction): void {
  const { loop, known } = life;
  const tickets = loop.tickets();
  const ticket = tickets[one.ticket % Math.max(1, tickets.length)];
  if (ticket === undefined) return;
  const policy = known.get(ticket.policyVersion) as Policy;
  const allowed = allowedIn(ticket, policy);
  const types = { path: onwardOf(ticket, policy), allowed: [...allowed], any: TYPES }[one.choice];
  const at = one.choice === 'path' && one.type % 4 > 0 ? 0 : one.type;
  const type = types[at % types.length] ?? 'note';
  // Along the path people mostly do what is right: lives that end at once show little.
  const isRight = one.choice === 'path' && one.actor % 8 > 0;
  if (isRight && (type === 'accept' || type === 'close')) setAlarms(life, ALARM_NAMES, 0);
  const actor = toActor(ticket, type, one.actor, policy);
  const step = toStep(life, ticket, type, one.isBlank && !isRight);
  if (step === null) return;
  const before = loop.ticketEvents.length;
  const code = attempt(life, ticket, step, actor);
  const isAllowed = allowed.has(type);
  const may = isAllowedTo(ticket, type, actor, policy, ownerOf(ticket));
  const record = loop.ticketEvents.slice(0, before).filter((event) => event.ticket.id === ticket.id);
  const isOwn = type === 'accept' && isBarred(ticket, actor, policy, record);
  if (code === null) {
    life.accepted += 1;
    expect([type, isOwn]).toEqual([type, false]);
    // No step is taken that the policy forbids.
    expect([type, ticket.stage, isAllowed, may]).toEqual([type, ticket.stage, true, true]);
    const own = loop.ticketEvents
      .slice(before)
      .find(({ by, ticket: it }) => by !== 'gateway' && it.id === ticket.id);
    if (own !== undefined) expect([type, missingFields(step, own.ticket, policy)]).toEqual([type, []]);
    return;
  }
  life.refused += 1;
  // Nor is one refused for a reason that does not hold; the other ticket is looked at before the person.
  if (code === 'merge-refused' || (type === 'merge' && code === 'not-found')) return;
  const isOpen = isAllowed || isHeldUpUnsigned(ticket, type, policy);
  if (code === 'wrong-stage') expect([type, ticket.stage, isOpen]).toEqual([type, ticket.stage, false]);
  else if (code === 'not-your-step') expect([type, isOpen, may]).toEqual([type, true, false]);
  else if (code === 'missing-fields') expect([type, isOpen, may]).toEqual([type, true, true]);
  else expect([code, isAllowed, may, isOwn]).toEqual([code, true, true, code === 'own-work']);
  if (code === 'own-work') played.barred += 1;
}

function setPriority(life: Life, { ticket: at, priority }: Action & { kind: 'priority' }): void {
  const tickets = life.loop.tickets();
  const ticket = tickets[at % Math.max(1, tickets.length)];
  if (ticket === undefined) return;
  const policy = life.known.get(ticket.policyVersion) as Policy;
  const actor = toActor(ticket, 'reclassify', 1, policy);
  attempt(life, ticket, { type: 'reclassify', priority, reason: 'it floods' }, actor);
}

/** Code of the refusal; null = it was done. */
function attempt({ loop }: Life, ticket: Ticket, step: Transition, actor: TicketActor): string | null {
  const { id, version } = ticket;
  const isContact = step.type === 'record' && step.contactName !== undefined;
  const personal = isContact ? toPersonalFields('Ms Chen', '139', 'salt') : null;
  const shared = { form: null, occurredAtMs: null, personal };
  try {
    loop.command({ type: 'ticket-transition', ticket: id, version, transitions: [step], actor, ...shared });
    return null;
  } catch (error) {
    if (error instanceof RiserError) return error.code;
    throw error;
  }
}

/** Mostly somebody who may. */
function toActor(ticket: Ticket, type: TransitionType, choice: number, policy: Policy): TicketActor {
  const may = toMay(ticket, type, policy);
  const stranger = toPerson(ROLE_NAMES[choice % ROLE_NAMES.length] ?? null);
  if (choice % 8 === 0) return stranger;
  const people = may.map((_, at) => toPerson(nameOf(ticket, may[(at + choice) % may.length] ?? 'desk')));
  return people.find((person) => isAllowedTo(ticket, type, person, policy, ownerOf(ticket))) ?? stranger;
}

function nameOf(ticket: Ticket, actor: Actor): string | null {
  switch (actor) {
    case 'assignee':
      return ticket.assignee;
    case 'taker':
      return ticket.takenBy;
    case 'first-receiver':
      return ticket.firstReceiver;
    case 'its-contractor':
      return ticket.contractor?.user ?? null;
    case 'reporter':
      return ticket.reporter;
    case 'owner':
      return ownerOf(ticket);
    default:
      return actor;
  }
}

function ownerOf({ equipment }: Ticket): string | null {
  return equipment === 'lift' ? OWNER : null;
}

function toPerson(name: string | null): TicketActor {
  const isRole = ROLE_NAMES.some((role) => role === name);
  if (isRole) return { username: `a-${name ?? ''}`, roles: [name ?? ''], groups: [] };
  if (name === 'night-crew') return { username: 'zoe', roles: [], groups: [name] };
  return { username: name ?? 'nobody', roles: [], groups: [] };
}

/** null = there is nothing that it could be done with. */
function toStep({ loop }: Life, ticket: Ticket, type: TransitionType, isBlank: boolean): Transition | null {
  const { wallMs } = loop.clock.now();
  const step = COMPLETE[type];
  if (step.type === 'link') return null;
  if (step.type === 'merge') {
    const into = loop.tickets().find(({ id, closedAtMs }) => id !== ticket.id && closedAtMs === null);
    return into === undefined ? null : { ...step, into: into.id };
  }
  if (step.type === 'appoint')
    return { ...step, fromMs: wallMs + 90 * MINUTE_MS, toMs: wallMs + 150 * MINUTE_MS };
  if (step.type === 'estimate') return { ...step, atMs: wallMs + 60 * MINUTE_MS };
  if (step.type === 'wait') return { ...step, untilMs: wallMs + 120 * MINUTE_MS };
  if (step.type === 'reclassify') return { ...step, priority: PRIORITY_NAMES[(wallMs / MINUTE_MS) % 3] };
  const contact = { contactName: 'Ms Chen', contactMethod: '139' };
  if (step.type === 'record' && !isBlank) return { ...step, ...contact };
  if (!isBlank) return step;
  const { type: _type, ...fields } = step;
  const blank = Object.entries(fields).map(([name, value]) => [
    name,
    typeof value === 'string' ? ' ' : value,
  ]);
  return { ...step, ...Object.fromEntries(blank) } as Transition;
}

function checkLife(life: Life): void {
  const { loop, known } = life;
  const { wallMs: nowMs } = loop.clock.now();
  const histories = readHistories(loop.ticketEvents, (version) => known.get(version) as Policy);
  for (const history of histories) {
    const { ticket } = history;
    const policy = known.get(ticket.policyVersion) as Policy;
    expect(new Set(history.versions)).toEqual(new Set([policy.version]));
    checkClocks(history, policy, nowMs);
    checkTimes(history, nowMs);
    checkTightening(history, policy);
    checkLadder(history, policy);
    checkReopening(history, policy);
    checkBirth(history, policy);
  }
  played.accepted += life.accepted;
  played.refused += life.refused;
}

/** As swept last: what was due by then has been told. */
function checkClocks({ ticket, marks, sweptMs }: TicketHistory, policy: Policy, nowMs: number): void {
  const untilMs = ticket.closedAtMs === null || ticket.stage === 'closed' ? nowMs : sweptMs;
  const counted = recount(marks, policy, untilMs);
  const label = (id: string, round: number): string => `${ticket.number} ${id}/${round}`;
  const toRow = ({ id, round, ...row }: { id: string; round: number; [key: string]: unknown }) => ({
    clock: label(id, round),
    ...row,
  });
  const rows = counted.map(({ id, round, startedAtMs, stoppedAtMs, breachedAtMs, isPaused, usedUpAtMs }) => {
    const clock = ticket.clocks.find((it) => it.id === id && it.round === round);
    // Told in the very minute in which something else happened to it.
    const isTold = usedUpAtMs !== null && clock?.breachedAtMs === usedUpAtMs;
    const toldAtMs = isTold ? usedUpAtMs : breachedAtMs;
    return toRow({ id, round, startedAtMs, stoppedAtMs, breachedAtMs: toldAtMs, isPaused });
  });
  const found = ticket.clocks.map(({ id, round, startedAtMs, stoppedAtMs, breachedAtMs, isPaused }) =>
    toRow({ id, round, startedAtMs, stoppedAtMs, breachedAtMs, isPaused }),
  );
  expect(found).toEqual(rows);
  played.clocks += found.length;
  for (const clock of ticket.clocks) {
    const { startedAtMs, stoppedAtMs, spentMs, warnAtMs, dueAtMs, breachedAtMs } = clock;
    if (breachedAtMs !== null) played.breaches += 1;
    expect(spentMs).toBeGreaterThanOrEqual(0);
    expect(spentMs).toBeLessThanOrEqual(Math.max(0, (stoppedAtMs ?? nowMs) - startedAtMs));
    if (stoppedAtMs !== null || dueAtMs === null || warnAtMs === null) continue;
    expect(warnAtMs).toBeLessThanOrEqual(dueAtMs);
    expect(dueAtMs).toBeGreaterThanOrEqual(startedAtMs);
    for (const [what, atMs] of [
      ['breachedAtMs', dueAtMs],
      ['warnedAtMs', warnAtMs],
    ] as const) {
      // Weeks ahead the recount would only count closed hours.
      if (atMs > nowMs + 4_000 * MINUTE_MS) continue;
      const later = recount(marks, policy, Math.max(atMs, untilMs));
      const same = later.find((it) => it.id === clock.id && it.round === clock.round);
      const expected = what === 'breachedAtMs' && breachedAtMs !== null ? breachedAtMs : atMs;
      expect([label(clock.id, clock.round), what, same?.[what]]).toEqual([
        label(clock.id, clock.round),
        what,
        expected,
      ]);
    }
  }
}

/** The stays in all stages add up to the age; both from the record, and as the ticket tells it. */
function checkTimes({ ticket, marks, stages }: TicketHistory, nowMs: number): void {
  const isOver = ['archived', 'cancelled', 'merged'].includes(ticket.stage);
  // What is noted on it after its end makes it no older.
  const end = marks[marks.findLastIndex(({ stage }) => stage !== ticket.stage) + 1];
  const ageMs = ((isOver ? end?.atMs : nowMs) ?? 0) - (marks[0]?.atMs ?? 0);
  const stays = toStageTimes(ticket);
  const sumMs = stays.reduce((sum, { fromMs, toMs }) => sum + (toMs ?? nowMs) - fromMs, 0);
  expect([toAgeMs(ticket, nowMs), sumMs]).toEqual([ageMs, ageMs]);
  expect(stays.every(({ fromMs, toMs }) => (toMs ?? nowMs) >= fromMs)).toBe(true);
  const found = stays.map(({ stage }) => stage).filter((stage, at, all) => stage !== all[at - 1]);
  expect(found).toEqual(stages);
}

/** Only what its approver calls difficult, or another appointment, makes a running limit later. */
function checkTightening({ events }: TicketHistory, policy: Policy): void {
  for (const [at, event] of events.entries()) {
    const before = events[at - 1];
    if (before === undefined) continue;
    const isRaised = PRIORITIES[event.ticket.priority].rank > PRIORITIES[before.ticket.priority].rank;
    if (isRaised) played.raises += 1;
    if (event.type === 'difficult-set' || event.type === 'appointed') continue;
    for (const clock of before.ticket.clocks) {
      const after = event.ticket.clocks.find(({ id, round }) => id === clock.id && round === clock.round);
      expect(after, `${clock.id} is gone`).toBeDefined();
      const own = policy.clocks.find(({ id }) => id === clock.id);
      if (own === undefined || after === undefined || clock.stoppedAtMs !== null) continue;
      // Only what the policy calls its end stops it: a new priority or class does not.
      if (after.stoppedAtMs !== null)
        expect(happened(events, event), `${clock.id} stopped at ${event.type}`).toEqual(
          expect.arrayContaining([expect.toSatisfy((type) => [...own.stop, ...ENDS].includes(type))]),
        );
      if (clock.dueAtMs === null || after.dueAtMs === null) continue;
      // Who was there early for a ticket that is merged into this one stops it then, before what the merge makes of its limit.
      const isOfMerge = event.type === 'arrived' && event.detail['merged'] !== undefined;
      if (isOfMerge && after.stoppedAtMs === event.atMs) {
        if (clock.isBreachTold) expect(after.breachedAtMs).toBe(clock.breachedAtMs);
        continue;
      }
      expect(after.dueAtMs, `${clock.id} at ${event.type}`).toBeLessThanOrEqual(clock.dueAtMs);
      // One that stops in the very moment of its limit has kept it, unless the breach was told.
      const isTie = after.stoppedAtMs === clock.breachedAtMs && !clock.isBreachTold;
      // A limit of 0 is used up in the moment in which it begins, whatever else happens in it.
      if (clock.breachedAtMs === null || isTie || clock.limitMs === 0) continue;
      // The earlier start of a ticket that was merged into it may show that it was breached before.
      const isMoved =
        event.detail['kind'] === 'merged-from' && (after.breachedAtMs ?? Infinity) <= clock.breachedAtMs;
      if (!isMoved) expect(after.breachedAtMs).toBe(clock.breachedAtMs);
    }
  }
}

/** What was done in the step of that event: all its events carry the same ticket. */
function happened(events: readonly TicketEvent[], { ticket }: TicketEvent): readonly string[] {
  return events
    .filter((event) => event.ticket.version === ticket.version)
    .flatMap(({ type, detail: { step } }) => (typeof step === 'string' ? [type, step] : [type]));
}

/** Each rung its time after the one below it, and never above the top. */
function checkLadder({ events }: TicketHistory, { escalation: { ladder } }: Policy): void {
  let below: { readonly atMs: number; readonly level: number } | null = null;
  for (const { type, by, atMs, detail, ticket } of events) {
    if (type === 'reworked' || type === 'reopened') below = null;
    if (type !== 'escalated') continue;
    const { level } = ticket.escalation;
    expect(detail['role']).toBe(ladder[level - 1]?.role);
    expect(level).toBeLessThanOrEqual(ladder.length);
    const isClimbed = by === 'gateway' && detail['reason'] !== 're-alarm' && below !== null;
    if (isClimbed && below !== null && level > below.level) {
      expect(level).toBe(below.level + 1);
      expect(atMs - below.atMs).toBeGreaterThanOrEqual(ladder[level - 1]?.afterMs ?? 0);
    }
    below = { atMs, level };
  }
}

function checkReopening({ events }: TicketHistory, policy: Policy): void {
  for (const [at, { type, atMs, detail }] of events.entries()) {
    if (type !== 'reopened' && type !== 'archived') continue;
    const closedAtMs = events.slice(0, at).findLast(({ type: it }) => it === 'closed')?.atMs ?? Number.NaN;
    if (type === 'archived') expect(atMs - closedAtMs).toBeGreaterThan(policy.reopenMs);
    else if (detail['reason'] !== 'closed-while-active')
      expect(atMs - closedAtMs).toBeLessThanOrEqual(policy.reopenMs);
  }
}

/** What an alarm's ticket is born with, and whom it goes to. */
function checkBirth({ events }: TicketHistory, policy: Policy): void {
  const born = events[0]?.ticket;
  const alarm = born?.alarms[0];
  if (born === undefined || alarm === undefined || born.source !== 'equipment-alarm') return;
  const name = ALARM_NAMES.find((it) => alarm.key.endsWith(`/${it}`)) ?? 'low';
  const [severity, kind, ticketClass] = ALARMS[name];
  const { priority, flow, attendance } = born;
  expect({ priority, flow, attendance }).toEqual(bornSettings(policy, { severity, class: ticketClass }));
  const { assignee, isDispatched } = bornAssignee(policy, born, kind, ownerOf(born));
  const birth = events.filter(({ ticket: { version } }) => version === 1);
  const last = birth.at(-1)?.ticket ?? born;
  // The gateway goes no further than the guards of its steps let a person go.
  const isHeld = last.banners.some(({ kind }) => kind === 'incomplete');
  expect([born.assignee, last.stage === 'dispatched']).toEqual([assignee, isDispatched && !isHeld]);
  const next = allowedIn(last, policy).has('record') ? 'record' : 'dispatch';
  const own = { type: next, assignee: assignee ?? '' } as Transition;
  if (isDispatched) expect(missingFields(own, { ...last, assignee }, policy).length > 0).toBe(isHeld);
}

test('no life under any policy breaks what must hold of all', { timeout: 60_000 + RUNS * 1_000 }, () => {
  const property = fc.property(
    fc.nat(POLICIES - 1),
    fc.array(action, { minLength: 20, maxLength: 120 }),
    (policy, actions) => {
      const life = begin(policyAt(policy));
      setAlarms(life, ['medium'], 1);
      for (const one of actions) play(life, one);
      checkLife(life);
    },
  );
  fc.assert(property, { seed: SEED, numRuns: RUNS });
  // Lives in which nothing happens prove nothing.
  expect(played.accepted).toBeGreaterThan(RUNS);
  expect(played.refused).toBeGreaterThan(RUNS);
  expect(played.clocks).toBeGreaterThan(RUNS);
  expect(played.breaches).toBeGreaterThan(RUNS / 4);
  expect(played.raises).toBeGreaterThan(0);
});
