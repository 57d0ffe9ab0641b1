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
 * The window is one time-out, or the slowest answer of the unit on this connection if that was longer. A unit that is late
 * works off its requests one after another: what it still owes begins only when the answer before it has gone, so the
 * window begins anew then, and is twice what that answer took. That an answer to a repeated read is the one to the
 * first of them must be assumed as long as the first one's window is open: the others are owed. No window is longer than
 * MAX_WINDOW_TIMEOUTS: whoever waits for it keeps the whole line waiting.
 *
 * The memory is the link's: a serial server hands over to the new connection what the bus says, whoever has asked on the
 * old one. With the end of a connection nothing more gets onto the bus, so all windows begin then at the latest; a modem
 * may have kept answers for us, so behind one they begin with the new connection.
 */
import { isExceptionTo, isRead } from './answers.ts';
import type { Wanted } from './line-framing.ts';

interface Owed {
  readonly wanted: Wanted;
  readonly sentMs: number;
  readonly timeoutMs: number;
  /** When it was given up. */
  readonly overMs: number;
  windowMs: number;
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

/** As long as the answer before it, and as long again to spare: when it comes, nobody waits any longer. */
const NEXT_ANSWER_RATIO = 2;

/** A device that takes so many time-outs for an answer is of no use with that time-out. */
const MAX_WINDOW_TIMEOUTS = 4;

/** The oldest is forgotten beyond that: more different requests than one link has. */
const MAX_OWED = 1_024;

export class OwedAnswers {
  readonly #isNetwork: boolean;
  /** Oldest first. */
  #owed: Owed[] = [];
  /** Slowest late answer on this connection, ms after its request; key: unit. */
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

  /** The connection has ended: what was sent on it is on the bus by now, or lost. */
  ended(nowMs: number): void {
    for (const owed of this.#owed) owed.provenMs ??= nowMs;
    this.#slowestMs.clear();
  }

  /** A new connection to a modem: what it has kept comes now. */
  handedOver(nowMs: number): void {
    for (const owed of this.#owed) owed.provenMs = nowMs;
  }

  /** Whether a frame that nobody waits for is an owed answer; then it is owed no more. */
  take(unit: number, pdu: Buffer, nowMs: number): boolean {
    const at = this.#owed.findIndex(({ wanted }) => wanted.unit === unit && hasShapeOf(wanted, pdu));
    const [owed] = at < 0 ? [] : this.#owed.splice(at, 1);
    if (!owed) return false;
    this.#noteLate(owed, nowMs);
    return true;
  }

  /** An answer was accepted; its request was sent after all those that are owed. */
  onAnswer(answered: Wanted, isException: boolean, nowMs: number): void {
    const couldBe = ({ wanted }: Owed) =>
      wanted.unit !== answered.unit ||
      (wanted.pdu[0] === answered.pdu[0] && (isException || wanted.answerBytes === answered.answerBytes));
    this.#owed = this.#owed.filter(couldBe);
    for (const owed of this.#owed) owed.provenMs ??= nowMs;
    const isFirst = ({ wanted, overMs, windowMs }: Owed) =>
      isSameQuestion(wanted, answered) && nowMs <= overMs + windowMs;
    const first = isException ? undefined : this.#owed.find(isFirst);
    if (first) this.#noteLate(first, nowMs);
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

  /** The answer to this request has come late, as far as anybody can tell: the unit's next ones begin now. */
  #noteLate({ wanted: { unit }, sentMs, timeoutMs }: Owed, nowMs: number): void {
    const longestMs = MAX_WINDOW_TIMEOUTS * timeoutMs;
    const tookMs = Math.min(nowMs - sentMs, longestMs);
    this.#slowestMs.set(unit, Math.max(this.#slowestMs.get(unit) ?? 0, tookMs));
    for (const owed of this.#owed) {
      if (owed.wanted.unit !== unit) continue;
      owed.provenMs = nowMs;
      owed.windowMs = Math.max(owed.windowMs, Math.min(tookMs * NEXT_ANSWER_RATIO, longestMs));
    }
  }

  #push(wanted: Wanted, timeoutMs: number, sentMs: number, overMs: number, provenMs: number | null): void {
    const windowMs = Math.max(timeoutMs, this.#slowestMs.get(wanted.unit) ?? 0);
    this.#owed.push({ wanted, sentMs, timeoutMs, overMs, windowMs, provenMs });
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

function isSameQuestion(owed: Wanted, next: Wanted): boolean {
  return owed.unit === next.unit && isSameRead(owed, next);
}
