/** Whether what a profile allows to be written can be written, and is then what is sent. */
import { expect, it } from 'vitest';
import { modbusSchema } from '../../../src/drivers/modbus/schema.ts';

const check = (address: object, value: number) =>
  modbusSchema.checkValue?.({ table: 'holding', address: 1, ...address }, value);

it.each([
  [{}, 0],
  [{}, 65_535],
  [{ type: 'i16' }, -5],
  [{ scale: 0.1 }, 0.3],
  [{ scale: 0.001, offset: 1 }, 1.55],
  [{ type: 'f32' }, 0.55],
  [{ type: 'f32', scale: 0.1 }, 0.55],
  [{ mask: 0xf0, byteOrder: 'low-first' }, 15],
  [{ bit: 3 }, 1],
  [{ table: 'coil' }, 1],
])('%j holds %d', (address, value) => {
  expect(check(address, value)).toBeNull();
});

it.each([
  [{}, -5, '0 … 65535 (what the register can hold)'],
  [{ scale: 0.1 }, 7_000, '0 … 6553.5 (what the register can hold)'],
  [{ sentinels: [0xffff] }, 65_535, '≠ 65535 (what the register can hold)'],
  [{ mask: 0x0f }, 20, '0 … 15 (what the register can hold)'],
  [{ table: 'coil' }, 2, '0 or 1 (a coil)'],
  // Rounded it would lie beyond the limit that it stands for.
  [{ scale: 0.1 }, 0.55, 'a whole step of the register, such as 0.6'],
  [{}, 0.5, 'a whole step of the register, such as 1'],
])('%j does not hold %d', (address, value, expected) => {
  expect(check(address, value)).toBe(expected);
});
