/** Gathers readings on the main thread until a group is worth a message. The buffers are reused; what is taken is a copy. */
import { assert } from '../core/assert.ts';
import type { ArrivedColumns } from './journal/stamps.ts';

export class ReadingGroup {
  #count = 0;
  readonly #point: Uint32Array<ArrayBuffer>;
  readonly #value: Float64Array<ArrayBuffer>;
  readonly #quality: Uint8Array<ArrayBuffer>;
  readonly #sourceMs: Float64Array<ArrayBuffer>;
  readonly #receivedMs: Float64Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#point = new Uint32Array(capacity);
    this.#value = new Float64Array(capacity);
    this.#quality = new Uint8Array(capacity);
    this.#sourceMs = new Float64Array(capacity);
    this.#receivedMs = new Float64Array(capacity);
  }

  get count(): number {
    return this.#count;
  }

  get isFull(): boolean {
    return this.#count === this.#point.length;
  }

  /** Copies row `at` of the columns. */
  add(columns: ArrivedColumns, at: number): void {
    assert(!this.isFull, 'a group holds no more readings than its capacity');
    const to = this.#count++;
    this.#point[to] = columns.point[at] as number;
    this.#value[to] = columns.value[at] as number;
    this.#quality[to] = columns.quality[at] as number;
    this.#sourceMs[to] = columns.sourceMs[at] as number;
    this.#receivedMs[to] = columns.receivedMs[at] as number;
  }

  /** The readings, in arrays of their own that can be transferred; the group is empty again. */
  take(): { readonly columns: ArrivedColumns; readonly buffers: readonly ArrayBuffer[] } {
    const count = this.#count;
    this.#count = 0;
    const point = this.#point.slice(0, count);
    const value = this.#value.slice(0, count);
    const quality = this.#quality.slice(0, count);
    const sourceMs = this.#sourceMs.slice(0, count);
    const receivedMs = this.#receivedMs.slice(0, count);
    return {
      columns: { count, point, value, quality, sourceMs, receivedMs },
      buffers: [point.buffer, value.buffer, quality.buffer, sourceMs.buffer, receivedMs.buffer],
    };
  }
}
