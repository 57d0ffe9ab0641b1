/**
 * How fast backlog may be sent: a bucket of readings that fills at the configured rate and may be overdrawn by one write,
 * and a share of that rate which follows the server:
 *
 *   a write takes ≥ 4 × the quickest one and ≥ 500 ms, or fails   share halves (down to 1/64)
 *   any other write                                               share grows by 1/16 (up to 1)
 *
 * Time comes in as arguments.
 */
import { FORWARDER_LIMITS } from './limits.ts';

/** The bucket holds what is allowed in this time: no more than one write's worth of a burst after a pause. */
const BURST_S = 0.1;

export class Pace {
  readonly #perS: number;
  #ratio = 1;
  #readings: number;
  #filledMs: number;
  #quickestMs = Number.POSITIVE_INFINITY;

  /** @param perS readings a second, at most */
  constructor(perS: number, nowMs: number) {
    this.#perS = perS;
    this.#readings = perS * BURST_S;
    this.#filledMs = nowMs;
  }

  /** 0–1. */
  get ratio(): number {
    return this.#ratio;
  }

  /** Time until the next write may start; 0 = now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#readings > 0 ? 0 : Math.ceil((1 - this.#readings) / this.#perMs());
  }

  /** A write of so many readings starts. */
  take(readings: number, nowMs: number): void {
    this.#fill(nowMs);
    this.#readings -= readings;
  }

  /** A write was answered. */
  note(tookMs: number): void {
    const { slowFactor, slowMs, forgetRatio } = FORWARDER_LIMITS;
    if (tookMs >= slowMs && tookMs >= slowFactor * this.#quickestMs) this.slow();
    else this.#ratio = Math.min(1, this.#ratio + FORWARDER_LIMITS.paceGain);
    this.#quickestMs = Math.min(tookMs, this.#quickestMs * (1 + forgetRatio));
  }

  /** A write was slow, or failed. */
  slow(): void {
    this.#ratio = Math.max(FORWARDER_LIMITS.minPaceRatio, this.#ratio / 2);
  }

  #fill(nowMs: number): void {
    const gained = (nowMs - this.#filledMs) * this.#perMs();
    this.#readings = Math.min(this.#perS * this.#ratio * BURST_S, this.#readings + gained);
    this.#filledMs = nowMs;
  }

  #perMs(): number {
    return (this.#perS * this.#ratio) / 1000;
  }
}
