/**
 * Moments of a ticket that time is counted from: when it was closed, when it was accepted. The record keeps what the clock on the
 * wall showed then; where the wall clock was set since, the span that has passed goes on from the same length, as that of every
 * clock does. So windows and graces are asked here, never of the stamps themselves, and times of two tickets are compared by it.
 */
import type { Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';

const CLOSES: readonly TicketMark['type'][] = ['closed', 'cancelled', 'merged'];

/** When it was closed, cancelled or merged, by the wall clock as it is now, UTC ms; null = it is not. */
export function toClosedSinceMs({ closedAtMs, marks }: Pick<Ticket, 'closedAtMs' | 'marks'>): number | null {
  return closedAtMs === null ? null : closedAtMs + toStepsSince(marks, CLOSES);
}

/** When it was accepted last, by the wall clock as it is now, UTC ms; null = it was not. */
export function toAcceptedSinceMs({
  acceptance,
  marks,
}: Pick<Ticket, 'acceptance' | 'marks'>): number | null {
  return acceptance === null ? null : acceptance.atMs + toStepsSince(marks, ['accepted']);
}

/** How far the wall clock was set since the last mark of these types, ms. */
function toStepsSince(marks: readonly TicketMark[], types: readonly TicketMark['type'][]): number {
  const from = marks.findLastIndex(({ type }) => types.includes(type));
  if (from < 0) return 0;
  return toStepsFrom(marks, from);
}

/** When it was received, by the wall clock as it is now, UTC ms. */
export function toReceivedSinceMs({ receivedAtMs, marks }: Pick<Ticket, 'receivedAtMs' | 'marks'>): number {
  return receivedAtMs + toStepsFrom(marks, 0);
}

/** When the mark at this place was made, by the wall clock as it is now, UTC ms. */
export function toMarkSinceMs(marks: readonly TicketMark[], at: number): number {
  return (marks[at]?.atMs ?? 0) + toStepsFrom(marks, at + 1);
}

/** How far the wall clock was set from this mark on, ms. */
export function toStepsFrom(marks: readonly TicketMark[], from: number): number {
  return marks.slice(from).reduce((sum, { stepMs = 0 }) => sum + stepMs, 0);
}
