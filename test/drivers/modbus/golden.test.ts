/**
 * Golden registers on their whole way: one device that holds all of them, the plan of its points, answers as bytes on a
 * TCP stream, samples. What is expected is typed from manuals (test/profiles/golden/), never produced by the decoder.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { toSamples } from '../../../src/acquisition/samples.ts';
import { QUALITIES } from '../../../src/core/quality.ts';
import type { PointSample } from '../../../src/drivers/driver.ts';
import { FrameParser } from '../../../src/drivers/modbus/framing.ts';
import { compileReply, decodeReply, type Scales } from '../../../src/drivers/modbus/reply.ts';
import type { ModbusRequest } from '../../../src/drivers/modbus/request.ts';
import { modbusSchema } from '../../../src/drivers/modbus/schema.ts';
import type { Expected, GoldenCase } from '../../profiles/golden/golden-case.ts';
import { METERS } from '../../profiles/golden/meters.ts';
import { PLANT } from '../../profiles/golden/plant.ts';
import { STANDARDS } from '../../profiles/golden/standards.ts';
import { type Address, detailOf, plan } from './plan-support.ts';

const CASES = [...STANDARDS, ...METERS, ...PLANT];
/** What stands in registers that nobody declared. */
const FILLER = 'DEAD';

interface Device {
  readonly words: string[];
  readonly addresses: Address[];
}

/** All cases behind each other, with a foreign register between them and some exponents in front of their values. */
function createDevice(cases: readonly GoldenCase[]): Device {
  const device: Device = { words: [], addresses: [] };
  const store = (hex: string): number => {
    const words = hex.split(' ');
    return device.words.push(...words) - words.length;
  };
  cases.forEach(({ registers, format, exponent }, index) => {
    const before = exponent !== undefined && index % 2 === 0 ? store(exponent) : null;
    const address = store(registers);
    const scaleAt = before ?? (exponent === undefined ? null : store(exponent));
    const scale = scaleAt === null ? {} : { scaleRegister: { address: scaleAt } };
    device.addresses.push({ table: 'holding', address, ...format, ...scale });
    store(FILLER);
  });
  return device;
}

function toAnswer({ unit, functionCode }: ModbusRequest, data: string): Buffer {
  const bytes = Buffer.from(data.replaceAll(' ', ''), 'hex');
  const head = Buffer.from([0, 1, 0, 0, 0, bytes.length + 3, unit, functionCode, bytes.length]);
  return Buffer.concat([head, bytes]);
}

/** The stream is cut where it hurts: one byte first, then the rest. */
function receive(request: ModbusRequest, stream: Buffer, scales: Scales): readonly PointSample[] {
  const pdus: Buffer[] = [];
  const parser = new FrameParser((_transaction, _unit, pdu) => pdus.push(Buffer.from(pdu)));
  for (const chunk of [stream.subarray(0, 1), stream.subarray(1)]) expect(parser.push(chunk)).toBeNull();
  expect(pdus).toHaveLength(1);
  const samples = decodeReply(compileReply(request), pdus[0]!, scales);
  expect(samples).not.toBeNull();
  return toSamples(samples!);
}

function readAll({ words, addresses }: Device): readonly PointSample[] {
  const scales: Scales = new Map();
  const samples = plan({ addresses }).flatMap((request) => {
    const detail = detailOf(request);
    const { address, count } = detail;
    return receive(detail, toAnswer(detail, words.slice(address, address + count).join('')), scales);
  });
  return samples.toSorted((a, b) => a.point - b.point);
}

function expectSample({ value, quality, text }: PointSample, expected: Expected): void {
  if (typeof expected === 'number') {
    expect({ value, quality }).toEqual({ value: expected, quality: QUALITIES.good.code });
  } else if ('bad' in expected) {
    expect({ value, quality, text }).toEqual({ value: Number.NaN, quality: QUALITIES[expected.bad].code });
  } else if ('text' in expected) {
    expect({ text, quality }).toEqual({ text: expected.text, quality: QUALITIES.good.code });
  } else {
    expect(quality).toBe(QUALITIES.good.code);
    expect(Math.abs(value - expected.about)).toBeLessThanOrEqual(expected.within);
  }
}

describe('golden registers', () => {
  let samples: readonly PointSample[] = [];

  beforeAll(() => {
    samples = readAll(createDevice(CASES));
  });

  it.each(CASES.map((golden, index) => [`${golden.name} (${golden.source})`, golden, index] as const))(
    '%s',
    (_name, { expected }, index) => {
      expectSample(samples[index]!, expected);
    },
  );

  it('hold every type, every order of words and bytes, and every reason of a bad value', () => {
    const seen = (pick: (golden: GoldenCase) => unknown) => new Set(CASES.map(pick));
    expect(seen(({ format }) => format['type'] ?? 'u16')).toEqual(
      new Set('u16 i16 u32 i32 u64 i64 f32 f64 bcd16 bcd32 bcd64 string'.split(' ')),
    );
    const orders = seen(({ format }) => JSON.stringify([format['wordOrder'], format['byteOrder']]));
    expect(orders.size).toBe(4);
    const reasons = seen(({ expected }) =>
      typeof expected === 'object' && 'bad' in expected ? expected.bad : null,
    );
    for (const reason of ['sentinel', 'decode', 'not-a-number', 'wire-break', 'loop-high'] as const) {
      expect(reasons).toContain(reason);
    }
  });

  it('are all declared as a profile may declare them', () => {
    for (const address of createDevice(CASES).addresses) {
      expect(modbusSchema.checkAddress(address, {})).toEqual([]);
    }
  });
});

describe('the bits of the examples in the Modbus specification', () => {
  function readBits(table: string, first: number, count: number, data: string): readonly number[] {
    const addresses = Array.from({ length: count }, (_, at) => ({ table, address: first + at }));
    const request = detailOf(plan({ device: { addressBase: 1 }, addresses })[0]);
    return receive(request, toAnswer(request, data), new Map()).map(({ value }) => value);
  }
  /** As the specification prints a byte: the highest number first. */
  const lowestFirst = (bits: string) => bits.replaceAll(' ', '').split('').map(Number).toReversed();

  it('coils 38–20 (V1.1b3, 6.1): 05 6B CD', () => {
    expect(readBits('coil', 20, 19, 'CD6B05')).toEqual(lowestFirst('101 0110 1011 1100 1101'));
  });

  it('discrete inputs 218–197 (V1.1b3, 6.2): 35 DB AC', () => {
    expect(readBits('discrete', 197, 22, 'ACDB35')).toEqual(lowestFirst('11 0101 1101 1011 1010 1100'));
  });
});
