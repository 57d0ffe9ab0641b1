/** Connections that are given back between the polls: devices that serve one master at a time. */
import { afterEach, describe, expect, it } from 'vitest';
import { createTestModel } from '../support/model.ts';
import { createFakeDriver } from './fake-driver.ts';
import { device, gaps, useRig } from './rig.ts';
import { type Recorder, record } from './support.ts';

const rig = useRig();
const others: Recorder[] = [];

afterEach(async () => {
  await Promise.all(others.splice(0).map(({ acquisition }) => acquisition.stop()));
});

describe('a connection with nothing to do', () => {
  it('is given back after its time, and opened again in time for the next poll', async () => {
    rig.driver.releaseMs = 200;
    rig.driver.latencyMs = 20;
    rig.start(device('pump', 1));
    await rig.pass(1_010);
    for (let cycle = 0; cycle < 5; cycle++) {
      await rig.pass(50);
      expect(rig.driver.openNow).toBe(1);
      await rig.pass(450);
      expect(rig.driver.openNow).toBe(0);
      await rig.pass(500);
    }
    expect(
      gaps(rig.readsOf('pump'))
        .slice(1)
        .every((gap) => gap === 1_000),
    ).toBe(true);
    expect(rig.recorder.seen.every(({ quality }) => quality === 'good')).toBe(true);
    expect(rig.recorder.history()).toEqual(['link connecting', 'link online']);
    expect(rig.recorder.status('link').counters).toMatchObject({ reconnects: 0, stale_readings: 0 });
    expect(rig.recorder.counter('link', 'releases')).toBeGreaterThanOrEqual(5);
  });

  it('is held when the next poll comes too soon, and when the driver does not ask for it', async () => {
    rig.driver.releaseMs = 200;
    rig.start(device('pump', 1, 1, 240));
    await rig.pass(5_000);
    expect(rig.recorder.counter('link', 'releases')).toBe(0);
    expect(rig.driver.connects).toHaveLength(1);
  });

  it('is opened at once for a command, which is then carried out', async () => {
    rig.driver.releaseMs = 100;
    rig.start(device('pump', 1, 1, 60_000));
    await rig.pass(5_000);
    expect(rig.driver.openNow).toBe(0);
    const write = rig.recorder.acquisition.write(0, 7);
    await rig.pass(50);
    await write;
    expect(rig.driver.writes).toHaveLength(1);
    await rig.pass(500);
    expect(rig.driver.openNow).toBe(0);
    expect(rig.driver.reads).toHaveLength(1);
  });

  it('that cannot be opened again is tried for a cycle, and lost after that', async () => {
    rig.driver.releaseMs = 100;
    rig.start(device('pump', 1));
    await rig.pass(1_500);
    rig.driver.canConnect = () => false;
    await rig.pass(1_400);
    expect(rig.recorder.status('link').state).toBe('online');
    await rig.pass(1_500);
    expect(rig.recorder.status('link')).toMatchObject({ state: 'offline' });
    expect(rig.recorder.last('pump/p0')!.quality).toBe('comm-loss');
    rig.driver.canConnect = () => true;
    await rig.pass(3_000);
    expect(rig.recorder.qualities()).toEqual({ 'pump/p0': 'good' });
    const releases = rig.recorder.counter('link', 'releases');
    await rig.pass(3_000);
    expect(rig.recorder.counter('link', 'releases')).toBeGreaterThan(releases);
  });

  it('that is lost while it is held is a loss like any other', async () => {
    rig.driver.releaseMs = 400;
    rig.start(device('pump', 1));
    await rig.pass(1_200);
    expect(rig.driver.openNow).toBe(1);
    rig.driver.drop('connection reset');
    await rig.pass(10);
    expect(rig.recorder.status('link')).toMatchObject({ state: 'offline', reason: 'connection reset' });
  });
});

it('two gateways share a device that serves one connection, and neither is ever without data', async () => {
  const two = [rig.driver, createFakeDriver()];
  for (const driver of two) {
    driver.releaseMs = 100;
    driver.canConnect = () => two.every((other) => other === driver || other.openNow === 0);
  }
  const first = rig.start(device('pump', 1));
  const second = record(createTestModel({ equipment: [device('pump', 1)] }), two[1]!);
  others.push(second);
  await rig.pass(330);
  second.acquisition.start();
  await rig.pass(120_000);
  for (const seen of [first, second]) {
    expect(seen.of('pump/p0').length).toBeGreaterThan(100);
    expect(
      seen
        .of('pump/p0')
        .slice(1)
        .every(({ quality }) => quality === 'good'),
    ).toBe(true);
    expect(seen.counter('link', 'releases')).toBeGreaterThan(100);
    expect(seen.counter('link', 'reconnects')).toBeLessThanOrEqual(1);
  }
});
