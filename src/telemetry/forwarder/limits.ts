/** Limits of the forwarder beside those of the journal (journal/limits.ts), with their reasons. Units are in the names. */

export const FORWARDER_LIMITS = {
  /**
   * Writes under way at once: while the server works on one, the next is being made. One of them is kept for live
   * readings, so that they never wait for the backlog (performance.md §4: 2–4 connections).
   */
  writes: 3,
  /**
   * Live readings gather this long since the last write, or until one is full: small writes cost the server twice.
   * With the journal's own delays (0.25 s) a reading is on its way within 1.3 s.
   */
  gatherMs: 1_000,
  /** A write of backlog is slow when it takes this many times the quickest one, and at least `slowMs`. */
  slowFactor: 4,
  slowMs: 500,
  /** The quickest write is forgotten by this share with every write, so that a server that has changed is known anew. */
  forgetRatio: 0.02,
  /** Least share of the configured pace; so far a slow server brings it down, by half with each slow write. */
  minPaceRatio: 1 / 64,
  /** Regained with each write that is not slow. */
  paceGain: 1 / 16,
  /** Size of one file of the quarantine, and how many there are: 32 MB, about 150,000 readings; the oldest goes first. */
  quarantineFileBytes: 1024 * 1024,
  quarantineFiles: 32,
  /** Readings of one page of the quarantine. */
  quarantinePage: 500,
  /** Different reasons counted by themselves; more share one line. */
  quarantineReasons: 100,
  /** Readings sent again in one write. */
  resendReadings: 1_000,
} as const;
