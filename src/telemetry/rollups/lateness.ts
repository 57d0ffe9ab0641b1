/** What of the readings came after their bucket had been closed: since when, from which hour on, and how long to wait for such. */
import type { RollupLimits } from './limits.ts';

export interface LatenessOptions {
  readonly limits: RollupLimits;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
}

export class Lateness {
  readonly #options: LatenessOptions;
  #graceMs: number;
  /** Stamp of the earliest late reading; Infinity = none. */
  #fromMs = Number.POSITIVE_INFINITY;
  #sinceMs: number | null = null;
  #readings = 0;

  constructor(options: LatenessOptions) {
    this.#options = options;
    this.#graceMs = options.limits.graceMs;
  }

  /** So long after its end a bucket is closed, ms; grows where readings come later than that. */
  get graceMs(): number {
    return this.#graceMs;
  }

  /** Stamp of the earliest reading whose hour must be computed again, UTC ms; Infinity = none. */
  get fromMs(): number {
    return this.#fromMs;
  }

  /** Since start. */
  get readings(): number {
    return this.#readings;
  }

  /** Late readings have been gathered for long enough. */
  get isDue(): boolean {
    const { limits, monoMs } = this.#options;
    return this.#sinceMs !== null && monoMs() - this.#sinceMs >= limits.lateGatherMs;
  }

  /** A live reading whose bucket is closed. */
  note(stampMs: number): void {
    const { limits, wallMs } = this.#options;
    this.#readings++;
    this.noteBefore(stampMs);
    const latenessMs = wallMs() - stampMs;
    if (latenessMs > this.#graceMs && latenessMs <= limits.maxGraceMs) {
      this.#graceMs = Math.min(limits.maxGraceMs, 1.5 * latenessMs);
    }
  }

  /** Something of an hour that has been computed, found in the journal or not taken from it. */
  noteBefore(stampMs: number): void {
    this.#fromMs = Math.min(this.#fromMs, stampMs);
    this.#sinceMs ??= this.#options.monoMs();
  }

  /** The hours are computed again from now on. @returns `fromMs` as it was */
  settle(): number {
    const fromMs = this.#fromMs;
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#sinceMs = null;
    return fromMs;
  }
}
