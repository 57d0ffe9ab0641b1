/**
 * B1: polling dies for good after a drop; only a restart helps (FUXA #532, #1161; ThingsBoard gateway #1592, #829, #352;
 * Home Assistant #115040; ioBroker.modbus #594, #150, #289).
 *
 * A connection is dropped in every way that a wire knows. The bound, counted from when the wire is whole again:
 * noticing (silence only: a cycle and three time-outs) + the longest pause of a young outage + a cycle.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { describe, test } from 'vitest';
import type { ModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import type { Wire } from '../support/wire.ts';
import {
  BACK_OFF_MS,
  type Defer,
  findFalseReadings,
  layWire,
  pointsOf,
  slackSince,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { gapsOf, median, toAsked } from './frames.ts';
import { watchSockets } from './sockets.ts';

const CYCLE_MS = 250;
const TIMEOUT_MS = 300;
const BOUND_MS = CYCLE_MS + 3 * TIMEOUT_MS + BACK_OFF_MS + CYCLE_MS;
const LINK_OPTIONS = { timeoutMs: TIMEOUT_MS, connectTimeoutMs: 500 };
const UNITS = [{ unit: 1, holding: 10 }];

interface Line {
  readonly rig: ModbusRig;
  readonly wire: Wire;
}

/** Does it, and resolves when the wire is whole again. @param forMs where it lasts */
type Drop = (line: Line, forMs: number) => Promise<void>;

async function untilStruck({ rig }: Line): Promise<void> {
  await until(() => rig.faults().length === 0, {
    timeoutMs: 30_000,
    what: 'the fault to be over',
    intervalMs: 5,
  });
}

const DROPS: Readonly<Record<string, Drop>> = {
  'closed by the device (FIN)': async (line) => {
    line.rig.setFault(null, { kind: 'refuse', times: 1 });
    await untilStruck(line);
  },
  'reset, and the device there again at once': async ({ wire }) => {
    wire.cut();
    wire.restore();
  },
  'reset in place of an answer': async (line) => {
    line.rig.setFault(1, { kind: 'reset', times: 1 });
    await untilStruck(line);
  },
  'refused for a while': async ({ wire }, forMs) => {
    wire.cut();
    await delay(forMs);
    wire.restore();
  },
  'mute for a while': async ({ wire }, forMs) => {
    wire.mute();
    await delay(forMs);
    wire.restore();
  },
  'half-open: the device has forgotten it and says nothing': async (line) => {
    line.rig.setFault(null, { kind: 'half-open', times: 1 });
    await untilStruck(line);
  },
  'accepted and closed at once, three times': async (line) => {
    line.rig.setFault(null, { kind: 'refuse', times: 4 });
    await untilStruck(line);
  },
  'torn in the middle of an answer': async (line) => {
    line.rig.setFault(1, { kind: 'truncated', times: 1 });
    await untilStruck(line);
  },
};

async function lay(defer: Defer): Promise<Line> {
  const rig = await startRig(defer, { units: UNITS });
  return { rig, wire: await layWire(defer, rig) };
}

describe('B1 polling goes on by itself after a drop', () => {
  test.concurrent.for(Object.keys(DROPS))('%s', async (name, { expect, onTestFinished }) => {
    const line = await lay(onTestFinished);
    const sockets = watchSockets(onTestFinished, line.wire.port);
    const seen = startAcquisition(
      onTestFinished,
      [toLink(line.wire.port, LINK_OPTIONS)],
      [toDevice('pump', { pollMs: CYCLE_MS })],
    );
    await untilGood(seen, pointsOf(seen, 'pump'));
    await DROPS[name]?.(line, 700);
    const wholeMs = Date.now();
    const backMs = await untilGood(seen, pointsOf(seen, 'pump'), { afterMs: wholeMs });
    expect(backMs - wholeMs).toBeLessThanOrEqual(BOUND_MS + slackSince(wholeMs));
    // It stays: the next cycles come in their time, on one connection.
    const before = toAsked(line.rig.log()).length;
    await until(() => toAsked(line.rig.log()).length >= before + 6, {
      timeoutMs: 15_000,
      what: 'six more polls',
    });
    const gaps = gapsOf(toAsked(line.rig.log()).slice(before));
    expect(Math.abs(median(gaps) - CYCLE_MS)).toBeLessThanOrEqual(CYCLE_MS / 5);
    expect(sockets.open()).toBe(1);
    expect(sockets.most()).toBe(1);
    expect(seen.status('link')).toMatchObject({ state: 'online' });
    expect(findFalseReadings(seen, line.rig)).toEqual([]);
  });
});

