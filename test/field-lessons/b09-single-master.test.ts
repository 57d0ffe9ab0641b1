/**
 * B9: single-master devices: the connection is held and others starve (Telegraf #8225), a pause after connecting is needed
 * (Telegraf #11919), a pause between requests on serial (Telegraf #9253).
 */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'vitest';
import type { ModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { startSerialPair } from '../support/serial-pair.ts';
import { createTemporaryDirectory } from '../support/temp.ts';
import {
  type Defer,
  findFalseReadings,
  layWire,
  pointsOf,
  range,
  SLACK_MS,
  slackSince,
  stalls,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { gapsOf, toAsked } from './frames.ts';
import { watchSockets } from './sockets.ts';

const CYCLE_MS = 500;
const RELEASE_MS = 50;

/** A device that serves one master at a time. */
async function startSingle(defer: Defer): Promise<ModbusRig> {
  const rig = await startRig(defer, { units: [{ unit: 1, holding: 4 }] });
  rig.setFault(null, { kind: 'connection-limit', n: 1 });
  return rig;
}

/** Another program that wants a register now and then: connects, asks once, hangs up. @returns whether it was answered */
async function askOnce(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('error', () => socket.destroy());
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const answered = new Promise<boolean>((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
  socket.write(Buffer.from('000100000006010300000001', 'hex'));
  const isAnswered = await answered;
  socket.destroy();
  await closed;
  return isAnswered;
}

/** Tries for so long, and what this process stood still meanwhile; after success it has what it wants for half a cycle. */
async function beOtherMaster(port: number, forMs: number): Promise<number> {
  let answers = 0;
  const fromMs = Date.now();
  while (Date.now() < fromMs + forMs + stalls.within(fromMs)) {
    const isAnswered = await askOnce(port);
    if (isAnswered) answers++;
    await delay(isAnswered ? CYCLE_MS / 2 : 40);
  }
  return answers;
}

describe('B9 a device that serves one master at a time', () => {
  test.concurrent('is asked for all its units over one connection', async ({ expect, onTestFinished }) => {
    const units = range(8, 1);
    const rig = await startRig(onTestFinished, { units: units.map((unit) => ({ unit, holding: 4 })) });
    rig.setFault(null, { kind: 'connection-limit', n: 1 });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port)],
      units.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: 100 })),
    );
    await until(() => units.every((unit) => seen.of(`unit-${unit}/p0`).length >= 10), {
      timeoutMs: 15_000,
      what: 'ten cycles of all units',
    });
    expect(rig.log('connection-limit')).toEqual([]);
    expect(rig.counters()).toMatchObject({ connectionsMade: 1, connectionsRefused: 0 });
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['good']));
  });

  test.concurrent('is given back between polls, so that another master has its turn in every cycle (Telegraf #8225)', async ({
    expect,
    onTestFinished,
  }) => {
    const rig = await startSingle(onTestFinished);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port, { releaseAfterMs: RELEASE_MS })],
      [toDevice('chiller', { pollMs: CYCLE_MS })],
    );
    await untilGood(seen, pointsOf(seen, 'chiller'));
    const fromMs = Date.now();
    const answers = await beOtherMaster(rig.port, 8 * CYCLE_MS);
    expect(answers).toBeGreaterThanOrEqual(6);
    // Nor does the gateway miss anything: a cycle that met the other one is late, not lost.
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['good']));
    const own = seen.of('chiller/p0').filter(({ receivedMs }) => receivedMs > fromMs);
    expect(own.length).toBeGreaterThanOrEqual(7);
    expect(seen.history()).toEqual(['link connecting', 'link online']);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });

  test.concurrent('starves the other master when it is held: what the option is for', async ({
    expect,
    onTestFinished,
  }) => {
    const rig = await startSingle(onTestFinished);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port)],
      [toDevice('chiller', { pollMs: CYCLE_MS })],
    );
    await untilGood(seen, pointsOf(seen, 'chiller'));
    expect(await beOtherMaster(rig.port, 2 * CYCLE_MS)).toBe(0);
    expect(rig.log('connection-limit').length).toBeGreaterThan(3);
  });

  test.concurrent('is shared by two gateways that take turns', async ({ expect, onTestFinished }) => {
    const rig = await startSingle(onTestFinished);
    const gateways = range(2).map(() =>
      startAcquisition(
        onTestFinished,
        [toLink(rig.port, { releaseAfterMs: RELEASE_MS })],
        [toDevice('chiller', { pollMs: CYCLE_MS })],
      ),
    );
    for (const seen of gateways) await untilGood(seen, pointsOf(seen, 'chiller'));
    const fromMs = Date.now();
    const since = (at: number) =>
      gateways[at]?.of('chiller/p0').filter(({ receivedMs }) => receivedMs > fromMs) ?? [];
    const toMs = (): number => fromMs + 8 * CYCLE_MS + stalls.within(fromMs);
    await until(() => Date.now() > toMs(), { timeoutMs: 60_000, what: 'eight cycles' });
    for (const [at, seen] of gateways.entries()) {
      // Whom a busy machine keeps from its turn for a whole cycle says so; it is without data for no longer than that.
      const good = since(at).filter(({ quality }) => quality === 'good');
      const gaps = gapsOf(good.map(({ receivedMs }) => ({ atMs: receivedMs })));
      expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * CYCLE_MS + slackSince(fromMs));
      if (SLACK_MS < CYCLE_MS) expect(since(at).length).toBe(good.length);
      expect(since(at).length, `readings of gateway ${at}`).toBeGreaterThanOrEqual(6);
      expect(findFalseReadings(seen, rig)).toEqual([]);
    }
  });
});

