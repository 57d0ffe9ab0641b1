/** Turns the poll plan of a link into what the API shows, with its totals. Pure; the plan itself is acquisition's. */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { LinkId } from '../core/ids.ts';
import type { RequestBlock, RequestStatus } from '../core/link.ts';
import { toExceptionText } from '../core/modbus-exceptions.ts';
import { toPlanLoad } from '../core/plan-load.ts';
import type { PlanView } from './link-schema.ts';

export function toPlanView(link: LinkId, requests: readonly RequestStatus[], model: SiteModel): PlanView {
  const items = requests.map((request) => toRequestView(request, model));
  return { link, requests: items, totals: toTotals(requests, items) };
}

function toRequestView(request: RequestStatus, model: SiteModel): PlanView['requests'][number] {
  const { exceptionCode, block } = request;
  return {
    ...request,
    points: request.points.map((index) => toPointId(index, model)),
    block: block === null ? null : toBlockView(block, model),
    exceptionText: exceptionCode === null ? null : toExceptionText(exceptionCode),
  };
}

function toBlockView(
  { places, ...block }: RequestBlock,
  model: SiteModel,
): PlanView['requests'][number]['block'] {
  if (places === undefined) return block;
  const toId = (point: number | null) => (point === null ? null : toPointId(point, model));
  return { ...block, places: places.map((place) => ({ ...place, point: toId(place.point) })) };
}

function toPointId(index: number, { points }: SiteModel): string {
  return defined(points[index], 'a point of a request').id;
}

function toTotals(plan: readonly RequestStatus[], shown: PlanView['requests']): PlanView['totals'] {
  const { requests, points, requestsPerSecond, loadRatio, coverage } = toPlanLoad(plan);
  return {
    requests,
    points,
    requestsPerSecond,
    loadRatio,
    coverage,
    refusedPoints: shown.flatMap(({ points: refused, label, exceptionCode, exceptionText }) =>
      exceptionCode === null || exceptionText === null
        ? []
        : refused.map((point) => ({ point, label, exceptionCode, exceptionText })),
    ),
  };
}
