/**
 * B10: RS-485 realities: unsolicited broadcast frames cut the link (Neuron #2148), CRC errors (FUXA #1249), a queue per unit
 * instead of per bus (node-red-modbus #206, #125), two links behind one serial server fight (FUXA #1343), a renumbered
 * ttyUSB (EdgeX device-modbus-go #636).
 */
import { realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { loadSite } from '../../src/config/load.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { rtu } from '../drivers/modbus/line/support.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import { type SerialPair, startSerialPair } from '../support/serial-pair.ts';
import { createTemporaryDirectory, temporaryDirectory } from '../support/temp.ts';
import {
  BACK_OFF_MS,
  type Defer,
  findFalseReadings,
  pointsOf,
  range,
  SLACK_MS,
  slackSince,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { toAsked } from './frames.ts';
import { findOverlaps, startTap } from './tap.ts';

const CYCLE_MS = 100;
const UNITS = range(4, 1);
const RIG_UNITS = UNITS.map((unit) => ({ unit, holding: 8 }));
const DEVICES = UNITS.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: CYCLE_MS }));
const ALL_GOOD = new Set(['good']);

/** Frames to all units and of strangers, as they pass on a bus that others use too. */
const STRANGERS = [
  rtu('00 06 0001 0003'),
  rtu('00 10 0000 0001 02 07E8'),
  rtu('F7 03 04 DEAD BEEF'),
  Buffer.from('FF', 'hex'),
];

