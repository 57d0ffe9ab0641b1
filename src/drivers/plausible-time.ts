/** Which times of a device can be believed, the same for all protocols. What disbelief means for a value is theirs. */

/** How far a device's clock may be ahead of ours: what a clock without time service drifts in a month. */
export const MAX_AHEAD_MS = 60_000;
/** Clocks that have lost their battery begin at 1970, 2000 or 2010. */
export const EARLIEST_MS = Date.UTC(2015, 0, 1);

/** @param ms of the device, UTC; NaN is not believed @param nowMs our clock, UTC */
export function isPlausibleTime(ms: number, nowMs: number): boolean {
  return ms >= EARLIEST_MS && ms <= nowMs + MAX_AHEAD_MS;
}
