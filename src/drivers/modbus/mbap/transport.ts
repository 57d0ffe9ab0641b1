/**
 * Exchanges by Modbus TCP frames over any wire. Several may be under way; an answer belongs to the one with its
 * transaction, unit and function, in whatever order answers come. What the data say is the connection's business.
 *
 *   new ──connect──▶ connecting ──▶ open ──────────▶ closed     (close, loss, garbage on the stream)
 *                         └───────────────────────▶ closed     (connect failed)
 *
 * | event on the open transport                        | its exchange    | transport | counter        |
 * | answer fits transaction, unit and function         | resolves        | open      |                |
 * | the same, exception                                | resolves        | open      |                |
 * | transaction that timed out or was aborted          | is over         | open      | late_replies   |
 * | transaction that nobody asked for, or a second time| –               | open      | unsolicited    |
 * | wrong unit                                         | goes on         | open      | wrong_unit     |
 * | wrong function                                     | goes on         | open      | wrong_function |
 * | no answer in time                                  | timeout         | open      |                |
 * | header that cannot be one; an answer that holds the head of another one (torn) | bad-frame | closed | bad_frames |
 * | end, reset                                         | connection-lost | closed    |                |
 *
 * An answer of a wrong function tells nothing of this request: it belongs to another one, or the device is confused.
 * Waiting for the right one can only end in the right one or in silence.
 */
import type { Duplex } from 'node:stream';
import { assert } from '../../../core/assert.ts';
import { DeviceError } from '../../../core/errors.ts';
import { encodeFrame, FrameParser, HEADER_BYTES } from '../framing.ts';
import { toReason } from '../opening.ts';
import { EXCEPTION_FLAG } from '../pdu.ts';
import { TransactionIds } from '../transaction-ids.ts';
import type { Exchange, OnBytes, Transport, Wire } from '../transport.ts';
import { Deadline } from './deadline.ts';

/** What a profile may ask for at most (schema.ts): beyond it devices gain nothing (performance.md §1). */
const MAX_IN_FLIGHT = 16;
const TOO_MANY = `at most ${MAX_IN_FLIGHT} exchanges are under way`;

/** Unit, function code, exception code. */
const EXCEPTION_LENGTH = 3;

/** Filled in anew for every comparison: pipelined answers are compared with all that is under way. */
const scratchHead = Buffer.alloc(HEADER_BYTES);

interface Pending {
  readonly transaction: number;
  readonly exchange: Exchange;
  readonly functionCode: number;
  /** As `performance.now`. */
  readonly dueMs: number;
  readonly signal: AbortSignal;
  /** Listens to a signal other than that of `connect`. */
  readonly onAbort: (() => void) | null;
  readonly resolve: (pdu: Buffer) => void;
  readonly reject: (error: DeviceError) => void;
}

