/**
 * The rules alone, without wire and journal: evaluations over columns, of CEL, from JSON and in a backtest, each beside what
 * it is compared with; memory over many evaluations; and the time from a reading to its raise at 100,000 readings/s. Rates
 * are of a second of CPU time of the whole process: what others do on the machine changes them little.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PieceResult } from '../children/rules-load.ts';
import type { RaiseResult, RaiseSetup } from '../children/rules-raise.ts';
import { type Child, startChild } from '../children.ts';
import { type Goal, type Row, toRow } from '../rows.ts';
import { CYCLES } from '../rules/load.ts';
import type { SubjectName } from '../rules/work.ts';
import { percentile } from '../statistics.ts';
import type { OwnScene, RunOptions, Suite } from '../suite.ts';
import type { Timing } from '../trial.ts';

/** Rules of the table of performance.md, section 7; a backtest has the points of a large building. */
const RULES = 50_000;
const BACKTEST_POINTS = 2_000;
const RAISE_POINTS = 100_000;
/** A batch, a message and a device have to be whole. */
const LEAST_POINTS = 200;
/** A full run is measured for more than this. */
const LONG_MS = 10_000;
const EVALUATIONS = { long: 1e8, short: 1e7 } as const;
/** A piece of work is below the time that a child has for an answer. */
const PIECE_MS = 5_000;
const LOOK_MS = 200;
const PATIENCE_MS = 120_000;
const MB = 1024 * 1024;

/** Goals of performance.md, section 7. */
const BESIDE_MAP: Goal = { of: 'ratio', min: 0.2 };
const BESIDE_JSON: Goal = { of: 'ratio', min: 0.5 };
const MILLION: Goal = { of: 'value', min: 1e6 };
const SOON: Goal = { of: 'value', max: 5 };
/** A heap is never the same twice; 10⁸ evaluations that kept a byte each would be a hundred times as much. */
const NO_GROWTH: Goal = { of: 'value', max: 1 };
const ALIKE: Goal = { of: 'ratio', min: 1, max: 1 };
const ALL: Goal = { of: 'value', min: 1, max: 1 };
const REACHED: Goal = { of: 'value', min: 0.99, max: 1.05 };
const NONE: Goal = { of: 'value', max: 0 };

interface Comparison {
  readonly name: string;
  readonly unit: string;
  readonly subject: SubjectName;
  readonly baseline: SubjectName;
  readonly points: number;
  readonly goal: Goal;
  /** Both raise the same alarms. */
  readonly isAlike: boolean;
}

const COMPARISONS: readonly Comparison[] = [
  {
    name: 'thresholds with dead-band and delays; baseline: a Map of objects',
    unit: 'evaluations/s',
    subject: 'thresholds',
    baseline: 'map',
    points: RULES,
    goal: BESIDE_MAP,
    isAlike: true,
  },
  {
    name: "CEL conditions over two points; baseline: the library's own evaluation",
    unit: 'evaluations/s',
    subject: 'conditions',
    baseline: 'cel-library',
    points: RULES,
    goal: MILLION,
    isAlike: true,
  },
  {
    name: 'messages of 10 values in JSON; baseline: JSON.parse and a Map of objects',
    unit: 'readings/s',
    subject: 'json',
    baseline: 'json-map',
    points: RULES,
    goal: BESIDE_JSON,
    isAlike: true,
  },
  {
    name: 'backtest; baseline: the rules alone, without decisions',
    unit: 'readings/s',
    subject: 'backtest',
    baseline: 'backtest-rules',
    points: BACKTEST_POINTS,
    goal: MILLION,
    // An alarm that came back unacknowledged is open still: it raises once more only in the rules.
    isAlike: false,
  },
];

export const rules: Suite = {
  summary: 'rules alone: thresholds, CEL, JSON, backtest, memory, time to raise at 100,000 readings/s',
  timing: {
    full: { warmUpMs: 3_000, windowMs: 20_000, alarmsMs: 0, repetitions: 3 },
    quick: { warmUpMs: 1_000, windowMs: 4_000, alarmsMs: 0, repetitions: 1 },
  },
  scenes: (scale, timing) => [
    ...COMPARISONS.map((comparison) => toComparisonScene(comparison, scale, timing)),
    toGrowthScene(scale, timing),
    toRaiseScene(scale, timing),
  ],
};

function toPoints(points: number, scale: number): number {
  return Math.max(LEAST_POINTS, Math.round((points * scale) / LEAST_POINTS) * LEAST_POINTS);
}

