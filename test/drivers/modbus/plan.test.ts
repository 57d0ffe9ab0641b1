/** Which requests read which points: merging, limits, holes, values of two registers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import type { ModbusRequest } from '../../../src/drivers/modbus/request.ts';
import { createTestLink, createTestModel, type TestEquipment } from '../../support/model.ts';
import { testSeed } from '../../support/seed.ts';

type Address = Readonly<Record<string, unknown>>;

function plan(...equipment: { device?: object; addresses: readonly Address[] }[]) {
  const model = createTestModel({
    equipment: equipment.map(
      ({ device, addresses }, at): TestEquipment => ({
        id: `device-${at}`,
        device: { unit: 1, ...device },
        points: addresses.map((address, index) => ({ name: `p-${index}`, address })),
      }),
    ),
  });
  const driver = createModbusDriver();
  return driver.plan(createTestLink(), model.points, (point) => model.equipment.get(point.equipment)!);
}

const holding = (...addresses: number[]) => addresses.map((address) => ({ table: 'holding', address }));
const labels = (requests: ReturnType<typeof plan>) => requests.map(({ label }) => label);

describe('merging', () => {
  it('reads neighbours with one request, in whatever order they are configured', () => {
    expect(labels(plan({ addresses: holding(2, 0, 1) }))).toEqual(['unit 1 holding 0–2']);
  });

  it('reads small gaps along and leaves large ones out', () => {
    expect(labels(plan({ addresses: holding(0, 9, 19) }))).toEqual([
      'unit 1 holding 0–9',
      'unit 1 holding 19',
    ]);
  });

  it('reads no hole where the model forbids it', () => {
    expect(labels(plan({ device: { maxGapRegisters: 0 }, addresses: holding(0, 1, 3) }))).toEqual([
      'unit 1 holding 0–1',
      'unit 1 holding 3',
    ]);
  });

  it('keeps to the limit of registers of the model', () => {
    const addresses = holding(...Array.from({ length: 130 }, (_, at) => at));
    expect(labels(plan({ device: { maxRegisters: 60 }, addresses }))).toEqual([
      'unit 1 holding 0–59',
      'unit 1 holding 60–119',
      'unit 1 holding 120–129',
    ]);
  });

  it('has limits of their own for bits', () => {
    const coils = [0, 20, 50, 80].map((address) => ({ table: 'coil', address }));
    expect(labels(plan({ device: { maxRegisters: 1, maxBits: 64 }, addresses: coils }))).toEqual([
      'unit 1 coil 0–50',
      'unit 1 coil 80',
    ]);
  });

  it('never mixes tables or units', () => {
    const addresses = ['holding', 'input', 'coil', 'discrete'].map((table) => ({ table, address: 0 }));
    expect(labels(plan({ addresses }, { device: { unit: 2 }, addresses: holding(1) }))).toEqual([
      'unit 1 holding 0',
      'unit 1 input 0',
      'unit 1 coil 0',
      'unit 1 discrete 0',
      'unit 2 holding 1',
    ]);
  });

  it('merges equipment behind one unit under the smaller limits', () => {
    const requests = plan(
      { addresses: holding(0, 1) },
      { device: { maxRegisters: 3 }, addresses: holding(2, 3) },
    );
    expect(labels(requests)).toEqual(['unit 1 holding 0–2', 'unit 1 holding 3']);
    expect(requests[0]!.points).toEqual([0, 1, 2]);
  });

  it('reads bits of one register once', () => {
    const addresses = [0, 1, 9].map((bit) => ({ table: 'holding', address: 7, bit }));
    const [request] = plan({ addresses });
    expect(request).toMatchObject({ points: [0, 1, 2], device: 'unit 1', detail: { address: 7, count: 1 } });
  });
});

describe('addresses', () => {
  it('does not split a value of two registers at the limit', () => {
    const addresses = [...holding(0, 1), { table: 'holding', address: 2, type: 'u32' }];
    expect(labels(plan({ device: { maxRegisters: 3 }, addresses }))).toEqual([
      'unit 1 holding 0–1',
      'unit 1 holding 2–3',
    ]);
  });

  it('subtracts the base of a manual that counts from 1', () => {
    expect(plan({ device: { addressBase: 1 }, addresses: holding(1) })[0]!.detail).toMatchObject({
      address: 0,
    });
  });

  it('refuses an address that does not exist on the wire, naming the point', () => {
    expect(() => plan({ device: { addressBase: 1 }, addresses: holding(0) })).toThrow(/device-0\/p-0/);
  });

  it('covers every point exactly once, within the limits, whatever is configured', () => {
    const point = fc.record({
      table: fc.constantFrom('holding', 'input', 'coil', 'discrete'),
      address: fc.integer({ min: 0, max: 400 }),
      wide: fc.boolean(),
    });
    const limits = fc.record({
      maxRegisters: fc.integer({ min: 2, max: 125 }),
      maxBits: fc.integer({ min: 1, max: 100 }),
      maxGapRegisters: fc.integer({ min: 0, max: 20 }),
      maxGapBits: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 40 }), limits, (points, device) => {
        const addresses = points.map(({ table, address, wide }) => ({
          table,
          address,
          type: wide && (table === 'holding' || table === 'input') ? 'u32' : 'u16',
        }));
        const requests = plan({ device, addresses });
        expect(requests.flatMap((request) => request.points).toSorted((a, b) => a - b)).toEqual(
          addresses.map((_, index) => index),
        );
        for (const { detail } of requests) {
          const { count, isBits, address, items } = detail as ModbusRequest;
          expect(count).toBeLessThanOrEqual(isBits ? device.maxBits : device.maxRegisters);
          for (const { point: index, at } of items) {
            const configured = addresses[index]!;
            expect(address + at).toBe(configured.address);
            expect(at + (configured.type === 'u32' ? 2 : 1)).toBeLessThanOrEqual(count);
          }
        }
      }),
      { seed: testSeed() },
    );
  });
});
