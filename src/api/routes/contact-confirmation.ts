/**
 * Confirming the contact of somebody who reported without an account: by the desk, which has rung back, or by the reporter with
 * a code that the desk read to him. What a code is, is contact-codes.ts; what a confirmation does to the ticket, the engine's.
 */
import Type from 'typebox';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import { requireUnconfirmed } from '../../tickets/confirm-contact.ts';
import { created, ok, Ticket } from '../answers.ts';
import { CODE_LIMITS } from '../contact-codes.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { findReport, LinkParams, PublicViewSchema, toReportAnswer } from '../public-answers.ts';
import { closed, EmptyBody, IdParams, oneOf, ShortText } from '../request-schemas.ts';
import { Ms } from '../schemas.ts';
import { findTicket, showTicket, toActor } from '../ticket-readers.ts';
import { version } from '../transition-schemas.ts';

/** Who rings people back. */
const CONFIRM = { permission: ['ticket.dispatch', 'ticket.visit'] } as const;
const MINUTE_MS = 60_000;

const ConfirmBody = closed({
  version,
  how: oneOf(['call-back', 'in-person'], { default: 'call-back' }),
  note: Type.Optional(ShortText),
});
const CodeBody = closed({
  code: Type.String({ pattern: `^\\d{${CODE_LIMITS.digits}}$`, description: 'As the desk has read it out' }),
});
const CodeSchema = Type.Object({
  code: Type.String({ description: 'To be read to the person over the way of contact; shown once' }),
  expiresAtMs: Ms,
});

export function contactConfirmationRoutes(api: Api, context: ApiContext): void {
  deskRoute(api, context);
  codeRoute(api, context);
  reporterRoute(api, context);
}

function deskRoute(api: Api, { services, policies }: ApiContext): void {
  api.post(
    '/tickets/:id/confirm-contact',
    {
      config: CONFIRM,
      schema: {
        operationId: 'confirmTicketContact',
        summary:
          'The reporter was reached over the way that he left: by a call back, or face to face (核实联系方式)',
        description: 'Problems: `not-found`, `version-conflict`, `wrong-stage`, `contact-missing`.',
        tags: ['tickets'],
        params: IdParams,
        body: ConfirmBody,
        response: ok(Ticket),
      },
    },
    async (request) => {
      const actor = toActor(personOf(request), services);
      const { version: seen, how, note = '' } = request.body;
      const { ticket } = await services.commands.submit({
        type: 'confirm-contact',
        ticket: toId(request.params.id),
        version: seen,
        how,
        note,
        by: actor.username,
      });
      services.contactCodes.settle(request.params.id);
      const explained = await services.queries.explained();
      const shown = defined(ticket, 'the ticket of a confirmation');
      return showTicket(shown, actor, services, policies, { isWhole: true, explained });
    },
  );
}

function codeRoute(api: Api, { services }: ApiContext): void {
  api.post(
    '/tickets/:id/contact-code',
    {
      config: CONFIRM,
      schema: {
        operationId: 'issueContactCode',
        summary: 'A code to be read to the reporter, who enters it behind his link; good for 10 minutes',
        description:
          'A new one makes the one before void. Problems: `not-found`, `wrong-stage`, `contact-missing`.',
        tags: ['tickets'],
        params: IdParams,
        body: EmptyBody,
        response: created(CodeSchema),
      },
    },
    async (request, reply) => {
      const person = personOf(request);
      const ticket = await findTicket(request.params.id, toActor(person, services), services);
      requireUnconfirmed(ticket);
      const { username: actor } = person;
      await services.audit({ actor, action: 'contact-code', object: ticket.number, detail: {} });
      reply.code(201).header('cache-control', 'no-store');
      return services.contactCodes.issue(ticket.id, services.clock.now().wallMs);
    },
  );
}

function reporterRoute(api: Api, { services, limits }: ApiContext): void {
  api.post(
    '/report/:token/confirm',
    {
      config: {
        permission: 'public',
        rateLimit: { max: limits.publicViewsPerMinute, timeWindow: MINUTE_MS },
      },
      schema: {
        operationId: 'confirmReportContact',
        summary: 'The reporter enters the code that the desk has read to him over the telephone',
        description: 'Problems: `not-found`, `contact-code-wrong`, `contact-code-void`, `too-many-requests`.',
        tags: ['public report'],
        params: LinkParams,
        body: CodeBody,
        response: ok(PublicViewSchema),
      },
    },
    async ({ params, body }, reply) => {
      const ticket = await findReport(params.token, services);
      void reply.header('cache-control', 'no-store');
      services.contactCodes.check(ticket.id, body.code, services.clock.now().wallMs);
      const by = defined(ticket.reporter, 'the reporter behind a link');
      const command = { type: 'confirm-contact', ticket: ticket.id, version: null } as const;
      const outcome = await services.commands
        .submit({ ...command, how: 'code', note: '', by })
        .catch((error: unknown) => {
          // Ended meanwhile, or entered anew by the desk: to the reporter the code is simply of no use any more.
          const isGone = error instanceof RiserError && GONE.includes(error.code);
          throw isGone ? new RiserError('contact-code-void') : error;
        });
      services.contactCodes.settle(ticket.id);
      return toReportAnswer(outcome.ticket ?? ticket, services);
    },
  );
}

const GONE: readonly string[] = ['wrong-stage', 'contact-missing'];
