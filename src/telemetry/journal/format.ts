/**
 * Bytes of a journal block: pure encoding and decoding. A block is self-contained; nothing outside of it is needed to
 * check it, and only its point table (table.ts) to name its points. Little-endian throughout.
 *
 * | offset | bytes | what                                                                                     |
 * |      0 |     4 | magic `RJB1`: where reading goes on behind damage                                        |
 * |      4 |     1 | format version, 1                                                                        |
 * |      5 |     1 | columns present: 1 quality, 2 received, 4 source                                         |
 * |      6 |     2 | zero                                                                                     |
 * |      8 |     8 | block number, from 1, increasing through all segments (gaps are possible)                |
 * |     16 |     8 | id of the point table                                                                    |
 * |     24 |     8 | lowest stamp in the block, float64, UTC ms                                               |
 * |     32 |     8 | highest stamp in the block                                                               |
 * |     40 |     8 | highest stamp of the whole journal up to here: no point has a later one                  |
 * |     48 |     4 | readings                                                                                 |
 * |     52 |     4 | n, bytes of the columns                                                                  |
 * |     56 |     4 | CRC-32 of bytes 0–55, so that the length can be believed                                 |
 * |     60 |     n | columns                                                                                  |
 * |   60+n |     4 | CRC-32 of the columns                                                                    |
 *
 * Columns, one after the other (varint.ts; "signed" is zig-zagged):
 *   point     signed difference to the point before (first: to 0)
 *   stamp     signed difference to the stamp before (first: to the lowest stamp)
 *   mark      one bit a reading, low bit first
 *   quality   one byte a reading; left out when all are good
 *   received  signed stamp - received; left out when all are 0
 *   source    0 = none, else zig-zagged received - source, plus 1; left out when there is none
 *   value     float64 of each reading whose quality is not bad
 */
import { crc32 } from 'node:zlib';
import { isBad } from '../../core/quality.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import { type BlockRows, createRows, type OpenRows } from './rows.ts';
import { type Cursor, MAX_SIGNED, readSigned, readUnsigned, writeSigned, writeUnsigned } from './varint.ts';

export const MAGIC = Buffer.from('RJB1', 'latin1');
export const FORMAT_VERSION = 1;
export const HEADER_BYTES = 60;
/** Latest time that a stamp may have, UTC ms (year 37,600); keeps every difference within a varint. */
export const MAX_TIME_MS = 2 ** 50;

const TRAILER_BYTES = 4;
/** Most bytes that one reading can take: three varints, source, value, quality, its share of the marks. */
const MAX_ROW_BYTES = 8 * 5 + 2;
const HAS_QUALITY = 1;
const HAS_RECEIVED = 2;
const HAS_SOURCE = 4;

export interface BlockHeader {
  readonly version: number;
  readonly seq: number;
  /** 16 hex digits. */
  readonly tableId: string;
  readonly minStampMs: number;
  readonly maxStampMs: number;
  readonly highStampMs: number;
  readonly readings: number;
  readonly columns: number;
  readonly payloadBytes: number;
  /** Of the whole block. */
  readonly bytes: number;
}

/** What the writer decides about a block. */
export interface BlockId {
  readonly seq: number;
  readonly tableId: string;
  /** Highest stamp before this block; -Infinity when there is none. */
  readonly highStampMs: number;
}

/**
 * @param rows at least one; times are integers from 0 to MAX_TIME_MS, `sourceMs` is NaN or such an integer, values of
 * readings that are not bad are finite.
 */
export function encodeBlock(rows: BlockRows, id: BlockId): Buffer {
  const block = Buffer.allocUnsafe(HEADER_BYTES + TRAILER_BYTES + rows.count * MAX_ROW_BYTES + 1);
  const range = stampRange(rows);
  const columns = presentColumns(rows);
  const end = writeColumns(block, rows, columns, range.min);
  block.set(MAGIC, 0);
  block.writeUInt8(FORMAT_VERSION, 4);
  block.writeUInt8(columns, 5);
  block.writeUInt16LE(0, 6);
  block.writeBigUInt64LE(BigInt(id.seq), 8);
  block.write(id.tableId, 16, 8, 'hex');
  block.writeDoubleLE(range.min, 24);
  block.writeDoubleLE(range.max, 32);
  block.writeDoubleLE(Math.max(range.max, id.highStampMs), 40);
  block.writeUInt32LE(rows.count, 48);
  block.writeUInt32LE(end - HEADER_BYTES, 52);
  block.writeUInt32LE(crc32(block.subarray(0, 56)), 56);
  block.writeUInt32LE(crc32(block.subarray(HEADER_BYTES, end)), end);
  return block.subarray(0, end + TRAILER_BYTES);
}

