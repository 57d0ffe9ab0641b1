/**
 * One Modbus connection over any transport: requests into exchanges, answers into samples, writes with their
 * confirmation, pauses. Whether to reconnect, and what a silent device means, is acquisition's decision; which frame
 * belongs to which exchange is the transport's.
 *
 * | what comes of the exchange                      | the pending read        | the pending write | counter    |
 * | answer as long as asked for                     | samples                 | –                 | replies    |
 * | the same with a wrong byte count or length      | samples, quality decode | –                 | bad_frames |
 * | echo of the write                               | –                       | done              | replies    |
 * | another echo, or a wrong length                 | –                       | exception         | bad_frames |
 * | exception                                       | exception               | exception         | exceptions |
 * | exception 0x0A, 0x0B: the gateway speaks, not the device | timeout        | timeout           | exceptions |
 * | no answer in time                               | timeout                 | timeout           | timeouts   |
 * | the transport has ended                         | its error               | its error         |            |
 *
 * An echo that is not the write's own ends in `exception` without an exception code: the device lives and the stream is
 * in step, so that the connection stays (a device with odd echoes must not cost the others on its bus their values),
 * but whether the write was carried out is unknown and left for a read to say.
 */
import { assert } from '../../core/assert.ts';
import { DeviceError } from '../../core/errors.ts';
import type { PollConnection, PollRequest, SampleColumns, WriteRequest } from '../driver.ts';
import { type Command, EXCEPTION_FLAG, encodeRead, isAcceptance, toReadAnswerBytes } from './pdu.ts';
import { compileReply, decodeReply, type Reply, toUnreadable } from './reply.ts';
import type { ModbusRequest, ModbusWrite } from './request.ts';
import type { ModbusLink } from './schema.ts';
import type { Exchange, Transport } from './transport.ts';
import { type PartWrite, toCommand, toPartCommand, toPartRead } from './write-command.ts';

/** A gateway's word that there is no way to the device, or that it did not answer (V1.1b3, 7). */
const GATEWAY_PATH_UNAVAILABLE = 0x0a;
const GATEWAY_TARGET_SILENT = 0x0b;

export interface ModbusConnectionOptions {
  readonly link: Pick<ModbusLink, 'gapMs' | 'pauseAfterConnectMs'>;
  readonly transport: Transport;
  /** Called once when the connection ends by itself. */
  readonly onLost: (reason: string) => void;
  /** Called once at the end of a connection that was asked or lost: whether anything has answered on it. */
  readonly onEnd?: (hasAnswered: boolean) => void;
}

export class ModbusConnection implements PollConnection {
  readonly #options: ModbusConnectionOptions;
  readonly #transport: Transport;
  /** Exponents of scale registers seen on this connection. Key: `ModbusScale.key`. */
  readonly #scales = new Map<string, number>();
  readonly #counters = { requests: 0, replies: 0, timeouts: 0, exceptions: 0, bad_frames: 0 };
  /** Key: exception code; value: how often. */
  readonly #exceptions = new Map<number, number>();
  readonly #gapMs: number;
  /** Reads that may be under way at once. */
  readonly #maxReads: number;
  #reads = 0;
  #isWriting = false;
  /** When the last exchange ended, as `performance.now`; null before the first. */
  #endedMs: number | null = null;
  /** A loss before `connect` has resolved is a failed connect and not announced a second time. */
  #isConnected = false;
  /** Why the connection is closed, as a read finds it. */
  #closedBy: DeviceError | null = null;
  /** Ends the pause that is running. */
  #wake: (() => void) | null = null;

  constructor(options: ModbusConnectionOptions) {
    this.#options = options;
    this.#transport = options.transport;
    this.#gapMs = options.link.gapMs;
    this.#maxReads = this.#gapMs > 0 ? 1 : options.transport.maxInFlight;
    this.#transport.onLost = (error) => this.#end(error, true);
  }

