/** The loop of one link on fake time: rates, silent devices, losses, ages. The wire itself is in wire.test.ts. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestLink, createTestModel, type TestEquipment } from '../support/model.ts';
import { createFakeDriver, type FakeDriver } from './fake-driver.ts';
import { type Recorder, record } from './support.ts';

let driver: FakeDriver;
let recorder: Recorder;

beforeEach(() => {
  vi.useFakeTimers();
  driver = createFakeDriver();
});

afterEach(async () => {
  await recorder.acquisition.stop();
  expect(driver.openNow).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  expect(driver.maxReads).toBeLessThanOrEqual(1);
  vi.useRealTimers();
});

const device = (
  id: string,
  unit: number,
  pollMs = 1_000,
  more: Partial<TestEquipment> = {},
): TestEquipment => ({
  id,
  device: { unit },
  points: [{ name: 'a', pollMs, staleMs: 3 * pollMs + 100 }],
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
const readsOf = (label: string) =>
  driver.reads.filter((read) => read.label.startsWith(label)).map(({ atMs }) => atMs);
const gaps = (times: readonly number[]) => times.slice(1).map((time, at) => Math.round(time - times[at]!));

describe('polling', () => {
  it('reads every point at its own fixed rate, whatever a read takes', async () => {
    driver.latencyMs = 30;
    const points = [
      { name: 'fast', pollMs: 500 },
      { name: 'slow', pollMs: 2_000 },
    ];
    start(device('pump', 1, 0, { points }));
    await pass(10_100);
    expect(gaps(readsOf('pump 500')).slice(1)).toEqual(Array.from({ length: 19 }, () => 500));
    expect(new Set(gaps(readsOf('pump 2000')).slice(1))).toEqual(new Set([2_000]));
  });

  it('emits every reading, even an unchanged one, with its own time and no device time', async () => {
    start(device('pump', 1));
    await pass(5_100);
    const times = recorder.of('pump/a').map(({ receivedMs }) => receivedMs);
    expect(times).toHaveLength(6);
    expect(new Set(times).size).toBe(6);
    for (const seen of recorder.seen)
      expect(seen).toMatchObject({ quality: 'good', value: 0, sourceMs: Number.NaN });
  });

  it('skips cycles that it cannot serve, counts them, and never makes them up', async () => {
    driver.latencyMs = 250;
    start(device('pump', 1, 100));
    await pass(10_000);
    expect(driver.reads.length).toBeLessThanOrEqual(40);
    expect(recorder.counter('link', 'skipped_cycles')).toBeGreaterThan(50);
    driver.latencyMs = 5;
    const before = driver.reads.length;
    await pass(1_000);
    expect(driver.reads.length - before).toBeLessThanOrEqual(11);
  });

  it('spreads the beginning of links over the interval', async () => {
    const links = ['link-a', 'link-b', 'link-c', 'link-d'];
    start(...links.map((link, at) => device(`pump-${at}`, 1, 1_000, { link })));
    await pass(1_900);
    expect(driver.connects.map((time) => Math.round(time - driver.connects[0]!))).toEqual([0, 250, 500, 750]);
  });

  it('spreads devices of one link over the interval after the first round', async () => {
    start(device('pump-a', 1), device('pump-b', 2), device('pump-c', 3), device('pump-d', 4));
    await pass(4_500);
    const phases = ['pump-a', 'pump-b', 'pump-c', 'pump-d'].map(
      (id) => Math.round(readsOf(id).at(-1)!) % 1_000,
    );
    const offsets = phases.map((phase) => (phase - phases[0]! + 1_000) % 1_000);
    expect(offsets).toEqual([0, 250, 500, 750]);
  });

  it('does not connect a link that has no points', async () => {
    recorder = record(createTestModel({}), driver);
    recorder.acquisition.start();
    await pass(5_000);
    expect(driver.connects).toEqual([]);
    expect(recorder.status('link')).toMatchObject({ state: 'stopped', reason: 'no points on this link' });
  });
});

describe('a request that is refused', () => {
  it('makes its own points bad and no others, is logged once, and recovers', async () => {
    start(device('good', 1), device('bad', 2));
    driver.outcome = ({ label }) => (label.startsWith('bad') ? 'exception' : 'answer');
    await pass(5_000);
    expect(recorder.qualities()).toEqual({ 'good/a': 'good', 'bad/a': 'device-error' });
    expect(recorder.status('link').state).toBe('online');
    expect(recorder.logged.filter((line) => line === 'warn request refused')).toHaveLength(1);
    driver.outcome = () => 'answer';
    await pass(1_000);
    expect(recorder.qualities()).toEqual({ 'good/a': 'good', 'bad/a': 'good' });
    expect(recorder.logged).toContain('info request accepted again');
  });
});

describe('a silent device', () => {
  const deadBeside = async () => {
    start(device('live', 1, 500), device('dead', 2, 500));
    await pass(3_000);
    driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
  };

  it('turns bad at its first time-out, and the link degraded', async () => {
    await deadBeside();
    await pass(600);
    expect(recorder.qualities()).toEqual({ 'live/a': 'good', 'dead/a': 'timeout' });
    expect(recorder.status('link')).toMatchObject({ state: 'degraded', reason: 'no answer from unit 2' });
  });

  it('that is asked before anybody has answered is told with the first answer of another', async () => {
    start(device('dead', 1), device('live', 2));
    driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    await pass(90);
    expect(recorder.qualities()).toEqual({ 'dead/a': 'no-data', 'live/a': 'no-data' });
    await pass(60);
    expect(recorder.qualities()).toEqual({ 'dead/a': 'timeout', 'live/a': 'good' });
    expect(recorder.history()).toEqual(['link connecting', 'link degraded']);
  });

  it('is probed once a cycle where its time-out fits, and back within two cycles whenever that is', async () => {
    await deadBeside();
    for (const outMs of [2_000, 60_000, 31_234]) {
      const before = readsOf('dead').length;
      await pass(outMs);
      expect(Math.max(...gaps(readsOf('dead').slice(before)))).toBeLessThanOrEqual(550);
      driver.outcome = () => 'answer';
      await pass(2 * 500 + 100);
      expect(recorder.qualities()).toEqual({ 'live/a': 'good', 'dead/a': 'good' });
      driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    }
  });

  it('is probed at a growing interval that ends at twice 30 s where its time-out never fits', async () => {
    start(device('live', 1, 80), device('dead', 2, 80));
    driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    await pass(200_000);
    const intervals = gaps(readsOf('dead'));
    expect(intervals.length).toBeGreaterThan(6);
    for (const [at, interval] of intervals.entries()) {
      const grownMs = Math.min(30_000, 80 * 3 ** at);
      expect(interval).toBeGreaterThanOrEqual(2 * grownMs);
      expect(interval).toBeLessThanOrEqual(2 * grownMs + 200);
    }
  });

  it('never costs the live device its cycle when the time-out fits between two polls', async () => {
    await deadBeside();
    await pass(1_000);
    const before = readsOf('live').length;
    await pass(60_000);
    const times = readsOf('live').slice(before);
    expect(times.length).toBeGreaterThanOrEqual(119);
    expect(Math.max(...gaps(times))).toBeLessThanOrEqual(550);
    expect(recorder.status('link').load!.busyRatio).toBeLessThan(0.03);
  });

  it('costs the live device at most one time-out a probe when it does not fit', async () => {
    start(device('live', 1, 80), device('dead', 2, 80));
    driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    await pass(60_000);
    const times = readsOf('live');
    expect(times.length).toBeGreaterThanOrEqual(0.9 * (60_000 / 80));
    expect(Math.max(...gaps(times))).toBeLessThanOrEqual(80 + 100 + 80);
  });

  it('is polled at full rate again from its first answer', async () => {
    await deadBeside();
    await pass(20_000);
    driver.outcome = () => 'answer';
    await pass(31_000);
    expect(recorder.status('link')).toMatchObject({ state: 'online', reason: null });
    const before = recorder.of('dead/a').length;
    await pass(5_000);
    expect(recorder.of('dead/a').length - before).toBeGreaterThanOrEqual(9);
  });

  it('does not take the connection of the others, even when three die together', async () => {
    start(device('live', 1, 20_000), device('dead-a', 2), device('dead-b', 3), device('dead-c', 4));
    await pass(5_000);
    driver.outcome = ({ label }) => (label.startsWith('dead') ? 'timeout' : 'answer');
    await pass(60_000);
    expect(recorder.counter('link', 'reconnects')).toBe(0);
    expect(recorder.last('live/a')!.quality).toBe('good');
    expect(recorder.of('live/a').every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('behind a gateway that says so is degraded, and the connection is kept', async () => {
    start(device('dead', 1));
    driver.outcome = () => 'gateway-timeout';
    await pass(60_000);
    expect(recorder.qualities()).toEqual({ 'dead/a': 'timeout' });
    expect(recorder.status('link')).toMatchObject({ state: 'degraded' });
    expect(driver.connects).toHaveLength(1);
  });

  it('of which one request alone hangs keeps its other points good and misses only those of the request', async () => {
    const points = [
      { name: 'a', pollMs: 500 },
      { name: 'b', pollMs: 1_000 },
    ];
    start(device('pump', 1, 0, { points }));
    driver.outcome = ({ label }) => (label === 'pump 1000' ? 'timeout' : 'answer');
    await pass(10_000);
    const before = recorder.seen.length;
    await pass(60_000);
    const later = recorder.seen.slice(before);
    expect(later.filter(({ point }) => point === 0).every(({ quality }) => quality === 'good')).toBe(true);
    expect(later.filter(({ point }) => point === 1).every(({ quality }) => quality === 'missing')).toBe(true);
    driver.outcome = () => 'answer';
    await pass(31_000);
    expect(recorder.qualities()).toEqual({ 'pump/a': 'good', 'pump/b': 'good' });
  });
});

describe('a lost link', () => {
  it('makes all its points bad at once and no point of another link', async () => {
    start(device('pump', 1, 10_000), device('sump', 2, 10_000, { link: 'other' }));
    await pass(1_200);
    driver.outcome = ({ label }) => (label.startsWith('pump') ? 'lost' : 'answer');
    await pass(10_000);
    expect(recorder.last('pump/a')!.quality).toBe('comm-loss');
    expect(recorder.of('sump/a').every(({ quality }) => quality === 'good')).toBe(true);
    expect(recorder.status('other').state).toBe('online');
  });

  it('is noticed while nothing is being asked', async () => {
    start(device('pump', 1, 60_000));
    await pass(1_000);
    driver.drop('connection closed by plc:502');
    await pass(1);
    expect(recorder.last('pump/a')!.quality).toBe('comm-loss');
    expect(recorder.status('link')).toMatchObject({
      state: 'offline',
      reason: 'connection closed by plc:502',
    });
  });

  it('counts as lost after three time-outs in a row of everybody', async () => {
    start(device('pump', 1), device('sump', 2));
    await pass(3_000);
    driver.outcome = () => 'timeout';
    const before = driver.reads.length;
    await pass(1_600);
    expect(recorder.qualities()).toEqual({ 'pump/a': 'comm-loss', 'sump/a': 'comm-loss' });
    expect(driver.reads.length - before).toBe(3);
    expect(recorder.status('link')).toMatchObject({ state: 'offline' });
  });

  it('never repeats an old value: after the loss there are no values until a new answer', async () => {
    start(device('pump', 1));
    await pass(3_500);
    driver.canConnect = () => false;
    driver.drop('gone');
    await pass(1);
    const from = recorder.seen.length;
    await pass(120_000);
    expect(recorder.seen.slice(from)).toEqual([]);
    expect(recorder.last('pump/a')).toMatchObject({ quality: 'comm-loss', value: Number.NaN });
  });

  it('is tried again with growing pauses of at most 1.5 s, and told and logged once', async () => {
    driver.canConnect = () => false;
    start(device('pump', 1, 10_000));
    await pass(600_000);
    const pauses = gaps(driver.connects);
    expect(pauses.slice(0, 4)).toEqual([505, 1_005, 1_505, 1_505]);
    expect(Math.max(...pauses)).toBe(1_505);
    expect(recorder.history()).toEqual(['link connecting', 'link offline']);
    expect(recorder.logged).toEqual(['warn link offline']);
    expect(recorder.of('pump/a').map(({ quality }) => quality)).toEqual(['comm-loss']);
    expect(recorder.counter('link', 'reconnects')).toBe(driver.connects.length - 1);
  });

  it('is tried every 15 s when it has been away for more than ten minutes', async () => {
    driver.canConnect = () => false;
    start(device('pump', 1));
    await pass(900_000);
    expect(gaps(driver.connects).slice(-3)).toEqual([15_005, 15_005, 15_005]);
  });

  it.each([500, 1_000, 2_000])(
    'is good again within two cycles of %i ms once the wire is back',
    async (pollMs) => {
      start(device('pump', 1, pollMs));
      await pass(2_100);
      for (const outageMs of [100, 2_900, 60_000, 301_234]) {
        driver.canConnect = () => false;
        driver.drop('gone');
        await pass(outageMs);
        driver.canConnect = () => true;
        await pass(2 * pollMs);
        expect(recorder.qualities()).toEqual({ 'pump/a': 'good' });
      }
    },
  );

  it('is not back, and the pauses do not begin anew, while it connects but answers nothing', async () => {
    start(device('pump', 1));
    driver.outcome = () => 'timeout';
    await pass(60_000);
    expect(recorder.history()).toEqual(['link connecting', 'link offline']);
    expect(recorder.of('pump/a').map(({ quality }) => quality)).toEqual(['comm-loss']);
    expect(gaps(driver.connects).at(-1)).toBeGreaterThan(gaps(driver.connects)[0]!);
  });

  it('is good again at its first answer, and the pauses begin anew', async () => {
    driver.canConnect = () => false;
    start(device('pump', 1));
    await pass(20_000);
    driver.canConnect = () => true;
    await pass(31_000);
    expect(recorder.qualities()).toEqual({ 'pump/a': 'good' });
    driver.drop('gone');
    await pass(1_200);
    expect(recorder.qualities()).toEqual({ 'pump/a': 'good' });
    expect(recorder.history()).toEqual([
      'link connecting',
      'link offline',
      'link online',
      'link offline',
      'link online',
    ]);
  });

  it('has one loop and one connection, however often it breaks', async () => {
    start(device('pump', 1), device('sump', 2));
    await pass(2_000);
    for (let storm = 0; storm < 50; storm++) {
      driver.drop('storm');
      driver.drop('storm');
      await pass(storm * 37);
    }
    await pass(5_000);
    expect(driver.maxOpen).toBe(1);
    expect(driver.openNow).toBe(1);
    const before = driver.reads.length;
    await pass(10_000);
    expect(driver.reads.length - before).toBe(20);
  });
});

describe('age', () => {
  it('turns a value stale when its driver hangs, once, and never gives it again', async () => {
    start(device('pump', 1));
    await pass(1_500);
    driver.outcome = () => 'hang';
    await pass(10_000);
    const qualities = recorder.of('pump/a').map(({ quality }) => quality);
    expect(qualities.filter((quality) => quality === 'stale')).toHaveLength(1);
    expect(recorder.last('pump/a')).toMatchObject({ quality: 'stale', value: Number.NaN });
    const [lastGood] = recorder
      .of('pump/a')
      .filter(({ quality }) => quality === 'good')
      .slice(-1);
    expect(recorder.last('pump/a')!.monoMs - lastGood!.monoMs).toBeGreaterThanOrEqual(3_100);
    expect(recorder.last('pump/a')!.monoMs - lastGood!.monoMs).toBeLessThanOrEqual(3_400);
    expect(recorder.counter('link', 'stale_readings')).toBe(1);
  });

  it('is measured on the monotonic clock: a step of the wall clock makes nothing stale', async () => {
    start(device('pump', 1));
    await pass(1_500);
    vi.setSystemTime(Date.now() + 86_400_000);
    await pass(5_000);
    expect(recorder.of('pump/a').every(({ quality }) => quality === 'good')).toBe(true);
  });

  it('leaves a point without data that has never answered', async () => {
    start(device('pump', 1));
    driver.outcome = () => 'hang';
    await pass(10_000);
    expect(recorder.qualities()).toEqual({ 'pump/a': 'no-data' });
  });
});

it('a read that its driver never ends costs one connection, not the polling', async () => {
  start(device('pump', 1));
  await pass(1_500);
  driver.outcome = () => 'hang';
  await pass(1_000);
  driver.outcome = () => 'answer';
  await pass(14_000);
  expect(recorder.qualities()).toEqual({ 'pump/a': 'good' });
  expect(recorder.counter('link', 'overdue')).toBe(1);
  expect(driver.openNow).toBe(1);
});

describe('stopping', () => {
  it('ends a hanging read and a pause at once', async () => {
    start(device('pump', 1));
    driver.outcome = () => 'hang';
    await pass(100);
    await recorder.acquisition.stop();
    expect(recorder.status('link').state).toBe('stopped');
    await recorder.acquisition.stop();
  });

  it('closes the driver once, after its connections', async () => {
    let openAtClose = '';
    driver.close = async () => {
      openAtClose += `${driver.openNow} `;
    };
    start(device('pump', 1));
    await pass(1_500);
    await Promise.all([recorder.acquisition.stop(), recorder.acquisition.stop()]);
    expect(openAtClose).toBe('0 ');
  });

  it('emits nothing more', async () => {
    start(device('pump', 1));
    await pass(2_500);
    const before = recorder.seen.length;
    await recorder.acquisition.stop();
    await pass(60_000);
    expect(recorder.seen.length).toBe(before);
  });

  it('may come before the first connection', async () => {
    start(device('pump', 1), device('sump', 1, 1_000, { link: 'other' }));
    await recorder.acquisition.stop();
    await pass(5_000);
    expect(driver.reads).toEqual([]);
  });
});
