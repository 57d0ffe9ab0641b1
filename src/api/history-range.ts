/** What requests about the past have in common: the points asked for, the range of time, and whether the client still waits. */
import type { FastifyReply } from 'fastify';
import type { Static } from 'typebox';
import type { PointDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { type EquipmentId, type PointId, toId, toPointId } from '../core/ids.ts';
import { NOUNS } from './nouns.ts';
import type { PointParams } from './request-schemas.ts';
import type { ApiServices } from './services.ts';
import { InputError } from './validation.ts';

/** Range when the request names no beginning. */
const DEFAULT_RANGE_MS = 3_600_000;

export interface Range {
  /** UTC ms, included. */
  readonly fromMs: number;
  /** UTC ms, excluded. */
  readonly toMs: number;
}

type Model = Pick<ApiServices, 'model'>;

/** @throws RiserError `not-found`. */
export function findPoint({ model }: Model, { equipment, point }: Static<typeof PointParams>): PointDef {
  const index = model.pointIndex.get(toPointId(toId<EquipmentId>(equipment), point));
  if (index === undefined) throw new RiserError('not-found', { what: NOUNS.point });
  return defined(model.points[index], 'a point of the index');
}

/**
 * `a/b,c/d`: each once, in that order.
 * @throws InputError with every id that is no point, or when there are more than `max`.
 */
export function parsePoints({ model }: Model, list: string, max: number): readonly PointDef[] {
  const ids = [...new Set(list.split(','))];
  if (ids.length > max) throw new InputError([{ path: 'query.points', expected: `at most ${max} points` }]);
  const found = ids.map((id) => model.points[model.pointIndex.get(toId<PointId>(id)) ?? -1]);
  const problems = ids.flatMap((id, at) =>
    found[at] === undefined
      ? [{ path: `query.points[${at}]`, expected: `a point of the site, found "${id}"` }]
      : [],
  );
  if (problems.length > 0) throw new InputError(problems);
  return found.filter((point) => point !== undefined);
}

/** Up to and with now; nothing is known of the future. @throws InputError when the range is empty. */
export function toRange(
  { from, to }: { readonly from?: number; readonly to?: number },
  nowMs: number,
): Range {
  const toMs = Math.min(to ?? Number.POSITIVE_INFINITY, nowMs + 1);
  const fromMs = from ?? Math.max(0, toMs - DEFAULT_RANGE_MS);
  if (fromMs < toMs) return { fromMs, toMs };
  throw new InputError([{ path: 'query.from', expected: 'a time before `to` and before now' }]);
}

/** Aborted when the connection ends before the answer has. */
export function untilGone({ raw }: Pick<FastifyReply, 'raw'>): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
