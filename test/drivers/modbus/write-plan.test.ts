/** How a value is written: function, registers, bits, label; and what is refused before anything is sent. */
import { describe, expect, it } from 'vitest';
import type { WriteDef } from '../../../src/config/model.ts';
import { AssertionFailure } from '../../../src/core/assert.ts';
import { RiserError } from '../../../src/core/errors.ts';
import { toWriteRequest } from '../../../src/drivers/modbus/write-plan.ts';
import { createTestLink, createTestModel } from '../../support/model.ts';

type Options = Readonly<Record<string, unknown>>;

const WRITE: Omit<WriteDef, 'address'> = {
  min: -1e9,
  max: 1e9,
  values: null,
  role: 'engineer',
  interlocks: [],
  readBack: { point: 0, tolerance: 0, withinMs: 5_000 },
  revertAfterMs: null,
};

/** @param address where it is written; it is read somewhere else */
function plan(address: Options, value: number, device: Options = {}, link: Options = {}) {
  const model = createTestModel({
    equipment: [
      {
        id: 'pump',
        device: { unit: 3, ...device },
        points: [
          { name: 'setpoint', address: { table: 'input', address: 900 }, write: { ...WRITE, address } },
        ],
      },
    ],
  });
  const [point] = model.points;
  const [equipment] = [...model.equipment.values()];
  return toWriteRequest(createTestLink('link', link), point!, equipment!, value);
}

const detail = (address: Options, value: number, device: Options = {}) => plan(address, value, device).detail;
const holding = (address: number, more: Options = {}) => ({ table: 'holding', address, ...more });

describe('a request to write', () => {
  it('names point, device, value and where it goes', () => {
    expect(plan(holding(20, { scale: 0.1 }), 45)).toEqual({
      point: 0,
      device: 'unit 3',
      label: 'unit 3 holding 20 = 45',
      timeoutMs: 500,
      detail: { kind: 'registers', unit: 3, address: 20, registers: [450], via: 'single' },
    });
  });

  it('counts addresses as on the wire', () => {
    expect(plan(holding(20), 1, { addressBase: 1 })).toMatchObject({
      label: 'unit 3 holding 19 = 1',
      detail: { address: 19 },
    });
  });

  it("waits as long as the device may take, else as long as the link's", () => {
    expect(plan(holding(20), 1, { timeoutMs: 2_000 }).timeoutMs).toBe(2_000);
    expect(plan(holding(20), 1, {}, { timeoutMs: 700 }).timeoutMs).toBe(700);
  });

  it('tells the part of a register that it changes', () => {
    expect(plan(holding(20, { bit: 3 }), 1).label).toBe('unit 3 holding 20 bit 3 = 1');
    expect(plan(holding(20, { mask: 0x0f0 }), 2).label).toBe('unit 3 holding 20 mask 0x00F0 = 2');
  });
});

describe('the function', () => {
  const multiple = { writeMultiple: true };
  const readWrite = { readWrite: true };

  it.each([
    [{ table: 'coil', address: 4 }, {}, 'single'],
    [{ table: 'coil', address: 4 }, multiple, 'multiple'],
    [holding(4), {}, 'single'],
    [holding(4), multiple, 'multiple'],
    [holding(4), readWrite, 'read-write'],
    [holding(4, { type: 'u32' }), {}, 'multiple'],
    [holding(4, { type: 'f64' }), readWrite, 'read-write'],
    [holding(4, { bit: 1 }), {}, 'read-single'],
    [holding(4, { bit: 1 }), multiple, 'read-multiple'],
    [holding(4, { bit: 1 }), { maskWrite: true }, 'mask-write'],
    [holding(4, { mask: 3 }), { ...multiple, maskWrite: true }, 'mask-write'],
  ])('for %j of a model with %j is %s', (address, device, via) => {
    expect(detail(address, 1, device)).toMatchObject({ via });
  });
});

describe('what is written', () => {
  it.each([
    [{ table: 'coil', address: 4 }, 0, { kind: 'coil', isOn: false }],
    [{ table: 'coil', address: 4 }, 1, { kind: 'coil', isOn: true }],
    [holding(4, { type: 'i16' }), -2, { registers: [0xfffe] }],
    [holding(4, { type: 'u32', wordOrder: 'low-first' }), 65_538, { registers: [2, 1] }],
    [holding(4, { type: 'f32', byteOrder: 'low-first' }), 1, { registers: [0x803f, 0] }],
    [holding(4, { type: 'bcd16', scale: 0.1 }), 12.3, { registers: [0x0123] }],
    [holding(4, { bit: 15 }), 1, { kind: 'part', mask: 0x8000, bits: 0x8000 }],
    [holding(4, { mask: 0x0f00 }), 9, { kind: 'part', mask: 0x0f00, bits: 0x0900 }],
  ])('to %j for %d', (address, value, expected) => {
    expect(detail(address, value)).toMatchObject({ unit: 3, address: 4, ...expected });
  });
});

describe('a value that the registers cannot hold is refused before anything is sent', () => {
  it.each([
    [holding(4), 65_536, '0 … 65535'],
    [holding(4), -1, '0 … 65535'],
    [holding(4), Number.NaN, '0 … 65535'],
    [holding(4, { sentinels: [0xffff] }), 65_535, '≠ 65535'],
    [holding(4, { mask: 3 }), 4, '0 … 3'],
    [holding(4, { bit: 3 }), 2, '0, 1'],
    [{ table: 'coil', address: 4 }, 0.5, '0, 1'],
  ])('%j: %d', (address, value, allowed) => {
    const attempt = () => plan(address, value);
    expect(attempt).toThrow(RiserError);
    expect(attempt).toThrow(`${value} is not allowed (${allowed})`);
  });
});

describe('what the configuration should have refused is our mistake', () => {
  it.each([
    [{ table: 'input', address: 4 }],
    [{ table: 'discrete', address: 4 }],
    [holding(4, { type: 'string', length: 2 })],
    [holding(4, { loop: { raw: { at4: 0, at20: 1 }, value: { at4: 0, at20: 1 } } })],
    [holding(4, { scaleRegister: { address: 5 } })],
    [holding(65_535, { type: 'u32' })],
  ])('%j', (address) => {
    expect(() => plan(address, 1)).toThrow(AssertionFailure);
  });

  it('a point without write', () => {
    const model = createTestModel({ equipment: [{ id: 'pump', points: [{ name: 'level' }] }] });
    const [equipment] = [...model.equipment.values()];
    expect(() => toWriteRequest(createTestLink(), model.points[0]!, equipment!, 1)).toThrow(AssertionFailure);
  });
});
