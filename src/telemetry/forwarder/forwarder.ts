/**
 * Brings journalled blocks to the sink, each until it is confirmed. Two sources:
 *
 *   live     the newest blocks, handed over by the writer and kept in memory; they go first, so that charts are of now
 *   backlog  everything older that is not confirmed, read back from the journal, oldest first
 *
 * While the sink is away the live queue fills up; its oldest blocks then fall to the backlog (they are in the journal).
 * When it is back, live goes first and the backlog follows at a limited rate, with at least one turn each second. One
 * write at a time. Retrying and back-off live here and nowhere else.
 */
import { AssertionFailure } from '../../core/assert.ts';
import type { SendResult, Sink, SinkBlock } from '../../sinks/sink.ts';
import { JOURNAL_LIMITS } from '../journal/limits.ts';
import type { SegmentBook } from '../journal/segments.ts';
import type { TableCache } from '../journal/table.ts';
import { Backlog, type OutgoingBlock } from './backlog.ts';
import { setAside } from './rejected.ts';

export interface SinkStatus {
  /** `off`: no sink configured. `down`: no answer. `rejecting`: it answers but needs a human. */
  readonly state: 'off' | 'ok' | 'down' | 'rejecting';
  readonly detail: string;
  /** Readings stored by the sink since start; those sent again after a crash count again. */
  readonly sentReadings: number;
  /** Readings set aside in rejected.log since start. */
  readonly rejectedReadings: number;
  /** Writes that failed and were tried again since start. */
  readonly retries: number;
}

export interface ForwarderOptions {
  readonly directory: string;
  readonly sink: Sink;
  readonly book: SegmentBook;
  readonly tables: TableCache;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
  /** Called after every write. */
  readonly onChange: () => void;
}

