/**
 * Stamps and quality marks, fixed when a reading is journalled. A stamp is the time of receipt, moved forward where the
 * point already has one as late or later: so no two readings of a point share a stamp even after the clock was set back,
 * and sending a reading twice overwrites it with itself.
 */
import { isBad, QUALITIES } from '../../core/quality.ts';
import { MAX_TIME_MS } from './format.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import type { OpenRows } from './rows.ts';

/** No quality code: nothing was journalled in this run. */
const NO_QUALITY = 255;

/** Readings as they arrive, in columns; times as acquisition gave them. */
export interface ArrivedColumns {
  readonly count: number;
  readonly point: Uint32Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  readonly sourceMs: Float64Array;
  readonly receivedMs: Float64Array;
}

export class Stamper {
  readonly #lastStampMs: Float64Array;
  readonly #lastQuality: Uint8Array;
  readonly #lastMarkMs: Float64Array;

  /** @param lastStampMs by point; -Infinity where there is none. Kept and changed. */
  constructor(lastStampMs: Float64Array) {
    this.#lastStampMs = lastStampMs;
    this.#lastQuality = new Uint8Array(lastStampMs.length).fill(NO_QUALITY);
    this.#lastMarkMs = new Float64Array(lastStampMs.length);
  }

  /**
   * Appends reading `from` of `arrived` to `rows`, which have room for it.
   * @param nowMs stands in for a time of receipt that is none
   */
  add(rows: OpenRows, arrived: ArrivedColumns, from: number, nowMs: number): void {
    const at = rows.count++;
    const point = arrived.point[from] as number;
    const value = arrived.value[from] as number;
    const receivedMs = toTime(arrived.receivedMs[from] as number, nowMs);
    const stampMs = Math.max(receivedMs, (this.#lastStampMs[point] as number) + 1);
    const quality = toStoredQuality(arrived.quality[from] as number, value);
    this.#lastStampMs[point] = stampMs;
    rows.point[at] = point;
    rows.stampMs[at] = stampMs;
    rows.quality[at] = quality;
    rows.value[at] = isBad(quality) ? Number.NaN : value;
    rows.sourceMs[at] = toTime(arrived.sourceMs[from] as number, Number.NaN);
    rows.receivedMs[at] = receivedMs;
    rows.mark[at] = this.#mark(point, quality, stampMs) ? 1 : 0;
  }

  /** Whether the sink is to be told the quality: first reading of this run, change, heartbeat. */
  #mark(point: number, quality: number, stampMs: number): boolean {
    const isDue =
      quality !== this.#lastQuality[point] ||
      stampMs - (this.#lastMarkMs[point] as number) >= JOURNAL_LIMITS.heartbeatMs;
    if (!isDue) return false;
    this.#lastQuality[point] = quality;
    this.#lastMarkMs[point] = stampMs;
    return true;
  }
}

/** No value that is not a number travels as a usable one. */
function toStoredQuality(quality: number, value: number): number {
  return !isBad(quality) && !Number.isFinite(value) ? QUALITIES['not-a-number'].code : quality;
}

function toTime(ms: number, otherwise: number): number {
  return ms >= 0 && ms <= MAX_TIME_MS ? Math.floor(ms) : otherwise;
}
