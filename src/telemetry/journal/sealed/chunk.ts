/**
 * A chunk: readings of one point in order of stamp, self-describing and checked, so that it can be found by walking over the
 * file and a damaged one costs only itself. Pure. Columns: columns.ts, values.ts; integers: packed.ts.
 *
 * | bytes  | what                                                                                              |
 * | 1      | 0xc7, where reading goes on behind damage                                                         |
 * | varint | n, bytes of the body                                                                              |
 * | n      | body                                                                                              |
 * | 4      | CRC-32 of all before it, little-endian                                                            |
 *
 * Body, one after the other: varint point · varint readings · flags (columns.ts) · varint first stamp - lowest stamp of the
 * file · summary (summary.ts), where the flags say so · stamps (packed: difference to the one before, less 1; without the
 * first) · quality · marks · received · source · values of the readings that are not bad, when there are any.
 */
import { crc32 } from 'node:zlib';
import { isBad } from '../../../core/quality.ts';
import { MAX_TIME_MS } from '../format.ts';
import { createRows, type OpenRows } from '../rows.ts';
import { type Cursor, readUnsigned, writeUnsigned } from '../varint.ts';
import {
  chooseForms,
  FLAGS,
  readMarks,
  readQuality,
  readReceived,
  readSources,
  readStamps,
  writeMarks,
  writeQuality,
  writeReceived,
  writeSources,
  writeStamps,
} from './columns.ts';
import { SEALED_LIMITS } from './limits.ts';
import { type ChunkSummary, readSummary, summarise, writeSummary } from './summary.ts';
import { readValues, writeValues } from './values.ts';

export const CHUNK_MARKER = 0xc7;
/** Marker, one byte of length, the shortest body (four bytes), checksum. */
export const MIN_CHUNK_BYTES = 1 + 1 + 4 + 4;

const CRC_BYTES = 4;
/** Room for the length while the body is written; it is moved when the length takes more or fewer. */
const USUAL_LENGTH_BYTES = 2;

/** A chunk whose frame and head were found intact. */
export interface Chunk {
  /** Of the whole chunk. */
  readonly bytes: number;
  readonly point: number;
  readonly readings: number;
  readonly firstMs: number;
  readonly flags: number;
  /** The body, and the place behind its head. */
  readonly body: Uint8Array;
  readonly columnsAt: number;
}

/** Most bytes that a chunk of so many readings takes. */
export function maxChunkBytes(readings: number): number {
  return 48 * readings + 256;
}

/**
 * @param rows 1 to SEALED_LIMITS.chunkReadings readings of one point, stamps strictly increasing and not below `baseMs`
 * @param baseMs lowest stamp of the file
 * @param scratch room for as many numbers as there are readings
 * The caller has made room for `maxChunkBytes`.
 */
export function writeChunk(
  cursor: Cursor,
  rows: OpenRows,
  point: number,
  baseMs: number,
  scratch: Float64Array,
): void {
  const start = cursor.at;
  const bodyAt = start + 1 + USUAL_LENGTH_BYTES;
  cursor.at = bodyAt;
  writeBody(cursor, rows, point, baseMs, scratch);
  const bodyBytes = cursor.at - bodyAt;
  cursor.at = start;
  cursor.bytes[cursor.at++] = CHUNK_MARKER;
  // The body is moved before its length could be written over it.
  const lengthBytes = varintBytes(bodyBytes);
  if (lengthBytes !== USUAL_LENGTH_BYTES) {
    cursor.bytes.copyWithin(cursor.at + lengthBytes, bodyAt, bodyAt + bodyBytes);
  }
  writeUnsigned(cursor, bodyBytes);
  cursor.at += bodyBytes;
  const sum = crc32(cursor.bytes.subarray(start, cursor.at));
  for (let byte = 0; byte < CRC_BYTES; byte++) cursor.bytes[cursor.at++] = (sum >>> (8 * byte)) & 0xff;
}

/**
 * The chunk at `offset`, which ends before `end`; null when there is none that can be believed.
 * @param baseMs lowest stamp of the file
 */
