/** Every limit of questions about the past, with its reason. Units are in the names. */

export const HISTORY_LIMITS = {
  /** Curves and instants answered at once: reading a store is work for the one thread that polls. */
  queries: 4,
  /** Questions that wait for their turn: a page asks for a dozen curves at once, many pages do; the rest is refused. */
  waitingQueries: 200,
  /** Runs over single readings (exports) at once, and those that wait. */
  runs: 2,
  waitingRuns: 4,
  /** One step of one store (a lookup, the next portion); a store that takes longer is gone on without. */
  stepMs: 5_000,
  /** A whole curve or instant: below the time in which the API must have answered (API_LIMITS.handlerTimeoutMs). */
  queryMs: 15_000,
  /** Readings of one portion: 70 kB, about 0.1 ms of merging. */
  portionReadings: 4_096,
  /** Readings handled before the event loop gets its turn: about 0.5 ms. */
  turnReadings: 32_768,
} as const;

/** Tests shrink them. */
export type HistoryLimits = { readonly [Name in keyof typeof HISTORY_LIMITS]: number };
