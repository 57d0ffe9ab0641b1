/** Points with their latest value. Their history is a matter of telemetry. */
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId, toPointId } from '../../core/ids.ts';
import { listOf, ok, Point } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { NOUNS } from '../nouns.ts';
import { PointParams, PointsQuery } from '../request-schemas.ts';
import { toPointView } from '../views.ts';

const tags = ['points'];

export function pointRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/points',
    {
      config,
      schema: {
        operationId: 'listPoints',
        summary: 'Latest value, quality and times of all points, or of one equipment’s own',
        tags,
        querystring: PointsQuery,
        response: ok(listOf(Point)),
      },
    },
    async ({ query }) => {
      const { equipment } = query;
      const { model, latest } = services;
      if (equipment !== undefined && !model.equipment.has(toId<EquipmentId>(equipment))) {
        throw new RiserError('not-found', { what: NOUNS.equipment });
      }
      const points = model.points.filter((point) => equipment === undefined || point.equipment === equipment);
      return { items: points.map((point) => toPointView(point, latest)), total: points.length };
    },
  );

  api.get(
    '/points/:equipment/:point',
    {
      config,
      schema: {
        operationId: 'getPoint',
        summary: 'One point',
        tags,
        params: PointParams,
        response: ok(Point),
      },
    },
    async ({ params }) => {
      const { model, latest } = services;
      const index = model.pointIndex.get(toPointId(toId<EquipmentId>(params.equipment), params.point));
      if (index === undefined) throw new RiserError('not-found', { what: NOUNS.point });
      return toPointView(defined(model.points[index], 'a point of the index'), latest);
    },
  );
}
