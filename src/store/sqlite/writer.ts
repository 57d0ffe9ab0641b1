/**
 * The main thread's side of Worker B: hands batches over in order, waits for the answers with a limit, starts the
 * thread again after a crash. What a batch means is commit.ts's business.
 *
 * A rejected commit has stored nothing, with one exception: when the time-out (or a crash) meets the commit itself,
 * nobody knows. Then the store is unhealthy and refuses further commits until the answer comes. "Failed" ends that
 * state; "done" means that the file holds what memory does not: the store is *diverged*, refuses everything and
 * calls `onDiverged`, and only opening it again (a restart of the gateway) brings the two together.
 */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { AssertionFailure } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { LIMITS } from '../../core/limits.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { Store, WriteBatch } from '../store.ts';
import { type FromWriter, PHASE, type ToWriter, type WriterData } from './protocol.ts';

export interface WriterOptions {
  readonly path: string;
  readonly log: Logger;
  /** Called once, when memory and file are known or must be feared to differ; see above. */
  readonly onDiverged?: (() => void) | undefined;
  /** The thread's program; tests hand in one that misbehaves. */
  readonly workerUrl?: URL;
  readonly limits?: Partial<Record<LimitName, number>> | undefined;
}

type LimitName = 'commitMs' | 'openMs' | 'closeMs' | 'pendingCommits' | 'restartMinMs' | 'restartMaxMs';

export interface WriterCounters {
  /** Commits refused because too many were waiting. */
  readonly refused: number;
  readonly timeouts: number;
  readonly restarts: number;
  /** Commits waiting now. */
  readonly pending: number;
}

interface Pending {
  readonly phase: Int32Array<SharedArrayBuffer>;
  readonly startedMs: number;
  readonly timer: NodeJS.Timeout;
  resolve(): void;
  reject(error: RiserError): void;
}

type State = 'opening' | 'running' | 'down' | 'closing' | 'closed';

