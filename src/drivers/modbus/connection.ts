/**
 * One Modbus TCP connection: one request at a time, matched by transaction id, unit and function.
 * Whether to reconnect, and what a silent device means, is acquisition's decision.
 *
 *   new ──connect──▶ connecting ──▶ open ──────────▶ closed     (close, loss, garbage on the stream)
 *                         └───────────────────────▶ closed     (connect failed)
 *
 * | event on the open connection                   | the pending read         | connection | counter      |
 * | answer fits transaction, unit and function     | samples                  | open       | replies      |
 * | the same with a wrong byte count or function   | samples, quality decode  | open       | bad_frames   |
 * | exception                                      | exception; 0x0B: timeout | open       | exceptions   |
 * | unknown transaction                            | goes on                  | open       | late_replies |
 * | wrong unit                                     | goes on                  | open       | wrong_unit   |
 * | no answer in time                              | timeout                  | open       | timeouts     |
 * | header that cannot be one                      | bad-frame                | closed     | bad_frames   |
 * | end, reset                                     | connection-lost          | closed     |              |
 */
import type { Socket } from 'node:net';
import { assert } from '../../core/assert.ts';
import { DeviceError, type DeviceErrorCode } from '../../core/errors.ts';
import type { PointSample, PollConnection, PollRequest } from '../driver.ts';
import { EXCEPTION_FLAG, encodeRead, type Frame, FrameParser, GATEWAY_TARGET_SILENT } from './framing.ts';
import { openSocket, toReason } from './opening.ts';
import { decodeReply, toUnreadable } from './reply.ts';
import type { ModbusRequest } from './request.ts';
import type { ModbusLink } from './schema.ts';
import { TransactionIds } from './transaction-ids.ts';

interface Pending {
  readonly transaction: number;
  readonly label: string;
  readonly request: ModbusRequest;
  readonly resolve: (samples: readonly PointSample[]) => void;
  readonly reject: (error: DeviceError) => void;
}

