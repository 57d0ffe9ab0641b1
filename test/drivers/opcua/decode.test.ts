/** What values, status codes and times of a server come to, and that nothing on the wire can upset the decoder. */
import fc from 'fast-check';
import { DataType, StatusCodes, VariantArrayType } from 'node-opcua-client';
import { describe, expect, it } from 'vitest';
import { toQualityReason } from '../../../src/core/quality.ts';
import { decodeNode, isNodeGone, type NodeFormat, toPlainNumber } from '../../../src/drivers/opcua/decode.ts';
import { testSeed } from '../../support/seed.ts';

const NOW_MS = Date.UTC(2026, 4, 1);

const PLAIN: NodeFormat = {
  index: null,
  bit: null,
  values: null,
  sentinels: [],
  isBoolean: false,
  scale: 1,
  offset: 0,
  range: null,
  states: null,
};

function decode(format: Partial<NodeFormat>, data: unknown) {
  const { value, quality, sourceMs } = decodeNode({ ...PLAIN, ...format }, data, NOW_MS);
  return { value, quality: toQualityReason(quality), sourceMs };
}

const scalar = (type: keyof typeof DataType, value: unknown) => ({
  value: { dataType: DataType[type], arrayType: VariantArrayType.Scalar, value },
});
const array = (type: keyof typeof DataType, value: unknown) => ({
  value: { dataType: DataType[type], arrayType: VariantArrayType.Array, value },
});

describe('values', () => {
  it.each([
    ['SByte', -3, -3],
    ['Byte', 200, 200],
    ['Int16', -300, -300],
    ['UInt32', 4_000_000_000, 4_000_000_000],
    ['Int64', [0xffffffff, 0xfffffffe], -2],
    ['Int64', [0, 5], 5],
    ['UInt64', [1, 2], 2 ** 32 + 2],
    ['Float', 1.5, 1.5],
    ['Double', -0.25, -0.25],
  ] as const)('%s %j is %d', (type, raw, value) => {
    expect(decode({}, scalar(type, raw))).toMatchObject({ value, quality: 'good' });
  });

  it.each([
    ['Boolean', true],
    ['String', 'x'],
    ['Int32', 'x'],
    ['Int64', 7],
    ['Int64', [1]],
    ['Int64', [-1, 0.5]],
    ['Double', null],
    ['Null', null],
    ['DateTime', new Date(0)],
    ['LocalizedText', { text: '1' }],
    ['ExtensionObject', {}],
    ['Variant', scalar('Int32', 1).value],
    ['ByteString', Buffer.from([1])],
  ] as const)('%s %j cannot be decoded', (type, raw) => {
    expect(decode({}, scalar(type, raw))).toMatchObject({ value: Number.NaN, quality: 'decode' });
  });

  it('a good status without a value cannot be decoded either', () => {
    expect(decode({}, { statusCode: StatusCodes.Good })).toMatchObject({ quality: 'decode' });
    expect(decode({}, { statusCode: StatusCodes.Good, value: null })).toMatchObject({ quality: 'decode' });
  });

  it('NaN, a value out of range and an undeclared state are told as such', () => {
    expect(decode({}, scalar('Double', Number.NaN)).quality).toBe('not-a-number');
    expect(decode({ range: { min: 0, max: 10 } }, scalar('Double', 11)).quality).toBe('out-of-range');
    expect(decode({ states: new Set([1]) }, scalar('Int32', 2)).quality).toBe('unknown-state');
  });

  it('scale and offset are applied, sentinels looked for before', () => {
    expect(decode({ scale: 0.1, offset: -40 }, scalar('Int16', 605)).value).toBe(20.5);
    expect(decode({ scale: 0.1, sentinels: [-32_768] }, scalar('Int16', -32_768)).quality).toBe('sentinel');
  });

  it('a boolean point takes nothing but 0 and 1', () => {
    expect(decode({ isBoolean: true }, scalar('Byte', 1)).quality).toBe('good');
    expect(decode({ isBoolean: true }, scalar('Byte', 2)).quality).toBe('decode');
  });
});

