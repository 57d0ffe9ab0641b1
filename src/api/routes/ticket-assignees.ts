/**
 * Whom a ticket could go to, best first, with the reasons: for the forms of dispatch and transfer. The ranking is
 * people/assignee.ts; the person at the desk decides, and the engine refuses whoever may not have it.
 */
import Type from 'typebox';
import { toWorkMs } from '../../config/alarm-start.ts';
import { toNeededCertificates } from '../../config/certificates.ts';
import type { Policy } from '../../config/policy.ts';
import type { Ticket } from '../../core/ticket.ts';
import { type Candidate, chooseAssignee, proposeAssignee, toTicketFacts } from '../../people/assignee.ts';
import { toSettings } from '../../tickets/match.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { IdParams } from '../request-schemas.ts';
import { Ms, nullable, strings, TextSchema } from '../schemas.ts';
import type { ApiServices } from '../services.ts';
import { findTicket, toActor, toOwner } from '../ticket-readers.ts';

const AssigneesSchema = Type.Object({
  chosen: nullable(
    Type.String({ description: 'User, group or role that the gateway would take; null = the desk decides' }),
  ),
  certificates: Type.Array(
    Type.Object({
      certificate: Type.String(),
      isWarning: Type.Boolean({ description: 'Only warned of: an emergency does not wait for paperwork' }),
    }),
  ),
  items: Type.Array(
    Type.Object({
      username: Type.String(),
      name: TextSchema,
      standing: strings(['duty', 'standby', 'off']),
      untilMs: nullable(Ms),
      openTickets: Type.Integer(),
      isFit: Type.Boolean({ description: 'Holds the certificates that the policy asks for' }),
      isRefused: Type.Boolean({ description: 'May not be given the ticket: `missing-certificate`' }),
      reasons: Type.Array(TextSchema, { description: 'For people, the weightiest first' }),
    }),
    { description: 'Best first; those who may not have it stand at the end' },
  ),
  total: Type.Integer(),
});

export function ticketAssigneeRoutes(api: Api, { services, policies }: ApiContext): void {
  api.get(
    '/tickets/:id/assignees',
    {
      config: { permission: 'ticket.read-all' },
      schema: {
        operationId: 'listTicketAssignees',
        summary:
          'Whom the ticket could go to, by skill, certificate, duty (of when its hours begin) and open load',
        tags: ['tickets'],
        params: IdParams,
        response: ok(AssigneesSchema),
      },
    },
    async ({ params, person }) => {
      const ticket = await findTicket(params.id, toActor(personOf({ person }), services), services);
      return toAssignees(ticket, await policies.of(ticket.policyVersion), services);
    },
  );
}

function toAssignees(ticket: Ticket, policy: Policy, services: ApiServices) {
  const { model, roster, clock } = services;
  const duty = roster.view();
  const equipment = ticket.equipment === null ? undefined : model.equipment.get(ticket.equipment);
  const graveKeys = new Set<string>(
    model.rules.filter(({ severity }) => severity === 'life-safety').map(({ key }) => key),
  );
  const matter = {
    settings: toSettings(ticket),
    kind: equipment?.kind ?? null,
    location: ticket.location ?? equipment?.location ?? null,
    responsible: toOwner(ticket, services),
    isLifeSafety: ticket.entrapment !== null || ticket.alarms.some(({ key }) => graveKeys.has(key)),
  };
  const facts = toTicketFacts(matter, policy, duty.book);
  const at = { atMs: toWorkMs(ticket, policy, clock.now().wallMs), timeZone: model.site.timeZone };
  const load = services.openLoad();
  const { candidates } = proposeAssignee(facts, duty, load, policy, at);
  return {
    chosen: chooseAssignee(facts, duty, load, policy, at),
    certificates: [...toNeededCertificates(facts, policy)],
    items: candidates.map(toView),
    total: candidates.length,
  };
}

function toView({ person, reasons, ...rated }: Candidate) {
  const { username, name, standing, untilMs } = person;
  return { username, name, standing, untilMs, ...rated, reasons: [...reasons] };
}
