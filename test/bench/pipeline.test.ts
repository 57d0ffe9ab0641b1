/** A tiny run of the real suite: that it measures what it says, and that its children fail and end as they should. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Child, startChild } from '../../bench/children.ts';
import { runScene, type Scene } from '../../bench/suite.ts';
import { pipeline } from '../../bench/suites/pipeline.ts';

/** Three subjects one after the other, the gateway among them, on a busy machine. */
const RUN_TIMEOUT_MS = 120_000;
const TIMING = { warmUpMs: 200, windowMs: 3_000, alarmsMs: 2_500, repetitions: 1 };

async function start(name: string, setup: unknown): Promise<Child> {
  const child = await startChild(name, setup);
  onTestFinished(() => child.stop());
  return child;
}

test('a tiny run reads everything, raises every alarm and costs something on both sides', {
  timeout: RUN_TIMEOUT_MS,
}, async () => {
  const scene = pipeline.scenes(0.1, TIMING)[0] as Scene;
  const told: string[] = [];
  const { results, rows } = await runScene(scene, {
    timing: TIMING,
    isProfiled: false,
    onProgress: (text) => told.push(text),
  });

  expect(results.map(({ subject }) => subject)).toEqual(['gateway', 'modbus-serial', 'framing']);
  expect(told).toHaveLength(3);
  for (const { cpuUsPerReading, cores, rssEndMb, readingsPerS } of results) {
    expect(cpuUsPerReading).toBeGreaterThan(0);
    expect(cores).toBeGreaterThan(0);
    expect(rssEndMb).toBeGreaterThan(10);
    // 100 registers a second; a window of 3 s holds two to four answers, at least one on a machine that stalls.
    expect(readingsPerS).toBeGreaterThan(20);
    expect(readingsPerS).toBeLessThan(200);
  }
  const gateway = results[0];
  expect(gateway?.changes).toBeGreaterThan(3);
  expect(gateway?.changeToRaiseMs).toHaveLength(gateway?.changes ?? -1);
  expect(gateway?.receivedToRaiseMs.every((ms) => ms >= 0 && ms < 1_000)).toBe(true);
  expect(Math.min(...(gateway?.changeToRaiseMs ?? []))).toBeGreaterThanOrEqual(-1);

  const cpu = rows.find(({ what }) => what === 'CPU per reading');
  expect(cpu).toMatchObject({ suite: 'pipeline', unit: 'µs', goal: null, met: null });
  expect(cpu?.ratio).toBeCloseTo((cpu?.value ?? 0) / (cpu?.baseline ?? 1));
  for (const what of ['failures', 'dropped by the journal', 'alarms raised of values changed'])
    expect(rows.find((row) => row.what === what)).toMatchObject({ met: true });
  expect(JSON.parse(JSON.stringify(rows))).toEqual(rows);
});

test('a child that cannot start is named with its own reason and is gone', async () => {
  const setup = {
    siteFile: 'no-such-site.yaml',
    dataDirectory: 'none',
    counter: 'replies',
    readingsPerCount: 1,
  };
  await expect(startChild('gateway', setup)).rejects.toThrow(/gateway: .*ConfigError/s);
});

test('a child that does not exist is an error and not a wait', async () => {
  await expect(startChild('no-such-child', {})).rejects.toThrow('no-such-child: has ended');
});

test('a question that a child does not know is refused, and the child goes on', async () => {
  const field = await start('modbus-field', { devices: 1, registers: 4, alarms: 1 });
  await expect(field.ask('weather')).rejects.toThrow('knows no answer to "weather"');
  await field.ask('begin');
  await expect(field.ask('end')).resolves.toEqual({});
});

test('a child that has been stopped is gone, and says so', async () => {
  const field = await start('modbus-field', { devices: 1, registers: 4, alarms: 1 });
  await field.stop();
  expect(() => process.kill(field.pid, 0)).toThrow('ESRCH');
  await expect(field.ask('begin')).rejects.toThrow('modbus-field: has ended');
  await field.stop();
});

test('the field notes every value that it changes, once', async () => {
  const field = await start('modbus-field', { devices: 2, registers: 4, alarms: 1 });
  const beforeMs = Date.now();
  await field.ask('begin');
  await sleep(700);
  const changes = (await field.ask('end')) as Readonly<Record<string, number>>;
  expect(Object.keys(changes).toSorted()).toEqual(['device-1/value-0', 'device-2/value-0']);
  for (const atMs of Object.values(changes)) expect(atMs - beforeMs).toBeGreaterThan(-2);
});
