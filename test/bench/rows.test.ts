/** What becomes of results: rows, goals that can be missed, tables; and the load that they are measured on. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDevices, createRaiser, createRandom, walk } from '../../bench/children/field.ts';
import { toCommonRows } from '../../bench/common-rows.ts';
import { SUITES } from '../../bench/index.ts';
import { toTables } from '../../bench/print.ts';
import { hasMissedGoal, type Row, toRow } from '../../bench/rows.ts';
import { percentile } from '../../bench/statistics.ts';
import type { Result } from '../../bench/trial.ts';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { temporaryDirectory } from '../support/temp.ts';

const PLACE = { suite: 'pipeline', scene: '100 points/s', unit: '' } as const;

const SOUND: Result = {
  subject: 'gateway',
  readingsPerS: 100,
  cpuUsPerReading: 20,
  cores: 0.002,
  mainThreadCores: 0.001,
  rssEndMb: 100,
  rssMaxMb: 110,
  heapUsedMb: 50,
  loopDelayP50Ms: 0.1,
  loopDelayP99Ms: 1,
  loopDelayMaxMs: 2,
  skipped: 0,
  failures: 0,
  dropped: 0,
  changes: 2,
  changeToRaiseMs: [400, 600],
  receivedToRaiseMs: [1, 2],
  cpuMsPerAlarm: 5,
  alarmLoopDelayP99Ms: 1,
  alarmLoopDelayMaxMs: 2,
  inFlightReadings: 10,
  more: { journalled: 500 },
  machineBusyRatio: 0.5,
  profile: [],
};

const BASELINE: Result = { ...SOUND, subject: 'modbus-serial', cpuUsPerReading: 10 };

function rowsOf(...ours: readonly Result[]): readonly Row[] {
  return rowsBeside(BASELINE, ours);
}

function rowsBeside(theirs: Result, ours: readonly Result[]): readonly Row[] {
  const results = new Map([
    ['gateway', ours],
    ['modbus-serial', [theirs]],
  ]);
  return toCommonRows(results, {
    suite: 'pipeline',
    scene: '100 points/s',
    expectedPerS: 100,
    pollsPerS: 1,
    item: { name: 'reading', readings: 1 },
    baseline: 'modbus-serial',
    windowMs: 10_000,
  });
}

test('a sound run meets every goal, and its ratio is ours over theirs', () => {
  const rows = rowsOf(SOUND);
  expect(hasMissedGoal(rows)).toBe(false);
  expect(rows.find(({ what }) => what === 'CPU per reading')).toMatchObject({
    value: 20,
    baseline: 10,
    ratio: 2,
  });
  expect(rows.find(({ what }) => what === 'durable after')).toMatchObject({ value: 200, unit: 'ms' });
});

test.each<[string, Partial<Result>]>([
  ['read of what was due', { readingsPerS: 98 }],
  ['read of what was due', { readingsPerS: 110 }],
  ['skipped polls', { skipped: 1 }],
  ['failures', { failures: 1 }],
  ['dropped by the journal', { dropped: 1 }],
  ['alarms raised of values changed', { changeToRaiseMs: [400] }],
  ['alarms raised of values changed', { changes: 0, changeToRaiseMs: [] }],
])('a run that is not sound misses the goal of "%s" (%o)', (what, trouble) => {
  const missed = rowsOf({ ...SOUND, ...trouble }).filter(({ met }) => met === false);
  expect(missed.map((row) => row.what)).toEqual([what]);
});

test('a baseline that did not read everything is no baseline', () => {
  const missed = rowsBeside({ ...BASELINE, readingsPerS: 70 }, [SOUND]).filter(({ met }) => met === false);
  expect(missed.map(({ what }) => what)).toEqual(['read of what was due']);
});

test('a gateway that gave no result misses its goals', () => {
  expect(hasMissedGoal(rowsOf())).toBe(true);
});

test('the value of a row is the median, its range the extremes, without a goal nothing is met or missed', () => {
  const row = toRow({ ...PLACE, what: 'RSS', values: [9, 1, 2], baselines: [4] });
  expect(row).toMatchObject({ value: 2, range: [1, 9], baseline: 4, ratio: 0.5, goal: null, met: null });
});

test('a goal can be of the ratio', () => {
  const goal = { of: 'ratio', max: 0.6 } as const;
  expect(toRow({ ...PLACE, what: 'CPU', values: [6], baselines: [10], goal }).met).toBe(true);
  expect(toRow({ ...PLACE, what: 'CPU', values: [7], baselines: [10], goal }).met).toBe(false);
  expect(toRow({ ...PLACE, what: 'CPU', values: [6], goal }).met).toBe(false);
});

test('a table shows a dash where there is no goal and NO where one is missed', () => {
  const goal = { of: 'value', max: 1 } as const;
  const table = toTables([
    toRow({ ...PLACE, what: 'free', values: [12_345.6] }),
    toRow({ ...PLACE, what: 'bound', values: [2], goal }),
  ]);
  expect(table).toMatch(/^pipeline: 100 points\/s\n/);
  expect(table).toMatch(/free +12,346 +— +— +— +— +—/);
  expect(table).toMatch(/bound +2 +— +— +— +≤ 1 +NO/);
});

test('what could not be measured misses its goal and says why', () => {
  const goal = { of: 'ratio', min: 1 } as const;
  const row = toRow({ ...PLACE, what: 'speed', values: [3], goal, missing: 'no C compiler' });
  expect(row).toMatchObject({ value: 3, ratio: null, met: false, missing: 'no C compiler' });
  expect(toTables([row])).toContain('speed: not measured, no C compiler');
  expect(hasMissedGoal([row])).toBe(true);
});

test('percentiles are values that were measured', () => {
  const values = [5, 1, 4, 2, 3];
  expect([0, 50, 99, 100].map((percent) => percentile(values, percent))).toEqual([1, 3, 5, 5]);
  expect(percentile([], 50)).toBeNaN();
});

test('walking values change at every step, stay away from the limits, and leave the alarm values alone', () => {
  const [device] = createDevices(1, 100, 10);
  const random = createRandom(1);
  let before = [...(device?.values ?? [])];
  for (let step = 0; step < 5_000; step++) {
    if (device) walk(device, 0.2, random);
    const after = [...(device?.values ?? [])];
    expect(after.filter((value, at) => value !== before[at])).toHaveLength(20);
    expect(Math.min(...after.slice(50))).toBeGreaterThan(50);
    expect(Math.max(...after)).toBeLessThan(950);
    expect(after.slice(0, 50)).toEqual(before.slice(0, 50));
    before = after;
  }
});

test('a reset brings every alarm value back to rest', () => {
  const devices = createDevices(2, 10, 2);
  const raiser = createRaiser(devices, createRandom(1));
  for (const { values } of devices) values[0] = 1;
  raiser.reset();
  expect(devices.flatMap(({ values }) => values.slice(0, 2))).toEqual([0, 0, 0, 0]);
});

test.each(['pipeline', 'mqtt', 'opcua'])(
  'the sites of suite %s are sound, with 1.5 rules of their own a point',
  (name) => {
    const suite = SUITES[name];
    for (const [at, scene] of (suite?.scenes(0.05, suite.timing.quick) ?? []).entries()) {
      if (!('field' in scene)) throw new Error(`${scene.name} has no site`);
      const ports = Array.from({ length: Number(scene.fieldSetup['devices']) }, (_, port) => 20_000 + port);
      const file = scene.writeSite(
        join(temporaryDirectory(), String(at)),
        name === 'pipeline' ? ports : [20_000],
      );
      const model = loadSite(file, { catalog: CATALOG, env: {}, epoch: 1 });
      const points = model.points.filter(({ link }) => link !== null);
      const written = model.rules.filter(({ id }) => /^(state|high)-\d+$/.test(id));
      expect(written).toHaveLength(points.length * 1.5);
      expect(points.length).toBe(
        Number(scene.fieldSetup['devices']) *
          Number(scene.fieldSetup['registers'] ?? scene.fieldSetup['values']),
      );
    }
  },
);
