/** Turns the poll plan of a link into what the API shows, with its totals. Pure; the plan itself is acquisition's. */
import type { SiteModel } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { LinkId } from '../core/ids.ts';
import type { RequestBlock, RequestStatus } from '../core/link.ts';
import { toExceptionText } from './exceptions.ts';
import type { PlanView } from './link-schema.ts';

const SECOND_MS = 1_000;

export function toPlanView(link: LinkId, requests: readonly RequestStatus[], model: SiteModel): PlanView {
  const items = requests.map((request) => toRequestView(request, model));
  return { link, requests: items, totals: toTotals(items) };
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

function toTotals(requests: PlanView['requests']): PlanView['totals'] {
  const sum = (of: (request: PlanView['requests'][number]) => number): number =>
    requests.reduce((total, request) => total + of(request), 0);
  return {
    requests: requests.length,
    points: new Set(requests.flatMap(({ points }) => points)).size,
    requestsPerSecond: sum(({ pollMs }) => SECOND_MS / pollMs),
    loadRatio: sum(({ costMs, pollMs }) => costMs / pollMs),
    coverage: { used: sum(({ block }) => block?.used ?? 0), asked: sum(({ block }) => block?.count ?? 0) },
    refusedPoints: requests.flatMap(({ points, label, exceptionCode, exceptionText }) =>
      exceptionCode === null || exceptionText === null
        ? []
        : points.map((point) => ({ point, label, exceptionCode, exceptionText })),
    ),
  };
}
