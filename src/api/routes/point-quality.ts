/** Data-quality figures of points: the list for people. Those for Prometheus are in routes/operations.ts. */
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, type LinkId, toId } from '../../core/ids.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { choosePoints, listPointQuality } from '../point-quality-list.ts';
import { PointQualityListSchema, PointQualityQuery } from '../quality-schema.ts';
import type { ApiServices } from '../services.ts';

export function pointQualityRoutes(api: Api, { services }: ApiContext): void {
  api.get(
    '/points/quality',
    {
      config: { permission: 'site.read' },
      schema: {
        operationId: 'listPointQuality',
        summary: 'How good the data of points is, worst first, with a summary of the site and of each link',
        description: 'Counts and shares run from the start of the gateway.',
        tags: ['points'],
        querystring: PointQualityQuery,
        response: ok(PointQualityListSchema),
      },
    },
    async ({ query }) => {
      const { equipment, link, only, limit, offset } = query;
      refuseUnknown(services, equipment, link);
      const points = choosePoints(services.model, equipment, link);
      return listPointQuality(services, { points, only, limit, offset });
    },
  );
}

/** @throws RiserError `not-found`. */
function refuseUnknown(
  { model }: ApiServices,
  equipment: string | undefined,
  link: string | undefined,
): void {
  if (equipment !== undefined && !model.equipment.has(toId<EquipmentId>(equipment)))
    throw new RiserError('not-found', { what: NOUNS.equipment });
  if (link !== undefined && !model.links.has(toId<LinkId>(link)))
    throw new RiserError('not-found', { what: NOUNS.link });
}
