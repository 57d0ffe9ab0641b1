/** The loop of one push link on fake time: losses, back-off, stopping, and what a driver says at the wrong moment. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { createTestLink, createTestModel, type TestEquipment } from '../support/model.ts';
import { createFakePushDriver, type FakePushDriver } from './fake-push-driver.ts';
import { type Recorder, record } from './support.ts';

let driver: FakePushDriver;
let recorder: Recorder;

beforeEach(() => {
  vi.useFakeTimers();
  driver = createFakePushDriver();
});

afterEach(async () => {
  const stopped = recorder.acquisition.stop();
  await vi.advanceTimersByTimeAsync(5_000);
  await stopped;
  expect(driver.openNow).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const lift = (id: string, more: Partial<TestEquipment> = {}): TestEquipment => ({
  id,
  points: [
    { name: 'floor', staleMs: null },
    { name: 'door', staleMs: null },
  ],
  ...more,
});

function start(...equipment: TestEquipment[]): void {
  const links = ['link', ...new Set(equipment.flatMap(({ link }) => link ?? []))].map((id) =>
    createTestLink(id),
  );
  recorder = record(createTestModel({ equipment, links }), driver);
  recorder.acquisition.start();
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const gaps = (times: readonly number[]) => times.slice(1).map((time, at) => Math.round(time - times[at]!));
const qualitiesOf = (id: string) => recorder.of(id).map(({ quality }) => quality);

describe('a push link', () => {
  it('is online when it is connected, and passes on what comes, when it comes', async () => {
    start(lift('lift-1'));
    await pass(6);
    expect(recorder.status('link')).toMatchObject({ state: 'online', reason: null });
    expect(recorder.qualities()).toEqual({ 'lift-1/floor': 'no-data', 'lift-1/door': 'no-data' });
    driver.say({ 0: 7, 1: 1 });
    expect(recorder.last('lift-1/floor')).toMatchObject({ value: 7, quality: 'good' });
    expect(recorder.status('link').counters).toMatchObject({ readings: 2, messages: 1, reconnects: 0 });
  });

  it('keeps what came before it was connected', async () => {
    driver.latencyMs = 60_000;
    start(lift('lift-1'));
    await pass(10);
    driver.say({ 0: 7, 1: 1 });
    expect(recorder.status('link').state).toBe('connecting');
    await pass(120_000);
    expect(recorder.status('link').state).toBe('online');
    expect(qualitiesOf('lift-1/floor')).toEqual(['good']);
  });

  it('keeps the last sample of a point that is named twice in one batch', async () => {
    start(lift('lift-1'));
    await pass(6);
    const sample = (point: number, value: number) => ({ point, value, quality: 0, sourceMs: Number.NaN });
    driver.sink.samples([sample(0, 1), sample(1, 5), sample(0, 2)]);
    expect(recorder.seen.map(({ point, value }) => [point, value])).toEqual([
      [1, 5],
      [0, 2],
    ]);
  });

  it('stays good for an hour without a sample as long as the driver vouches for it', async () => {
    start(lift('lift-1'));
    await pass(6);
    driver.say({ 0: 7, 1: 1 });
    await pass(3_600_000);
    expect(recorder.seen).toHaveLength(2);
    expect(recorder.qualities()).toEqual({ 'lift-1/floor': 'good', 'lift-1/door': 'good' });
    expect(recorder.history()).toEqual(['link connecting', 'link online']);
    expect(recorder.counter('link', 'stale_readings')).toBe(0);
  });

  it('is degraded and whole again as the driver says, also when it says so while connecting', async () => {
    start(lift('lift-1'));
    driver.sink.degraded('node ns=2;s=Lift2 is missing');
    expect(recorder.status('link').state).toBe('connecting');
    await pass(6);
    expect(recorder.status('link')).toMatchObject({
      state: 'degraded',
      reason: 'node ns=2;s=Lift2 is missing',
    });
    driver.sink.degraded(null);
    driver.sink.degraded('again');
    driver.sink.degraded('otherwise');
    expect(recorder.history()).toEqual([
      'link connecting',
      'link degraded',
      'link online',
      'link degraded',
      'link degraded',
    ]);
  });

  it('makes the points bad that the driver names, and no others', async () => {
    start(lift('lift-1'), lift('lift-2'));
    await pass(6);
    driver.say({ 0: 7, 1: 1, 2: 3, 3: 0 });
    driver.sink.bad([2, 3], 'comm-loss');
    expect(Object.values(recorder.qualities())).toEqual(['good', 'good', 'comm-loss', 'comm-loss']);
    expect(recorder.status('link').state).toBe('online');
  });
});

describe('a lost push link', () => {
  it('makes all its points bad once and no point of another link, and good again one by one', async () => {
    start(lift('lift-1'), lift('ups', { link: 'other' }));
    await pass(600);
    const [sink, other] = driver.sinks as [typeof driver.sink, typeof driver.sink];
    const good = (point: number) => ({ point, value: 1, quality: 0, sourceMs: Number.NaN });
    sink.samples([good(0), good(1)]);
    other.samples([good(2), good(3)]);
    sink.lost('session closed');
    await pass(1);
    expect(recorder.status('link')).toMatchObject({ state: 'offline', reason: 'session closed' });
    expect(recorder.status('other').state).toBe('online');
    await pass(600);
    driver.say({ 0: 4 });
    expect(recorder.qualities()).toEqual({
      'lift-1/floor': 'good',
      'lift-1/door': 'comm-loss',
      'ups/floor': 'good',
      'ups/door': 'good',
    });
    expect(qualitiesOf('lift-1/floor')).toEqual(['good', 'comm-loss', 'good']);
    expect(qualitiesOf('ups/floor')).toEqual(['good']);
  });

  it('says so at once, however long closing takes, and does not connect again before it has closed', async () => {
    driver.closeMs = 3_000;
    start(lift('lift-1'));
    await pass(6);
    driver.say({ 0: 7 });
    driver.sink.lost('gone');
    await pass(1);
    expect(recorder.last('lift-1/floor')!.quality).toBe('comm-loss');
    await pass(3_000);
    expect(driver.connects).toHaveLength(1);
    await pass(600);
    expect(driver.connects).toHaveLength(2);
    expect(driver.maxOpen).toBe(1);
  });

  it('ignores what the old connection still says, and counts it', async () => {
    start(lift('lift-1'));
    await pass(6);
    const [old] = driver.sinks;
    old!.lost('gone');
    old!.samples([{ point: 0, value: 9, quality: 0, sourceMs: Number.NaN }]);
    old!.bad([1], 'decode');
    old!.degraded('late');
    old!.lost('gone twice');
    await pass(600);
    old!.lost('very late');
    driver.say({ 0: 1, 1: 1 });
    expect(qualitiesOf('lift-1/floor')).toEqual(['comm-loss', 'good']);
    expect(qualitiesOf('lift-1/door')).toEqual(['comm-loss', 'good']);
    expect(recorder.history()).toEqual(['link connecting', 'link online', 'link offline', 'link online']);
    expect(recorder.counter('link', 'late_calls')).toBe(5);
  });

  it('that is refused is tried again with pauses of at most 1.5 s for ten minutes, then 15 s, and told once', async () => {
    driver.outcome = () => 'refuse';
    start(lift('lift-1'));
    await pass(900_000);
    const pauses = gaps(driver.connects);
    expect(pauses.slice(0, 4)).toEqual([510, 1_010, 1_510, 1_510]);
    expect(pauses.at(-1)).toBe(15_010);
    expect(recorder.history()).toEqual(['link connecting', 'link offline']);
    expect(recorder.logged).toEqual(['warn link offline']);
    expect(qualitiesOf('lift-1/floor')).toEqual(['comm-loss']);
    expect(recorder.counter('link', 'reconnects')).toBe(driver.connects.length - 1);
  });

  it('is back within 2 s of the wire, and the pauses begin anew after a steady connection', async () => {
    driver.outcome = () => 'refuse';
    start(lift('lift-1'));
    await pass(300_000);
    driver.outcome = () => 'connect';
    await pass(1_600);
    expect(recorder.status('link').state).toBe('online');
    await pass(10_000);
    const before = performance.now();
    driver.sink.lost('gone');
    await pass(600);
    expect(driver.connects.at(-1)! - before).toBeLessThan(520);
  });

  it('that is thrown off right after every connect goes on with growing pauses', async () => {
    start(lift('lift-1'));
    for (let round = 0; round < 600; round++) {
      await pass(1_600);
      if (recorder.status('link').state === 'online') driver.sink.lost('session taken over');
    }
    expect(gaps(driver.connects).at(-1)).toBeGreaterThan(14_000);
  });

  it('that is lost while it is connecting says why it was lost', async () => {
    driver.outcome = () => 'hang';
    start(lift('lift-1'));
    await pass(100);
    driver.sink.lost('certificate refused');
    await pass(1);
    expect(recorder.status('link')).toMatchObject({ state: 'offline', reason: 'certificate refused' });
    expect(qualitiesOf('lift-1/floor')).toEqual(['comm-loss']);
  });

  it('that spoke before its connect failed is bad again', async () => {
    driver.outcome = () => 'refuse';
    driver.latencyMs = 100;
    start(lift('lift-1'));
    await pass(650);
    driver.say({ 0: 3 });
    await pass(100);
    expect(qualitiesOf('lift-1/floor')).toEqual(['comm-loss', 'good', 'comm-loss']);
  });

  it('has one loop and one connection, however often it breaks', async () => {
    start(lift('lift-1'));
    for (let storm = 0; storm < 50; storm++) {
      driver.sink?.lost('storm');
      driver.sink?.lost('storm');
      await pass(storm * 37);
    }
    await pass(5_000);
    expect(driver.maxOpen).toBe(1);
    expect(driver.openNow).toBe(1);
  });
});

describe('stopping a push link', () => {
  const stop = async (): Promise<void> => {
    const stopped = recorder.acquisition.stop();
    await pass(10);
    await stopped;
    expect(recorder.status('link').state).toBe('stopped');
    expect(driver.openNow).toBe(0);
  };

  it('may come before the first connection', async () => {
    start(lift('ups'), lift('lift-1', { link: 'other' }));
    await stop();
    await pass(5_000);
    expect(driver.connects).toHaveLength(1);
  });

  it('ends a hanging connect', async () => {
    driver.outcome = () => 'hang';
    start(lift('lift-1'));
    await pass(100);
    await stop();
    expect(recorder.history()).toEqual(['link connecting', 'link stopped']);
  });

  it('ends a pause', async () => {
    driver.outcome = () => 'refuse';
    start(lift('lift-1'));
    await pass(100);
    await stop();
    await pass(60_000);
    expect(driver.connects).toHaveLength(1);
  });

  it('may come while a lost connection is closing', async () => {
    driver.closeMs = 8;
    start(lift('lift-1'));
    await pass(6);
    driver.sink.lost('gone');
    await pass(1);
    await stop();
    expect(recorder.history()).toEqual(['link connecting', 'link online', 'link offline', 'link stopped']);
  });

  it('waits for the sockets, makes no point bad, and lets nothing more through', async () => {
    start(lift('lift-1'));
    await pass(6);
    driver.say({ 0: 7 });
    driver.closeMs = 9;
    const stopped = recorder.acquisition.stop();
    driver.say({ 0: 8 });
    await pass(5);
    expect(recorder.status('link').state).toBe('online');
    await pass(5);
    await stopped;
    await stop();
    driver.say({ 0: 9 });
    expect(recorder.of('lift-1/floor').map(({ value }) => value)).toEqual([7]);
  });
});

it('a value that a rule cannot use is passed on as bad, with no number', async () => {
  start(lift('lift-1'));
  await pass(6);
  driver.say({ 0: 42 }, QUALITIES.decode.code);
  expect(recorder.last('lift-1/floor')).toMatchObject({ quality: 'decode', value: Number.NaN });
});

it.each(['connect', 'sample', 'event'])('a mistake of ours in a %s ends the process', async (where) => {
  start(lift('lift-1'));
  const script = fileURLToPath(new URL('throwing-push.ts', import.meta.url));
  vi.useRealTimers();
  const child = spawn(process.execPath, [script, where], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  vi.useFakeTimers();
  expect(stderr).toContain('a mistake of ours');
  expect(code).toBe(1);
});
