/**
 * The minutes of one point, in rows that grow with use: one for every minute in which something else was read than
 * what stood before. What the rows mean to a curve is trend.ts's business. One array holds them all, because most
 * points have few and an array of its own for each column would cost more than the rows.
 *
 *   row   minute  min  max  mean  last  bad      NaN = no usable value; `bad` 1: at some time in it there was none
 */
import { defined } from '../core/assert.ts';
import { LIMITS } from '../core/limits.ts';

export const MINUTE_MS = 60_000;
/** Rows of a point that has just begun; most points hardly change. */
const FIRST_CAPACITY = 2;

/** Places in a row. */
const MINUTE = 0;
const MIN = 1;
const MAX = 2;
const MEAN = 3;
const LAST = 4;
const BAD = 5;
const FIELDS = 6;

/** What was read in a stretch of time. Changed in place. */
export interface Tally {
  /** Infinity and −Infinity while there is no usable value. */
  min: number;
  max: number;
  sum: number;
  /** Number of values in `sum`. */
  weight: number;
  /** NaN = none at the end. */
  last: number;
  hasBad: boolean;
}

/** Reads on from where it stands. */
export interface MinuteReader {
  /** What was read, and what stood, from the end of the last call up to the beginning of `minute`; every minute weighs one. */
  upTo(minute: number): Tally;
}

const EMPTY = new Float64Array(0);

export class MinuteRing {
  static readonly bytesPerMinute = FIELDS * Float64Array.BYTES_PER_ELEMENT;
  readonly #maxMinutes: number;
  #rows = EMPTY;
  /** Place of the oldest row. */
  #start = 0;
  #count = 0;
  /** The minute that is being filled; −1 before the first reading. */
  #openMinute = -1;
  readonly #open = createTally();
  /** What the last reading before the open minute said: NaN = no usable value, undefined = there was none. */
  #standing: number | undefined;
  #firstReadMs = Number.NaN;
  #hasDropped = false;

  /** @param maxMinutes at least 1; beyond it the oldest are dropped */
  constructor(maxMinutes: number) {
    this.#maxMinutes = maxMinutes;
  }

  /** Time of the first reading, UTC ms. */
  get firstReadMs(): number {
    return this.#firstReadMs;
  }

  /** Since when it can say what stood, UTC ms. */
  get coveredFromMs(): number {
    return this.#hasDropped ? this.#minuteAt(0) * MINUTE_MS : this.#firstReadMs;
  }

