/**
 * Roll-ups over a journal that lies in memory: a block can be read before it is durable, everything that they wait for can be
 * held up or made to fail by the test, and a killed process leaves its checkpoint as it was.
 */
import { cp, rm } from 'node:fs/promises';
import { afterEach, beforeEach } from 'vitest';
import type { FigureResult } from '../../../src/sinks/sink.ts';
import { createRows } from '../../../src/telemetry/journal/rows.ts';
import { parseTable, TableCache, toTableText } from '../../../src/telemetry/journal/table.ts';
import type { RollupLimits } from '../../../src/telemetry/rollups/limits.ts';
import type { RangeBlock, RangeQuery } from '../../../src/telemetry/rollups/range.ts';
import { type OfferedBlock, Rollups } from '../../../src/telemetry/rollups/rollups.ts';
import { until as poll } from '../../support/poll.ts';
import { temporaryDirectory } from '../hosting.ts';
import { createTestModel, pumpPoints } from '../model.ts';
import { differences, type Entry, type ExpectedBucket, expectAll } from './ledger.ts';
import { createFigures, HOUR_MS, MINUTE_MS, QUICK, START_MS } from './rig.ts';

const TABLE = parseTable(toTableText(createTestModel(pumpPoints(3, 2))));
/** How long a state may take that nothing holds up. */
const PATIENCE_MS = 20_000;

type Block = OfferedBlock & RangeBlock & { readonly fromMs: number; readonly toMs: number };

/** What the roll-ups wait for; each may be held up or fail. */
export interface Hooks {
  /** Before the first block of a reading is looked for. */
  begin(query: RangeQuery): Promise<void>;
  /** When none is left. */
  end(query: RangeQuery): Promise<void>;
  write(): Promise<FigureResult | null>;
}

export const CALM: Hooks = {
  begin: () => Promise.resolve(),
  end: () => Promise.resolve(),
  write: () => Promise.resolve(null),
};

export class RacesRig {
  nowMs = START_MS;
  hooks: Hooks = CALM;
  figures = createFigures();
  /** What is durable. */
  ledger: Entry[] = [];
  #directory = '';
  #directories: string[] = [];
  #blocks: Block[] = [];
  #entries = new Map<number, readonly Entry[]>();
  #durableSeq = 0;
  #rollups: Rollups | null = null;

  async begin(): Promise<void> {
    this.nowMs = START_MS;
    this.hooks = CALM;
    this.figures = createFigures();
    this.ledger = [];
    this.#blocks = [];
    this.#entries = new Map();
    this.#durableSeq = 0;
    this.#directory = await this.#newDirectory();
  }

