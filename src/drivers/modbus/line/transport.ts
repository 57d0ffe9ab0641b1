/**
 * Modbus on a line, where frames carry no transaction: RTU or ASCII on a serial port, through a serial server or over a
 * modem that has dialled in. One exchange at a time. What the bytes mean is receiver.ts; the pause that the
 * configuration prescribes between frames (`gapMs`) is connection.ts.
 *
 *   new ──connect──▶ connecting ──▶ open ──▶ closed      (close, loss, an answer that nothing else keeps apart)
 *
 * Before a request the line is silent for 3.5 characters (serial port). After connecting, a time-out or bytes that
 * nobody had asked for it is silent for at least 50 ms, so that what a serial server or a slow device still holds is
 * out; a line that never falls silent is waited for one time-out at most.
 *
 * Late answers. An answer that comes after its time-out could be taken for that to the next request, since nothing but
 * unit, function and length tells them apart. After a time-out the next request is therefore treated so:
 *
 * | next request                            | serial port                        | through a network                    |
 * | to another unit                         | sent: the unit tells them apart    | sent                                 |
 * | same unit, other function or length     | sent: the shape tells them apart   | sent                                 |
 * | the same read once more                 | sent: either answer is right       | sent                                 |
 * | same unit, function and length          | waits for the late answer, at most | the same when any unit has answered  |
 * |   (other address), or any write again   |   its window (one time-out)        |   since; else the connection is      |
 * |                                         |                                    |   closed after it: `connection-lost` |
 *
 * An exception tells neither length nor address: it is not believed while the unit may owe an answer to another request
 * of that function. owed-answers.ts says how long an answer is owed, also over a reconnect, and why a network differs: a
 * modem's network keeps bytes for minutes. So one silent unit of twenty behind a serial server costs the others its time-out and nothing more.
 *
 * Time-out: from the end of sending, reckoned from the rate of the serial port, to the answer. An answer that has begun to
 * arrive at a slow rate may end, at most as long as its characters take.
 */
import type { Duplex } from 'node:stream';
import { assert } from '../../../core/assert.ts';
import { DeviceError } from '../../../core/errors.ts';
import { SOCKET_WORDS, toSocketCode } from '../../socket-reason.ts';
import { framingOf, type ModbusLink } from '../schema.ts';
import type { Exchange, Transport, Wire } from '../transport.ts';
import { toMarks } from '../wires/marks.ts';
import { asciiFraming } from './ascii.ts';
import { addCounters, createCounters } from './counters.ts';
import type { LineFraming } from './line-framing.ts';
import { OwedAnswers } from './owed-answers.ts';
import { LineReceiver } from './receiver.ts';
import { rtuFraming } from './rtu.ts';
import { type LineTiming, timingOf } from './timing.ts';

interface Pending {
  readonly exchange: Exchange;
  readonly sentMs: number;
  /** An answer that is arriving is waited for no longer than that. */
  readonly lastMs: number;
  readonly resolve: (pdu: Buffer) => void;
  readonly reject: (error: DeviceError) => void;
}

/**
 * @param link framing rtu or ascii
 * @param owed those of the link: they go on from one connection to the next
 */
export function createLineTransport(link: ModbusLink, wire: Wire, owed = createOwedAnswers(link)): Transport {
  return new LineTransport(link, wire, owed);
}

export function createOwedAnswers({ transport }: ModbusLink): OwedAnswers {
  return new OwedAnswers(transport !== 'serial');
}

class LineTransport implements Transport {
  readonly maxInFlight = 1;
  onLost?: (error: DeviceError) => void;
  readonly #wire: Wire;
  readonly #framing: LineFraming;
  readonly #timing: LineTiming;
  readonly #owed: OwedAnswers;
  readonly #isModem: boolean;
  readonly #receiver: LineReceiver;
  readonly #counters = createCounters();
  /** Ends connecting when the transport is closed meanwhile. */
  readonly #closing = new AbortController();
  #state: 'new' | 'connecting' | 'open' | 'closed' = 'new';
  #closedBy: DeviceError | null = null;
  #stream: Duplex | null = null;
  #streamError: Error | null = null;
  #isBusy = false;
  #pending: Pending | null = null;
  #deadline: NodeJS.Timeout | null = null;
  #silence: NodeJS.Timeout | null = null;
  /** Ends the pause that is running. */
  #wake: (() => void) | null = null;
  #lastByteMs = 0;
  /** Something may still be on its way that nobody waits for. */
  #isUnsettled = true;

