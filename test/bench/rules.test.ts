/** The suite `rules`: both sides of each comparison do the same work, its rows say what was measured, its children end. */
import { expect, test } from 'vitest';
import { CYCLES, createCycles, DEVICE_POINTS, toMessages } from '../../bench/rules/load.ts';
import { beginWork, SUBJECTS, type SubjectName } from '../../bench/rules/work.ts';
import { type OwnScene, type RunOptions, runScene } from '../../bench/suite.ts';
import { rules, toComparisonRows, toRaiseRows } from '../../bench/suites/rules.ts';

/** Two processes one after the other, on a busy machine. */
const RUN_TIMEOUT_MS = 120_000;
const TIMING = { warmUpMs: 100, windowMs: 300, alarmsMs: 0, repetitions: 1 };
const OPTIONS: RunOptions = { timing: TIMING, isProfiled: false, onProgress: () => {} };
const POINTS = 2_000;

function toRaises(subject: SubjectName, cycles = 2 * CYCLES): number {
  const work = beginWork(subject, POINTS);
  for (let cycle = 0; cycle < cycles; cycle++) work.step();
  return work.raises();
}

test.each([
  ['thresholds', 'map'],
  ['conditions', 'cel-library'],
  ['json', 'json-map'],
] as const)('%s and %s raise the same alarms of the same readings', (ours, theirs) => {
  const raises = toRaises(ours);
  expect(raises).toBeGreaterThan(20);
  expect(toRaises(theirs)).toBe(raises);
});

test('a backtest raises what is to be raised, and nothing before its delay is over', () => {
  expect(toRaises('backtest', 1)).toBe(0);
  expect(toRaises('backtest')).toBeGreaterThan(0);
});

test.each(SUBJECTS)('%s counts what it has done', (subject) => {
  const isPairs = subject === 'conditions' || subject === 'cel-library';
  expect(beginWork(subject, POINTS).step()).toBe(isPairs ? POINTS / 2 : POINTS);
});

test('a cycle names every point once, and the same seed gives the same values', () => {
  const options = { points: 3 * DEVICE_POINTS, rules: 'thresholds', restlessRatio: 0.5 } as const;
  const [cycle = [], again = []] = [createCycles(options)[1], createCycles(options)[1]];
  const points = cycle.flatMap(({ point }) => [...point]);
  expect(points).toEqual(Array.from({ length: options.points }, (_, at) => at));
  expect(again.map(({ value }) => [...value])).toEqual(cycle.map(({ value }) => [...value]));
});

test('messages carry the values of the batches they stand for', () => {
  const [cycle = []] = createCycles({ points: DEVICE_POINTS, rules: 'thresholds', restlessRatio: 0.5 });
  const values = toMessages(cycle).flatMap(({ payload }) =>
    Object.values(JSON.parse(payload.toString()) as Readonly<Record<string, number>>),
  );
  const wanted = cycle.flatMap(({ value }) => [...value]);
  expect(values).toHaveLength(wanted.length);
  for (const [at, value] of values.entries()) expect(value).toBeCloseTo(wanted[at] ?? Number.NaN, 0);
});

test('a rate below its goal, and alarms that differ from those of the baseline, miss', () => {
  const goal = { of: 'ratio', min: 0.5 } as const;
  const to = (perCpuS: number, raises: number) => [{ perCpuS, raises }];
  const options = { unit: 'evaluations/s', goal, isAlike: true };
  const met = (ours: number, raises: number) =>
    toComparisonRows('scene', options, { ours: to(ours, raises), theirs: to(100, 7) }).map((row) => row.met);
  expect(met(50, 7)).toEqual([true, true]);
  expect(met(49, 7)).toEqual([false, true]);
  expect(met(50, 8)).toEqual([true, false]);
  const [rate] = toComparisonRows('scene', options, { ours: to(50, 7), theirs: [] });
  expect(rate).toMatchObject({ ratio: null, met: false });
});

test('a raise that came late, one that did not come and a load that fell behind miss their goals', () => {
  const usage = {
    wallMs: 1_000,
    cpuMs: 100,
    mainThreadCpuMs: 90,
    rssEndBytes: 1,
    rssMaxBytes: 1,
    heapUsedBytes: 1,
    loopDelayMs: { p50: 0, p99: 1, max: 2 },
    profile: [],
  };
  const good = {
    readings: 1_000,
    usage,
    changes: 2,
    decidedMs: [1, 2],
    decidedCpuMs: [1, 1],
    announcedMs: [3, 4],
    failures: 0,
  };
  const bad = { ...good, readings: 900, decidedMs: [1, 6], announcedMs: [7], failures: 1 };
  const missed = (sqlite: typeof good) =>
    toRaiseRows('scene', 1_000, { memory: good, sqlite })
      .filter(({ met }) => met === false)
      .map(({ what }) => what);
  expect(missed(good)).toEqual([]);
  expect(missed(bad)).toEqual([
    'reading to decision p99: SQLite',
    'reached: sqlite',
    'alarms raised of values changed: sqlite',
    'failed commits: sqlite',
  ]);
});

test('a tiny run raises everything that passed its limit, from memory and from SQLite', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const { rows } = await runScene(findScene('raise at'), OPTIONS);
  for (const store of ['memory', 'sqlite']) {
    const row = rows.find(({ what }) => what === `alarms raised of values changed: ${store}`);
    expect(row).toMatchObject({ value: 1, met: true });
  }
  const worked = rows.find(({ what }) => what === 'of it work of the main thread p50: SQLite');
  expect(worked?.value).toBeGreaterThan(0);
  const late = rows.find(({ what }) => what === 'reading to decision p50: SQLite');
  expect(late?.value).toBeGreaterThan(0);
});

test('a tiny run counts its evaluations and the heap before and after', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const { rows } = await runScene(findScene('of each kind'), OPTIONS);
  expect(rows.find(({ what }) => what === 'thresholds: evaluations of those wanted')?.met).toBe(true);
  expect(rows.find(({ what }) => what === 'conditions: heap')?.value).toBeGreaterThan(5);
});

function findScene(part: string): OwnScene {
  const scene = rules.scenes(0.004, TIMING).find(({ name }) => name.includes(part));
  if (scene === undefined || !('measure' in scene)) throw new Error(`there is no scene "${part}"`);
  return scene;
}
