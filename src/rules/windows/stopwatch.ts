/** Adds up time while something is known to hold; stands still meanwhile. Monotonic milliseconds, changed in place. */

export interface Stopwatch {
  elapsedMs: number;
  /** Time until which it has been added up. */
  countedToMs: number;
  isRunning: boolean;
}

export function createStopwatch(monoMs: number, elapsedMs = 0): Stopwatch {
  return { elapsedMs, countedToMs: monoMs, isRunning: false };
}

/** Adds what has passed as it was until now; a time before the last one adds nothing. */
export function countTo(watch: Stopwatch, monoMs: number): void {
  if (monoMs <= watch.countedToMs) return;
  if (watch.isRunning) watch.elapsedMs += monoMs - watch.countedToMs;
  watch.countedToMs = monoMs;
}

/** What it shows at that moment, without counting. */
export function toElapsedAt({ elapsedMs, countedToMs, isRunning }: Stopwatch, monoMs: number): number {
  return elapsedMs + (isRunning ? Math.max(0, monoMs - countedToMs) : 0);
}

/** When it will show `ms`; Infinity when it stands or is past it. */
export function toReachedAt({ elapsedMs, countedToMs, isRunning }: Stopwatch, ms: number): number {
  return isRunning && elapsedMs < ms ? countedToMs + (ms - elapsedMs) : Number.POSITIVE_INFINITY;
}