  constructor(link: ModbusLink, wire: Wire, owed: OwedAnswers) {
    const framing = framingOf(link);
    assert(framing !== 'mbap', 'frames of a line are rtu or ascii');
    this.#wire = wire;
    this.#framing = framing === 'ascii' ? asciiFraming : rtuFraming;
    this.#timing = timingOf(link);
    this.#owed = owed;
    this.#isModem = link.transport === 'dial-in';
    this.#receiver = new LineReceiver({
      framing: this.#framing,
      owed: this.#owed,
      counters: this.#counters,
      marks: toMarks(link),
      timeoutMs: link.timeoutMs,
    });
  }

  async connect(signal: AbortSignal): Promise<void> {
    assert(this.#state === 'new', 'a transport is connected once');
    this.#state = 'connecting';
    try {
      this.#adopt(await this.#wire.open(AbortSignal.any([signal, this.#closing.signal])));
    } catch (error) {
      this.#dispose();
      throw error;
    }
    if (signal.aborted) this.close();
    if (this.#closedBy) throw this.#closedBy;
  }

  async exchange(exchange: Exchange, signal: AbortSignal): Promise<Buffer> {
    assert(!this.#isBusy, 'exchanges on a line never overlap');
    assert(this.#state === 'open' || this.#state === 'closed', 'exchanges follow a successful connect');
    this.#isBusy = true;
    const onAbort = () => this.#onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await this.#untilUnmistakable(exchange, signal);
      await this.#untilSilent(exchange, signal);
      this.#check(signal);
      return await this.#ask(exchange);
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#isBusy = false;
    }
  }

  close(): void {
    this.#end(new DeviceError('stopped', 'stopped'), false);
  }

  stats(): Readonly<Record<string, number>> {
    return addCounters(this.#counters, this.#wire.stats());
  }

  #adopt(stream: Duplex): void {
    // Without a listener the error of a stream that is thrown away would end the process.
    stream.on('error', (error) => (this.#streamError = error));
    if (this.#state === 'closed') {
      stream.destroy();
      return;
    }
    this.#stream = stream;
    this.#state = 'open';
    this.#lastByteMs = performance.now();
    if (this.#isModem) this.#owed.handedOver(this.#lastByteMs);
    stream.on('data', (chunk: Buffer) => this.#onData(chunk));
    stream.on('end', () => this.#onClosed());
    stream.on('close', () => this.#onClosed());
  }

  /** Waits while the answer to an earlier request could be mistaken for the one to this. */
  async #untilUnmistakable(exchange: Exchange, signal: AbortSignal): Promise<void> {
    for (;;) {
      this.#check(signal);
      const nowMs = performance.now();
      const doubt = this.#owed.doubt(exchange, nowMs);
      if (doubt === null) return;
      if (doubt.untilMs <= nowMs && !doubt.isOverThen) {
        const why = `${exchange.label}: an earlier answer may still come and be mistaken for this one`;
        this.#end(new DeviceError('connection-lost', `${why}; connecting afresh`), true);
      } else {
        await this.#pause(doubt.untilMs - nowMs);
      }
    }
  }

  async #untilSilent(exchange: Exchange, signal: AbortSignal): Promise<void> {
    const giveUpMs = performance.now() + exchange.timeoutMs;
    for (;;) {
      this.#check(signal);
      const { quietMs, silentMs } = this.#timing;
      const silentAtMs = this.#lastByteMs + (this.#isUnsettled ? quietMs : silentMs);
      const restMs = Math.min(silentAtMs, giveUpMs) - performance.now();
      if (restMs <= 0) return;
      await this.#pause(restMs);
    }
  }

  #ask(exchange: Exchange): Promise<Buffer> {
    const stream = this.#stream;
    assert(stream !== null, 'an open transport has a stream');
    const frame = this.#framing.encode(exchange.unit, exchange.pdu);
    const nowMs = performance.now();
    this.#receiver.begin(exchange, nowMs - this.#lastByteMs >= this.#timing.quietMs);
    this.#isUnsettled = false;
    this.#counters.bytes_out += frame.length;
    const sendingMs = frame.length * this.#timing.characterMs;
    const answeringMs = this.#framing.maxFrameBytes * this.#timing.characterMs;
    const waitMs = sendingMs + exchange.timeoutMs;
    const answer = new Promise<Buffer>((resolve, reject) => {
      this.#pending = { exchange, sentMs: nowMs, lastMs: nowMs + waitMs + answeringMs, resolve, reject };
    });
    this.#deadline = setTimeout(() => this.#onDeadline(), waitMs);
    stream.write(frame);
    return answer;
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    this.#counters.bytes_in += chunk.length;
    this.#lastByteMs = performance.now();
    const answer = this.#receiver.push(chunk, this.#lastByteMs);
    if (!this.#pending) {
      this.#isUnsettled = true;
      this.#wake?.();
    } else if (answer) this.#settle(answer);
    else if (this.#receiver.isUndecided) this.#armSilence();
  }

  #armSilence(): void {
    if (this.#silence) clearTimeout(this.#silence);
    this.#silence = setTimeout(() => setImmediate(() => this.#onSilence()), Math.ceil(this.#timing.quietMs));
  }

  #onSilence(): void {
    const nowMs = performance.now();
    if (!this.#pending) return;
    if (nowMs - this.#lastByteMs < this.#timing.quietMs) return this.#armSilence();
    const answer = this.#receiver.settle(nowMs);
    if (answer) this.#settle(answer);
  }

  #settle(answer: Buffer): void {
    const pending = this.#takePending();
    if (this.#receiver.hasRemains) this.#isUnsettled = true;
    pending?.resolve(answer);
  }

  /** Looks at the stream once more: when our own process was held up, the answer has long been there. */
  #onDeadline(): void {
    const due = this.#pending;
    setImmediate(() => {
      if (!due || this.#pending !== due) return;
      const nowMs = performance.now();
      const isComing = this.#receiver.isArriving && nowMs - this.#lastByteMs < this.#timing.quietMs;
      if (isComing && nowMs < due.lastMs) {
        this.#deadline = setTimeout(() => this.#onDeadline(), this.#timing.quietMs);
        return;
      }
      const answer = this.#receiver.finish(nowMs);
      if (answer) return this.#settle(answer);
      const { label, timeoutMs } = due.exchange;
      this.#abandon(new DeviceError('timeout', `no answer to ${label} in ${timeoutMs} ms`));
    });
  }

  /** Ends the pending exchange; its answer may still come. */
  #abandon(error: DeviceError): void {
    const pending = this.#takePending();
    if (!pending) return;
    const nowMs = performance.now();
    this.#receiver.finish(nowMs);
    this.#owed.add(pending.exchange, pending.exchange.timeoutMs, pending.sentMs, nowMs);
    this.#isUnsettled = true;
    pending.reject(error);
  }

  #takePending(): Pending | null {
    const pending = this.#pending;
    this.#pending = null;
    if (this.#deadline) clearTimeout(this.#deadline);
    if (this.#silence) clearTimeout(this.#silence);
    return pending;
  }

  #onAbort(): void {
    this.#wake?.();
    this.#abandon(new DeviceError('stopped', 'stopped'));
  }

  #onClosed(): void {
    const error = this.#streamError;
    const words = error && SOCKET_WORDS[toSocketCode(error)];
    const { name } = this.#wire;
    const why = error ? `${name}: ${error.message}` : `connection closed by ${name}`;
    this.#end(new DeviceError('connection-lost', words ? `${words} ${name}` : why, { cause: error }), true);
  }

  /** @param isLoss whether the transport ended by itself, which the owner must hear of. */
  #end(error: DeviceError, isLoss: boolean): void {
    if (this.#state === 'closed') return;
    const wasOpen = this.#state === 'open';
    this.#closedBy = error;
    this.#dispose();
    this.#abandon(error);
    if (wasOpen) this.#owed.ended(performance.now());
    if (isLoss && wasOpen) this.onLost?.(error);
  }

  #dispose(): void {
    this.#state = 'closed';
    this.#closing.abort();
    this.#stream?.destroy();
    this.#wake?.();
  }

  /** @throws DeviceError when there is nothing more to send on, or the caller has stopped. */
  #check(signal: AbortSignal): void {
    if (signal.aborted) throw new DeviceError('stopped', 'stopped');
    if (this.#closedBy) throw this.#closedBy;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        if (this.#wake !== wake) return;
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      // Rounded up: a timer drops fractions, and a silence must not be too short. Then once more at the stream: when our
      // own process was held up, the silence may be none.
      const timer = setTimeout(() => setImmediate(wake), Math.ceil(ms));
      this.#wake = wake;
    });
  }
}
