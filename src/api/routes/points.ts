/** Points with their latest value and their history. */
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import { listOf, ok, Point } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { findPoint, toRange, untilGone } from '../history-range.ts';
import { PointHistorySchema } from '../history-schema.ts';
import { NOUNS } from '../nouns.ts';
import { HistoryQuery, PointParams, PointsQuery } from '../request-schemas.ts';
import { toHistoryView, toPointView } from '../views.ts';

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
      const { model, latest, texts } = services;
      if (equipment !== undefined && !model.equipment.has(toId<EquipmentId>(equipment))) {
        throw new RiserError('not-found', { what: NOUNS.equipment });
      }
      const points = model.points.filter((point) => equipment === undefined || point.equipment === equipment);
      return { items: points.map((point) => toPointView(point, latest, texts)), total: points.length };
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
    async ({ params }) => toPointView(findPoint(services, params), services.latest, services.texts),
  );

  api.get(
    '/points/:equipment/:point/history',
    {
      config,
      schema: {
        operationId: 'getPointHistory',
        summary: 'What was read of a point, for a curve',
        description:
          'Minimum, maximum, mean and last of each stretch, or the readings themselves where they are few enough. `coveredFromMs` says since when anything is known, `missing` what could not be asked.',
        tags,
        params: PointParams,
        querystring: HistoryQuery,
        response: ok(PointHistorySchema),
      },
    },
    async ({ params, query }, reply) => {
      const point = findPoint(services, params);
      const range = toRange(query, services.clock.now().wallMs);
      const asked = { point: point.index, ...range, maxPoints: query.maxPoints };
      const history = await services.history.history(asked, untilGone(reply));
      return toHistoryView(point, range, history, services.model.site.timeZone);
    },
  );
}
