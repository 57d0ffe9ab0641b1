/**
 * What an alarm does to a ticket (alarms.md B9). One fault, one open ticket: a raise attaches to the open ticket of
 * the same alarm key or the same fault, brings a finished one back to work, reopens a recently closed one.
 *
 * | raise meets            | then                                                         |
 * | no ticket, cancelled   | a new ticket (opened by the engine)                          |
 * | open, before DONE      | attach, count; priority only rises, deadlines only tighten,  |
 * |                        | clocks that only the new priority has start now              |
 * | DONE to VISITED        | REWORK: came back before it was closed                       |
 * | CLOSED within window   | reopened as REWORK; after the window a new ticket            |
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmEvent, AlarmEventType, Occurrence } from '../core/alarm.ts';
import type { Text } from '../core/text.ts';
import {
  type ClockId,
  isTicketOpen,
  PRIORITIES,
  type Priority,
  type Stage,
  type Ticket,
  type TicketAlarm,
  type TicketEvent,
  type TicketEventType,
} from '../core/ticket.ts';
import { isRunning, startClock, tightenClocks } from './clocks.ts';
import { toTicketAlarm } from './open.ts';
import { type TicketStep, toRework } from './step.ts';

/** What brings back an alarm that was hidden: while it stands it asks for work, unless its ticket is open all the time. */
const RELEASES: readonly AlarmEventType[] = [
  'unshelved',
  'shelf-expired',
  'in-service',
  'service-expired',
  'unsuppressed',
];

/** Whether the event asks for work; a level that falls after the acknowledgement only changes what is shown. */
export function asksForWork(event: Pick<AlarmEvent, 'type' | 'occurrence'>): boolean {
  const { type, occurrence } = event;
  if (type === 'severity-changed') return occurrence.acknowledged === null;
  return type === 'raised' || type === 're-raised' || isRelease(event);
}

/** Whether an active alarm is back among what people look at. */
export function isRelease({ type, occurrence }: Pick<AlarmEvent, 'type' | 'occurrence'>): boolean {
  return RELEASES.includes(type) && occurrence.isActive;
}

/**
 * Whether what came between leaves a person's decision as it was: the gateway has noted times, clocks or the state of
 * alarms that the person knew of. Nobody loses a form to such notes.
 */
export function isNote(before: Ticket, events: readonly TicketEvent[]): boolean {
  return events.every(
    ({ by, ticket }) =>
      by === GATEWAY &&
      ticket.stage === before.stage &&
      ticket.priority === before.priority &&
      ticket.assignee === before.assignee &&
      ticket.alarms.length === before.alarms.length,
  );
}

/** Whether a raise of `occurrence` belongs on this ticket rather than on a new one. */
export function takesRaise(
  ticket: Ticket,
  occurrence: Occurrence,
  faultKind: string,
  policy: Policy,
  nowMs: number,
): boolean {
  const isSameFault =
    ticket.alarms.some((alarm) => alarm.key === occurrence.key) ||
    (ticket.equipment === occurrence.equipment && ticket.faultKind === faultKind);
  if (!isSameFault || ticket.stage === 'cancelled') return false;
  return isTicketOpen(ticket) || nowMs - (ticket.closedAtMs ?? nowMs) <= policy.reopenMs;
}

/**
 * Applies an alarm's event to the ticket that carries it. A machine never closes a ticket: nothing here does.
 * @param guidance of the alarm's rule; the ticket takes it over with the alarm's text when the alarm is graver
 */
export function applyAlarmEvent(
  ticket: Ticket,
  event: AlarmEvent,
  policy: Policy,
  nowMs: number,
  guidance: Text | null = null,
): TicketStep | null {
  switch (event.type) {
    case 'raised':
    case 're-raised':
    case 'severity-changed':
    case 'unshelved':
    case 'shelf-expired':
    case 'in-service':
    case 'service-expired':
    case 'unsuppressed':
      return asksForWork(event) ? attach(ticket, event.occurrence, policy, nowMs, guidance) : null;
    case 'returned':
      return mirror(ticket, event, 'alarm-returned', nowMs);
    case 'ended':
      // A return that was told has been noted already; a rule that was changed or removed leaves its banner.
      return isNoted(ticket, event.occurrence) ? null : mirror(ticket, event, 'alarm-returned', nowMs);
    case 'blind':
      return mirror(ticket, event, 'alarm-blind', nowMs);
    case 'sighted':
      return mirror(ticket, event, 'alarm-sighted', nowMs);
    case 'acknowledged':
    case 'explained':
    case 'released':
    case 're-alarmed':
    case 'latched':
    case 'reset':
    case 'shelved':
    case 'shelf-reminder':
    case 'out-of-service':
    case 'suppressed':
    case 'chattering':
    case 'chatter-ended':
    case 'grouped':
    case 'commented':
    case 'rule-changed':
      return null;
    default:
      return event.type satisfies never;
  }
}

/**
 * Writes on the ticket of a cause that it explains another alarm (`alarm-explained`), or on the ticket of an alarm that
 * a cause has appeared (`explained-by`). Nothing else of the ticket changes. @param other the alarm on the other side
 */
