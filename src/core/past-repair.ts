/** A repair as a later ticket of the same equipment shows it. Which ones are kept is the engine's and the store's. */
import type { PastRepair, Ticket } from './ticket.ts';

export function toPastRepair(ticket: Ticket): PastRepair {
  const { id, number, faultKind, content, result, closedAtMs } = ticket;
  return { ticket: id, number, faultKind, content, result, closedAtMs };
}
