/** Points with their latest value and their history. */
import type { Static } from 'typebox';
import type { PointDef } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId, toPointId } from '../../core/ids.ts';
import { listOf, ok, Point } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { PointHistorySchema } from '../history-schema.ts';
import { NOUNS } from '../nouns.ts';
import { HistoryQuery, PointParams, PointsQuery } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { InputError } from '../validation.ts';
import { toHistoryView, toPointView } from '../views.ts';

/** Range of a curve when the request names no beginning. */
const DEFAULT_RANGE_MS = 3_600_000;

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
          'Minimum, maximum, mean and last of each stretch, or the readings themselves where they are few enough. Covers what was read since the start of the gateway; `coveredFromMs` says since when.',
        tags,
        params: PointParams,
        querystring: HistoryQuery,
        response: ok(PointHistorySchema),
      },
    },
    async ({ params, query }) => {
      const point = findPoint(services, params);
      const range = toRange(query, services.clock.now().wallMs);
      const asked = { point: point.index, ...range, maxPoints: query.maxPoints };
      return toHistoryView(point, range, await services.history.history(asked));
    },
  );
}

/** @throws RiserError `not-found`. */
function findPoint({ model }: ApiServices, { equipment, point }: Static<typeof PointParams>): PointDef {
  const index = model.pointIndex.get(toPointId(toId<EquipmentId>(equipment), point));
  if (index === undefined) throw new RiserError('not-found', { what: NOUNS.point });
  return defined(model.points[index], 'a point of the index');
}

interface Range {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Up to and with now; nothing is known of the future. @throws InputError when the range is empty. */
function toRange({ from, to }: Static<typeof HistoryQuery>, nowMs: number): Range {
  const toMs = Math.min(to ?? Number.POSITIVE_INFINITY, nowMs + 1);
  const fromMs = from ?? Math.max(0, toMs - DEFAULT_RANGE_MS);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new InputError([{ path: 'query.from', expected: 'a time before `to` and before now' }]);
}
