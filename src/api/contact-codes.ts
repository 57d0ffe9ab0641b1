/**
 * Codes that the desk reads to somebody who reported without an account, and that they enter behind their link: it proves that
 * the way of contact reaches them. Kept as keyed digests in memory only: six digits on a disk would be guessed back at once.
 *
 *   issued ──10 min──▶ void          issued ──right──▶ confirmed          issued ──5 × wrong──▶ void
 */
import { createHmac, randomBytes, randomInt, timingSafeEqual } from 'node:crypto';
import { RiserError } from '../core/errors.ts';

export const CODE_LIMITS = {
  /** A telephone call, and finding the page. */
  lifeMs: 10 * 60_000,
  /** Five of a million: guessing does not pay. */
  attempts: 5,
  digits: 6,
  /** Codes that wait at the same time; the oldest is void then. */
  remembered: 1_000,
} as const;

interface Issued {
  readonly digest: Buffer;
  readonly expiresAtMs: number;
  left: number;
}

export interface ContactCodeCounters {
  readonly issued: number;
  readonly confirmed: number;
  readonly wrong: number;
  /** Entered where none was valid any more. */
  readonly refused: number;
  readonly waiting: number;
}

/** Of this process: after a restart the desk reads another one. */
export class ContactCodes {
  readonly #key = randomBytes(32);
  /** Key: ticket. */
  readonly #codes = new Map<string, Issued>();
  #issued = 0;
  #confirmed = 0;
  #wrong = 0;
  #refused = 0;

  /** A new one; the one before it is void. @returns six digits, said once */
  issue(ticket: string, nowMs: number): { readonly code: string; readonly expiresAtMs: number } {
    const code = String(randomInt(10 ** CODE_LIMITS.digits)).padStart(CODE_LIMITS.digits, '0');
    const expiresAtMs = nowMs + CODE_LIMITS.lifeMs;
    this.#codes.delete(ticket);
    this.#codes.set(ticket, {
      digest: this.#digest(ticket, code),
      expiresAtMs,
      left: CODE_LIMITS.attempts,
    });
    const [oldest] = this.#codes.keys();
    if (this.#codes.size > CODE_LIMITS.remembered && oldest !== undefined) this.#codes.delete(oldest);
    this.#issued++;
    return { code, expiresAtMs };
  }

  /** A right one stays good until `settle`, so that a failing store costs nobody a second call. @throws RiserError `contact-code-void`, `contact-code-wrong` */
  check(ticket: string, code: string, nowMs: number): void {
    const issued = this.#codes.get(ticket);
    if (issued === undefined || issued.expiresAtMs <= nowMs || issued.left <= 0) {
      this.#codes.delete(ticket);
      this.#refused++;
      throw new RiserError('contact-code-void');
    }
    if (timingSafeEqual(issued.digest, this.#digest(ticket, code))) return;
    issued.left--;
    this.#wrong++;
    throw new RiserError('contact-code-wrong', { left: issued.left });
  }

  /** What it was for is stored. */
  settle(ticket: string): void {
    if (this.#codes.delete(ticket)) this.#confirmed++;
  }

  counters(): ContactCodeCounters {
    return {
      issued: this.#issued,
      confirmed: this.#confirmed,
      wrong: this.#wrong,
      refused: this.#refused,
      waiting: this.#codes.size,
    };
  }

  #digest(ticket: string, code: string): Buffer {
    return createHmac('sha256', this.#key).update(`${ticket} ${code}`).digest();
  }
}
