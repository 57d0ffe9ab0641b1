/** Configuration of Modbus TCP: defaults, and what is refused across properties. */
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  modbusSchema,
  toModbusAddress,
  toModbusDevice,
  toModbusLink,
} from '../../../src/drivers/modbus/schema.ts';

const paths = (address: object, section = {}) =>
  modbusSchema.checkAddress({ ...address }, section).map(({ path }) => path);

describe('defaults', () => {
  it('are filled in for link, device and address', () => {
    expect(toModbusLink({ host: 'plc' })).toEqual({
      transport: 'tcp',
      host: 'plc',
      port: 502,
      baudRate: 9_600,
      parity: 'even',
      dataBits: 8,
      stopBits: 1,
      timeoutMs: 1_000,
      connectTimeoutMs: 3_000,
      pauseAfterConnectMs: 0,
      gapMs: 0,
    });
    expect(toModbusDevice({})).toEqual({
      unit: 1,
      maxRegisters: 100,
      maxBits: 1_000,
      maxGapRegisters: 8,
      maxGapBits: 32,
      exclude: [],
      blocks: [],
      addressBase: 0,
      writeMultiple: false,
      maskWrite: false,
      readWrite: false,
    });
    expect(toModbusAddress({ table: 'holding', address: 4 })).toEqual({
      table: 'holding',
      address: 4,
      type: 'u16',
      wordOrder: 'high-first',
      byteOrder: 'high-first',
      scale: 1,
      offset: 0,
      sentinels: [],
    });
  });

  it('are not written into the frozen configuration', () => {
    const frozen = Object.freeze({ host: 'plc' });
    toModbusLink(frozen);
    expect(frozen).toEqual({ host: 'plc' });
  });

  it('let an address with defaults pass the checks', () => {
    for (const table of ['holding', 'input', 'coil', 'discrete']) {
      expect(paths(toModbusAddress({ table, address: 0 }))).toEqual([]);
    }
  });
});

describe('addresses that are refused', () => {
  const schema = Type.Object({ ...modbusSchema.address }, { additionalProperties: false });
  it.each([
    { table: 'holding', address: 65_536 },
    { table: 'holding', address: -1 },
    { table: 'holding', address: 0.5 },
    { table: 'registers', address: 0 },
    { table: 'holding', address: 0, bit: 16 },
    { table: 'holding', address: 0, type: 'u128' },
    { table: 'holding', address: 0, sentinels: ['none'] },
    { table: 'holding', address: 0, register: 1 },
    { table: 'holding', address: 0, mask: 0 },
    { table: 'holding', address: 0, mask: 0x10000 },
    { table: 'holding', address: 0, sentinels: [1], sentinelMask: 0 },
  ])('by the schema: %j', (address) => {
    expect(Value.Check(schema, address)).toBe(false);
  });

  it.each([
    [{ table: 'coil', address: 0, bit: 1 }, ['bit']],
    [{ table: 'discrete', address: 0, type: 'i16', scale: 2 }, ['type', 'scale']],
    [
      { table: 'coil', address: 0, wordOrder: 'low-first', offset: 1, sentinels: [1] },
      ['wordOrder', 'offset', 'sentinels'],
    ],
    [{ table: 'holding', address: 0, type: 'u32', bit: 1 }, ['bit']],
    [{ table: 'holding', address: 0, bit: 1, scale: 2, offset: 1 }, ['scale', 'offset']],
    [{ table: 'holding', address: 0, wordOrder: 'low-first' }, ['wordOrder']],
    [{ table: 'holding', address: 65_535, type: 'f32' }, ['address']],
    [{ table: 'holding', address: 0, scale: 0 }, ['scale']],
    [{ table: 'holding', address: 0, sentinels: [0xffff, 0x10000] }, ['sentinels[1]']],
    [{ table: 'coil', address: 0, mask: 1, sentinelMask: 1 }, ['mask', 'sentinelMask']],
    [{ table: 'holding', address: 0, mask: 3, type: 'i16' }, ['mask']],
    [{ table: 'holding', address: 0, mask: 3, type: 'u32' }, ['mask']],
    [{ table: 'holding', address: 0, mask: 3, bit: 1 }, ['mask']],
    [{ table: 'holding', address: 0, sentinelMask: 0xff }, ['sentinelMask']],
    [{ table: 'holding', address: 0, type: 'u32', sentinels: [1], sentinelMask: 0xff }, ['sentinelMask']],
    [{ table: 'holding', address: 0, sentinels: [0xff, 0xffff], sentinelMask: 0xff }, ['sentinels[1]']],
    [{ table: 'holding', address: 0, sentinels: [-1], sentinelMask: 0xff }, ['sentinels[0]']],
  ])('across properties: %j', (address, expected) => {
    expect(paths(address)).toEqual(expected);
  });
});

it('lets a bit field stand beside a sentinel of another byte', () => {
  const field = { table: 'holding', address: 0, mask: 0xff00, sentinels: [0xff], sentinelMask: 0x00ff };
  expect(paths(field)).toEqual([]);
  expect(paths({ ...field, mask: undefined, bit: 9 })).toEqual([]);
  expect(modbusSchema.isBoolean(field)).toBe(false);
});

it('moves the address of a repeated part and nothing else', () => {
  const address = Object.freeze({ table: 'holding', address: 20, bit: 3 });
  expect(modbusSchema.shiftAddress(address, { by: 40, n: 3 })).toEqual({
    table: 'holding',
    address: 60,
    bit: 3,
  });
});

it('knows booleans by table or bit', () => {
  const isBoolean = (address: object) => modbusSchema.isBoolean({ ...address });
  expect(isBoolean({ table: 'coil', address: 0 })).toBe(true);
  expect(isBoolean({ table: 'discrete', address: 0 })).toBe(true);
  expect(isBoolean({ table: 'holding', address: 0, bit: 0 })).toBe(true);
  expect(isBoolean({ table: 'input', address: 0 })).toBe(false);
});

describe('an address base of 1', () => {
  it('refuses address 0, which is not on the wire', () => {
    expect(paths({ table: 'holding', address: 0 }, { addressBase: 1 })).toEqual(['address']);
    expect(paths({ table: 'coil', address: 0 }, { addressBase: 1 })).toEqual(['address']);
    expect(paths({ table: 'holding', address: 1 }, { addressBase: 1 })).toEqual([]);
    expect(paths({ table: 'holding', address: 0 }, { addressBase: 0 })).toEqual([]);
  });
});