function toComparisonScene(comparison: Comparison, scale: number, timing: Timing): OwnScene {
  const points = toPoints(comparison.points, scale);
  const name = `${points.toLocaleString('en-US')} points: ${comparison.name}`;
  return {
    name,
    async measure(_directory, options) {
      const measured: Record<'ours' | 'theirs', Measured[]> = { ours: [], theirs: [] };
      for (let repetition = 0; repetition < timing.repetitions; repetition++) {
        const turn = ['ours', 'theirs'] as const;
        for (const side of repetition % 2 === 0 ? turn : turn.toReversed()) {
          const subject = side === 'ours' ? comparison.subject : comparison.baseline;
          options.onProgress(`${name}, ${repetition + 1} of ${timing.repetitions}: ${subject}`);
          measured[side].push(await measureWork(subject, points, options));
        }
      }
      return toComparisonRows(name, comparison, measured);
    },
  };
}

export interface Measured {
  readonly perCpuS: number;
  /** Of the same first cycles. */
  readonly raises: number;
}

async function measureWork(subject: SubjectName, points: number, options: RunOptions): Promise<Measured> {
  const { warmUpMs, windowMs } = options.timing;
  return withChild('rules-load', { subject, points }, async (child) => {
    // The same work for both sides, so that their alarms can be compared.
    let raises = 0;
    for (let cycle = 0; cycle < 2 * CYCLES; cycle++)
      raises = (await work(child, { forMs: PIECE_MS, maxItems: 1 })).raises;
    await workFor(child, warmUpMs);
    const { items, cpuMs } = await workFor(child, windowMs);
    return { perCpuS: (items * 1e3) / cpuMs, raises };
  });
}

export function toComparisonRows(
  scene: string,
  { unit, goal, isAlike }: Pick<Comparison, 'unit' | 'goal' | 'isAlike'>,
  { ours, theirs }: Readonly<Record<'ours' | 'theirs', readonly Measured[]>>,
): readonly Row[] {
  const row = toRowOf(scene);
  const rates = (of: readonly Measured[]): readonly number[] => of.map(({ perCpuS }) => perCpuS);
  const raises = (of: readonly Measured[]): readonly number[] => of.map((it) => it.raises);
  return [
    row('in a CPU second', unit, rates(ours), goal, rates(theirs)),
    row(`raises in ${2 * CYCLES} cycles`, '', raises(ours), isAlike ? ALIKE : undefined, raises(theirs)),
  ];
}

function toGrowthScene(scale: number, { windowMs }: Timing): OwnScene {
  const points = toPoints(RULES, scale);
  const wanted = Math.round((windowMs > LONG_MS ? EVALUATIONS.long : EVALUATIONS.short) * scale);
  const name = `${points.toLocaleString('en-US')} rules, ${wanted.toLocaleString('en-US')} evaluations of each kind`;
  return {
    name,
    async measure(_directory, { onProgress }) {
      const rows: Row[] = [];
      for (const subject of ['thresholds', 'conditions'] as const) {
        onProgress(`${name}: ${subject}`);
        rows.push(...(await measureGrowth(name, subject, points, wanted)));
      }
      return rows;
    },
  };
}

async function measureGrowth(
  scene: string,
  subject: SubjectName,
  points: number,
  wanted: number,
): Promise<readonly Row[]> {
  return withChild('rules-load', { subject, points }, async (child) => {
    // Everything has risen and returned once, and is compiled.
    await workUntil(child, 2 * CYCLES * points);
    const before = (await child.ask('heap')) as number;
    const done = await workUntil(child, wanted);
    const after = (await child.ask('heap')) as number;
    const row = toRowOf(scene);
    return [
      row(`${subject}: growth of the heap`, 'MB', [(after - before) / MB], NO_GROWTH),
      row(`${subject}: heap`, 'MB', [after / MB], undefined, [before / MB]),
      row(`${subject}: evaluations of those wanted`, '', [Math.min(1, done / wanted)], ALL),
    ];
  });
}

function toRaiseScene(scale: number, { windowMs }: Timing): OwnScene {
  const points = toPoints(RAISE_POINTS, scale);
  const name = `raise at ${points.toLocaleString('en-US')} readings/s`;
  return {
    name,
    async measure(directory, { onProgress }) {
      const measureStore = (store: RaiseSetup['store']): Promise<RaiseResult> => {
        onProgress(`${name}: ${store}`);
        const own = join(directory, store);
        mkdirSync(own);
        return measureRaise({ points, store, directory: own, windowMs });
      };
      const memory = await measureStore('memory');
      return toRaiseRows(name, points, { memory, sqlite: await measureStore('sqlite') });
    },
  };
}

