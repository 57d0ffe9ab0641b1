/**
 * Storage alone: the journal against one SQLite row a reading and against its own append log, on slow analogue values at
 * 1 s; then the journal at 100,000 readings/s, where it may neither block the main loop nor be late.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StorageResult, StorageSetup } from '../children/storage-load.ts';
import { startChild } from '../children.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { percentile } from '../statistics.ts';
import { toHistoryScene } from '../storage/history.ts';
import type { StoreName } from '../storage/stores.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';

const SLOW_POINTS = 2_000;
/** Simulated time of the slow values, for each second of the window: 20 minutes in a quick run, an hour in a full one. */
const SLOW_SECONDS_PER_S = 60;
const MAX_SLOW_SECONDS = 3_600;
const FAST_POINTS = 100_000;
/** The load alone, beside which a delay of the loop is seen; a share of the window. */
const ALONE_SHARE = 0.25;
const MAX_ALONE_MS = 30_000;
const LOOK_MS = 200;
/** A store may take so many times the window, and some, before it is given up. */
const PATIENCE = 20;
const PATIENCE_MS = 60_000;
const MB = 1024 * 1024;

/** Goals of performance.md, section 6. */
const CHEAP: Goal = { of: 'value', max: 1.5 };
const CHEAPER_THAN_ROWS: Goal = { of: 'ratio', max: 0.25 };
const COMPACT: Goal = { of: 'value', max: 4 };
const DURABLE_SOON: Goal = { of: 'value', max: 1_000 };
const NO_BLOCK: Goal = { of: 'value', max: 5 };
const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const NONE: Goal = { of: 'value', max: 0 };

