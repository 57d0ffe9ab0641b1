/** Registers → values: formats, word orders, and everything that makes a value unusable. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import {
  decodeBit,
  decodeRegisters,
  REGISTER_TYPES,
  type RegisterFormat,
  registersOf,
} from '../../src/profiles/decoders.ts';
import { toDecoded } from '../../src/profiles/values.ts';
import { testSeed } from '../support/seed.ts';
import { bad, decode, good, PLAIN } from './register-formats.ts';

describe('number formats', () => {
  it.each([
    ['u16', 'high-first', 'FFFE', 65_534],
    ['i16', 'high-first', 'FFFE', -2],
    ['i16', 'high-first', '7FFF', 32_767],
    ['u32', 'high-first', '0001 0002', 65_538],
    ['u32', 'low-first', '0001 0002', 131_073],
    ['u32', 'high-first', 'FFFF FFFF', 4_294_967_295],
    ['u32', 'low-first', 'FFFF FFFF', 4_294_967_295],
    ['i32', 'high-first', 'FFFF FFFE', -2],
    ['i32', 'low-first', 'FFFE FFFF', -2],
    ['i32', 'high-first', '8000 0000', -2_147_483_648],
    ['f32', 'high-first', '4048 F5C3', Math.fround(3.14)],
    ['f32', 'low-first', 'F5C3 4048', Math.fround(3.14)],
    ['f32', 'high-first', 'C2C8 0000', -100],
  ] as const)('reads %s %s %s as %d', (type, wordOrder, hex, value) => {
    expect(decode(hex, { type, wordOrder })).toEqual(good(value));
  });

  it('reads at the place of the point inside the block', () => {
    expect(decode('0001 0002 0003', {}, 4)).toEqual(good(3));
  });

  it('refuses to read behind the end of the block', () => {
    expect(() => decode('0001', { type: 'u32' })).toThrow(RangeError);
  });

  it('reads each bit of a register as 0 or 1', () => {
    const ones = Array.from({ length: 16 }, (_, bit) => decode('8005', { bit }).value);
    expect(ones).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('reads a coil as 0 or 1', () => {
    const columns = { value: new Float64Array(2), quality: new Uint8Array(2).fill(1), text: null };
    decodeBit(true, columns, 0);
    decodeBit(false, columns, 1);
    expect([toDecoded(columns, 0), toDecoded(columns, 1)]).toEqual([good(1), good(0)]);
  });
});

describe('bit fields', () => {
  it.each([
    ['0000', 0xff00, 0],
    ['A5C3', 0x00ff, 0xc3],
    ['A5C3', 0xff00, 0xa5],
    ['A5C3', 0x0ff0, 0x5c],
    ['A5C3', 0x8000, 1],
    ['A5C3', 0x0001, 1],
    ['A5C3', 0x4000, 0],
    ['A5C3', 0xffff, 0xa5c3],
    // A mask with a hole keeps the hole: the field is shifted, not packed.
    ['FFFF', 0x0090, 9],
  ])('what stands in %s under the mask %i is %i', (hex, mask, value) => {
    expect(decode(hex, { mask })).toEqual(good(value));
  });

  it('are scaled, checked against range and states like any value', () => {
    const states = new Set([0, 1]);
    expect(decode('0300', { mask: 0x0f00, scale: 0.1 })).toEqual(good(0.3));
    expect(decode('0300', { mask: 0x0f00, range: { min: 0, max: 2 } })).toEqual(bad('out-of-range'));
    expect(decode('01FF', { mask: 0x0f00, states })).toEqual(good(1));
    expect(decode('02FF', { mask: 0x0f00, states })).toEqual({
      value: 2,
      quality: QUALITIES['unknown-state'].code,
    });
  });

  it('beside each other say the same as the whole word, for every word and every cut', () => {
    const words = fc.integer({ min: 0, max: 0xffff });
    const cuts = fc.integer({ min: 1, max: 15 });
    fc.assert(
      fc.property(words, cuts, (word, cut) => {
        const hex = word.toString(16).padStart(4, '0');
        const low = decode(hex, { mask: (1 << cut) - 1 }).value;
        const high = decode(hex, { mask: 0xffff & ~((1 << cut) - 1) }).value;
        expect(high * 2 ** cut + low).toBe(word);
      }),
      { seed: testSeed() },
    );
  });
});

describe('scale and offset', () => {
  it('gives the number that stands in the manual, without the rounding of multiplication', () => {
    expect(decode('000C', { scale: 0.1 })).toEqual(good(1.2));
    expect(decode('0003', { scale: 0.1 })).toEqual(good(0.3));
    expect(decode('01C2', { scale: 0.001 })).toEqual(good(0.45));
  });

  it('multiplies where the scale is no simple fraction, and adds the offset', () => {
    expect(decode('0004', { scale: 2.5, offset: -40 })).toEqual(good(-30));
    expect(decode('0004', { scale: -0.5 })).toEqual(good(-2));
    expect(decode('0004', { offset: 1 })).toEqual(good(5));
  });

  it('every u16 with a decimal scale equals the number written with that many decimals', () => {
    const raws = fc.integer({ min: 0, max: 65_535 });
    const decimals = fc.integer({ min: 0, max: 4 });
    fc.assert(
      fc.property(raws, decimals, (raw, digits) => {
        const hex = raw.toString(16).padStart(4, '0');
        expect(decode(hex, { scale: Number(`1e-${digits}`) }).value).toBe(Number(`${raw}e-${digits}`));
      }),
      { seed: testSeed() },
    );
  });
});

describe('an exponent of ten beside the scale', () => {
  const scaled = (raw: number, exponent: number, format: Partial<RegisterFormat> = {}) => {
    const block = new DataView(new ArrayBuffer(2));
    block.setUint16(0, raw);
    return decodeRegisters({ ...PLAIN, ...format }, block, 0, exponent);
  };

  it('moves the decimal point without rounding, for every register and exponent', () => {
    const raws = fc.integer({ min: 0, max: 65_535 });
    const exponents = fc.integer({ min: -10, max: 10 });
    fc.assert(
      fc.property(raws, exponents, (raw, exponent) => {
        expect(scaled(raw, exponent).value).toBe(Number(`${raw}e${exponent}`));
      }),
      { seed: testSeed() },
    );
  });

  it('comes before scale and offset, and the range after them', () => {
    expect(scaled(1_234, -1, { scale: 0.001 })).toEqual(good(0.1234));
    expect(scaled(1_234, 2, { scale: 0.001 })).toEqual(good(123.4));
    expect(scaled(250, -1, { offset: -40 })).toEqual(good(-15));
    expect(scaled(100, 1, { range: { min: 0, max: 100 } })).toEqual(bad('out-of-range'));
    expect(scaled(1_000, -1, { range: { min: 0, max: 100 } })).toEqual(good(100));
  });

  it('does not make a sentinel a value', () => {
    expect(scaled(0xffff, -2, { sentinels: [0xffff] })).toEqual(bad('sentinel'));
  });
});

describe('values that must not be used', () => {
  it('a sentinel is bad, not 65.535 MPa', () => {
    expect(decode('FFFF', { scale: 0.001, sentinels: [0xffff] })).toEqual(bad('sentinel'));
  });

  it('a sentinel may be written as bits or as the signed number', () => {
    expect(decode('8000', { type: 'i16', sentinels: [0x8000] })).toEqual(bad('sentinel'));
    expect(decode('8000', { type: 'i16', sentinels: [-32_768] })).toEqual(bad('sentinel'));
    expect(decode('8000 0000', { type: 'i32', sentinels: [0x80000000] })).toEqual(bad('sentinel'));
    expect(decode('7FC0 0001', { type: 'f32', sentinels: [0x7fc00001] })).toEqual(bad('sentinel'));
    expect(decode('FFFF', { sentinels: [-1] })).toEqual(bad('sentinel'));
    expect(decode('C61C 3C00', { type: 'f32', sentinels: [-9_999] })).toEqual(bad('sentinel'));
  });

  it('a sentinel of 64 bits is met exactly as far as a number can say it', () => {
    const all = 'FFFF FFFF FFFF FFFF';
    expect(decode(all, { type: 'i64', sentinels: [-1] })).toEqual(bad('sentinel'));
    for (const sentinel of [-1, 2 ** 64]) {
      const signed = (hex: string) => decode(hex, { type: 'i64', sentinels: [sentinel] });
      expect(signed(all)).toEqual(bad('sentinel'));
      expect(signed('FFFF FFFF FFFF FFFE')).toEqual(good(-2));
      expect(signed('FFFF FFFF FFFF FC00')).toEqual(good(-1_024));
      expect(signed('0000 0000 0000 0000')).toEqual(good(0));
    }
    for (const limit of ['7FFF FFFF FFFF FFFF', '8000 0000 0000 0000'])
      expect(decode(limit, { type: 'i64', sentinels: [2 ** 63] })).toEqual(bad('sentinel'));
    const low = 2 ** 64 - 2_048;
    expect(decode('FFFF FFFF FFFF F800', { type: 'i64', sentinels: [low] })).toEqual(bad('sentinel'));
    expect(decode(all, { type: 'u64', sentinels: [-1] })).toEqual(bad('sentinel'));
    expect(decode(all, { type: 'u64', sentinels: [0xffff_ffff] })).toEqual(good(2 ** 64));
    expect(decode('0000 0000 FFFF FFFF', { type: 'u64', sentinels: [0xffff_ffff] })).toEqual(bad('sentinel'));
    expect(decode('8000 0000 0000 0000', { type: 'i64', sentinels: [-(2 ** 63)] })).toEqual(bad('sentinel'));
    expect(decode('001F FFFF FFFF FFFE', { type: 'u64', sentinels: [2 ** 53 - 1] })).toEqual(
      good(2 ** 53 - 2),
    );
    expect(decode('001F FFFF FFFF FFFF', { type: 'u64', sentinels: [2 ** 53 - 1] })).toEqual(bad('sentinel'));
    expect(decode('C0C3 8780 0000 0000', { type: 'f64', sentinels: [-9_999] })).toEqual(bad('sentinel'));
  });

  it('a sentinel is met in the order of words and bytes of its value', () => {
    const lowFirst = { wordOrder: 'low-first', byteOrder: 'low-first' } as const;
    expect(decode('0000 0080', { type: 'i32', ...lowFirst, sentinels: [0x8000_0000] })).toEqual(
      bad('sentinel'),
    );
    expect(decode('0080', { type: 'i16', ...lowFirst, sentinels: [0x8000] })).toEqual(bad('sentinel'));
  });

  it('a bit of a register that holds a sentinel is bad', () => {
    expect(decode('FFFF', { bit: 3, sentinels: [0xffff] })).toEqual(bad('sentinel'));
  });

  it('a sentinel in one byte makes bits and fields of the word bad, whatever the other byte says', () => {
    const format = { sentinels: [0xff], sentinelMask: 0x00ff };
    for (const hex of ['00FF', '13FF', 'FFFF']) {
      expect(decode(hex, { ...format, bit: 0 })).toEqual(bad('sentinel'));
      expect(decode(hex, { ...format, bit: 9 })).toEqual(bad('sentinel'));
      expect(decode(hex, { ...format, mask: 0xff00 })).toEqual(bad('sentinel'));
      expect(decode(hex, format)).toEqual(bad('sentinel'));
    }
    expect(decode('FF01', { ...format, bit: 0 })).toEqual(good(1));
    expect(decode('FF01', { ...format, mask: 0xff00 })).toEqual(good(0xff));
  });

  it('a sentinel in the upper byte is written where it stands', () => {
    const format = { sentinels: [0xff00], sentinelMask: 0xff00, mask: 0x00ff };
    expect(decode('FF01', format)).toEqual(bad('sentinel'));
    expect(decode('FE01', format)).toEqual(good(1));
  });

  it('under a sentinel mask the signed number is no sentinel: bits are compared', () => {
    expect(decode('FFFF', { type: 'i16', sentinels: [-1], sentinelMask: 0xffff })).toEqual(good(-1));
  });

  it.each(['7FC0 0000', '7F80 0000', 'FF80 0000', 'FFFF FFFF'])('the float %s is not a number', (hex) => {
    expect(decode(hex, { type: 'f32', range: { min: -1, max: 1 } })).toEqual(bad('not-a-number'));
  });

  it('a value outside the physical range is bad, the limits themselves are not', () => {
    const range = { min: 0, max: 1.6 };
    expect(decode('0010', { scale: 0.1, range })).toEqual(good(1.6));
    expect(decode('0011', { scale: 0.1, range })).toEqual(bad('out-of-range'));
    expect(decode('FFFF', { type: 'i16', range })).toEqual(bad('out-of-range'));
    expect(decode('0000', { range })).toEqual(good(0));
  });

  it('a state without a declared meaning is uncertain and keeps its value', () => {
    const states = new Set([0, 1]);
    expect(decode('0001', { states })).toEqual(good(1));
    expect(decode('0007', { states })).toEqual({ value: 7, quality: QUALITIES['unknown-state'].code });
    expect(decode('FFFF', { states, sentinels: [0xffff] })).toEqual(bad('sentinel'));
  });

  it('single precision does not push a value over its limit', () => {
    expect(decode('3E99 999A', { type: 'f32', range: { min: 0, max: 0.3 } }).quality).toBe(
      QUALITIES.good.code,
    );
  });

  it('no bits whatever give a bad quality with a value, or a good one without', () => {
    const types = fc.constantFrom(...REGISTER_TYPES.filter((type) => type !== 'string'));
    const words = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(types, words, (type, bytes) => {
        const format = { ...PLAIN, type, range: { min: -1_000, max: 1_000 } } as RegisterFormat;
        const { value, quality } = decodeRegisters(format, new DataView(Uint8Array.from(bytes).buffer), 0);
        expect(Number.isNaN(value)).toBe(quality !== QUALITIES.good.code);
        if (quality === QUALITIES.good.code) expect(Math.abs(value)).toBeLessThanOrEqual(1_000.01);
      }),
      { seed: testSeed() },
    );
  });

  it('no bytes whatever of a string give a text that cannot be shown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 8, maxLength: 8 }), (bytes) => {
        const format: RegisterFormat = { ...PLAIN, type: 'string', length: 4 };
        const { quality, text } = decodeRegisters(format, new DataView(Uint8Array.from(bytes).buffer), 0);
        expect(text === undefined).toBe(quality !== QUALITIES.good.code);
        expect(text ?? '').toMatch(/^[^\p{C}\p{Zl}\p{Zp}\uFFFD]*$/u);
      }),
      { seed: testSeed() },
    );
  });

  it('a number says the same whether it has the short way or the long one, whatever its format', () => {
    const types = fc.constantFrom(...REGISTER_TYPES.filter((type) => type !== 'string'));
    const orders = fc.constantFrom('high-first', 'low-first');
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
    const sentinels = fc.constantFrom(
      0xffff,
      0x8000,
      -1,
      -0x8000,
      0x7fff,
      0xffffffff,
      0x80000000,
      70_000,
      0.5,
    );
    const format = fc.record({
      type: types,
      wordOrder: orders,
      byteOrder: orders,
      scale: fc.constantFrom(1, 0.1, -2.5),
      range: fc.option(fc.constant({ min: -1_000, max: 1_000 })),
      states: fc.option(fc.constant(new Set([0, 1]))),
    });
    // Half of the registers hold what sentinels look like.
    const words = fc.oneof(
      bytes,
      fc.constantFrom('FFFFFFFFFFFFFFFF', '8000000080000000', '7FFF7FFF7FFF7FFF'),
    );
    fc.assert(
      fc.property(format, sentinels, words, (made, sentinel, held) => {
        const hex = typeof held === 'string' ? held : Buffer.from(held).toString('hex');
        const short = decode(hex, { ...made, sentinels: [sentinel] });
        expect(short).toEqual(decode(hex, { ...made, sentinels: [sentinel, sentinel] }));
        const without = decode(hex, made);
        expect(without).toEqual(decode(hex, { ...made, sentinels: [1e300, 1e300] }));
        if (short.quality !== QUALITIES.sentinel.code) expect(short).toEqual(without);
      }),
      { seed: testSeed(), numRuns: 1_000 },
    );
  });

  it('a block that ends inside the value is refused, whatever the type', () => {
    for (const type of REGISTER_TYPES) {
      const block = new DataView(new ArrayBuffer(2 * registersOf(type, 2) - 1));
      expect(() => decodeRegisters({ ...PLAIN, type, length: 2 }, block, 0), type).toThrow(RangeError);
    }
  });
});
