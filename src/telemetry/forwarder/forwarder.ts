/**
 * Brings journalled blocks to the sink, each until it is confirmed. Two sources:
 *
 *   live     the newest blocks, handed over by the writer and kept in memory; they go first, so that charts are of now
 *   backlog  everything older that is not confirmed, read back from the journal, oldest first
 *
 * While the sink is away the live queue fills up; its oldest blocks then fall to the backlog (they are in the journal).
 * When it is back, live goes first and the backlog follows at a limited pace (pace.ts), with at least one turn each second.
 * A few writes are under way at once, one of them kept for live readings; after a failure only one, until it is answered.
 * Retrying and back-off live here and nowhere else.
 */
import { AssertionFailure } from '../../core/assert.ts';
import type { SendResult, Sink, SinkBlock } from '../../sinks/sink.ts';
import { JOURNAL_LIMITS } from '../journal/limits.ts';
import type { GivenUp, SegmentBook } from '../journal/segments.ts';
import type { TableCache } from '../journal/table.ts';
import { Backlog, type OutgoingBlock } from './backlog.ts';
import { FORWARDER_LIMITS } from './limits.ts';
import { LiveQueue } from './live.ts';
import { Pace } from './pace.ts';
import { Quarantine, type QuarantineLosses } from './quarantine/quarantine.ts';
import { IDLE_STATUS, type SinkStatus } from './status.ts';

export interface ForwarderOptions {
  readonly directory: string;
  readonly sink: Sink;
  readonly book: SegmentBook;
  readonly tables: TableCache;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
  /** Backlog sent in a second at most, readings. */
  readonly catchUpPerS: number;
  /** Called after every write. */
  readonly onChange: () => void;
  /** Where the quarantine enters what it has no room for. */
  readonly losses: QuarantineLosses;
  /** For which live readings gather between two writes. */
  readonly gatherMs: number;
}

interface Batch {
  readonly source: 'live' | 'backlog';
  readonly blocks: readonly OutgoingBlock[];
}

type Retry = Extract<SendResult, { outcome: 'retry' }>;

