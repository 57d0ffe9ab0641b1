/** Which row of the policy is meant for a ticket. What the rows say is policy.ts. */
import type { Ticket } from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import type { Match } from './policy.ts';

/** Whether all that the row asks for holds. What is not known yet of a ticket (left out) meets no demand for it. */
export function matches(match: Match, of: Partial<ClockSettings>): boolean {
  return (
    allows(match.class, of.class) &&
    allows(match.source, of.source) &&
    allows(match.flow, of.flow) &&
    allows(match.priority, of.priority) &&
    allows(match.attendance, of.attendance) &&
    (match.isDifficult === undefined || match.isDifficult === of.isDifficult)
  );
}

/** What of a ticket the rows are held against. */
export type Matter = Pick<Ticket, 'class' | 'source' | 'flow' | 'priority' | 'attendance' | 'difficult'>;

export function toSettings(ticket: Matter): ClockSettings {
  return {
    class: ticket.class,
    source: ticket.source,
    flow: ticket.flow,
    priority: ticket.priority,
    attendance: ticket.attendance,
    isDifficult: ticket.difficult !== null,
  };
}

/** The first row whose `match` holds; null = none. */
export function firstMatch<Row extends { readonly match: Match }>(
  rows: readonly Row[],
  of: Partial<ClockSettings>,
): Row | null {
  return rows.find((row) => matches(row.match, of)) ?? null;
}

function allows<T>(wanted: readonly T[] | undefined, found: T | undefined): boolean {
  return wanted === undefined || (found !== undefined && wanted.includes(found));
}
