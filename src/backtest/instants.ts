/**
 * Pieces of readings cut into instants: what came in the same millisecond is one batch, as one poll delivers it. One batch
 * object is filled again and again; whoever takes it reads it before the next.
 */
import { QUALITIES } from '../core/quality.ts';
import type { ReadingBatch } from '../core/reading.ts';
import type { ReadingsPiece } from './journal-readings.ts';

const GATEWAY_DOWN = QUALITIES['gateway-down'].code;

export interface InstantTaker {
  /** @param nowMs of the batch, UTC ms; never before the one before */
  take(batch: ReadingBatch, nowMs: number): void;
  /** The run before has ended here: what follows comes from a new start. */
  end(atMs: number): void;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Columns of one instant; a site that is read at once has all its points in it. */
export class Instants {
  readonly #batch: Mutable<ReadingBatch>;
  #nowMs = Number.NEGATIVE_INFINITY;

  constructor(epoch: number) {
    this.#batch = createBatch(epoch, 64);
  }

  /** Received time that has been reached, UTC ms. */
  get nowMs(): number {
    return this.#nowMs;
  }

  /** A wall clock that was set back stands still here until it has caught up. */
  run(piece: ReadingsPiece, taker: InstantTaker): void {
    const { count, order, receivedMs } = piece;
    for (let from = 0; from < count; ) {
      const ms = receivedMs[order[from] as number] as number;
      let to = from + 1;
      while (to < count && receivedMs[order[to] as number] === ms) to++;
      this.#nowMs = Math.max(this.#nowMs, ms);
      this.#fill(piece, from, to);
      if (this.#batch.count > 0) taker.take(this.#batch, this.#nowMs);
      if (this.#batch.count < to - from) taker.end(this.#nowMs);
      from = to;
    }
  }

  /** Without what the start of the next run wrote about the time in which there was none. */
  #fill(
    { order, point, value, quality, sourceMs, receivedMs }: ReadingsPiece,
    from: number,
    to: number,
  ): void {
    if (to - from > this.#batch.point.length)
      Object.assign(this.#batch, createBatch(this.#batch.epoch, 2 * (to - from)));
    const batch = this.#batch;
    let count = 0;
    for (let row = from; row < to; row++) {
      const at = order[row] as number;
      const code = quality[at] as number;
      if (code === GATEWAY_DOWN) continue;
      batch.point[count] = point[at] as number;
      batch.value[count] = value[at] as number;
      batch.quality[count] = code;
      batch.sourceMs[count] = sourceMs[at] as number;
      batch.receivedMs[count++] = receivedMs[at] as number;
    }
    batch.count = count;
    batch.monoMs = this.#nowMs;
  }
}

function createBatch(epoch: number, capacity: number): Mutable<ReadingBatch> {
  return {
    epoch,
    count: 0,
    point: new Uint32Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
    sourceMs: new Float64Array(capacity),
    receivedMs: new Float64Array(capacity),
    monoMs: 0,
  };
}
