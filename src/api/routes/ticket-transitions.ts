/**
 * One route per step of a ticket, one for the short forms of its policy, one for a split. Whoever may read the ticket may ask;
 * whether the step is possible and the person's own, the engine says by the ticket's policy.
 */
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { toId } from '../../core/ids.ts';
import type { Ticket as TicketData } from '../../core/ticket.ts';
import type { Person } from '../../people/people.ts';
import type { Transition } from '../../tickets/transitions.ts';
import { created, ok, Ticket } from '../answers.ts';
import { withLabel } from '../arrival-label.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { sealOfTransition } from '../personal.ts';
import { IdParams } from '../request-schemas.ts';
import { READ_TICKETS, requireReadable, showTicket, toActor } from '../ticket-readers.ts';
import type { TicketView } from '../ticket-schemas.ts';
import { TRANSITION_TEXTS } from '../ticket-words.ts';
import {
  BODY_TRANSITIONS,
  FormBody,
  FormParams,
  SplitBody,
  toTransitionBody,
} from '../transition-schemas.ts';

const tags = ['tickets'];
const config = { permission: READ_TICKETS } as const;

export function ticketTransitionRoutes(api: Api, context: ApiContext): void {
  for (const type of BODY_TRANSITIONS) transitionRoute(api, context, type);
  formRoute(api, context);
  splitRoute(api, context);
}

function transitionRoute(api: Api, context: ApiContext, type: (typeof BODY_TRANSITIONS)[number]): void {
  const { services } = context;
  api.post(
    `/tickets/:id/${type}`,
    {
      config,
      schema: {
        operationId: `${toCamel(type)}Ticket`,
        summary: `${TRANSITION_TEXTS[type].en} (${TRANSITION_TEXTS[type].zh})`,
        tags,
        params: IdParams,
        body: toTransitionBody(type),
        response: ok(Ticket),
      },
    },
    async (request) => {
      const { version, occurredAtMs = null, ...fields } = request.body;
      const { id } = request.params;
      const person = personOf(request);
      const actor = toActor(person, services);
      await requireReadable(id, actor, services);
      // Fields that a guard asks for may be missing here; the engine refuses them by name.
      const transition = withLabel({ type, ...fields } as Transition, services);
      const { ticket } = await services.commands.submit({
        type: 'ticket-transition',
        ticket: toId(id),
        version,
        transitions: [transition],
        form: null,
        actor,
        occurredAtMs,
        personal: await sealOfTransition([transition], id, services),
      });
      return show(defined(ticket, 'the ticket of a transition'), person, context);
    },
  );
}

/** The steps are put into the order of the policy's form; which it is and whether all are there, the engine judges. */
function formRoute(api: Api, context: ApiContext): void {
  const { services, policies } = context;
  api.post(
    '/tickets/:id/forms/:form',
    {
      config,
      schema: {
        operationId: 'fillTicketForm',
        summary: 'Several steps on one form of the ticket’s policy: all of them or none',
        tags,
        params: FormParams,
        body: FormBody,
        response: ok(Ticket),
      },
    },
    async (request) => {
      const { id, form } = request.params;
      const { version, occurredAtMs = null, steps } = request.body;
      const person = personOf(request);
      const actor = toActor(person, services);
      await requireReadable(id, actor, services);
      const seen = await services.queries.ticket(id);
      const policy = seen === null ? services.model.policy : await policies.of(seen.policyVersion);
      const order = policy.forms.find((one) => one.id === form)?.transitions;
      const transitions = toTransitions(steps, order, services);
      if (transitions === null) throw new RiserError('wrong-form', { form });
      const { ticket } = await services.commands.submit({
        type: 'ticket-transition',
        ticket: toId(id),
        version,
        transitions,
        form,
        actor,
        occurredAtMs,
        personal: await sealOfTransition(transitions, id, services),
      });
      return show(defined(ticket, 'the ticket of a form'), person, context);
    },
  );
}

type Steps = Readonly<Record<string, object | undefined>>;

/** null = the form has other steps than these. A step that was left out has no fields. */
function toTransitions(
  steps: Steps,
  order: readonly string[] | undefined,
  services: ApiContext['services'],
): readonly [Transition, ...Transition[]] | null {
  if (order === undefined || Object.keys(steps).some((type) => !order.includes(type))) return null;
  const [first, ...rest] = order.map((type) => withLabel({ type, ...steps[type] } as Transition, services));
  return first === undefined ? null : [first, ...rest];
}

function splitRoute(api: Api, context: ApiContext): void {
  const { services } = context;
  api.post(
    '/tickets/:id/split',
    {
      config,
      schema: {
        operationId: 'splitTicket',
        summary: 'A second matter was found: it gets a ticket of its own; answers the new one',
        tags,
        params: IdParams,
        body: SplitBody,
        response: created(Ticket),
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { version, content = '', occurrences, reason = '' } = request.body;
      const person = personOf(request);
      const actor = toActor(person, services);
      await requireReadable(id, actor, services);
      const { opened } = await services.commands.submit({
        type: 'split-ticket',
        ticket: toId(id),
        version,
        actor,
        content,
        occurrences: occurrences.map((one) => toId(one)),
        reason,
      });
      const ticket = defined(opened, 'the ticket that a split has opened');
      reply.code(201).header('location', `/api/v1/tickets/${ticket.id}`);
      return show(ticket, person, context);
    },
  );
}

async function show(
  ticket: TicketData,
  person: Person,
  { services, policies }: ApiContext,
): Promise<TicketView> {
  const explained = await services.queries.explained();
  return showTicket(ticket, toActor(person, services), services, policies, { isWhole: true, explained });
}

function toCamel(type: string): string {
  return type.replace(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}
