/** Which requests read which points: merging, limits, holes, values of two registers. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModbusRequest } from '../../../src/drivers/modbus/request.ts';
import { testSeed } from '../../support/seed.ts';
import { BUS, detailOf, holding, labels, plan, planOn } from './plan-support.ts';

describe('merging', () => {
  it('reads neighbours with one request, in whatever order they are configured', () => {
    expect(labels(plan({ addresses: holding(2, 0, 1) }))).toEqual(['holding 0–2']);
  });

  it('reads small gaps along and leaves large ones out', () => {
    expect(labels(plan({ addresses: holding(0, 9, 19) }))).toEqual(['holding 0–9', 'holding 19']);
  });

  it('reads no hole where the model forbids it', () => {
    expect(labels(plan({ device: { maxGapRegisters: 0 }, addresses: holding(0, 1, 3) }))).toEqual([
      'holding 0–1',
      'holding 3',
    ]);
  });

  it('keeps to the limit of registers of the model', () => {
    const addresses = holding(...Array.from({ length: 130 }, (_, at) => at));
    expect(labels(plan({ device: { maxRegisters: 60 }, addresses }))).toEqual([
      'holding 0–59',
      'holding 60–119',
      'holding 120–129',
    ]);
  });

  it('has limits of their own for bits', () => {
    const coils = [0, 20, 50, 80].map((address) => ({ table: 'coil', address }));
    expect(labels(plan({ device: { maxRegisters: 1, maxBits: 64 }, addresses: coils }))).toEqual([
      'coil 0–20',
      'coil 50–80',
    ]);
  });

  it('never mixes tables or units', () => {
    const addresses = ['holding', 'input', 'coil', 'discrete'].map((table) => ({ table, address: 0 }));
    expect(labels(plan({ addresses }, { device: { unit: 2 }, addresses: holding(1) }))).toEqual([
      'holding 0',
      'input 0',
      'coil 0',
      'discrete 0',
      'unit 2 holding 1',
    ]);
  });

  it('merges equipment behind one unit under the smaller limits', () => {
    const requests = plan(
      { addresses: holding(0, 1) },
      { device: { maxRegisters: 3 }, addresses: holding(2, 3) },
    );
    expect(labels(requests)).toEqual(['holding 0–2', 'holding 3']);
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
    expect(labels(plan({ device: { maxRegisters: 3 }, addresses }))).toEqual(['holding 0–1', 'holding 2–3']);
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

describe('reckoned time', () => {
  it('reads a gap along over TCP, where a request is dear and registers are cheap', () => {
    expect(labels(plan({ addresses: holding(0, 8) }))).toEqual(['holding 0–8']);
  });

  it('asks twice on a slow bus, where the gap would take longer than a second request', () => {
    const device = { maxGapRegisters: 30 };
    const addresses = holding(0, 25);
    expect(labels(planOn({ ...BUS, baudRate: 1_200 }, { device, addresses }))).toEqual([
      'holding 0',
      'holding 25',
    ]);
    expect(labels(planOn({ ...BUS, baudRate: 115_200 }, { device, addresses }))).toEqual(['holding 0–25']);
  });

  it('chooses the cut that reads least along, not the first that the limit forces', () => {
    const device = { maxRegisters: 12 };
    expect(labels(plan({ device, addresses: holding(0, 8, 15, 16, 18) }))).toEqual([
      'holding 0',
      'holding 8–18',
    ]);
  });

  it('stands in the request, with the addresses that are used', () => {
    const [request] = planOn({ ...BUS, baudRate: 9_600 }, { addresses: holding(0, 3) });
    expect(request?.block).toEqual({
      table: 'holding',
      first: 0,
      count: 4,
      used: 2,
      places: [
        { point: 0, first: 0, count: 1 },
        { point: 1, first: 3, count: 1 },
      ],
    });
    // 8E1: 11 bits a character; 13 characters and 8 of data, twice 3.5 of silence, 10 ms of turnaround.
    expect(request?.costMs).toBeCloseTo((28 * 11 * 1_000) / 9_600 + 10, 6);
  });
});

describe('excluded areas and blocks', () => {
  const exclude = [{ table: 'holding', from: 3, to: 4 }];
  const blocks = [{ table: 'holding', from: 10, to: 19 }];

  it('never reads an excluded area along', () => {
    expect(labels(plan({ device: { exclude }, addresses: holding(0, 1, 6) }))).toEqual([
      'holding 0–1',
      'holding 6',
    ]);
  });

  it('reads areas of another table along as before', () => {
    const inputs = [0, 6].map((address) => ({ table: 'input', address }));
    expect(labels(plan({ device: { exclude }, addresses: inputs }))).toEqual(['input 0–6']);
  });

  it('counts excluded areas and blocks as the manual does', () => {
    const device = { addressBase: 1, exclude, blocks };
    expect(labels(plan({ device, addresses: holding(1, 2, 5, 12) }))).toEqual([
      'holding 0–1',
      'holding 4',
      'holding 9–18',
    ]);
  });

  it('reads a block whole and alone, once any of its points is wanted', () => {
    const requests = plan({ device: { blocks }, addresses: holding(8, 12, 15, 20) });
    expect(labels(requests)).toEqual(['holding 8', 'holding 10–19', 'holding 20']);
    expect(requests[1]).toMatchObject({ points: [1, 2], block: { count: 10, used: 2 } });
  });

  it('leaves a block alone that no point of the poll group wants', () => {
    expect(labels(plan({ device: { blocks }, addresses: holding(9, 20) }))).toEqual([
      'holding 9',
      'holding 20',
    ]);
  });

  it('holds them for all equipment of a unit, and still asks for a point that only another profile forbids', () => {
    const requests = plan(
      { device: { exclude, blocks }, addresses: holding(0) },
      { addresses: [...holding(3), { table: 'holding', address: 19, type: 'u32' }] },
    );
    expect(labels(requests)).toEqual(['holding 0', 'holding 3', 'holding 19–20']);
  });
});

describe('scale registers', () => {
  const scaled = (address: number, at: number, table?: string) => ({
    table: 'holding',
    address,
    type: 'i16',
    scaleRegister: { address: at, ...(table === undefined ? {} : { table }) },
  });

  it('are read in the request of their points, once for all of them', () => {
    const requests = plan({ addresses: [scaled(0, 4), scaled(2, 4)] });
    expect(labels(requests)).toEqual(['holding 0–4']);
    expect(detailOf(requests[0])).toMatchObject({
      scales: [{ key: 'unit 1 holding 4', at: 4 }],
      items: [
        { point: 0, at: 0, scale: 'unit 1 holding 4' },
        { point: 1, at: 2, scale: 'unit 1 holding 4' },
      ],
    });
    expect(requests[0]?.block).toMatchObject({ count: 5, used: 3 });
  });

  it('pull the cut so that points stand with their scale', () => {
    const addresses = [...holding(0, 1), scaled(2, 4), scaled(3, 4)];
    const device = { maxRegisters: 4 };
    expect(labels(plan({ device, addresses }))).toEqual(['holding 0–1', 'holding 2–4']);
  });

  it('have a request of their own, before their points, where limits keep them away from those', () => {
    const requests = plan({ addresses: [scaled(0, 200), scaled(5, 0, 'input')] });
    expect(labels(requests)).toEqual(['holding 200', 'input 0', 'holding 0–5']);
    expect(requests.map(({ points }) => points)).toEqual([[], [], [0, 1]]);
    expect(detailOf(requests[0]).scales).toEqual([{ key: 'unit 1 holding 200', at: 0 }]);
    expect(detailOf(requests[1]).scales).toEqual([{ key: 'unit 1 input 0', at: 0 }]);
  });

  it('may be points as well', () => {
    const [request] = plan({ addresses: [scaled(0, 1), ...holding(1)] });
    expect(detailOf(request)).toMatchObject({
      scales: [{ at: 1 }],
      items: [{ at: 0 }, { at: 1, scale: null }],
    });
  });

  it('count as the manual does', () => {
    const [request] = plan({ device: { addressBase: 1 }, addresses: [scaled(1, 3)] });
    expect(detailOf(request).scales).toEqual([{ key: 'unit 1 holding 2', at: 2 }]);
  });
});

describe('habits of a device', () => {
  it('follow the framing where nobody names them', () => {
    const one = { addresses: holding(0) };
    expect(plan(one)[0]).toMatchObject({ timeoutMs: 500, retries: 0, maxInFlight: 1 });
    expect(planOn(BUS, one)[0]).toMatchObject({ timeoutMs: 500, retries: 1, maxInFlight: 1 });
    expect(planOn({ framing: 'rtu' }, one)[0]).toMatchObject({ retries: 1 });
  });

  it('are those of the profile, of several equipment the gentlest', () => {
    const requests = plan(
      { device: { timeoutMs: 300, retries: 2, maxInFlight: 8 }, addresses: holding(0) },
      { device: { maxInFlight: 4 }, addresses: holding(1) },
    );
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ timeoutMs: 500, retries: 2, maxInFlight: 4 });
  });

  it('never let two requests be under way where frames carry no transaction', () => {
    const [request] = planOn({ framing: 'rtu' }, { device: { maxInFlight: 8 }, addresses: holding(0) });
    expect(request?.maxInFlight).toBe(1);
  });

  it('has one in flight where the link keeps a pause between frames', () => {
    const [request] = planOn({ gapMs: 20 }, { device: { maxInFlight: 8 }, addresses: holding(0) });
    expect(request?.maxInFlight).toBe(1);
  });
});
