/**
 * 批量补录: the slips of an outage typed in together. Each is a ticket of its own in a transaction of its own, and is answered by
 * itself: one that is refused keeps none of the others from being entered. Later steps are entered on the tickets.
 */
import Type, { type Static } from 'typebox';
import { LIMITS } from '../../core/limits.ts';
import type { Person } from '../../people/people.ts';
import { SLIP_LIMITS } from '../../slips/port.ts';
import { ok } from '../answers.ts';
import { type Api, type ApiContext, personOf } from '../context.ts';
import { openTicket } from '../open-ticket.ts';
import { classifyError } from '../problems.ts';
import { closed, LAST_MS, NewTicketBody, ShortText } from '../request-schemas.ts';
import { nullable, ProblemSchema } from '../schemas.ts';
import type { ApiServices } from '../services.ts';

const EntrySchema = closed({
  ...NewTicketBody.properties,
  slip: ShortText,
  receivedAtMs: Type.Integer({
    minimum: 0,
    maximum: LAST_MS,
    description: 'When it was written on the slip',
  }),
});
type Entry = Static<typeof EntrySchema>;

const LateEntriesBody = closed({
  entries: Type.Array(EntrySchema, { minItems: 1, maxItems: SLIP_LIMITS.entries }),
});

const OutcomeSchema = Type.Object({
  slip: Type.String(),
  ticket: nullable(
    Type.Object({
      id: Type.String(),
      number: Type.String(),
      isMerged: Type.Boolean({ description: 'It went onto a ticket that was open for the same matter' }),
    }),
  ),
  problem: nullable(ProblemSchema),
});
const OutcomesSchema = Type.Object({
  items: Type.Array(OutcomeSchema, { description: 'In the order of the entries' }),
  entered: Type.Integer(),
  refused: Type.Integer(),
});
type Outcome = Static<typeof OutcomeSchema>;

export function lateEntryRoutes(api: Api, { services }: ApiContext): void {
  api.post(
    '/tickets/late-entries',
    {
      config: { permission: 'slip.manage' },
      bodyLimit: SLIP_LIMITS.entries * LIMITS.textChars * 4,
      schema: {
        operationId: 'enterSlips',
        summary: 'Enter many paper slips with their real times, each by itself',
        description:
          'Each entry has a ticket or the problem that it was refused for: `not-found`, `slip-used`, `late-entry-order`, ' +
          '`engine-busy`, `store-failed`. What is refused can be sent again; what is entered is refused as `slip-used`.',
        tags: ['slips'],
        body: LateEntriesBody,
        response: ok(OutcomesSchema),
      },
    },
    async ({ body, person }) => {
      const items: Outcome[] = [];
      // One after the other: the second entry of a number must find the slip used.
      for (const entry of body.entries) items.push(await enter(entry, personOf({ person }), services));
      const entered = items.filter(({ ticket }) => ticket !== null).length;
      return { items, entered, refused: items.length - entered };
    },
  );
}

/** @throws what is nobody's but ours */
async function enter(entry: Entry, person: Person, services: ApiServices): Promise<Outcome> {
  const { slip } = entry;
  try {
    const { ticket, isMerged } = await openTicket(entry, person, services);
    const { id, number } = ticket;
    return { slip, ticket: { id, number, isMerged }, problem: null };
  } catch (error) {
    const problem = classifyError(error, services.model.site.timeZone);
    if (problem === null) throw error;
    return { slip, ticket: null, problem };
  }
}
