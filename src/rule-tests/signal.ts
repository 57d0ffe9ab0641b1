/** What a point gives at a time of the case, as its driver and the checks behind it would hand it on. */
import type { PointDef } from '../config/model.ts';
import type { QualityReason } from '../core/quality.ts';
import type { Signal, SignalStep } from './case.ts';
import type { TestReading } from './gateway.ts';

export interface Feed {
  readonly point: PointDef;
  readonly normal: number;
  readonly steps: readonly SignalStep[];
}

/** @returns null when no reading comes */
export function toReading({ point, normal, steps }: Feed, atMs: number): TestReading | null {
  const at = steps.findLastIndex(({ atMs: fromMs, signal }) => fromMs + toLateMs(signal) <= atMs);
  const step = steps[at];
  if (step === undefined) return toNumber(point, normal, null, 0);
  const { signal } = step;
  const sinceMs = atMs - step.atMs;
  if (signal.type === 'silent') {
    const isStale = point.staleMs !== null && sinceMs >= point.staleMs;
    return isStale ? { point: point.index, value: Number.NaN, quality: 'stale', lateMs: 0 } : null;
  }
  if (signal.type === 'held') {
    const value = signal.value ?? toHeld(steps.slice(0, at), step.atMs, normal);
    return toNumber(point, value, signal.quality, signal.lateMs);
  }
  return toNumber(point, toMoved(signal, sinceMs), null, 0);
}

function toLateMs(signal: Signal): number {
  return signal.type === 'held' ? signal.lateMs : 0;
}

/** The value that the last of the steps with one has come to. */
function toHeld(steps: readonly SignalStep[], atMs: number, normal: number): number {
  for (const { atMs: fromMs, signal } of steps.toReversed()) {
    if (signal.type === 'held' && signal.value !== null) return signal.value;
    if (signal.type === 'ramp' || signal.type === 'alternate') return toMoved(signal, atMs - fromMs);
  }
  return normal;
}

function toMoved(signal: Extract<Signal, { type: 'ramp' | 'alternate' }>, sinceMs: number): number {
  if (signal.type === 'ramp') {
    const { from, to, overMs } = signal;
    return from + (to - from) * Math.min(1, sinceMs / overMs);
  }
  const { values, everyMs } = signal;
  return values[Math.floor(sinceMs / everyMs) % values.length] ?? Number.NaN;
}

/** A good value that its point cannot have is what acquisition makes of it. */
function toNumber(
  { index, range, states }: PointDef,
  value: number,
  quality: QualityReason | null,
  lateMs: number,
): TestReading {
  const isOutside = range !== null && (value < range.min || value > range.max);
  const isUndeclared = states.size > 0 && !states.has(value);
  const made = isOutside ? 'out-of-range' : isUndeclared ? 'unknown-state' : 'good';
  return { point: index, value, quality: quality ?? made, lateMs };
}