export function readChunk(bytes: Buffer, offset: number, end: number, baseMs: number): Chunk | null {
  if (end - offset < MIN_CHUNK_BYTES || bytes[offset] !== CHUNK_MARKER) return null;
  try {
    const cursor = { bytes, at: offset + 1 };
    const bodyBytes = readUnsigned(cursor);
    const bodyEnd = cursor.at + bodyBytes;
    if (bodyBytes > SEALED_LIMITS.chunkBytes || bodyEnd + CRC_BYTES > end) return null;
    const chunk = readHead(bytes.subarray(cursor.at, bodyEnd), bodyEnd + CRC_BYTES - offset, baseMs);
    // The head before the sum: behind damage most candidates fall here, for far less.
    if (chunk === null) return null;
    return crc32(bytes.subarray(offset, bodyEnd)) === bytes.readUInt32LE(bodyEnd) ? chunk : null;
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * Replaces what is in `rows`, which have room for all readings of the chunk.
 * @throws RangeError when the columns do not hold what the head says (a writer's mistake: the CRC was right)
 */
export function readChunkRows(chunk: Chunk, rows: OpenRows): void {
  const { readings, flags } = chunk;
  const cursor = { bytes: chunk.body, at: chunk.columnsAt };
  rows.count = readings;
  if (hasSummary(chunk)) readSummary(cursor, chunk);
  readStamps(cursor, rows.stampMs, readings, chunk.firstMs);
  readQuality(cursor, rows.quality, readings, form(flags, FLAGS.quality, 3));
  readMarks(cursor, rows.mark, readings, form(flags, FLAGS.mark, 3));
  readReceived(cursor, rows.receivedMs, readings, form(flags, FLAGS.received, 1), rows.stampMs);
  readSources(cursor, rows.sourceMs, readings, form(flags, FLAGS.source, 3), rows.receivedMs);
  readUsable(cursor, rows, readings);
  if (cursor.at !== chunk.body.length) throw new RangeError('the columns do not fill the chunk');
  rows.point.fill(chunk.point, 0, readings);
}

/** @throws RangeError like `readChunkRows`. */
export function summariseChunk(chunk: Chunk): ChunkSummary {
  if (hasSummary(chunk)) return readSummary({ bytes: chunk.body, at: chunk.columnsAt }, chunk);
  const rows = createRows(chunk.readings);
  readChunkRows(chunk, rows);
  return summarise(rows, chunk.point);
}

function hasSummary(chunk: Chunk): boolean {
  return form(chunk.flags, FLAGS.summary, 1) === 1;
}

function writeBody(
  cursor: Cursor,
  rows: OpenRows,
  point: number,
  baseMs: number,
  scratch: Float64Array,
): void {
  const isSummarised = rows.count >= SEALED_LIMITS.summaryReadings;
  const flags = chooseForms(rows) | (Number(isSummarised) << FLAGS.summary);
  writeUnsigned(cursor, point);
  writeUnsigned(cursor, rows.count);
  cursor.bytes[cursor.at++] = flags;
  writeUnsigned(cursor, (rows.stampMs[0] as number) - baseMs);
  if (isSummarised) writeSummary(cursor, summarise(rows, point));
  writeStamps(cursor, rows, scratch);
  writeQuality(cursor, rows, form(flags, FLAGS.quality, 3));
  writeMarks(cursor, rows, form(flags, FLAGS.mark, 3));
  writeReceived(cursor, rows, form(flags, FLAGS.received, 1), scratch);
  writeSources(cursor, rows, form(flags, FLAGS.source, 3), scratch);
  let usable = 0;
  for (let at = 0; at < rows.count; at++) {
    if (!isBad(rows.quality[at] as number)) scratch[usable++] = rows.value[at] as number;
  }
  if (usable > 0) writeValues(cursor, scratch, usable);
}

function readHead(body: Uint8Array, bytes: number, baseMs: number): Chunk | null {
  const cursor = { bytes: body, at: 0 };
  const point = readUnsigned(cursor);
  const readings = readUnsigned(cursor);
  const flags = body[cursor.at++];
  const firstMs = baseMs + readUnsigned(cursor);
  const isBelievable =
    point < SEALED_LIMITS.points &&
    readings >= 1 &&
    readings <= SEALED_LIMITS.chunkReadings &&
    bytes <= maxChunkBytes(readings) &&
    firstMs <= MAX_TIME_MS;
  if (!isBelievable || flags === undefined) return null;
  return { bytes, point, readings, firstMs, flags, body, columnsAt: cursor.at };
}

/** Values go where the quality is not bad; NaN elsewhere. */
function readUsable(cursor: Cursor, rows: OpenRows, readings: number): void {
  const { quality, value } = rows;
  let usable = 0;
  for (let at = 0; at < readings; at++) if (!isBad(quality[at] as number)) usable++;
  if (usable > 0) readValues(cursor, value, usable);
  if (usable === readings) return;
  // Backwards, so that no value is overwritten before it has moved.
  for (let at = readings - 1; at >= 0; at--) {
    value[at] = isBad(quality[at] as number) ? Number.NaN : (value[--usable] as number);
  }
}

function form(flags: number, shift: number, mask: number): number {
  return (flags >>> shift) & mask;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
