/**
 * A small site under a shipped policy, for stories that lead a ticket from receipt to archive: the real decision loop and its
 * messages on a fake clock, over a store. Times are local, `09-30 16:40` or `09-30 16:40:30` of 2026 (Asia/Shanghai, UTC+8).
 *
 * A story writes down what a step changes of the ticket's clocks; everything that it does not name must be as it was. The
 * due times are those of the documents and of the policy's comments, worked out by hand: nothing here computes one.
 */
import { expect } from 'vitest';
import type { Policy } from '../../src/config/policy.ts';
import { RiserError } from '../../src/core/errors.ts';
import type { Incident } from '../../src/core/incident.ts';
import type { Stage, Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import type { IncidentChange } from '../../src/incidents/changes.ts';
import { type ChannelRule, createToMessages } from '../../src/notify/to-messages.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { toDues } from '../../src/tickets/dues.ts';
import { toAgeMs, toStageTimes } from '../../src/tickets/times.ts';
import type { NewTicket, TicketActor, Transition } from '../../src/tickets/transitions.ts';
import { createDuty } from '../notify/fixtures.ts';
import { createTestLoop, type TestLoop, type TestValue } from '../support/loop.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';

/** One clock as a story writes it. What is left out is null, or not so. */
export interface Row {
  readonly from: string;
  /** Left out while it stands still. */
  readonly warn?: string;
  readonly due?: string;
  readonly stop?: string;
  readonly isPaused?: true;
  /** When the warning was told. */
  readonly warned?: string;
  /** When the limit passed, and with whom that is recorded. */
  readonly breach?: string;
  readonly by?: string;
  /** Minutes that have counted: only looked at where a story names it. */
  readonly minutes?: number;
}
/** Key: `arrival/1`, clock and round. Value: what it is now; `null` for a field that is gone. */
export type Changes = Readonly<Record<string, { readonly [K in keyof Row]?: Row[K] | null }>>;

export interface Expected {
  readonly stage: Stage;
  readonly clocks?: Changes;
  /** Messages of the step as `assigned engineer-wang`; in any order. */
  readonly told?: readonly string[];
}

/** The gateway sweeps every 250 ms: here what is due comes at its time, and an alarm that calls again within a minute. */
const ALARM_SWEEP_MS = 60_000;
const SWEEP_MS = 3_600_000;
const YEAR = 2026;
const SHANGHAI_MS = 8 * 3_600_000;

/** UTC ms. */
export function toMs(local: string): number {
  const [, month, day, hour, minute, second = '0'] =
    /^(\d\d)-(\d\d) (\d\d):(\d\d)(?::(\d\d))?$/.exec(local) ?? [];
  if (month === undefined) throw new Error(`no local time: ${local}`);
  return (
    Date.UTC(YEAR, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) - SHANGHAI_MS
  );
}

export function toLocal(ms: number): string {
  const text = new Date(ms + SHANGHAI_MS).toISOString();
  return `${text.slice(5, 10)} ${text.slice(11, 23).replace(/(:00)?\.000$/, '')}`;
}

/** A clock that runs; times without a date are of the day on which it began. */
export function run(from: string, warn: string, due: string, more: Partial<Row> = {}): Row {
  const at = (time: string): string => (time.includes('-') ? time : `${from.slice(0, 6)}${time}`);
  const { stop, breach, warned } = more;
  return {
    ...more,
    from,
    warn: at(warn),
    due: at(due),
    ...(stop !== undefined && { stop: at(stop) }),
    ...(breach !== undefined && { breach: at(breach) }),
    ...(warned !== undefined && { warned: at(warned) }),
  };
}

/** Who is on; `engineer` and `desk` have two people each. */
const STAFF = {
  desk: ['desk-li', 'desk-chen'],
  duty: ['duty-he'],
  engineer: ['wang', 'zhao'],
  'area-manager': ['area-gu'],
  foreman: ['foreman-tan'],
  supervisor: ['boss-wu'],
  manager: ['manager-sun'],
  leader: ['leader-zhou'],
  'lift-safety': ['lift-ma'],
  'owner-service': ['service-qian'],
  security: ['guard-feng'],
  archivist: ['file-xu'],
} as const;

export type Person = (typeof STAFF)[keyof typeof STAFF][number];

function toActor(username: Person): TicketActor {
  const roles = Object.entries(STAFF).flatMap(([role, people]) =>
    people.some((name) => name === username) ? [role] : [],
  );
  return { username, roles, groups: [] };
}

const INBOX: ChannelRule = { id: 'inbox', kinds: null, roles: null, reachesContacts: false };
const ON = { type: 'state', params: { in: [1] } } as const;

/** Points: `pump-fault`, `pump-leak` (low), `trapped`, `pressed` (high, the button in the lift), `smoke-1`, `smoke-2`; 1 = alarm. */
const EQUIPMENT: readonly TestEquipment[] = [
  {
    id: 'pump',
    kind: 'pump',
    points: [{ name: 'pump-fault' }, { name: 'pump-leak' }],
    rules: [
      { ...ON, id: 'fault', points: ['pump-fault'], severity: 'medium' },
      { ...ON, id: 'leak', points: ['pump-leak'], severity: 'low' },
    ],
  },
  {
    id: 'lift',
    kind: 'lift',
    points: [{ name: 'trapped' }, { name: 'pressed' }],
    rules: [
      { ...ON, id: 'entrapment', points: ['trapped'], severity: 'life-safety', faultKind: 'inside' },
      { ...ON, id: 'passenger-alarm', points: ['pressed'], severity: 'high', faultKind: 'inside' },
    ],
  },
  {
    id: 'panel',
    kind: 'fire-panel',
    points: [{ name: 'smoke-1' }, { name: 'smoke-2' }],
    rules: ['smoke-1', 'smoke-2'].map((id) => ({
      ...ON,
      id,
      points: [id],
      severity: 'life-safety',
      class: 'fire',
    })),
  },
];
const NORMAL = { 'pump-fault': 0, 'pump-leak': 0, trapped: 0, pressed: 0, 'smoke-1': 0, 'smoke-2': 0 };

export interface Story {
  readonly loop: TestLoop;
  /** Lets time pass: swept whenever something of a ticket is due, and every minute while an alarm stands. */
  to(local: string): void;
  feed(values: Readonly<Record<string, TestValue>>): void;
  /** The gateway was off until then; what was stored is there again, the points are read anew. */
  restartAt(local: string): void;
  /** The clock on the wall is set, and a sweep follows. */
  setWall(local: string): void;
  /** Every message that waits has reached its recipient, or could not be sent for good. */
  deliver(isReached?: (recipient: string) => boolean): void;
  report(by: Person, given: Partial<NewTicket>): Ticket;
  /** One step, or those of a form. */
  act(by: Person, ...steps: readonly [Transition, ...Transition[]]): Ticket;
  actForm(form: string, by: Person, ...steps: readonly [Transition, ...Transition[]]): Ticket;
  /** Code of the refusal, with the missing fields. @throws Error when nothing is refused */
  refusal(by: Person, step: Transition): string;
  incident(change: IncidentChange): Incident;
  incidents(): readonly Incident[];
  /** The one that the story is about: the last that was opened, unless `follow` says otherwise. */
  ticket(): Ticket;
  follow(ticket: Pick<Ticket, 'id'>): void;
  /** Stage, all clocks and all messages since the last call. */
  expect(expected: Expected): void;
}

export function createStory(policy: Policy, local: string): Story {
  const model = createTestModel({ equipment: EQUIPMENT, policy });
  const duty = createDuty(STAFF);
  const toMessages = createToMessages({ duty: () => duty, channels: [INBOX], timeZone: 'Asia/Shanghai' });
  const people = {
    firstReceiver: () => 'duty-he',
    onDuty: (name: string) => duty.recipientsOf(name, 0)[0] ?? null,
  };
  const loop = createTestLoop(model, undefined, { toMessages, people });
  loop.restart(toMs(local) - loop.clock.now().wallMs);
  let values: Record<string, TestValue> = { ...NORMAL };
  let known = new Map<string, Partial<Row>>();
  let followed: string | null = null;
  let told = 0;
  let sent = 0;

  const feed = (given: Readonly<Record<string, TestValue>>): void => {
    values = { ...values, ...given };
    loop.feed(values);
  };
  const ticket = (): Ticket => {
    const opened = loop.ticketEvents.findLast(({ type }) => type === 'opened');
    const found = lastSeen(loop, followed ?? opened?.ticket.id ?? '');
    if (found === undefined) throw new Error('no ticket');
    return found;
  };
  const give = (
    by: Person,
    form: string | null,
    transitions: readonly [Transition, ...Transition[]],
  ): Ticket => {
    const { id, version } = ticket();
    const [first] = transitions;
    const isContact = first.type === 'record' && first.contactName !== undefined;
    const personal = isContact ? toPersonalFields('陈女士', '139', 'salt') : null;
    loop.command({
      type: 'ticket-transition',
      ticket: id,
      version,
      transitions,
      form,
      actor: toActor(by),
      occurredAtMs: null,
      personal,
    });
    return ticket();
  };
  feed({});
  return {
    loop,
    feed,
    ticket,
    to(at) {
      const untilMs = toMs(at);
      if (untilMs <= loop.clock.now().wallMs) throw new Error(`${at} is over`);
      while (loop.clock.now().wallMs < untilMs) {
        const nowMs = loop.clock.now().wallMs;
        const dues = loop.tickets().flatMap((it) => toDues(it, policy).map(({ dueAtMs }) => dueAtMs));
        const isStanding = loop.alarms().some(({ isActive }) => isActive);
        const sweepMs = nowMs + (isStanding ? ALARM_SWEEP_MS : SWEEP_MS);
        const nextMs = Math.min(untilMs, sweepMs, ...dues.filter((dueMs) => dueMs > nowMs));
        loop.clock.advance(nextMs - nowMs);
        loop.round();
      }
    },
    restartAt(at) {
      loop.restart(toMs(at) - loop.clock.now().wallMs);
      loop.feed(values);
      loop.round();
    },
    setWall(at) {
      loop.clock.stepWall(toMs(at) - loop.clock.now().wallMs);
      loop.round();
    },
    deliver(isReached = () => true) {
      const { wallMs: atMs } = loop.clock.now();
      for (const { id, recipient } of loop.messages.slice(sent)) {
        const answer = { code: '', text: '' };
        const delivery = isReached(recipient)
          ? ({ result: 'sent', answer } as const)
          : ({ result: 'refused', answer } as const);
        loop.command({ type: 'delivery', message: id, outcome: { type: 'attempt', delivery, atMs } });
      }
      sent = loop.messages.length;
    },
    report(by, given) {
      const personal = given.contactName === '' ? null : toPersonalFields('陈女士', '139', 'salt');
      const report = { ...CALL, ...given };
      loop.command({ type: 'open-ticket', actor: toActor(by), ticket: report, personal });
      return ticket();
    },
    act: (by, ...steps) => steps.reduce((_, step) => give(by, null, [step]), ticket()),
    actForm: (form, by, ...steps) => give(by, form, steps),
    refusal(by, step) {
      const before = ticket();
      try {
        give(by, null, [step]);
      } catch (error) {
        if (!(error instanceof RiserError)) throw error;
        expect(ticket()).toBe(before);
        const fields = error.params['fields'];
        return typeof fields === 'string' ? `${error.code}: ${fields}` : error.code;
      }
      throw new Error(`${step.type} by ${by} is not refused`);
    },
    incident(change) {
      const found = lastIncidents(loop).at(-1);
      if (found === undefined) throw new Error('no incident');
      const { id, version } = found;
      const made = loop.command({ type: 'incident', incident: id, version, change, by: 'desk-li' }).incident;
      return made ?? found;
    },
    incidents: () => lastIncidents(loop),
    follow({ id }) {
      followed = id;
      known = new Map();
      told = loop.messages.length;
    },
    expect({ stage, clocks = {}, told: messages = [] }) {
      const now = ticket();
      const checked = new Map<string, readonly (keyof Row)[]>();
      for (const [key, change] of Object.entries(clocks)) {
        const { minutes, ...kept } = change;
        known.set(key, merge(known.get(key) ?? {}, kept));
        if (minutes !== undefined) checked.set(key, ['minutes']);
      }
      const found = Object.fromEntries(
        now.clocks.map((clock) => [`${clock.id}/${clock.round}`, toRow(clock)]),
      );
      const made = loop.messages.slice(told).map(({ kind, recipient }) => `${kind} ${recipient}`);
      told = loop.messages.length;
      expect({ stage: now.stage, clocks: found, told: made.toSorted() }).toEqual({
        stage,
        clocks: Object.fromEntries(known),
        told: messages.toSorted(),
      });
      for (const key of checked.keys()) {
        const clock = now.clocks.find(({ id, round }) => `${id}/${round}` === key);
        expect([key, (clock?.spentMs ?? Number.NaN) / 60_000]).toEqual([key, clocks[key]?.minutes]);
      }
    },
  };
}

/** The stages that the record shows, oldest first. */
export function stagesOf(story: Story): string {
  const { id } = story.ticket();
  const events = story.loop.ticketEvents.filter((event) => event.ticket.id === id);
  const stages = ['received', ...events.map((event) => event.ticket.stage)];
  return stages.filter((stage, at) => stage !== stages[at - 1]).join(' ');
}

/** What it stood in all its stages adds up to its age (alarms.md E). @param from by the clock on the wall as it is now */
export function expectAge(story: Story, from: string, to: string): void {
  const ticket = story.ticket();
  const ageMs = toMs(to) - toMs(from);
  const sumMs = toStageTimes(ticket).reduce((sum, { fromMs, toMs: endMs }) => sum + (endMs ?? 0) - fromMs, 0);
  expect([toAgeMs(ticket, toMs(to)), sumMs]).toEqual([ageMs, ageMs]);
}

function lastSeen(loop: TestLoop, id: string): Ticket | undefined {
  return loop.ticketEvents.findLast(({ ticket }) => ticket.id === id)?.ticket;
}

function lastIncidents(loop: TestLoop): readonly Incident[] {
  const rows = loop.writes.flatMap((write) => (write.type === 'incident' ? [write.incident] : []));
  return [...new Map(rows.map((row) => [row.id, row])).values()];
}

function merge(row: Partial<Row>, change: Changes[string]): Partial<Row> {
  const merged = Object.entries({ ...row, ...change }).filter(([, value]) => value !== null);
  return Object.fromEntries(merged);
}

function toRow(clock: TicketClock): Partial<Row> {
  const { startedAtMs, warnAtMs, dueAtMs, stoppedAtMs, isPaused, warnedAtMs, breachedAtMs, responsible } =
    clock;
  const times = { warn: warnAtMs, due: dueAtMs, stop: stoppedAtMs, warned: warnedAtMs, breach: breachedAtMs };
  const known = Object.entries(times).flatMap(([name, ms]) =>
    ms === null ? [] : [[name, toLocal(ms)] as const],
  );
  return {
    from: toLocal(startedAtMs),
    ...Object.fromEntries(known),
    ...(isPaused && { isPaused }),
    ...(responsible !== null && { by: responsible }),
  };
}

/** An owner rings the desk about a tap. */
const CALL: NewTicket = {
  source: 'owner-call',
  channel: 'phone',
  class: 'engineering',
  priority: 'normal',
  impact: null,
  attendance: null,
  flow: null,
  content: '水龙头漏水',
  faultKind: 'tap',
  equipment: null,
  location: null,
  place: '3-1201',
  contactName: '陈女士',
  contactMethod: '139',
  appointment: null,
  slip: null,
  receivedAtMs: null,
};