export class Writer {
  readonly #options: WriterOptions;
  readonly #limits: Record<LimitName, number>;
  #state: State = 'down';
  #worker: Worker | null = null;
  #opening: PromiseWithResolvers<void> | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Key: number of the commit; insertion order is commit order. */
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  /** Commit that timed out while it was being committed; null when every outcome is known. */
  #unknownId: number | null = null;
  #isDiverged = false;
  /** Reason of the last storage fault; null after a success. */
  #fault: string | null = null;
  #wasHealthy = true;
  #attempts = 0;
  #commits = 0;
  #failures = 0;
  #refused = 0;
  #timeouts = 0;
  #restarts = 0;
  #lastCommitMs: number | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#limits = { ...STORE_LIMITS, ...options.limits };
  }

  /** @throws RiserError of open.ts when the database cannot be used. Call once. */
  start(): Promise<void> {
    this.#opening = Promise.withResolvers();
    this.#spawn();
    return this.#opening.promise;
  }

  /** @throws RiserError `store-failed`. */
  commit(batch: WriteBatch): Promise<void> {
    const refusal = this.#findRefusal();
    if (refusal !== null) return this.#refuse(refusal);
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const phase = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const timer = setTimeout(() => this.#onTimeout(id), this.#limits.commitMs);
    this.#pending.set(id, { phase, timer, startedMs: performance.now(), resolve, reject });
    try {
      this.#send({ type: 'commit', id, batch, phase });
    } catch (error) {
      this.#settle(id, new RiserError('store-failed', { reason: 'cannot be handed over' }, { cause: error }));
    }
    return promise;
  }

  status(): ReturnType<Store['status']> {
    return {
      isHealthy: this.#findUnhealth() === null,
      commits: this.#commits,
      failures: this.#failures,
      lastCommitMs: this.#lastCommitMs,
    };
  }

  counters(): WriterCounters {
    return {
      refused: this.#refused,
      timeouts: this.#timeouts,
      restarts: this.#restarts,
      pending: this.#pending.size,
    };
  }

  /** Lets waiting commits finish, then ends the thread; after `closeMs` it is ended by force. */
  async close(): Promise<void> {
    const worker = this.#worker;
    clearTimeout(this.#timer);
    if (worker === null || this.#state === 'closed') {
      this.#state = 'closed';
      return;
    }
    this.#state = 'closing';
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    this.#send({ type: 'close' });
    this.#timer = setTimeout(() => void worker.terminate(), this.#limits.closeMs);
    await exited;
    clearTimeout(this.#timer);
  }

  #spawn(): void {
    this.#state = 'opening';
    const workerData: WriterData = { path: this.#options.path };
    const url = this.#options.workerUrl ?? new URL('./worker.ts', import.meta.url);
    const resourceLimits = { maxYoungGenerationSizeMb: LIMITS.workerYoungMegabytes };
    const worker = new Worker(url, { workerData, name: 'riser-store', resourceLimits });
    this.#worker = worker;
    this.#timer = setTimeout(() => void worker.terminate(), this.#limits.openMs);
    worker.on('message', (message: FromWriter) => this.#onMessage(message));
    worker.on('error', (error) => this.#options.log.error({ err: error }, 'store: writer crashed'));
    worker.on('exit', () => this.#onExit());
  }

  #send(message: ToWriter): void {
    this.#worker?.postMessage(message);
  }

  #onMessage(message: FromWriter): void {
    switch (message.type) {
      case 'ready':
        return this.#onReady();
      case 'refused':
        return this.#onRefused(message);
      case 'done':
        return this.#onDone(message.id);
      case 'failed':
        return this.#onFailed(message);
      default:
        return message satisfies never;
    }
  }

  #onReady(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'opening') this.#state = 'running';
    this.#opening?.resolve();
    this.#opening = null;
    this.#noteHealth();
  }

  #onRefused({ code, params, reason }: Extract<FromWriter, { type: 'refused' }>): void {
    clearTimeout(this.#timer);
    this.#fault = reason;
    if (this.#opening === null) return;
    this.#state = 'closed';
    this.#opening.reject(new RiserError(code, params, { cause: new Error(reason) }));
    this.#opening = null;
  }

  #onDone(id: number): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) {
      if (id === this.#unknownId) this.#diverge('a commit that was given up has been stored after all');
      return;
    }
    this.#commits++;
    this.#attempts = 0;
    this.#lastCommitMs = performance.now() - pending.startedMs;
    this.#fault = null;
    this.#settle(id, null);
  }

  #onFailed({ id, reason, isStorageFault, isContradiction }: Extract<FromWriter, { type: 'failed' }>): void {
    if (id === this.#unknownId) this.#unknownId = null;
    if (this.#pending.has(id)) {
      if (isStorageFault) this.#fault = reason;
      const cause = isContradiction ? new AssertionFailure(reason) : new Error(reason);
      this.#settle(id, new RiserError('store-failed', { reason }, { cause }));
    }
    this.#noteHealth();
  }

  #onTimeout(id: number): void {
    const phase = this.#pending.get(id)?.phase;
    if (phase === undefined) return;
    const seen = Atomics.compareExchange(phase, 0, PHASE.waiting, PHASE.cancelled);
    // Answered: only the message has not been read yet, because this thread itself was late.
    if (seen === PHASE.answered) return;
    this.#timeouts++;
    this.#fault = `no answer within ${this.#limits.commitMs} ms`;
    if (seen === PHASE.committing) this.#unknownId = id;
    const reason =
      seen === PHASE.committing ? 'no answer; the outcome is not known' : 'no answer; nothing was stored';
    this.#settle(id, new RiserError('store-failed', { reason }, { cause: new Error(reason) }));
  }

  #onExit(): void {
    clearTimeout(this.#timer);
    this.#worker = null;
    const isCaughtInCommit = this.#failAll('the writer ended');
    if (isCaughtInCommit || this.#unknownId !== null)
      this.#diverge('the writer ended in the middle of a commit');
    if (this.#state === 'closing' || this.#state === 'closed') {
      this.#state = 'closed';
      return;
    }
    if (this.#opening !== null) {
      this.#state = 'closed';
      this.#opening.reject(new RiserError('store-failed', { reason: 'the writer did not start' }));
      this.#opening = null;
      return;
    }
    this.#state = 'down';
    this.#noteHealth();
    this.#scheduleRestart();
  }

  #scheduleRestart(): void {
    if (this.#isDiverged) return;
    const delayMs = Math.min(this.#limits.restartMinMs * 2 ** this.#attempts++, this.#limits.restartMaxMs);
    this.#timer = setTimeout(() => {
      this.#restarts++;
      this.#spawn();
    }, delayMs);
  }

  /** @returns whether one of them may have been stored. */
  #failAll(reason: string): boolean {
    let mayBeStored = false;
    for (const [id, { phase }] of this.#pending) {
      if (Atomics.load(phase, 0) !== PHASE.waiting) mayBeStored = true;
      this.#settle(id, new RiserError('store-failed', { reason }, { cause: new Error(reason) }));
    }
    return mayBeStored;
  }

  #settle(id: number, error: RiserError | null): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (error === null) pending.resolve();
    else {
      this.#failures++;
      pending.reject(error);
    }
    this.#noteHealth();
  }

  #refuse(reason: string): Promise<never> {
    this.#failures++;
    return Promise.reject(new RiserError('store-failed', { reason }, { cause: new Error(reason) }));
  }

  #findRefusal(): string | null {
    if (this.#isDiverged) return 'memory and database may differ; the gateway must be restarted';
    if (this.#unknownId !== null) return 'the outcome of an earlier commit is not known yet';
    if (this.#state !== 'running') return `the writer is ${this.#state}`;
    if (this.#pending.size < this.#limits.pendingCommits) return null;
    this.#refused++;
    return 'too many commits are waiting';
  }

  #findUnhealth(): string | null {
    if (this.#isDiverged) return 'diverged';
    if (this.#unknownId !== null) return 'outcome of a commit unknown';
    if (this.#state !== 'running') return `writer ${this.#state}`;
    return this.#fault;
  }

  #diverge(reason: string): void {
    if (this.#isDiverged) return;
    this.#isDiverged = true;
    this.#options.log.fatal({ reason }, 'store: memory and database may differ; restart needed');
    this.#noteHealth();
    this.#options.onDiverged?.();
  }

  /** Logs a change of health, not each failure. */
  #noteHealth(): void {
    const reason = this.#findUnhealth();
    const isHealthy = reason === null;
    if (isHealthy === this.#wasHealthy || this.#state === 'closing') return;
    this.#wasHealthy = isHealthy;
    if (isHealthy) this.#options.log.info('store: healthy again');
    else this.#options.log.error({ reason }, 'store: commits fail');
  }
}
