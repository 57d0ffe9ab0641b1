/** The Modbus suite: tiny runs of its scenes, what it says where a baseline is missing, and its reckoning of plans. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRandom } from '../../bench/children/field.ts';
import { startChild } from '../../bench/children.ts';
import { toManyRows, toManyScene } from '../../bench/modbus/many.ts';
import { PIPELINING, toPipeliningRows } from '../../bench/modbus/pipelining.ts';
import { createMap, leastMs, PLAN_WIRES, PLANS, planMs } from '../../bench/modbus/plans.ts';
import { toSaturatedRows, toSaturatedScene } from '../../bench/modbus/saturated.ts';
import { buildNative } from '../../bench/native.ts';
import { hasMissedGoal } from '../../bench/rows.ts';
import { runScene } from '../../bench/suite.ts';
import { type Figures, measureWindow } from '../../bench/window.ts';

const RUN_TIMEOUT_MS = 120_000;
const TIMING = { warmUpMs: 100, windowMs: 500, alarmsMs: 0, repetitions: 1 };
const OPTIONS = { timing: TIMING, isProfiled: false, onProgress: () => {} };

const FIGURES: Figures = {
  perS: 1_000,
  perCpuS: 2_000,
  loopDelayP99Ms: 10,
  rssMb: 100,
  skipped: 0,
  failures: 0,
};

const SOUND = new Map<string, readonly Figures[]>([
  ['our transport', [{ ...FIGURES, perCpuS: 8_000, loopDelayP99Ms: 1, rssMb: 20 }]],
  ['our driver', [{ ...FIGURES, perCpuS: 5_000, loopDelayP99Ms: 2, rssMb: 25 }]],
  ['modbus-serial', [FIGURES]],
  ['libmodbus', [{ ...FIGURES, perCpuS: 5_000, loopDelayP99Ms: Number.NaN }]],
]);

function missedOf(measured: ReadonlyMap<string, readonly Figures[]>, missing?: string): readonly string[] {
  return toSaturatedRows('scene', measured, missing)
    .filter(({ met }) => met === false)
    .map(({ what }) => what);
}

test('a sound run meets every goal, with the driver beside the same work and without a goal of speed', () => {
  const rows = toSaturatedRows('scene', SOUND, undefined);
  expect(hasMissedGoal(rows)).toBe(false);
  expect(rows[0]).toMatchObject({ ratio: 4, goal: { of: 'ratio', min: 3 }, met: true });
  expect(rows.find(({ what }) => what.endsWith('our driver ÷ libmodbus'))).toMatchObject({ goal: null });
});

test.each<[string, string, Partial<Figures>]>([
  ['requests a CPU second: our transport ÷ modbus-serial', 'our transport', { perCpuS: 5_999 }],
  ['requests a CPU second: our transport ÷ libmodbus', 'libmodbus', { perCpuS: 8_001 }],
  ['loop delay p99: our transport ÷ modbus-serial', 'our transport', { loopDelayP99Ms: 2.6 }],
  ['RSS: our driver ÷ modbus-serial', 'our driver', { rssMb: 31 }],
  ['failures: modbus-serial', 'modbus-serial', { failures: 1 }],
])('"%s" can be missed', (what, client, change) => {
  const before = SOUND.get(client)?.[0] ?? FIGURES;
  expect(missedOf(new Map([...SOUND, [client, [{ ...before, ...change }]]]))).toEqual([what]);
});

test('without libmodbus its goal is missed, and the row says why', () => {
  const rest = new Map([...SOUND].filter(([client]) => client !== 'libmodbus'));
  expect(missedOf(rest, 'no C compiler')).toEqual(['requests a CPU second: our transport ÷ libmodbus']);
  const reasons = toSaturatedRows('scene', rest, 'no C compiler').filter(({ missing }) => missing !== null);
  expect(
    reasons.every(({ what, missing }) => what.includes('libmodbus') && missing === 'no C compiler'),
  ).toBe(true);
  expect(reasons).toHaveLength(3);
});

test('a program that does not compile is named with the reason', () => {
  const directory = mkdtempSync(join(tmpdir(), 'riser-native-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  expect(buildNative('no-such-program', directory)).toMatchObject({ missing: expect.stringMatching(/\S/) });
});

test('a tiny saturated run reads over every connection with every client', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const { rows } = await runScene(toSaturatedScene(0.02), OPTIONS);
  for (const client of ['our transport', 'our driver', 'modbus-serial'])
    expect(rows.find(({ what }) => what === `failures: ${client}`)).toMatchObject({ value: 0 });
  const rate = rows.find(({ what }) => what === 'requests a second: our driver ÷ modbus-serial');
  expect(rate?.value).toBeGreaterThan(0);
  expect(rate?.baseline).toBeGreaterThan(0);
  const native = rows.find(({ what }) => what === 'requests a second: our transport ÷ libmodbus');
  // Where there is no compiler or no library, the row must say so.
  expect(native?.missing === null ? (native.baseline ?? 0) > 0 : native?.baseline === null).toBe(true);
});

test('a client whose server goes away does not count failures for ever', async () => {
  const field = await startChild('modbus-field', { devices: 1, registers: 10, alarms: 0 });
  onTestFinished(() => field.stop());
  const [port] = (field.facts as { readonly ports: readonly number[] }).ports;
  const setup = { client: 'driver', port, connections: 2, depth: 1, registers: 10 };
  const measured = measureWindow('modbus-load', setup, { warmUpMs: 0, windowMs: 2_000 });
  const seen = async (): Promise<boolean> =>
    ((await field.ask('served')) as { readonly answers: number }).answers > 0;
  await expect.poll(seen, { timeout: 30_000 }).toBe(true);
  await field.stop();
  expect((await measured).failures).toBeLessThanOrEqual(2);
});

test('pipelining is judged against one read at a time', () => {
  const rates = (one: number, four: number, sixteen: number) =>
    new Map([one, four, sixteen].map((perS, at) => [[1, 4, 16][at] ?? 0, [{ ...FIGURES, perS }]]));
  expect(hasMissedGoal(toPipeliningRows(rates(100, 360, 1_440)))).toBe(false);
  expect(toPipeliningRows(rates(100, 359, 1_440)).map(({ met }) => met)).toEqual([true, false, true]);
});

test('a device that answers after 5 ms is read no faster than it answers, and faster with more under way', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const { rows } = await runScene(PIPELINING, OPTIONS);
  expect(rows[0]?.value).toBeLessThanOrEqual(200);
  expect(rows[2]?.ratio).toBeGreaterThan(1.5);
});

test('the best plan is found among all, by hand', () => {
  const tcp = PLAN_WIRES[0];
  if (tcp === undefined) throw new Error('a wire');
  const at = (start: number) => ({ type: 'u16', start, end: start + 1 }) as const;
  // Reading 8 registers along costs 0.08 ms, another request 3 ms.
  expect(leastMs(tcp, { maxGap: 8, values: [at(0), at(9)] })).toBeCloseTo(3.1);
  expect(leastMs(tcp, { maxGap: 7, values: [at(0), at(9)] })).toBeCloseTo(6.02);
  // 40 registers are the most of one request.
  expect(leastMs(tcp, { maxGap: 50, values: [at(0), at(39)] })).toBeCloseTo(3.4);
  expect(leastMs(tcp, { maxGap: 50, values: [at(0), at(40)] })).toBeCloseTo(6.02);
});

test('no plan is better than the best one, and every map is read', () => {
  const random = createRandom(7);
  for (let map = 0; map < 50; map++) {
    const registers = createMap(random);
    for (const wire of PLAN_WIRES) {
      const ratio = planMs(wire, registers) / leastMs(wire, registers);
      expect(ratio).toBeGreaterThan(0.999_999);
      expect(ratio).toBeLessThanOrEqual(1.1);
    }
  }
});

test('the plans of the suite meet their goal on the printed seed', { timeout: RUN_TIMEOUT_MS }, async () => {
  const { rows } = await runScene(PLANS, OPTIONS);
  expect(rows).toHaveLength(4);
  expect(rows.map(({ met }) => met)).toEqual([true, true, true, true]);
});

test('many connections are read through acquisition without a failure', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const timing = { ...TIMING, windowMs: 2_000 };
  const { rows } = await runScene(toManyScene(0.005), { ...OPTIONS, timing });
  expect(rows.find(({ what }) => what === 'failures')).toMatchObject({ value: 0, met: true });
  expect(rows.find(({ what }) => what === 'reached')?.value).toBeGreaterThan(0);
});

test('polls that are not made and a loop that is held up are missed goals', () => {
  const sound = { ...FIGURES, perS: 1_000 };
  expect(hasMissedGoal(toManyRows('scene', 10, [sound]))).toBe(false);
  expect(hasMissedGoal(toManyRows('scene', 10, [{ ...sound, perS: 980 }]))).toBe(true);
  expect(hasMissedGoal(toManyRows('scene', 10, [{ ...sound, loopDelayP99Ms: 21 }]))).toBe(true);
});
