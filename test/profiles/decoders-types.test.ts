/** Registers → values of every type: 64 bits, BCD, strings, 4–20 mA, and the orders of words and bytes. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import {
  compileDecoder,
  decodeRegisters,
  REGISTER_TYPES,
  type RegisterFormat,
} from '../../src/profiles/decoders.ts';
import { toDecoded } from '../../src/profiles/values.ts';
import { testSeed } from '../support/seed.ts';
import { bad, decode, good, PLAIN } from './register-formats.ts';

describe('64 bits', () => {
  it.each([
    ['u64', '0000 0000 0000 0001', 1],
    ['u64', '0000 0001 0000 0000', 4_294_967_296],
    ['u64', '001F FFFF FFFF FFFF', 9_007_199_254_740_991],
    ['u64', 'FFFF FFFF FFFF FFFF', 2 ** 64],
    ['i64', 'FFFF FFFF FFFF FFFF', -1],
    ['i64', 'FFFF FFFF 0000 0000', -4_294_967_296],
    ['i64', '8000 0000 0000 0000', -(2 ** 63)],
    ['i64', '7FFF FFFF FFFF FFFF', 2 ** 63],
    ['f64', '3FF0 0000 0000 0000', 1],
    ['f64', 'C004 0000 0000 0000', -2.5],
    ['bcd64', '0000 0001 0000 0000', 100_000_000],
    ['bcd64', '0000 0000 9999 9999', 99_999_999],
  ] as const)('reads %s %s as %d', (type, hex, value) => {
    expect(decode(hex, { type })).toEqual(good(value));
  });

  it('gives the nearest double of every integer, as BigInt rounds it', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (bits) => {
        const hex = bits.toString(16).padStart(16, '0');
        expect(decode(hex, { type: 'u64' }).value).toBe(Number(bits));
        expect(decode(hex, { type: 'i64' }).value).toBe(Number(BigInt.asIntN(64, bits)));
      }),
      { seed: testSeed() },
    );
  });
});

describe('BCD', () => {
  it.each([
    ['bcd16', '9999', 9_999],
    ['bcd16', '0007', 7],
    ['bcd32', '1234 5678', 12_345_678],
    ['bcd32', '9999 9999', 99_999_999],
  ] as const)('reads %s %s as %d', (type, hex, value) => {
    expect(decode(hex, { type })).toEqual(good(value));
  });

  it.each([
    ['bcd16', '000A'],
    ['bcd16', 'F000'],
    ['bcd32', '0000 00B0'],
    ['bcd32', 'C000 0000'],
    ['bcd64', '0000 0000 000D 0000'],
    ['bcd64', '0E00 0000 0000 0000'],
  ] as const)('with a digit above 9 is no number: %s %s', (type, hex) => {
    expect(decode(hex, { type, range: { min: 0, max: 1 } })).toEqual(bad('decode'));
  });

  it('is scaled and judged like any number', () => {
    expect(decode('0123', { type: 'bcd16', scale: 0.1 })).toEqual(good(12.3));
    expect(decode('0123', { type: 'bcd16', range: { min: 0, max: 100 } })).toEqual(bad('out-of-range'));
    expect(decode('FFFF', { type: 'bcd16', sentinels: [0xffff] })).toEqual(bad('sentinel'));
    expect(decode('9999', { type: 'bcd16', sentinels: [9_999] })).toEqual(bad('sentinel'));
    expect(decode('9999', { type: 'bcd16', sentinels: [0x9999] })).toEqual(bad('sentinel'));
  });
});

describe('orders', () => {
  /** What arrives for the bytes A to D or A to H of a value. */
  const WIRE = {
    'high-first high-first': ['0102 0304', '0102 0304 0506 0708'],
    'low-first high-first': ['0304 0102', '0708 0506 0304 0102'],
    'high-first low-first': ['0201 0403', '0201 0403 0605 0807'],
    'low-first low-first': ['0403 0201', '0807 0605 0403 0201'],
  } as const;

  it.each(Object.entries(WIRE))('words and bytes %s: 32 bits %s', (orders, [short, long]) => {
    const [wordOrder, byteOrder] = orders.split(' ') as ['high-first', 'high-first'];
    expect(decode(short, { type: 'u32', wordOrder, byteOrder })).toEqual(good(0x01020304));
    expect(decode(long, { type: 'u64', wordOrder, byteOrder })).toEqual(good(Number(0x0102030405060708n)));
  });

  it('turn the bytes of a single register, of its bits and of its bit fields', () => {
    const swapped = { byteOrder: 'low-first' } as const;
    expect(decode('0102', swapped)).toEqual(good(0x0201));
    expect(decode('FEFF', { ...swapped, type: 'i16' })).toEqual(good(-2));
    expect(decode('0100', { ...swapped, bit: 8 })).toEqual(good(0));
    expect(decode('0100', { ...swapped, bit: 0 })).toEqual(good(1));
    expect(decode('0102', { ...swapped, mask: 0xff00 })).toEqual(good(2));
    expect(decode('FF01', { ...swapped, sentinels: [0xff], sentinelMask: 0xff })).toEqual(bad('sentinel'));
  });

  it('of a value do not depend on where it stands in the block', () => {
    const types = fc.constantFrom(...REGISTER_TYPES.filter((type) => type !== 'string'));
    const orders = fc.constantFrom('high-first', 'low-first');
    const bytes = fc.uint8Array({ minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(types, orders, orders, bytes, fc.nat(20), (type, wordOrder, byteOrder, value, words) => {
        const format = { ...PLAIN, type, wordOrder, byteOrder } as RegisterFormat;
        const block = Uint8Array.from([...Array<number>(2 * words).fill(0xad), ...value]);
        const alone = decodeRegisters(format, new DataView(Uint8Array.from(value).buffer), 0);
        expect(decodeRegisters(format, new DataView(block.buffer), 2 * words)).toEqual(alone);
      }),
      { seed: testSeed() },
    );
  });
});

