/** 当日未完成: what a ticket carries over from the end of one day to the next. When that is said is tickets/day-end.ts. */

import { isTicketOpen, type Stage, type Ticket } from './ticket.ts';

/** It was open at the end of a day, stands on the supervisor's list, and has a new deadline. UTC ms. */
export interface CarriedOver {
  /** The last end of a day at which it was still open. */
  readonly atMs: number;
  /** Ends of days so far. */
  readonly days: number;
  /** Proposed by the policy, or set by who is named; it moves no clock. null = the calendar does not open often enough. */
  readonly deadlineAtMs: number | null;
  /** Who has set it; null = it is only proposed so far. */
  readonly by: string | null;
}

const FINISHED: readonly Stage[] = ['done', 'accepted', 'visited'];

/** Whether it is on the list: its work is still to be done, and was at the end of a day. */
export function isCarriedOver(ticket: Pick<Ticket, 'carriedOver' | 'stage'>): boolean {
  return ticket.carriedOver !== null && isTicketOpen(ticket) && !FINISHED.includes(ticket.stage);
}
