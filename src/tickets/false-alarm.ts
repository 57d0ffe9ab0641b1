/**
 * After a ticket was cancelled as a false alarm (误报): further raises of the same alarm are put to it for review, and only so
 * many of them within the policy's time open a ticket again. Life safety has a new ticket at once.
 */
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { Ticket } from '../core/ticket.ts';
import { byGateway, type TicketStep, toStep } from './change.ts';
import { addMark } from './mark.ts';
import { mergeAlarm } from './ticket-alarms.ts';

/** Whether the raise is only put to the cancelled ticket: false = it has a ticket of its own. */
export function judgeFalseAlarm(
  ticket: Ticket,
  { severity }: Pick<Occurrence, 'severity'>,
  { falseAlarm }: Policy,
  nowMs: number,
): boolean {
  const { stage, cancellation } = ticket;
  if (stage !== 'cancelled' || cancellation?.reason !== 'false-alarm' || severity === 'life-safety')
    return false;
  const raises = toRaises(ticket, nowMs - falseAlarm.withinMs);
  // After a quiet time as long as the window it is a new matter.
  const lastMs = raises.at(-1) ?? cancellation.atMs;
  return nowMs - lastMs <= falseAlarm.withinMs && raises.length + 1 < falseAlarm.raises;
}

/** Recorded on the cancelled ticket, whose stage and clocks stay as they are. */
export function review(ticket: Ticket, occurrence: Occurrence, policy: Policy, nowMs: number): TicketStep {
  const raises = toRaises(ticket, nowMs - policy.falseAlarm.withinMs).length + 1;
  const detail = { occurrence: occurrence.id, count: occurrence.count, isReview: true, raises };
  const change: Partial<Ticket> = { alarms: mergeAlarm(ticket.alarms, occurrence, nowMs) };
  const happening = { type: 'alarm-attached' as const, detail };
  const step = toStep(ticket, change, [happening], byGateway(nowMs), policy);
  // Its clocks have stopped for good: the mark only counts.
  const marks = addMark(ticket.marks, { atMs: nowMs, type: 'alarm-attached' }, ticket);
  const next: Ticket = { ...step.ticket, marks, clocks: ticket.clocks };
  return { ticket: next, events: step.events.map((event) => ({ ...event, ticket: next })) };
}

/** Times of the raises that were put to the ticket since it was cancelled, later than `fromMs`, oldest first. */
function toRaises({ marks }: Ticket, fromMs: number): readonly number[] {
  const at = marks.findLastIndex(({ type }) => type === 'cancelled');
  return marks
    .slice(at + 1)
    .filter(({ type, atMs }) => type === 'alarm-attached' && atMs > fromMs)
    .map(({ atMs }) => atMs);
}
