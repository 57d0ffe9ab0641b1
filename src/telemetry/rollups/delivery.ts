/**
 * Rows on their way to the sink: in order, each until it is confirmed. Retrying and back-off of the roll-ups live here and
 * nowhere else. While hours that have passed are computed, the pace is limited.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { FigureResult, FigureSink } from '../../sinks/sink.ts';
import type { RollupRow } from './aggregator.ts';
import type { RollupLimits } from './limits.ts';
import type { LineMaker } from './lines.ts';

export interface DeliveryOptions {
  readonly sink: FigureSink;
  readonly lines: LineMaker;
  readonly limits: RollupLimits;
  readonly points: number;
  readonly monoMs: () => number;
  /** 0 to 1, for the jitter. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  /** Called after every write. */
  readonly onChange: () => void;
}

/** Counters run from the start of the process. */
export interface DeliveryStatus {
  readonly state: 'ok' | 'down' | 'rejecting';
  /** Plain English; empty while all is well. */
  readonly detail: string;
  readonly sentRows: number;
  /** Lines that the sink will never take. */
  readonly refusedLines: number;
  /** Lines were refused within the last 65 min. */
  readonly isRefusing: boolean;
  /** The sink's own words for the refused lines, each once, oldest first. */
  readonly refusals: readonly string[];
  readonly waitingRows: number;
  /** Rows dropped because too many waited: they are computed again. */
  readonly droppedRows: number;
  readonly openStatements: readonly string[];
}

type Retry = Extract<FigureResult, { outcome: 'retry' }>;

export class Delivery {
  readonly #options: DeliveryOptions;
  #rows: RollupRow[] = [];
  #failures = 0;
  #state: DeliveryStatus['state'] = 'ok';
  #detail = '';
  #sentRows = 0;
  #refusedLines = 0;
  #refusedMs = Number.NEGATIVE_INFINITY;
  #refusals: readonly string[] = [];
  #droppedRows = 0;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  get status(): DeliveryStatus {
    return {
      state: this.#state,
      detail: this.#detail,
      sentRows: this.#sentRows,
      refusedLines: this.#refusedLines,
      isRefusing: this.#options.monoMs() - this.#refusedMs < this.#options.limits.refusalShownMs,
      refusals: this.#refusals,
      waitingRows: this.#rows.length,
      droppedRows: this.#droppedRows,
      openStatements: this.#options.sink.openStatements,
    };
  }

  get isFull(): boolean {
    return this.#rows.length >= this.#options.limits.batchRows;
  }

  /** More wait than may. */
  get isOverfull(): boolean {
    const { waitingRows, rowsPerPoint } = this.#options.limits;
    return this.#rows.length > Math.max(waitingRows, rowsPerPoint * this.#options.points);
  }

  add(row: RollupRow): void {
    this.#rows.push(row);
  }

  drop(): void {
    this.#droppedRows += this.#rows.length;
    this.#rows = [];
  }

  /**
   * Sends until nothing waits. @param perS rows a second at most; Infinity = as quickly as the sink takes them
   * @returns false when it was broken off: stopped, or overfull and not getting less
   */
  async flush(perS: number): Promise<boolean> {
    const { limits, signal } = this.#options;
    const atFirst = this.#rows.length;
    while (this.#rows.length > 0) {
      const rows = this.#rows.slice(0, limits.batchRows);
      const startedMs = this.#options.monoMs();
      const retry = await this.#send(rows);
      if (signal.aborted) return false;
      if (retry === null) {
        this.#rows.splice(0, rows.length);
        this.#sentRows += rows.length;
        this.#note('ok', '');
        await this.#rest((rows.length / perS) * 1_000 - (this.#options.monoMs() - startedMs));
      } else {
        this.#note(retry.state, retry.reason);
        await this.#rest(this.#pauseMs(retry));
      }
      if (signal.aborted) return false;
      // What an hour gives at once may be a lot: as long as it gets less, the sink keeps up.
      const isLess = retry === null && this.#rows.length < atFirst;
      if (this.isOverfull && !isLess) return false;
    }
    return true;
  }

  /** @returns null when all that the sink takes of them is stored */
  async #send(rows: readonly RollupRow[]): Promise<Retry | null> {
    const { sink, lines, signal } = this.#options;
    for (const { tier, lines: some } of lines.toLines(rows)) {
      const result = await sink.write(some, tier.resolution, signal);
      if (result.outcome === 'retry') return result;
      if (result.refused !== null) this.#noteRefused(result.refused.lines, result.refused.reason);
    }
    return null;
  }

  #note(state: DeliveryStatus['state'], detail: string): void {
    this.#failures = state === 'ok' ? 0 : this.#failures + 1;
    this.#state = state;
    this.#detail = detail;
    this.#options.onChange();
  }

  #noteRefused(lines: number, words: string): void {
    // The number of lines is no part of the reason.
    const reason = words.replace(/ *dropped=\d+/, '');
    this.#refusedLines += lines;
    this.#refusedMs = this.#options.monoMs();
    const isKnown = this.#refusals.includes(reason);
    if (isKnown || this.#refusals.length >= this.#options.limits.refusalReasons) return;
    this.#refusals = [...this.#refusals, reason];
  }

  #pauseMs({ waitMs }: Retry): number {
    const { limits, random } = this.#options;
    const fullMs = Math.min(limits.retryMs * 2 ** Math.min(this.#failures - 1, 10), limits.retryMaxMs);
    return Math.max(waitMs ?? 0, fullMs * (0.5 + random() / 2));
  }

  async #rest(ms: number): Promise<void> {
    if (ms <= 0) return;
    await pause(ms, undefined, { signal: this.#options.signal }).catch(() => undefined);
  }
}
