/**
 * When the connection to a device that serves one master at a time is given back, and when it is opened again. Pure;
 * times are monotonic milliseconds.
 *
 *   held ──nothing due for `afterMs`──▶ given back ──shortly before the next poll──▶ opened ──first answer──▶ held
 *                                          ▲                                           │ refused: somebody else has it
 *                                          └───────────────── tried again ─────────────┘ until a cycle has passed: lost
 */

/** Beside the time that connecting took last, so that the poll is not late when it takes somewhat longer. */
const REOPEN_MARGIN_MS = 50;
/** A connection that takes longer makes its poll late: nobody else would get the device in the meantime. */
const MAX_REOPEN_MS = 5_000;
/** The other master has the device for a poll or two; half of the pause is random, so that two do not meet for ever. */
const RETRY_MS = 200;

export class Release {
  readonly #afterMs: number | null;
  readonly #cycleMs: number;
  #connectMs = 0;
  #usedMs = 0;
  /** When the next poll was due as it was given back; null = it is held, or lost. */
  #dueMs: number | null = null;

  /**
   * @param afterMs rest after which it is given back, null = never
   * @param cycleMs shortest poll interval
   */
  constructor(afterMs: number | null, cycleMs: number) {
    this.#afterMs = afterMs;
    this.#cycleMs = cycleMs;
  }

  /** It was given back, and nothing has answered since. */
  get isReleased(): boolean {
    return this.#dueMs !== null;
  }

  /** When it is to be opened again. */
  get reopenMs(): number {
    return (this.#dueMs ?? 0) - this.#leadMs;
  }

  connected(nowMs: number, tookMs: number): void {
    this.#connectMs = tookMs;
    this.#usedMs = nowMs;
  }

  /** Something was asked and has ended. */
  used(nowMs: number): void {
    this.#usedMs = nowMs;
  }

  /**
   * When to give it back if nothing is asked before the next poll; Infinity = that comes too soon.
   * @param dueMs of the next poll
   */
  atMs(nowMs: number, dueMs: number): number {
    if (this.#afterMs === null) return Number.POSITIVE_INFINITY;
    const atMs = this.#usedMs + this.#afterMs;
    return dueMs - this.#leadMs > Math.max(atMs, nowMs) ? atMs : Number.POSITIVE_INFINITY;
  }

  begin(dueMs: number): void {
    this.#dueMs = dueMs;
  }

  /** It is held again, or lost. */
  end(): void {
    this.#dueMs = null;
  }

  /** Pause before it is tried again; null = it was not given back, or has stayed away for a cycle. @param random 0 ≤ r < 1 */
  retryMs(nowMs: number, random: number): number | null {
    if (this.#dueMs === null || nowMs >= this.#dueMs + this.#cycleMs) return null;
    return RETRY_MS * (0.5 + 0.5 * random);
  }

  get #leadMs(): number {
    return Math.min(this.#connectMs * 1.5 + REOPEN_MARGIN_MS, MAX_REOPEN_MS);
  }
}
