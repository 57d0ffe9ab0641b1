/**
 * Readings that found no room on the main thread, on their way to the log of losses: told once a second, and not before the
 * ones told last are noted, so that a thread that stands still is not flooded.
 */
import type { NewLoss } from './journal/losses.ts';

/** What a kill may take of the tally; times of drops are told to the second anyway. */
const TELL_MS = 1_000;

export class DropTally {
  readonly #tell: (loss: NewLoss) => void;
  #readings = 0;
  #told = 0;
  #noted = 0;
  /** Of those not told yet. */
  #fromMs = Number.POSITIVE_INFINITY;
  #toMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(tell: (loss: NewLoss) => void) {
    this.#tell = tell;
  }

  /** Since start. */
  get readings(): number {
    return this.#readings;
  }

  /** @param receivedMs UTC ms; one that is no time says nothing */
  add(receivedMs: number): void {
    this.#readings++;
    if (Number.isFinite(receivedMs)) {
      this.#fromMs = Math.min(this.#fromMs, receivedMs);
      this.#toMs = Math.max(this.#toMs, receivedMs);
    }
    this.#timer ??= setTimeout(() => this.#flush(), TELL_MS);
  }

  /** @param readings noted of those that were told, since start */
  settle(readings: number): void {
    this.#noted = readings;
    if (this.#readings > this.#told) this.#timer ??= setTimeout(() => this.#flush(), TELL_MS);
  }

  /** Tells the rest at once. */
  end(): void {
    this.#noted = this.#told;
    this.#flush();
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const readings = this.#readings - this.#told;
    if (readings === 0 || this.#noted < this.#told) return;
    const isKnown = this.#fromMs <= this.#toMs;
    const [fromMs, toMs] = isKnown ? [this.#fromMs, this.#toMs] : [null, null];
    this.#told = this.#readings;
    this.#fromMs = Number.POSITIVE_INFINITY;
    this.#toMs = Number.NEGATIVE_INFINITY;
    this.#tell({ kind: 'dropped', readings, isExact: true, fromMs, toMs, isConfirmed: false });
  }
}
