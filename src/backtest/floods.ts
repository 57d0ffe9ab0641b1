/** Floods in a list of annunciations, by a sliding window (alarms.md B1): more than `enter` begin one, fewer than `leave` end it. */
import type { AlarmTimes } from '../config/policy.ts';
import type { SideTally } from './port.ts';

/** @param atMs of the annunciations, ascending, UTC ms @param endMs of the range: a flood may last until then */
export function toFloods(
  atMs: readonly number[],
  { enter, leave, windowMs }: Pick<AlarmTimes['flood'], 'enter' | 'leave' | 'windowMs'>,
  endMs: number,
): Pick<SideTally, 'floods' | 'floodMs'> {
  let [floods, floodMs, sinceMs] = [0, 0, Number.NaN];
  for (const [at, ms] of atMs.entries()) {
    const calmMs = toCalmMs(atMs.slice(Math.max(0, at - leave), at), leave, windowMs);
    if (!Number.isNaN(sinceMs) && calmMs <= ms) {
      floodMs += calmMs - sinceMs;
      sinceMs = Number.NaN;
    }
    const oldest = atMs[at - enter];
    if (Number.isNaN(sinceMs) && oldest !== undefined && ms - oldest < windowMs) {
      floods += 1;
      sinceMs = ms;
    }
  }
  if (!Number.isNaN(sinceMs)) {
    const calmMs = toCalmMs(atMs.slice(-leave), leave, windowMs);
    floodMs += Math.min(calmMs, endMs) - sinceMs;
  }
  return { floods, floodMs };
}

/** When fewer than `leave` are left in the window if no other comes: as the oldest of the last `leave` falls out of it. */
function toCalmMs(last: readonly number[], leave: number, windowMs: number): number {
  const oldest = last.slice(-leave)[0];
  return last.length < leave || oldest === undefined ? Number.NEGATIVE_INFINITY : oldest + windowMs;
}