export class ModbusConnection implements PollConnection {
  readonly #link: ModbusLink;
  readonly #onLost: (reason: string) => void;
  readonly #parser = new FrameParser((frame) => this.#onFrame(frame));
  readonly #transactions: TransactionIds;
  readonly #counters = {
    requests: 0,
    replies: 0,
    timeouts: 0,
    exceptions: 0,
    late_replies: 0,
    wrong_unit: 0,
    bad_frames: 0,
    bytes_in: 0,
    bytes_out: 0,
  };
  /** Ends connecting when the connection is closed meanwhile. */
  readonly #opening = new AbortController();
  #state: 'new' | 'connecting' | 'open' | 'closed' = 'new';
  /** A loss before `connect` has resolved is a failed connect and not announced a second time. */
  #isConnected = false;
  /** Why the connection is closed, as a read finds it. */
  #closedBy: DeviceError | null = null;
  #socket: Socket | null = null;
  #socketError: Error | null = null;
  #pending: Pending | null = null;
  /** One timer for all requests, re-armed by each: a timer per request costs more than its frame. */
  #timer: NodeJS.Timeout | null = null;
  /** Ends the pause that is running. */
  #wake: (() => void) | null = null;
  /** The signal that is being listened to: callers pass the same one with every read. */
  #signal: AbortSignal | null = null;

  constructor(link: ModbusLink, onLost: (reason: string) => void, transactions = new TransactionIds()) {
    this.#link = link;
    this.#onLost = onLost;
    this.#transactions = transactions;
  }

  async connect(signal: AbortSignal): Promise<void> {
    assert(this.#state === 'new', 'a connection is opened once');
    this.#state = 'connecting';
    this.#watch(signal);
    try {
      this.#adopt(await openSocket(toAddress(this.#link), this.#opening.signal));
    } catch (error) {
      this.#dispose();
      throw error;
    }
    if (this.#link.pauseAfterConnectMs > 0) await this.#pause(this.#link.pauseAfterConnectMs);
    if (signal.aborted) this.close();
    if (this.#closedBy) throw this.#connectError(this.#closedBy);
    this.#isConnected = true;
  }

  read(request: PollRequest, signal: AbortSignal): Promise<readonly PointSample[]> {
    assert(this.#pending === null, 'reads of one connection never overlap');
    this.#watch(signal);
    if (this.#link.gapMs > 0 && this.#counters.requests > 0) return this.#readAfterGap(request, signal);
    return this.#exchange(request, signal);
  }

  close(): void {
    this.#end(new DeviceError('stopped', 'stopped'), false);
  }

  stats(): Readonly<Record<string, number>> {
    return { ...this.#counters };
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    if (this.#state === 'closed') {
      socket.destroy();
      return;
    }
    this.#state = 'open';
    socket.on('data', (chunk: Buffer) => this.#onData(chunk));
    socket.on('error', (error) => (this.#socketError = error));
    socket.on('end', () => this.#onClosed());
    socket.on('close', () => this.#onClosed());
  }

  async #readAfterGap(request: PollRequest, signal: AbortSignal): Promise<readonly PointSample[]> {
    await this.#pause(this.#link.gapMs);
    return await this.#exchange(request, signal);
  }

  #exchange({ label, detail }: PollRequest, signal: AbortSignal): Promise<readonly PointSample[]> {
    if (signal.aborted) return Promise.reject(new DeviceError('stopped', 'stopped'));
    if (this.#closedBy) return Promise.reject(this.#closedBy);
    assert(this.#state === 'open' && this.#socket !== null, 'reads follow a successful connect');
    const request = detail as ModbusRequest;
    const transaction = this.#transactions.take();
    const frame = encodeRead(transaction, request);
    this.#counters.requests++;
    this.#counters.bytes_out += frame.length;
    const answer = new Promise<readonly PointSample[]>((resolve, reject) => {
      this.#pending = { transaction, label, request, resolve, reject };
    });
    this.#socket.write(frame);
    this.#armTimer();
    return answer;
  }

  #armTimer(): void {
    if (this.#timer) this.#timer.refresh();
    else this.#timer = setTimeout(() => this.#onTimer(), this.#link.timeoutMs);
  }

  /** Looks at the socket once more: when our own process was held up, the answer has long been there. */
  #onTimer(): void {
    const due = this.#pending;
    if (!due) return;
    setImmediate(() => {
      if (this.#pending !== due) return;
      this.#counters.timeouts++;
      this.#abandon(new DeviceError('timeout', `no answer to ${due.label} in ${this.#link.timeoutMs} ms`));
    });
  }

  #onData(chunk: Buffer): void {
    if (this.#state !== 'open') return;
    this.#counters.bytes_in += chunk.length;
    const problem = this.#parser.push(chunk);
    if (problem === null) return;
    this.#counters.bad_frames++;
    this.#end(new DeviceError('bad-frame', `not a Modbus TCP frame: ${problem}`), true);
  }

  #onFrame(frame: Frame): void {
    const pending = this.#pending;
    if (!pending || frame.transaction !== pending.transaction) {
      this.#transactions.release(frame.transaction);
      this.#counters.late_replies++;
      return;
    }
    if (frame.unit !== pending.request.unit) {
      this.#counters.wrong_unit++;
      return;
    }
    this.#pending = null;
    this.#counters.replies++;
    if (frame.functionCode === (pending.request.functionCode | EXCEPTION_FLAG))
      return this.#refuse(pending, frame);
    const isAnswer = frame.functionCode === pending.request.functionCode;
    const samples = isAnswer ? decodeReply(pending.request, frame.body) : null;
    if (!samples) this.#counters.bad_frames++;
    pending.resolve(samples ?? toUnreadable(pending.request));
  }

  #refuse(pending: Pending, frame: Frame): void {
    const exceptionCode = frame.body[0] ?? 0;
    this.#counters.exceptions++;
    const code: DeviceErrorCode = exceptionCode === GATEWAY_TARGET_SILENT ? 'timeout' : 'exception';
    pending.reject(
      new DeviceError(code, `exception ${exceptionCode} to ${pending.label}`, { exceptionCode }),
    );
  }

  /** Ends the pending read; the connection stays open and its transaction id set aside. */
  #abandon(error: DeviceError): void {
    const pending = this.#pending;
    if (!pending) return;
    this.#pending = null;
    this.#transactions.setAside(pending.transaction);
    pending.reject(error);
  }

  #onClosed(): void {
    const { host, port } = toAddress(this.#link);
    const reason = this.#socketError
      ? toReason(this.#socketError, host, port)
      : `connection closed by ${host}:${port}`;
    this.#end(new DeviceError('connection-lost', reason), true);
  }

  /** @param isLoss whether the connection ended by itself, which the owner must hear of. */
  #end(error: DeviceError, isLoss: boolean): void {
    if (this.#state === 'closed') return;
    this.#closedBy = error;
    this.#dispose();
    this.#pending?.reject(error);
    this.#pending = null;
    if (isLoss && this.#isConnected) this.#onLost(error.message);
  }

  #dispose(): void {
    this.#state = 'closed';
    this.#opening.abort();
    if (this.#timer) clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#signal = null;
    this.#socket?.destroy();
    this.#wake?.();
  }

  #watch(signal: AbortSignal): void {
    if (signal === this.#signal || this.#state === 'closed') return;
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#signal = signal;
    signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  /** While connecting it ends the attempt, while reading only the read. */
  readonly #onAbort = (): void => {
    this.#opening.abort();
    this.#wake?.();
    this.#abandon(new DeviceError('stopped', 'stopped'));
  };

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      if (this.#state === 'closed' || this.#signal?.aborted) this.#wake();
    });
  }

  /** A connection that is lost in the pause after connecting has failed to connect. */
  #connectError(error: DeviceError): DeviceError {
    return error.code === 'stopped'
      ? error
      : new DeviceError('connect-failed', error.message, { cause: error });
  }
}

function toAddress({ host = '', port = 502, connectTimeoutMs }: ModbusLink) {
  return { host, port, connectTimeoutMs };
}
