/**
 * What becomes the desk's to dispatch after the gateway has dispatched it (service-workflow.md §2: of an emergency the desk
 * "confirms or redirects"): a ticket that is raised before anybody has signed for it goes back before the desk, with whom it
 * went to as the proposal. Whoever has signed goes on; the desk is told (notify/).
 */
import { isDesks } from '../config/desk-dispatch.ts';
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import { byGateway, enter, type TicketStep, toStep } from './change.ts';
import { pathOf } from './path.ts';

/**
 * The ticket before the desk again; null = it was the desk's all along, somebody has signed for it or is there, or its path has
 * no stage in which it could wait.
 * @param before as it was before it was raised
 */
export function putBeforeDesk(
  before: Ticket,
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const isUnsigned = ticket.stage === 'dispatched' && ticket.takenBy === null;
  if (!isUnsigned || isDesks(before, policy) || !isDesks(ticket, policy)) return null;
  if (!pathOf(ticket, policy).some(({ stage }) => stage === 'recorded')) return null;
  const detail = { reason: 'raised', from: 'dispatched', proposed: ticket.assignee };
  const happening = { type: 'recorded' as const, detail };
  return toStep(ticket, enter('recorded', nowMs), [happening], byGateway(nowMs), policy);
}
