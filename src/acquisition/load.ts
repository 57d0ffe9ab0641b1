/**
 * How busy one link is: share of the time with something under way, latencies, share of the due polls that were made.
 * Pure; times are monotonic milliseconds. It looks back on `LIMITS.linkLoadMs` in slices, so what it says covers that
 * time and up to one slice more; latencies are kept as counts by size, to within a tenth, so that memory is bounded.
 *
 * slice:  busy ms | made | skipped | counts of latencies, 4 buckets to the octave from 0.25 ms to 65 s
 */
import { LIMITS } from '../core/limits.ts';
import type { LinkLoad } from '../core/link.ts';

const SLICES = 6;
const SLICE_MS = LIMITS.linkLoadMs / SLICES;
/** The one that is being filled stands beside the full ones. */
const ROWS = SLICES + 1;
const BUCKETS_PER_OCTAVE = 4;
/** Lower edge of the first bucket: faster than any network. */
const FIRST_MS = 0.25;
/** 18 octaves: up to 65 s, beyond the longest time-out that can be set. */
const BUCKETS = 18 * BUCKETS_PER_OCTAVE;

/** A link above it for a whole window that skips cycles cannot do what it is asked to. */
const OVERLOADED_RATIO = 0.9;
/** Below it, or without skipped cycles, it can again; the distance keeps it from flapping. */
const RELIEVED_RATIO = 0.85;

export class LoadMeter {
  /** By row and bucket. */
  readonly #latencies = new Uint32Array(ROWS * BUCKETS);
  readonly #busyMs = new Float64Array(ROWS);
  readonly #made = new Uint32Array(ROWS);
  readonly #skipped = new Uint32Array(ROWS);
  readonly #startMs: number;
  #row = 0;
  #rowEndMs: number;
  /** Since when something is under way, as far as it is not counted yet; null = nothing is. */
  #busySinceMs: number | null = null;
  #underWay = 0;
  #isOverloaded = false;

  constructor(startMs: number) {
    this.#startMs = startMs;
    this.#rowEndMs = startMs + SLICE_MS;
  }

  /** Something goes out. */
  began(nowMs: number): void {
    this.#turnTo(nowMs);
    if (this.#underWay++ === 0) this.#busySinceMs = nowMs;
  }

  /** It has ended. @param latencyMs null = no answer came */
  ended(nowMs: number, latencyMs: number | null): void {
    this.#turnTo(nowMs);
    if (latencyMs !== null) this.#add(this.#latencies, this.#row * BUCKETS + toBucket(latencyMs));
    if (--this.#underWay === 0) this.#rest(nowMs);
  }

  /** A due poll was made, after so many that were not. */
  polled(nowMs: number, skipped: number): void {
    this.#turnTo(nowMs);
    this.#add(this.#made, this.#row);
    if (skipped > 0) this.#add(this.#skipped, this.#row, skipped);
  }

  /** The connection has ended: nothing is under way any more. */
  stopped(nowMs: number): void {
    this.#turnTo(nowMs);
    this.#underWay = 0;
    this.#rest(nowMs);
  }

  read(nowMs: number): LinkLoad {
    this.#turnTo(nowMs);
    const made = sum(this.#made);
    const skipped = sum(this.#skipped);
    const counts = this.#countsByBucket();
    return {
      busyRatio: this.#busyRatio(nowMs),
      latencyP50Ms: toQuantile(counts, 0.5),
      latencyP99Ms: toQuantile(counts, 0.99),
      reachedRatio: made + skipped === 0 ? 1 : made / (made + skipped),
    };
  }

  /**
   * Whether the link is asked for more than it can do, judged over a whole window.
   * @returns what has become of it since the last call, null = nothing new
   */
  judge(nowMs: number): 'overloaded' | 'relieved' | null {
    this.#turnTo(nowMs);
    if (nowMs - this.#startMs < LIMITS.linkLoadMs) return null;
    const limit = this.#isOverloaded ? RELIEVED_RATIO : OVERLOADED_RATIO;
    const isOverloaded = sum(this.#skipped) > 0 && this.#busyRatio(nowMs) > limit;
    if (isOverloaded === this.#isOverloaded) return null;
    this.#isOverloaded = isOverloaded;
    return isOverloaded ? 'overloaded' : 'relieved';
  }

  #busyRatio(nowMs: number): number {
    const rowStartMs = this.#rowEndMs - SLICE_MS;
    const fromMs = Math.max(this.#startMs, rowStartMs - LIMITS.linkLoadMs);
    const runningMs = this.#busySinceMs === null ? 0 : nowMs - this.#busySinceMs;
    return nowMs <= fromMs ? 0 : Math.min(1, (sum(this.#busyMs) + runningMs) / (nowMs - fromMs));
  }

  #rest(nowMs: number): void {
    if (this.#busySinceMs !== null) this.#add(this.#busyMs, this.#row, nowMs - this.#busySinceMs);
    this.#busySinceMs = null;
  }

  #turnTo(nowMs: number): void {
    while (nowMs >= this.#rowEndMs) {
      if (this.#busySinceMs !== null) {
        this.#add(this.#busyMs, this.#row, this.#rowEndMs - this.#busySinceMs);
        this.#busySinceMs = this.#rowEndMs;
      }
      this.#row = (this.#row + 1) % ROWS;
      this.#rowEndMs += SLICE_MS;
      this.#clearRow();
    }
  }

  #clearRow(): void {
    this.#busyMs[this.#row] = 0;
    this.#made[this.#row] = 0;
    this.#skipped[this.#row] = 0;
    this.#latencies.fill(0, this.#row * BUCKETS, (this.#row + 1) * BUCKETS);
  }

  #add(column: Uint32Array | Float64Array, at: number, value = 1): void {
    column[at] = (column[at] as number) + value;
  }

  #countsByBucket(): Uint32Array {
    const counts = new Uint32Array(BUCKETS);
    for (let at = 0; at < this.#latencies.length; at++) this.#add(counts, at % BUCKETS, this.#latencies[at]);
    return counts;
  }
}

function toBucket(latencyMs: number): number {
  const bucket = Math.floor(Math.log2(latencyMs / FIRST_MS) * BUCKETS_PER_OCTAVE);
  return Math.max(0, Math.min(BUCKETS - 1, bucket));
}

/** The middle of the bucket in which the quantile lies; null = nothing was counted. */
function toQuantile(counts: Uint32Array, quantile: number): number | null {
  let left = Math.ceil(sum(counts) * quantile);
  if (left === 0) return null;
  let bucket = 0;
  for (; bucket < BUCKETS - 1; bucket++) {
    left -= counts[bucket] as number;
    if (left <= 0) break;
  }
  return FIRST_MS * 2 ** ((bucket + 0.5) / BUCKETS_PER_OCTAVE);
}

function sum(column: Uint32Array | Float64Array): number {
  let total = 0;
  for (const value of column) total += value;
  return total;
}
