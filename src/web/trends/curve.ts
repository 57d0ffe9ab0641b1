/** One chosen point as something to draw: its values over time, its states, its quality, what stood at a time. Pure. */
import type { PointDefinition, PointHistory } from '../api/types.ts';
import {
  findSample,
  type Pair,
  type TailSample,
  type TrendSeries,
  toStateAxis,
  toTrendSeries,
} from '../equipment/trend-data.ts';

export interface Curve {
  /** Place among the chosen points, from 0: gives colour, dash and number. */
  readonly slot: number;
  readonly point: PointDefinition;
  readonly history: PointHistory;
  readonly tail: readonly TailSample[];
  /** Heights are values; of states places in `states`. */
  readonly series: TrendSeries;
  /** Values that are states, from the bottom up; null = a number. */
  readonly states: readonly number[] | null;
}

interface CurveInput {
  readonly slot: number;
  readonly point: PointDefinition;
  readonly history: PointHistory;
  /** Oldest first; what lies within the history is left out. */
  readonly tail: readonly TailSample[];
  /** Until when the last value is known to stand, UTC ms. */
  readonly endMs: number;
}

export function toCurve({ slot, point, history, tail: given, endMs }: CurveInput): Curve {
  const tail = given.filter(({ atMs }) => atMs > history.toMs);
  const isState = isStatePoint(point);
  const states = isState ? toStateAxis(point, { history, tail }) : null;
  const toHeight = (value: number): number => (states === null ? value : states.indexOf(value));
  return {
    slot,
    point,
    history,
    tail,
    states,
    series: toTrendSeries({ history, tail, endMs, toHeight, isState }),
  };
}

export function isStatePoint({ type, states }: Pick<PointDefinition, 'type' | 'states'>): boolean {
  return type === 'boolean' || states.length > 0;
}

/** A stretch in which one state stood; UTC ms. */
export interface StateStretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly value: number;
  /** Place among the states, from 0. */
  readonly height: number;
}

/** Neighbours of the same state are one; gaps are left out. */
export function toStateStretches({
  states,
  series,
}: Pick<Curve, 'states' | 'series'>): readonly StateStretch[] {
  if (states === null) return [];
  const stretches: StateStretch[] = [];
  for (const [fromMs, toMs, height] of toSteps(series.curve)) {
    const value = states[height];
    if (value === undefined) continue;
    const last = stretches.at(-1);
    if (last?.value === value && last.toMs >= fromMs) stretches[stretches.length - 1] = { ...last, toMs };
    else stretches.push({ fromMs, toMs, value, height });
  }
  return stretches;
}

/** Where a state changed to and fro within what one sample stands for; UTC ms. */
export function toMixedStretches({ series }: Pick<Curve, 'series'>): readonly (readonly [number, number])[] {
  const mixed: [number, number][] = [];
  for (const [fromMs, toMs, spread] of toSteps(series.spread)) {
    if (spread <= 0) continue;
    const last = mixed.at(-1);
    if (last !== undefined && last[1] >= fromMs) last[1] = toMs;
    else mixed.push([fromMs, toMs]);
  }
  return mixed;
}

/** Steps stand as two pairs, gaps as one. */
function toSteps(pairs: readonly Pair[]): readonly (readonly [number, number, number])[] {
  const steps: [number, number, number][] = [];
  for (let at = 0; at < pairs.length; at++) {
    const [fromMs, height] = pairs[at] as Pair;
    const end = pairs[at + 1];
    if (height === null || end === undefined) continue;
    steps.push([fromMs, end[0], height]);
    at++;
  }
  return steps;
}

/** What is known of a point at one time. */
export interface Standing {
  /** Mean where the sample stands for a stretch, of a state its last; null = no usable value. */
  readonly value: number | null;
  /** Of the stretch; null where the sample is a reading, or has no spread. */
  readonly min: number | null;
  readonly max: number | null;
  readonly level: 'good' | 'uncertain' | 'bad' | 'unknown';
  readonly code: number | null;
}

const UNKNOWN: Standing = { value: null, min: null, max: null, level: 'unknown', code: null };

export function toStanding({ history, tail, states, series }: Curve, atMs: number): Standing {
  const sample = findSample({ history, tail }, atMs);
  const stretch = series.quality.find(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs);
  if (sample === undefined || stretch?.level === 'unknown') return UNKNOWN;
  const isLive = (tail[0]?.atMs ?? Number.POSITIVE_INFINITY) <= atMs;
  const hasSpread = history.bucketMs > 0 && !isLive && sample.min !== sample.max;
  return {
    value: history.bucketMs > 0 && !isLive && states === null ? sample.mean : sample.last,
    min: hasSpread ? sample.min : null,
    max: hasSpread ? sample.max : null,
    level: stretch?.level ?? 'good',
    code: stretch?.code ?? sample.quality,
  };
}
