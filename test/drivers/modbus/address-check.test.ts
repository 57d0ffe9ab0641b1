/** Addresses of points: what is refused across their properties, and what cannot be written. */
import Type from 'typebox';
import Value from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { modbusSchema } from '../../../src/drivers/modbus/schema.ts';

const check = (address: object, section = {}) => modbusSchema.checkAddress({ ...address }, section);
const paths = (address: object, section = {}) => check(address, section).map(({ path }) => path);
const writePaths = (address: object) => modbusSchema.checkWrite!({ ...address }, {}).map(({ path }) => path);

const LOOP = { raw: { at4: 0, at20: 27_648 }, value: { at4: 0, at20: 16 } };
const holding = (more: object = {}, address = 10) => ({ table: 'holding', address, ...more });

describe('an address that is right', () => {
  it.each([
    holding({ type: 'string', length: 8 }),
    holding({ type: 'string', length: 8, byteOrder: 'low-first' }),
    holding({ type: 'u64', wordOrder: 'low-first', byteOrder: 'low-first' }, 65_532),
    holding({ type: 'f64', wordOrder: 'low-first' }),
    holding({ type: 'bcd32', scale: 0.01, sentinels: [0xffffffff] }),
    holding({ byteOrder: 'low-first', bit: 3 }),
    holding({ mask: 0xff, byteOrder: 'low-first' }),
    holding({ scaleRegister: { address: 12 } }),
    holding({ scaleRegister: { table: 'input', address: 12 }, scale: 0.001, type: 'i32' }),
    holding({ loop: LOOP, type: 'i16', sentinels: [0x7fff] }),
    holding({ loop: LOOP, type: 'f32' }),
    holding({ type: 'i64', sentinels: [-(2 ** 63), 2 ** 64] }),
    holding({ type: 'u32', sentinels: [-1, 0xffffffff] }),
    holding({ type: 'f32', sentinels: [-9_999, 0x7fc00000] }),
  ])('is let pass: %j', (address) => {
    const schema = Type.Object({ ...modbusSchema.address }, { additionalProperties: false });
    expect(Value.Check(schema, address)).toBe(true);
    expect(paths(address)).toEqual([]);
  });
});

describe('an address is refused', () => {
  it.each([
    ['a string without its length', holding({ type: 'string' }), ['length']],
    ['a length of a number', holding({ length: 2 }), ['length']],
    [
      'a string with what belongs to numbers',
      holding({ type: 'string', length: 2, scale: 2, offset: 1, sentinels: [1] }),
      ['scale', 'offset', 'sentinels'],
    ],
    [
      'words of a string in another order',
      holding({ type: 'string', length: 2, wordOrder: 'low-first' }),
      ['wordOrder'],
    ],
    ['words of a single register', holding({ type: 'bcd16', wordOrder: 'low-first' }), ['wordOrder']],
    ['bytes of a coil', { table: 'coil', address: 0, byteOrder: 'low-first' }, ['byteOrder']],
    [
      'registers of a discrete input',
      { table: 'discrete', address: 0, length: 2, scaleRegister: { address: 1 }, loop: LOOP },
      ['length', 'scaleRegister', 'loop'],
    ],
    [
      'a scale register of a string',
      holding({ type: 'string', length: 2, scaleRegister: { address: 1 } }),
      ['scaleRegister'],
    ],
    ['a scale register of a bit', holding({ bit: 1, scaleRegister: { address: 1 } }), ['scaleRegister']],
    [
      'a coil as scale register',
      holding({ scaleRegister: { table: 'coil', address: 1 } }),
      ['scaleRegister.table'],
    ],
    [
      'a loop beside another scale',
      holding({ loop: LOOP, scale: 2, offset: 1, scaleRegister: { address: 1 } }),
      ['scale', 'offset', 'scaleRegister'],
    ],
    ['a loop of a bit', holding({ loop: LOOP, bit: 1 }), ['bit']],
    ['a loop of a bit field', holding({ loop: LOOP, mask: 1 }), ['mask']],
    ['a loop of a string', holding({ loop: LOOP, type: 'string', length: 1 }), ['type']],
    ['a loop without a span', holding({ loop: { ...LOOP, raw: { at4: 5, at20: 5 } } }), ['loop.raw.at20']],
    [
      'a loop that always says the same',
      holding({ loop: { ...LOOP, value: { at4: 5, at20: 5 } } }),
      ['loop.value.at20'],
    ],
    ['a value that runs over the last address', holding({ type: 'u64' }, 65_533), ['address']],
    ['a string that runs over the last address', holding({ type: 'string', length: 3 }, 65_534), ['address']],
    ['a sentinel of BCD with a sign', holding({ type: 'bcd16', sentinels: [-1] }), ['sentinels[0]']],
    ['a sentinel that 32 bits cannot hold', holding({ type: 'u32', sentinels: [2 ** 32] }), ['sentinels[0]']],
    [
      'a sentinel that 16 bits cannot hold',
      holding({ type: 'bcd16', sentinels: [0x10000] }),
      ['sentinels[0]'],
    ],
  ])('for %s', (_what, address, expected) => {
    expect(paths(address)).toEqual(expected);
  });

  it('with a message that says what is expected and what was found', () => {
    expect(check(holding({ type: 'u64' }, 65_533))).toEqual([
      { path: 'address', expected: 'at most 65532 for a value of 4 registers', found: '65533' },
    ]);
    expect(check(holding({ scaleRegister: { address: 0 } }), { addressBase: 1 })).toEqual([
      { path: 'scaleRegister.address', expected: 'at least 1 (addressBase is 1)', found: '0' },
    ]);
  });

  it('by the schema for what is no address at all', () => {
    const schema = Type.Object({ ...modbusSchema.address }, { additionalProperties: false });
    for (const more of [
      { length: 0 },
      { length: 126 },
      { byteOrder: 'swapped' },
      { type: 'u128' },
      { loop: { raw: { at4: 0, at20: 1 } } },
      { scaleRegister: { table: 'holding' } },
    ]) {
      expect(Value.Check(schema, holding(more)), JSON.stringify(more)).toBe(false);
    }
  });
});

describe('kinds of points', () => {
  it('a string is a text, a bit a boolean, all else a number', () => {
    const kind = (address: object) => [
      modbusSchema.isText!({ ...address }),
      modbusSchema.isBoolean({ ...address }),
    ];
    expect(kind(holding({ type: 'string', length: 2 }))).toEqual([true, false]);
    expect(kind(holding({ bit: 0 }))).toEqual([false, true]);
    expect(kind({ table: 'coil', address: 0 })).toEqual([false, true]);
    expect(kind(holding())).toEqual([false, false]);
    expect(kind(holding({ mask: 1 }))).toEqual([false, false]);
  });
});

describe('writing', () => {
  it.each([
    holding(),
    holding({ type: 'f64', byteOrder: 'low-first' }),
    holding({ bit: 3 }),
    holding({ mask: 0xf0 }),
    { table: 'coil', address: 0 },
  ])('is possible to %j', (address) => {
    expect(writePaths(address)).toEqual([]);
  });

  it.each([
    [{ table: 'input', address: 0 }, ['table']],
    [{ table: 'discrete', address: 0 }, ['table']],
    [holding({ type: 'string', length: 2 }), ['type']],
    [holding({ loop: LOOP }), ['loop']],
    [holding({ scaleRegister: { address: 1 } }), ['scaleRegister']],
  ])('is refused to %j', (address, expected) => {
    expect(writePaths(address)).toEqual(expected);
  });
});
