/**
 * Down-sampling in the journal's thread: what is journalled becomes minutes, quarters and hours, and these reach the sink
 * whatever happens in between. Two ways, one after the other:
 *
 *   past   the journal, hour by hour from the checkpoint on, at a limited pace: after a start, an outage of the sink, or
 *          when readings came late (their hours are computed and written again; a bucket is known by its beginning)
 *   live   blocks as they become durable; buckets are closed by the wall clock, some seconds after their end
 *
 * An hour in which nothing at all was journalled (the gateway was off) has no roll-ups. Raw readings are the forwarder's.
 */
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import { AssertionFailure } from '../../core/assert.ts';
import type { FigureSink } from '../../sinks/sink.ts';
import type { BlockRows } from '../journal/rows.ts';
import type { PointTable, TableCache } from '../journal/table.ts';
import { Aggregator, createStanding, HOUR_MS, MINUTE_MS, type StandingColumns } from './aggregator.ts';
import { type Checkpoint, loadCheckpoint, saveCheckpoint } from './checkpoint.ts';
import { Delivery } from './delivery.ts';
import { Lateness } from './lateness.ts';
import type { RollupLimits } from './limits.ts';
import { createLineMaker } from './lines.ts';
import type { RangeSource } from './range.ts';
import type { RollupStatus } from './status.ts';
import { createWalk, durableOnly, findLate, lookBack, type Walking } from './walk.ts';

export interface RollupOptions {
  /** Of the journal; the checkpoint lies in it. */
  readonly directory: string;
  readonly table: PointTable;
  readonly tables: TableCache;
  readonly source: RangeSource;
  /** Closed by `stop`. */
  readonly sink: FigureSink;
  readonly limits: RollupLimits;
  /** Number of the last block that recovery found; all up to it are durable. */
  readonly lastSeq: number;
  readonly wallMs: () => number;
  readonly monoMs: () => number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly onChange: () => void;
}

/** What a block must say to be offered. */
export interface OfferedBlock {
  readonly seq: number;
  readonly tableId: string;
  readonly rows: BlockRows;
}

export class Rollups {
  readonly #options: RollupOptions;
  readonly #aggregator: Aggregator;
  readonly #delivery: Delivery;
  readonly #stop = new AbortController();
  readonly #walking: Walking;
  readonly #late: Lateness;
  #running: Promise<void> = Promise.resolve();
  #mode: 'past' | 'present' | 'live' = 'past';
  /** Blocks that became durable while the present hour is read. */
  #waiting: OfferedBlock[] = [];
  #hasMissed = false;
  /** Readings from here on are still to be read from the journal while the mode is not `live`, UTC ms. */
  #unreadFromMs = Number.NEGATIVE_INFINITY;
  /** Of the last durable block. Blocks beyond it can be read already: they count when they are offered. */
  #seq: number;
  /** Every bucket that ends at or before it is closed. */
  #closedMs = 0;
  #checkpoint: Checkpoint | null = null;
  /** Stamp of the earliest reading that was left to the journal; Infinity = none. */
  #aheadMs = Number.POSITIVE_INFINITY;
  #failure = '';

