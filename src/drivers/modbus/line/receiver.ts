/**
 * Finds the answer to the pending request in the bytes of a line, and says of everything else what it was. Pure but for
 * the time that it is given: what is sent, and how long is waited, is transport.ts.
 *
 * | a frame with a right checksum                            | while one waits          | while none waits |
 * | of the unit, function and length that are waited for     | the answer               | unsolicited *    |
 * | exception of the unit to the function                    | the answer               | unsolicited *    |
 * | the request itself, once (adapters hear what they send)  | passed over              | unsolicited      |
 * | of the unit and function, other length or address        | bad_frames *             | unsolicited *    |
 * | of the unit, other function                              | wrong_function *         | unsolicited *    |
 * | of another unit                                          | wrong_unit *             | unsolicited *    |
 * | to all (unit 0), a request of another master             | unsolicited              | unsolicited      |
 * | that began before the request was sent                   | unsolicited *            |                  |
 * * late_replies, when a request that was given up explains it.
 *
 * Between frames: heartbeats are counted, the rest is discarded_bytes; what was a frame but for its checksum counts
 * crc_errors besides.
 *
 * Bytes that may yet become a frame of somebody else are waited for, even when a frame that fits stands among them: it
 * may be their payload. `isUndecided` tells that; after a silence `settle` decides that they were no frame.
 *
 * When another master asks the same unit for as much of the same kind while we wait, two answers are on their way that
 * nothing tells apart: none is believed.
 *
 * Answers to functions 5, 6 and 22 look like their requests. Whether the line echoes is learned from other exchanges;
 * until then a single copy is believed only when the time is over and no second one has come.
 */
import { answerBytesOfRead, isAnswerTo, isExceptionTo } from './answers.ts';
import type { TransportCounters } from './counters.ts';
import type { Cut, LineFraming, Wanted } from './line-framing.ts';
import type { OwedAnswers } from './owed-answers.ts';

type StrayCounter = 'unsolicited' | 'wrong_unit' | 'wrong_function' | 'bad_frames';

export interface ReceiverOptions {
  readonly framing: LineFraming;
  readonly owed: OwedAnswers;
  readonly counters: TransportCounters;
  /** What may stand between frames: heartbeats, repeated registrations. */
  readonly marks: readonly Buffer[];
  /** How long another master's request stays unanswered at most, ms. */
  readonly timeoutMs: number;
}

export class LineReceiver {
  readonly #options: ReceiverOptions;
  readonly #marks: readonly Buffer[];
  /** Two frames: a foreign one that is not whole, and an answer behind it. */
  readonly #bytes: Buffer;
  #length = 0;
  /** Bytes of those that had come before the request was sent: no frame that begins there answers it. */
  #before = 0;
  #wanted: Wanted | null = null;
  #nowMs = 0;
  /** Whether the line gives back what is sent; null = not known yet. */
  #echoes: boolean | null = null;
  #hasEchoed = false;
  /** The echo, or the answer that looks like it. */
  #held: Buffer | null = null;
  /** Another master has asked for the same. */
  #isSpoiled = false;
  #discardedBefore = 0;

  constructor(options: ReceiverOptions) {
    this.#options = options;
    this.#marks = options.marks.toSorted((a, b) => b.length - a.length);
    this.#bytes = Buffer.alloc(2 * options.framing.maxFrameBytes);
  }

  /** The request is about to be sent. @param isSettled the line has been silent: what is half there stays half */
  begin(wanted: Wanted, isSettled: boolean): void {
    if (isSettled) this.#discard(this.#length);
    this.#wanted = wanted;
    this.#before = this.#length;
    this.#hasEchoed = false;
    this.#held = null;
    this.#isSpoiled = false;
    this.#discardedBefore = this.#options.counters.discarded_bytes;
  }

