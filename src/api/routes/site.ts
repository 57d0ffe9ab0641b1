/** The site itself. */
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { SiteViewSchema } from '../schemas.ts';

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
}
