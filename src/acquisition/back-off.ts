/** How long to wait before the next attempt to connect. Pure but for the injected randomness. */

export interface BackOffLimits {
  readonly initialMs: number;
  readonly factor: number;
  /** Longest wait while the outage is young: what a technician is ready to stand beside a cable that is plugged in again. */
  readonly youngMaxMs: number;
  /** Age up to which an outage is young: longer ones are rarely mended by somebody who stands beside and waits. */
  readonly youngMs: number;
  /** Longest wait after that. */
  readonly maxMs: number;
  /** Share of the wait that is random, 0–1: links that fell together do not come back together. */
  readonly jitterRatio: number;
}

/**
 * A refused attempt costs one packet each way, so the pause is short for as long as people are likely to work on the
 * wire: what is plugged in again is noticed within 1.5 s (polled links: within their fastest cycle). A device that stays away
 * for longer (a tenant's switched-off controller) costs four attempts a minute.
 */
export const CONNECT_BACK_OFF: BackOffLimits = {
  initialMs: 500,
  factor: 2,
  youngMaxMs: 1_500,
  youngMs: 10 * 60_000,
  maxMs: 15_000,
  jitterRatio: 0.25,
};

export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #nextMs: number;
  /** When the outage began; null while there is none. */
  #sinceMs: number | null = null;

  /** @param random 0 ≤ r < 1 */
  constructor(random: () => number, limits: BackOffLimits = CONNECT_BACK_OFF) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.initialMs;
  }

  /**
   * The wait before the next attempt, ms; grows with every call up to the limit for the age of the outage.
   * @param monoMs now; the first call after a `reset` begins the outage
   */
  next(monoMs: number): number {
    const { factor, youngMaxMs, youngMs, maxMs, jitterRatio } = this.#limits;
    this.#sinceMs ??= monoMs;
    const isYoung = monoMs - this.#sinceMs < youngMs;
    const baseMs = Math.min(this.#nextMs, isYoung ? youngMaxMs : maxMs);
    this.#nextMs = baseMs * factor;
    return baseMs * (1 - jitterRatio * this.#random());
  }

  /** After success. */
  reset(): void {
    this.#nextMs = this.#limits.initialMs;
    this.#sinceMs = null;
  }
}
