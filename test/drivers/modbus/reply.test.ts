/** Answers → samples: what fits its request, scale registers, texts, bits. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSamples } from '../../../src/acquisition/samples.ts';
import { QUALITIES } from '../../../src/core/quality.ts';
import type { PointSample } from '../../../src/drivers/driver.ts';
import { compileReply, decodeReply, type Scales, toUnreadable } from '../../../src/drivers/modbus/reply.ts';
import type { ModbusItem, ModbusRequest, ModbusScale } from '../../../src/drivers/modbus/request.ts';
import { BYTE_ORDERS, decodeRegisters, REGISTER_TYPES, WORD_ORDERS } from '../../../src/profiles/decoders.ts';
import { PLAIN } from '../../profiles/register-formats.ts';
import { testSeed } from '../../support/seed.ts';

const KEY = 'unit 1 holding 9';

/** Point 0 stands at the first address, point 1 at the second … */
function request(items: readonly Partial<ModbusItem>[], scales: readonly ModbusScale[] = []): ModbusRequest {
  const made = items.map((item, point) => ({ point, at: point, format: PLAIN, scale: null, ...item }));
  const last = [...made, ...scales].map(({ at }) => at);
  const count = Math.max(...last) + 1;
  return { unit: 1, functionCode: 3, address: 0, count, isBits: false, items: made, scales };
}

function answer(hex: string): Buffer {
  const data = Buffer.from(hex.replaceAll(' ', ''), 'hex');
  return Buffer.concat([Buffer.from([3, data.length]), data]);
}

/** Key: a request; value: what the connection keeps of it from one answer to the next. */
const compiled = new Map<ModbusRequest, ReturnType<typeof compileReply>>();

function toReply(of: ModbusRequest): ReturnType<typeof compileReply> {
  const reply = compiled.get(of) ?? compileReply(of);
  compiled.set(of, reply);
  return reply;
}

function decoded(of: ModbusRequest, bytes: Buffer, scales: Scales = new Map()): PointSample[] | null {
  const columns = decodeReply(toReply(of), bytes, scales);
  return columns && toSamples(columns);
}

const values = (of: ModbusRequest, hex: string, scales: Scales = new Map()) =>
  decoded(of, answer(hex), scales)?.map(({ value }) => value);

const qualities = (of: ModbusRequest, hex: string, scales: Scales = new Map()) =>
  decoded(of, answer(hex), scales)?.map(({ quality }) => quality);

const { good, sentinel, decode } = QUALITIES;

