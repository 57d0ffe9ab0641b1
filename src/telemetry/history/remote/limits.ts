/** Every limit between the two threads, with its reason. Units are in the names. */

export const REMOTE_LIMITS = {
  /** Questions under way at once: all curves and runs of createHistory twice over. More is our own mistake; they are refused. */
  questions: 32,
  /** Portions sent before the first is taken: one is worked on while the next is read. */
  portionsAhead: 3,
  /** Readings, or summaries, of one portion: about 0.1 ms to take over. */
  portionReadings: 8_192,
  portionSummaries: 256,
  /** What has been read waits no longer for the rest of its portion: a step of a question has a time-out. */
  portionWaitMs: 250,
} as const;
