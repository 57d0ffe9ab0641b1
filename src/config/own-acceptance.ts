/**
 * Whom the policy keeps from accepting a ticket: those who have worked on the round, unless it lists the matter. The step that
 * refuses them is tickets/own-work.ts; who is asked to accept, and who is late with it, goes by the same list.
 */
import type { Ticket } from '../core/ticket.ts';
import { type Matter, matches, toSettings } from './match.ts';
import type { Policy } from './policy.ts';

/** Whether the policy lets handlers of such a matter accept their own work. */
export function mayAcceptOwn(ticket: Matter, { ownAcceptance }: Pick<Policy, 'ownAcceptance'>): boolean {
  const settings = toSettings(ticket);
  return ownAcceptance.some((match) => matches(match, settings));
}

/** User names that do not accept it; empty where the policy lets them. */
export function toBarred(
  ticket: Matter & Pick<Ticket, 'workedBy' | 'takenBy' | 'contractor'>,
  policy: Pick<Policy, 'ownAcceptance'>,
): readonly string[] {
  if (mayAcceptOwn(ticket, policy)) return [];
  const { workedBy, takenBy, contractor } = ticket;
  return [...new Set([...workedBy, takenBy, contractor?.user ?? null])].filter((name) => name !== null);
}
