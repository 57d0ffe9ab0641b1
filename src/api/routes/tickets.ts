/** Tickets: lists, one, its history, opening. Steps are in ticket-transitions.ts, decisions in the engine. */

import type { SiteModel } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, type LocationId, toId } from '../../core/ids.ts';
import type { NewTicket } from '../../tickets/transitions.ts';
import { HistoryEntrySchema } from '../alarm-schemas.ts';
import { created, listOf, ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams, NewTicketBody, type NewTicketInput, TicketsQuery } from '../request-schemas.ts';
import { toTicketView } from '../views.ts';

const tags = ['tickets'];

export function ticketRoutes(api: Api, context: ApiContext): void {
  readRoutes(api, context);
  openRoute(api, context);
}

function readRoutes(api: Api, { services: { queries } }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/tickets',
    {
      config,
      schema: {
        operationId: 'listTickets',
        summary: 'Open tickets, closed ones, or all, newest first',
        tags,
        querystring: TicketsQuery,
        response: ok(listOf(Ticket)),
      },
    },
    async ({ query, person }) => {
      const { items, total } = await queries.tickets(query);
      const explained = await queries.explained();
      const { permissions } = personOf({ person });
      return { items: items.map((ticket) => toTicketView(ticket, permissions, explained)), total };
    },
  );

  api.get(
    '/tickets/:id',
    {
      config,
      schema: {
        operationId: 'getTicket',
        summary: 'One ticket',
        tags,
        params: IdParams,
        response: ok(Ticket),
      },
    },
    async ({ params, person }) => {
      const ticket = found(await queries.ticket(params.id));
      return toTicketView(ticket, personOf({ person }).permissions, await queries.explained());
    },
  );

  api.get(
    '/tickets/:id/history',
    {
      config,
      schema: {
        operationId: 'getTicketHistory',
        summary: 'What happened to a ticket, oldest first',
        tags,
        params: IdParams,
        response: ok(listOf(HistoryEntrySchema)),
      },
    },
    async ({ params }) => {
      found(await queries.ticket(params.id));
      const items = [...(await queries.ticketHistory(params.id))];
      return { items, total: items.length };
    },
  );
}

function openRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/tickets',
    {
      config: { permission: 'ticket.open' },
      schema: {
        operationId: 'openTicket',
        summary: 'Open a ticket for a matter that a person reports',
        tags,
        body: NewTicketBody,
        response: created(Ticket),
      },
    },
    async (request, reply) => {
      const person = personOf(request);
      const ticket = toNewTicket(request.body, services.model);
      const outcome = await services.commands.submit({ type: 'open-ticket', by: person.username, ticket });
      const opened = defined(outcome.ticket, 'the ticket that was opened');
      reply.code(201).header('location', `/api/v1/tickets/${opened.id}`);
      return toTicketView(opened, person.permissions, []);
    },
  );
}

/** @throws RiserError `not-found` when the register knows no such equipment or location. */
function toNewTicket(input: NewTicketInput, model: SiteModel): NewTicket {
  const equipment = input.equipment == null ? null : toId<EquipmentId>(input.equipment);
  const location = input.location == null ? null : toId<LocationId>(input.location);
  if (equipment !== null && !model.equipment.has(equipment))
    throw new RiserError('not-found', { what: NOUNS.equipment });
  if (location !== null && !model.locations.has(location)) {
    throw new RiserError('not-found', { what: NOUNS.location });
  }
  const { place = '', contactName = '', contactMethod = '' } = input;
  return { ...input, equipment, location, place, contactName, contactMethod };
}

function found<T>(row: T | null): T {
  if (row === null) throw new RiserError('not-found', { what: NOUNS.ticket });
  return row;
}
