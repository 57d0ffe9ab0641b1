/**
 * One timer for the deadlines of one connection: a timer per request costs more than its frame (performance.md §1). It
 * is armed for the earliest deadline known and moved only for an earlier one; an answered request leaves it alone, and
 * when it runs out the owner says what is due and what comes next.
 */

/** Timers count in whole milliseconds and may run out this much early. */
const GRAIN_MS = 1;

export class Deadline {
  readonly #onDue: (nowMs: number) => number;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = Number.POSITIVE_INFINITY;

  /** @param onDue ends what was due by then; @returns the next deadline, infinity = none */
  constructor(onDue: (nowMs: number) => number) {
    this.#onDue = onDue;
  }

  /** Runs out at `dueMs` (as `performance.now`) at the latest. */
  atLatest(dueMs: number, nowMs: number): void {
    if (dueMs >= this.#dueMs) return;
    this.clear();
    this.#dueMs = dueMs;
    this.#timer = setTimeout(() => this.#runOut(), Math.max(GRAIN_MS, Math.ceil(dueMs - nowMs)));
  }

  clear(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  /** Lets the socket be looked at once more: when our own process was held up, the answer has long been there. */
  #runOut(): void {
    const ranOutMs = performance.now();
    this.clear();
    setImmediate(() => {
      const nextMs = this.#onDue(ranOutMs + GRAIN_MS);
      if (nextMs < Number.POSITIVE_INFINITY) this.atLatest(nextMs, performance.now());
    });
  }
}
