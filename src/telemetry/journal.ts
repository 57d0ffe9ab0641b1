/**
 * The journal as the main thread sees it: readings pass the dead-band here and go to the worker in groups; the worker makes
 * them durable and forwards them (host.ts). Whatever the disk does, `append` returns at once; how many readings may be on
 * the way is limited here, for both threads, and what is dropped is counted and shown.
 */
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import type { InfluxSettings, JournalSettings, SiteModel } from '../config/model.ts';
import { assert, never } from '../core/assert.ts';
import { RiserError } from '../core/errors.ts';
import { LIMITS } from '../core/limits.ts';
import type { ReadingBatch } from '../core/reading.ts';
import { createDeadband, type Deadband } from './deadband.ts';
import { DropTally } from './drop-tally.ts';
import { ReadingGroup } from './group.ts';
import { HistoryClient, toSources } from './history/remote/client.ts';
import type { HistorySource } from './history/source.ts';
import { JOURNAL_LIMITS } from './journal/limits.ts';
import type { LossBook, ToldLoss } from './journal/losses.ts';
import { toTableText } from './journal/table.ts';
import type { FromWorker, HostSettings, HostStatus, ToWorker } from './messages.ts';
import { QuarantineCalls, type QuarantineClient } from './quarantine-calls.ts';
import { createStatusLog } from './status-log.ts';
import { toTextMask } from './text-points.ts';
import { WaitingReadings } from './waiting.ts';

export interface JournalOptions {
  /** Of the journal itself, e.g. `<data>/journal`; made when it is missing. No other process may use it. */
  readonly directory: string;
  readonly model: SiteModel;
  readonly settings: JournalSettings;
  readonly influx: InfluxSettings | null;
  readonly log: Logger;
  /** Called once when the worker has ended by itself: our own mistake, the process should end too. */
  readonly onFatal?: (error: Error) => void;
}

/** Counters run from the start of the process. */
export interface JournalStatus extends Omit<HostStatus, 'writeFailure' | 'upkeepFailure' | 'notedDrops'> {
  /** Readings become durable, and none was dropped lately. The state of the sink is not part of it. */
  readonly isHealthy: boolean;
  /** Plain English; empty while all is well. */
  readonly detail: string;
  /** Readings that passed the dead-band and were taken over. */
  readonly appendedReadings: number;
  /** Readings that passed the dead-band but found no room. */
  readonly droppedReadings: number;
  /** Taken over, not durable yet. */
  readonly inFlightReadings: number;
  /** How long the oldest of them has been waiting, ms, from the end of its group (50 ms) on; 0 when none is. */
  readonly oldestWaitingMs: number;
  /** Age of about the oldest reading that the sink has not confirmed, ms; null when there is none. */
  readonly oldestUnconfirmedAgeMs: number | null;
}

export interface Journal {
  /** Never blocks, never throws for what the world does wrong. A batch of another epoch is discarded, and so are texts. */
  append(batch: ReadingBatch): void;
  status(): JournalStatus;
  /** @returns a function that ends the subscription. */
  onStatus(listener: (status: JournalStatus) => void): () => void;
  /** What is remembered of readings: the journal, and InfluxDB where one is configured. They fail when it is closed. */
  readonly history: readonly HistorySource[];
  /** Readings that the sink refuses; null without a sink. */
  readonly quarantine: QuarantineClient | null;
  /** All losses since the data directory was made: what `status().lost` is made of, and what people have seen. */
  losses(): LossBook;
  /** A person has taken note of losses as they were told. Resolves when `losses` and `status` say so. */
  acknowledgeLosses(told: readonly ToldLoss[], by: string): Promise<void>;
  /** Makes everything appended durable, as far as the disk allows within `closeMs`. */
  close(): Promise<void>;
}

