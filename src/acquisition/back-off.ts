/** How long to wait before the next attempt to connect. Pure but for the injected randomness. */

export interface BackOffLimits {
  readonly initialMs: number;
  readonly factor: number;
  /** Longest wait: what a technician is ready to stand beside a cable that is plugged in again. */
  readonly maxMs: number;
  /** Share of the wait that is random, 0–1: links that fell together do not come back together. */
  readonly jitterRatio: number;
}

export const CONNECT_BACK_OFF: BackOffLimits = {
  initialMs: 500,
  factor: 2,
  maxMs: 30_000,
  jitterRatio: 0.25,
};

export class BackOff {
  readonly #limits: BackOffLimits;
  readonly #random: () => number;
  #nextMs: number;

  /** @param random 0 ≤ r < 1 */
  constructor(random: () => number, limits: BackOffLimits = CONNECT_BACK_OFF) {
    this.#limits = limits;
    this.#random = random;
    this.#nextMs = limits.initialMs;
  }

  /** The wait before the next attempt, ms; grows with every call. Never longer than `maxMs`. */
  next(): number {
    const { factor, maxMs, jitterRatio } = this.#limits;
    const baseMs = this.#nextMs;
    this.#nextMs = Math.min(baseMs * factor, maxMs);
    return baseMs * (1 - jitterRatio * this.#random());
  }

  /** After success. */
  reset(): void {
    this.#nextMs = this.#limits.initialMs;
  }
}
