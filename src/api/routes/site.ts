/** The site itself, and its places. */
import { listOf, ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { LocationSchema, SiteViewSchema } from '../schemas.ts';

export function siteRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/site',
    {
      config,
      schema: { operationId: 'getSite', summary: 'The site', tags: ['site'], response: ok(SiteViewSchema) },
    },
    async () => {
      const { site, policy, calendars } = services.model;
      const { id, name, timeZone } = site;
      return {
        id,
        name,
        timeZone,
        version: services.version,
        hasSimulation: services.simulation !== null,
        shelveMaxMs: { ...policy.alarms.shelveMaxMs, 'life-safety': 0 },
        calendars: [...calendars.values()].map(({ id: calendar, name: hours }) => ({
          id: calendar,
          name: hours,
        })),
      };
    },
  );

  api.get(
    '/locations',
    {
      config,
      schema: {
        operationId: 'listLocations',
        summary: 'Places of the register (building, floor, room), each behind what it lies in',
        tags: ['site'],
        response: ok(listOf(LocationSchema)),
      },
    },
    () => {
      const items = [...services.model.locations.values()].map(({ id, parent, path }) => ({
        id,
        parent,
        path,
      }));
      return { items, total: items.length };
    },
  );
}