describe('B9 pauses', () => {
  test.concurrent('after every connection nothing is asked for as long as the device needs (Telegraf #11919)', async ({
    expect,
    onTestFinished,
  }) => {
    const pauseMs = 300;
    const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 4 }] });
    const wire = await layWire(onTestFinished, rig);
    const sockets = watchSockets(onTestFinished, wire.port);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(wire.port, { pauseAfterConnectMs: pauseMs })],
      [toDevice('boiler', { pollMs: 100 })],
    );
    for (let round = 0; round < 3; round++) {
      await untilGood(seen, pointsOf(seen, 'boiler'), { afterMs: Date.now() });
      wire.cut();
      wire.restore();
    }
    await untilGood(seen, pointsOf(seen, 'boiler'), { afterMs: Date.now() + pauseMs });
    const asked = toAsked(rig.log());
    expect(sockets.connectedMs.length).toBeGreaterThanOrEqual(4);
    for (const connectedMs of sockets.connectedMs) {
      const first = asked.find(({ atMs }) => atMs > connectedMs);
      expect((first?.atMs ?? 0) - connectedMs).toBeGreaterThanOrEqual(pauseMs - 2);
    }
  });

  test.concurrent('between an answer and the next request there is the gap that the link declares', async ({
    expect,
    onTestFinished,
  }) => {
    const gapMs = 40;
    const units = range(3, 1);
    const rig = await startRig(onTestFinished, { units: units.map((unit) => ({ unit, holding: 4 })) });
    startAcquisition(
      onTestFinished,
      [toLink(rig.port, { gapMs })],
      units.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: 100 })),
    );
    await until(() => rig.log().length >= 30, { timeoutMs: 15_000, what: '30 requests' });
    expect(Math.min(...gapsOf(toAsked(rig.log())))).toBeGreaterThanOrEqual(gapMs - 2);
  });
});

describeWithTools(['socat'], 'B9 on a serial bus', (socat) => {
  test('there are 3.5 characters of silence before every request, however much is due (Telegraf #9253)', async ({
    expect,
    onTestFinished,
  }) => {
    const directory = createTemporaryDirectory();
    onTestFinished(() => directory.remove());
    const pair = await startSerialPair(socat, directory.path);
    onTestFinished(() => pair[Symbol.asyncDispose]().then(() => undefined));
    const units = range(3, 1);
    const serial = { baudRate: 1_200, parity: 'even', stopBits: 1 } as const;
    const rig = await startRig(onTestFinished, {
      transport: 'serial',
      path: pair.far,
      serial,
      units: units.map((unit) => ({ unit, holding: 4 })),
    });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(0, { transport: 'serial', device: pair.near, ...serial })],
      units.map((unit) => toDevice(`unit-${unit}`, { unit, pollMs: 100 })),
    );
    await until(() => rig.log().length >= 40, { timeoutMs: 30_000, what: '40 requests' });
    // 11 bits a character at 1,200 baud; the log counts whole milliseconds.
    const silenceMs = (3.5 * 11 * 1_000) / serial.baudRate;
    const gaps = gapsOf(toAsked(rig.log(), 'rtu'));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(Math.floor(silenceMs) - 1);
    // Nor is it much more than that: the bus is as busy as it may be.
    expect(gaps.filter((gap) => gap > silenceMs + 30 + SLACK_MS / 30).length).toBeLessThan(gaps.length / 2);
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['good']));
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });
});
