/** The links to the field: state, figures, and the poll plan that stands behind them. */
import { RiserError } from '../../core/errors.ts';
import { type LinkId, toId } from '../../core/ids.ts';
import type { LinkStatus } from '../../core/link.ts';
import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { LinkViewSchema, PlanViewSchema } from '../link-schema.ts';
import { NOUNS } from '../nouns.ts';
import { toPlanView } from '../plan-view.ts';
import { IdParams } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { toLinkView } from '../views.ts';

const tags = ['links'];

export function linkRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/links',
    {
      config,
      schema: {
        operationId: 'listLinks',
        summary: 'Connections with their figures',
        tags,
        response: ok(listOf(LinkViewSchema)),
      },
    },
    async () => {
      const listeners = services.listeners();
      const items = services
        .links()
        .map((status) => toLinkView(status, services.model, listeners, services.clocks(status.link)));
      return { items, total: items.length };
    },
  );

  api.get(
    '/links/:id',
    {
      config,
      schema: {
        operationId: 'getLink',
        summary: 'One connection',
        tags,
        params: IdParams,
        response: ok(LinkViewSchema),
      },
    },
    async ({ params }) => {
      const status = findLink(services, params.id);
      return toLinkView(status, services.model, services.listeners(), services.clocks(status.link));
    },
  );

  api.get(
    '/links/:id/plan',
    {
      config,
      schema: {
        operationId: 'getLinkPlan',
        summary: 'The poll plan of a connection as it stands now',
        description: 'Requests in order of device and address, with what the devices have answered last.',
        tags,
        params: IdParams,
        response: ok(PlanViewSchema),
      },
    },
    async ({ params }) => {
      const { link } = findLink(services, params.id);
      return toPlanView(link, services.requests(link), services.model);
    },
  );
}

/** @throws RiserError `not-found`. */
function findLink(services: ApiServices, id: string): LinkStatus {
  const link = toId<LinkId>(id);
  const status = services.links().find((one) => one.link === link);
  if (status === undefined) throw new RiserError('not-found', { what: NOUNS.link });
  return status;
}
