/**
 * A step of the wall clock, as it is handed to whatever runs. Most steps say nothing of how much time has passed: what runs keeps its
 * time left. Only one that puts right a start with the clock behind says how long the gateway was off (engine/wall-clock.ts).
 */

export interface ClockStep {
  /** How far the wall clock was set, whole ms; negative = back, 0 = not. */
  readonly stepMs: number;
  /** null = it says nothing of time that was not counted. */
  readonly offline: OfflineTime | null;
}

/** Time that passed while the gateway was off, found out after the start: it counts for what ran before, and for nothing else. */
export interface OfflineTime {
  /** Whole ms, above 0. */
  readonly offlineMs: number;
  /** When the gateway started, by the wall clock as it was before this step; UTC ms. */
  readonly startMs: number;
  /** Time of the marks of the step over that start (tickets/clock-timeline.ts), as written; null = it is this very step. */
  readonly markMs: number | null;
}

export const NO_STEP: ClockStep = { stepMs: 0, offline: null };

/** How far to move what has run since the given moment, ms. @param sinceMs by the wall clock before the step, UTC ms */
export function toMoveMs({ stepMs, offline }: ClockStep, sinceMs: number): number {
  return offline !== null && sinceMs <= offline.startMs ? stepMs - offline.offlineMs : stepMs;
}