test.concurrent('B1 reconnect faster than the disconnect was noticed: the device restarts between two polls (FUXA #532)', async ({
  expect,
  onTestFinished,
}) => {
  const port = await freePort();
  let rig = await startRig(onTestFinished, { units: UNITS, port });
  const seen = startAcquisition(
    onTestFinished,
    [toLink(port, LINK_OPTIONS)],
    [toDevice('pump', { pollMs: CYCLE_MS })],
  );
  const points = pointsOf(seen, 'pump');
  await untilGood(seen, points);
  for (let restart = 0; restart < 3; restart++) {
    await rig.close();
    rig = await startRig(onTestFinished, { units: UNITS, port });
    const thereMs = Date.now();
    const backMs = await untilGood(seen, points, { afterMs: thereMs });
    expect(backMs - thereMs).toBeLessThanOrEqual(BOUND_MS + slackSince(thereMs));
    expect(toAsked(rig.log()).length).toBeGreaterThan(0);
  }
});

test.concurrent('B1 a device with one place still holds the dead connection: polling resumes when it lets go (ThingsBoard gateway #1592)', async ({
  expect,
  onTestFinished,
}) => {
  const rig = await startRig(onTestFinished, { units: UNITS });
  const seen = startAcquisition(
    onTestFinished,
    [toLink(rig.port, LINK_OPTIONS)],
    [toDevice('pump', { pollMs: CYCLE_MS })],
  );
  const points = pointsOf(seen, 'pump');
  await untilGood(seen, points);
  rig.setFault(null, { kind: 'connection-limit', n: 1 });
  rig.setFault(null, { kind: 'half-open', times: 1 });
  await until(() => rig.log('connection-limit').length >= 3, {
    timeoutMs: 30_000,
    what: 'three attempts that the device turns away',
  });
  expect(seen.status('link').state).toBe('offline');
  expect(Object.values(seen.qualities())).toEqual(['comm-loss', 'comm-loss']);
  // The device's own time-out: what is left of the old connection goes.
  rig.clearFaults(null, 'half-open');
  const freeMs = Date.now();
  expect((await untilGood(seen, points, { afterMs: freeMs })) - freeMs).toBeLessThanOrEqual(
    BOUND_MS + slackSince(freeMs),
  );
  expect(findFalseReadings(seen, rig)).toEqual([]);
});

const LINKS = 40;
const DROPS_PER_LINK = 5;

test.concurrent('B1 200 random drops on 40 links, some of them while the link is still coming back: every link polls on', async ({
  expect,
  onTestFinished,
}) => {
  const seed = testSeed();
  const lines = await Promise.all(Array.from({ length: LINKS }, () => lay(onTestFinished)));
  const watches = lines.map(({ wire }) => watchSockets(onTestFinished, wire.port));
  const ids = lines.map((_, at) => `line-${at}`);
  const seen = startAcquisition(
    onTestFinished,
    lines.map(({ wire }, at) => toLink(wire.port, LINK_OPTIONS, ids[at])),
    ids.map((link) => toDevice(`at-${link}`, { link, pollMs: CYCLE_MS })),
  );
  const slow: string[] = [];
  const suffer = async (line: Line, at: number): Promise<number> => {
    const random = createRandom(seed + at);
    const points = pointsOf(seen, `at-${ids[at]}`);
    await untilGood(seen, points);
    for (let drop = 0; drop < DROPS_PER_LINK; drop++) {
      const names = Object.keys(DROPS);
      const name = names[randomInteger(random, 0, names.length - 1)] ?? '';
      const forMs = randomInteger(random, 10, 600);
      await DROPS[name]?.(line, forMs);
      const wholeMs = Date.now();
      // One in three is dropped again while it is on its way back.
      if (drop < DROPS_PER_LINK - 1 && random() < 1 / 3) continue;
      const tookMs = (await untilGood(seen, points, { afterMs: wholeMs })) - wholeMs;
      if (tookMs > BOUND_MS + slackSince(wholeMs))
        slow.push(`line ${at}, drop ${drop} (${name}, ${forMs} ms): ${tookMs} ms`);
    }
    return DROPS_PER_LINK;
  };
  const drops = await Promise.all(lines.map(suffer));
  expect(drops.reduce((sum, each) => sum + each, 0)).toBe(200);
  expect(slow).toEqual([]);
  for (const [at, { rig }] of lines.entries()) {
    expect(watches[at]?.most(), `connections of line ${at} at once`).toBe(1);
    expect(findFalseReadings(seen, rig, { link: ids[at] ?? '' })).toEqual([]);
  }
  expect(ids.map((id) => seen.status(id).state)).toEqual(ids.map(() => 'online'));
}, 400_000);
