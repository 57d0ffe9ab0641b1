/** How well an equipment can be seen: points with a value, what is bad and why, when it was last heard. Pure. */
import type { PointDefinition } from '../api/types.ts';
import { isBadCode, isMissing, isUncertainCode, NO_DATA_CODE, type PointState } from '../live/point-state.ts';

export interface Health {
  readonly total: number;
  /** Points with a value that is beyond doubt. */
  readonly good: number;
  readonly uncertain: number;
  /** Points that lack a value which they should have: zones that are not programmed are bad, but none of these. */
  readonly missing: number;
  /** By reason, the most frequent first. */
  readonly bad: readonly BadGroup[];
  /** Of the youngest reading that is not bad, UTC ms; null = none yet. */
  readonly lastHeardMs: number | null;
}

export interface BadGroup {
  /** core/quality.ts. */
  readonly code: number;
  readonly points: readonly PointDefinition[];
  /** When one of them was good for the last time, UTC ms; null = never, or not known. */
  readonly lastGoodMs: number | null;
}

export function toHealth(
  points: readonly PointDefinition[],
  get: (point: string) => PointState | undefined,
): Health {
  const states = points.map((point) => ({ point, state: get(point.id) }));
  const bad = states.filter(({ state }) => isBadCode(toCode(state)));
  const uncertain = states.filter(({ state }) => isUncertainCode(toCode(state))).length;
  const heard = states.flatMap(({ state }) =>
    state === undefined || state.receivedMs === null || isBadCode(state.qualityCode)
      ? []
      : [state.receivedMs],
  );
  const past = bad.flatMap(({ state }) => toLastGoodMs(state) ?? []);
  return {
    total: points.length,
    good: points.length - bad.length - uncertain,
    uncertain,
    missing: states.filter(({ state }) => isMissing(state)).length,
    bad: [...Map.groupBy(bad, ({ state }) => toCode(state))]
      .map(([code, group]) => ({
        code,
        points: group.map(({ point }) => point),
        lastGoodMs: toHighest(group.flatMap(({ state }) => toLastGoodMs(state) ?? [])),
      }))
      .sort((a, b) => b.points.length - a.points.length),
    lastHeardMs: toHighest(heard.length > 0 ? heard : past),
  };
}

function toCode(state: PointState | undefined): number {
  return state?.qualityCode ?? NO_DATA_CODE;
}

function toLastGoodMs(state: PointState | undefined): number | null {
  return state?.lastGood?.receivedMs ?? null;
}

function toHighest(times: readonly number[]): number | null {
  return times.length === 0 ? null : Math.max(...times);
}
