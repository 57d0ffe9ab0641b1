/**
 * DONE is proposed, never made: a ticket of the lowest class whose alarms have been normal for the policy's time carries a
 * banner, and a person says that it is done (alarms.md B9). What life safety could be behind must be seen on site.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import { hasBanner, withBanner } from './banners.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { isBeforeDone } from './path.ts';
import { toLowestPriority } from './routing.ts';

export function sweepProposal(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (toProposalDueMs(ticket, policy) > nowMs) return null;
  const banners = withBanner(ticket, 'proposed-done', nowMs);
  const happening: Happening = { type: 'noted', detail: { proposal: 'done' } };
  return toStep(ticket, { banners }, [happening], byGateway(nowMs), policy);
}

/** When DONE is proposed unless an alarm comes back before; Infinity = it is not. */
export function toProposalDueMs(ticket: Ticket, { proposeDoneMs, priorityOf }: Policy): number {
  const { alarms, priority, stage } = ticket;
  const isLow =
    priority === toLowestPriority(Object.values(priorityOf)) && priority !== priorityOf['life-safety'];
  if (proposeDoneMs === null || alarms.length === 0 || !isLow) return Number.POSITIVE_INFINITY;
  if (!isBeforeDone(ticket) || stage === 'waiting' || hasBanner(ticket, 'proposed-done'))
    return Number.POSITIVE_INFINITY;
  let normalSinceMs = Number.NEGATIVE_INFINITY;
  for (const { isActive, blindSinceMs, returnedAtMs } of alarms) {
    // Rows of earlier versions do not know when it returned: nothing is proposed of them.
    if (isActive || blindSinceMs !== null || returnedAtMs === null || returnedAtMs === undefined)
      return Number.POSITIVE_INFINITY;
    normalSinceMs = Math.max(normalSinceMs, returnedAtMs);
  }
  return normalSinceMs + proposeDoneMs;
}
