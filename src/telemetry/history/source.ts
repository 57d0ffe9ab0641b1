/**
 * Contract of a store that remembers readings (journal, InfluxDB), as the history joins them. Types only.
 *
 *   ──────┬───────────────────┬────────────────────▶ time
 *       fromMs          completeFromMs             now
 *      (older: nothing)  (holes may be)   (all is here: nobody else is asked)
 *
 * A reading is the same in every store when point and stamp are. A source may throw anything at any time: it is then
 * gone on without, and the answer says so.
 */

/** Readings of one point in columns, stamps strictly increasing. Owned by whoever receives them. */
export interface ReadingColumns {
  readonly count: number;
  /** UTC ms. */
  readonly stampMs: Float64Array;
  /** NaN exactly where the quality is bad. */
  readonly value: Float64Array;
  /** Codes of core/quality.ts, or UNKNOWN_QUALITY. */
  readonly quality: Uint8Array;
}

/**
 * What a stretch of one point comes to, in place of its readings: a sealed chunk (from its first reading to its last, the
 * last included) or a roll-up (from the beginning of its bucket to its end).
 */
export interface Summary {
  /** UTC ms. */
  readonly fromMs: number;
  /** UTC ms; not before `fromMs`. */
  readonly toMs: number;
  /** Readings in it. */
  readonly count: number;
  /** Over everything usable that was read or stood in it; NaN = nothing was. */
  readonly min: number;
  readonly max: number;
  /** Integral of the usable value from `fromMs` to `toMs`, value × ms. */
  readonly integral: number;
  /** Time between the two in which a usable value stood, ms. */
  readonly usableMs: number;
  /** What stands at `toMs`; NaN = nothing usable. */
  readonly last: number;
  readonly lastQuality: number;
  /** Highest code in it. */
  readonly worstQuality: number;
}

/** What a source has of one point. */
export interface Coverage {
  /** First that it knows, UTC ms. */
  readonly fromMs: number;
  /** Its first reading was not later than this; a roll-up tells only the bucket of it. Default `fromMs`. */
  readonly surelyFromMs?: number;
  /** From here on it has every reading that was ever taken; Infinity = it cannot be sure. */
  readonly completeFromMs: number;
  /** At the time that was asked about: 0 = single readings; else the least bucket for which it has roll-ups only. */
  readonly finestMs: number;
}

/** What stood at an instant: the last reading at or before it. */
export interface Standing {
  readonly stampMs: number;
  /** NaN where the quality is bad. */
  readonly value: number;
  readonly quality: number;
  /** No other store can hold a later one up to the instant. */
  readonly isSure: boolean;
}

export interface SourceQuery {
  /** Index in the site model. */
  readonly point: number;
  /** UTC ms, included. */
  readonly fromMs: number;
  /** UTC ms, excluded. */
  readonly toMs: number;
  /** Aborted when nobody waits any longer. */
  readonly signal: AbortSignal;
  /** Told of each part that is there but cannot be read (a damaged chunk), in English. */
  readonly onMissing: (reason: string) => void;
}

export interface HistorySource {
  /** As a person knows it: `journal`, `InfluxDB`. */
  readonly name: string;
  /** @param fromMs of the question; `finestMs` is about this time. @returns null = it knows nothing of the point */
  coverage(point: number, fromMs: number, signal: AbortSignal): Promise<Coverage | null>;
  /** One for each point, in that order; null = it knows of none. @param onMissing as in SourceQuery */
  standing(
    points: readonly number[],
    atMs: number,
    signal: AbortSignal,
    onMissing?: (reason: string) => void,
  ): Promise<readonly (Standing | null)[]>;
  /** In order of stamp; portions of any size. What is not taken is not read. */
  readings(query: SourceQuery): AsyncIterable<ReadingColumns>;
  /** A number of readings that the range has at least, told without reading them. */
  countAtLeast?(query: SourceQuery): Promise<number>;
  /**
   * In order of time: summaries that lie within the range and within one bucket (UTC multiples), readings for the rest.
   * Asked only where no other source has to be joined in.
   */
  stretches?(query: SourceQuery, bucketMs: number): AsyncIterable<ReadingColumns | Summary>;
}
