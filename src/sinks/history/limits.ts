/** Every limit of asking InfluxDB about the past, with its reason. Units are in the names. */

export const INFLUX_HISTORY_LIMITS = {
  /** Rows of one page: about 2 ms of parsing in a thread that also commits. */
  pageRows: 5_000,
  /** How long it is believed when the first reading of a point was: retention moves it on. */
  firstStampMs: 5 * 60_000,
  /** Points whose first reading is remembered. */
  firstStamps: 100_000,
  /** Statements at once for one instant over many points. */
  statements: 4,
} as const;
