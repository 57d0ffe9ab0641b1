/** The stretch of time on show and how it moves: zoom around a time, a stretch that was drawn, steps to the side. Pure. */
import { LAST_RANGES, MAX_RANGE_MS, MIN_RANGE_MS, type TrendRange } from './trend-address.ts';

/** UTC ms. */
export interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A range that ends this close to now is one that moves with the time. */
const LIVE_RATIO = 0.02;

export function toWindow(range: TrendRange, nowMs: number): Window {
  if (range.type === 'between') return { fromMs: range.fromMs, toMs: range.toMs };
  return { fromMs: nowMs - LAST_RANGES[range.id], toMs: nowMs };
}

/** @param factor below 1 = closer; the time keeps its place on the screen */
export function zoomAround({ fromMs, toMs }: Window, atMs: number, factor: number): Window {
  const length = clamp((toMs - fromMs) * factor, MIN_RANGE_MS, MAX_RANGE_MS);
  const share = (clamp(atMs, fromMs, toMs) - fromMs) / (toMs - fromMs);
  return { fromMs: atMs - length * share, toMs: atMs + length * (1 - share) };
}

/** @param share of what is on show; negative = earlier */
export function moveBy({ fromMs, toMs }: Window, share: number): Window {
  const step = (toMs - fromMs) * share;
  return { fromMs: fromMs + step, toMs: toMs + step };
}

/** Two times in any order; a stretch that is too short grows around its middle. */
export function toStretch(oneMs: number, otherMs: number): Window {
  const [fromMs, toMs] = [Math.min(oneMs, otherMs), Math.max(oneMs, otherMs)];
  if (toMs - fromMs >= MIN_RANGE_MS) return { fromMs, toMs };
  const middle = (fromMs + toMs) / 2;
  return { fromMs: middle - MIN_RANGE_MS / 2, toMs: middle + MIN_RANGE_MS / 2 };
}

/** Never into the future; one of the lengths on offer that ends now moves with the time again. */
export function toRangeOf(window: Window, nowMs: number): TrendRange {
  const length = Math.min(window.toMs - window.fromMs, MAX_RANGE_MS);
  const toMs = Math.min(window.toMs, nowMs);
  const isNow = nowMs - toMs <= length * LIVE_RATIO;
  const id = Object.entries(LAST_RANGES).find(([, ms]) => Math.abs(ms - length) <= length * LIVE_RATIO)?.[0];
  if (isNow && id !== undefined) return { type: 'last', id: id as keyof typeof LAST_RANGES };
  return { type: 'between', fromMs: Math.max(0, Math.round(toMs - length)), toMs: Math.round(toMs) };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
