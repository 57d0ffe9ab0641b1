/**
 * B7: devices that take fewer than 125 registers, or need holes avoided (Telegraf #16873; FUXA #191 "expected 263 got 7",
 * #1670: the 7th consecutive tag fails). Limits that the profile states are kept from the first request on; what it does
 * not state is learned by asking in smaller pieces, and the point to blame is named.
 */
import { describe, test } from 'vitest';
import type { WireFault } from '../../simulators/modbus/wire-faults.ts';
import { answer, answerAddresses, startFakeServer } from '../drivers/modbus/fake-server.ts';
import { until } from '../support/poll.ts';
import {
  findFalseReadings,
  pointsOf,
  quietSpan,
  range,
  slackSince,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { toAsked } from './frames.ts';

const CYCLE_MS = 250;
/** Everything that can be read is good so many cycles after the start. */
const LEARNING_CYCLES = 6;

const hole = (from: number, to = from): WireFault => ({ kind: 'holes', table: 'holding', from, to });

interface Habit {
  readonly fault: WireFault;
  readonly addresses: readonly number[];
  /** Most requests of one cycle when it has been learned. */
  readonly mostRequests: number;
  /** Addresses that the device does not have. */
  readonly refused: readonly number[];
}

const HABITS: Readonly<Record<string, Habit>> = {
  'takes 16 registers at once (Telegraf #16873)': {
    fault: { kind: 'max-registers', n: 16 },
    addresses: range(100),
    mostRequests: 8,
    refused: [],
  },
  'takes 6 registers at once: the 7th consecutive tag fails (FUXA #1670)': {
    fault: { kind: 'max-registers', n: 6 },
    addresses: range(12),
    mostRequests: 2,
    refused: [],
  },
  'takes a single register at once': {
    fault: { kind: 'max-registers', n: 1 },
    addresses: range(20),
    mostRequests: 20,
    refused: [],
  },
  'refuses a hole that was read along': {
    fault: hole(20, 22),
    addresses: [...range(20), ...range(20, 23)],
    mostRequests: 2,
    refused: [],
  },
  'does not have one of a hundred points': {
    fault: hole(41),
    addresses: range(100),
    mostRequests: 4,
    refused: [41],
  },
  'does not have its first and its last point': {
    fault: hole(0),
    addresses: range(60),
    mostRequests: 4,
    refused: [0],
  },
};

describe('B7 the gateway learns what the profile did not say: the device', () => {
  test.concurrent.for(Object.keys(HABITS))('%s', async (name, { expect, onTestFinished }) => {
    const { fault, addresses, mostRequests, refused } = HABITS[name] as Habit;
    const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 120 }], ledgerSize: 60 });
    rig.setFault(1, fault);
    const startMs = Date.now();
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port)],
      [toDevice('meter', { addresses, pollMs: CYCLE_MS })],
    );
    const names = new Set(refused.map((address) => `meter/p${address}`));
    const sound = pointsOf(seen, 'meter').filter((id) => !names.has(id));
    const learnedMs = (await untilGood(seen, sound)) - startMs;
    expect(learnedMs).toBeLessThanOrEqual(LEARNING_CYCLES * CYCLE_MS + slackSince(startMs));
    // The refused ones: bad by name, never a value; the log names each once.
    await until(() => [...names].every((id) => seen.last(id)?.quality === 'device-error'), {
      timeoutMs: 15_000,
      what: 'the refused points to be named',
    });
    const named = seen.logged.filter((line) => line.startsWith('warn the device refuses'));
    expect(named).toEqual(refused.map((address) => `warn the device refuses unit 1 holding ${address}`));
    // Settled: few requests, and none that is refused but for the point to blame, asked ever more rarely.
    const settledMs = (await quietSpan(6 * CYCLE_MS)) + CYCLE_MS;
    const later = toAsked(rig.log()).filter(
      ({ atMs }) => atMs >= settledMs && atMs < settledMs + 5 * CYCLE_MS,
    );
    const accepted = later.filter(({ exceptionCode }) => exceptionCode === null);
    expect(accepted.length / 5).toBeLessThanOrEqual(mostRequests + 0.5);
    expect(later.filter((each) => each.exceptionCode !== null && !refused.includes(each.address))).toEqual(
      [],
    );
    const qualities = seen.qualities();
    expect(sound.filter((id) => qualities[id] !== 'good')).toEqual([]);
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });
});

describe('B7 what the profile says is kept from the first request on', () => {
  test.concurrent.for([
    { what: 'at most 16 registers', habits: { maxRegisters: 16 }, fault: { kind: 'max-registers', n: 16 } },
    { what: 'no holes', habits: { maxGapRegisters: 0 }, fault: hole(60, 63) },
    {
      what: 'an excluded area',
      habits: { exclude: [{ table: 'holding', from: 62, to: 62 }] },
      fault: hole(62),
    },
  ] as const)(
    '$what: the device never has to refuse',
    async ({ habits, fault }, { expect, onTestFinished }) => {
      const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 120 }] });
      rig.setFault(1, fault);
      const seen = startAcquisition(
        onTestFinished,
        [toLink(rig.port)],
        [toDevice('meter', { addresses: [...range(60), ...range(30, 64)], pollMs: CYCLE_MS, habits })],
      );
      await untilGood(seen, pointsOf(seen, 'meter'));
      await until(() => seen.of('meter/p0').length >= 4, { timeoutMs: 15_000, what: 'four cycles' });
      expect(toAsked(rig.log()).filter(({ exceptionCode }) => exceptionCode !== null)).toEqual([]);
      expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['good']));
      expect(findFalseReadings(seen, rig)).toEqual([]);
    },
  );

  test.concurrent('a declared block is read whole, or not at all', async ({ expect, onTestFinished }) => {
    const rig = await startRig(onTestFinished, { units: [{ unit: 1, holding: 120 }] });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port)],
      [
        toDevice('meter', {
          addresses: [3, 12],
          pollMs: CYCLE_MS,
          habits: { blocks: [{ table: 'holding', from: 0, to: 31 }] },
        }),
      ],
    );
    await until(() => seen.of('meter/p3').length >= 4, { timeoutMs: 15_000, what: 'four cycles' });
    const asked = toAsked(rig.log()).map(({ address, count }) => `${address}+${count}`);
    expect(new Set(asked)).toEqual(new Set(['0+32']));
    expect(findFalseReadings(seen, rig)).toEqual([]);
  });
});

test.concurrent('B7 "expected 263 got 7": a shorter answer than asked for is no data for any point, and says so (FUXA #191)', async ({
  expect,
  onTestFinished,
}) => {
  const server = await startFakeServer((request) => answer(request, Buffer.from([0, 7])));
  onTestFinished(() => server.close());
  const seen = startAcquisition(
    onTestFinished,
    [toLink(server.port)],
    [toDevice('meter', { addresses: range(100), pollMs: CYCLE_MS })],
  );
  await until(() => seen.of('meter/p99').length >= 3, { timeoutMs: 15_000, what: 'three cycles' });
  expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['decode']));
  expect(seen.counter('link', 'bad_frames')).toBeGreaterThanOrEqual(3);
  expect(server.accepted).toBe(1);
  server.respond = answerAddresses;
  await untilGood(seen, pointsOf(seen, 'meter'));
  expect(seen.last('meter/p42')).toMatchObject({ value: 42 });
});
