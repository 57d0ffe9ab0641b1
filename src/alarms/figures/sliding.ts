/**
 * The sliding window of 10 minutes over the whole site, and the floods that it finds. Counted by the second: a window holds
 * the annunciations of the last 600 s, whatever the number, in at most 600 entries.
 */
import type { Flood, Sliding } from './figures.ts';
import { FIGURE_RULES } from './limits.ts';

const WINDOW_S = FIGURE_RULES.intervalMs / 1_000;

export interface SlidingStep {
  readonly sliding: Sliding;
  /** The flood that is over by now, if one is. */
  readonly over: Flood | null;
}

/** One annunciation. A wall clock that went back counts as the last second that was seen. */
export function addToSliding(before: Sliding, atMs: number): SlidingStep {
  const second = Math.max(Math.floor(atMs / 1_000), before.seconds.at(-1)?.[0] ?? Number.NEGATIVE_INFINITY);
  const { sliding, over } = passSliding(before, second * 1_000);
  const seconds = countSecond(sliding.seconds, second);
  const count = sliding.count + 1;
  return { sliding: { seconds, count, flood: stepFlood(sliding.flood, count, atMs) }, over };
}

/** Time passes: what is older than the window leaves it, and the flood ends with the first moment of fewer than 5. */
export function passSliding(before: Sliding, nowMs: number): SlidingStep {
  let [gone, count] = [0, before.count];
  let { flood } = before;
  let over: Flood | null = null;
  for (const [second, leaving] of before.seconds) {
    if ((second + WINDOW_S) * 1_000 > nowMs) break;
    gone++;
    count -= leaving;
    if (flood === null || count >= FIGURE_RULES.floodLeave) continue;
    over = { ...flood, endedAtMs: (second + WINDOW_S) * 1_000 };
    flood = null;
  }
  if (gone === 0) return { sliding: before, over };
  return { sliding: { seconds: before.seconds.slice(gone), count, flood }, over };
}

function countSecond(seconds: Sliding['seconds'], second: number): Sliding['seconds'] {
  const last = seconds.at(-1);
  if (last?.[0] !== second) return [...seconds, [second, 1]];
  return [...seconds.slice(0, -1), [second, last[1] + 1]];
}

function stepFlood(flood: Flood | null, count: number, atMs: number): Flood | null {
  if (flood !== null) return { ...flood, alarms: flood.alarms + 1, peak: Math.max(flood.peak, count) };
  if (count <= FIGURE_RULES.floodEnter) return null;
  return { beganAtMs: atMs, endedAtMs: null, alarms: count, peak: count };
}
