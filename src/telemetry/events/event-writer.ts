/**
 * Brings what happened to the sink, beside the readings: every event of alarms and tickets, once, from the store's own
 * histories (so that nothing is lost while the sink or the gateway is away), and once a minute how the links are. Runs on
 * the main thread: it is a few lines a minute. Retrying and back-off of these lines live here and nowhere else.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { SiteModel } from '../../config/model.ts';
import { defined } from '../../core/assert.ts';
import type { Clock } from '../../core/clock.ts';
import type { LinkStatus } from '../../core/link.ts';
import type { FigureLine, FigureSink } from '../../sinks/sink.ts';
import type { AlarmLogRow, StoreQueries, TicketLogRow } from '../../store/store.ts';
import { BEGINNING, type Cursor, type HistoryPlace, loadCursor, saveCursor } from './cursor.ts';
import { toAlarmLine, toLinkLine, toLinkTags, toTicketLine } from './lines.ts';

export const EVENT_LIMITS = {
  /** How often the links are written. */
  linkMs: 60_000,
  /** How often the histories are looked at, beside every event: one that was missed comes at last. */
  lookMs: 10_000,
  /** Events of one kind that happen together are written together. */
  gatherMs: 200,
  /** Rows read and written at once: about 100 kB. */
  rows: 500,
  /** Lines of links that wait while the sink is away: 3 h of 25 links; beyond it the oldest are dropped and counted. */
  waitingLines: 5_000,
  /** Pause after a failure, doubled up to the maximum, each jittered to 50–100 %. */
  retryMs: 1_000,
  retryMaxMs: 60_000,
} as const;

/** Tests shrink them. */
export type EventLimits = { readonly [Name in keyof typeof EVENT_LIMITS]: number };

export interface EventWriterOptions {
  readonly model: Pick<SiteModel, 'site' | 'links'>;
  /** Closed by `stop`. */
  readonly sink: FigureSink;
  readonly queries: Pick<StoreQueries, 'alarmLog' | 'ticketLog'>;
  readonly links: () => readonly LinkStatus[];
  /** Where it is kept how far it has come. */
  readonly cursorPath: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly limits?: EventLimits;
}

/** Counters run from the start of the process. */
export interface EventWriterCounters {
  readonly events: number;
  readonly refused: number;
  readonly dropped_link_lines: number;
  readonly failures: number;
}

export interface EventWriter {
  start(): void;
  /** Something has happened: the histories have new rows. */
  notify(): void;
  counters(): EventWriterCounters;
  /** Breaks off; the next start goes on. */
  stop(): Promise<void>;
}

type Log = 'alarm' | 'ticket';

export function createEventWriter(options: EventWriterOptions): EventWriter {
  return new Writer(options);
}

class Writer implements EventWriter {
  readonly #options: EventWriterOptions;
  readonly #limits: EventLimits;
  /** Key: link. */
  readonly #tags: ReadonlyMap<string, FigureLine['tags']>;
  readonly #stop = new AbortController();
  #wake = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #cursor: Cursor = { alarm: BEGINNING, ticket: BEGINNING };
  #linkLines: FigureLine[] = [];
  #linksDueMs = Number.NEGATIVE_INFINITY;
  #events = 0;
  #refused = 0;
  #dropped = 0;
  #failures = 0;
  /** Failures in a row. */
  #failing = 0;

  constructor(options: EventWriterOptions) {
    const { model, limits } = options;
    this.#options = options;
    this.#limits = limits ?? EVENT_LIMITS;
    this.#tags = new Map([...model.links.values()].map((link) => [link.id, toLinkTags(model.site.id, link)]));
  }

  start(): void {
    this.#running = this.#run();
  }

  notify(): void {
    this.#wake.abort();
  }

  counters(): EventWriterCounters {
    return {
      events: this.#events,
      refused: this.#refused,
      dropped_link_lines: this.#dropped,
      failures: this.#failures,
    };
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#wake.abort();
    await this.#running;
    this.#options.sink.close();
  }

  async #run(): Promise<void> {
    this.#cursor = await loadCursor(this.#options.cursorPath);
    while (!this.#stop.signal.aborted) {
      this.#wake = new AbortController();
      this.#noteLinks();
      const failure = await this.#send();
      if (this.#stop.signal.aborted) return;
      this.#report(failure);
      if (failure !== null) await this.#rest(this.#pauseMs(), this.#stop.signal);
      else {
        await this.#rest(Math.max(0, Math.min(this.#limits.lookMs, this.#untilLinksMs())), this.#wake.signal);
        if (this.#wake.signal.aborted) await this.#rest(this.#limits.gatherMs, this.#stop.signal);
      }
    }
  }

  #untilLinksMs(): number {
    return this.#linksDueMs - this.#options.clock.now().monoMs;
  }

