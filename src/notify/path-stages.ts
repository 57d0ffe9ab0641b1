/** What the path of a ticket asks for: nobody is told to take a step that its policy does not have. */
import { firstMatch, toSettings } from '../config/match.ts';
import type { Policy } from '../config/policy.ts';
import type { Stage, Ticket } from '../core/ticket.ts';

/** Whether the ticket comes through the stage, or may. */
export function isOnPath(ticket: Ticket, stage: Stage, { paths }: Policy): boolean {
  return firstMatch(paths, toSettings(ticket))?.stages.some((it) => it.stage === stage) ?? false;
}

/** How a ticket that nobody has yet goes on: it is written down, given to somebody, or answered on the spot. */
export function toFirstStep(ticket: Ticket, policy: Policy): 'record' | 'dispatch' | 'done' {
  if (ticket.stage === 'received' && isOnPath(ticket, 'recorded', policy)) return 'record';
  return isOnPath(ticket, 'dispatched', policy) ? 'dispatch' : 'done';
}

/** Whether a rework goes back to dispatch: unless the policy lets that be passed over, and somebody has it. */
export function isDispatchedAnew(ticket: Ticket, { paths }: Policy): boolean {
  const path = firstMatch(paths, toSettings(ticket))?.stages ?? [];
  const dispatch = path.find(({ stage }) => stage === 'dispatched');
  return dispatch !== undefined && (!dispatch.isOptional || ticket.assignee === null);
}
