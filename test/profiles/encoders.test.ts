/** Values → registers: the way back of every format, and everything that no register can hold. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import { decodeRegisters, REGISTER_TYPES, type RegisterFormat } from '../../src/profiles/decoders.ts';
import { encodePart, encodeRegisters } from '../../src/profiles/encoders.ts';
import { testSeed } from '../support/seed.ts';
import { PLAIN } from './register-formats.ts';

type Changes = Partial<RegisterFormat>;

/** Registers in hexadecimal, or what would be allowed. */
function encode(value: number, format: Changes = {}): string {
  const encoded = encodeRegisters({ ...PLAIN, ...format }, value);
  if ('problem' in encoded) return `allowed: ${encoded.problem}`;
  return encoded.registers.map((register) => register.toString(16).toUpperCase().padStart(4, '0')).join(' ');
}

const part = (value: number, format: Changes) => encodePart({ ...PLAIN, ...format }, value);

describe('registers of a value', () => {
  it.each([
    ['u16', 65_534, 'FFFE'],
    ['i16', -2, 'FFFE'],
    ['u32', 65_538, '0001 0002'],
    ['i32', -2, 'FFFF FFFE'],
    ['u64', 8_589_934_595, '0000 0002 0000 0003'],
    ['i64', -2, 'FFFF FFFF FFFF FFFE'],
    ['f32', -2.5, 'C020 0000'],
    ['f64', 1_234_567.89, '4132 D687 E3D7 0A3D'],
    ['bcd16', 1_234, '1234'],
    ['bcd32', 12_345_678, '1234 5678'],
    ['bcd64', 12_345_678_901_234, '0012 3456 7890 1234'],
    ['bcd16', 0, '0000'],
  ] as const)('%s %d', (type, value, hex) => {
    expect(encode(value, { type })).toBe(hex);
  });

  it('stand in the order of words and bytes of the format', () => {
    const type = 'u32';
    expect(encode(0x01020304, { type, wordOrder: 'low-first' })).toBe('0304 0102');
    expect(encode(0x01020304, { type, byteOrder: 'low-first' })).toBe('0201 0403');
    expect(encode(0x01020304, { type, wordOrder: 'low-first', byteOrder: 'low-first' })).toBe('0403 0201');
    expect(encode(0x0102, { byteOrder: 'low-first' })).toBe('0201');
  });

  it('undo scale and offset, to the nearest raw step', () => {
    expect(encode(4.5, { scale: 0.01 })).toBe('01C2');
    expect(encode(0.3, { scale: 0.1 })).toBe('0003');
    expect(encode(20, { scale: 0.01, offset: -273.15 })).toBe('7283');
    expect(encode(4.504, { scale: 0.01 })).toBe('01C2');
    expect(encode(4.506, { scale: 0.01 })).toBe('01C3');
    expect(encode(-5, { type: 'i16', scale: -0.5 })).toBe('000A');
  });
});

describe('a value that does not fit', () => {
  it.each([
    ['u16', 65_536, '0 … 65535'],
    ['u16', -1, '0 … 65535'],
    ['i16', 32_768, '-32768 … 32767'],
    ['i16', -32_769, '-32768 … 32767'],
    ['u32', 4_294_967_296, '0 … 4294967295'],
    ['i32', -2_147_483_649, '-2147483648 … 2147483647'],
    ['bcd16', 10_000, '0 … 9999'],
    ['bcd16', -1, '0 … 9999'],
    ['bcd32', 100_000_000, '0 … 99999999'],
  ] as const)('%s %d is refused, never wrapped', (type, value, allowed) => {
    expect(encode(value, { type })).toBe(`allowed: ${allowed}`);
  });

  it.each([
    ['u64', 2 ** 64],
    ['u64', -1],
    ['i64', 2 ** 63],
    ['i64', -(2 ** 63) - 2_048],
    ['bcd64', 1e16],
    ['f32', 3.5e38],
    ['f32', -3.5e38],
  ] as const)('%s %d is refused as well', (type, value) => {
    expect(encode(value, { type })).toMatch(/^allowed: /);
  });

  it('is no number at all', () => {
    for (const type of REGISTER_TYPES) {
      if (type === 'string') continue;
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        expect(encode(value, { type })).toMatch(/^allowed: /);
      }
    }
  });

  it('is told in the unit of the point', () => {
    expect(encode(6_553.6, { scale: 0.1 })).toBe('allowed: 0 … 6553.5');
    expect(encode(100, { type: 'i16', scale: -0.001, offset: 1 })).toBe('allowed: -31.767 … 33.768');
  });

  it('but rounds to one that fits is written', () => {
    expect(encode(65_535.4)).toBe('FFFF');
    expect(encode(65_535.5)).toBe('allowed: 0 … 65535');
    expect(encode(-0.4)).toBe('0000');
  });

  it('reads as "not available"', () => {
    expect(encode(65_535, { sentinels: [0xffff] })).toBe('allowed: ≠ 65535');
    expect(encode(-1, { type: 'i16', sentinels: [0xffff] })).toBe('allowed: ≠ -1');
    expect(encode(65_534, { sentinels: [0xffff] })).toBe('FFFE');
  });
});

