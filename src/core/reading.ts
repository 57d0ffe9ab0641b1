/**
 * The Reading feed carries batches in columns, not objects (design.md §4).
 *
 *   index      0     1     2    …  count-1
 *   point      dense index in the site model of `epoch`
 *   value      number; booleans are 0 or 1; NaN when the quality is bad
 *   quality    code of quality.ts
 *   sourceMs   the device's own time, UTC ms; NaN when it gives none
 *   receivedMs our wall clock when the value arrived, UTC ms
 *
 * `monoMs` is the monotonic time of the whole batch: durations are measured with it.
 */
import { assert } from './assert.ts';

export interface ReadingBatch {
  /** Configuration epoch that the point indexes belong to; a batch of another epoch is discarded. */
  readonly epoch: number;
  readonly count: number;
  readonly point: Uint32Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  readonly sourceMs: Float64Array;
  readonly receivedMs: Float64Array;
  readonly monoMs: number;
}

/** One reading, unpacked; for tests, the API and the page, not for the hot path. */
export interface Reading {
  readonly point: number;
  readonly value: number;
  readonly quality: number;
  readonly sourceMs: number;
  readonly receivedMs: number;
}

/** Readings that came together, without when: what a poll driver fills. */
export type ReadingColumns = Pick<ReadingBatch, 'count' | 'point' | 'value' | 'quality'> & {
  /** null = the device gives no times. */
  readonly sourceMs: Float64Array | null;
};

/** Three Float64, one Uint32, one Uint8. */
const BYTES_PER_READING = 29;

/** Collects readings of one instant into a batch. Not reusable after `finish`. */
export class ReadingBatchBuilder {
  #count = 0;
  readonly #epoch: number;
  readonly #point: Uint32Array;
  readonly #value: Float64Array;
  readonly #quality: Uint8Array;
  readonly #sourceMs: Float64Array;
  readonly #receivedMs: Float64Array;

  constructor(epoch: number, capacity: number) {
    this.#epoch = epoch;
    // One piece of memory for all columns, the widest first: five would cost more than what stands in them.
    const columns = new ArrayBuffer(BYTES_PER_READING * capacity);
    this.#value = new Float64Array(columns, 0, capacity);
    this.#sourceMs = new Float64Array(columns, 8 * capacity, capacity);
    this.#receivedMs = new Float64Array(columns, 16 * capacity, capacity);
    this.#point = new Uint32Array(columns, 24 * capacity, capacity);
    this.#quality = new Uint8Array(columns, 28 * capacity, capacity);
  }

  /** @param value ignored (NaN is stored) when `quality` is bad, so that no bad value can travel. */
  add(
    point: number,
    value: number,
    quality: number,
    receivedMs: number,
    sourceMs: number = Number.NaN,
  ): void {
    const at = this.#count++;
    assert(at < this.#point.length, 'a batch holds no more readings than its capacity');
    this.#point[at] = point;
    this.#value[at] = quality >= 128 ? Number.NaN : value;
    this.#quality[at] = quality;
    this.#sourceMs[at] = sourceMs;
    this.#receivedMs[at] = receivedMs;
  }

  /** All rows of the columns, as `add` takes each. */
  addAll({ count, point, value, quality, sourceMs }: ReadingColumns, receivedMs: number): void {
    const from = this.#count;
    this.#count += count;
    assert(this.#count <= this.#point.length, 'a batch holds no more readings than its capacity');
    for (let row = 0; row < count; row++) {
      const code = quality[row] as number;
      this.#point[from + row] = point[row] as number;
      this.#value[from + row] = code >= 128 ? Number.NaN : (value[row] as number);
      this.#quality[from + row] = code;
      this.#receivedMs[from + row] = receivedMs;
      this.#sourceMs[from + row] = sourceMs === null ? Number.NaN : (sourceMs[row] as number);
    }
  }

  get count(): number {
    return this.#count;
  }

  finish(monoMs: number): ReadingBatch {
    const count = this.#count;
    const isFull = count === this.#point.length;
    return {
      epoch: this.#epoch,
      count,
      point: isFull ? this.#point : this.#point.subarray(0, count),
      value: isFull ? this.#value : this.#value.subarray(0, count),
      quality: isFull ? this.#quality : this.#quality.subarray(0, count),
      sourceMs: isFull ? this.#sourceMs : this.#sourceMs.subarray(0, count),
      receivedMs: isFull ? this.#receivedMs : this.#receivedMs.subarray(0, count),
      monoMs,
    };
  }
}

/** Unpacks row `at` of a batch. */
export function toReading(batch: ReadingBatch, at: number): Reading {
  assert(at >= 0 && at < batch.count, 'row is inside the batch');
  return {
    point: batch.point[at] as number,
    value: batch.value[at] as number,
    quality: batch.quality[at] as number,
    sourceMs: batch.sourceMs[at] as number,
    receivedMs: batch.receivedMs[at] as number,
  };
}