export const storage: Suite = {
  summary: 'the journal against one SQLite row a reading, and at 100,000 readings/s',
  timing: {
    full: { warmUpMs: 0, windowMs: 600_000, alarmsMs: 0, repetitions: 1 },
    quick: { warmUpMs: 0, windowMs: 20_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale, { windowMs }) => [
    toSlowScene(scale, windowMs),
    toFastScene(scale, windowMs),
    toHistoryScene(scale),
  ],
};

/** Key: store. */
export type StorageResults = Readonly<Partial<Record<StoreName, StorageResult>>>;

function toSlowScene(scale: number, windowMs: number): OwnScene {
  const points = Math.max(1, Math.round(SLOW_POINTS * scale));
  const seconds = Math.min(MAX_SLOW_SECONDS, Math.max(10, Math.round((windowMs / 1e3) * SLOW_SECONDS_PER_S)));
  const name = `${points.toLocaleString('en-US')} slow values at 1 s, ${seconds.toLocaleString('en-US')} s of them`;
  return {
    name,
    async measure(directory, options) {
      const results: Partial<Record<StoreName, StorageResult>> = {};
      for (const store of ['rows', 'log', 'journal', 'none'] as const) {
        options.onProgress(`${name}: ${store}`);
        const setup = { store, directory: join(directory, store), points, seconds, isPaced: false };
        results[store] = await fill(setup, options);
      }
      return toSlowRows(name, results);
    },
  };
}

function toFastScene(scale: number, windowMs: number): OwnScene {
  const points = Math.max(1, Math.round(FAST_POINTS * scale));
  const seconds = Math.max(1, Math.round(windowMs / 1e3));
  const name = `${points.toLocaleString('en-US')} readings/s for ${seconds} s`;
  return {
    name,
    async measure(directory, options) {
      const aloneSeconds = Math.max(1, Math.round(Math.min(windowMs * ALONE_SHARE, MAX_ALONE_MS) / 1e3));
      const run = (store: StoreName, forSeconds: number): Promise<StorageResult> => {
        options.onProgress(`${name}: ${store}`);
        const setup = {
          store,
          directory: join(directory, store),
          points,
          seconds: forSeconds,
          isPaced: true,
        };
        return fill(setup, options);
      };
      return toFastRows(name, points, {
        none: await run('none', aloneSeconds),
        journal: await run('journal', seconds),
      });
    },
  };
}

/** @throws Error when the store fails, or does not get done */
async function fill(setup: StorageSetup, { timing }: RunOptions): Promise<StorageResult> {
  mkdirSync(setup.directory, { recursive: true });
  const child = await startChild('storage-load', setup);
  try {
    await child.ask('begin');
    const deadline = performance.now() + PATIENCE * timing.windowMs + PATIENCE_MS;
    while (performance.now() < deadline) {
      const result = (await child.ask('result')) as StorageResult | null;
      if (result !== null) return result;
      await sleep(LOOK_MS);
    }
    throw new Error(`${setup.store} did not get done`);
  } finally {
    await child.stop();
  }
}

/** Without what making the readings costs. */
export function toSlowRows(scene: string, { journal, log, rows, none }: StorageResults): readonly Row[] {
  const loadUs = toCpuUs(none) ?? 0;
  const cpu = (result: StorageResult | undefined): readonly number[] =>
    toList(toCpuUs(result), (us) => us - loadUs);
  const bytes = (result: StorageResult | undefined): readonly number[] =>
    result === undefined ? [] : [result.bytes.kept / result.readings];
  const row = toRowOf(scene);
  return [
    row('CPU per reading: journal, sealed', 'µs', cpu(journal), CHEAP),
    row('CPU per reading: journal beside rows', 'µs', cpu(journal), CHEAPER_THAN_ROWS, cpu(rows)),
    row('CPU per reading: journal beside its log alone', 'µs', cpu(journal), undefined, cpu(log)),
    row('bytes a reading: journal, sealed', '', bytes(journal), COMPACT, bytes(rows)),
    row('bytes a reading: log', '', bytes(log), undefined, bytes(rows)),
    row(
      'not durable at the end: journal',
      '',
      toList(journal, (it) => it.readings - it.durable),
      NONE,
    ),
    row(
      'dropped: journal',
      '',
      toList(journal, ({ dropped }) => dropped),
      NONE,
    ),
    row(
      'RSS max: journal',
      'MB',
      toList(journal, ({ usage }) => usage.rssMaxBytes / MB),
      undefined,
    ),
  ];
}

export function toFastRows(scene: string, points: number, { journal, none }: StorageResults): readonly Row[] {
  const loadUs = toCpuUs(none) ?? 0;
  const row = toRowOf(scene);
  const delay = (
    result: StorageResult | undefined,
    pick: (of: StorageResult['usage']['loopDelayMs']) => number,
  ) => toList(result, ({ usage }) => pick(usage.loopDelayMs));
  const perS = ({ readings, usage }: StorageResult): number => (readings * 1e3) / usage.wallMs;
  return [
    row(
      'reached',
      '',
      toList(journal, (it) => perS(it) / points),
      REACHED,
    ),
    row(
      'loop delay p99',
      'ms',
      delay(journal, ({ p99 }) => p99),
      NO_BLOCK,
      delay(none, ({ p99 }) => p99),
    ),
    row(
      'loop delay max',
      'ms',
      delay(journal, ({ max }) => max),
      undefined,
      delay(none, ({ max }) => max),
    ),
    row(
      'durable within, p50',
      'ms',
      toList(journal, ({ durableMs }) => percentile(durableMs, 50)),
    ),
    row(
      'durable within, p99',
      'ms',
      toList(journal, ({ durableMs }) => percentile(durableMs, 99)),
      DURABLE_SOON,
    ),
    row(
      'durable within, max',
      'ms',
      toList(journal, ({ durableMs }) => percentile(durableMs, 100)),
    ),
    row(
      'CPU per reading',
      'µs',
      toList(toCpuUs(journal), (us) => us - loadUs),
    ),
    row(
      'dropped',
      '',
      toList(journal, ({ dropped }) => dropped),
      NONE,
    ),
    row(
      'RSS max',
      'MB',
      toList(journal, ({ usage }) => usage.rssMaxBytes / MB),
    ),
  ];
}

function toCpuUs(result: StorageResult | undefined): number | undefined {
  return result === undefined ? undefined : (result.usage.cpuMs * 1e3) / result.readings;
}

function toList<T>(of: T | undefined, pick: (of: T) => number): readonly number[] {
  return of === undefined ? [] : [pick(of)];
}

function toRowOf(scene: string) {
  return (
    what: string,
    unit: string,
    values: readonly number[],
    goal?: Goal,
    baselines: readonly number[] = [],
  ): Row =>
    toRow({ suite: 'storage', scene, what, unit, values, baselines, ...(goal !== undefined && { goal }) });
}
