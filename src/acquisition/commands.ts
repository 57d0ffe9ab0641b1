/**
 * Commands of one link that wait for their turn: writes, and reads out of turn. Each is carried out once at most and
 * settled exactly once; when its turn comes is the loop's business.
 */
import { assert, defined } from '../core/assert.ts';
import { DeviceError, RiserError } from '../core/errors.ts';
import type { LinkId } from '../core/ids.ts';
import { LIMITS } from '../core/limits.ts';
import type {
  PointSample,
  PollConnection,
  PollRequest,
  SampleColumns,
  WriteRequest,
} from '../drivers/driver.ts';
import { toColumns, toSamples } from './samples.ts';

/** A command that has waited so long finds nobody who still looks at the page it was given on; it was not sent. */
const MAX_WAIT_MS = 30_000;

/** What was allowed when the command was given may be forbidden when its turn comes. */
export type Gate = () => RiserError | null;

const OPEN: Gate = () => null;

export interface Command {
  readonly kind: 'write' | 'read';
  readonly device: string;
  readonly label: string;
  /** Longest wait for one answer. */
  readonly timeoutMs: number;
  readonly queuedMs: number;
  /** Asked when its turn comes: why it must not be sent any more; null = it may. */
  readonly gate: Gate;
  /** Carries it out; what it read. */
  run(connection: PollConnection, signal: AbortSignal): Promise<SampleColumns>;
  /** Tells whoever gave it; calls after the first change nothing. */
  settle(result: SampleColumns | Error): void;
}

export type Order = Pick<Command, 'kind' | 'device' | 'label' | 'timeoutMs' | 'gate' | 'run'>;

export class CommandQueue {
  readonly #link: LinkId;
  readonly #waiting: Command[] = [];
  #underWay: Command | null = null;

  constructor(link: LinkId) {
    this.#link = link;
  }

  get hasWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** @throws (rejects) RiserError `write-busy` when too many wait, or it has waited too long; else what it ends with */
  add(order: Order, nowMs: number): Promise<SampleColumns> {
    if (this.#waiting.length >= LIMITS.linkCommands)
      return Promise.reject(new RiserError('write-busy', { link: this.#link }));
    return new Promise((resolve, reject) => {
      const settle = (result: SampleColumns | Error): void =>
        result instanceof Error ? reject(result) : resolve(result);
      this.#waiting.push({ ...order, queuedMs: nowMs, settle });
    });
  }

  /** The next one that may still be sent; it is under way until `ended`. */
  take(): Command | null {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const refusal = next.gate();
      if (refusal === null) {
        this.#underWay = next;
        return next;
      }
      next.settle(refusal);
    }
    return null;
  }

  ended(command: Command, result: SampleColumns | Error): void {
    this.#underWay = null;
    command.settle(result);
  }

  /** Those that have waited too long. */
  expire(nowMs: number): void {
    while (this.#waiting[0] && nowMs - this.#waiting[0].queuedMs > MAX_WAIT_MS)
      this.#waiting.shift()?.settle(new RiserError('write-busy', { link: this.#link }));
  }

  /** The connection has ended: nothing that waits is sent later, when nobody expects it any more. */
  rejectAll(code: 'stopped' | 'connection-lost', reason: string): void {
    const underWay = this.#underWay;
    this.#underWay = null;
    underWay?.settle(new DeviceError(code, reason));
    // These have certainly not been sent, and whoever gave them shall know it.
    for (const command of this.#waiting.splice(0))
      command.settle(new RiserError('link-down', { link: this.#link }));
  }
}

export function toWriteOrder(request: WriteRequest, gate: Gate = OPEN): Order {
  const { device, label, timeoutMs } = request;
  return {
    kind: 'write',
    device,
    label,
    timeoutMs,
    gate,
    async run(connection, signal) {
      assert(connection.write !== undefined, 'a driver that makes writes can send them');
      await connection.write(request, signal);
      return toColumns([]);
    },
  };
}

/** @param requests those that read one point of one device; more than one where its value needs another register */
export function toReadOrder(requests: readonly PollRequest[]): Order {
  const { device, label } = defined(requests[0], 'a request that reads the point');
  return {
    kind: 'read',
    device,
    label,
    timeoutMs: Math.max(...requests.map(({ timeoutMs }) => timeoutMs)),
    gate: OPEN,
    async run(connection, signal) {
      const samples: PointSample[] = [];
      for (const request of requests) samples.push(...toSamples(await connection.read(request, signal)));
      return toColumns(samples);
    },
  };
}
