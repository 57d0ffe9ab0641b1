/** Personal fields of reporters: shown by name and on demand, each reading audited; destroyed as an audited act. */
import Type from 'typebox';
import { RiserError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { toPersonalIds } from '../../core/personal-names.ts';
import { isTicketOpen, type Ticket } from '../../core/ticket.ts';
import { DAY_MS } from '../../core/zone.ts';
import { isNamed } from '../../tickets/actors.ts';
import type { TicketActor } from '../../tickets/transitions.ts';
import { noContent, ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { closed, IdParams } from '../request-schemas.ts';
import { Ms } from '../schemas.ts';
import { findTicket, toActor } from '../ticket-readers.ts';

const tags = ['personal'];
const READ_PERSONAL = ['ticket.personal', 'ticket.personal-own'] as const;
const DestroyBody = closed({
  ids: Type.Array(Type.String({ minLength: 1, maxLength: LIMITS.shortTextChars }), {
    minItems: 1,
    maxItems: LIMITS.pageRows,
    uniqueItems: true,
    description: '`contact.personal` of tickets',
  }),
  reason: Type.String({ minLength: 1, maxLength: LIMITS.textChars, pattern: '\\S' }),
});
const DueSchema = Type.Object({
  days: Type.Integer({ description: '`retention.personalDays` of the policy' }),
  items: Type.Array(Type.Object({ id: Type.String(), storedAtMs: Ms }), {
    description: `At most ${LIMITS.pageRows}`,
  }),
});
const PersonalSchema = Type.Object({ id: Type.String(), name: Type.String(), method: Type.String() });

export function personalRoutes(api: Api, context: ApiContext): void {
  showRoute(api, context);
  destroyRoutes(api, context);
}

function showRoute(api: Api, { services }: ApiContext): void {
  api.get(
    '/tickets/:id/personal',
    {
      config: { permission: READ_PERSONAL },
      schema: {
        operationId: 'getTicketPersonal',
        summary: 'Name and way of contact of the person who reported it; each reading is audited',
        description:
          'With `ticket.personal-own` of open tickets only that the person has: assigned to them, taken by them, or reported to them as an ' +
          'emergency. `not-found` where there is no person, or what was known has been destroyed; `not-permitted`.',
        tags,
        params: IdParams,
        response: ok(PersonalSchema),
      },
    },
    async (request) => {
      const person = personOf(request);
      const actorOfTicket = toActor(person, services);
      const ticket = await findTicket(request.params.id, actorOfTicket, services);
      if (!person.permissions.has('ticket.personal')) requireSent(ticket, actorOfTicket);
      const { contact, number } = ticket;
      const id = contact.personal;
      const fields = id === null ? null : await services.queries.personal(id);
      if (id === null || fields === null) throw new RiserError('not-found', { what: NOUNS.personal });
      // Written down before it is shown: what cannot be audited is not read.
      const { username: actor } = person;
      await services.audit({ actor, action: 'personal-read', object: id, detail: { ticket: number } });
      return { id, name: fields.name, method: fields.method };
    },
  );
}

function destroyRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/personal/due',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'listPersonalDue',
        summary:
          'Personal fields that are older than the policy keeps them, oldest first; none of an open ticket',
        tags,
        response: ok(DueSchema),
      },
    },
    async () => {
      const { clock, model, queries } = services;
      const { personalDays: days } = model.policy.retention;
      const found = await queries.personalStoredBefore(clock.now().wallMs - days * DAY_MS, LIMITS.pageRows);
      return { days, items: [...found] };
    },
  );

  api.post(
    '/personal/destroy',
    {
      config: { permission: 'personal.destroy' },
      schema: {
        operationId: 'destroyPersonal',
        summary: 'Destroy personal fields after their retention or on demand; the histories still verify',
        description:
          'All or none: `not-found` where one of them is unknown or has been destroyed, `personal-in-use` while its ticket is open.',
        tags,
        body: DestroyBody,
        response: noContent(),
      },
    },
    async (request, reply) => {
      const { username: by } = personOf(request);
      for (const id of request.body.ids)
        if ((await services.queries.personal(id)) === null)
          throw new RiserError('not-found', { what: NOUNS.personal });
      const ids = await withRelated(request.body.ids, services);
      await services.commands.submit({ type: 'destroy-personal', ids, reason: request.body.reason, by });
      return reply.code(204).send(null);
    },
  );
}

/** Whoever was sent to somebody may ring them, as long as the matter is open. @throws RiserError `not-permitted` */
function requireSent(ticket: Ticket, actor: TicketActor): void {
  const { assignee, takenBy, reports } = ticket;
  const isTold = reports.some(({ to }) => isNamed(to === 'assignee' ? assignee : to, actor));
  const isSent = takenBy === actor.username || isNamed(assignee, actor) || isTold;
  if (!isSent || !isTicketOpen(ticket))
    throw new RiserError('not-permitted', { permission: 'ticket.personal' });
}

/** With the contact goes whoever else of the source the ticket names, also of one that is filed. */
async function withRelated(
  ids: readonly string[],
  { queries }: Pick<ApiContext['services'], 'queries'>,
): Promise<readonly string[]> {
  const tickets = [...new Set(ids.map(toTicketId))];
  const found = await Promise.all(tickets.map((id) => queries.ticket(id)));
  const named = found.flatMap((ticket) => (ticket === null ? [] : toPersonalIds(ticket)));
  return [...new Set([...ids, ...named])];
}

/** The id of personal fields begins with that of their ticket. */
function toTicketId(id: string): string {
  const end = id.indexOf('/');
  return end < 0 ? id : id.slice(0, end);
}