  constructor(options: RollupOptions) {
    const { table, limits, sink, lastSeq, monoMs, random, onChange } = options;
    this.#options = options;
    this.#seq = lastSeq;
    this.#late = new Lateness(options);
    const source = durableOnly(options.source, () => this.#seq);
    this.#walking = { walk: createWalk(table), source, signal: this.#stop.signal };
    this.#aggregator = new Aggregator(table.points.length, (row) => this.#delivery.add(row));
    this.#delivery = new Delivery({
      sink,
      lines: createLineMaker(table.points),
      limits,
      points: table.points.length,
      monoMs,
      random,
      signal: this.#stop.signal,
      onChange,
    });
  }

  get status(): RollupStatus {
    const { state, detail, ...figures } = this.#delivery.status;
    return {
      ...figures,
      state,
      detail: detail === '' ? this.#failure : detail,
      isCatchingUp: this.#mode !== 'live',
      storedToMs: this.#checkpoint?.hourMs ?? null,
      lateReadings: this.#late.readings,
    };
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Breaks off; the next start goes on from the checkpoint. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#options.sink.close();
  }

  /** Hands over a block that has just become durable. Synchronous, about 0.1 µs a reading. */
  offer(block: OfferedBlock): void {
    this.#seq = Math.max(this.#seq, block.seq);
    if (this.#mode === 'live') return this.#take(block);
    this.#noteLate(block);
    const hasRoom = this.#waiting.length < this.#options.limits.waitingBlocks;
    if (this.#mode === 'present' && hasRoom) this.#waiting.push(block);
    else this.#hasMissed = true;
  }

  /** What it has of hours that have been; the rest is read from the journal, or waits. */
  #noteLate({ rows }: OfferedBlock): void {
    for (let at = 0; at < rows.count; at++) {
      const stampMs = rows.stampMs[at] as number;
      if (stampMs < this.#unreadFromMs) this.#late.noteBefore(stampMs);
    }
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    const { directory, table, tables } = this.#options;
    this.#checkpoint = await loadCheckpoint(directory, table, tables);
    if (this.#checkpoint !== null) {
      this.#unreadFromMs = this.#checkpoint.hourMs;
      if (this.#checkpoint.lateMs !== null) this.#late.noteBefore(this.#checkpoint.lateMs);
    }
    let isChecked = false;
    while (!signal.aborted) {
      try {
        if (!isChecked) await this.#findLate();
        isChecked = true;
        await this.#computePast();
        await this.#goLive();
      } catch (error) {
        if (error instanceof AssertionFailure) throw error;
        // The disk failed: what was computed is dropped, and done again from the checkpoint.
        this.#failure = error instanceof Error ? error.message : String(error);
        this.#options.onChange();
        await this.#rest(this.#options.limits.retryMaxMs);
      }
      this.#mode = 'past';
      this.#waiting = [];
      this.#delivery.drop();
    }
  }

  async #findLate(): Promise<void> {
    if (this.#checkpoint === null) return;
    const lateMs = await findLate(this.#walking, this.#checkpoint);
    if (lateMs !== Number.POSITIVE_INFINITY) this.#late.noteBefore(lateMs);
  }

  /** Hour by hour, up to the one that is not over yet; its readings are in when this returns. */
  async #computePast(): Promise<void> {
    const { signal } = this.#stop;
    let { hourMs, standing } = await this.#findBeginning();
    this.#aheadMs = Number.POSITIVE_INFINITY;
    while (!signal.aborted) {
      const isLast = hourMs + HOUR_MS > this.#closableMs();
      this.#begin(hourMs, standing);
      this.#unreadFromMs = isLast ? hourMs : hourMs + HOUR_MS;
      if (isLast) return await this.#computePresent(hourMs);
      this.#aggregator.aheadFromMs = hourMs + HOUR_MS;
      const found = await this.#computeHour(hourMs);
      if (found === 'broken-off') return;
      if (found === 'readings') {
        if (!(await this.#closeTo(hourMs + HOUR_MS, this.#options.limits.rowsPerS))) return;
        standing = this.#aggregator.hourStanding();
      }
      hourMs = this.#goTo(hourMs + HOUR_MS);
      if (!(await this.#delivery.flush(this.#options.limits.rowsPerS))) return;
      await this.#save({ hourMs, seq: this.#seq, standing });
    }
  }

  #begin(hourMs: number, standing: StandingColumns): void {
    this.#aggregator.restart(hourMs, standing);
    this.#closedMs = hourMs;
  }

  /** From the checkpoint; from an earlier hour where readings came late; without either, from the journal's beginning. */
  async #findBeginning(): Promise<Pick<Checkpoint, 'hourMs' | 'standing'>> {
    const lateMs = this.#late.settle();
    const point = this.#checkpoint;
    if (point === null) {
      const standing = createStanding(this.#aggregator.points);
      return { hourMs: this.#goTo(Number.NEGATIVE_INFINITY), standing };
    }
    const hourMs = toHour(lateMs);
    if (hourMs >= point.hourMs) return { hourMs: this.#goTo(point.hourMs), standing: point.standing };
    this.#unreadFromMs = hourMs;
    const seq = this.#seq;
    try {
      const standing = await this.#lookBack(hourMs);
      if (!this.#stop.signal.aborted) await this.#save({ hourMs, seq, standing });
      return { hourMs, standing };
    } catch (error) {
      this.#late.noteBefore(lateMs);
      throw error;
    }
  }

  /** On to the first hour from `fromMs` on that has readings, or the present one: what comes for one before it is late. */
  #goTo(fromMs: number): number {
    const presentMs = toHour(this.#closableMs());
    const nextMs = this.#options.source.nextMs(fromMs) ?? presentMs;
    this.#unreadFromMs = Math.max(fromMs, Math.min(toHour(nextMs), presentMs));
    return this.#unreadFromMs;
  }

  async #lookBack(hourMs: number): Promise<StandingColumns> {
    return await lookBack(this.#walking, this.#aggregator.points, hourMs, this.#options.limits);
  }

  async #computeHour(hourMs: number): Promise<'readings' | 'none' | 'broken-off'> {
    const { signal } = this.#stop;
    let hasReadings = false;
    const query = { fromMs: hourMs, toMs: hourMs + HOUR_MS, afterSeq: 0, signal };
    for await (const block of this.#walking.source.read(query)) {
      this.#walking.walk(block, (index, stampMs, value, quality) => {
        if (stampMs < hourMs || stampMs >= hourMs + HOUR_MS) return;
        hasReadings = true;
        this.#aggregator.add(index, stampMs, value, quality);
      });
      const { isFull } = this.#delivery;
      if (isFull && !(await this.#delivery.flush(this.#options.limits.rowsPerS))) return 'broken-off';
    }
    if (signal.aborted) return 'broken-off';
    return hasReadings ? 'readings' : 'none';
  }

  /** The hour that is not over: until nothing has become durable unseen; then blocks are taken as they come. */
  async #computePresent(hourMs: number): Promise<void> {
    const { limits } = this.#options;
    this.#aggregator.aheadFromMs = hourMs + limits.aheadMs;
    let afterSeq = 0;
    this.#mode = 'present';
    do {
      this.#waiting = [];
      this.#hasMissed = false;
      const query = { fromMs: hourMs, toMs: Number.POSITIVE_INFINITY, afterSeq, signal: this.#stop.signal };
      for await (const block of this.#walking.source.read(query)) {
        afterSeq = Math.max(afterSeq, block.seq);
        this.#walking.walk(block, (index, stampMs, value, quality) => {
          if (stampMs >= hourMs) this.#addOne(index, stampMs, value, quality);
        });
        const { isFull } = this.#delivery;
        if (isFull && !(await this.#delivery.flush(limits.rowsPerS))) return;
      }
    } while (this.#hasMissed && !this.#stop.signal.aborted);
    for (const block of this.#waiting) this.#take(block);
    this.#waiting = [];
    this.#mode = 'live';
    this.#failure = '';
    this.#options.onChange();
  }

  /** Closes buckets by the clock until the past has to be looked at again. */
  async #goLive(): Promise<void> {
    const { limits } = this.#options;
    while (this.#mode === 'live' && !this.#stop.signal.aborted) {
      const closableMs = this.#closableMs();
      // The clock was set forward: the hours between may hold nothing.
      if (closableMs - this.#closedMs > limits.aheadMs) return;
      const untilMs = Math.min(closableMs, toHour(this.#aheadMs));
      while (this.#closedMs < untilMs) {
        const nextMs = Math.min(untilMs, toHour(this.#closedMs) + HOUR_MS);
        if (!(await this.#closeTo(nextMs, Number.POSITIVE_INFINITY))) return;
        if (nextMs % HOUR_MS === 0 && !(await this.#finishHour())) return;
      }
      if (!(await this.#delivery.flush(Number.POSITIVE_INFINITY))) return;
      if (this.#late.isDue || this.#closedMs >= toHour(this.#aheadMs)) return;
      await this.#rest(limits.tickMs);
    }
  }

  async #finishHour(): Promise<boolean> {
    const standing = this.#aggregator.hourStanding();
    const checkpoint = { hourMs: this.#closedMs, seq: this.#seq, standing };
    this.#aggregator.aheadFromMs = this.#closedMs + this.#options.limits.aheadMs;
    if (!(await this.#delivery.flush(Number.POSITIVE_INFINITY))) return false;
    await this.#save(checkpoint);
    return true;
  }

  /** @returns false when it was broken off: stopped, or too much waits for the sink */
  async #closeTo(untilMs: number, perS: number): Promise<boolean> {
    const { slicePoints } = this.#options.limits;
    for (let from = 0; from < this.#aggregator.points; from += slicePoints) {
      this.#aggregator.closeTo(untilMs, from, Math.min(this.#aggregator.points, from + slicePoints));
      if (this.#delivery.isFull && !(await this.#delivery.flush(perS))) return false;
      await nextTurn();
    }
    this.#closedMs = untilMs;
    return true;
  }

  async #save(done: Omit<Checkpoint, 'lateMs'>): Promise<void> {
    const { fromMs } = this.#late;
    const checkpoint = { ...done, lateMs: fromMs < done.hourMs ? fromMs : null };
    await saveCheckpoint(this.#options.directory, this.#options.table, checkpoint);
    this.#checkpoint = checkpoint;
    this.#failure = '';
    this.#options.onChange();
  }

  #take({ rows }: OfferedBlock): void {
    const { count, point, stampMs, value, quality } = rows;
    for (let at = 0; at < count; at++) {
      this.#addOne(point[at] as number, stampMs[at] as number, value[at] as number, quality[at] as number);
    }
  }

  #addOne(point: number, stampMs: number, value: number, quality: number): void {
    const taken = this.#aggregator.add(point, stampMs, value, quality);
    if (taken === 'late') this.#late.note(stampMs);
    else if (taken === 'ahead') this.#aheadMs = Math.min(this.#aheadMs, stampMs);
  }

  /** The last full minute that is over for long enough. */
  #closableMs(): number {
    return Math.floor((this.#options.wallMs() - this.#late.graceMs) / MINUTE_MS) * MINUTE_MS;
  }

  async #rest(ms: number): Promise<void> {
    await pause(ms, undefined, { signal: this.#stop.signal }).catch(() => undefined);
  }
}

/** Infinity stays what it is. */
function toHour(atMs: number): number {
  return Math.floor(atMs / HOUR_MS) * HOUR_MS;
}
