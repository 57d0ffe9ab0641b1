/**
 * Turns the readings of one point, in order of stamp, into the samples of a curve. Pure.
 *
 *   value  ●────────┐              a reading stands until the next one: a step function
 *                   └──●─┐    ●──
 *                        ×────┘    ×  bad: a gap until the next usable reading
 *   ─────┼───────┼───────┼───────┼──▶ time, buckets at UTC multiples
 *
 * Everything enters a bucket by having stood in it for some time: so what stood at its beginning counts, and what was
 * replaced at that very instant does not. The mean is weighted with time.
 */
import { type HistorySample, UNKNOWN_QUALITY } from '../history-view.ts';
import { countBuckets, toBucketStart } from './bucket-size.ts';
import type { ReadingColumns, Standing, Summary } from './source.ts';

/** Below every code: nothing is known. */
const NOTHING = -1;

export class Bucketizer {
  readonly #bucketMs: number;
  readonly #toMs: number;
  readonly #buckets: number;
  readonly #samples: HistorySample[] = [];
  /** The open bucket. */
  #startMs: number;
  #endMs: number;
  /** Up to here everything has been entered. */
  #enteredMs: number;
  #value = Number.NaN;
  #quality = NOTHING;
  #lastStampMs = Number.NEGATIVE_INFINITY;
  /** End of the last summary: what lies before it is in it. */
  #summedMs = Number.NEGATIVE_INFINITY;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;
  #integral = 0;
  #usableMs = 0;
  #worst = NOTHING;
  #count = 0;

  /**
   * @param fromMs the first bucket is the whole one that it lies in
   * @param toMs the last bucket ends here at the latest; after `fromMs`
   */
  constructor(fromMs: number, toMs: number, bucketMs: number) {
    this.#bucketMs = bucketMs;
    this.#toMs = toMs;
    this.#buckets = countBuckets(fromMs, toMs, bucketMs);
    this.#startMs = toBucketStart(fromMs, bucketMs);
    this.#enteredMs = this.#startMs;
    this.#endMs = Math.min(toMs, this.#startMs + bucketMs);
  }

  /**
   * What stood at the beginning of the first bucket; before everything else. A reading of that very instant belongs to
   * the bucket and is passed over: it comes once more, with those of the range.
   */
  stand({ stampMs, value, quality }: Pick<Standing, 'stampMs' | 'value' | 'quality'>): void {
    if (stampMs >= this.#startMs) return;
    this.#value = value;
    this.#quality = quality;
    this.#lastStampMs = stampMs;
  }

  /** Readings not later than one before them are passed over; so are those after the end. */
  add({ count, stampMs, value, quality }: ReadingColumns): void {
    for (let at = 0; at < count; at++) {
      const stamp = stampMs[at] as number;
      if (stamp >= this.#toMs) return;
      if (stamp <= this.#lastStampMs || stamp < this.#summedMs) continue;
      this.#lastStampMs = stamp;
      if (stamp >= this.#enteredMs) {
        if (stamp >= this.#endMs) this.#closeUpTo(stamp);
        if (stamp > this.#enteredMs) this.#enter(stamp);
        this.#count++;
      }
      this.#value = value[at] as number;
      this.#quality = quality[at] as number;
    }
  }

  /** It must lie within one bucket, and after all that was added before. */
  addSummary(summary: Summary): void {
    const { fromMs, toMs, count, min, max, integral, usableMs, last, lastQuality, worstQuality } = summary;
    if (fromMs >= this.#endMs) this.#closeUpTo(fromMs);
    if (fromMs > this.#enteredMs) this.#enter(fromMs);
    if (min < this.#min) this.#min = min;
    if (max > this.#max) this.#max = max;
    if (worstQuality > this.#worst) this.#worst = worstQuality;
    this.#integral += integral;
    this.#usableMs += usableMs;
    this.#count += count;
    this.#enteredMs = toMs;
    this.#value = last;
    this.#quality = lastQuality;
    this.#summedMs = toMs;
  }

  /** Everything, up to the end of the range; the last value stands until then. To be called once. */
  finish(): HistorySample[] {
    while (this.#samples.length < this.#buckets) this.#close();
    return this.#samples;
  }

  #closeUpTo(stampMs: number): void {
    while (stampMs >= this.#endMs && this.#endMs < this.#toMs) this.#close();
  }

  /** What stands has stood until now. */
  #enter(untilMs: number): void {
    const standingMs = untilMs - this.#enteredMs;
    const value = this.#value;
    if (!Number.isNaN(value)) {
      if (value < this.#min) this.#min = value;
      if (value > this.#max) this.#max = value;
      this.#integral += value * standingMs;
      this.#usableMs += standingMs;
    }
    if (this.#quality > this.#worst) this.#worst = this.#quality;
    this.#enteredMs = untilMs;
  }

  #close(): void {
    if (this.#enteredMs < this.#endMs) this.#enter(this.#endMs);
    this.#samples.push(this.#toSample());
    this.#startMs += this.#bucketMs;
    this.#endMs = Math.min(this.#toMs, this.#startMs + this.#bucketMs);
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
    this.#integral = 0;
    this.#usableMs = 0;
    this.#worst = NOTHING;
    this.#count = 0;
  }

  #toSample(): HistorySample {
    const quality = this.#worst === NOTHING || this.#worst === UNKNOWN_QUALITY ? null : this.#worst;
    const last = Number.isNaN(this.#value) ? null : this.#value;
    const base = { atMs: this.#startMs, last, quality, count: this.#count };
    if (this.#min > this.#max) return { ...base, min: null, max: null, mean: null, isGood: false };
    const isGood = this.#usableMs >= this.#endMs - this.#startMs;
    return { ...base, min: this.#min, max: this.#max, mean: this.#toMean(), isGood };
  }

  /** Rounding of the sum must not carry the mean of one value beside that value. */
  #toMean(): number {
    if (this.#usableMs <= 0) return this.#min;
    return Math.min(this.#max, Math.max(this.#min, this.#integral / this.#usableMs));
  }
}