describe('a part of a register', () => {
  it('is the bit and nothing else', () => {
    expect(part(1, { bit: 3 })).toEqual({ mask: 0x0008, bits: 0x0008 });
    expect(part(0, { bit: 15 })).toEqual({ mask: 0x8000, bits: 0 });
  });

  it('is the field under the mask', () => {
    expect(part(5, { mask: 0x0f00 })).toEqual({ mask: 0x0f00, bits: 0x0500 });
    expect(part(0, { mask: 0xff00 })).toEqual({ mask: 0xff00, bits: 0 });
    expect(part(0.3, { mask: 0x00f0, scale: 0.1 })).toEqual({ mask: 0x00f0, bits: 0x0030 });
  });

  it('stands in the other byte where the device swaps them', () => {
    expect(part(1, { bit: 0, byteOrder: 'low-first' })).toEqual({ mask: 0x0100, bits: 0x0100 });
    expect(part(5, { mask: 0x0f00, byteOrder: 'low-first' })).toEqual({ mask: 0x000f, bits: 0x0005 });
  });

  it.each([
    [{ bit: 0 }, 2, '0, 1'],
    [{ bit: 0 }, 0.5, '0, 1'],
    [{ bit: 0 }, Number.NaN, '0, 1'],
    [{ mask: 0x0f00 }, 16, '0 … 15'],
    [{ mask: 0x0f00 }, -1, '0 … 15'],
    [{ mask: 0x0f00 }, Number.NaN, '0 … 15'],
    // A mask with a hole: 2 would fall into it.
    [{ mask: 0x0090 }, 2, '0 … 9'],
  ])('%j does not hold %d', (format, value, problem) => {
    expect(part(value, format)).toEqual({ problem });
  });
});

describe('what is written', () => {
  const orders = fc.constantFrom('high-first', 'low-first');
  const base = { wordOrder: orders, byteOrder: orders, offset: fc.constantFrom(0, -40, 100) };
  /** Where in a block the registers stand, in registers. */
  const place = fc.nat(30);

  function readBack(format: RegisterFormat, registers: readonly number[], at: number) {
    const block = new DataView(new ArrayBuffer(2 * (at + registers.length + 1)));
    for (let offset = 0; offset < block.byteLength; offset++) block.setUint8(offset, 0xa5);
    registers.forEach((register, index) => block.setUint16(2 * (at + index), register));
    return decodeRegisters(format, block, 2 * at);
  }

  function expectRoundTrip(changes: Changes, value: number, at: number, step: number): void {
    const format = { ...PLAIN, ...changes };
    const encoded = encodeRegisters(format, value);
    expect(encoded).toHaveProperty('registers');
    if (!('registers' in encoded)) return;
    const { value: read, quality } = readBack(format, encoded.registers, at);
    expect(quality).toBe(QUALITIES.good.code);
    expect(Math.abs(read - value)).toBeLessThanOrEqual(step);
  }

  const WHOLE = {
    u16: [0, 65_535],
    i16: [-32_768, 32_767],
    u32: [0, 4_294_967_295],
    i32: [-2_147_483_648, 2_147_483_647],
    u64: [0, 2 ** 48],
    i64: [-(2 ** 48), 2 ** 48],
    bcd16: [0, 9_999],
    bcd32: [0, 99_999_999],
    bcd64: [0, 2 ** 48],
  } as const;

  it.each(Object.entries(WHOLE))('is read back exactly from a step of %s', (type, [min, max]) => {
    const raw = fc.maxSafeInteger().map((seed) => min + (Math.abs(seed) % (max - min + 1)));
    const scales = fc.constantFrom(1, 0.1, 0.01, 0.001, 10, 2.5, -0.5);
    fc.assert(
      fc.property(raw, scales, fc.record(base), place, (step, scale, changes, at) => {
        const format = { ...PLAIN, ...changes, scale, type } as RegisterFormat;
        // What the format itself says of this step is the value; writing it must give the same step again.
        const first = encodeRegisters({ ...format, scale: 1, offset: 0 }, step);
        if (!('registers' in first)) throw new Error(`${step} is no step of ${type}`);
        const { value } = readBack(format, first.registers, at);
        const again = encodeRegisters(format, value);
        expect(again).toEqual(first);
      }),
      { seed: testSeed() },
    );
  });

  it.each(Object.entries(WHOLE))('is read back to half a step of %s', (type, [min, max]) => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, fc.record(base), place, (ratio, changes, at) => {
        const value = (min + ratio * (max - min)) * 0.01 + changes.offset;
        const format = { ...changes, type, scale: 0.01 } as Changes;
        expectRoundTrip(format, value, at, 0.005 + Math.abs(value) * 1e-12);
      }),
      { seed: testSeed() },
    );
  });

  it('is read back from a float as precisely as it is', () => {
    const value = fc.double({ min: -1e30, max: 1e30, noNaN: true });
    fc.assert(
      fc.property(
        value,
        fc.record({ wordOrder: orders, byteOrder: orders }),
        place,
        (written, changes, at) => {
          const single = Math.abs(written) * 2 ** -24 + 2 ** -149;
          expectRoundTrip({ ...changes, type: 'f32' }, written, at, single);
          expectRoundTrip({ ...changes, type: 'f64' }, written, at, 0);
        },
      ),
      { seed: testSeed() },
    );
  });

  it('changes no bit beside its part, and is read back from it', () => {
    const word = fc.integer({ min: 0, max: 0xffff });
    const from = fc.integer({ min: 0, max: 15 });
    const bits = fc.integer({ min: 1, max: 16 });
    fc.assert(
      fc.property(word, from, bits, fc.nat(0xffff), orders, (before, lowest, width, seed, order) => {
        const mask = (((1 << width) - 1) << lowest) & 0xffff;
        const value = seed % ((mask >>> lowest) + 1);
        const format = { ...PLAIN, mask, byteOrder: order } as RegisterFormat;
        const encoded = encodePart(format, value);
        if (!('bits' in encoded)) throw new Error(`${value} does not fit under ${mask}`);
        const after = (before & ~encoded.mask) | encoded.bits;
        expect(after & ~encoded.mask).toBe(before & ~encoded.mask);
        expect(readBack(format, [after], 0).value).toBe(value);
      }),
      { seed: testSeed() },
    );
  });
});
