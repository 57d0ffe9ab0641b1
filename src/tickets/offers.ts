/** What one person is offered on a ticket: what its stage allows, what the policy lets them do, and never their own acceptance. */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import { mayAct } from './actors.ts';
import { isBarred } from './own-work.ts';
import { allowedTransitions } from './path.ts';
import type { TicketActor, TransitionType } from './transitions.ts';

/**
 * What this person may do with the ticket now, the natural next step first.
 * @param owner named owner of the ticket's equipment: user name, group or role; null = the register names none
 */
export function offeredTransitions(
  ticket: Ticket,
  actor: TicketActor,
  policy: Policy,
  owner: string | null,
): readonly TransitionType[] {
  const isOwn = isBarred(ticket, actor, policy);
  return allowedTransitions(ticket, policy).filter(
    (type) => mayAct(ticket, type, actor, policy, owner) && !(type === 'accept' && isOwn),
  );
}
