/** What kinds of faults the rules of the site know, with what people call them: to choose from where somebody says what it was. */
import Type from 'typebox';
import { listFaultKinds } from '../../config/fault-kinds.ts';
import { toId } from '../../core/ids.ts';
import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { closed, Id } from '../request-schemas.ts';
import { TextSchema } from '../schemas.ts';
import { READ_TICKETS } from '../ticket-readers.ts';

const FaultKindSchema = Type.Object({
  id: Type.String({ description: 'What a ticket carries as `faultKind`' }),
  text: TextSchema,
});

export function faultKindRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/fault-kinds',
    {
      config: { permission: READ_TICKETS },
      schema: {
        operationId: 'listFaultKinds',
        summary:
          'Kinds of faults that the rules know, with their names; of one equipment with its parts, or of the site',
        tags: ['tickets'],
        querystring: closed({ equipment: Type.Optional(Id) }),
        response: ok(listOf(FaultKindSchema)),
      },
    },
    async ({ query: { equipment } }) => {
      const items = listFaultKinds(services.model, equipment === undefined ? null : toId(equipment));
      return { items: items.map(({ id, text }) => ({ id, text })), total: items.length };
    },
  );
}
