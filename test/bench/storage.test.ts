/** The suites of storage: tiny runs of each, the check of a day on its own, and what misses its goals. */
import { expect, test } from 'vitest';
import type { StorageResult } from '../../bench/children/storage-load.ts';
import { hasMissedGoal, type Row } from '../../bench/rows.ts';
import { checkDay } from '../../bench/storage/day-check.ts';
import { type DayPlan, type Gap, KILL_SPANS, STRIKES, toDayValue } from '../../bench/storage/day-plan.ts';
import { runScene, type Suite } from '../../bench/suite.ts';
import { day } from '../../bench/suites/day.ts';
import { headline, toHeadlineRows } from '../../bench/suites/headline.ts';
import { storage, toFastRows, toSlowRows } from '../../bench/suites/storage.ts';
import type { InfluxRow, RunningInflux } from '../support/influx.ts';
import { describeWithTools } from '../support/require-tool.ts';

const RUN_TIMEOUT_MS = 180_000;
const READINGS = 1_000_000;
const USAGE: StorageResult['usage'] = {
  wallMs: 10_000,
  cpuMs: 100,
  mainThreadCpuMs: 100,
  rssEndBytes: 1e8,
  rssMaxBytes: 1e8,
  heapUsedBytes: 1e7,
  loopDelayMs: { p50: 0, p99: 1, max: 3 },
  profile: [],
};
const NONE: StorageResult = {
  readings: READINGS,
  wallMs: 10_000,
  usage: USAGE,
  bytes: { written: 0, kept: 0 },
  dropped: 0,
  durable: READINGS,
  durableMs: [100, 200, 300],
};
const costing = (us: number, bytes: number): StorageResult => ({
  ...NONE,
  usage: { ...USAGE, cpuMs: 100 + us * 1_000 },
  bytes: { written: bytes * READINGS, kept: bytes * READINGS },
});
const ROWS = costing(6, 23);
const LOG = costing(0.5, 10);
const JOURNAL = costing(1.2, 2);
const FAST_POINTS = READINGS / 10;

const missedIn = (rows: readonly Row[]): readonly string[] =>
  rows.filter(({ met }) => met === false).map(({ what }) => what);

test('a sound run of storage meets every goal; what the load itself costs is taken off', () => {
  const slow = toSlowRows('scene', { journal: JOURNAL, log: LOG, rows: ROWS, none: NONE });
  expect(missedIn([...slow, ...toFastRows('scene', FAST_POINTS, { journal: JOURNAL, none: NONE })])).toEqual(
    [],
  );
  expect(slow[1]).toMatchObject({ value: expect.closeTo(1.2, 6), ratio: expect.closeTo(0.2, 6) });
});

test.each<[readonly string[], StorageResult]>([
  [['CPU per reading: journal, sealed', 'CPU per reading: journal beside rows'], costing(1.6, 2)],
  [['bytes a reading: journal, sealed'], costing(1, 4.1)],
  [['not durable at the end: journal'], { ...JOURNAL, durable: READINGS - 1 }],
  [['dropped: journal'], { ...JOURNAL, dropped: 1 }],
])('%j can be missed', (whats, journal) => {
  expect(missedIn(toSlowRows('scene', { journal, log: LOG, rows: ROWS, none: NONE }))).toEqual(whats);
});

test.each<[string, StorageResult]>([
  ['reached', { ...JOURNAL, usage: { ...JOURNAL.usage, wallMs: 11_000 } }],
  ['loop delay p99', { ...JOURNAL, usage: { ...JOURNAL.usage, loopDelayMs: { p50: 0, p99: 6, max: 6 } } }],
  ['durable within, p99', { ...JOURNAL, durableMs: [100, 1_001] }],
  ['dropped', { ...JOURNAL, dropped: 1 }],
])('"%s" can be missed', (what, journal) => {
  expect(missedIn(toFastRows('scene', FAST_POINTS, { journal, none: NONE }))).toEqual([what]);
});

test('without InfluxDB the headline misses its goals and says why', () => {
  const rows = toHeadlineRows(
    'scene',
    100,
    { figures: null, forward: null, profile: [] },
    'influxd is not installed',
  );
  expect(hasMissedGoal(rows)).toBe(true);
  expect(rows.find(({ what }) => what === 'CPU')?.missing).toBe('influxd is not installed');
});

const PLAN: DayPlan = { points: 2, seconds: 100, speed: 48 };
const GAPS: readonly Gap[] = [{ from: 10, to: 14 }];