  async end(): Promise<void> {
    await this.stop();
    for (const path of this.#directories.splice(0)) await rm(path, { recursive: true, force: true });
  }

  get status() {
    return (this.#rollups as Rollups).status;
  }

  /** Everything that lies in the journal has been found by its recovery. */
  start(limits: RollupLimits = QUICK): void {
    this.#settleWritten(null);
    const { figures } = this;
    const write: typeof figures.write = async (...args) =>
      (await this.hooks.write()) ?? (await figures.write(...args));
    this.#rollups = new Rollups({
      directory: this.#directory,
      table: TABLE,
      tables: new TableCache(this.#directory),
      source: { read: (query) => this.#read(query), nextMs: (fromMs) => this.#nextMs(fromMs) },
      sink: { ...figures, write },
      limits,
      lastSeq: this.#durableSeq,
      wallMs: () => this.nowMs,
      monoMs: () => performance.now(),
      random: () => 0.5,
      onChange: () => undefined,
    });
    this.#rollups.start();
  }

  async stop(): Promise<void> {
    const rollups = this.#rollups;
    this.#rollups = null;
    await rollups?.stop();
  }

  /** What a killed process leaves; nothing of it is held up any more. */
  async kill(): Promise<void> {
    const copy = await this.#newDirectory();
    await cp(this.#directory, copy, { recursive: true, filter: (path) => !path.endsWith('.tmp') });
    this.hooks = CALM;
    await this.stop();
    this.#directory = copy;
  }

  /** Can be read, and is not durable. Stamps of a point must rise. */
  write(...entries: readonly Entry[]): void {
    const rows = { ...createRows(entries.length), count: entries.length };
    for (const [at, { point, stampMs, value, quality }] of entries.entries()) {
      rows.point[at] = point;
      rows.stampMs[at] = stampMs;
      rows.value[at] = value ?? Number.NaN;
      rows.quality[at] = quality;
    }
    const seq = (this.#blocks.at(-1)?.seq ?? 0) + 1;
    const stamps = entries.map(({ stampMs }) => stampMs);
    const [fromMs, toMs] = [Math.min(...stamps), Math.max(...stamps)];
    this.#blocks.push({ seq, tableId: TABLE.id, points: TABLE.points, rows, fromMs, toMs });
    this.#entries.set(seq, entries);
  }

  /** What was written is durable from now on. */
  sync(): void {
    this.#settleWritten(this.#rollups);
  }

  journal(...entries: readonly Entry[]): void {
    this.write(...entries);
    this.sync();
  }

  /** Until the sink has what the ledger gives up to the wall clock, of all hours in which anything was journalled. */
  async settle(): Promise<void> {
    let problems: readonly string[] = [];
    const closedMs = Math.floor((this.nowMs - QUICK.graceMs) / MINUTE_MS) * MINUTE_MS;
    let wanted = this.#known(expectAll(this.ledger, closedMs));
    let known = this.ledger.length;
    const isSettled = (): boolean => {
      if (known < this.ledger.length) wanted = this.#known(expectAll(this.ledger, closedMs));
      known = this.ledger.length;
      problems = differences(wanted, this.#known(this.figures.found()));
      return problems.length === 0;
    };
    await poll(isSettled, { timeoutMs: PATIENCE_MS, what: 'all buckets' }).catch(() => {
      const shown = problems.slice(0, 3).join('\n');
      throw new Error(`${problems.length} buckets differ: ${shown}\n${JSON.stringify(this.status)}`);
    });
  }

  /** Until the last bucket of that hour is in the sink. */
  async settleHour(at: number): Promise<void> {
    const key = `1h 0 ${START_MS + at * HOUR_MS}`;
    const isThere = (): boolean => this.figures.found().has(key);
    await poll(isThere, { timeoutMs: PATIENCE_MS, what: `bucket ${key}`, intervalMs: 5 });
  }

  async stored(hourMs: number): Promise<void> {
    const isStored = (): boolean => (this.status.storedToMs ?? 0) >= hourMs;
    await poll(isStored, { timeoutMs: PATIENCE_MS, what: `a checkpoint of ${hourMs}`, intervalMs: 5 });
  }

  async live(): Promise<void> {
    await poll(() => !this.status.isCatchingUp, {
      timeoutMs: PATIENCE_MS,
      what: 'the present',
      intervalMs: 5,
    });
  }

  #settleWritten(rollups: Rollups | null): void {
    for (const block of this.#blocks) {
      if (block.seq <= this.#durableSeq) continue;
      this.#durableSeq = block.seq;
      this.ledger.push(...(this.#entries.get(block.seq) ?? []));
      rollups?.offer(block);
    }
  }

  async *#read(query: RangeQuery): AsyncGenerator<RangeBlock> {
    await this.hooks.begin(query);
    let doneSeq = query.afterSeq;
    for (;;) {
      if (query.signal.aborted) return;
      const block = this.#blocks.find(({ seq }) => seq > doneSeq);
      if (block === undefined) break;
      doneSeq = block.seq;
      if (block.fromMs < query.toMs && block.toMs >= query.fromMs) yield block;
    }
    await this.hooks.end(query);
  }

  #nextMs(fromMs: number): number | null {
    const stamps = this.#blocks
      .filter((block) => block.toMs >= fromMs)
      .map((block) => Math.max(fromMs, block.fromMs));
    return stamps.length === 0 ? null : Math.min(...stamps);
  }

  #known(buckets: ReadonlyMap<string, ExpectedBucket>): ReadonlyMap<string, ExpectedBucket> {
    const hours = new Set(this.ledger.map(({ stampMs }) => Math.floor(stampMs / HOUR_MS)));
    return new Map(
      [...buckets].filter(([key]) => hours.has(Math.floor(Number(key.split(' ')[2]) / HOUR_MS))),
    );
  }

  async #newDirectory(): Promise<string> {
    const path = await temporaryDirectory();
    this.#directories.push(path);
    return path;
  }
}

export function useRacesRig(): RacesRig {
  const rig = new RacesRig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());
  return rig;
}
