/** One route per transition of a ticket, each with its own body and permission. Whether it is possible, the engine says. */
import { defined } from '../../core/assert.ts';
import { toId } from '../../core/ids.ts';
import type { Transition, TransitionType } from '../../tickets/transitions.ts';
import { ok, Ticket } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { IdParams, TRANSITION_BODIES } from '../request-schemas.ts';
import { TRANSITION_PERMISSIONS, TRANSITION_TYPES } from '../ticket-permissions.ts';
import { toTicketView } from '../views.ts';

const SUMMARIES = {
  dispatch: 'Confirm or redirect whom the ticket goes to',
  take: 'Read back and sign for the ticket',
  arrive: 'Arrived on site',
  start: 'Diagnosis and plan; handling begins',
  done: 'Handling is done',
  accept: 'Accept the work',
  reject: 'Refuse the work; the ticket goes back',
  visit: 'Return visit to the customer',
  close: 'Close the ticket',
  cancel: 'Cancel a false or duplicate ticket',
  note: 'Leave a remark',
} as const satisfies Record<TransitionType, string>;

export function ticketTransitionRoutes(api: Api, context: ApiContext): void {
  for (const type of TRANSITION_TYPES) transitionRoute(api, context, type);
}

function transitionRoute(api: Api, { services }: ApiContext, type: TransitionType): void {
  api.post(
    `/tickets/:id/${type}`,
    {
      config: { permission: TRANSITION_PERMISSIONS[type] },
      schema: {
        operationId: `${type}Ticket`,
        summary: SUMMARIES[type],
        tags: ['tickets'],
        params: IdParams,
        body: TRANSITION_BODIES[type],
        response: ok(Ticket),
      },
    },
    async (request) => {
      const { version, ...fields } = request.body;
      const person = personOf(request);
      const { ticket } = await services.commands.submit({
        type: 'ticket-transition',
        ticket: toId(request.params.id),
        version,
        // Fields that a guard asks for may be missing here; the engine refuses them by name.
        transition: { type, ...fields } as Transition,
        by: person.username,
      });
      const changed = defined(ticket, 'the ticket of a transition');
      return toTicketView(changed, person.permissions, await services.queries.explained());
    },
  );
}