/** @throws Error when the loop fails, or does not get done */
async function measureRaise(setup: RaiseSetup): Promise<RaiseResult> {
  return withChild('rules-raise', setup, async (child) => {
    await child.ask('begin');
    const deadline = performance.now() + setup.windowMs + PATIENCE_MS;
    while (performance.now() < deadline) {
      const result = (await child.ask('result')) as RaiseResult | null;
      if (result !== null) return result;
      await sleep(LOOK_MS);
    }
    throw new Error(`${setup.store} did not get done`);
  });
}

/** SQLite stands beside the memory: what it adds is the store. */
export function toRaiseRows(
  scene: string,
  points: number,
  { memory, sqlite }: Readonly<Record<RaiseSetup['store'], RaiseResult>>,
): readonly Row[] {
  const row = toRowOf(scene);
  const rows = [50, 99, 100].flatMap((percent) => {
    const p = percent === 100 ? 'max' : `p${percent}`;
    const goal = percent === 99 ? SOON : undefined;
    const worked = (of: RaiseResult): readonly number[] => [percentile(of.decidedCpuMs, percent)];
    const decided = (of: RaiseResult): readonly number[] => [percentile(of.decidedMs, percent)];
    const announced = (of: RaiseResult): readonly number[] => [percentile(of.announcedMs, percent)];
    return [
      row(`reading to decision ${p}: store in memory`, 'ms', decided(memory), goal),
      row(`reading to decision ${p}: SQLite`, 'ms', decided(sqlite), goal, decided(memory)),
      row(`of it work of the main thread ${p}: SQLite`, 'ms', worked(sqlite), undefined, worked(memory)),
      row(
        `reading to announcement, stored ${p}: SQLite`,
        'ms',
        announced(sqlite),
        undefined,
        announced(memory),
      ),
    ];
  });
  return [
    ...rows,
    ...(['memory', 'sqlite'] as const).flatMap((store) =>
      toRaiseSanity(row, store, points, { memory, sqlite }[store]),
    ),
  ];
}

function toRaiseSanity(
  row: ReturnType<typeof toRowOf>,
  store: string,
  points: number,
  { readings, usage, changes, announcedMs, failures }: RaiseResult,
): readonly Row[] {
  return [
    row(`reached: ${store}`, '', [(readings * 1e3) / usage.wallMs / points], REACHED),
    row(`alarms raised of values changed: ${store}`, '', [announcedMs.length / changes], ALL),
    row(`failed commits: ${store}`, '', [failures], NONE),
    row(`CPU: ${store}`, 'cores', [usage.cpuMs / usage.wallMs]),
    row(`loop delay p99: ${store}`, 'ms', [usage.loopDelayMs.p99]),
  ];
}

async function withChild<T>(name: string, setup: unknown, use: (child: Child) => Promise<T>): Promise<T> {
  const child = await startChild(name, setup);
  try {
    return await use(child);
  } finally {
    await child.stop();
  }
}

async function work(
  child: Child,
  piece: { readonly forMs: number; readonly maxItems?: number },
): Promise<PieceResult> {
  return (await child.ask('work', piece)) as PieceResult;
}

async function workFor(child: Child, forMs: number): Promise<Pick<PieceResult, 'items' | 'cpuMs'>> {
  const total = { items: 0, cpuMs: 0 };
  for (let left = forMs; left > 0; left -= PIECE_MS) {
    const { items, cpuMs } = await work(child, { forMs: Math.min(PIECE_MS, left) });
    total.items += items;
    total.cpuMs += cpuMs;
  }
  return total;
}

/** @returns what was done, less than `maxItems` when time is up */
async function workUntil(child: Child, maxItems: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  let done = 0;
  while (done < maxItems && performance.now() < deadline)
    done += (await work(child, { forMs: PIECE_MS, maxItems: maxItems - done })).items;
  return done;
}

function toRowOf(scene: string) {
  return (
    what: string,
    unit: string,
    values: readonly number[],
    goal?: Goal,
    baselines: readonly number[] = [],
  ): Row =>
    toRow({ suite: 'rules', scene, what, unit, values, baselines, ...(goal !== undefined && { goal }) });
}
