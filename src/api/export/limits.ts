/** Every limit of an export, with its reason. Units are in the names. */

export const EXPORT_LIMITS = {
  /** Points of one file. */
  points: 50,
  /** Longest range: a year and a day. */
  rangeMs: 367 * 24 * 3_600_000,
  /** Rows of buckets times points: about 300 MB of sheet. */
  bucketCells: 4_000_000,
  /** Rows that a step is chosen for when none is named: what a sheet shows without getting lost. */
  defaultBuckets: 2_000,
  /** Buckets asked for at a time, of each point. */
  windowBuckets: 500,
  /** Curves asked for at a time: a file does not take the waiting places of the pages (HISTORY_LIMITS). */
  curves: 4,
  /** Cells made before the event loop gets its turn: about 2 ms. */
  turnCells: 5_000,
  /** Files made at once; each keeps a thread's share busy for minutes. */
  running: 2,
  /** Rows of one sheet, heading included: the most that Excel opens. */
  sheetRows: 1_048_576,
  /** Sheets of one file: beyond them its sizes no longer fit the 32 bits of a ZIP directory. */
  sheets: 20,
  /** Characters written at a time. */
  chunkChars: 64 * 1024,
} as const;

/** Tests shrink them. */
export type ExportLimits = { readonly [Name in keyof typeof EXPORT_LIMITS]: number };