export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #backlog: Backlog;
  readonly #live: LiveQueue;
  readonly #pace: Pace;
  readonly #quarantine: Quarantine;
  /** Numbers of the blocks that are being written. */
  readonly #underWay = new Set<number>();
  readonly #writes = new Map<Promise<void>, Batch['source']>();
  #lastLiveMs = Number.NEGATIVE_INFINITY;
  #lastBacklogMs = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #failedMs = Number.NEGATIVE_INFINITY;
  /** No write starts before this. */
  #resumeMs = Number.NEGATIVE_INFINITY;
  #status: SinkStatus = IDLE_STATUS;
  readonly #stop = new AbortController();
  #isWoken = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  /** @param nextSeq number of the next block that will be offered */
  constructor(options: ForwarderOptions, nextSeq: number) {
    const { book, directory, sink, wallMs, losses } = options;
    this.#options = options;
    this.#backlog = new Backlog(directory, book, (seq) => this.#underWay.has(seq));
    const isTaken = (seq: number): boolean => this.#underWay.has(seq) || book.confirmations.covers(seq, seq);
    this.#live = new LiveQueue(nextSeq, isTaken);
    this.#pace = new Pace(options.catchUpPerS, options.monoMs());
    this.#quarantine = new Quarantine({ directory, sink, wallMs, losses });
  }

  get status(): SinkStatus {
    const { readings, droppedReadings } = this.#quarantine.figures;
    return {
      ...this.#status,
      quarantinedReadings: readings,
      quarantineDropped: droppedReadings,
      paceRatio: this.#pace.ratio,
    };
  }

  /** Readings that the sink refuses; its calls are safe at any time between `start` and `stop`. */
  get quarantine(): Quarantine {
    return this.#quarantine;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Breaks off the writes under way; they are sent again at the next start. */
  async stop(): Promise<void> {
    this.#stop.abort();
    this.#rouse();
    await this.#running;
    this.#backlog.close();
    await this.#quarantine.close();
    this.#options.sink.close();
  }

  /** Hands over a block that has just become durable. */
  offer(block: OutgoingBlock): void {
    this.#live.add(block);
    this.#rouse();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    await this.#openQuarantine();
    while (!signal.aborted) {
      this.#isWoken = false;
      const waitMs = await this.#dispatch();
      if (waitMs > 0 && !signal.aborted) await this.#pause(waitMs);
    }
    await Promise.all(this.#writes.keys());
  }

  /** So that what is in it is shown; whatever fails here is tried again when it is needed. */
  async #openQuarantine(): Promise<void> {
    try {
      await this.#quarantine.open();
      if (this.#quarantine.figures.readings > 0) this.#options.onChange();
    } catch (error) {
      this.#fail(toDiskFailure(error), this.#options.monoMs());
    }
  }

  /** Starts one write where one makes sense. @returns the time until it is worth looking again, 0 = at once. */
  async #dispatch(): Promise<number> {
    const nowMs = this.#options.monoMs();
    if (nowMs < this.#resumeMs) return this.#resumeMs - nowMs;
    if (this.#writes.size >= this.#writeLimit()) return JOURNAL_LIMITS.retentionMs;
    try {
      const batch = await this.#choose(nowMs);
      if (batch === null) return this.#idleMs(nowMs);
      this.#begin(batch);
    } catch (error) {
      this.#fail(toDiskFailure(error), nowMs);
    }
    return 0;
  }

  #writeLimit(): number {
    return this.#failures > 0 ? 1 : FORWARDER_LIMITS.writes;
  }

  async #choose(nowMs: number): Promise<Batch | null> {
    const isLiveDue = this.#liveWaitMs(nowMs) <= 0;
    if (this.#isBacklogTurn(isLiveDue, nowMs)) {
      const blocks = await this.#backlog.next(this.#live.backlogEnd, JOURNAL_LIMITS.sinkReadings);
      if (blocks.length > 0) return { source: 'backlog', blocks };
    }
    const { blocks } = this.#live.peek();
    return isLiveDue && blocks.length > 0 ? { source: 'live', blocks } : null;
  }

  /** Infinity when nothing waits. */
  #liveWaitMs(nowMs: number): number {
    const { blocks, isFull } = this.#live.peek();
    if (blocks.length === 0) return Number.POSITIVE_INFINITY;
    return isFull ? 0 : this.#lastLiveMs + this.#options.gatherMs - nowMs;
  }

  #isBacklogTurn(isLiveDue: boolean, nowMs: number): boolean {
    const isOverdue = nowMs - this.#lastBacklogMs >= JOURNAL_LIMITS.catchUpTurnMs;
    if (isLiveDue && !isOverdue) return false;
    return (
      this.#hasBacklogSlot() &&
      this.#pace.waitMs(nowMs) === 0 &&
      this.#backlog.hasBefore(this.#live.backlogEnd)
    );
  }

  /** All writes but one. */
  #hasBacklogSlot(): boolean {
    const used = [...this.#writes.values()].filter((source) => source === 'backlog').length;
    return used < Math.max(1, this.#writeLimit() - 1);
  }

  #idleMs(nowMs: number): number {
    const hasBacklog = this.#hasBacklogSlot() && this.#backlog.hasBefore(this.#live.backlogEnd);
    const backlogMs = hasBacklog ? this.#pace.waitMs(nowMs) : Number.POSITIVE_INFINITY;
    return Math.max(1, Math.min(this.#liveWaitMs(nowMs), backlogMs, JOURNAL_LIMITS.retentionMs));
  }

  #begin(batch: Batch): void {
    const nowMs = this.#options.monoMs();
    for (const { seq } of batch.blocks) this.#underWay.add(seq);
    if (batch.source === 'live') this.#lastLiveMs = nowMs;
    else {
      this.#lastBacklogMs = nowMs;
      this.#pace.take(countReadings(batch.blocks), nowMs);
    }
    // Rejects for a mistake of ours only: it ends the thread.
    const write = this.#write(batch, nowMs).finally(() => {
      this.#writes.delete(write);
      this.#rouse();
    });
    this.#writes.set(write, batch.source);
  }

  async #write(batch: Batch, startedMs: number): Promise<void> {
    try {
      const result = await this.#options.sink.send(this.#toSinkBlocks(batch.blocks), this.#stop.signal);
      if (this.#stop.signal.aborted && result.outcome === 'retry') return;
      if (result.outcome === 'retry') this.#fail(result, startedMs);
      else await this.#settle(batch, result.rejected, startedMs);
    } catch (error) {
      this.#fail(toDiskFailure(error), startedMs);
    } finally {
      for (const { seq } of batch.blocks) this.#underWay.delete(seq);
    }
  }

  /** Blocks whose points nobody knows any more are left out; they count as damaged. */
  #toSinkBlocks(blocks: readonly OutgoingBlock[]): readonly SinkBlock[] {
    return blocks.flatMap(({ tableId, rows }) => {
      const table = this.#options.tables.get(tableId);
      return table === null ? [] : [{ points: table.points, rows }];
    });
  }

  async #settle(
    batch: Batch,
    rejected: Extract<SendResult, { outcome: 'accepted' }>['rejected'],
    startedMs: number,
  ): Promise<void> {
    if (batch.source === 'backlog') this.#pace.note(this.#options.monoMs() - startedMs);
    await this.#quarantine.add(rejected);
    const sent = this.#confirm(batch.blocks);
    // What was under way when another write failed does not prove that the trouble is over.
    const isWell = startedMs >= this.#failedMs;
    if (isWell) this.#failures = 0;
    this.#status = {
      ...this.#status,
      ...(isWell ? ({ state: 'ok', detail: '' } as const) : {}),
      sentReadings: this.#status.sentReadings + Math.max(0, sent - rejected.length),
      rejectedReadings: this.#status.rejectedReadings + rejected.length,
    };
    this.#options.onChange();
  }

  /** @returns the readings that the sink was given. */
  #confirm(blocks: readonly OutgoingBlock[]): number {
    const { book, tables } = this.#options;
    let sent = 0;
    for (const { seq, rows, maxStampMs, tableId } of blocks) {
      if (tables.get(tableId) === null) book.giveUp(seq, seq, toGivenUp(rows));
      else {
        book.confirm(seq, rows.count, maxStampMs);
        sent += rows.count;
      }
    }
    this.#live.settle((seq) => book.confirmations.covers(seq, seq));
    return sent;
  }

  /** Writes that were under way when another one failed are no further proof: they do not lengthen the pause. */
  #fail(result: Retry, startedMs: number): void {
    const nowMs = this.#options.monoMs();
    if (startedMs >= this.#failedMs) {
      const fullMs = JOURNAL_LIMITS.sinkRetryMs * 2 ** Math.min(this.#failures, 10);
      const pauseMs = Math.min(fullMs, JOURNAL_LIMITS.sinkRetryMaxMs) * (0.5 + this.#options.random() / 2);
      this.#failures++;
      this.#failedMs = nowMs;
      this.#resumeMs = nowMs + Math.max(pauseMs, result.waitMs ?? 0);
      this.#pace.slow();
    }
    const retries = this.#status.retries + 1;
    this.#status = { ...this.#status, state: result.state, detail: result.reason, retries };
    this.#options.onChange();
  }

  #rouse(): void {
    this.#isWoken = true;
    this.#wake();
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isWoken) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
    this.#wake = () => undefined;
  }
}

/** The journal cannot be read or the quarantine not written: the disk's fault, tried again like the sink's. */
function toDiskFailure(error: unknown): Retry {
  if (error instanceof AssertionFailure) throw error;
  const reason = error instanceof Error ? error.message : String(error);
  return { outcome: 'retry', state: 'down', reason, waitMs: null };
}

function toGivenUp(rows: OutgoingBlock['rows']): GivenUp {
  const stamps = rows.stampMs.subarray(0, rows.count);
  return {
    readings: rows.count,
    minStampMs: stamps.reduce((low, stamp) => Math.min(low, stamp), Number.POSITIVE_INFINITY),
    maxStampMs: stamps.reduce((high, stamp) => Math.max(high, stamp), Number.NEGATIVE_INFINITY),
  };
}

function countReadings(blocks: readonly OutgoingBlock[]): number {
  return blocks.reduce((sum, { rows }) => sum + rows.count, 0);
}