describe('strings', () => {
  const string = (hex: string, format: Partial<RegisterFormat> = {}) =>
    decode(hex, { type: 'string', length: hex.replaceAll(' ', '').length / 4, ...format });
  const text = (value: string) => ({ value: Number.NaN, quality: QUALITIES.good.code, text: value });

  it.each([
    ['4142 4344', 'ABCD'],
    ['4142 4300', 'ABC'],
    ['4142 2020 0000', 'AB'],
    ['2041 4220', ' AB'],
    ['4142 2043', 'AB C'],
    ['0000', ''],
    // 泵 in UTF-8: E6 B3 B5.
    ['E6B3 B531', '泵1'],
  ])('%s is "%s"', (hex, value) => {
    expect(string(hex)).toEqual(text(value));
  });

  it('have their bytes swapped where the device swaps them', () => {
    expect(string('4241 4443', { byteOrder: 'low-first' })).toEqual(text('ABCD'));
    expect(string('4241 0043', { byteOrder: 'low-first' })).toEqual(text('ABC'));
  });

  it.each([
    ['a control character', '4107 4200'],
    ['a zero inside', '4100 4200'],
    ['a zero in front', '0041 0042'],
    ['a byte that is not UTF-8', '41FF'],
    ['a character cut in two', '41E6'],
    ['an overlong form', 'C0AF'],
    ['a byte order mark', 'EFBB BF41'],
    ['a character that turns the line around', 'E280 AE41'],
    ['a line separator', 'E280 A841'],
  ])('with %s are no text', (_what, hex) => {
    expect(string(hex)).toEqual(bad('decode'));
  });

  it('never read behind the block', () => {
    expect(() => decode('4142', { type: 'string', length: 2 })).toThrow(RangeError);
  });

  it('do not remember what was read before', () => {
    const decoder = compileDecoder({ ...PLAIN, type: 'string', length: 2 });
    const view = (hex: string) => new DataView(Uint8Array.from(Buffer.from(hex, 'hex')).buffer);
    const columns = { value: new Float64Array(2), quality: new Uint8Array(2), text: ['before', 'beside'] };
    const read = (hex: string) => {
      decoder(view(hex), 0, columns, 0);
      return toDecoded(columns, 0);
    };
    expect(read('41424344')).toEqual(text('ABCD'));
    expect(read('45000000')).toEqual(text('E'));
    expect(read('07000000')).toEqual(bad('decode'));
    expect(columns.text).toEqual([undefined, 'beside']);
  });
});

describe('4–20 mA', () => {
  /** Raw in µA, value in bar: the arithmetic can be followed by eye. */
  const loop = { raw: { at4: 4_000, at20: 20_000 }, value: { at4: 0, at20: 16 } };
  const current = (microAmps: number, format: Partial<RegisterFormat> = {}) =>
    decode(microAmps.toString(16).padStart(4, '0'), { loop, ...format });

  it.each([
    [4_000, 0],
    [12_000, 8],
    [20_000, 16],
    [3_800, -0.2],
    [20_500, 16.5],
    [3_600, -0.4],
    [21_000, 17],
  ])('%d µA are %d bar', (raw, value) => {
    expect(current(raw).quality).toBe(QUALITIES.good.code);
    expect(current(raw).value).toBeCloseTo(value, 9);
  });

  it.each([0, 1, 3_599])('%d µA are a broken wire, whatever the range says', (raw) => {
    expect(current(raw, { range: { min: -100, max: 100 } })).toEqual(bad('wire-break'));
    expect(current(raw, { range: { min: 0, max: 16 } })).toEqual(bad('wire-break'));
  });

  it.each([21_001, 22_000, 65_535])('%d µA are the failure signal of the transmitter', (raw) => {
    expect(current(raw)).toEqual(bad('loop-high'));
  });

  it('is judged by the range in between', () => {
    expect(current(3_900, { range: { min: 0, max: 16 } })).toEqual(bad('out-of-range'));
    expect(current(3_900, { range: { min: -0.4, max: 17 } }).quality).toBe(QUALITIES.good.code);
  });

  it('may fall as the current rises', () => {
    const falling = { raw: loop.raw, value: { at4: 5, at20: 0 } };
    expect(decode('2EE0', { loop: falling })).toEqual(good(2.5));
    const turned = { raw: { at4: 20_000, at20: 4_000 }, value: { at4: 0, at20: 16 } };
    expect(decode('4E20', { loop: turned })).toEqual(good(0));
    expect(decode('4FB0', { loop: turned }).quality).toBe(QUALITIES.good.code);
    expect(decode('4FB1', { loop: turned })).toEqual(bad('wire-break'));
  });

  it('of a sentinel is a sentinel, of no number is none', () => {
    expect(decode('7FFF', { type: 'i16', loop, sentinels: [0x7fff] })).toEqual(bad('sentinel'));
    for (const hex of ['7FC0 0000', '7F80 0000', 'FF80 0000']) {
      expect(decode(hex, { type: 'f32', loop })).toEqual(bad('not-a-number'));
    }
  });
});
