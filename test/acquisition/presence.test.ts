/**
 * Silence on push links, on fake time, up to the two alarms that follow: the device is offline, or a point of it has no
 * data. Readings go through the rules' own evaluator.
 */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FIRST_VALUE_MS } from '../../src/acquisition/presence.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { QUALITIES, type QualityReason } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { Evaluator } from '../../src/rules/evaluator.ts';
import { createTestModel, type TestEquipment } from '../support/model.ts';
import { createFakePushDriver, type FakePushDriver } from './fake-push-driver.ts';
import { processClock, type Recorder, record } from './support.ts';

let driver: FakePushDriver;
let recorder: Recorder;
let rules: Evaluator;

beforeEach(() => {
  vi.useFakeTimers();
  driver = createFakePushDriver();
});

afterEach(async () => {
  const stopped = recorder.acquisition.stop();
  await vi.advanceTimersByTimeAsync(100);
  await stopped;
  vi.useRealTimers();
});

/** As the loader makes them (profiles/derived-rules.ts). */
const derived = { minGoodSamples: 1, onDelayMs: 5_000 };
const rulesOf = (reads: readonly string[]) => [
  { id: 'offline', type: 'offline', points: reads, ...derived },
  ...reads.map((name) => ({
    id: `${name.replace('/', '-')}-bad-data`,
    type: 'bad-data',
    points: [name],
    ...derived,
  })),
];

/** @param points name → staleMs */
function device(id: string, points: Readonly<Record<string, number | null>>): TestEquipment {
  return {
    id,
    points: Object.entries(points).map(([name, staleMs]) => ({ name, staleMs })),
    rules: rulesOf(Object.keys(points)),
  };
}

async function start(...equipment: TestEquipment[]): Promise<void> {
  const model = createTestModel({ equipment });
  recorder = record(model, driver);
  rules = new Evaluator(model, new Map(), processClock.now(), LIMITS.bootGraceMs);
  judged = 0;
  recorder.acquisition.start();
  await pass(6);
}

let judged = 0;
/** Time passes in steps of 100 ms; the rules take what was read and sweep. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 100) {
    await vi.advanceTimersByTimeAsync(Math.min(100, left));
    for (const { point, value, quality, receivedMs, monoMs } of recorder.seen.slice(judged)) {
      const batch = new ReadingBatchBuilder(1, 1);
      batch.add(point, value, QUALITIES[quality].code, receivedMs);
      rules.apply(batch.finish(monoMs), processClock.now());
    }
    judged = recorder.seen.length;
    rules.sweep(processClock.now());
  }
}

const history = (id: string): readonly QualityReason[] => recorder.of(id).map(({ quality }) => quality);
/** Ids of the rules that are active. */
const alarms = (model = recorder.model): readonly string[] =>
  model.rules.filter(({ index }) => rules.isActive(index)).map(({ equipment, id }) => `${equipment}/${id}`);

describe('a device that never says anything', () => {
  it('is timed out after its first wait, so that it goes offline, and nothing else is told of it', async () => {
    await start(device('door', { lock: null, contact: null }), device('meter', { flow: 60_000 }));
    driver.say({ 2: 1 });
    await pass(FIRST_VALUE_MS - 500);
    expect(history('door/lock')).toEqual([]);
    await pass(800);
    expect(recorder.qualities()).toEqual({
      'door/lock': 'timeout',
      'door/contact': 'timeout',
      'meter/flow': 'good',
    });
    expect(alarms()).toEqual([]);
    await pass(5_200);
    expect(alarms()).toEqual(['door/offline']);
    expect(recorder.counter('link', 'stale_readings')).toBe(2);
  });

  it('has its first wait from the moment that the link is connected', async () => {
    driver.latencyMs = 60_000;
    await start(device('door', { lock: null }));
    await pass(60_000 + FIRST_VALUE_MS - 300);
    expect(history('door/lock')).toEqual([]);
    await pass(600);
    expect(history('door/lock')).toEqual(['timeout']);
  });

  it('that speaks every ten minutes has as long for its first word', async () => {
    await start(device('meter', { flow: 600_000 }));
    await pass(599_000);
    expect(history('meter/flow')).toEqual([]);
    await pass(1_500);
    expect(history('meter/flow')).toEqual(['timeout']);
  });

  it('is good from its first word on, and the rest of it is awaited from then', async () => {
    await start(device('door', { lock: null, contact: null }));
    await pass(21_000);
    expect(alarms()).toEqual(['door/offline']);
    driver.say({ 0: 1 });
    await pass(FIRST_VALUE_MS - 500);
    expect([alarms(), history('door/contact')]).toEqual([[], ['timeout']]);
    driver.say({ 1: 1 });
    await pass(60_000);
    expect([alarms(), history('door/contact')]).toEqual([[], ['timeout', 'good']]);
  });
});

