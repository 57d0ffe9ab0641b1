/**
 * B6: no batching: 100 and more registers, one request each (ThingsBoard gateway #406, #1589, #1821; Home Assistant #48497), or
 * requests cut at 16 registers (ThingsBoard #15122). Counted is what arrives at the device.
 */
import { describe, test } from 'vitest';
import { until } from '../support/poll.ts';
import {
  type DeviceOptions,
  findFalseReadings,
  range,
  startAcquisition,
  startRig,
  toDevice,
  toLink,
  untilGood,
} from './bench.ts';
import { toAsked } from './frames.ts';

const CYCLE_MS = 200;
const CYCLES = 8;

interface Case {
  readonly device: DeviceOptions;
  /** Requests of one cycle: first address and count. */
  readonly planned: readonly string[];
}

const CASES: Readonly<Record<string, Case>> = {
  '100 neighbouring registers are one request a cycle (ThingsBoard gateway #1821)': {
    device: { addresses: range(100) },
    planned: ['0+100'],
  },
  '100 input registers are one request a cycle': {
    device: { addresses: range(100), table: 'input' },
    planned: ['0+100'],
  },
  '125 registers of a device that allows them are one request a cycle, not eight of 16 (ThingsBoard #15122)':
    {
      device: { addresses: range(125), habits: { maxRegisters: 125 } },
      planned: ['0+125'],
    },
  '250 registers are the two requests that the protocol allows at least': {
    device: { addresses: range(250), habits: { maxRegisters: 125 } },
    planned: ['0+125', '125+125'],
  },
  '100 registers with small gaps between them are one request a cycle': {
    device: { addresses: range(50).map((at) => at * 2) },
    planned: ['0+99'],
  },
  '1,000 bits are one request a cycle': {
    device: { addresses: range(1_000), table: 'coil' },
    planned: ['0+1000'],
  },
  'registers far apart are not read across the gap': {
    device: { addresses: [0, 1, 180, 181] },
    planned: ['0+2', '180+2'],
  },
};

describe('B6 neighbours are asked together', () => {
  test.concurrent.for(Object.keys(CASES))('%s', async (name, { expect, onTestFinished }) => {
    const { device, planned } = CASES[name] as Case;
    const rig = await startRig(onTestFinished, {
      units: [{ unit: 1, holding: 250, input: 250, coils: 1_000 }],
      ledgerSize: 60,
    });
    const seen = startAcquisition(
      onTestFinished,
      [toLink(rig.port)],
      [toDevice('device', { pollMs: CYCLE_MS, ...device })],
    );
    await untilGood(seen, [seen.model.points.at(-1)?.id ?? '']);
    const asked = () => toAsked(rig.log()).map(({ address, count }) => `${address}+${count}`);
    await until(() => asked().length >= planned.length * CYCLES, {
      timeoutMs: 15_000,
      what: `${CYCLES} cycles`,
    });
    // All that was ever asked is the plan, again and again: nothing besides, and nothing that was tried first.
    const counts = Map.groupBy(asked(), (request) => request);
    expect([...counts.keys()].toSorted()).toEqual(planned.toSorted());
    // The turns of two requests may part by a cycle at the start, which comes when it suits the first.
    const times = [...counts.values()].map(({ length }) => length);
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(2);
    expect(new Set(seen.seen.map(({ quality }) => quality))).toEqual(new Set(['good']));
    const latest = seen.seen.slice(-seen.model.points.length);
    expect(new Set(latest.map(({ point }) => point)).size).toBe(seen.model.points.length);
    expect(findFalseReadings({ ...seen, seen: latest }, rig)).toEqual([]);
  });
});