describe('an answer', () => {
  const two = request([{}, { at: 1 }]);

  it('gives every point its register, in the order of the request', () => {
    expect(values(two, '0001 0002')).toEqual([1, 2]);
    expect(values(request([{ at: 1 }, { at: 0 }]), '0001 0002')).toEqual([2, 1]);
  });

  it('is read the same however often its request is made', () => {
    expect(values(two, '0001 0002')).toEqual([1, 2]);
    expect(values(two, '0003 0004')).toEqual([3, 4]);
  });

  it.each([
    ['too short', '0001'],
    ['too long', '0001 0002 0003'],
    ['empty', ''],
    ['of half a register', '0001 00'],
  ])('%s is not read at all', (_what, hex) => {
    expect(decoded(two, answer(hex))).toBeNull();
  });

  it('whose byte count contradicts its length is not read at all', () => {
    const lying = answer('0001 0002');
    lying[1] = 6;
    expect(decoded(two, lying)).toBeNull();
    lying[1] = 4;
    expect(decoded(two, lying.subarray(0, 4))).toBeNull();
    expect(decoded(two, lying.subarray(0, 1))).toBeNull();
    expect(decoded(two, Buffer.alloc(0))).toBeNull();
  });

  it('that cannot be read says so of every point', () => {
    expect(values(two, '0001 0002')).toEqual([1, 2]);
    expect(toSamples(toUnreadable(toReply(two)))).toEqual(
      [0, 1].map((point) => ({ point, value: Number.NaN, quality: decode.code, sourceMs: Number.NaN })),
    );
  });

  it('may stand anywhere in the memory of its buffer', () => {
    const shifted = Buffer.concat([Buffer.alloc(3), answer('0001 0002')]).subarray(3);
    expect(decoded(two, shifted)?.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('carries a text in place of a value, and only there', () => {
    const format = { ...PLAIN, type: 'string', length: 2 } as const;
    const both = { ...request([{ format }, { at: 2 }]), count: 3 };
    const samples = decoded(both, answer('4142 4300 0007'));
    expect(samples).toEqual([
      { point: 0, value: Number.NaN, quality: good.code, sourceMs: Number.NaN, text: 'ABC' },
      { point: 1, value: 7, quality: good.code, sourceMs: Number.NaN },
    ]);
    expect(samples![1]).not.toHaveProperty('text');
    expect(toSamples(toUnreadable(toReply(both)))[0]).not.toHaveProperty('text');
  });

  it('that holds no text carries none', () => {
    const format = { ...PLAIN, type: 'string', length: 1 } as const;
    const samples = decoded(request([{ format }]), answer('0141'));
    expect(samples).toEqual([{ point: 0, value: Number.NaN, quality: decode.code, sourceMs: Number.NaN }]);
  });

  it('of bits gives the lowest bit of the first byte first', () => {
    const items = [0, 1, 7, 8, 9].map((at, point) => ({ point, at, format: null, scale: null }));
    const bits = { ...request([{}]), functionCode: 1, isBits: true, count: 10, items };
    expect(values(bits, '81 02')).toEqual([1, 0, 1, 0, 1]);
    expect(decoded(bits, answer('81'))).toBeNull();
  });
});

it('every point of a request says what its registers say alone, whatever was read before', () => {
  const formats = fc.array(
    fc.record({
      type: fc.constantFrom(...REGISTER_TYPES),
      wordOrder: fc.constantFrom(...WORD_ORDERS),
      byteOrder: fc.constantFrom(...BYTE_ORDERS),
      bit: fc.option(fc.constant(3), { freq: 1 }),
      sentinels: fc.constantFrom([], [0xffff], [0xffff, 0]),
      scale: fc.constantFrom(1, 0.1),
      range: fc.constantFrom(null, { min: 0, max: 30_000 }, { min: 0, max: Number.POSITIVE_INFINITY }),
      states: fc.constantFrom(null, new Set([0]), new Set([0, 1])),
    }),
    { minLength: 1, maxLength: 20 },
  );
  const words = fc.array(fc.oneof(fc.nat(0xffff), fc.constantFrom(0, 0xffff, 0x4142)), {
    minLength: 80,
    maxLength: 80,
  });
  fc.assert(
    fc.property(formats, fc.array(words, { minLength: 1, maxLength: 3 }), (made, answers) => {
      const items = made.map((format, point) => ({
        at: 4 * point,
        format: { ...PLAIN, ...format, length: 2, bit: format.type === 'u16' ? format.bit : null },
      }));
      const of = { ...request(items), count: 80 };
      for (const registers of answers) {
        const data = Buffer.from(registers.flatMap((word) => [word >> 8, word & 0xff]));
        const block = new DataView(Uint8Array.from(data).buffer);
        const alone = items.map(({ at, format }, point) => ({
          point,
          sourceMs: Number.NaN,
          ...decodeRegisters(format, block, 2 * at),
        }));
        expect(decoded(of, Buffer.concat([Buffer.from([3, 160]), data]))).toEqual(alone);
      }
    }),
    { seed: testSeed() },
  );
});

describe('a scale register', () => {
  const scaled = request([{ scale: KEY }], [{ key: KEY, at: 1 }]);

  it('in the same answer scales its point, wherever it stands', () => {
    expect(values(scaled, '04D2 FFFE')).toEqual([12.34]);
    const before = request([{ at: 1, scale: KEY }], [{ key: KEY, at: 0 }]);
    expect(values(before, '0002 04D2')).toEqual([123_400]);
  });

  it('that changes takes effect at once, and again when it changes back', () => {
    const scales: Scales = new Map();
    expect(values(scaled, '04D2 FFFF', scales)).toEqual([123.4]);
    expect(values(scaled, '04D2 0000', scales)).toEqual([1_234]);
    expect(values(scaled, '04D2 FFFF', scales)).toEqual([123.4]);
  });

  it('of another answer is the one that was read last', () => {
    const scales: Scales = new Map();
    const alone = request([{ scale: KEY }]);
    const carrier = { ...request([{}], [{ key: KEY, at: 0 }]), items: [] };
    expect(qualities(alone, '04D2', scales)).toEqual([decode.code]);
    decoded(carrier, answer('FFFF'), scales);
    expect(values(alone, '04D2', scales)).toEqual([123.4]);
    decoded(carrier, answer('8000'), scales);
    expect(qualities(alone, '04D2', scales)).toEqual([sentinel.code]);
  });

  it('is not taken from an answer that does not fit its request', () => {
    const scales: Scales = new Map();
    expect(decoded(scaled, answer('04D2 FFFE 0000'), scales)).toBeNull();
    expect(scales.size).toBe(0);
  });

  it.each([
    ['8000', 'sentinel'],
    ['000B', 'decode'],
    ['FFF5', 'decode'],
    ['7FFF', 'decode'],
    ['FFFF', 'good'],
    ['000A', 'good'],
    ['FFF6', 'good'],
  ] as const)('of %s makes its point %s', (hex, reason) => {
    const [sample] = decoded(scaled, answer(`0001 ${hex}`))!;
    expect(sample!.quality).toBe(QUALITIES[reason].code);
    expect(Number.isNaN(sample!.value)).toBe(reason !== 'good');
  });

  it('leaves the points of the same answer alone that do not name it', () => {
    const mixed = request([{ scale: KEY }, {}], [{ key: KEY, at: 2 }]);
    expect(values(mixed, '0001 0002 8000')).toEqual([Number.NaN, 2]);
  });

  it('is applied before the range is judged', () => {
    const format = { ...PLAIN, range: { min: 0, max: 100 } };
    const ranged = request([{ format, scale: KEY }], [{ key: KEY, at: 1 }]);
    expect(values(ranged, '03E8 FFFF')).toEqual([100]);
    expect(qualities(ranged, '0064 0001')).toEqual([QUALITIES['out-of-range'].code]);
  });
});
