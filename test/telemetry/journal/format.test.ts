/** The block format: round trips, and every damage is noticed. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeHeader,
  decodeRows,
  encodeBlock,
  hasIntactColumns,
  MAGIC,
} from '../../../src/telemetry/journal/format.ts';
import { type BlockRows, createRows } from '../../../src/telemetry/journal/rows.ts';
import { scanBlocks } from '../../../src/telemetry/journal/scan.ts';
import {
  readSigned,
  readUnsigned,
  writeSigned,
  writeUnsigned,
} from '../../../src/telemetry/journal/varint.ts';

const TABLE = '0123456789abcdef';
const timeMs = fc.oneof(fc.integer({ min: 1.7e12, max: 1.8e12 }), fc.integer({ min: 0, max: 2 ** 50 }));
const row = fc.record({
  point: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  stampMs: timeMs,
  isSame: fc.boolean(),
  value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  quality: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 254 })),
  mark: fc.integer({ min: 0, max: 1 }),
  sourceMs: fc.oneof(fc.constant(Number.NaN), timeMs),
  receivedMs: timeMs,
});
const rowsOf = (hasSource: boolean): fc.Arbitrary<BlockRows> =>
  fc.array(row, { minLength: 1, maxLength: 200 }).map((list) => {
    const rows = createRows(list.length);
    for (const one of list) {
      const at = rows.count++;
      rows.point[at] = one.point;
      rows.stampMs[at] = one.stampMs;
      rows.value[at] = one.quality >= 128 ? Number.NaN : one.value;
      rows.quality[at] = one.quality;
      rows.mark[at] = one.mark;
      rows.receivedMs[at] = one.isSame ? one.stampMs : one.receivedMs;
      rows.sourceMs[at] = hasSource ? one.sourceMs : Number.NaN;
    }
    return rows;
  });
const anyRows = fc.oneof(rowsOf(true), rowsOf(false));

function encode(rows: BlockRows, seq = 7): Buffer {
  return encodeBlock(rows, { seq, tableId: TABLE, highStampMs: Number.NEGATIVE_INFINITY });
}

function sampleBlock(seq: number): Buffer {
  const rows = createRows(3);
  rows.count = 3;
  rows.stampMs.set([1e12, 1e12 + 1, 1e12 + 5]);
  rows.receivedMs.set(rows.stampMs);
  rows.value.set([seq, 2.5, -1]);
  rows.sourceMs.fill(Number.NaN);
  rows.point.set([4, 5, 6]);
  return encode(rows, seq);
}

/** Block numbers found, and the number of damaged stretches. */
function scan(bytes: Buffer): { seqs: number[]; damaged: number } {
  const items = [...scanBlocks(bytes)];
  const seqs = items.flatMap((item) => (item.type === 'block' ? [item.header.seq] : []));
  return { seqs, damaged: items.length - seqs.length };
}

test('any columns come back as they went in', () => {
  fc.assert(
    fc.property(anyRows, (rows) => {
      const block = encode(rows);
      const header = decodeHeader(block, 0);
      if (header === null) throw new Error('no header');
      expect(hasIntactColumns(block, 0, header)).toBe(true);
      expect(header).toMatchObject({ seq: 7, tableId: TABLE, readings: rows.count, bytes: block.length });
      expect(decodeRows(block, 0, header)).toEqual(rows);
    }),
    { numRuns: 300 },
  );
});

test('integers of every length come back as they went in', () => {
  const bytes = new Uint8Array(20);
  fc.assert(
    fc.property(
      fc.integer({ min: -(2 ** 51), max: 2 ** 51 }),
      fc.integer({ min: 0, max: 2 ** 52 }),
      (signed, unsigned) => {
        const cursor = { bytes, at: 0 };
        writeSigned(cursor, signed);
        writeUnsigned(cursor, unsigned);
        cursor.at = 0;
        expect(readSigned(cursor)).toBe(signed);
        expect(readUnsigned(cursor)).toBe(unsigned);
      },
    ),
  );
});

test('an integer that ends beyond the bytes or never ends is refused', () => {
  expect(() => readUnsigned({ bytes: Uint8Array.of(0x80), at: 0 })).toThrow(RangeError);
  expect(() => readUnsigned({ bytes: new Uint8Array(20).fill(0x80), at: 0 })).toThrow(RangeError);
});

test('a flip of any single byte is detected and costs one block only', () => {
  const blocks = [sampleBlock(1), sampleBlock(2), sampleBlock(3)];
  const [first, second] = blocks as [Buffer, Buffer, Buffer];
  for (let at = 0; at < second.length; at++) {
    for (const mask of [0x01, 0x80, 0xff]) {
      const bytes = Buffer.concat(blocks);
      const place = first.length + at;
      bytes.writeUInt8(bytes.readUInt8(place) ^ mask, place);
      expect(scan(bytes), `byte ${at}`).toEqual({ seqs: [1, 3], damaged: 1 });
    }
  }
});

test('a tail cut at any byte costs the tail block only', () => {
  const tail = sampleBlock(2);
  for (let kept = 1; kept < tail.length; kept++) {
    const bytes = Buffer.concat([sampleBlock(1), tail.subarray(0, kept)]);
    expect(scan(bytes), `${kept} bytes kept`).toEqual({ seqs: [1], damaged: 1 });
  }
});

test('garbage with a magic in it is stepped over', () => {
  const garbage = Buffer.concat([Buffer.from('xx'), MAGIC, Buffer.alloc(80, 7), MAGIC]);
  expect(scan(Buffer.concat([garbage, sampleBlock(1), garbage, sampleBlock(2)]))).toEqual({
    seqs: [1, 2],
    damaged: 2,
  });
});

test('a block of an unknown version is not read', () => {
  const block = sampleBlock(1);
  const header = decodeHeader(block, 0);
  expect(header !== null && hasIntactColumns(block, 0, { ...header, version: 2 })).toBe(false);
});

test('the bytes of format version 1 are what they were', () => {
  expect(sampleBlock(9).toString('hex')).toBe(GOLDEN);
});

// Written down once, its two checksums verified with another implementation of CRC-32.
const GOLDEN = [
  '524a423101000000', // magic, version, no optional column
  '0900000000000000', // block 9
  '0123456789abcdef', // point table
  '000000a2941a6d42', // lowest stamp 1e12
  '00a000a2941a6d42', // highest stamp 1e12 + 5
  '00a000a2941a6d42', // highest stamp so far
  '030000001f000000', // 3 readings in 31 bytes
  'faf9a10b', // CRC-32
  '080202000208', // points +4 +1 +1, stamps +0 +1 +4
  '00', // no marks
  '0000000000002240', // 9
  '0000000000000440', // 2.5
  '000000000000f0bf', // -1
  'c4df06b5', // CRC-32
].join('');
