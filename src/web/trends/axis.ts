/** Ticks that people can read: times on the clocks of the site, values in round steps. Pure. */
import type { SiteTime } from './site-time.ts';
import type { Window } from './window.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const TIME_STEPS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((count) => count * HOUR_MS),
  ...[1, 2, 7, 14, 30, 60].map((count) => count * DAY_MS),
];
const LONGEST_STEP_MS = 60 * DAY_MS;

export interface TimeTick {
  readonly atMs: number;
  /** `14:05`, `14:05:30`, at midnight and for days `11-21`. */
  readonly text: string;
  readonly isDay: boolean;
}

/** @param most ticks that fit */
export function toTimeTicks({ fromMs, toMs }: Window, most: number, time: SiteTime): readonly TimeTick[] {
  const least = (toMs - fromMs) / Math.max(1, most);
  const step = TIME_STEPS_MS.find((size) => size >= least) ?? LONGEST_STEP_MS;
  const ticks: TimeTick[] = [];
  const lastMs = time.toLocal(toMs);
  for (let at = Math.ceil(time.toLocal(fromMs) / step) * step; at <= lastMs; at += step) {
    const atMs = time.toUtc(at);
    const isDay = at % DAY_MS === 0;
    if (atMs >= fromMs && atMs <= toMs) ticks.push({ atMs, isDay, text: toTickText(at, step, isDay) });
  }
  return ticks;
}

function toTickText(localMs: number, step: number, isDay: boolean): string {
  const text = new Date(localMs).toISOString();
  if (isDay) return text.slice(5, 10);
  return text.slice(11, step < MINUTE_MS ? 19 : 16);
}

export interface ValueScale {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
  /** Digits after the decimal point that tell the ticks apart. */
  readonly decimals: number;
}

/** Room above and below the curve, so that it does not run along the edge. */
const MARGIN_RATIO = 0.06;

/**
 * @param least smallest difference worth showing: noise of the last digit must not fill the picture
 * @param most ticks that fit
 */
export function toValueScale(lowest: number, highest: number, least: number, most: number): ValueScale {
  const middle = (lowest + highest) / 2;
  const spread = Math.max(highest - lowest, least, Math.abs(middle) * 1e-9);
  const min = middle - spread * (0.5 + MARGIN_RATIO);
  const max = middle + spread * (0.5 + MARGIN_RATIO);
  const step = toNiceStep((max - min) / Math.max(1, most));
  const first = Math.ceil(min / step);
  const count = Math.floor(max / step) - first + 1;
  const ticks = Array.from({ length: Math.max(0, count) }, (_, at) => (first + at) * step);
  return { min, max, ticks, decimals: Math.max(0, -Math.floor(Math.log10(step) + 1e-9)) };
}

/** 1, 2 or 5 times a power of ten, not below. */
function toNiceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((count) => count * power >= rough * (1 - 1e-9)) ?? 10) * power;
}