  async connect(signal: AbortSignal): Promise<void> {
    await this.#transport.connect(signal);
    const { pauseAfterConnectMs } = this.#options.link;
    if (pauseAfterConnectMs > 0) await this.#pause(pauseAfterConnectMs, signal);
    if (signal.aborted) this.close();
    if (this.#closedBy) throw toConnectError(this.#closedBy);
    this.#isConnected = true;
  }

  async read(request: PollRequest, signal: AbortSignal): Promise<SampleColumns> {
    assert(!this.#isWriting && this.#reads < this.#maxReads, 'reads overlap only as far as is allowed');
    this.#reads++;
    try {
      // Not by way of `#exchange`: another promise for each of thousands of reads a second is felt.
      if (this.#gapMs > 0) await this.#keepGap(signal);
      const { exchange, reply } = toRead(request);
      this.#begin(signal);
      const answer = this.#accept(exchange, await this.#transport.exchange(exchange, signal));
      const samples = decodeReply(reply, answer, this.#scales);
      if (!samples) this.#counters.bad_frames++;
      return samples ?? toUnreadable(reply);
    } catch (error) {
      this.#onFailure(error);
      throw error;
    } finally {
      this.#reads--;
      if (this.#gapMs > 0) this.#endedMs = performance.now();
    }
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<void> {
    assert(!this.#isWriting && this.#reads === 0, 'a write overlaps nothing');
    this.#isWriting = true;
    const detail = request.detail as ModbusWrite;
    try {
      const command = toCommand(detail) ?? (await this.#toPartCommand(request, detail as PartWrite, signal));
      await this.#confirm(request, detail.unit, command, signal);
    } finally {
      this.#isWriting = false;
    }
  }

  close(): void {
    this.#end(new DeviceError('stopped', 'stopped'), false);
  }

  stats(): Readonly<Record<string, number>> {
    const transport = this.#transport.stats();
    const bad_frames = this.#counters.bad_frames + (transport['bad_frames'] ?? 0);
    const byCode = [...this.#exceptions].map(([code, times]) => [toCounterName(code), times]);
    return { ...transport, ...this.#counters, ...Object.fromEntries(byCode), bad_frames };
  }

  /** Nothing is written before the register has been read. */
  async #toPartCommand(request: WriteRequest, write: PartWrite, signal: AbortSignal): Promise<Command> {
    const answer = await this.#confirm(request, write.unit, toPartRead(write), signal);
    return toPartCommand(write, answer.readUInt16BE(2));
  }

  /** @throws DeviceError `exception` without a code when the answer is not the acceptance of this command */
  async #confirm(
    { label, timeoutMs }: WriteRequest,
    unit: number,
    command: Command,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const { pdu, answerBytes } = command;
    const answer = await this.#exchange({ unit, pdu, answerBytes, timeoutMs, label }, signal);
    if (isAcceptance(command, answer)) return answer;
    this.#counters.bad_frames++;
    const found = answer.toString('hex');
    throw new DeviceError('exception', `${label} was answered by ${found}: not confirmed`);
  }

  /** @returns the answer, which has the function code of the request */
  async #exchange(exchange: Exchange, signal: AbortSignal): Promise<Buffer> {
    if (this.#gapMs > 0) await this.#keepGap(signal);
    try {
      this.#begin(signal);
      return this.#accept(exchange, await this.#transport.exchange(exchange, signal));
    } catch (error) {
      this.#onFailure(error);
      throw error;
    } finally {
      if (this.#gapMs > 0) this.#endedMs = performance.now();
    }
  }

  #begin(signal: AbortSignal): void {
    if (signal.aborted) throw new DeviceError('stopped', 'stopped');
    if (this.#closedBy) throw this.#closedBy;
    assert(this.#isConnected, 'requests follow a successful connect');
    this.#counters.requests++;
  }

  #accept(exchange: Exchange, answer: Buffer): Buffer {
    this.#counters.replies++;
    if ((answer[0] ?? 0) & EXCEPTION_FLAG) throw this.#toRefusal(exchange, answer[1] ?? 0);
    return answer;
  }

  #toRefusal({ label }: Exchange, exceptionCode: number): DeviceError {
    this.#counters.exceptions++;
    if (isNamed(exceptionCode))
      this.#exceptions.set(exceptionCode, (this.#exceptions.get(exceptionCode) ?? 0) + 1);
    const isUnreached = exceptionCode === GATEWAY_PATH_UNAVAILABLE || exceptionCode === GATEWAY_TARGET_SILENT;
    return new DeviceError(isUnreached ? 'timeout' : 'exception', `exception ${exceptionCode} to ${label}`, {
      exceptionCode,
    });
  }

  #onFailure(error: unknown): void {
    if (!(error instanceof DeviceError)) return;
    if (error.code === 'timeout' && error.exceptionCode === null) this.#counters.timeouts++;
    if (error.code === 'connection-lost' || error.code === 'bad-frame') this.#end(error, true);
  }

  /** @param isLoss whether the connection ended by itself, which the owner must hear of. */
  #end(error: DeviceError, isLoss: boolean): void {
    if (this.#closedBy) return;
    this.#closedBy = error;
    this.#transport.close();
    this.#wake?.();
    const { replies, timeouts } = this.#counters;
    if (replies > 0 || timeouts > 0 || isLoss) this.#options.onEnd?.(replies > 0);
    if (isLoss && this.#isConnected) this.#options.onLost(error.message);
  }

  /** Least pause between the end of an exchange and the next request. */
  async #keepGap(signal: AbortSignal): Promise<void> {
    if (this.#endedMs === null) return;
    const restMs = this.#endedMs + this.#gapMs - performance.now();
    if (restMs > 0) await this.#pause(Math.ceil(restMs), signal);
  }

  /** Ends early on abort and on close. */
  #pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
      signal.addEventListener('abort', done, { once: true });
      if (this.#closedBy || signal.aborted) done();
    });
  }
}

interface Read {
  readonly exchange: Exchange;
  readonly reply: Reply;
}

/** Made once: a request of the plan is sent again and again. */
const reads = new WeakMap<PollRequest, Read>();

function toRead(request: PollRequest): Read {
  const known = reads.get(request);
  if (known) return known;
  const { label, timeoutMs } = request;
  const detail = request.detail as ModbusRequest;
  const answerBytes = toReadAnswerBytes(detail);
  const exchange = { unit: detail.unit, pdu: encodeRead(detail), answerBytes, timeoutMs, label };
  const read = { exchange, reply: compileReply(detail) };
  reads.set(request, read);
  return read;
}

/** Codes that the specification names (V1.1b3, 7) have a counter of their own; there is no end of others. */
function isNamed(exceptionCode: number): boolean {
  return exceptionCode >= 1 && exceptionCode <= GATEWAY_TARGET_SILENT;
}

function toCounterName(exceptionCode: number): string {
  return `exceptions_${exceptionCode.toString(16).padStart(2, '0')}`;
}

/** A connection that is lost in the pause after connecting has failed to connect. */
function toConnectError(error: DeviceError): DeviceError {
  return error.code === 'stopped'
    ? error
    : new DeviceError('connect-failed', error.message, { cause: error });
}
