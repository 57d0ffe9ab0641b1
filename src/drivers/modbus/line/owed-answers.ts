/**
 * Answers that may still come although nobody waits for them any more: of requests that have timed out, and of another
 * master's. Frames of a line carry no transaction, so an answer of the same unit, function and length as the one
 * waited for could be either's. This is the memory that tells when it could; what is then done is transport.ts.
 *
 * An owed answer is forgotten
 *   – when it comes;
 *   – when its unit answers a later request unmistakably: a unit answers in the order of its requests;
 *   – when its window has passed. On a serial port the window begins with the time-out. Behind a network the request or
 *     the answer may lie in a buffer for minutes, so the window begins only when any unit has answered a later request:
 *     then this one has been on the bus before it, and nothing but the unit's own slowness is left.
 *
 * The window is one time-out, or the slowest answer that the unit has ever given if that was longer.
 */
import { isExceptionTo, isRead } from './answers.ts';
import type { Wanted } from './line-framing.ts';

interface Owed {
  readonly wanted: Wanted;
  readonly sentMs: number;
  /** When it was given up. */
  readonly overMs: number;
  readonly windowMs: number;
  /** Since when it is certain that the request has been on the bus; null = it may lie in a buffer. */
  provenMs: number | null;
}

/** An answer that could be taken for that to another request. Monotonic time. */
export interface Doubt {
  /** When to stop waiting for it. */
  readonly untilMs: number;
  /** Whether it cannot come any more after that. */
  readonly isOverThen: boolean;
}

/** The oldest is forgotten beyond that: more different requests than one link has. */
const MAX_OWED = 1_024;

export class OwedAnswers {
  readonly #isNetwork: boolean;
  /** Oldest first. */
  #owed: Owed[] = [];
  /** Slowest late answer, ms after its request; key: unit. */
  readonly #slowestMs = new Map<number, number>();

  constructor(isNetwork: boolean) {
    this.#isNetwork = isNetwork;
  }

  /** A request that was given up: after its time-out, or because the caller stopped. */
  add(wanted: Wanted, timeoutMs: number, sentMs: number, nowMs: number): void {
    this.#push(wanted, timeoutMs, sentMs, nowMs, this.#isNetwork ? null : nowMs);
  }

  /** A request of another master, seen on the bus. */
  addForeign(wanted: Wanted, timeoutMs: number, nowMs: number): void {
    this.#push(wanted, timeoutMs, nowMs, nowMs, nowMs);
  }

  /** Whether a frame that nobody waits for is an owed answer; then it is owed no more. */
  take(unit: number, pdu: Buffer, nowMs: number): boolean {
    const at = this.#owed.findIndex(({ wanted }) => wanted.unit === unit && hasShapeOf(wanted, pdu));
    const [owed] = at < 0 ? [] : this.#owed.splice(at, 1);
    if (!owed) return false;
    this.#slowestMs.set(unit, Math.max(this.#slowestMs.get(unit) ?? 0, nowMs - owed.sentMs));
    return true;
  }

  /** An answer was accepted; its request was sent after all those that are owed. */
  onAnswer(answered: Wanted, isException: boolean, nowMs: number): void {
    const couldBe = ({ wanted }: Owed) =>
      wanted.unit !== answered.unit ||
      (wanted.pdu[0] === answered.pdu[0] && (isException || wanted.answerBytes === answered.answerBytes));
    this.#owed = this.#owed.filter(couldBe);
    for (const owed of this.#owed) owed.provenMs ??= nowMs;
  }

  /** The answer that would be mistaken for the one to `next`; null = there is none. */
  doubt(next: Wanted, nowMs: number): Doubt | null {
    this.#forget(nowMs);
    const doubtful = this.#owed.filter(({ wanted }) => isMistakable(wanted, next));
    if (doubtful.length === 0) return null;
    return {
      untilMs: Math.max(...doubtful.map(windowEnd)),
      isOverThen: doubtful.every(({ provenMs }) => provenMs !== null),
    };
  }

  /** Whether an exception could belong to another request than `next`. */
  isExceptionDoubtful(next: Wanted, nowMs: number): boolean {
    this.#forget(nowMs);
    return this.#owed.some(({ wanted }) => isSameFunction(wanted, next) && !isSameRead(wanted, next));
  }

  #push(wanted: Wanted, timeoutMs: number, sentMs: number, overMs: number, provenMs: number | null): void {
    const windowMs = Math.max(timeoutMs, this.#slowestMs.get(wanted.unit) ?? 0);
    this.#owed.push({ wanted, sentMs, overMs, windowMs, provenMs });
    if (this.#owed.length > MAX_OWED) this.#owed.shift();
  }

  #forget(nowMs: number): void {
    this.#owed = this.#owed.filter((owed) => owed.provenMs === null || windowEnd(owed) > nowMs);
  }
}

function windowEnd({ overMs, provenMs, windowMs }: Owed): number {
  return Math.max(overMs, provenMs ?? overMs) + windowMs;
}

function hasShapeOf(wanted: Wanted, pdu: Buffer): boolean {
  const isAccepted = pdu[0] === wanted.pdu[0] && pdu.length === wanted.answerBytes;
  return isAccepted || isExceptionTo(wanted, pdu);
}

function isMistakable(owed: Wanted, next: Wanted): boolean {
  return isSameFunction(owed, next) && owed.answerBytes === next.answerBytes && !isSameRead(owed, next);
}

function isSameFunction(owed: Wanted, next: Wanted): boolean {
  return owed.unit === next.unit && owed.pdu[0] === next.pdu[0];
}

/** Byte for byte the same question, which changes nothing: whichever answer comes is right. */
function isSameRead(owed: Wanted, next: Wanted): boolean {
  return isRead(next.pdu) && owed.pdu.equals(next.pdu);
}