  /** @param value NaN when it is not usable */
  add(receivedMs: number, value: number): void {
    const minute = Math.floor(receivedMs / MINUTE_MS);
    if (minute !== this.#openMinute) this.#turn(minute, receivedMs);
    const open = this.#open;
    open.last = value;
    if (Number.isNaN(value)) open.hasBad = true;
    else addValue(open, value, value, value, 1);
  }

  /** Valid until the next reading. */
  read(fromMinute: number): MinuteReader {
    const rows = this.#count + (this.#openMinute < 0 ? 0 : 1);
    let row = this.#firstRowFrom(fromMinute, rows);
    let standing = row === 0 ? undefined : this.#lastAt(row - 1);
    let minute = fromMinute;
    return {
      upTo: (end) => {
        const tally = createTally();
        while (minute < end) {
          const next = row < rows ? this.#minuteAt(row) : Number.POSITIVE_INFINITY;
          if (next > minute) {
            const until = Math.min(next, end);
            hold(tally, standing, until - minute);
            minute = until;
            continue;
          }
          this.#addRow(tally, row);
          standing = this.#lastAt(row);
          row++;
          minute++;
        }
        return tally;
      },
    };
  }

  #turn(minute: number, receivedMs: number): void {
    if (minute < this.#openMinute) {
      // A slewed clock crosses the border of a minute more than once.
      if (receivedMs > this.#openMinute * MINUTE_MS - LIMITS.clockStepMs) return;
      this.#forgetFrom(minute);
    } else if (this.#openMinute >= 0) this.#closeMinute();
    if (Number.isNaN(this.#firstReadMs)) this.#firstReadMs = receivedMs;
    this.#openMinute = minute;
    Object.assign(this.#open, createTally(), { hasBad: Number.isNaN(this.#standing) });
  }

  #closeMinute(): void {
    const { min, max, sum, weight, last, hasBad } = this.#open;
    const isGap = weight === 0;
    const isSame = isGap ? Number.isNaN(this.#standing) : !hasBad && min === max && min === this.#standing;
    this.#standing = last;
    if (isSame) return;
    const at = this.#claimRow();
    this.#rows[at + MINUTE] = this.#openMinute;
    this.#rows[at + MIN] = isGap ? Number.NaN : min;
    this.#rows[at + MAX] = isGap ? Number.NaN : max;
    this.#rows[at + MEAN] = isGap ? Number.NaN : sum / weight;
    this.#rows[at + LAST] = last;
    this.#rows[at + BAD] = hasBad ? 1 : 0;
  }

  get #capacity(): number {
    return this.#rows.length / FIELDS;
  }

  /** @returns where the fields of a new row begin */
  #claimRow(): number {
    if (this.#count === this.#capacity && this.#count < this.#maxMinutes) this.#grow();
    if (this.#count < this.#capacity) return this.#place(this.#count++);
    this.#start = (this.#start + 1) % this.#capacity;
    this.#hasDropped = true;
    return this.#place(this.#count - 1);
  }

  #grow(): void {
    const capacity = Math.min(Math.max(FIRST_CAPACITY, this.#capacity * 2), this.#maxMinutes);
    const larger = new Float64Array(capacity * FIELDS);
    const oldest = this.#start * FIELDS;
    larger.set(this.#rows.subarray(oldest));
    larger.set(this.#rows.subarray(0, oldest), this.#rows.length - oldest);
    this.#rows = larger;
    this.#start = 0;
  }

  /** The wall clock was set back: what was recorded for times that are still to come is forgotten. */
  #forgetFrom(minute: number): void {
    while (this.#count > 0 && this.#minuteAt(this.#count - 1) >= minute) this.#count--;
    if (this.#count > 0) {
      this.#standing = this.#lastAt(this.#count - 1);
      return;
    }
    this.#standing = undefined;
    this.#firstReadMs = Number.NaN;
    this.#hasDropped = false;
  }

  /** First row of this minute or later, by halving. */
  #firstRowFrom(minute: number, rows: number): number {
    let [low, high] = [0, rows];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#minuteAt(middle) < minute) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Row `count` is the open minute. */
  #minuteAt(row: number): number {
    return row === this.#count ? this.#openMinute : (this.#rows[this.#place(row) + MINUTE] as number);
  }

  #lastAt(row: number): number {
    return row === this.#count ? this.#open.last : (this.#rows[this.#place(row) + LAST] as number);
  }

  #addRow(tally: Tally, row: number): void {
    tally.last = this.#lastAt(row);
    if (row === this.#count) {
      const { min, max, sum, weight, hasBad } = this.#open;
      if (weight > 0) addValue(tally, min, max, sum / weight, 1);
      tally.hasBad ||= hasBad;
      return;
    }
    const [, min, max, mean, , bad] = this.#rows.subarray(this.#place(row));
    const lowest = defined(min, 'a row');
    if (!Number.isNaN(lowest)) addValue(tally, lowest, max as number, mean as number, 1);
    tally.hasBad ||= bad === 1;
  }

  /** Where the fields of a row begin. */
  #place(row: number): number {
    return ((this.#start + row) % this.#capacity) * FIELDS;
  }
}

function createTally(): Tally {
  return {
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    sum: 0,
    weight: 0,
    last: Number.NaN,
    hasBad: false,
  };
}

function addValue(tally: Tally, min: number, max: number, mean: number, weight: number): void {
  if (min < tally.min) tally.min = min;
  if (max > tally.max) tally.max = max;
  tally.sum += mean * weight;
  tally.weight += weight;
}

/** What stood while nothing was read. */
function hold(tally: Tally, standing: number | undefined, minutes: number): void {
  tally.last = standing ?? Number.NaN;
  if (Number.isNaN(tally.last)) tally.hasBad = true;
  else addValue(tally, tally.last, tally.last, tally.last, minutes);
}
