/**
 * Tickets of somebody whose account was closed: nobody would act on them. They go to the first rung of the policy's ladder,
 * on whose list they stand until they are dispatched anew. Pure.
 */
import type { Policy } from '../config/policy.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';

/** Where a policy has no ladder. */
const FALLBACK = 'supervisor';
const REASON = 'account-closed';

/** @param isClosed whether that account is closed; @returns null = nothing of the ticket hangs on such an account */
export function releaseTicket(
  ticket: Ticket,
  isClosed: (username: string) => boolean,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  if (!isTicketOpen(ticket)) return null;
  const to = policy.escalation.ladder[0]?.role ?? FALLBACK;
  const { takenBy, assignee, firstReceiver, contractor } = ticket;
  const holder = takenBy ?? assignee;
  const change: { -readonly [K in keyof Ticket]?: Ticket[K] } = {};
  const happenings: Happening[] = [];
  if (holder !== null && isClosed(holder)) {
    Object.assign(change, { assignee: to, takenBy: null, readBack: null });
    happenings.push({ type: 'transferred', detail: { from: holder, assignee: to, reason: REASON } });
  }
  if (isClosed(firstReceiver)) {
    change.firstReceiver = to;
    happenings.push({ type: 'noted', detail: { firstReceiver: to, from: firstReceiver, reason: REASON } });
  }
  if (contractor !== null && contractor.user !== null && isClosed(contractor.user)) {
    change.contractor = contractor.contact === null ? null : { user: null, contact: contractor.contact };
    happenings.push({ type: 'contractor-set', detail: { from: contractor, reason: REASON } });
  }
  return happenings.length === 0 ? null : toStep(ticket, change, happenings, byGateway(nowMs), policy);
}