/** The header at `offset`, or null when there is none that can be believed. Says nothing of the columns. */
export function decodeHeader(bytes: Buffer, offset: number): BlockHeader | null {
  if (bytes.length - offset < HEADER_BYTES) return null;
  if (bytes.compare(MAGIC, 0, 4, offset, offset + 4) !== 0) return null;
  if (crc32(bytes.subarray(offset, offset + 56)) !== bytes.readUInt32LE(offset + 56)) return null;
  const payloadBytes = bytes.readUInt32LE(offset + 52);
  if (payloadBytes > JOURNAL_LIMITS.blockBytes) return null;
  return {
    version: bytes.readUInt8(offset + 4),
    columns: bytes.readUInt8(offset + 5),
    seq: Number(bytes.readBigUInt64LE(offset + 8)),
    tableId: bytes.toString('hex', offset + 16, offset + 24),
    minStampMs: bytes.readDoubleLE(offset + 24),
    maxStampMs: bytes.readDoubleLE(offset + 32),
    highStampMs: bytes.readDoubleLE(offset + 40),
    readings: bytes.readUInt32LE(offset + 48),
    payloadBytes,
    bytes: HEADER_BYTES + payloadBytes + TRAILER_BYTES,
  };
}

/** Whether the columns behind a header are complete, undamaged and of a version that this program knows. */
export function hasIntactColumns(bytes: Buffer, offset: number, header: BlockHeader): boolean {
  if (header.version !== FORMAT_VERSION || bytes.length - offset < header.bytes) return false;
  const start = offset + HEADER_BYTES;
  const end = start + header.payloadBytes;
  return crc32(bytes.subarray(start, end)) === bytes.readUInt32LE(end);
}

/**
 * The readings of a block whose columns are intact.
 * @throws RangeError when they do not hold what the header says (a writer's mistake: the CRC was right).
 */
export function decodeRows(bytes: Buffer, offset: number, header: BlockHeader): BlockRows {
  if (header.readings > header.payloadBytes) throw new RangeError('more readings than bytes');
  const rows = createRows(header.readings);
  rows.count = header.readings;
  const start = offset + HEADER_BYTES;
  const cursor = { bytes: bytes.subarray(start, start + header.payloadBytes), at: 0 };
  readPoints(cursor, rows);
  readStamps(cursor, rows, header.minStampMs);
  readMarks(cursor, rows);
  if (header.columns & HAS_QUALITY) readQualities(cursor, rows);
  readReceived(cursor, rows, (header.columns & HAS_RECEIVED) !== 0);
  readSources(cursor, rows, (header.columns & HAS_SOURCE) !== 0);
  readValues(bytes, start + cursor.at, start + header.payloadBytes, rows);
  return rows;
}

function stampRange(rows: BlockRows): { min: number; max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < rows.count; at++) {
    const stamp = rows.stampMs[at] as number;
    if (stamp < min) min = stamp;
    if (stamp > max) max = stamp;
  }
  return { min, max };
}

function presentColumns(rows: BlockRows): number {
  let columns = 0;
  for (let at = 0; at < rows.count; at++) {
    if (rows.quality[at] !== 0) columns |= HAS_QUALITY;
    if (rows.receivedMs[at] !== rows.stampMs[at]) columns |= HAS_RECEIVED;
    if (!Number.isNaN(rows.sourceMs[at])) columns |= HAS_SOURCE;
  }
  return columns;
}

