/**
 * Readings of all points to buckets of a minute, a quarter and an hour, in one pass. Pure and synchronous: no clock, no I/O.
 *
 *   reading ─▶ minute ─closed─▶ quarter ─closed─▶ hour          each closed bucket is a row
 *
 * The mathematics are those of the curves (history/bucketizer.ts): a reading stands until the next one; what stood for some
 * time enters a bucket; the mean is weighted with time. 141 bytes a point for the three together, in columns.
 * The stamps of a point always rise (journal/stamps.ts), so a reading that is not later than one before it is known already.
 */
import type { Resolution } from '../../sinks/sink.ts';
import { UNKNOWN_QUALITY } from '../history-view.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

export interface Tier {
  readonly resolution: Exclude<Resolution, 'raw'>;
  /** Behind the kind in the name of the measurement. */
  readonly suffix: string;
  readonly ms: number;
}

/** Each is a multiple of the one before. */
export const TIERS = [
  { resolution: 'minute', suffix: '1m', ms: MINUTE_MS },
  { resolution: 'quarter', suffix: '15m', ms: 900_000 },
  { resolution: 'hour', suffix: '1h', ms: HOUR_MS },
] as const satisfies readonly Tier[];

/** A closed bucket of one point. */
export interface RollupRow {
  readonly tier: Tier;
  readonly point: number;
  /** Its beginning, UTC ms. */
  readonly startMs: number;
  /** Over what stood in it for some time; NaN = nothing usable did. */
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** What stands at its end; NaN = nothing usable. */
  readonly last: number;
  /** Readings in it. */
  readonly count: number;
  /** Share of its time in which a usable value stood, 0–1. */
  readonly goodRatio: number;
  /** Highest code that stood in it for some time; UNKNOWN_QUALITY = that of something that stood is not known. */
  readonly worstQuality: number;
}

/** What stood at an instant, by point. */
export interface StandingColumns {
  /** UTC ms; -Infinity = nothing is known. */
  readonly stampMs: Float64Array;
  /** NaN = not usable. */
  readonly value: Float64Array;
  /** Codes of core/quality.ts, or UNKNOWN_QUALITY. */
  readonly quality: Uint8Array;
}

/** `late`: its bucket is closed already. `ahead`: too far beyond the others. Neither was taken. */
export type Taken = 'taken' | 'known' | 'late' | 'ahead';

interface Sums {
  readonly min: Float64Array;
  readonly max: Float64Array;
  /** Value × ms. */
  readonly integral: Float64Array;
  readonly usableMs: Uint32Array;
  readonly count: Uint32Array;
  /** Highest code. */
  readonly worst: Uint8Array;
}

export class Aggregator {
  readonly points: number;
  readonly #emit: (row: RollupRow) => void;
  readonly #sums: readonly Sums[];
  readonly #value: Float64Array;
  readonly #quality: Uint8Array;
  readonly #stampMs: Float64Array;
  /** Up to here everything of the point has been entered. */
  readonly #enteredMs: Float64Array;
  /** What stood when the point passed its last full hour. */
  readonly #hour: StandingColumns;
  /** Readings from here on are ahead. */
  aheadFromMs = Number.POSITIVE_INFINITY;

  constructor(points: number, emit: (row: RollupRow) => void) {
    this.points = points;
    this.#emit = emit;
    this.#sums = TIERS.map(() => createSums(points));
    this.#value = new Float64Array(points);
    this.#quality = new Uint8Array(points);
    this.#stampMs = new Float64Array(points);
    this.#enteredMs = new Float64Array(points);
    this.#hour = createStanding(points);
  }