export class MbapTransport implements Transport {
  readonly maxInFlight = MAX_IN_FLIGHT;
  onLost?: (error: DeviceError) => void;
  readonly #wire: Wire;
  readonly #transactions: TransactionIds;
  readonly #parser = new FrameParser((transaction, unit, pdu) => this.#onFrame(transaction, unit, pdu));
  readonly #deadline = new Deadline((nowMs) => this.#endDue(nowMs));
  /** At most MAX_IN_FLIGHT, mostly one: looked through faster than a map. In no order. */
  readonly #pending: Pending[] = [];
  readonly #counters = {
    late_replies: 0,
    wrong_unit: 0,
    wrong_function: 0,
    unsolicited: 0,
    bad_frames: 0,
    bytes_in: 0,
    bytes_out: 0,
  };
  /** Ends connecting when the transport is closed meanwhile. */
  readonly #opening = new AbortController();
  #state: 'new' | 'connecting' | 'open' | 'closed' = 'new';
  /** Why the transport is closed, as an exchange finds it. */
  #closedBy: DeviceError | null = null;
  #stream: Duplex | null = null;
  #streamError: Error | null = null;
  /** That of `connect`: exchanges mostly come with the same one, which is listened to only once. */
  #signal: AbortSignal | null = null;

  /**
   * @param transactions those of the link: they go on from one connection to the next, since a gateway may answer on the
   * new one what was asked on the old
   */
  constructor(wire: Wire, transactions = new TransactionIds()) {
    this.#wire = wire;
    this.#transactions = transactions;
  }

  async connect(signal: AbortSignal): Promise<void> {
    assert(this.#state === 'new', 'a transport is opened once');
    this.#state = 'connecting';
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
    try {
      this.#adopt(await this.#open());
    } catch (error) {
      this.#dispose();
      throw error;
    }
    if (signal.aborted) this.close();
    if (this.#closedBy) throw this.#closedBy;
  }

  exchange(exchange: Exchange, signal: AbortSignal): Promise<Buffer> {
    if (signal.aborted) return Promise.reject(new DeviceError('stopped', 'stopped'));
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    assert(this.#state === 'open' && this.#stream !== null, 'exchanges follow a successful connect');
    assert(this.#pending.length < MAX_IN_FLIGHT, TOO_MANY);
    const nowMs = performance.now();
    const dueMs = nowMs + exchange.timeoutMs;
    const transaction = this.#takeTransaction();
    const frame = encodeFrame(transaction, exchange.unit, exchange.pdu);
    this.#counters.bytes_out += frame.length;
    const answer = new Promise<Buffer>((resolve, reject) => {
      const functionCode = exchange.pdu[0] ?? 0;
      const onAbort = signal === this.#signal ? null : () => this.#onAbortOf(signal);
      if (onAbort) signal.addEventListener('abort', onAbort, { once: true });
      this.#pending.push({ transaction, exchange, functionCode, dueMs, signal, onAbort, resolve, reject });
    });
    this.#stream.write(frame);
    this.#deadline.atLatest(dueMs, nowMs);
    return answer;
  }

  close(): void {
    this.#end(new DeviceError('stopped', 'stopped'), false);
  }

  stats(): Readonly<Record<string, number>> {
    return { ...this.#counters, ...this.#wire.stats() };
  }

  async #open(): Promise<Duplex> {
    const wire = this.#wire;
    if (wire.openReading) return await wire.openReading(this.#opening.signal, this.#onBytes);
    const stream = await wire.open(this.#opening.signal);
    stream.on('data', (chunk: Buffer) => this.#onBytes(chunk, chunk.length));
    return stream;
  }

  #adopt(stream: Duplex): void {
    // Before anything else: the error of a stream that is thrown away would end the process.
    stream.on('error', (error) => (this.#streamError = error));
    if (this.#state === 'closed') {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    this.#state = 'open';
    stream.on('end', () => this.#onClosed());
    stream.on('close', () => this.#onClosed());
  }

  /** An id may have come round while its exchange still waits. */
  #takeTransaction(): number {
    let transaction = this.#transactions.take();
    while (this.#find(transaction)) transaction = this.#transactions.take();
    return transaction;
  }

  #find(transaction: number): Pending | null {
    for (const pending of this.#pending) if (pending.transaction === transaction) return pending;
    return null;
  }

  readonly #onBytes: OnBytes = (buffer, size) => {
    if (this.#state !== 'open') return;
    this.#counters.bytes_in += size;
    const problem = this.#parser.push(buffer, size);
    if (problem !== null) this.#giveUp(problem);
  };

  /** The stream is out of step: nothing on it can be trusted any more. */
  #giveUp(problem: string): void {
    this.#counters.bad_frames++;
    this.#end(new DeviceError('bad-frame', `not a Modbus TCP frame: ${problem}`), true);
  }

  #onFrame(transaction: number, unit: number, pdu: Buffer): void {
    const pending = this.#find(transaction);
    if (!pending) {
      if (this.#transactions.release(transaction)) this.#counters.late_replies++;
      else this.#counters.unsolicited++;
    } else if (unit !== pending.exchange.unit) {
      this.#counters.wrong_unit++;
    } else if (((pdu[0] ?? 0) & ~EXCEPTION_FLAG) !== pending.functionCode) {
      this.#counters.wrong_function++;
    } else if (this.#pending.length > 1 && this.#holdsHeadOfAnother(pdu, pending)) {
      this.#giveUp('an answer that breaks off where another begins');
    } else {
      this.#forget(pending);
      pending.resolve(pdu);
    }
  }

  /** A device that sends less than it announced: what is missing was filled up from the next answer. */
  #holdsHeadOfAnother(pdu: Buffer, own: Pending): boolean {
    return this.#pending.some(({ transaction, exchange }) => {
      if (transaction === own.transaction) return false;
      scratchHead.writeUInt16BE(transaction, 0);
      scratchHead.writeUInt8(exchange.unit, 6);
      return [1 + exchange.answerBytes, EXCEPTION_LENGTH].some((length) => {
        scratchHead.writeUInt16BE(length, 4);
        return pdu.includes(scratchHead);
      });
    });
  }

  /** @returns the earliest deadline that is left */
  #endDue(nowMs: number): number {
    for (const pending of this.#pending.filter(({ dueMs }) => dueMs <= nowMs)) {
      const { label, timeoutMs } = pending.exchange;
      this.#abandon(pending, new DeviceError('timeout', `no answer to ${label} in ${timeoutMs} ms`));
    }
    return Math.min(...this.#pending.map(({ dueMs }) => dueMs));
  }

  /** Ends one exchange; its transaction id is set aside. */
  #abandon(pending: Pending, error: DeviceError): void {
    this.#forget(pending);
    this.#transactions.setAside(pending.transaction);
    pending.reject(error);
  }

  #forget(pending: Pending): void {
    const { signal, onAbort } = pending;
    const last = this.#pending.pop();
    if (last && last !== pending) this.#pending[this.#pending.indexOf(pending)] = last;
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }

  #onClosed(): void {
    const { name } = this.#wire;
    const reason = this.#streamError ? toReason(this.#streamError, name) : `connection closed by ${name}`;
    this.#end(new DeviceError('connection-lost', reason), true);
  }

  /** @param isLoss whether the transport ended by itself, which the owner must hear of. */
  #end(error: DeviceError, isLoss: boolean): void {
    if (this.#state === 'closed') return;
    this.#closedBy = error;
    this.#dispose();
    for (const pending of this.#pending.slice()) this.#abandon(pending, error);
    if (isLoss) this.onLost?.(error);
  }

  #dispose(): void {
    this.#state = 'closed';
    this.#opening.abort();
    this.#deadline.clear();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#stream?.destroy();
  }

  /** While connecting it ends the attempt, afterwards only the exchanges. */
  readonly #onAbort = (): void => {
    this.#opening.abort();
    if (this.#signal) this.#onAbortOf(this.#signal);
  };

  #onAbortOf(signal: AbortSignal): void {
    for (const pending of this.#pending.filter((one) => one.signal === signal)) {
      this.#abandon(pending, new DeviceError('stopped', 'stopped'));
    }
  }
}
