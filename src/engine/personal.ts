/** Personal fields: destroyed after their retention or on demand, as an audited act that leaves the chains as they are. */
import { RiserError } from '../core/errors.ts';
import { toPersonalIds, withoutPersonal } from '../core/personal-names.ts';
import { isTicketOpen } from '../core/ticket.ts';
import type { Command } from './commands.ts';
import type { Tentative } from './tentative.ts';

/**
 * All of them or none. That each of them is there, the API sees in the store: here only tickets in memory are known.
 * @throws RiserError `reason-required`, `feedback-open` while feedback is not filed, `personal-in-use` while a ticket is worked on whose reporter could not be rung back
 */
export function destroyPersonal(
  tx: Tentative,
  { ids, by, reason }: Command & { readonly type: 'destroy-personal' },
  nowMs: number,
): void {
  if (reason.trim() === '') throw new RiserError('reason-required');
  const named = new Set(ids);
  const owners = [...tx.tickets()].filter((ticket) => toPersonalIds(ticket).some((id) => named.has(id)));
  for (const ticket of owners)
    if (isTicketOpen(ticket)) throw new RiserError('personal-in-use', { number: ticket.number });
  // The id of personal fields begins with that of what they belong to.
  for (const { id, number } of tx.service.feedbacks())
    if (ids.some((one) => one.startsWith(`${id}/`))) throw new RiserError('feedback-open', { number });
  // With the contact goes whoever else of the source the ticket names.
  const wanted = new Set([...ids, ...owners.flatMap(toPersonalIds)]);
  for (const id of wanted) tx.service.putPersonal({ id, atMs: nowMs, fields: null });
  for (const ticket of owners) tx.putTicket(withoutPersonal(ticket), []);
  tx.service.audit({
    atMs: nowMs,
    actor: by,
    action: 'personal-destroy',
    object: [...wanted].join(' '),
    detail: { reason },
  });
}
