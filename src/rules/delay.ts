/**
 * On-delay, off-delay and holds, the same for every rule type (alarms.md B3). Pure.
 *
 * - Raise when TRUE has been continuous for `onDelayMs` and at least `minGoodSamples` samples said so.
 * - Return when FALSE has been continuous for `offDelayMs`; TRUE inside it cancels the return.
 * - UNKNOWN raises nothing and returns nothing: running delays stand still. After `unknownHoldMs` a running delay is
 *   forgotten, the one towards returning too: what was seen before a long blind stretch proves nothing after it.
 *   After `blindAfterMs` the state says that it is blind.
 *
 * Two steps, both with monotonic time: `passTime` brings what was known up to now, so that what a delay decides does
 * not depend on where samples and sweeps fall; `takeCondition` then takes a judgement.
 */
import type { Now } from '../core/clock.ts';
import type { Condition } from './rule.ts';

export interface DelayParams {
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly minGoodSamples: number;
  readonly unknownHoldMs: number;
  readonly blindAfterMs: number;
}

export interface DelayState {
  /** What the alarm follows: the condition after delays. */
  readonly isActive: boolean;
  readonly condition: Condition;
  /** Running delay: towards raising (`on`) or returning (`off`); null when none runs. */
  readonly timer: DelayTimer | null;
  /** Since when the condition is UNKNOWN; null while it is known, and before anything was judged. */
  readonly unknownSince: { readonly monoMs: number; readonly wallMs: number } | null;
  /** The wall time of `unknownSince` once that is `blindAfterMs` ago; null before, and while it is known. */
  readonly blindSinceMs: number | null;
  /** First wall time at which the present TRUE stretch was seen; null while FALSE. */
  readonly onsetAtMs: number | null;
}

export interface DelayTimer {
  readonly direction: 'on' | 'off';
  /** Time counted until `countedToMonoMs`; what has passed since then counts while the condition is known. */
  readonly elapsedMs: number;
  /** While the condition is UNKNOWN: since when the delay stands still. */
  readonly countedToMonoMs: number;
  readonly goodSamples: number;
}

export const IDLE_DELAY: DelayState = {
  isActive: false,
  condition: 'unknown',
  timer: null,
  unknownSince: null,
  blindSinceMs: null,
  onsetAtMs: null,
};

/** FALSE and nothing runs: what nearly every rule says nearly always, so all of them share it. */
const QUIET_DELAY: DelayState = { ...IDLE_DELAY, condition: 'false' };

/** Ends delays and holds that have run out. Returns `state` itself when nothing is due. */
export function passTime(params: DelayParams, state: DelayState, now: Now): DelayState {
  if (state.condition === 'unknown') return passUnknown(params, state, now);
  return state.timer !== null && isDone(params, state, state.timer, now) ? turn(state) : state;
}

/**
 * Takes what a sample (or the end of the grace) says, `passTime` done. Returns `state` itself when nothing changes.
 * @param isSample whether a fresh sample was judged
 */
export function takeCondition(
  params: DelayParams,
  state: DelayState,
  condition: Condition,
  isSample: boolean,
  now: Now,
): DelayState {
  if (condition === 'unknown') return loseSight(state, now);
  const wantsActive = condition === 'true';
  if (!wantsActive && !state.isActive) return QUIET_DELAY;
  const onsetAtMs = wantsActive ? (state.onsetAtMs ?? now.wallMs) : state.onsetAtMs;
  const isSteady = wantsActive === state.isActive;
  if (isSteady && state.condition === condition && state.timer === null && state.onsetAtMs === onsetAtMs) {
    return state;
  }
  const timer = isSteady ? null : advance(state, wantsActive ? 'on' : 'off', isSample, now);
  const known = { ...state, condition, timer, unknownSince: null, blindSinceMs: null, onsetAtMs };
  return passTime(params, known, now);
}

/** Time counted towards the end of the running delay; null when none runs. */
export function toElapsedMs(state: DelayState, now: Now): number | null {
  const { timer, condition } = state;
  if (timer === null) return null;
  return timer.elapsedMs + (condition === 'unknown' ? 0 : now.monoMs - timer.countedToMonoMs);
}

/** Monotonic time from which on `passTime` changes the state; Infinity = never without a sample. */
export function toDueMonoMs(params: DelayParams, state: DelayState): number {
  const { timer, unknownSince: since } = state;
  if (state.condition === 'unknown') {
    const forgottenMs =
      timer === null ? Number.POSITIVE_INFINITY : timer.countedToMonoMs + params.unknownHoldMs;
    const isSighted = since !== null && state.blindSinceMs === null;
    return Math.min(forgottenMs, isSighted ? since.monoMs + params.blindAfterMs : Number.POSITIVE_INFINITY);
  }
  if (timer === null) return Number.POSITIVE_INFINITY;
  const isShort = timer.direction === 'on' && timer.goodSamples < params.minGoodSamples;
  const lengthMs = timer.direction === 'on' ? params.onDelayMs : params.offDelayMs;
  return isShort ? Number.POSITIVE_INFINITY : timer.countedToMonoMs + lengthMs - timer.elapsedMs;
}

function passUnknown(params: DelayParams, state: DelayState, now: Now): DelayState {
  const { timer, unknownSince: since } = state;
  const isForgotten = timer !== null && now.monoMs - timer.countedToMonoMs > params.unknownHoldMs;
  const isBlind =
    since !== null && state.blindSinceMs === null && now.monoMs - since.monoMs >= params.blindAfterMs;
  if (!isForgotten && !isBlind) return state;
  return {
    ...state,
    ...(isForgotten && { timer: null, onsetAtMs: state.isActive ? state.onsetAtMs : null }),
    // By the wall clock as it is now: it may have been stepped since.
    ...(isBlind && { blindSinceMs: now.wallMs - (now.monoMs - since.monoMs) }),
  };
}

/** What was counted until the data went bad stays; the blind stretch itself is never counted. */
function loseSight(state: DelayState, now: Now): DelayState {
  if (state.unknownSince !== null) return state;
  // After a restart the delay stands still already.
  const isRunning = state.timer !== null && state.condition !== 'unknown';
  const elapsedMs = toElapsedMs(state, now) ?? 0;
  return {
    ...state,
    condition: 'unknown',
    unknownSince: { monoMs: now.monoMs, wallMs: now.wallMs },
    timer: isRunning ? { ...state.timer, elapsedMs, countedToMonoMs: now.monoMs } : state.timer,
  };
}

function advance(state: DelayState, direction: 'on' | 'off', isSample: boolean, now: Now): DelayTimer {
  const good = isSample ? 1 : 0;
  const countedToMonoMs = now.monoMs;
  if (state.timer?.direction !== direction) {
    return { direction, elapsedMs: 0, countedToMonoMs, goodSamples: good };
  }
  const goodSamples = state.timer.goodSamples + good;
  return { direction, elapsedMs: toElapsedMs(state, now) ?? 0, countedToMonoMs, goodSamples };
}

function isDone(params: DelayParams, state: DelayState, timer: DelayTimer, now: Now): boolean {
  const elapsedMs = toElapsedMs(state, now) ?? 0;
  if (timer.direction === 'off') return elapsedMs >= params.offDelayMs;
  return elapsedMs >= params.onDelayMs && timer.goodSamples >= params.minGoodSamples;
}

/** The delay is over: the alarm follows the condition. */
function turn(state: DelayState): DelayState {
  return state.isActive ? QUIET_DELAY : { ...state, isActive: true, timer: null };
}
