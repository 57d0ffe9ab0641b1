/**
 * What an alarm does to a ticket (alarms.md B9). One fault, one open ticket: a raise attaches to the open ticket of
 * the same alarm key or the same fault, brings a finished one back to work, reopens a recently closed one.
 *
 * | raise meets            | then                                                         |
 * | no ticket, cancelled   | a new ticket (opened by the engine)                          |
 * | open, before DONE      | attach, count; priority only rises, deadlines only tighten   |
 * | DONE to VISITED        | REWORK: came back before it was closed                       |
 * | CLOSED within window   | reopened as REWORK; after the window a new ticket            |
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import {
  isTicketOpen,
  PRIORITIES,
  type Ticket,
  type TicketAlarm,
  type TicketEvent,
  type TicketEventType,
} from '../core/ticket.ts';
import { tightenClocks } from './clocks.ts';
import { toTicketAlarm } from './open.ts';
import { type TicketStep, toRework } from './step.ts';

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

/** Applies an alarm's event to the ticket that carries it. A machine never closes a ticket: nothing here does. */
export function applyAlarmEvent(
  ticket: Ticket,
  event: AlarmEvent,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  switch (event.type) {
    case 'raised':
    case 're-raised':
    case 'severity-changed':
      return attach(ticket, event.occurrence, policy, nowMs);
    case 'returned':
      return mirror(ticket, event, 'alarm-returned', nowMs);
    case 'ended':
      // The return has been noted already; a rule that was changed or removed leaves its banner.
      return event.occurrence.endReason === 'returned'
        ? null
        : mirror(ticket, event, 'alarm-returned', nowMs);
    case 'blind':
      return mirror(ticket, event, 'alarm-blind', nowMs);
    case 'sighted':
      return mirror(ticket, event, 'alarm-sighted', nowMs);
    case 'acknowledged':
      return null;
    default:
      return event.type satisfies never;
  }
}

const AFTER_WORK: readonly Ticket['stage'][] = ['done', 'accepted', 'visited', 'closed'];

function attach(ticket: Ticket, occurrence: Occurrence, policy: Policy, nowMs: number): TicketStep {
  const priority = policy.priorityOf[occurrence.severity];
  const isRaise = PRIORITIES[priority].rank > PRIORITIES[ticket.priority].rank;
  const isRework = AFTER_WORK.includes(ticket.stage);
  const rework = isRework ? toRework(ticket, policy, nowMs).change : {};
  const changed: Ticket = {
    ...ticket,
    ...rework,
    alarms: mergeAlarm(ticket.alarms, occurrence),
    version: ticket.version + 1,
  };
  const next = isRaise
    ? { ...changed, priority, clocks: tightenClocks(changed.clocks, policy, priority) }
    : changed;
  const detail = { occurrence: occurrence.id, count: occurrence.count };
  const event = (type: TicketEventType, extra: object = {}): TicketEvent => ({
    type,
    atMs: nowMs,
    by: 'gateway',
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
    events: [{ type, atMs: nowMs, by: 'gateway', ticket: next, detail: { occurrence: id, endReason } }],
  };
}

function mergeAlarm(alarms: readonly TicketAlarm[], occurrence: Occurrence): readonly TicketAlarm[] {
  const fresh = toTicketAlarm(occurrence);
  const before = alarms.find((alarm) => alarm.occurrence === occurrence.id);
  if (before === undefined) return [...alarms, fresh];
  const merged = { ...fresh, firstAtMs: before.firstAtMs };
  return alarms.map((alarm) => (alarm === before ? merged : alarm));
}
