/** The past of several points in one call: curves of a range, and the whole building at one instant. */
import { RiserError } from '../../core/errors.ts';
import { type EquipmentId, toId } from '../../core/ids.ts';
import { ok } from '../answers.ts';
import type { Api, ApiContext } from '../context.ts';
import { parsePoints, toRange, untilGone } from '../history-range.ts';
import { HistoriesSchema, type InstantPointView, InstantSchema } from '../history-schema.ts';
import { forEachInTurns } from '../in-turns.ts';
import { NOUNS } from '../nouns.ts';
import { HistoriesQuery, InstantQuery } from '../request-schemas.ts';
import type { ApiServices } from '../services.ts';
import { toHistoryView, toInstantPointView, toMissingView } from '../views.ts';

/** Curves of one picture: more cannot be told apart. */
const MAX_CURVES = 20;

const tags = ['history'];

export function historyRoutes(api: Api, { services }: ApiContext): void {
  const config = { permission: 'site.read' } as const;

  api.get(
    '/history',
    {
      config,
      schema: {
        operationId: 'getHistories',
        summary: 'What was read of several points, for curves over one range',
        description: 'Each as the history of one point; in the order asked.',
        tags,
        querystring: HistoriesQuery,
        response: ok(HistoriesSchema),
      },
    },
    async ({ query }, reply) => {
      const points = parsePoints(services, query.points, MAX_CURVES);
      const range = toRange(query, services.clock.now().wallMs);
      const signal = untilGone(reply);
      const items = points.map(async (point) => {
        const asked = { point: point.index, ...range, maxPoints: query.maxPoints };
        const history = await services.history.history(asked, signal);
        return toHistoryView(point, range, history, services.model.site.timeZone);
      });
      return { items: await Promise.all(items) };
    },
  );

  api.get(
    '/history/instant',
    {
      config,
      schema: {
        operationId: 'getInstant',
        summary: 'What stood at one instant: all points, or those of one equipment',
        description: 'Of each point the last reading at or before the instant, and how old it was then.',
        tags,
        querystring: InstantQuery,
        response: ok(InstantSchema),
      },
    },
    async ({ query }, reply) => toInstant(services, query, untilGone(reply)),
  );
}

/** Texts are not kept, so they have no past. */
async function toInstant(
  { model, clock, history }: ApiServices,
  query: { readonly at?: number; readonly equipment?: string },
  signal: AbortSignal,
) {
  const { equipment } = query;
  if (equipment !== undefined && !model.equipment.has(toId<EquipmentId>(equipment))) {
    throw new RiserError('not-found', { what: NOUNS.equipment });
  }
  const atMs = Math.min(query.at ?? Number.POSITIVE_INFINITY, clock.now().wallMs);
  const points = model.points.filter(
    (point) => point.type !== 'text' && (equipment === undefined || point.equipment === equipment),
  );
  const { readings, missing } = await history.instant(
    { points: points.map(({ index }) => index), atMs },
    signal,
  );
  const items: InstantPointView[] = [];
  await forEachInTurns(points.length, (at) => {
    const [point, reading] = [points[at], readings[at]];
    if (point !== undefined && reading !== undefined) items.push(toInstantPointView(point, reading, atMs));
  });
  return { atMs, ...toMissingView(missing, model.site.timeZone), items, total: items.length };
}