  /** Begins anew at a full hour, with what stood then. */
  restart(hourMs: number, standing: StandingColumns): void {
    for (const sums of this.#sums) for (let point = 0; point < this.points; point++) clear(sums, point);
    this.#value.set(standing.value);
    this.#quality.set(standing.quality);
    this.#stampMs.set(standing.stampMs);
    this.#hour.value.set(standing.value);
    this.#hour.quality.set(standing.quality);
    this.#hour.stampMs.set(standing.stampMs);
    this.#enteredMs.fill(hourMs);
  }

  add(point: number, stampMs: number, value: number, quality: number): Taken {
    if (stampMs <= (this.#stampMs[point] as number)) return 'known';
    if (stampMs < (this.#enteredMs[point] as number)) return 'late';
    if (stampMs >= this.aheadFromMs) return 'ahead';
    this.#advance(point, stampMs);
    const { count } = this.#sums[0] as Sums;
    count[point] = (count[point] as number) + 1;
    this.#value[point] = value;
    this.#quality[point] = quality;
    this.#stampMs[point] = stampMs;
    return 'taken';
  }

  /** Closes the buckets of the points `from` to `to` (not included) that end at or before `untilMs`, a full minute. */
  closeTo(untilMs: number, from = 0, to = this.points): void {
    for (let point = from; point < to; point++) {
      if ((this.#enteredMs[point] as number) < untilMs) this.#advance(point, untilMs);
    }
  }

  /** What stood at the last full hour that every point has passed and none has passed twice: a copy. */
  hourStanding(): StandingColumns {
    const { stampMs, value, quality } = this.#hour;
    return { stampMs: stampMs.slice(), value: value.slice(), quality: quality.slice() };
  }

  #advance(point: number, untilMs: number): void {
    let enteredMs = this.#enteredMs[point] as number;
    while (enteredMs < untilMs) {
      const endMs = Math.floor(enteredMs / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      const nextMs = Math.min(untilMs, endMs);
      this.#enter(point, nextMs - enteredMs);
      enteredMs = nextMs;
      if (nextMs === endMs) this.#close(point, endMs, 0);
    }
    this.#enteredMs[point] = enteredMs;
  }

  /** What stands has stood for so long. */
  #enter(point: number, standingMs: number): void {
    // Before its first reading a point has no quality.
    if (standingMs <= 0 || (this.#stampMs[point] as number) === Number.NEGATIVE_INFINITY) return;
    const { min, max, integral, usableMs, worst } = this.#sums[0] as Sums;
    const quality = this.#quality[point] as number;
    if (quality > (worst[point] as number)) worst[point] = quality;
    const value = this.#value[point] as number;
    if (Number.isNaN(value)) return;
    if (value < (min[point] as number)) min[point] = value;
    if (value > (max[point] as number)) max[point] = value;
    integral[point] = (integral[point] as number) + value * standingMs;
    usableMs[point] = (usableMs[point] as number) + standingMs;
  }

  #close(point: number, endMs: number, at: number): void {
    const tier = TIERS[at] as Tier;
    const sums = this.#sums[at] as Sums;
    // Before its first reading a point has no buckets.
    if ((this.#stampMs[point] as number) !== Number.NEGATIVE_INFINITY) {
      this.#emit(toRow(sums, tier, point, endMs - tier.ms, this.#value[point] as number));
    }
    const next = TIERS[at + 1];
    if (next === undefined) {
      this.#hour.stampMs[point] = this.#stampMs[point] as number;
      this.#hour.value[point] = this.#value[point] as number;
      this.#hour.quality[point] = this.#quality[point] as number;
    } else addTo(this.#sums[at + 1] as Sums, sums, point);
    clear(sums, point);
    if (next !== undefined && endMs % next.ms === 0) this.#close(point, endMs, at + 1);
  }
}

export function createStanding(points: number): StandingColumns {
  return {
    stampMs: new Float64Array(points).fill(Number.NEGATIVE_INFINITY),
    value: new Float64Array(points).fill(Number.NaN),
    quality: new Uint8Array(points).fill(UNKNOWN_QUALITY),
  };
}

function toRow(sums: Sums, tier: Tier, point: number, startMs: number, last: number): RollupRow {
  const usableMs = sums.usableMs[point] as number;
  const hasValue = usableMs > 0;
  const min = hasValue ? (sums.min[point] as number) : Number.NaN;
  const max = hasValue ? (sums.max[point] as number) : Number.NaN;
  // Rounding of the sum must not carry the mean of one value beside that value.
  const mean = hasValue
    ? Math.min(max, Math.max(min, (sums.integral[point] as number) / usableMs))
    : Number.NaN;
  const count = sums.count[point] as number;
  const worstQuality = sums.worst[point] as number;
  return { tier, point, startMs, min, max, mean, last, count, goodRatio: usableMs / tier.ms, worstQuality };
}

function addTo(coarse: Sums, fine: Sums, point: number): void {
  coarse.min[point] = Math.min(coarse.min[point] as number, fine.min[point] as number);
  coarse.max[point] = Math.max(coarse.max[point] as number, fine.max[point] as number);
  coarse.integral[point] = (coarse.integral[point] as number) + (fine.integral[point] as number);
  coarse.usableMs[point] = (coarse.usableMs[point] as number) + (fine.usableMs[point] as number);
  coarse.count[point] = (coarse.count[point] as number) + (fine.count[point] as number);
  coarse.worst[point] = Math.max(coarse.worst[point] as number, fine.worst[point] as number);
}

function clear(sums: Sums, point: number): void {
  sums.min[point] = Number.POSITIVE_INFINITY;
  sums.max[point] = Number.NEGATIVE_INFINITY;
  sums.integral[point] = 0;
  sums.usableMs[point] = 0;
  sums.count[point] = 0;
  sums.worst[point] = 0;
}

function createSums(points: number): Sums {
  const sums = {
    min: new Float64Array(points),
    max: new Float64Array(points),
    integral: new Float64Array(points),
    usableMs: new Uint32Array(points),
    count: new Uint32Array(points),
    worst: new Uint8Array(points),
  };
  for (let point = 0; point < points; point++) clear(sums, point);
  return sums;
}