/** @throws RiserError `data-not-writable` when the journal cannot be opened. */
export async function createJournal(options: JournalOptions): Promise<Journal> {
  const settings: HostSettings = {
    directory: options.directory,
    tableText: toTableText(options.model),
    journal: options.settings,
    influx: options.influx,
  };
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: settings,
    name: 'journal',
    resourceLimits: { maxYoungGenerationSizeMb: LIMITS.workerYoungMegabytes },
  });
  return new JournalClient(options, worker, await firstMessage(worker, options.directory));
}

type Ready = Extract<FromWorker, { type: 'ready' }>;

async function firstMessage(worker: Worker, path: string): Promise<Ready> {
  const { promise, resolve, reject } = Promise.withResolvers<FromWorker>();
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new Error('the journal worker ended before it was ready')));
  const first = await promise;
  if (first.type === 'ready') return first;
  assert(first.type === 'refused', 'the worker says first whether it is ready');
  throw new RiserError('data-not-writable', { path, reason: first.reason });
}

class JournalClient implements Journal {
  readonly #epoch: number;
  readonly #points: number;
  readonly #worker: Worker;
  readonly #isText: Uint8Array;
  readonly #deadband: Deadband;
  readonly #group = new ReadingGroup(JOURNAL_LIMITS.groupReadings);
  readonly #listeners = new Set<(status: JournalStatus) => void>();
  readonly #onFatal: (error: Error) => void;
  readonly #asking = new HistoryClient((message) => this.#send({ type: 'history', message }, []));
  readonly history: readonly HistorySource[];
  readonly #calls = new QuarantineCalls((id, call) => this.#send({ type: 'quarantine', id, call }, []));
  readonly quarantine: QuarantineClient | null;
  #host: HostStatus;
  #appended = 0;
  readonly #waiting = new WaitingReadings();
  readonly #drops = new DropTally((loss) => this.#send({ type: 'drops', loss }, []));
  #losses: LossBook;
  #acknowledged = 0;
  /** Callers that wait for the worker. Key: number of the request. */
  readonly #acknowledging = new Map<number, () => void>();
  #droppedAtMs = Number.NEGATIVE_INFINITY;
  #death: string | null = null;
  #isClosing = false;
  #timer: NodeJS.Timeout | null = null;
  readonly #closed = Promise.withResolvers<void>();

