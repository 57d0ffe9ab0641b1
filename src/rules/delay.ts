/**
 * On-delay, off-delay and holds, the same for every rule type (alarms.md B3).
 *
 * - Raise when TRUE has been continuous for `onDelayMs` and at least `minGoodSamples` samples said so.
 * - Return when FALSE has been continuous for `offDelayMs`; TRUE inside it cancels the return.
 * - UNKNOWN raises nothing and returns nothing: running delays stand still; after `unknownHoldMs` they start anew.
 *
 * Durations are monotonic. `stepDelay` is called with every sample and on every sweep, so that a delay also ends
 * between samples.
 */
import type { Now } from '../core/clock.ts';
import type { Condition } from './rule.ts';

export interface DelayParams {
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly minGoodSamples: number;
  readonly unknownHoldMs: number;
}

export interface DelayState {
  /** What the alarm follows: the condition after delays. */
  readonly isActive: boolean;
  readonly condition: Condition;
  /** Running delay: towards raising (`on`) or returning (`off`); null when none runs. */
  readonly timer: DelayTimer | null;
  /** Monotonic time since when the condition is UNKNOWN; null while it is known. */
  readonly unknownSinceMonoMs: number | null;
  readonly unknownSinceMs: number | null;
  /** First wall time at which the present TRUE stretch was seen; null while FALSE. */
  readonly onsetAtMs: number | null;
}

export interface DelayTimer {
  readonly direction: 'on' | 'off';
  /** Time counted so far; the stretch since `countedToMonoMs` is not in it yet. */
  readonly elapsedMs: number;
  readonly countedToMonoMs: number;
  readonly goodSamples: number;
}

export const IDLE_DELAY: DelayState = {
  isActive: false,
  condition: 'unknown',
  timer: null,
  unknownSinceMonoMs: null,
  unknownSinceMs: null,
  onsetAtMs: null,
};

/** @param isSample a fresh sample was judged (false on a sweep). Returns `state` itself when nothing changed. */
export function stepDelay(
  params: DelayParams,
  state: DelayState,
  condition: Condition,
  isSample: boolean,
  now: Now,
): DelayState {
  if (condition === 'unknown') return stepUnknown(params, state, now);
  const wantsActive = condition === 'true';
  const onsetAtMs = wantsActive ? (state.onsetAtMs ?? now.wallMs) : state.isActive ? state.onsetAtMs : null;
  const known = { condition, unknownSinceMonoMs: null, unknownSinceMs: null, onsetAtMs };
  if (wantsActive === state.isActive) {
    const isSame = state.condition === condition && state.timer === null && state.onsetAtMs === onsetAtMs;
    return isSame ? state : { ...state, ...known, timer: null };
  }
  const timer = advance(state, wantsActive ? 'on' : 'off', isSample, now);
  return isDone(params, timer)
    ? { ...state, ...known, isActive: wantsActive, timer: null, onsetAtMs: wantsActive ? onsetAtMs : null }
    : { ...state, ...known, timer };
}

function stepUnknown(params: DelayParams, state: DelayState, now: Now): DelayState {
  const since = state.unknownSinceMonoMs ?? now.monoMs;
  const isHeldTooLong = state.timer !== null && now.monoMs - since >= params.unknownHoldMs;
  if (state.condition === 'unknown' && state.unknownSinceMonoMs !== null && !isHeldTooLong) return state;
  return {
    ...state,
    condition: 'unknown',
    unknownSinceMonoMs: since,
    unknownSinceMs: state.unknownSinceMs ?? now.wallMs,
    // What was counted until the data went bad stays; the blind stretch itself is never counted.
    timer: isHeldTooLong ? null : pause(state, now),
    onsetAtMs: isHeldTooLong && !state.isActive ? null : state.onsetAtMs,
  };
}

function pause(state: DelayState, now: Now): DelayTimer | null {
  if (state.timer === null || state.condition === 'unknown') return state.timer;
  const { timer } = state;
  return {
    ...timer,
    elapsedMs: timer.elapsedMs + now.monoMs - timer.countedToMonoMs,
    countedToMonoMs: now.monoMs,
  };
}

function advance(state: DelayState, direction: 'on' | 'off', isSample: boolean, now: Now): DelayTimer {
  const { timer } = state;
  const good = isSample ? 1 : 0;
  if (timer === null || timer.direction !== direction) {
    return { direction, elapsedMs: 0, countedToMonoMs: now.monoMs, goodSamples: good };
  }
  const passed = state.condition === 'unknown' ? 0 : now.monoMs - timer.countedToMonoMs;
  return {
    direction,
    elapsedMs: timer.elapsedMs + passed,
    countedToMonoMs: now.monoMs,
    goodSamples: timer.goodSamples + good,
  };
}

function isDone(params: DelayParams, timer: DelayTimer): boolean {
  if (timer.direction === 'off') return timer.elapsedMs >= params.offDelayMs;
  return timer.elapsedMs >= params.onDelayMs && timer.goodSamples >= params.minGoodSamples;
}
