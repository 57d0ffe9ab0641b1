/** The site itself and its links to the field. */

import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { LinkViewSchema, SiteViewSchema } from '../schemas.ts';
import { toLinkView } from '../views.ts';

export function siteRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/site',
    {
      config,
      schema: { operationId: 'getSite', summary: 'The site', tags: ['site'], response: ok(SiteViewSchema) },
    },
    async () => {
      const { id, name, timeZone } = services.model.site;
      return { id, name, timeZone, version: services.version, hasSimulation: services.simulation !== null };
    },
  );

  api.get(
    '/links',
    {
      config,
      schema: {
        operationId: 'listLinks',
        summary: 'Connections',
        tags: ['site'],
        response: ok(listOf(LinkViewSchema)),
      },
    },
    async () => {
      const items = services.links().map((status) => toLinkView(status, services.model));
      return { items, total: items.length };
    },
  );
}
