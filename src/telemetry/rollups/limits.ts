/** Every limit of the roll-ups, with its reason. Units are in the names. */

export const ROLLUP_LIMITS = {
  /** A bucket is closed this long after its end: a reading is durable within 1 s, a slow disk takes a little more. */
  graceMs: 5_000,
  /** On a machine whose readings come later than that the pause grows, up to this. */
  maxGraceMs: 120_000,
  /** How often the loop looks at the clock. */
  tickMs: 1_000,
  /** Late readings are gathered this long before their hours are computed again. */
  lateGatherMs: 30_000,
  /** Rows of one write: about 300 kB. */
  batchRows: 2_000,
  /** Rows that wait for the sink; beyond it (and beyond `rowsPerPoint`) they are dropped and computed again later. */
  waitingRows: 200_000,
  /** At a full hour each point has three rows at once. */
  rowsPerPoint: 6,
  /** Rows a second while hours that have passed are computed: the sink's and the journal's first duty is to the present. */
  rowsPerS: 10_000,
  /** Points closed between two turns of the thread: about 2 ms. */
  slicePoints: 2_000,
  /** Readings decoded between two turns of the thread: about 3 ms. */
  turnReadings: 20_000,
  /** Blocks that wait while the present hour is read; beyond it they are read from there too. */
  waitingBlocks: 64,
  /** Live readings this far beyond the hour that is being closed are left to the journal. */
  aheadMs: 2 * 3_600_000,
  /** Where no checkpoint says what stood, it is looked for in so much of the journal before; values come each minute. */
  lookbackMs: 3_600_000,
  /** Pause after a write that failed, doubled up to the maximum, each jittered to 50–100 %. */
  retryMs: 1_000,
  retryMaxMs: 60_000,
  /** Lines that were refused are a fault for so long after the last: the rows of the next hour show whether it lasts. */
  refusalShownMs: 3_900_000,
  /** Different reasons of refusals that are remembered; of others only the lines are counted. */
  refusalReasons: 20,
  /** Tries to list a journal whose files change under the reader. */
  listTries: 100,
} as const;

/** Tests shrink them. */
export type RollupLimits = { readonly [Name in keyof typeof ROLLUP_LIMITS]: number };
