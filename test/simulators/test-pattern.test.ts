/** The test pattern and the ledger: what tells an answer apart that belongs to another request or another time. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { RegisterImage, Table } from '../../simulators/devices/device.ts';
import { toPatternValue } from '../../simulators/devices/test-pattern.ts';
import { createLedger } from '../../simulators/modbus/ledger.ts';
import { type ModbusRig, type RigOptions, startModbusRig } from '../support/modbus-rig.ts';
import { openWire } from './wire.ts';

async function start(options: Partial<RigOptions> = {}): Promise<ModbusRig> {
  const rig = await startModbusRig({
    units: [
      { unit: 1, holding: 100, input: 100, coils: 64, discrete: 64 },
      { unit: 2, holding: 100 },
    ],
    ...options,
  });
  onTestFinished(() => rig.close());
  return rig;
}

describe('a pattern', () => {
  it('is the same at the same second, and another a second later', async () => {
    const rig = await start();
    const look = (): readonly number[] =>
      Array.from({ length: 100 }, (_, address) => rig.value(1, 'holding', address));
    const first = look();
    rig.advance(900);
    expect(look()).toEqual(first);
    rig.advance(100);
    const second = look();
    expect(second.filter((value, at) => value === first[at]).length).toBeLessThan(3);
    expect(second[7]).toBe(toPatternValue(1, 'holding', 7, 1));
  });

  it('tells units, tables and addresses apart: of 300 registers hardly two are alike', async () => {
    const rig = await start();
    const values = (
      [
        [1, 'holding'],
        [1, 'input'],
        [2, 'holding'],
      ] as const
    ).flatMap(([unit, table]) => Array.from({ length: 100 }, (_, at) => rig.value(unit, table, at)));
    expect(new Set(values).size).toBeGreaterThan(290);
  });

  it('has bits of both kinds in every table of bits', async () => {
    const rig = await start();
    for (const table of ['coil', 'discrete'] as const) {
      const ones = Array.from({ length: 64 }, (_, at) => rig.value(1, table, at)).filter((bit) => bit === 1);
      expect(ones.length).toBeGreaterThan(16);
      expect(ones.length).toBeLessThan(48);
    }
  });

  it('ends where it was told to end', async () => {
    const rig = await start();
    expect(() => rig.value(1, 'holding', 100)).toThrow('unit 1 has no holding 100');
    expect(() => rig.value(2, 'input', 0)).toThrow('unit 2 has no input 0');
  });

  it('goes on by itself where it has a speed', async () => {
    const rig = await start({ speed: 100 });
    const before = rig.value(1, 'holding', 0);
    await expect.poll(() => rig.value(1, 'holding', 0)).not.toBe(before);
  });
});

describe('the ledger of a rig', () => {
  it('holds what was served, and when', async () => {
    const rig = await start();
    const startMs = Date.now();
    const values = [0, 1, 2].map((counter) => toPatternValue(1, 'holding', 5, counter));
    rig.advance(1_000);
    rig.advance(1_000);
    const { entries, isComplete } = rig.ledger(1, 'holding', 5);
    expect(entries.map(({ value }) => value)).toEqual(values);
    expect(isComplete).toBe(true);
    expect(rig.held(1, 'holding', 5, values[1] ?? -1, startMs, Date.now())).toBe(true);
    expect(rig.held(1, 'holding', 6, values[1] ?? -1, startMs, Date.now())).toBe(false);
  });

  it('holds what was written and read between two rounds', async () => {
    const rig = await start();
    const wire = await openWire(rig.port);
    for (const value of ['07', '08']) {
      wire.send(`00 01 00 00 00 06 01 06 27 10 00 ${value} 00 02 00 00 00 06 01 03 27 10 00 01`);
      await wire.receive(12 + 11);
    }
    wire.end();
    expect(rig.ledger(1, 'holding', 10_000).entries.map(({ value }) => value)).toEqual([0, 7, 8]);
  });

  it('can be left out', async () => {
    const rig = await start({ ledgerSize: null });
    rig.advance(5_000);
    expect(() => rig.ledger(1, 'holding', 0)).toThrow('never seen');
  });
});

describe('a ledger', () => {
  const image = (value: number): RegisterImage => ({
    coil: new Map(),
    discrete: new Map(),
    input: new Map(),
    holding: new Map([[0, value]]),
  });
  const place = { unit: 1, table: 'holding' as Table, address: 0 };

  function fill(size: number, values: readonly number[]) {
    let atMs = 0;
    const ledger = createLedger(() => atMs);
    ledger.switch(size);
    for (const value of values) {
      atMs += 10;
      ledger.record(1, image(value));
    }
    return ledger;
  }

  it('gives the value that was there at the beginning of a span, and all that came within it', () => {
    const ledger = fill(10, [1, 2, 3, 4]);
    expect(ledger.read(place, 25, 30)).toEqual({
      entries: [
        { value: 2, fromMs: 20 },
        { value: 3, fromMs: 30 },
      ],
      isComplete: true,
    });
    expect(ledger.read(place, 0, 5)).toEqual({ entries: [], isComplete: true });
    expect(ledger.read({ ...place, address: 1 }, 0, 5)).toBeNull();
  });

  it('keeps the time of the first of equal values', () => {
    expect(fill(10, [1, 1, 1, 2]).read(place, 0, 99)?.entries).toEqual([
      { value: 1, fromMs: 10 },
      { value: 2, fromMs: 40 },
    ]);
  });

  it('keeps the last values only, and says when the beginning is gone', () => {
    for (const size of [1, 2, 3]) {
      const ledger = fill(size, [1, 2, 3, 4, 5, 6, 7]);
      const answer = ledger.read(place, 0, 99);
      expect(answer?.entries.map(({ value }) => value)).toEqual([5, 6, 7].slice(-size));
      expect(answer?.isComplete).toBe(false);
      expect(ledger.read(place, 70, 99)?.isComplete).toBe(true);
    }
  });

  it('forgets everything when it is switched off', () => {
    const ledger = fill(3, [1]);
    ledger.switch(null);
    ledger.record(1, image(9));
    expect(ledger.read(place, 0, 99)).toBeNull();
  });
});