interface Batch {
  readonly source: 'live' | 'backlog';
  readonly blocks: readonly OutgoingBlock[];
}

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #backlog: Backlog;
  /** Ascending and without gaps: the blocks behind the backlog. */
  readonly #live: OutgoingBlock[] = [];
  #liveReadings = 0;
  /** Number behind the last durable block. */
  #endSeq: number;
  #catchUpMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #status: SinkStatus = { state: 'ok', detail: '', sentReadings: 0, rejectedReadings: 0, retries: 0 };
  readonly #stop = new AbortController();
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param nextSeq number of the next block that will be offered */
  constructor(options: ForwarderOptions, nextSeq: number) {
    this.#options = options;
    this.#backlog = new Backlog(options.directory, options.book);
    this.#endSeq = nextSeq;
  }

  get status(): SinkStatus {
    return this.#status;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Breaks off a write under way; it is sent again at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake();
    await this.#running;
    this.#options.sink.close();
  }

  /** Hands over a block that has just become durable. */
  offer(block: OutgoingBlock): void {
    this.#live.push(block);
    this.#liveReadings += block.rows.count;
    this.#endSeq = block.seq + 1;
    while (
      this.#liveReadings > JOURNAL_LIMITS.liveReadings ||
      this.#live.length > JOURNAL_LIMITS.liveBlocks
    ) {
      this.#dropLive();
    }
    this.#wake();
  }

  #dropLive(): void {
    this.#liveReadings -= this.#live.shift()?.rows.count ?? 0;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const waitMs = await this.#step();
      if (waitMs > 0 && !signal.aborted) await this.#pause(waitMs, this.#failures === 0);
    }
  }

  /** One write. @returns the time until the next one makes sense, 0 = at once. */
  async #step(): Promise<number> {
    try {
      const batch = await this.#choose();
      if (batch === null) return this.#idleMs();
      const result = await this.#options.sink.send(this.#toSinkBlocks(batch.blocks), this.#stop.signal);
      if (this.#stop.signal.aborted && result.outcome === 'retry') return 0;
      return await this.#settle(batch, result);
    } catch (error) {
      if (error instanceof AssertionFailure) throw error;
      // The journal cannot be read or rejected.log not written: the disk's fault, tried again like the sink's.
      const reason = error instanceof Error ? error.message : String(error);
      return this.#backOff({ outcome: 'retry', state: 'down', reason, waitMs: null });
    }
  }

  async #choose(): Promise<Batch | null> {
    const sinceMs = this.#options.monoMs() - this.#catchUpMs;
    const isTurn = sinceMs >= (this.#live.length > 0 ? JOURNAL_LIMITS.catchUpTurnMs : this.#catchUpGapMs());
    if (isTurn && this.#backlog.hasBefore(this.#backlogEnd())) {
      this.#catchUpMs = this.#options.monoMs();
      const blocks = await this.#backlog.next(this.#backlogEnd(), JOURNAL_LIMITS.sinkReadings);
      if (blocks.length > 0) return { source: 'backlog', blocks };
    }
    return this.#live.length === 0 ? null : { source: 'live', blocks: this.#peekLive() };
  }

  #catchUpGapMs(): number {
    return 1000 / JOURNAL_LIMITS.catchUpWritesPerS;
  }

  #backlogEnd(): number {
    return this.#live[0]?.seq ?? this.#endSeq;
  }

  #idleMs(): number {
    return this.#backlog.hasBefore(this.#backlogEnd()) ? this.#catchUpGapMs() : JOURNAL_LIMITS.retentionMs;
  }

  #peekLive(): readonly OutgoingBlock[] {
    let readings = 0;
    const end = this.#live.findIndex((block, at) => {
      readings += block.rows.count;
      return at > 0 && readings > JOURNAL_LIMITS.sinkReadings;
    });
    return this.#live.slice(0, end === -1 ? this.#live.length : end);
  }

  /** Blocks whose points nobody knows any more are left out; they count as damaged. */
  #toSinkBlocks(blocks: readonly OutgoingBlock[]): readonly SinkBlock[] {
    return blocks.flatMap(({ tableId, rows }) => {
      const table = this.#options.tables.get(tableId);
      return table === null ? [] : [{ points: table.points, rows }];
    });
  }

  async #settle(batch: Batch, result: SendResult): Promise<number> {
    if (result.outcome === 'retry') return this.#backOff(result);
    await setAside(this.#options.directory, result.rejected, this.#options.wallMs());
    const sent = this.#confirm(batch.blocks);
    this.#failures = 0;
    this.#status = {
      ...this.#status,
      state: 'ok',
      detail: '',
      sentReadings: this.#status.sentReadings + Math.max(0, sent - result.rejected.length),
      rejectedReadings: this.#status.rejectedReadings + result.rejected.length,
    };
    this.#options.onChange();
    return 0;
  }

  /** @returns the readings that the sink was given. */
  #confirm(blocks: readonly OutgoingBlock[]): number {
    let sent = 0;
    for (const { seq, rows, maxStampMs, tableId } of blocks) {
      if (this.#options.tables.get(tableId) === null) this.#options.book.giveUp(seq, seq);
      else {
        this.#options.book.confirm(seq, rows.count, maxStampMs);
        sent += rows.count;
      }
      if (this.#live[0]?.seq === seq) this.#dropLive();
    }
    return sent;
  }

  #backOff(result: Extract<SendResult, { outcome: 'retry' }>): number {
    const fullMs = JOURNAL_LIMITS.sinkRetryMs * 2 ** Math.min(this.#failures, 10);
    const pauseMs = Math.min(fullMs, JOURNAL_LIMITS.sinkRetryMaxMs) * (0.5 + this.#options.random() / 2);
    this.#failures++;
    this.#status = {
      ...this.#status,
      state: result.state,
      detail: result.reason,
      retries: this.#status.retries + 1,
    };
    this.#options.onChange();
    return Math.max(pauseMs, result.waitMs ?? 0);
  }

  /** @param canWake whether a new block ends the pause; a back-off is only ended by `stop`. */
  async #pause(ms: number, canWake: boolean): Promise<void> {
    if (canWake && this.#live.length > 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = (): void => {
      if (canWake || this.#stop.signal.aborted) resolve();
    };
    await promise;
    clearTimeout(timer);
    this.#wake = () => undefined;
  }
}
