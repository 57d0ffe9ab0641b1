/** Readings of one point as they are found, in order of stamp; what is found twice (a write that was tried again) counts once. */
import type { BlockRows } from '../../journal/rows.ts';
import { HISTORY_LIMITS } from '../limits.ts';
import type { ReadingColumns } from '../source.ts';

/** Columns that readings are taken from. */
export type RowColumns = Pick<BlockRows, 'count' | 'point' | 'stampMs' | 'value' | 'quality'>;

export class Gathering {
  /** Those before it are passed over; grows as readings are found. UTC ms. */
  #fromMs: number;
  readonly #toMs: number;
  #count = 0;
  #stampMs: Float64Array = new Float64Array(HISTORY_LIMITS.portionReadings);
  #value: Float64Array = new Float64Array(HISTORY_LIMITS.portionReadings);
  #quality: Uint8Array = new Uint8Array(HISTORY_LIMITS.portionReadings);

  constructor(fromMs: number, toMs: number) {
    this.#fromMs = fromMs;
    this.#toMs = toMs;
  }

  /** Nothing before it is wanted any more. */
  get fromMs(): number {
    return this.#fromMs;
  }

  get toMs(): number {
    return this.#toMs;
  }

  get count(): number {
    return this.#count;
  }

  get isPortion(): boolean {
    return this.#count >= HISTORY_LIMITS.portionReadings;
  }

  /** Up to there something else stands for the readings. */
  passUpTo(stampMs: number): void {
    this.#fromMs = Math.max(this.#fromMs, stampMs + 1);
  }

  /** The rows of this point. */
  addPoint(rows: RowColumns, point: number): void {
    for (let at = 0; at < rows.count; at++) {
      if (rows.point[at] === point) this.#add(rows, at);
    }
  }

  addAll(rows: RowColumns): void {
    for (let at = 0; at < rows.count; at++) this.#add(rows, at);
  }

  take(): ReadingColumns {
    const count = this.#count;
    this.#count = 0;
    return {
      count,
      stampMs: this.#stampMs.slice(0, count),
      value: this.#value.slice(0, count),
      quality: this.#quality.slice(0, count),
    };
  }

  #add(rows: RowColumns, at: number): void {
    const stamp = rows.stampMs[at] as number;
    if (stamp < this.#fromMs || stamp >= this.#toMs) return;
    if (this.#count === this.#stampMs.length) this.#grow();
    this.#stampMs[this.#count] = stamp;
    this.#value[this.#count] = rows.value[at] as number;
    this.#quality[this.#count++] = rows.quality[at] as number;
    this.#fromMs = stamp + 1;
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint8Array>(column: T, into: T): T => {
      into.set(column);
      return into;
    };
    const capacity = 2 * this.#stampMs.length;
    this.#stampMs = larger(this.#stampMs, new Float64Array(capacity));
    this.#value = larger(this.#value, new Float64Array(capacity));
    this.#quality = larger(this.#quality, new Uint8Array(capacity));
  }
}