describe('texts', () => {
  const values = new Map([
    ['auto', 2],
    ['true', 5],
  ]);
  it.each([
    ['String', 'auto', 2, 'good'],
    ['String', 'Auto', Number.NaN, 'decode'],
    ['Boolean', true, 5, 'good'],
    ['Boolean', false, Number.NaN, 'decode'],
  ] as const)('%s %j by the map', (type, raw, value, quality) => {
    expect(decode({ values }, scalar(type, raw))).toMatchObject({ value, quality });
  });
});

it('a boolean is a value of points with declared states only', () => {
  expect(decode({ isBoolean: true }, scalar('Boolean', true))).toMatchObject({ value: 1, quality: 'good' });
  expect(decode({ states: new Set([0, 1]) }, scalar('Boolean', false))).toMatchObject({ value: 0 });
  const flags = array('Boolean', [false, true, false]);
  expect(decode({ index: 1, isBoolean: true }, flags)).toMatchObject({ value: 1, quality: 'good' });
  expect(decode({ range: { min: 0, max: 50 } }, scalar('Boolean', true)).quality).toBe('decode');
});

describe('arrays', () => {
  it.each([
    ['Double', Float64Array.of(1, 2, 3), 2],
    [
      'UInt64',
      [
        [0, 1],
        [0, 9],
      ],
      9,
    ],
    ['Byte', Buffer.from([4, 6]), 6],
  ] as const)('an element of %s', (type, raw, value) => {
    expect(decode({ index: 1 }, array(type, raw))).toMatchObject({ value, quality: 'good' });
  });

  it('an element that is not there, an array without index, a scalar with one cannot be decoded', () => {
    expect(decode({ index: 3 }, array('Double', Float64Array.of(1))).quality).toBe('decode');
    expect(decode({}, array('Double', Float64Array.of(1))).quality).toBe('decode');
    expect(decode({ index: 0 }, scalar('Double', 1)).quality).toBe('decode');
    expect(decode({ index: 0 }, array('Double', null)).quality).toBe('decode');
  });
});

describe('bits', () => {
  it.each([
    ['UInt16', 0b100, 2, 1],
    ['UInt16', 0b100, 1, 0],
    ['Int16', -32_768, 15, 1],
    ['Int32', -1, 31, 1],
    ['UInt64', [0x80000000, 0], 63, 1],
  ] as const)('%s %j bit %d is %d', (type, raw, bit, value) => {
    expect(decode({ bit, isBoolean: true }, scalar(type, raw))).toMatchObject({ value, quality: 'good' });
  });

  it('beyond the width of the type, or of what is no integer, cannot be decoded', () => {
    expect(decode({ bit: 8 }, scalar('Byte', 255)).quality).toBe('decode');
    expect(decode({ bit: 0 }, scalar('Double', 1)).quality).toBe('decode');
    expect(decode({ bit: 0 }, scalar('Boolean', true)).quality).toBe('decode');
  });

  it('of a word that is a sentinel are none', () => {
    expect(decode({ bit: 0, sentinels: [0xffff] }, scalar('UInt16', 0xffff)).quality).toBe('sentinel');
  });
});

describe('status codes', () => {
  it.each([
    ['Good', 'good'],
    ['GoodClamped', 'good'],
    ['UncertainLastUsableValue', 'source-uncertain'],
    ['UncertainSensorNotAccurate', 'source-uncertain'],
    ['BadNoCommunication', 'comm-loss'],
    ['BadNotConnected', 'comm-loss'],
    ['BadConnectionClosed', 'comm-loss'],
    ['BadTimeout', 'comm-loss'],
    ['BadWaitingForInitialData', 'no-data'],
    ['BadSensorFailure', 'sentinel'],
    ['BadOutOfService', 'sentinel'],
    ['BadNodeIdUnknown', 'device-error'],
    ['BadDeviceFailure', 'device-error'],
    ['Bad', 'device-error'],
  ] as const)('%s is %s', (name, quality) => {
    const found = decode({}, { ...scalar('Int32', 7), statusCode: StatusCodes[name] });
    expect(found.quality).toBe(quality);
    expect(found.value).toBe(quality === 'good' || quality === 'source-uncertain' ? 7 : Number.NaN);
  });

  it('are understood with their info bits', () => {
    const statusCode = { value: StatusCodes.BadSensorFailure.value | 0x0481 };
    expect(decode({}, { ...scalar('Int32', 7), statusCode }).quality).toBe('sentinel');
  });

  it('do not make a value usable that is none', () => {
    const statusCode = StatusCodes.UncertainLastUsableValue;
    expect(decode({}, { ...scalar('String', '7'), statusCode }).quality).toBe('decode');
  });

  it('say that a node is gone', () => {
    expect(isNodeGone({ statusCode: StatusCodes.BadNodeIdUnknown })).toBe(true);
    expect(isNodeGone({ statusCode: StatusCodes.BadNodeIdInvalid })).toBe(true);
    expect(isNodeGone({ statusCode: StatusCodes.BadSensorFailure })).toBe(false);
    expect(isNodeGone(scalar('Int32', 1))).toBe(false);
  });
});

