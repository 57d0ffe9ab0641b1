/** Tickets: lists, one, its clocks, history and messages, opening. Steps are in ticket-transitions.ts, decisions in the engine. */
import Type from 'typebox';
import { HistoryEntrySchema } from '../alarm-schemas.ts';
import { created, listOf, ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { MessageViewSchema, toMessageView } from '../message-schemas.ts';
import { openTicket } from '../open-ticket.ts';
import { IdParams, NewTicketBody, PageQuery, TicketsQuery } from '../request-schemas.ts';
import {
  findTicket,
  READ_TICKETS,
  showTicket,
  toActor,
  toOwnFilter,
  toTicketFilter,
} from '../ticket-readers.ts';
import { TicketClockSchema, TicketMarkSchema } from '../ticket-schemas.ts';
import { isInside, toTicketHistory } from '../ticket-views.ts';

const tags = ['tickets'];
const config = { permission: READ_TICKETS } as const;

export function ticketRoutes(api: Api, context: ApiContext): void {
  listRoute(api, context);
  readRoute(api, context);
  recordRoutes(api, context);
  openRoute(api, context);
}

function listRoute(api: Api, { services, policies }: ApiContext): void {
  api.get(
    '/tickets',
    {
      config,
      schema: {
        operationId: 'listTickets',
        summary: 'Tickets by state and other marks, newest first; contractors and occupants get their own',
        tags,
        querystring: TicketsQuery,
        response: ok(listOf(Ticket)),
      },
    },
    async ({ query, person }) => {
      const { queries, model } = services;
      const actor = toActor(personOf({ person }), services);
      const { items, total } = await queries.tickets({
        ...toTicketFilter(query, model),
        ...toOwnFilter(actor),
      });
      const options = { isWhole: false, explained: await queries.explained() };
      const shown = items.map((ticket) => showTicket(ticket, actor, services, policies, options));
      return { items: await Promise.all(shown), total };
    },
  );
}

function readRoute(api: Api, { services, policies }: ApiContext): void {
  api.get(
    '/tickets/:id',
    {
      config,
      schema: {
        operationId: 'getTicket',
        summary: 'One ticket, with the steps and forms that the caller is offered',
        tags,
        params: IdParams,
        response: ok(Ticket),
      },
    },
    async ({ params, person }) => {
      const actor = toActor(personOf({ person }), services);
      const ticket = await findTicket(params.id, actor, services);
      const explained = await services.queries.explained();
      return showTicket(ticket, actor, services, policies, { isWhole: true, explained });
    },
  );
}

const ClocksSchema = Type.Object({
  clocks: Type.Array(TicketClockSchema),
  marks: Type.Array(TicketMarkSchema, { description: 'What they are computed from, oldest first' }),
});

function recordRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/tickets/:id/clocks',
    {
      config,
      schema: {
        operationId: 'getTicketClocks',
        summary: 'All rounds of all clocks of a ticket, and what they are computed from',
        tags,
        params: IdParams,
        response: ok(ClocksSchema),
      },
    },
    async ({ params, person }) => {
      const actor = toActor(personOf({ person }), services);
      const ticket = await findTicket(params.id, actor, services);
      if (!isInside(ticket, actor)) return { clocks: [], marks: [] };
      const marks = ticket.marks.map(({ settings, ...mark }) => ({
        ...mark,
        ...(settings !== undefined && { settings: { ...settings } }),
      }));
      return { clocks: [...ticket.clocks], marks };
    },
  );

  api.get(
    '/tickets/:id/history',
    {
      config,
      schema: {
        operationId: 'getTicketHistory',
        summary: 'What happened to a ticket, oldest first; for its reporter without what is said inside',
        tags,
        params: IdParams,
        response: ok(listOf(HistoryEntrySchema)),
      },
    },
    async ({ params, person }) => {
      const actor = toActor(personOf({ person }), services);
      const ticket = await findTicket(params.id, actor, services);
      const items = [...toTicketHistory(ticket, await services.queries.ticketHistory(params.id), actor)];
      return { items, total: items.length };
    },
  );

  api.get(
    '/tickets/:id/messages',
    {
      config: { permission: 'ticket.read-all' },
      schema: {
        operationId: 'getTicketMessages',
        summary: 'Whom the gateway told of a ticket, and what became of it',
        tags,
        params: IdParams,
        querystring: PageQuery,
        response: ok(listOf(MessageViewSchema)),
      },
    },
    async ({ params, query, person }) => {
      await findTicket(params.id, toActor(personOf({ person }), services), services);
      const page = await services.queries.messages({ ...query, ticket: params.id, state: 'all' });
      return { items: page.items.map(toMessageView), total: page.total };
    },
  );
}

function openRoute(api: Api, { services, policies }: ApiContext): void {
  api.post(
    '/tickets',
    {
      config: { permission: 'ticket.open' },
      schema: {
        operationId: 'openTicket',
        summary: 'Open a ticket for a matter that a person reports, or enter one later from a slip',
        description:
          'What the same person has reported for the same place before goes onto the open ticket, which is answered with ' +
          '`isMerged`; another `faultKind`, another slip, or `isNewMatter` opens one of its own.',
        tags,
        body: NewTicketBody,
        response: created(Ticket),
      },
    },
    async (request, reply) => {
      const person = personOf(request);
      const actor = toActor(person, services);
      const { ticket, isMerged } = await openTicket(request.body, person, services);
      reply.code(201).header('location', `/api/v1/tickets/${ticket.id}`);
      const shown = await showTicket(ticket, actor, services, policies, { isWhole: true, explained: [] });
      return { ...shown, isMerged };
    },
  );
}