  constructor(options: JournalOptions, worker: Worker, { status: host, losses }: Ready) {
    this.#epoch = options.model.epoch;
    this.#points = options.model.points.length;
    this.#isText = toTextMask(options.model);
    this.#deadband = createDeadband(options.model.points.map((point) => point.deadband));
    this.#worker = worker;
    this.#host = host;
    this.#losses = losses;
    this.quarantine = options.influx === null ? null : this.#calls;
    this.history = toSources(this.#asking, options.influx !== null);
    this.#onFatal = options.onFatal ?? (() => undefined);
    this.#listeners.add(createStatusLog(options.log, this.status()));
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error: unknown) => this.#die(error));
    worker.on('exit', () => this.#die(new Error('the journal worker has ended')));
  }

  append(batch: ReadingBatch): void {
    if (batch.epoch !== this.#epoch || this.#isClosing) return;
    for (let at = 0; at < batch.count; at++) this.#appendRow(batch, at);
    if (this.#group.count > 0) this.#timer ??= setTimeout(() => this.#flush(), JOURNAL_LIMITS.groupMs);
  }

  status(): JournalStatus {
    const { writeFailure, upkeepFailure, notedDrops: _, ...figures } = this.#host;
    const isDropping = performance.now() - this.#droppedAtMs < JOURNAL_LIMITS.dropShownMs;
    const details = [
      this.#death,
      writeFailure === null ? null : `cannot write: ${writeFailure}`,
      upkeepFailure === null ? null : `cannot maintain: ${upkeepFailure}`,
      isDropping ? `no room for readings; ${this.#drops.readings} dropped since start` : null,
    ];
    return {
      ...figures,
      isHealthy: this.#death === null && writeFailure === null && !isDropping,
      detail: details.filter((detail) => detail !== null).join('; '),
      appendedReadings: this.#appended,
      droppedReadings: this.#drops.readings,
      inFlightReadings: this.#appended - figures.durableReadings,
      oldestWaitingMs: this.#waiting.ageMs(performance.now()),
      oldestUnconfirmedAgeMs:
        figures.oldestUnconfirmedMs === null ? null : Math.max(0, Date.now() - figures.oldestUnconfirmedMs),
    };
  }

  onStatus(listener: (status: JournalStatus) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  losses(): LossBook {
    return this.#losses;
  }

  async acknowledgeLosses(told: readonly ToldLoss[], by: string): Promise<void> {
    if (this.#isClosing || this.#death !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const id = ++this.#acknowledged;
    this.#acknowledging.set(id, resolve);
    this.#send({ type: 'acknowledge-losses', id, told, by }, []);
    await promise;
  }

  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#flush();
      this.#drops.end();
      this.#isClosing = true;
      this.#send({ type: 'close' }, []);
    }
    const timer = setTimeout(() => this.#closed.resolve(), JOURNAL_LIMITS.closeMs);
    await this.#closed.promise;
    clearTimeout(timer);
    await this.#worker.terminate();
  }

  #appendRow(batch: ReadingBatch, at: number): void {
    const point = batch.point[at] as number;
    assert(point < this.#points, 'a reading belongs to a point of the model');
    if (this.#isText[point] === 1) return;
    const value = batch.value[at] as number;
    const quality = batch.quality[at] as number;
    const receivedMs = batch.receivedMs[at] as number;
    if (!this.#deadband.passes(point, value, quality, receivedMs)) return;
    if (!this.#hasRoom()) return this.#drop(receivedMs);
    // Only now: a reading that was dropped must not hide the next one like it.
    this.#deadband.note(point, value, quality, receivedMs);
    this.#group.add(batch, at);
    this.#appended++;
    if (this.#group.isFull) this.#flush();
  }

  #drop(receivedMs: number): void {
    const isFirst = performance.now() - this.#droppedAtMs >= JOURNAL_LIMITS.dropShownMs;
    this.#drops.add(receivedMs);
    this.#droppedAtMs = performance.now();
    if (isFirst) this.#publish();
  }

  #hasRoom(): boolean {
    const inFlight = this.#appended - this.#host.durableReadings;
    return inFlight < JOURNAL_LIMITS.inFlightReadings && this.#death === null;
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#group.count === 0) return;
    const { columns, buffers } = this.#group.take();
    this.#waiting.note(this.#appended, performance.now());
    this.#send({ type: 'readings', columns }, buffers);
  }

  #send(message: ToWorker, buffers: readonly ArrayBuffer[]): void {
    this.#worker.postMessage(message, buffers);
  }

  #receive(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
      case 'refused':
        return;
      case 'closed':
        this.#update(message.status);
        return this.#closed.resolve();
      case 'status':
        return this.#update(message.status);
      case 'losses':
        this.#losses = message.losses;
        return;
      case 'losses-acknowledged':
        this.#acknowledging.get(message.id)?.();
        this.#acknowledging.delete(message.id);
        return;
      case 'history':
        return this.#asking.receive(message.message);
      case 'quarantine':
        return this.#calls.receive(message);
      default:
        return never(message);
    }
  }

  #update(status: HostStatus): void {
    this.#host = status;
    this.#waiting.settle(status.durableReadings);
    this.#drops.settle(status.notedDrops);
    this.#publish();
  }

  #publish(): void {
    const status = this.status();
    for (const listener of this.#listeners) listener(status);
  }

  #die(error: unknown): void {
    this.#closed.resolve();
    this.#drops.end();
    for (const resolve of this.#acknowledging.values()) resolve();
    this.#acknowledging.clear();
    this.#asking.end('the journal is closed');
    this.#calls.end('the journal is closed');
    if (this.#isClosing || this.#death !== null) return;
    this.#death = error instanceof Error ? error.message : String(error);
    this.#publish();
    this.#onFatal(error instanceof Error ? error : new Error(this.#death));
  }
}