  /** @returns the PDU of the answer, which the caller may keep, or null. */
  push(chunk: Buffer, nowMs: number): Buffer | null {
    this.#nowMs = nowMs;
    let answer: Buffer | null = null;
    for (let at = 0; at < chunk.length; ) {
      const taken = chunk.copy(this.#bytes, this.#length, at);
      at += taken;
      this.#length += taken;
      answer = this.#drain() ?? answer;
    }
    return answer;
  }

  /** A frame that fits stands behind bytes that may yet turn out to be the beginning of a longer one. */
  get isUndecided(): boolean {
    if (!this.#wanted) return false;
    for (let at = 1; at < this.#length; ) {
      const cut = this.#options.framing.cut(this.#bytes.subarray(at, this.#length), this.#wanted);
      if (cut.kind === 'frame' && at >= this.#before && this.#fits(cut.unit, cut.pdu)) return true;
      at += cut.kind === 'frame' ? cut.size : 1;
    }
    return false;
  }

  /** Bytes are there that are no whole frame. */
  get hasRemains(): boolean {
    return this.#length > 0;
  }

  /** The beginning of the answer is there. */
  get isArriving(): boolean {
    const cut = this.#length > 0 ? this.#cut() : null;
    return cut?.kind === 'open' && cut.isOwn;
  }

  /** The line has been silent: what is undecided was no frame. */
  settle(nowMs: number): Buffer | null {
    this.#nowMs = nowMs;
    let answer: Buffer | null = null;
    while (answer === null && this.isUndecided) {
      this.#discard(1);
      answer = this.#drain();
    }
    return answer;
  }

  /** The time is over, or nobody waits any more. @returns the answer after all */
  finish(nowMs: number): Buffer | null {
    const answer = this.settle(nowMs) ?? this.#held;
    this.#wanted = null;
    return answer;
  }

  #drain(): Buffer | null {
    let answer: Buffer | null = null;
    while (this.#length > 0) {
      const cut = this.#cut();
      if (cut.kind === 'open') break;
      if (cut.kind === 'frame') {
        answer = this.#judge(cut.unit, cut.pdu) ?? answer;
        this.#drop(cut.size);
      } else if (cut.kind === 'mark') {
        this.#options.counters.heartbeats++;
        this.#drop(cut.size);
      } else {
        if (cut.isChecksum) this.#options.counters.crc_errors++;
        this.#options.counters.discarded_bytes += cut.size;
        this.#drop(cut.size);
      }
    }
    return answer;
  }

  /** A frame comes first, then a mark: heartbeats are taken only from where no frame stands. */
  #cut(): Cut | { readonly kind: 'mark'; readonly size: number } {
    const bytes = this.#bytes.subarray(0, this.#length);
    const cut = this.#options.framing.cut(bytes, this.#wanted);
    if (cut.kind === 'frame' || (cut.kind === 'open' && cut.isOwn && this.#wanted)) return cut;
    const whole = this.#marks.find((mark) => bytes.subarray(0, mark.length).equals(mark));
    if (whole) return { kind: 'mark', size: whole.length };
    const isBegun = this.#marks.some((mark) => mark.subarray(0, bytes.length).equals(bytes));
    return isBegun ? { kind: 'open', isOwn: false } : cut;
  }

  /** @returns the answer, or null for everything else. */
  #judge(unit: number, pdu: Buffer): Buffer | null {
    const wanted = this.#wanted;
    if (!wanted || this.#before > 0) return this.#stray('unsolicited', unit, pdu);
    if (unit === wanted.unit && pdu.equals(wanted.pdu) && this.#isEcho(wanted, pdu)) return null;
    if (this.#fits(unit, pdu)) return this.#accept(wanted, pdu);
    if (unit !== wanted.unit) return this.#stray(unit === 0 ? 'unsolicited' : 'wrong_unit', unit, pdu);
    if (isExceptionTo(wanted, pdu)) return this.#stray('unsolicited', unit, pdu);
    return this.#stray(pdu[0] === wanted.pdu[0] ? 'bad_frames' : 'wrong_function', unit, pdu);
  }

  #fits(unit: number, pdu: Buffer): boolean {
    const wanted = this.#wanted;
    if (!wanted || unit !== wanted.unit || this.#isSpoiled) return false;
    if (isAnswerTo(wanted, pdu)) return true;
    return isExceptionTo(wanted, pdu) && !this.#options.owed.isExceptionDoubtful(wanted, this.#nowMs);
  }

  #accept(wanted: Wanted, pdu: Buffer): Buffer {
    const isClean = this.#options.counters.discarded_bytes === this.#discardedBefore;
    // An echo that was garbled on the way is no sign of a line without echo.
    if (this.#hasEchoed || isClean) this.#echoes = this.#hasEchoed;
    this.#wanted = null;
    this.#options.owed.onAnswer(wanted, isExceptionTo(wanted, pdu), this.#nowMs);
    return Buffer.from(pdu);
  }

  /** Whether a copy of the request is its echo (or not to be told from it yet), and not the answer. */
  #isEcho(wanted: Wanted, pdu: Buffer): boolean {
    const looksLikeAnswer = isAnswerTo(wanted, pdu);
    if (looksLikeAnswer && (this.#hasEchoed || this.#echoes === false)) return false;
    this.#hasEchoed = true;
    if (!looksLikeAnswer) this.#echoes = true;
    else if (this.#echoes === null) this.#held = Buffer.from(pdu);
    return true;
  }

  #stray(counter: StrayCounter, unit: number, pdu: Buffer): null {
    const { owed, counters, timeoutMs } = this.#options;
    const answerBytes = answerBytesOfRead(pdu);
    if (answerBytes !== null) {
      counters.unsolicited++;
      owed.addForeign({ unit, pdu: Buffer.from(pdu), answerBytes }, timeoutMs, this.#nowMs);
      if (this.#wanted) this.#isSpoiled ||= owed.doubt(this.#wanted, this.#nowMs) !== null;
      return null;
    }
    counters[owed.take(unit, pdu, this.#nowMs) ? 'late_replies' : counter]++;
    return null;
  }

  /** What is left half: a heartbeat that might have begun a frame, or nothing of use. */
  #discard(size: number): void {
    const isMark = this.#marks.some((mark) => mark.equals(this.#bytes.subarray(0, size)));
    if (isMark) this.#options.counters.heartbeats++;
    else this.#options.counters.discarded_bytes += size;
    this.#drop(size);
  }

  #drop(size: number): void {
    this.#bytes.copyWithin(0, size, this.#length);
    this.#length -= size;
    this.#before = Math.max(this.#before - size, 0);
  }
}