describe('source times', () => {
  const at = (ms: number) => ({ ...scalar('Int32', 7), sourceTimestamp: new Date(ms) });

  it('are kept', () => {
    expect(decode({}, at(NOW_MS - 1_000))).toEqual({ value: 7, quality: 'good', sourceMs: NOW_MS - 1_000 });
    expect(decode({}, scalar('Int32', 7)).sourceMs).toBeNaN();
  });

  it('of 1601, the smallest one on the wire, are none', () => {
    expect(decode({}, at(Date.UTC(1601, 0, 1)))).toMatchObject({ quality: 'good', sourceMs: Number.NaN });
  });

  it('that cannot be are not passed on', () => {
    for (const ms of [0, Date.UTC(2000, 0, 1), NOW_MS + 60_001, Date.UTC(9999, 11, 31)])
      expect(decode({}, at(ms)).sourceMs).toBeNaN();
  });

  it('more than a minute ahead make a good value doubtful, and no other', () => {
    expect(decode({}, at(NOW_MS + 60_000)).quality).toBe('good');
    expect(decode({}, at(NOW_MS + 60_001))).toMatchObject({ quality: 'source-time', value: 7 });
    const statusCode = StatusCodes.BadSensorFailure;
    expect(decode({}, { ...at(NOW_MS + 60_001), statusCode }).quality).toBe('sentinel');
  });
});

it('only a good number is a state of the server', () => {
  expect(toPlainNumber(scalar('Int32', 4))).toBe(4);
  expect(toPlainNumber({ ...scalar('Int32', 4), statusCode: StatusCodes.BadTimeout })).toBeNull();
  expect(toPlainNumber(scalar('String', '4'))).toBeNull();
  expect(toPlainNumber(null)).toBeNull();
});

it('whatever a server sends, the decoder answers, and a bad value is NaN', () => {
  const format = fc.record({
    index: fc.option(fc.nat(4)),
    bit: fc.option(fc.nat(63)),
    values: fc.constantFrom(null, new Map([['a', 1]])),
    sentinels: fc.constant([1]),
    isBoolean: fc.boolean(),
    scale: fc.constantFrom(1, 0.1),
    offset: fc.constant(0),
    range: fc.constantFrom(null, { min: 0, max: 9 }),
    states: fc.constant(null),
  });
  const variant = fc.record(
    {
      dataType: fc.oneof(fc.nat(30), fc.anything()),
      arrayType: fc.oneof(fc.nat(3), fc.anything()),
      value: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const data = fc.oneof(
    fc.anything(),
    fc.record(
      {
        statusCode: fc.oneof(fc.anything(), fc.record({ value: fc.maxSafeNat() })),
        value: fc.oneof(fc.anything(), variant),
        sourceTimestamp: fc.oneof(fc.anything(), fc.date({ noInvalidDate: false })),
      },
      { requiredKeys: [] },
    ),
  );
  fc.assert(
    fc.property(format, data, (of, from) => {
      const { value, quality } = decodeNode(of, from, NOW_MS);
      expect(toQualityReason(quality)).toBeTypeOf('string');
      expect(Number.isFinite(value)).toBe(quality < 128);
    }),
    { seed: testSeed(), numRuns: 2_000 },
  );
});
