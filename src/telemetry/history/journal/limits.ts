/** Every limit of reading the journal for questions about the past, with its reason. Units are in the names. */

export const JOURNAL_READ_LIMITS = {
  /** Longest stretch of work between two turns of the event loop: commits, messages and sealing wait for it. */
  sliceMs: 8,
  /** Newest readings kept in memory, so that the last minutes cost no disk: 21 MB when full. */
  tailReadings: 1_000_000,
  /** Readings of one page of that memory. */
  tailPageReadings: 4_096,
  /** Sealed files kept open, a descriptor each: a day at 2,000 readings/s is about 250. */
  openFiles: 256,
  /** Log segments whose blocks are known: those that wait to be sealed, about 1 MB each. */
  logIndexes: 8,
  /** Enough to know that readings do not fit any curve (MAX_HISTORY_POINTS is less); no more are counted. */
  countEnough: 20_000,
  /** Points whose first reading is remembered. */
  firstStamps: 100_000,
  /** Points looked up between two looks at the clock. */
  pointsBetweenLooks: 32,
  /** A file that has vanished is looked for again so often: sealing has replaced it, retention has deleted it. */
  lookAgain: 3,
} as const;
