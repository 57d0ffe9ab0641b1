/** Every limit of asking InfluxDB about the past, with its reason. Units are in the names. */

export const INFLUX_HISTORY_LIMITS = {
  /** Rows that a slice of time should bring: about 10 ms of parsing in a thread that also commits; twice as many are taken. */
  sliceRows: 20_000,
  /** Length of the first slice, before it is known how dense the rows lie: at 10 readings a second it fits. */
  firstSliceMs: 3_600_000,
  leastSliceMs: 1_000,
  /** A slice is at most so much longer than the one before: what is empty is passed over in a few steps. */
  sliceGrowth: 16,
  /** Slices asked for at once: one is answered while one is worked on. The server has others to serve. */
  slicesAtOnce: 2,
  /** Readings are counted in so much of a range, to tell whether all of them may fit: about 15 ms at one a second. */
  countedMs: 6 * 3_600_000,
  /** How long it is believed when the first reading of a point was: retention moves it on. */
  firstStampMs: 5 * 60_000,
  /** Points whose first reading is remembered. */
  firstStamps: 100_000,
  /** Statements at once for one instant over many points. */
  statements: 4,
} as const;
