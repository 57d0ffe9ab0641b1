/** Alarm storms: many alarms that are told as one matter, and their members. */
import { RiserError } from '../../core/errors.ts';
import { StormViewSchema } from '../alarm-schemas.ts';
import { Alarm, listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { IdParams, PageQuery } from '../request-schemas.ts';
import { toAlarmView, toStormView } from '../views.ts';

const tags = ['alarms'];
const config = { permission: 'site.read' } as const;

export function stormRoutes(api: Api, { services: { queries } }: ApiContext): void {
  const find = async (id: string) => {
    const storm = await queries.storm(id);
    if (storm === null) throw new RiserError('not-found', { what: NOUNS.storm });
    return storm;
  };

  api.get(
    '/storms',
    {
      config,
      schema: {
        operationId: 'listStorms',
        summary: 'Alarm storms, newest first',
        tags,
        querystring: PageQuery,
        response: ok(listOf(StormViewSchema)),
      },
    },
    async ({ query }) => {
      const { items, total } = await queries.storms(query);
      return { items: items.map(toStormView), total };
    },
  );

  api.get(
    '/storms/:id',
    {
      config,
      schema: {
        operationId: 'getStorm',
        summary: 'One alarm storm',
        tags,
        params: IdParams,
        response: ok(StormViewSchema),
      },
    },
    async ({ params }) => toStormView(await find(params.id)),
  );

  api.get(
    '/storms/:id/members',
    {
      config,
      schema: {
        operationId: 'listStormMembers',
        summary: 'Occurrences that are attached to a storm, oldest first',
        tags,
        params: IdParams,
        querystring: PageQuery,
        response: ok(listOf(Alarm)),
      },
    },
    async ({ params, query }) => {
      const { id } = await find(params.id);
      const { items, total } = await queries.stormMembers(id, query);
      return { items: items.map(toAlarmView), total };
    },
  );
}