/** An InfluxDB that holds these seconds of both points. */
function holding(seconds: readonly number[]): RunningInflux {
  const answer = (statement: string): readonly InfluxRow[] => {
    const of = (point: number): readonly number[] => seconds.map((second) => toDayValue(point, second));
    if (statement.includes('count(')) {
      const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
      const columns = ['time', 'count_v0', 'count_v1', 'sum_v0', 'sum_v1'];
      return [
        { name: 'pump', columns, values: [[0, seconds.length, seconds.length, sum(of(0)), sum(of(1))]] },
      ];
    }
    // As InfluxDB looks it up: by the value of one field.
    const point = Number(/SELECT "v(\d)"/.exec(statement)?.[1] ?? Number.NaN);
    const [low = 0, high = 0] = [...statement.matchAll(/[<>]= (\d+)/g)].map(([, value]) => Number(value));
    const values = of(point)
      .filter((value) => value >= low && value <= high)
      .map((value, at) => [at, value]);
    return [{ name: 'pump', columns: ['time', `v${point}`], values }];
  };
  return {
    url: '',
    port: 0,
    pid: 0,
    dataDirectory: '',
    query: (_database, statement) => Promise.resolve(answer(statement)),
    stop: () => Promise.resolve(),
  };
}

const all = Array.from({ length: PLAN.seconds }, (_, second) => second);

test('the check of a day takes what is missing in a gap, and counts it', async () => {
  const kept = all.filter((second) => second !== 12 && second !== 13);
  const check = await checkDay(holding(kept), 'day', PLAN, GAPS);
  expect(check).toEqual({ problems: [], problemCount: 0, stored: 196, lostInGaps: 4 });
});

test.each([
  ['lost outside of the gaps', all.filter((second) => second !== 50)],
  ['doubled outside of the gaps', [...all, 50]],
  ['another in place of one', all.map((second) => (second === 50 ? 51 : second))],
  ['doubled in a gap', [...all, 12]],
  ['never fed', [...all, 12.5]],
])('the check of a day sees a value that is %s', async (_what, seconds) => {
  const check = await checkDay(holding(seconds), 'day', PLAN, GAPS);
  expect(check.problemCount).toBeGreaterThan(0);
});

test('no strike and no kill of the day falls where its clock is set back or coarse', () => {
  const spans = [...KILL_SPANS, ...STRIKES.map(({ from, to }) => [from, to] as const)];
  expect(spans.filter(([from, to]) => from < 0.9 && to > 0.72)).toEqual([]);
});

async function run(suite: Suite, scale: number, windowMs: number): Promise<readonly Row[]> {
  const timing = { warmUpMs: 300, windowMs, alarmsMs: 0, repetitions: 1 };
  const rows: Row[] = [];
  for (const scene of suite.scenes(scale, timing))
    rows.push(...(await runScene(scene, { timing, isProfiled: false, onProgress: () => {} })).rows);
  return rows;
}

const valueOf = (rows: readonly Row[], what: string): number | null | undefined =>
  rows.find((row) => row.what === what)?.value;

test('a tiny run of storage fills all stores, seals, and loses nothing', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const rows = await run(storage, 0.005, 1_000);
  expect(valueOf(rows, 'not durable at the end: journal')).toBe(0);
  expect(valueOf(rows, 'bytes a reading: journal, sealed')).toBeGreaterThan(0.5);
  expect(valueOf(rows, 'bytes a reading: journal, sealed')).toBeLessThan(
    valueOf(rows, 'bytes a reading: log') as number,
  );
  expect(valueOf(rows, 'durable within, p50')).toBeGreaterThan(0);
  expect(valueOf(rows, 'dropped')).toBe(0);
});

describeWithTools(['influxd'], 'tiny runs with the real InfluxDB', () => {
  test('the headline reads, and tells its profile', { timeout: RUN_TIMEOUT_MS }, async () => {
    const rows = await run(headline, 0.005, 1_500);
    expect(valueOf(rows, 'reached')).toBeGreaterThan(0);
    expect(valueOf(rows, 'CPU')).toBeGreaterThan(0);
    expect(rows.filter(({ what }) => what.startsWith('main thread: ')).length).toBeGreaterThan(3);
  });

  test('a day of some minutes, with all its faults, ends with every reading stored once or in a gap', {
    timeout: RUN_TIMEOUT_MS,
  }, async () => {
    const rows = await run(day, 0.005, 8_000);
    expect(valueOf(rows, 'refused by InfluxDB')).toBe(0);
    expect(valueOf(rows, 'lost to retention')).toBe(0);
    expect(valueOf(rows, 'kills of the gateway')).toBe(KILL_SPANS.length);
    expect(valueOf(rows, 'stored')).toBeGreaterThan(0);
    expect(valueOf(rows, 'points with a wrong count or checksum')).toBe(0);
    expect(valueOf(rows, 'stored and in gaps, of due')).toBe(1);
  });
});