describe('a single value that does not come', () => {
  it('of a device that speaks is missing, and so alarmed as data of that point', async () => {
    await start(device('door', { lock: null, contact: null }));
    driver.say({ 0: 1 });
    await pass(FIRST_VALUE_MS + 300);
    expect(recorder.qualities()).toEqual({ 'door/lock': 'good', 'door/contact': 'missing' });
    await pass(5_200);
    expect(alarms()).toEqual(['door/contact-bad-data']);
    driver.say({ 1: 1 });
    await pass(100);
    expect(alarms()).toEqual([]);
    expect(history('door/contact')).toEqual(['missing', 'good']);
  });

  it('that stops coming is stale at its age, and missing as soon as another of the device comes', async () => {
    await start(device('meter', { flow: 2_000, total: 60_000 }));
    driver.say({ 0: 5, 1: 100 });
    await pass(2_300);
    expect(recorder.qualities()).toEqual({ 'meter/flow': 'stale', 'meter/total': 'good' });
    driver.say({ 1: 101 });
    await pass(300);
    expect(history('meter/flow')).toEqual(['good', 'stale', 'missing']);
    driver.say({ 1: 102 });
    await pass(300);
    expect(history('meter/flow')).toEqual(['good', 'stale', 'missing']);
  });

  it('that stops coming is missing at once where the driver vouches for another of the device', async () => {
    await start(device('door', { lock: null, battery: 2_000 }));
    driver.say({ 0: 1, 1: 90 });
    await pass(2_300);
    expect(history('door/battery')).toEqual(['good', 'missing']);
  });

  it('and another that comes as garbage: the device lives, both are data alarms', async () => {
    await start(device('meter', { flow: 30_000, total: 30_000 }));
    for (let round = 0; round < 5; round++) {
      driver.say({ 0: 0 }, QUALITIES.decode.code);
      await pass(6_000);
    }
    await pass(8_000);
    expect(recorder.qualities()).toEqual({ 'meter/flow': 'decode', 'meter/total': 'missing' });
    expect(alarms()).toEqual(['meter/flow-bad-data', 'meter/total-bad-data']);
  });
});

describe('a single value that the driver calls lost', () => {
  it('is missing after a while when its device is heard otherwise: no offline alarm speaks for it', async () => {
    await start(device('ups', { load: null, battery: null }));
    driver.say({ 0: 40, 1: 98 });
    driver.sink.bad([1], 'comm-loss');
    await pass(FIRST_VALUE_MS - 500);
    expect(history('ups/battery')).toEqual(['good', 'comm-loss']);
    await pass(800);
    expect(history('ups/battery')).toEqual(['good', 'comm-loss', 'missing']);
    await pass(5_200);
    expect(alarms()).toEqual(['ups/battery-bad-data']);
    driver.say({ 1: 97 });
    await pass(100);
    expect(alarms()).toEqual([]);
  });

  it('stays lost while nothing of the device is heard', async () => {
    await start(device('ups', { load: null, battery: null }));
    driver.say({ 0: 40, 1: 98 });
    driver.sink.bad([1], 'comm-loss');
    await pass(10_000);
    driver.sink.bad([0], 'comm-loss');
    await pass(60_000);
    expect(history('ups/battery')).toEqual(['good', 'comm-loss']);
    expect(alarms()).toEqual(['ups/offline']);
  });

  it('is not told again when the driver itself says that it is missing', async () => {
    await start(device('ups', { load: null, battery: null }));
    driver.say({ 0: 40 });
    driver.sink.bad([1], 'missing');
    await pass(60_000);
    expect(history('ups/battery')).toEqual(['missing']);
    expect(alarms()).toEqual(['ups/battery-bad-data']);
  });
});

