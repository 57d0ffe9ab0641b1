/**
 * B4: two poll chains after a reconnect, which together cause more time-outs (ioBroker.modbus #595). The invariant: one poll
 * loop per link, ever. Seen from both sides: the gateway's sockets, and how often the simulator was really asked.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'vitest';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import {
  findFalseReadings,
  layWire,
  pointsOf,
  quietSpan,
  SLACK_MS,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { type Asked, toAsked } from './frames.ts';
import { watchSockets } from './sockets.ts';

const CYCLE_MS = 100;
const UNITS = [1, 2, 3];
/** Requests of the plan: each unit's holding registers and coils. */
const PLANNED = 2 * UNITS.length;
const WINDOW_CYCLES = 20;

const RIG = { units: UNITS.map((unit) => ({ unit, holding: 4, coils: 4 })) };
const DEVICES = UNITS.flatMap((unit) => [
  toDevice(`registers-${unit}`, { unit, pollMs: CYCLE_MS }),
  toDevice(`bits-${unit}`, { unit, pollMs: CYCLE_MS, table: 'coil' }),
]);

/** How often each request was asked. Key: unit, function, address. */
function tally(asked: readonly Asked[]): ReadonlyMap<string, number> {
  const groups = Map.groupBy(
    asked,
    ({ unit, functionCode, address }) => `${unit} ${functionCode} ${address}`,
  );
  return new Map([...groups].map(([key, each]) => [key, each.length]));
}

describe('B4 never two poll chains', () => {
  test.concurrent('after 60 losses that overlap, each request is asked once a cycle and no more (ioBroker.modbus #595)', async ({
    expect,
    onTestFinished,
  }) => {
    const random = createRandom(testSeed());
    const rig = await startRig(onTestFinished, RIG);
    const wire = await layWire(onTestFinished, rig);
    const sockets = watchSockets(onTestFinished, wire.port);
    const seen = startAcquisition(onTestFinished, [toLink(wire.port, { timeoutMs: 150 })], DEVICES);
    const points = seen.model.points.map(({ id }) => id);
    const startMs = Date.now();
    await untilGood(seen, points);
    for (let loss = 0; loss < 60; loss++) {
      const kind = randomInteger(random, 0, 3);
      if (kind === 0) wire.mute();
      else if (kind === 1) rig.setFault(null, { kind: 'half-open', times: 1 });
      else if (kind === 2) rig.setFault(1, { kind: 'reset', times: 1 });
      else wire.cut();
      await delay(randomInteger(random, 0, 120));
      wire.restore();
    }
    rig.clearFaults();
    const wholeMs = Date.now();
    await untilGood(seen, points, { afterMs: wholeMs });
    const settledMs = await quietSpan(WINDOW_CYCLES * CYCLE_MS);
    const endMs = settledMs + WINDOW_CYCLES * CYCLE_MS;
    const asked = toAsked(rig.log());
    const counts = tally(asked.filter(({ atMs }) => atMs >= settledMs && atMs < endMs));
    expect(counts.size).toBe(PLANNED);
    for (const [request, count] of counts) {
      expect(count, request).toBeLessThanOrEqual(WINDOW_CYCLES + 1);
      expect(count, request).toBeGreaterThanOrEqual(WINDOW_CYCLES / 2);
    }
    // From the beginning: once a cycle, and once more for each connection.
    const most = PLANNED * (Math.ceil((Date.now() - startMs) / CYCLE_MS) + sockets.connectedMs.length + 1);
    expect(asked.length).toBeLessThanOrEqual(most);
    expect(sockets.connectedMs.length).toBeGreaterThanOrEqual(3);
    expect(sockets.most()).toBe(1);
    expect(sockets.open()).toBe(1);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });

  test.concurrent('when the connection is given back and opened again every cycle, and lost in between', async ({
    expect,
    onTestFinished,
  }) => {
    const cycleMs = 300;
    const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 4 }] });
    const wire = await layWire(onTestFinished, rig);
    const sockets = watchSockets(onTestFinished, wire.port);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(wire.port, { timeoutMs: 150, releaseAfterMs: 20 })],
      [toDevice('pump', { pollMs: cycleMs })],
    );
    await untilGood(seen, pointsOf(seen, 'pump'));
    const random = createRandom(testSeed());
    for (let loss = 0; loss < 8; loss++) {
      await delay(randomInteger(random, 0, cycleMs));
      wire.cut();
      await delay(randomInteger(random, 0, 60));
      wire.restore();
    }
    const wholeMs = Date.now();
    await untilGood(seen, pointsOf(seen, 'pump'), { afterMs: wholeMs });
    const backMs = await quietSpan(10 * cycleMs);
    const asked = toAsked(rig.log()).filter(({ atMs }) => atMs > backMs && atMs <= backMs + 10 * cycleMs);
    expect(asked.length).toBeLessThanOrEqual(11);
    expect(asked.length).toBeGreaterThanOrEqual(9 - SLACK_MS / 500);
    expect(seen.counter('link', 'releases')).toBeGreaterThanOrEqual(8);
    expect(sockets.most()).toBe(1);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });
});
