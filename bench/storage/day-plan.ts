/**
 * The day of the bench, in simulated seconds: what every point shows and when, by the gateway's clock; when InfluxDB and the
 * gateway are struck. Parent, child and check work from it and share nothing else.
 */
import type { UplinkMode } from '../../test/e2e/day/uplink.ts';
import { LOAD_START_MS } from './load.ts';

export interface DayPlan {
  readonly points: number;
  /** 86,400 when it is a whole day. */
  readonly seconds: number;
  /** Simulated seconds in one of life. */
  readonly speed: number;
}

/** A stretch of InfluxDB's day, as shares of it. A server that is killed stays away until `to`. */
export interface Strike {
  readonly mode: UplinkMode;
  readonly from: number;
  readonly to: number;
}

/** Of 24 h: away for 3.6 h and for 1 h, slow for 2.4 h, 503 for 1.2 h. */
export const STRIKES: readonly Strike[] = [
  { mode: 'kill-half', from: 0.05, to: 0.2 },
  { mode: 'slow', from: 0.32, to: 0.42 },
  { mode: 'refuse', from: 0.5, to: 0.55 },
  { mode: 'kill-stored', from: 0.6, to: 0.64 },
];
/** The gateway is killed once at a random moment of each: while InfluxDB is away, slow, refuses, is there again, and late. */
export const KILL_SPANS: readonly (readonly [number, number])[] = [
  [0.08, 0.18],
  [0.33, 0.41],
  [0.51, 0.54],
  [0.66, 0.7],
  [0.92, 0.95],
];
/** The clock is set back here, for good. */
const STEP_AT = 0.75;
const STEP_BACK_S = 30;
/** And goes in steps here: several readings of a point in one millisecond. */
const COARSE: readonly [number, number] = [0.85, 0.86];
const GRAIN_MS = 5_000;
/** Beyond the seconds of a day, so that no value of a point is ever one of another. */
const POINT_STEP = 100_000;

/** What a point shows in a second: whole, different for each point and second, and so that sums of a day are exact. */
export function toDayValue(point: number, second: number): number {
  return point * POINT_STEP + second;
}

/** The gateway's wall clock in a second, UTC ms. */
export function toReceivedMs({ seconds }: DayPlan, second: number): number {
  const isStepped = second >= Math.floor(STEP_AT * seconds);
  const ms = LOAD_START_MS + (second - (isStepped ? STEP_BACK_S : 0)) * 1_000;
  const isCoarse = second >= COARSE[0] * seconds && second < COARSE[1] * seconds;
  return isCoarse ? ms - (ms % GRAIN_MS) : ms;
}

/** Seconds that a kill may have taken: `from` was not told to be durable, `to` was the last that may have begun. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** Count and sum of what a point must hold from second `from` to `to`, both included. */
export function sumOfDay(
  point: number,
  from: number,
  to: number,
): { readonly count: number; readonly sum: number } {
  const count = Math.max(0, to - from + 1);
  return { count, sum: count * point * POINT_STEP + ((from + to) * count) / 2 };
}
