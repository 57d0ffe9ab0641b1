/** Answers → samples: what fits its request, scale registers, texts, bits. */
import { describe, expect, it } from 'vitest';
import { QUALITIES } from '../../../src/core/quality.ts';
import { decodeReply, type Scales, toUnreadable } from '../../../src/drivers/modbus/reply.ts';
import type { ModbusItem, ModbusRequest, ModbusScale } from '../../../src/drivers/modbus/request.ts';
import { PLAIN } from '../../profiles/register-formats.ts';

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
  return Buffer.concat([Buffer.from([data.length]), data]);
}

const values = (of: ModbusRequest, hex: string, scales: Scales = new Map()) =>
  decodeReply(of, answer(hex), scales)?.map(({ value }) => value);

const qualities = (of: ModbusRequest, hex: string, scales: Scales = new Map()) =>
  decodeReply(of, answer(hex), scales)?.map(({ quality }) => quality);

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
    expect(decodeReply(two, answer(hex), new Map())).toBeNull();
  });

  it('whose byte count contradicts its length is not read at all', () => {
    const lying = answer('0001 0002');
    lying[0] = 6;
    expect(decodeReply(two, lying, new Map())).toBeNull();
    lying[0] = 4;
    expect(decodeReply(two, lying.subarray(0, 3), new Map())).toBeNull();
    expect(decodeReply(two, Buffer.alloc(0), new Map())).toBeNull();
  });

  it('that cannot be read says so of every point', () => {
    expect(toUnreadable(two)).toEqual(
      [0, 1].map((point) => ({ point, value: Number.NaN, quality: decode.code, sourceMs: Number.NaN })),
    );
  });

  it('may stand anywhere in the memory of its buffer', () => {
    const shifted = Buffer.concat([Buffer.alloc(3), answer('0001 0002')]).subarray(3);
    expect(decodeReply(two, shifted, new Map())?.map(({ value }) => value)).toEqual([1, 2]);
  });

  it('carries a text in place of a value, and only there', () => {
    const format = { ...PLAIN, type: 'string', length: 2 } as const;
    const samples = decodeReply(
      { ...request([{ format }, { at: 2 }]), count: 3 },
      answer('4142 4300 0007'),
      new Map(),
    );
    expect(samples).toEqual([
      { point: 0, value: Number.NaN, quality: good.code, sourceMs: Number.NaN, text: 'ABC' },
      { point: 1, value: 7, quality: good.code, sourceMs: Number.NaN },
    ]);
    expect(samples![1]).not.toHaveProperty('text');
  });

  it('that holds no text carries none', () => {
    const format = { ...PLAIN, type: 'string', length: 1 } as const;
    const samples = decodeReply(request([{ format }]), answer('0141'), new Map());
    expect(samples).toEqual([{ point: 0, value: Number.NaN, quality: decode.code, sourceMs: Number.NaN }]);
  });

  it('of bits gives the lowest bit of the first byte first', () => {
    const items = [0, 1, 7, 8, 9].map((at, point) => ({ point, at, format: null, scale: null }));
    const bits = { ...request([{}]), functionCode: 1, isBits: true, count: 10, items };
    expect(values(bits, '81 02')).toEqual([1, 0, 1, 0, 1]);
    expect(decodeReply(bits, answer('81'), new Map())).toBeNull();
  });
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
    decodeReply(carrier, answer('FFFF'), scales);
    expect(values(alone, '04D2', scales)).toEqual([123.4]);
    decodeReply(carrier, answer('8000'), scales);
    expect(qualities(alone, '04D2', scales)).toEqual([sentinel.code]);
  });

  it('is not taken from an answer that does not fit its request', () => {
    const scales: Scales = new Map();
    expect(decodeReply(scaled, answer('04D2 FFFE 0000'), scales)).toBeNull();
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
    const [sample] = decodeReply(scaled, answer(`0001 ${hex}`), new Map())!;
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
