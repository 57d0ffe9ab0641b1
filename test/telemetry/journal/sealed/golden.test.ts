/**
 * The bytes of a sealed file, put together by hand from the documented layout with a checksum of its own: what version 1 is
 * must not change, or files that are in the field become unreadable.
 */
import { expect, test } from 'vitest';
import { block, crcOf, type Reading, seal, T0, TABLE } from './sealing.ts';

const READINGS: readonly Reading[] = [
  { point: 3, stampMs: T0, value: 21.5, mark: 1 },
  { point: 5, stampMs: T0 + 1, value: Number.NaN, quality: 130, mark: 1, receivedMs: T0, sourceMs: T0 - 5 },
  { point: 5, stampMs: T0 + 3, value: 7, mark: 1 },
  { point: 3, stampMs: T0 + 1000, value: 21.6 },
  { point: 3, stampMs: T0 + 2000, value: 21.4 },
];

test('the bytes of sealed-file version 1 are what they were', async () => {
  const { files } = await seal(block(READINGS, 42), 40);
  const [file] = files;
  expect(file?.toString('hex')).toBe(byHand().toString('hex'));
});

function byHand(): Buffer {
  const first = chunk([
    [0x03], // point 3
    [0x03], // three readings
    [0x0c], // all good, marks as bits, received at the stamp, no source, no summary
    [0x00], // the first at the lowest stamp of the file
    [0x40, 0xce, 0x0f], // differences less 1: width 0, base +999 (1998 = 0x4e + 15 × 128)
    [0x01], // the first is marked
    [0x09, 0xae, 0x03], // one decimal; 215 (430 = 0x2e + 3 × 128)
    [0x43, 0x02, 0x28], // differences +1, -2: width 3, base +1, then 0 and 5 (that is -3)
  ]);
  const second = chunk([
    [0x05], // point 5
    [0x02], // two readings
    [0x56], // quality in runs, all marked, received apart from the stamp, some have a source
    [0x01], // 1 ms behind the lowest stamp
    [0x40, 0x02], // difference less 1: base +1
    [0x82, 0x01, 0x00, 0x01], // one time-out, one good
    [0x41, 0x02, 0x02], // stamp - received 1, 0: width 1, base +1, then 0 and 1 (that is -1)
    [0x01, 0x40, 0x0a], // the first has a source: received - source 5
    [0x01, 0x0e], // no decimals; 7
  ]);
  expect([first.length, second.length]).toEqual([20, 24]);
  const page = checked(Buffer.from([0x00, 20, 0x02, 24]));
  const table = checked(Buffer.concat([u32(3), u32(96), u32(140)]));
  const body = Buffer.concat([first, second, page, table]);
  return Buffer.concat([record('RJS1', body.length), body, record('RJE1', body.length)]);
}

function chunk(parts: readonly (readonly number[])[]): Buffer {
  const body = Buffer.from(parts.flat());
  return checked(Buffer.concat([Buffer.from([0xc7, body.length]), body]));
}

function record(magic: string, bodyBytes: number): Buffer {
  return checked(
    Buffer.concat([
      Buffer.from(magic, 'latin1'),
      Buffer.from([1, 0, 1, 0]), // version, part 0 of 1
      Buffer.from(TABLE, 'hex'),
      ...[42, 42, 40, 42].map(u64), // blocks in it, blocks of the segment 40
      ...[T0, T0 + 2000, T0 + 2000].map(f64),
      ...[5, 2, 140, 1, 96 + bodyBytes + 96].map(u32), // readings, chunks, directory, pages, bytes
    ]),
  );
}

function checked(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, u32(crcOf(bytes))]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function f64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}