describe('a device that falls silent', () => {
  it('is stale, each value at its own age, and offline without any alarm of a single value', async () => {
    await start(device('meter', { flow: 2_000, total: 20_000 }));
    for (let second = 0; second < 10; second++) {
      driver.say(second === 0 ? { 0: 5, 1: 100 } : { 0: 5 });
      await pass(1_000);
    }
    const everRaised = new Set<string>();
    for (let second = 0; second < 30; second++) {
      await pass(1_000);
      for (const id of alarms()) everRaised.add(id);
    }
    expect(recorder.qualities()).toEqual({ 'meter/flow': 'stale', 'meter/total': 'stale' });
    expect([...everRaised]).toEqual(['meter/offline']);
  });

  it('is stale also when the last that came of it was unusable', async () => {
    await start(device('meter', { flow: 2_000, total: 2_000 }));
    driver.say({ 0: 5 });
    driver.say({ 1: 0 }, QUALITIES.sentinel.code);
    await pass(2_300);
    expect(recorder.qualities()).toEqual({ 'meter/flow': 'stale', 'meter/total': 'stale' });
  });

  it('comes back with one value, and is given time to say the others', async () => {
    await start(device('meter', { flow: 2_000, total: 30_000 }));
    driver.say({ 0: 5, 1: 100 });
    await pass(60_000);
    expect(alarms()).toEqual(['meter/offline']);
    for (let second = 0; second < 29; second++) {
      driver.say({ 0: 5 });
      await pass(1_000);
    }
    expect([alarms(), recorder.last('meter/total')!.quality]).toEqual([[], 'stale']);
    driver.say({ 0: 5, 1: 101 });
    await pass(300);
    expect(recorder.qualities()).toEqual({ 'meter/flow': 'good', 'meter/total': 'good' });
    expect(history('meter/total')).toEqual(['good', 'stale', 'good']);
  });

  it('by the word of the driver is offline at once, and no value of it is forgotten when it is back', async () => {
    await start(device('door', { lock: null, contact: null }), device('meter', { flow: null }));
    driver.say({ 0: 1, 1: 1, 2: 5 });
    await pass(20_000);
    driver.sink.bad([0, 1], 'comm-loss');
    await pass(60_000);
    expect(history('door/lock')).toEqual(['good', 'comm-loss']);
    expect(alarms()).toEqual(['door/offline']);
    driver.say({ 0: 1 });
    await pass(FIRST_VALUE_MS + 300);
    expect(history('door/contact')).toEqual(['good', 'comm-loss', 'missing']);
    expect(recorder.last('meter/flow')!.quality).toBe('good');
  });
});

describe('parts and links', () => {
  it('a part answers through its equipment: its silence beside a speaking equipment is missing data', async () => {
    const part: TestEquipment = {
      id: 'panel-zone-1',
      parent: 'panel',
      points: [{ name: 'state', staleMs: null }],
    };
    await start(device('panel', { mains: null }), part);
    driver.say({ 0: 1 });
    await pass(FIRST_VALUE_MS + 300);
    expect(recorder.qualities()).toEqual({ 'panel/mains': 'good', 'panel-zone-1/state': 'missing' });
  });

  it('nothing grows old while the link is down, and everything is awaited anew afterwards', async () => {
    await start(device('meter', { flow: 2_000, total: null }));
    driver.say({ 0: 5, 1: 100 });
    driver.outcome = () => 'refuse';
    driver.sink.lost('gone');
    await pass(60_000);
    expect(history('meter/flow')).toEqual(['good', 'comm-loss']);
    expect(alarms()).toEqual(['meter/offline']);
    driver.outcome = () => 'connect';
    await pass(2_000);
    expect([recorder.status('link').state, alarms()]).toEqual(['online', ['meter/offline']]);
    driver.say({ 0: 5 });
    await pass(1_900);
    driver.say({ 0: 5, 1: 100 });
    await pass(300);
    expect([alarms(), recorder.qualities()]).toEqual([[], { 'meter/flow': 'good', 'meter/total': 'good' }]);
  });

  it('a link that never connects takes its devices offline after the grace', async () => {
    driver.outcome = () => 'refuse';
    await start(device('door', { lock: null }));
    await pass(LIMITS.bootGraceMs);
    expect(alarms()).toEqual([]);
    await pass(5_300);
    expect(alarms()).toEqual(['door/offline']);
  });

  it('a step of the wall clock makes nothing stale', async () => {
    await start(device('meter', { flow: 2_000 }));
    driver.say({ 0: 5 });
    vi.setSystemTime(Date.now() + 86_400_000);
    await pass(1_500);
    expect(history('meter/flow')).toEqual(['good']);
  });
});
