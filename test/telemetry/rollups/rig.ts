/**
 * A journal that is written to, its roll-ups, a sink that keeps them, and the ledger of what was journalled. `useRig` once
 * for a file: every test finds it as new, and nothing is left behind.
 */
import { rm } from 'node:fs/promises';
import { afterEach, beforeEach } from 'vitest';
import type { FigureLine, FigureResult, FigureSink } from '../../../src/sinks/sink.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { ROLLUP_LIMITS, type RollupLimits } from '../../../src/telemetry/rollups/limits.ts';
import {
  ACCEPTED,
  createFakeSink,
  type HostTestOptions,
  openHost,
  temporaryDirectory,
  until,
} from '../hosting.ts';
import { createTestModel, pumpPoints } from '../model.ts';
import { differences, type Entry, type ExpectedBucket, expectAll } from './ledger.ts';

export const HOUR_MS = 3_600_000;
export const MINUTE_MS = 60_000;
export const START_MS = 1_700_002_800_000;
export const QUICK: RollupLimits = {
  ...ROLLUP_LIMITS,
  tickMs: 5,
  retryMs: 5,
  retryMaxMs: 20,
  lateGatherMs: 20,
};
const MODEL = createTestModel(pumpPoints(3, 2));
const POINTS = 6;
const BAD = 129;
const UNCERTAIN = 65;

export type Figures = FigureSink & {
  isDown: boolean;
  found(): Map<string, ExpectedBucket>;
};

export class Rig {
  directory = '';
  nowMs = START_MS;
  ledger: Entry[] = [];
  figures = createFigures();
  #host: JournalHost | null = null;
  #directories: string[] = [];

  async begin(): Promise<void> {
    this.directory = await this.newDirectory();
    this.nowMs = START_MS;
    this.ledger = [];
    this.figures = createFigures();
  }

  async end(): Promise<void> {
    await this.#host?.close();
    this.#host = null;
    for (const path of this.#directories.splice(0)) await rm(path, { recursive: true, force: true });
  }

  /** Deleted after the test. */
  async newDirectory(): Promise<string> {
    const path = await temporaryDirectory();
    this.#directories.push(path);
    return path;
  }

  async open(limits = QUICK): Promise<JournalHost> {
    const sink = createFakeSink(() => ACCEPTED);
    return await this.openPlain({ sink, figures: this.figures, rollupLimits: limits });
  }

  /** Without roll-ups, unless the parts say otherwise. */
  async openPlain(parts: Partial<HostTestOptions> = {}): Promise<JournalHost> {
    const wallMs = (): number => this.nowMs;
    this.#host = await openHost({ directory: this.directory, model: MODEL, wallMs, ...parts });
    return this.#host;
  }

  /** Journals them and waits until they are durable. Stamps of a point must rise. */
  async journal(opened: JournalHost, entries: readonly Entry[]): Promise<void> {
    this.ledger.push(...entries);
    const before = opened.status.durableReadings;
    opened.append({
      count: entries.length,
      point: Uint32Array.from(entries, ({ point }) => point),
      value: Float64Array.from(entries, ({ value }) => value ?? Number.NaN),
      quality: Uint8Array.from(entries, ({ quality }) => quality),
      sourceMs: new Float64Array(entries.length).fill(Number.NaN),
      receivedMs: Float64Array.from(entries, ({ stampMs }) => stampMs),
    });
    const isDurable = (): boolean => opened.status.durableReadings >= before + entries.length;
    await until(isDurable, () => JSON.stringify(opened.status));
  }

  /** Readings as they come, the wall clock with them. */
  async live(opened: JournalHost, random: () => number, hours: number, stepMs = 20 * MINUTE_MS) {
    const endMs = this.nowMs + hours * HOUR_MS;
    while (this.nowMs < endMs) {
      await this.journal(opened, readings(random, this.nowMs, this.nowMs + stepMs));
      this.nowMs += stepMs;
    }
  }

  /** Every bucket that should be stored by now. */
  expected(): ReadonlyMap<string, ExpectedBucket> {
    return expectAll(this.ledger, Math.floor((this.nowMs - QUICK.graceMs) / MINUTE_MS) * MINUTE_MS);
  }

  /** Until the sink has exactly what the ledger gives up to the wall clock. */
  async settle(opened: JournalHost): Promise<void> {
    let problems: readonly string[] = [];
    // The wall clock stands still meanwhile.
    const expected = this.expected();
    await until(
      () => {
        problems = differences(expected, this.figures.found());
        return problems.length === 0;
      },
      () =>
        `${problems.length}: ${problems.slice(0, 3).join('\n')}\n${JSON.stringify(opened.status.rollups)}`,
    );
  }
}

export function useRig(): Rig {
  const rig = new Rig();
  beforeEach(() => rig.begin());
  afterEach(() => rig.end());
  return rig;
}

export function good(point: number, stampMs: number, value: number): Entry {
  return { point, stampMs, value, quality: 0 };
}

/** Every point about every 20 s, some of them silent for a while; numbers that a mean can be wrong of. */
export function readings(random: () => number, fromMs: number, toMs: number): readonly Entry[] {
  const entries: Entry[] = [];
  for (let stampMs = fromMs; stampMs < toMs; stampMs += 20_000) {
    for (let point = 0; point < POINTS; point++) {
      if (random() < 0.3) continue;
      const value = random() < 0.05 ? null : Math.round(random() * 1_000) / 8;
      const quality = value === null ? BAD : random() < 0.05 ? UNCERTAIN : 0;
      entries.push({ point, stampMs: stampMs + Math.floor(random() * 20_000), value, quality });
    }
  }
  return entries.toSorted((one, other) => one.stampMs - other.stampMs);
}

/** A sink that keeps fields by series and stamp, as InfluxDB does. */
export function createFigures(): Figures {
  /** Key: `<measurement> <equipment> <stamp>`. */
  const stored = new Map<string, Record<string, number | string>>();
  const sink = {
    isDown: false,
    openStatements: [],
    close: () => undefined,
    write(lines: readonly FigureLine[]): Promise<FigureResult> {
      if (sink.isDown) {
        return Promise.resolve({
          outcome: 'retry',
          state: 'down',
          reason: 'connection refused',
          waitMs: null,
        });
      }
      for (const { measurement, tags, fields, stampUs } of lines) {
        const key = `${measurement} ${tags['equipment']} ${stampUs / 1_000}`;
        stored.set(key, { ...stored.get(key), ...fields });
      }
      return Promise.resolve({ outcome: 'accepted', refused: null });
    },
    found: () => toBuckets(stored),
  };
  return sink;
}

function toBuckets(
  stored: ReadonlyMap<string, Record<string, number | string>>,
): Map<string, ExpectedBucket> {
  const buckets = new Map<string, ExpectedBucket>();
  for (const [key, fields] of stored) {
    const [measurement = '', equipment = '', stamp] = key.split(' ');
    const size = measurement.replace('pump_', '');
    for (const [index, name] of ['p0', 'p1'].entries()) {
      const field = (what: string): number | null =>
        (fields[`${name}_${what}`] as number | undefined) ?? null;
      const [count, share] = [field('count'), field('good')];
      if (count === null || share === null) continue;
      const point = 2 * (Number(equipment.replace('pump-', '')) - 1) + index;
      buckets.set(`${size} ${point} ${stamp}`, {
        min: field('min'),
        max: field('max'),
        mean: field('mean'),
        last: field('last'),
        count,
        good: share,
        worst: field('worst'),
      });
    }
  }
  return buckets;
}