function writeColumns(block: Buffer, rows: BlockRows, columns: number, minStampMs: number): number {
  const cursor = { bytes: block, at: HEADER_BYTES };
  writeDifferences(cursor, rows.point, rows.count, 0);
  writeDifferences(cursor, rows.stampMs, rows.count, minStampMs);
  writeMarks(cursor, rows);
  if (columns & HAS_QUALITY) {
    block.set(rows.quality.subarray(0, rows.count), cursor.at);
    cursor.at += rows.count;
  }
  if (columns & HAS_RECEIVED) writeReceived(cursor, rows);
  if (columns & HAS_SOURCE) writeSources(cursor, rows);
  for (let at = 0; at < rows.count; at++) {
    if (isBad(rows.quality[at] as number)) continue;
    cursor.at = block.writeDoubleLE(rows.value[at] as number, cursor.at);
  }
  return cursor.at;
}

function writeDifferences(
  cursor: Cursor,
  column: Uint32Array | Float64Array,
  count: number,
  base: number,
): void {
  let before = base;
  for (let at = 0; at < count; at++) {
    const value = column[at] as number;
    writeSigned(cursor, value - before);
    before = value;
  }
}

function writeMarks(cursor: Cursor, rows: BlockRows): void {
  const bytes = Math.ceil(rows.count / 8);
  cursor.bytes.fill(0, cursor.at, cursor.at + bytes);
  for (let at = 0; at < rows.count; at++) {
    if (rows.mark[at] === 0) continue;
    const byte = cursor.at + (at >>> 3);
    cursor.bytes[byte] = (cursor.bytes[byte] as number) | (1 << (at & 7));
  }
  cursor.at += bytes;
}

function writeReceived(cursor: Cursor, rows: BlockRows): void {
  for (let at = 0; at < rows.count; at++) {
    writeSigned(cursor, (rows.stampMs[at] as number) - (rows.receivedMs[at] as number));
  }
}

function writeSources(cursor: Cursor, rows: BlockRows): void {
  for (let at = 0; at < rows.count; at++) {
    const difference = (rows.receivedMs[at] as number) - (rows.sourceMs[at] as number);
    if (Number.isNaN(difference) || Math.abs(difference) >= MAX_SIGNED) writeUnsigned(cursor, 0);
    else writeUnsigned(cursor, (difference < 0 ? -2 * difference - 1 : 2 * difference) + 1);
  }
}

function readPoints(cursor: Cursor, rows: OpenRows): void {
  let point = 0;
  for (let at = 0; at < rows.count; at++) {
    point += readSigned(cursor);
    rows.point[at] = point;
  }
}

function readStamps(cursor: Cursor, rows: OpenRows, minStampMs: number): void {
  let stamp = minStampMs;
  for (let at = 0; at < rows.count; at++) {
    stamp += readSigned(cursor);
    rows.stampMs[at] = stamp;
  }
}

function readMarks(cursor: Cursor, rows: OpenRows): void {
  for (let at = 0; at < rows.count; at++) {
    const byte = cursor.bytes[cursor.at + (at >>> 3)];
    if (byte === undefined) throw new RangeError('marks end beyond the block');
    rows.mark[at] = (byte >>> (at & 7)) & 1;
  }
  cursor.at += Math.ceil(rows.count / 8);
}

function readQualities(cursor: Cursor, rows: OpenRows): void {
  rows.quality.set(cursor.bytes.subarray(cursor.at, cursor.at + rows.count));
  cursor.at += rows.count;
}

function readReceived(cursor: Cursor, rows: OpenRows, isPresent: boolean): void {
  for (let at = 0; at < rows.count; at++) {
    rows.receivedMs[at] = (rows.stampMs[at] as number) - (isPresent ? readSigned(cursor) : 0);
  }
}

function readSources(cursor: Cursor, rows: OpenRows, isPresent: boolean): void {
  for (let at = 0; at < rows.count; at++) {
    const code = isPresent ? readUnsigned(cursor) : 0;
    if (code === 0) rows.sourceMs[at] = Number.NaN;
    else rows.sourceMs[at] = (rows.receivedMs[at] as number) - (code % 2 === 1 ? (code - 1) / 2 : -code / 2);
  }
}

function readValues(bytes: Buffer, start: number, end: number, rows: OpenRows): void {
  let offset = start;
  for (let at = 0; at < rows.count; at++) {
    if (isBad(rows.quality[at] as number)) {
      rows.value[at] = Number.NaN;
      continue;
    }
    rows.value[at] = bytes.readDoubleLE(offset);
    offset += 8;
  }
  if (offset !== end) throw new RangeError('the columns do not fill the block');
}