  #noteLinks(): void {
    const { clock, links } = this.#options;
    const { monoMs, wallMs } = clock.now();
    if (monoMs < this.#linksDueMs) return;
    this.#linksDueMs = monoMs + this.#limits.linkMs;
    for (const status of links()) {
      const tags = defined(this.#tags.get(status.link), `tags of link ${status.link}`);
      this.#linkLines.push(toLinkLine(status, tags, wallMs));
    }
    const surplus = Math.max(0, this.#linkLines.length - this.#limits.waitingLines);
    this.#linkLines.splice(0, surplus);
    this.#dropped += surplus;
  }

  /** @returns why it was broken off; null = nothing waits any more */
  async #send(): Promise<string | null> {
    try {
      const failure = (await this.#sendLinks()) ?? (await this.#sendLog('alarm'));
      return failure ?? (await this.#sendLog('ticket'));
    } catch (error) {
      // The store or the disk failed: both say so themselves, and it is tried again.
      return error instanceof Error ? error.message : String(error);
    }
  }

  async #sendLinks(): Promise<string | null> {
    while (this.#linkLines.length > 0) {
      const lines = this.#linkLines.slice(0, this.#limits.rows);
      const failure = await this.#write(lines);
      if (failure !== null) return failure;
      this.#linkLines.splice(0, lines.length);
    }
    return null;
  }

  async #sendLog(log: Log): Promise<string | null> {
    while (!this.#stop.signal.aborted) {
      const place = this.#cursor[log];
      const rows = await this.#read(log, place.id);
      // Its own row comes first; another one there, or none, is another history: it is told from the beginning.
      const isSame = place.id === 0 || (rows[0]?.id === place.id && rows[0].hash === place.hash);
      if (!isSame) {
        await this.#move(log, BEGINNING);
        continue;
      }
      const fresh = rows.filter(({ id }) => id > place.id);
      const last = fresh.at(-1);
      if (last === undefined) return null;
      const failure = await this.#write(fresh.map(({ line }) => line));
      if (failure !== null) return failure;
      this.#events += fresh.length;
      await this.#move(log, { id: last.id, hash: last.hash });
    }
    return null;
  }

  async #read(log: Log, fromId: number): Promise<readonly (HistoryPlace & { readonly line: FigureLine })[]> {
    const { queries } = this.#options;
    const limit = this.#limits.rows;
    if (log === 'alarm') {
      const rows: readonly AlarmLogRow[] = await queries.alarmLog(fromId, limit);
      return rows.map((row) => ({ id: row.id, hash: row.hash, line: toAlarmLine(row) }));
    }
    const rows: readonly TicketLogRow[] = await queries.ticketLog(fromId, limit);
    return rows.map((row) => ({ id: row.id, hash: row.hash, line: toTicketLine(row) }));
  }

  async #move(log: Log, place: HistoryPlace): Promise<void> {
    this.#cursor = { ...this.#cursor, [log]: place };
    await saveCursor(this.#options.cursorPath, this.#cursor);
  }

  async #write(lines: readonly FigureLine[]): Promise<string | null> {
    const result = await this.#options.sink.write(lines, 'raw', this.#stop.signal);
    if (result.outcome === 'retry') return result.reason;
    this.#refused += result.refused?.lines ?? 0;
    return null;
  }

  /** A change of state is logged once. */
  #report(failure: string | null): void {
    const { log } = this.#options;
    if (failure === null) {
      if (this.#failing > 0) log.info('influxdb: takes events and states of links again');
      this.#failing = 0;
      return;
    }
    if (this.#failing === 0) log.warn({ reason: failure }, 'influxdb: events and states of links wait');
    this.#failing++;
    this.#failures++;
  }

  #pauseMs(): number {
    const { retryMs, retryMaxMs } = this.#limits;
    const fullMs = Math.min(retryMaxMs, retryMs * 2 ** Math.min(this.#failing - 1, 10));
    return fullMs * (0.5 + Math.random() / 2);
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    await pause(ms, undefined, { signal }).catch(() => undefined);
  }
}
