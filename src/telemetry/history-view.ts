/**
 * The past of points, as the API and exports ask for it, wherever it is kept: in the journal, in InfluxDB, in both. Types
 * and two constants. Readings are identified by point and stamp, so that what two stores hold is one reading.
 */

/** Stands for a code in columns of quality where a store kept the value alone. Never a code of core/quality.ts. */
export const UNKNOWN_QUALITY = 255;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Sizes of buckets that people can read off an axis: each divides a day, or is days. Ascending, ms. */
export const BUCKET_SIZES_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * 1_000),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24, 48, 7 * 24].map((count) => count * HOUR_MS),
];

export interface HistoryPort {
  /** @throws (rejects) RiserError `history-failed`, `history-busy`; `stopped` when the signal is aborted. */
  history(query: HistoryQuery, signal?: AbortSignal): Promise<PointHistory>;
  /** What stood at one instant, a row for each point asked for, in that order. Same errors. */
  instant(query: InstantQuery, signal?: AbortSignal): Promise<Instant>;
  /**
   * The readings themselves, point after point in the order asked, each oldest first, in portions. Not limited in number;
   * what is not taken is not read. Same errors.
   */
  readings(query: ReadingsQuery, signal?: AbortSignal): AsyncIterable<ReadingsPortion>;
}

export interface HistoryQuery {
  /** Index in the site model. */
  readonly point: number;
  /** UTC ms, included. */
  readonly fromMs: number;
  /** UTC ms, excluded; more than `fromMs`. */
  readonly toMs: number;
  /** At least 1. */
  readonly maxPoints: number;
  /** Buckets of exactly this size, also where the readings would fit; `maxPoints` must allow as many. */
  readonly bucketMs?: number;
}

export interface PointHistory {
  /** Since when something is known of the point, UTC ms, as far as the stores that had to be asked can tell; null = nothing is. */
  readonly coveredFromMs: number | null;
  /** Time that one sample stands for; 0 = the samples are the readings themselves. */
  readonly bucketMs: number;
  /**
   * Oldest first, at most `maxPoints`. The first tells what stood at `fromMs` and may lie before it. A reading stands
   * until the next one; nothing is interpolated. Buckets begin at multiples of `bucketMs` (UTC).
   */
  readonly samples: readonly HistorySample[];
  /** Why part of the range is missing although it may exist (InfluxDB does not answer, a damaged chunk); null = all is there. */
  readonly missing: string | null;
}

/** What was read, and what stood, in one stretch; null values = nothing usable: a gap. */
export interface HistorySample {
  /** Its beginning, UTC ms. */
  readonly atMs: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Weighted with the time that each value stood. */
  readonly mean: number | null;
  /** At its end. */
  readonly last: number | null;
  /** Whether there was a usable value all the time. */
  readonly isGood: boolean;
  /** Worst quality code that was met or stood in it (core/quality.ts: the highest); null = not known. */
  readonly quality: number | null;
  /** Readings in it. */
  readonly count: number;
}

export interface Instant {
  readonly readings: readonly InstantReading[];
  /** Why a later reading may be missing although it may exist; null = none is. */
  readonly missing: string | null;
}

export interface InstantQuery {
  /** Indexes in the site model. */
  readonly points: readonly number[];
  /** UTC ms. */
  readonly atMs: number;
}

/** The last reading at or before the instant. */
export interface InstantReading {
  readonly point: number;
  /** When it came, UTC ms; null = nothing is known. */
  readonly stampMs: number | null;
  /** null when the quality is bad or nothing is known. */
  readonly value: number | null;
  /** null = nothing is known, or the value alone was kept. */
  readonly quality: number | null;
}

export interface ReadingsQuery {
  readonly points: readonly number[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Readings of one point, in columns. */
export interface ReadingsPortion {
  readonly point: number;
  readonly count: number;
  /** UTC ms, strictly increasing. */
  readonly stampMs: Float64Array;
  /** NaN where the quality is bad. */
  readonly value: Float64Array;
  /** UNKNOWN_QUALITY where the value alone was kept. */
  readonly quality: Uint8Array;
  /** Why readings up to here may be missing although they may exist; null = all are there. The last portion may be empty and say it. */
  readonly missing: string | null;
  /** Share of the whole query that is done after this portion, 0–1. */
  readonly doneRatio: number;
}