describe('B10 a bus with strangers on it', () => {
  test.concurrent('200 unsolicited broadcasts between the frames cut neither the link nor an answer (Neuron #2148)', async ({
    expect,
    onTestFinished,
  }) => {
    const random = createRandom(testSeed());
    const rig = await startRig(onTestFinished, { framing: 'rtu', units: RIG_UNITS });
    const tap = await startTap(onTestFinished, rig.port);
    const seen = startAcquisition(onTestFinished, [toLink(tap.port, { framing: 'rtu' })], DEVICES);
    await untilGood(seen, pointsOf(seen, 'unit-4'));
    for (let sent = 0; sent < 200; ) {
      await delay(randomInteger(random, 5, 30));
      const frame = STRANGERS[randomInteger(random, 0, STRANGERS.length - 1)] ?? Buffer.alloc(0);
      if (tap.inject(frame)) sent++;
    }
    expect(tap.connections()).toBe(1);
    expect(seen.history()).toEqual(['link connecting', 'link online']);
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(ALL_GOOD);
    expect(seen.counter('link', 'unsolicited') + seen.counter('link', 'wrong_unit')).toBeGreaterThan(100);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });

  test.concurrent.for(['mbap', 'rtu', 'ascii'] as const)(
    'a foreign frame before and behind every answer is never taken for it: %s',
    async (framing, { expect, onTestFinished }) => {
      const rig = await startRig(onTestFinished, { framing, units: RIG_UNITS });
      rig.setFault(null, { kind: 'unsolicited', position: 'both' });
      const seen = startAcquisition(onTestFinished, [toLink(rig.port, { framing })], DEVICES);
      await until(() => rig.log('unsolicited').length >= 60, {
        timeoutMs: 45_000,
        what: '60 foreign frames',
      });
      expect(rig.counters()).toMatchObject({ connectionsMade: 1 });
      expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(ALL_GOOD);
      expect(seen.seen.filter(({ value }) => value === 0xdead)).toEqual([]);
      expect(findFalseReadings(seen, rig)).toEqual([]);
    },
  );

  test.concurrent('a CRC error costs one request: it is asked again at once, and no reading is lost (FUXA #1249)', async ({
    expect,
    onTestFinished,
  }) => {
    const cycleMs = 500;
    const rig = await startRig(onTestFinished, { framing: 'rtu', units: RIG_UNITS });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port, { framing: 'rtu', timeoutMs: 200 })],
      UNITS.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: cycleMs })),
    );
    await untilGood(seen, pointsOf(seen, 'unit-4'));
    rig.setFault(2, { kind: 'crc', every: 2 });
    const fromMs = Date.now();
    await until(() => rig.log('crc').length >= 6, { timeoutMs: 45_000, what: 'six spoilt answers' });
    await until(() => Date.now() > fromMs + 8 * cycleMs, { timeoutMs: 15_000, what: 'eight cycles' });
    const isHeard = () => seen.counter('link', 'crc_errors') === rig.log('crc').length;
    await until(isHeard, { timeoutMs: 15_000, what: 'the last spoilt answer to be noticed' });
    const asked = toAsked(rig.log(), 'rtu').filter(({ atMs }) => atMs > fromMs);
    const of = (unit: number) => asked.filter((each) => each.unit === unit).length;
    const spoilt = rig.log('crc').length;
    expect(Math.abs(of(2) - spoilt - of(1))).toBeLessThanOrEqual(1 + SLACK_MS / 750);
    expect(seen.counter('link', 'crc_errors')).toBe(spoilt);
    expect(seen.counter('link', 'reconnects')).toBe(0);
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(ALL_GOOD);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });

  test.concurrent('a silent unit whose requests look alike costs the others neither the connection nor a reading', async ({
    expect,
    onTestFinished,
  }) => {
    const rig = await startRig(onTestFinished, {
      framing: 'rtu',
      units: UNITS.map((unit) => ({ unit, holding: 200 })),
    });
    const habits = { addresses: [0, 150], pollMs: 200 };
    const live = [1, 2, 3].map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: 1_500 }));
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port, { framing: 'rtu', timeoutMs: 100 })],
      [...live, toDevice('unit-4', { unit: 4, ...habits })],
    );
    await untilGood(seen, pointsOf(seen, 'unit-4'));
    rig.setFault(4, { kind: 'silent' });
    const silent = () => toAsked(rig.log('silent'), 'rtu');
    await until(() => silent().length >= 25, { timeoutMs: 45_000, what: '25 questions to the silent unit' });
    expect(new Set(silent().map(({ address }) => address)).size).toBe(2);
    expect(seen.counter('link', 'reconnects')).toBe(0);
    for (const unit of ['unit-1', 'unit-2', 'unit-3'])
      for (const id of pointsOf(seen, unit))
        expect(new Set(seen.of(id).map(({ quality }) => quality)), id).toEqual(ALL_GOOD);
    rig.clearFaults(4);
    const backMs = Date.now();
    const goodMs = await untilGood(seen, pointsOf(seen, 'unit-4'), { afterMs: backMs });
    expect(goodMs - backMs).toBeLessThanOrEqual(2 * 200 + 100 + slackSince(backMs));
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });

  test.concurrent.for(['mbap', 'rtu'] as const)(
    'there is one queue for the bus, not one per unit: %s (node-red-modbus #206, #125)',
    async (framing, { expect, onTestFinished }) => {
      const rig = await startRig(onTestFinished, { framing, units: RIG_UNITS });
      rig.setFault(null, { kind: 'slow', ms: 15 });
      const tap = await startTap(onTestFinished, rig.port);
      const seen = startAcquisition(onTestFinished, [toLink(tap.port, { framing })], DEVICES);
      await until(() => tap.passed.length >= 120, {
        timeoutMs: 45_000,
        what: '60 requests with their answers',
      });
      expect(findOverlaps(tap.passed)).toEqual([]);
      const asked = toAsked(rig.log(), framing);
      for (const unit of UNITS) expect(asked.filter((each) => each.unit === unit).length).toBeGreaterThan(10);
      expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(ALL_GOOD);
    },
  );
});

describe('B10 two links that end at one serial server (FUXA #1343)', () => {
  const ONE_LINK = 'an endpoint of its own (equipment on one bus shares one link)';
  const NAME = { zh: '试验', en: 'Trial' };
  const link = (id: string, more: object) => ({ id, name: NAME, protocol: 'modbus', ...more });

  function check(links: readonly object[]): string {
    const path = join(temporaryDirectory(), 'site.yaml');
    const site = { id: 'trial', name: NAME, timeZone: 'Asia/Shanghai' };
    writeFileSync(path, JSON.stringify({ version: 1, site, locations: [{ id: 'room', name: NAME }], links }));
    try {
      loadSite(path, { catalog: CATALOG, env: {}, epoch: 1 });
      return 'sound';
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.problems.map((problem) => problem.expected).join('; ');
    }
  }

  const server = (id: string, host: string, port: number) =>
    link(id, { host, port, framing: 'rtu', transport: 'tcp' });
  const serial = (id: string, device: string) => link(id, { transport: 'serial', device });

  test('are refused by check, whatever the case of the name', () => {
    expect(check([server('bus-1', 'nport-1', 4_001), server('bus-2', 'nport-1', 4_002)])).toBe('sound');
    expect(check([server('bus-1', 'nport-1', 4_001), server('bus-2', 'NPort-1', 4_001)])).toBe(ONE_LINK);
  });

  test('are refused when the second is the backup of the first', () => {
    const first = link('bus-1', { host: 'nport-1', backup: { host: 'nport-2' } });
    expect(check([first, link('bus-2', { host: 'nport-2' })])).toBe(ONE_LINK);
  });

  test('are refused on one serial port', () => {
    expect(check([serial('bus-1', '/dev/ttyS0'), serial('bus-2', '/dev/ttyS1')])).toBe('sound');
    expect(check([serial('bus-1', '/dev/ttyS0'), serial('bus-2', '/dev/ttyS0')])).toBe(ONE_LINK);
  });
});

