/** Holds a copy to a speed: says how long to pause after so many bytes. It pauses nobody itself. */

export interface Pace {
  /** @returns ms to wait before the next bytes */
  take(bytes: number): number;
}

/**
 * Time that was lost elsewhere is not made up by a burst.
 * @param bytesPerS Infinity = never wait
 * @param now monotonic, ms
 */
export function createPace(bytesPerS: number, now: () => number): Pace {
  let dueMs = 0;
  return {
    take(bytes) {
      const nowMs = now();
      dueMs = Math.max(dueMs, nowMs) + (bytes / bytesPerS) * 1_000;
      return dueMs - nowMs;
    },
  };
}
