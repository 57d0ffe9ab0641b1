/** Open tickets of accounts that are closed, given to who can dispatch them anew. What that means for one ticket is tickets/release.ts. */
import { releaseTicket } from '../tickets/release.ts';
import type { Command } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { put } from './giving.ts';
import type { Tentative } from './tentative.ts';

export function releaseTickets(
  tx: Tentative,
  context: DecisionContext,
  { usernames }: Command & { readonly type: 'release-tickets' },
  nowMs: number,
): void {
  const closed = new Set(usernames);
  for (const ticket of tx.openTickets())
    put(
      tx,
      releaseTicket(ticket, (name) => closed.has(name), context.policyOf(ticket), nowMs),
    );
}