describeWithTools(['socat'], 'B10 a serial adapter', (socat) => {
  async function plugIn(defer: Defer): Promise<{ pair: SerialPair; byId: string; other: string }> {
    const directory = createTemporaryDirectory();
    defer(() => directory.remove());
    const pair = await startSerialPair(socat, directory.path);
    defer(async () => {
      await pair[Symbol.asyncDispose]();
    });
    const [byId, other] = ['usb-adapter-by-id', 'ttyUSB0'].map((name) => join(directory.path, name)) as [
      string,
      string,
    ];
    for (const name of [byId, other]) symlinkSync(pair.near, name);
    return { pair, byId, other };
  }

  const serial = (device: string, id = 'link') =>
    toLink(0, { transport: 'serial', device, timeoutMs: 200, baudRate: 19_200 }, id);

  test('that comes back under another number is found again by its name (EdgeX device-modbus-go #636)', async ({
    onTestFinished,
  }) => {
    const { pair, byId } = await plugIn(onTestFinished);
    const plugDevice = () =>
      startRig(onTestFinished, { transport: 'serial', path: pair.far, units: RIG_UNITS });
    const before = await plugDevice();
    const seen = startAcquisition(onTestFinished, [serial(byId)], DEVICES);
    const points = pointsOf(seen, 'unit-1');
    await untilGood(seen, points);
    const oldNumber = realpathSync(byId);
    // The device's own end is closed first: only the gateway's adapter is on trial.
    await before.close();
    await pair.unplug();
    await until(() => seen.status('link').reason === `${byId} is not there: is the adapter plugged in?`, {
      timeoutMs: 15_000,
      what: 'the loss in plain words',
    });
    expect(seen.last('unit-1/p0')?.quality).toBe('comm-loss');
    await pair.plug();
    expect(realpathSync(byId)).not.toBe(oldNumber);
    const after = await plugDevice();
    const thereMs = Date.now();
    const backMs = await untilGood(seen, points, { afterMs: thereMs });
    // Its own time-outs and the longest pause of a young outage.
    expect(backMs - thereMs).toBeLessThanOrEqual(4 * 200 + BACK_OFF_MS + CYCLE_MS + slackSince(thereMs));
    const readings = { ...seen, seen: seen.seen.filter(({ receivedMs }) => receivedMs > thereMs) };
    expect(findFalseReadings(readings, after)).toEqual([]);
  });

  test('under two names is used by one link only; the other says why, and spoils nothing (FUXA #1343)', async ({
    onTestFinished,
  }) => {
    const { pair, byId, other } = await plugIn(onTestFinished);
    const rig = await startRig(onTestFinished, { transport: 'serial', path: pair.far, units: RIG_UNITS });
    const seen = startAcquisition(
      onTestFinished,
      [serial(byId, 'first'), serial(other, 'second')],
      [
        toDevice('mine', { unit: 1, link: 'first', pollMs: CYCLE_MS }),
        toDevice('theirs', { unit: 2, link: 'second', pollMs: CYCLE_MS }),
      ],
    );
    await until(() => seen.of('mine/p0').length >= 20, { timeoutMs: 15_000, what: '20 cycles of the first' });
    await until(() => seen.status('second').state === 'offline', { timeoutMs: 15_000, what: 'the refusal' });
    expect(seen.status('second')).toMatchObject({
      state: 'offline',
      reason: `${other} is used by another program`,
    });
    expect(new Set(seen.of('mine/p0').map(({ quality }) => quality))).toEqual(ALL_GOOD);
    expect(toAsked(rig.log(), 'rtu').filter(({ unit }) => unit !== 1)).toEqual([]);
    expect(findFalseReadings(seen, rig, { link: 'first' })).toEqual([]);
  });
});
