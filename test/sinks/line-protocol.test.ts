/** Line protocol: golden lines, and names and values that must never reach the server. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { findSendable, toBody, toSingleLines } from '../../src/sinks/line-body.ts';
import { LineBuffer, NUMBER_BYTES } from '../../src/sinks/line-buffer.ts';
import { LineError, toFloat, toSeriesKeys, toStamp } from '../../src/sinks/line-protocol.ts';
import type { Rejection, SinkBlock, SinkPoint } from '../../src/sinks/sink.ts';
import { testRuns } from '../support/effort.ts';
import { testSeed } from '../support/seed.ts';
import { pumpPoint, toBlock } from './blocks.ts';

const PRESSURE = pumpPoint('pump-1', 'pressure');
const RUNNING = pumpPoint('pump-1', 'running');
const OTHER = pumpPoint('pump-2', 'pressure');
const POINTS = [PRESSURE, RUNNING, OTHER];

async function toLines(
  blocks: readonly SinkBlock[],
): Promise<{ readonly lines: readonly string[]; readonly rejected: readonly Rejection[] }> {
  const { bytes, rejected } = await toBody(blocks);
  return { lines: bytes.length === 0 ? [] : bytes.toString().split('\n'), rejected };
}

test('a reading is a line of measurement, tags, float field and stamp in ms', async () => {
  const { lines } = await toLines([toBlock(POINTS, [[0, 1_700_000_000_000, 4.25]])]);
  expect(lines).toEqual(['pump,equipment=pump-1,site=tower pressure=4.25 1700000000000']);
});

test('a marked reading carries its quality, a bad one is its quality alone', async () => {
  const { lines } = await toLines([
    toBlock(POINTS, [
      [0, 1, 4, 0, 1],
      [0, 2, Number.NaN, 130, 0],
      [0, 3, 4, 64, 1],
    ]),
  ]);
  expect(lines).toEqual([
    'pump,equipment=pump-1,site=tower pressure=4,pressure_quality=0 1',
    'pump,equipment=pump-1,site=tower pressure_quality=130 2',
    'pump,equipment=pump-1,site=tower pressure=4,pressure_quality=64 3',
  ]);
});

test('readings of one equipment with one stamp share a line, others do not', async () => {
  const { lines } = await toLines([
    toBlock(POINTS, [
      [0, 5, 1],
      [1, 5, 0],
      [2, 5, 2],
      [2, 6, 3],
    ]),
  ]);
  expect(lines).toEqual([
    'pump,equipment=pump-1,site=tower pressure=1,running=0 5',
    'pump,equipment=pump-2,site=tower pressure=2 5',
    'pump,equipment=pump-2,site=tower pressure=3 6',
  ]);
});

test('sent singly, each reading is a line of its own', () => {
  const readings = findSendable([
    toBlock(POINTS, [
      [0, 5, 1, 0, 1],
      [1, 5, 0],
      [7, 5, 0],
    ]),
  ]);
  expect(toSingleLines(readings).toString().split('\n')).toEqual([
    'pump,equipment=pump-1,site=tower pressure=1,pressure_quality=0 5',
    'pump,equipment=pump-1,site=tower running=0 5',
  ]);
});

test('many readings make the lines that few make, over every pause and growth of the buffer', async () => {
  const name = '水'.repeat(60);
  const points = Array.from({ length: 3 }, (_, at) => ({ ...PRESSURE, equipment: `${name}${at}` }));
  const rows = Array.from({ length: 7_001 }, (_, at) => [at % 3, 1_000 + at, at / 8, 0, 1] as const);
  const { lines } = await toLines([toBlock(points, rows.slice(0, 100)), toBlock(points, rows.slice(100))]);
  expect(lines).toEqual(
    rows.map(
      ([point, stampMs, value]) =>
        `pump,equipment=${name}${point},site=tower pressure=${value},pressure_quality=0 ${stampMs}`,
    ),
  );
});

test('while a large body is made the thread does other things', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const made = toBody([
    toBlock(
      POINTS,
      Array.from({ length: 200_000 }, (_, at) => [0, at, at / 7] as const),
    ),
  ]);
  await made;
  clearInterval(timer);
  expect(turns).toBeGreaterThan(5);
});

test('no value that is not a number becomes a field', async () => {
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const { lines } = await toLines([
    toBlock(
      POINTS,
      values.map((value, at) => [0, at, value, 0] as const),
    ),
  ]);
  expect(lines.join('\n')).not.toMatch(/NaN|Infinity|pressure=/);
  for (const value of values) expect(() => toFloat(value)).toThrow(LineError);
  for (const stamp of [Number.NaN, 1.5, Number.POSITIVE_INFINITY])
    expect(() => toStamp(stamp)).toThrow(LineError);
});

function written(value: number): string {
  const buffer = new LineBuffer(NUMBER_BYTES);
  buffer.addNumber(value);
  return buffer.finish(0).toString();
}

test('numbers are written as the shortest text that comes back exactly', () => {
  const seed = testSeed();
  const near = fc
    .tuple(
      fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
      fc.constantFrom(1, 2, 10, 100, 1000, 1024, 3),
    )
    .map(([whole, part]) => whole / part);
  const any = fc.oneof(near, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
  fc.assert(
    fc.property(any, (value) => {
      expect(written(value)).toBe(String(value));
    }),
    {
      numRuns: testRuns(1_000),
      seed,
      examples: [[0.001], [0.999], [999_999.999], [1e6], [-0.5], [5e-324], [-1.7976931348623157e308]],
    },
  );
  expect(written(-0)).toBe('0');
});

test('times are written with all their digits', () => {
  const stamps = [
    0,
    9,
    10,
    999_999_999,
    1_000_000_000,
    1_700_000_000_000,
    1_000_000_000_000,
    Number.MAX_SAFE_INTEGER,
  ];
  for (const stamp of stamps) {
    const buffer = new LineBuffer(NUMBER_BYTES);
    buffer.addInteger(stamp);
    expect(buffer.finish(0).toString()).toBe(String(stamp));
  }
});

test('numbers as text come back exactly', () => {
  expect([0.1 + 0.2, 1e21, 5e-324, -0, 123_456_789.125].map(toFloat)).toEqual([
    '0.30000000000000004',
    '1e+21',
    '5e-324',
    '0',
    '123456789.125',
  ]);
});

test('separators in names are escaped, each where it separates', () => {
  const keys = toSeriesKeys({
    site: 'a=b',
    equipment: 'x, y',
    kind: 'big pump,=',
    name: String.raw`p\q r=s`,
  });
  expect(keys.prefix).toBe(String.raw`big\ pump\,=,equipment=x\,\ y,site=a\=b `);
  expect(keys.field).toBe(String.raw`p\q\ r\=s`);
  expect(keys.qualityField).toBe(String.raw`p\q\ r\=s_quality`);
});

const hostile = [
  '',
  'a\nb',
  'a\r',
  'a\0',
  'x\npump,site=fake p=1 1',
  'ends\\',
  String.raw`a\,b`,
  String.raw`a\ b`,
  String.raw`a\=b`,
  '\u007f',
];
test.each(hostile)('a name that could break out of its line is refused: %j', (name) => {
  for (const key of ['site', 'equipment', 'kind', 'name'] as const) {
    if (key === 'name' && name === 'ends\\') continue;
    expect(() => toSeriesKeys({ ...PRESSURE, [key]: name })).toThrow(LineError);
  }
});

test('a measurement that would make its lines comments is refused', () => {
  expect(() => toSeriesKeys({ ...PRESSURE, kind: '#pump' })).toThrow(LineError);
});

test('a point name that ends in a backslash is refused', () => {
  expect(() => toSeriesKeys({ ...PRESSURE, name: 'ends\\' })).toThrow(LineError);
});

test('readings of a point that cannot be written are set aside, the others are written', async () => {
  const { lines, rejected } = await toLines([
    toBlock(
      [{ ...PRESSURE, site: 'a\nb' }, OTHER],
      [
        [0, 1, 1],
        [1, 1, 2],
        [7, 1, 3],
        [1, Number.NaN, 4],
      ],
    ),
  ]);
  expect(lines).toEqual(['pump,equipment=pump-2,site=tower pressure=2 1']);
  expect(rejected.map(({ reason }) => reason)).toEqual([
    '"a\\nb" holds a control character',
    'the point is not in the table',
    'the stamp is not a time',
  ]);
});

test('whatever the names are, a reading is refused or one line whose separators stand where they should', async () => {
  const name = fc.string({
    unit: fc.constantFrom('a', '1', ',', '=', ' ', '\\', '\n', '\r', '"', '水', '#', '\t'),
    maxLength: 6,
  });
  const point: fc.Arbitrary<SinkPoint> = fc.record({ site: name, equipment: name, kind: name, name });
  await fc.assert(
    fc.asyncProperty(point, async (one) => {
      const { lines, rejected } = await toLines([toBlock([one], [[0, 7, 1.5, 0, 1]])]);
      expect(lines.length + rejected.length).toBe(1);
      const line = lines[0] ?? 'a,equipment=a,site=a a=1.5,a_quality=0 7';
      expect(line).not.toMatch(/[\n\r\t]/);
      const plain = line.replaceAll(/\\[,= ]/g, '_');
      expect(plain).toMatch(/^[^, ]+,equipment=[^,= ]+,site=[^,= ]+ [^,= ]+=1\.5,[^,= ]+_quality=0 7$/);
    }),
    { numRuns: testRuns(400), seed: testSeed() },
  );
});
