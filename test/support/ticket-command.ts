/** A step of a ticket as the command that the API gives, by somebody who may do everything. */
import { ROLE_NAMES } from '../../src/core/roles.ts';
import type { Ticket } from '../../src/core/ticket.ts';
import type { Command } from '../../src/engine/commands.ts';
import type { Transition } from '../../src/tickets/transitions.ts';

export function toTicketCommand(
  ticket: Pick<Ticket, 'id' | 'version'>,
  transition: Transition,
  username = 'engineer',
): Command & { readonly type: 'ticket-transition' } {
  return {
    type: 'ticket-transition',
    ticket: ticket.id,
    version: ticket.version,
    transitions: [transition],
    form: null,
    actor: { username, roles: ROLE_NAMES, groups: [] },
    occurredAtMs: null,
    personal: null,
  };
}
