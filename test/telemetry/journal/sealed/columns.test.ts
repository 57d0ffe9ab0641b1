/** Integers, values and whole chunks: what goes in comes out to the bit, and what is damaged is refused. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRows } from '../../../../src/telemetry/journal/rows.ts';
import {
  maxChunkBytes,
  readChunk,
  readChunkRows,
  summariseChunk,
  writeChunk,
} from '../../../../src/telemetry/journal/sealed/chunk.ts';
import { MAX_PACKED, readPacked, writePacked } from '../../../../src/telemetry/journal/sealed/packed.ts';
import { readValues, writeValues } from '../../../../src/telemetry/journal/sealed/values.ts';
import { testRuns } from '../../../support/effort.ts';
import { testSeed } from '../../../support/seed.ts';
import { type Reading, readingsOf, rowsToText, T0, toRows } from './sealing.ts';

const seed = testSeed();

function packedBytes(integers: readonly number[]): Uint8Array {
  const cursor = { bytes: new Uint8Array(integers.length * 10 + 12), at: 0 };
  writePacked(cursor, Float64Array.from(integers), integers.length);
  return cursor.bytes.subarray(0, cursor.at);
}

function unpack(bytes: Uint8Array, count: number): number[] {
  const out = new Float64Array(count);
  const cursor = { bytes, at: 0 };
  readPacked(cursor, out, count);
  expect(cursor.at).toBe(bytes.length);
  return [...out];
}

function valueBytes(values: readonly number[]): Uint8Array {
  const cursor = { bytes: new Uint8Array(values.length * 10 + 24), at: 0 };
  writeValues(cursor, Float64Array.from(values), values.length);
  return cursor.bytes.subarray(0, cursor.at);
}

function unvalue(bytes: Uint8Array, count: number): number[] {
  const out = new Float64Array(count);
  readValues({ bytes, at: 0 }, out, count);
  return [...out];
}

function chunkOf(readings: readonly Reading[], baseMs = T0): Buffer {
  const rows = toRows(readings) as ReturnType<typeof createRows>;
  const cursor = { bytes: Buffer.alloc(maxChunkBytes(rows.count)), at: 0 };
  writeChunk(cursor, rows, readings[0]?.point ?? 0, baseMs, new Float64Array(rows.count));
  return cursor.bytes.subarray(0, cursor.at);
}

function readBack(bytes: Buffer, baseMs = T0): string[] {
  const chunk = readChunk(bytes, 0, bytes.length, baseMs);
  if (chunk === null) throw new Error('no chunk');
  const rows = createRows(chunk.readings);
  readChunkRows(chunk, rows);
  return rowsToText(rows);
}

const integer = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.integer({ min: -1e6, max: 1e6 }),
  fc.integer({ min: -MAX_PACKED, max: MAX_PACKED }),
);

test('packed integers come back as they went in, whatever their mixture', () => {
  fc.assert(
    fc.property(fc.array(integer, { maxLength: 300 }), (integers) => {
      expect(unpack(packedBytes(integers), integers.length)).toEqual(integers);
    }),
    { seed, numRuns: testRuns(200) },
  );
});

test('integers of one width take that width, and a few long ones do not widen the others', () => {
  const narrow = Array.from({ length: 800 }, (_, at) => 1000 + (at % 8) - 4);
  expect(packedBytes(narrow).length).toBeLessThanOrEqual(7 + (800 * 4) / 8);
  const withGap = narrow.with(400, 86_400_000);
  expect(packedBytes(withGap).length).toBeLessThanOrEqual(packedBytes(narrow).length + 8);
  expect(unpack(packedBytes(withGap), 800)).toEqual(withGap);
});

test('the extremes of every width come back', () => {
  for (let bits = 0; bits <= 51; bits++) {
    const integers = [0, 2 ** bits, -(2 ** bits), 2 ** bits - 1, 1, -1, 0, 0, 0];
    expect(unpack(packedBytes(integers), integers.length), `${bits} bits`).toEqual(integers);
    const many = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? 2 ** bits : -(2 ** bits)));
    expect(unpack(packedBytes(many), many.length), `${bits} bits, all`).toEqual(many);
  }
});

test('packed integers that are cut off or too wide are refused', () => {
  const bytes = packedBytes(Array.from({ length: 50 }, (_, at) => at * at * 1e5));
  for (let kept = 0; kept < bytes.length; kept++) {
    expect(() => unpack(bytes.subarray(0, kept), 50), `${kept} bytes`).toThrow(RangeError);
  }
  expect(() => unpack(Uint8Array.of(49, 0, 0, 0, 0, 0, 0), 1)).toThrow(RangeError);
  // Two exceptions where one integer is, and one behind the end.
  expect(() => unpack(Uint8Array.of(0x80, 2, 0, 1, 0, 1), 1)).toThrow(RangeError);
  expect(() => unpack(Uint8Array.of(0x80, 1, 1, 1), 1)).toThrow(RangeError);
});

test.each([
  { name: 'one decimal', values: [21.5, 21.4, 21.4, -0.1, 0], bytes: 10 },
  { name: 'single precision that shows a decimal', values: [21.3, 21.4, 0.1].map(Math.fround), bytes: 9 },
  { name: 'binary fractions', values: [1 / 1024, 3 / 1024, 1], bytes: 12 },
  { name: 'negative zero', values: [0, -0, 0], bytes: 26 },
  { name: 'what is no number and what has no end', values: [Number.NaN, Infinity, -Infinity], bytes: 26 },
  { name: 'one value that needs every bit', values: [Math.PI, Math.PI, Math.PI], bytes: 9 },
  { name: 'a fraction that a multiplication made', values: [0.1 + 0.2, 0.7 + 0.1], bytes: 17 },
  { name: 'the least and the greatest', values: [5e-324, Number.MAX_VALUE], bytes: 17 },
  { name: 'integers at the edge of exactness', values: [2 ** 49, -(2 ** 49), 2 ** 53], bytes: 25 },
])('values come back to the bit: $name', ({ values, bytes }) => {
  const encoded = valueBytes(values);
  const back = unvalue(encoded, values.length);
  for (const [at, value] of values.entries()) expect(Object.is(back[at], value), `${at}`).toBe(true);
  expect(encoded.length).toBeLessThanOrEqual(bytes);
});

test('values that are cut off or of an unknown form are refused', () => {
  for (const values of [
    [21.5, 21.4, 30],
    [Math.PI, Math.E, 1e300],
  ]) {
    const bytes = valueBytes(values);
    for (let kept = 0; kept < bytes.length; kept++) {
      expect(() => unvalue(bytes.subarray(0, kept), 3), `${kept} bytes`).toThrow(RangeError);
    }
  }
  expect(() => unvalue(Uint8Array.of(7, 0, 0, 0), 1)).toThrow(RangeError);
  expect(() => unvalue(Uint8Array.of(31 << 3, 0, 0, 0), 1)).toThrow(RangeError);
});

test('readings of every kind come back from a chunk as they went in', () => {
  fc.assert(
    fc.property(readingsOf(70_000, 400), (readings) => {
      expect(readBack(chunkOf(readings))).toEqual(rowsToText(toRows(readings)));
    }),
    { seed, numRuns: testRuns(150) },
  );
});

test('a chunk is never longer than the room that is made for it', () => {
  fc.assert(
    fc.property(readingsOf(4_194_303, 600), (readings) => {
      expect(chunkOf(readings).length).toBeLessThanOrEqual(maxChunkBytes(readings.length));
    }),
    { seed, numRuns: testRuns(100) },
  );
});

test('a summary is the same whether it was stored or is reckoned from the readings', () => {
  fc.assert(
    fc.property(readingsOf(7, 600), (readings) => {
      const bytes = chunkOf(readings);
      const chunk = readChunk(bytes, 0, bytes.length, T0);
      if (chunk === null) throw new Error('no chunk');
      expect(summariseChunk(chunk)).toEqual(naiveSummary(readings));
    }),
    { seed, numRuns: testRuns(120) },
  );
});

/** Straight from the definition, sharing nothing with the code. */
function naiveSummary(readings: readonly Reading[]): Record<string, number> {
  const usable = readings.filter((one) => (one.quality ?? 0) < 128);
  const good = usable.filter((one) => (one.quality ?? 0) === 0);
  const standsMs = (one: Reading): number => {
    const next = readings[readings.indexOf(one) + 1];
    return next === undefined ? 0 : next.stampMs - one.stampMs;
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
  const first = readings.at(0) as Reading;
  const last = readings.at(-1) as Reading;
  const valueOf = (one: Reading): number => ((one.quality ?? 0) < 128 ? one.value : Number.NaN);
  return {
    point: first.point,
    readings: readings.length,
    firstMs: first.stampMs,
    lastMs: last.stampMs,
    usableReadings: usable.length,
    goodReadings: good.length,
    usableMs: sum(usable.map(standsMs)),
    goodMs: sum(good.map(standsMs)),
    integral: sum(usable.map((one) => one.value * standsMs(one))),
    min: lowest(usable.map((one) => one.value)),
    max: -lowest(usable.map((one) => -one.value)),
    firstValue: valueOf(first),
    lastValue: valueOf(last),
    firstQuality: first.quality ?? 0,
    lastQuality: last.quality ?? 0,
    worstQuality: Math.max(...readings.map((one) => one.quality ?? 0)),
  };
}

function lowest(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((low, one) => (one < low ? one : low));
}

const SAMPLE: readonly Reading[] = [
  { point: 300, stampMs: T0, value: 21.5, mark: 1 },
  { point: 300, stampMs: T0 + 1003, value: 21.6, sourceMs: T0 + 900 },
  { point: 300, stampMs: T0 + 2001, value: Number.NaN, quality: 130, mark: 1 },
  { point: 300, stampMs: T0 + 2002, value: Math.PI, receivedMs: T0 - 5000 },
];

test('a flip of any bit of a chunk is noticed', () => {
  const chunk = chunkOf(SAMPLE);
  for (let bit = 0; bit < chunk.length * 8; bit++) {
    const bytes = Buffer.from(chunk);
    bytes.writeUInt8(bytes.readUInt8(bit >>> 3) ^ (1 << (bit & 7)), bit >>> 3);
    expect(readChunk(bytes, 0, bytes.length, T0), `bit ${bit}`).toBeNull();
  }
});

test('a chunk that is cut off at any byte is none', () => {
  const chunk = chunkOf(SAMPLE);
  for (let kept = 0; kept < chunk.length; kept++) {
    expect(readChunk(chunk.subarray(0, kept), 0, kept, T0), `${kept} bytes`).toBeNull();
    expect(readChunk(chunk, 0, kept, T0), `end at ${kept}`).toBeNull();
  }
});