export function noteExplanation(
  ticket: Ticket,
  type: 'alarm-explained' | 'explained-by',
  other: Pick<Occurrence, 'id' | 'key' | 'text' | 'equipmentName'>,
  nowMs: number,
): TicketStep {
  const next: Ticket = { ...ticket, version: ticket.version + 1 };
  const { id, key, text, equipmentName } = other;
  const detail = { occurrence: id, key, text, equipmentName };
  return { ticket: next, events: [{ type, atMs: nowMs, by: GATEWAY, ticket: next, detail }] };
}

/** The alarm on the ticket has called so often in vain that somebody above has to be told (policy.alarms). */
export function noteReAlarms(ticket: Ticket, { id, reAlarms }: Occurrence, nowMs: number): TicketStep {
  const next: Ticket = { ...ticket, version: ticket.version + 1 };
  const detail = { occurrence: id, reAlarms };
  return { ticket: next, events: [{ type: 'noted', atMs: nowMs, by: GATEWAY, ticket: next, detail }] };
}

/** The drill is over and its alarm still stands: what the ticket is about is no exercise. */
export function noteDrillOver(ticket: Ticket, { id }: Occurrence, nowMs: number): TicketStep {
  const next: Ticket = { ...ticket, isDrill: false, version: ticket.version + 1 };
  const detail = { occurrence: id, isDrill: false };
  return { ticket: next, events: [{ type: 'noted', atMs: nowMs, by: GATEWAY, ticket: next, detail }] };
}

const GATEWAY = 'gateway';
const AFTER_WORK: readonly Stage[] = ['done', 'accepted', 'visited', 'closed'];

/** What is still to be done, and timed, in a stage. */
const CLOCKS_OF: Readonly<Partial<Record<Stage, readonly ClockId[]>>> = {
  recorded: ['dispatch', 'arrival', 'repair'],
  dispatched: ['dispatch', 'arrival', 'repair'],
  rework: ['dispatch', 'arrival', 'repair'],
  taken: ['arrival', 'repair'],
  'on-site': ['repair'],
  handling: ['repair'],
};

function attach(
  ticket: Ticket,
  occurrence: Occurrence,
  policy: Policy,
  nowMs: number,
  guidance: Text | null,
): TicketStep {
  const priority = policy.priorityOf[occurrence.severity];
  const isRaise = PRIORITIES[priority].rank > PRIORITIES[ticket.priority].rank;
  const isRework = AFTER_WORK.includes(ticket.stage);
  const rework = isRework ? toRework(ticket, policy, nowMs).change : {};
  const changed: Ticket = {
    ...ticket,
    ...rework,
    ...(isRaise && isOfAlarm(ticket) ? { content: occurrence.text, guidance } : {}),
    alarms: mergeAlarm(ticket.alarms, occurrence, nowMs),
    version: ticket.version + 1,
  };
  const next = isRaise ? raisePriority(changed, policy, priority, nowMs) : changed;
  const detail = { occurrence: occurrence.id, count: occurrence.count };
  const event = (type: TicketEventType, extra: object = {}): TicketEvent => ({
    type,
    atMs: nowMs,
    by: GATEWAY,
    ticket: next,
    detail: { ...detail, ...extra },
  });
  return {
    ticket: next,
    events: [
      event('alarm-attached'),
      ...(isRework ? [event('reworked', { from: ticket.stage })] : []),
      ...(isRaise ? [event('priority-raised', { from: ticket.priority, to: priority })] : []),
    ],
  };
}

function isNoted({ alarms }: Ticket, { id, endReason }: Occurrence): boolean {
  return endReason === 'returned' && !alarms.some((alarm) => alarm.occurrence === id && alarm.isActive);
}

/** What the gateway wrote, the graver alarm may rewrite: a fire must not be headed "pre-alarm". A person's words stay. */
function isOfAlarm({ source }: Ticket): boolean {
  return source === 'equipment-alarm';
}

/** Running deadlines tighten; what only the new priority times (arrival) starts at the moment that made it urgent. */
function raisePriority(ticket: Ticket, policy: Policy, priority: Priority, nowMs: number): Ticket {
  let clocks = tightenClocks(ticket.clocks, policy, priority);
  for (const id of CLOCKS_OF[ticket.stage] ?? []) {
    if (!isRunning(clocks, id)) clocks = startClock(clocks, id, nowMs, policy, priority);
  }
  return { ...ticket, priority, clocks };
}

function mirror(ticket: Ticket, event: AlarmEvent, type: TicketEventType, nowMs: number): TicketStep | null {
  if (!isTicketOpen(ticket)) return null;
  const next: Ticket = {
    ...ticket,
    alarms: mergeAlarm(ticket.alarms, event.occurrence),
    version: ticket.version + 1,
  };
  const { id, endReason } = event.occurrence;
  return {
    ticket: next,
    events: [{ type, atMs: nowMs, by: GATEWAY, ticket: next, detail: { occurrence: id, endReason } }],
  };
}

/** @param raisedAgainMs when it was raised on this ticket once more; without it only its state is brought up to date */
function mergeAlarm(
  alarms: readonly TicketAlarm[],
  occurrence: Occurrence,
  raisedAgainMs?: number,
): readonly TicketAlarm[] {
  const fresh = toTicketAlarm(occurrence);
  const at = alarms.findIndex((alarm) => alarm.occurrence === occurrence.id);
  const before = alarms[at];
  if (before === undefined) return [...alarms, fresh];
  const { firstAtMs, lastAtMs } = before;
  const merged = { ...fresh, firstAtMs, lastAtMs: raisedAgainMs ?? lastAtMs };
  return alarms.with(at, merged);
}
