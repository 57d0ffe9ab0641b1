/**
 * The columns of a chunk beside the values: stamps, quality, marks, time of receipt, time of the device. Each says in the
 * flags of the chunk which of its forms it has, the commonest being no bytes at all. Pure; the frame is chunk.ts.
 *
 * | flag bits | column   | forms                                                                                       |
 * |       0–1 | quality  | 0 all good · 1 one byte for all · 2 runs: byte, varint length, until all have one            |
 * |       2–3 | mark     | 0 none · 1 all · 2 varint number, then varint gaps of unmarked ones · 3 one bit a reading    |
 * |         4 | received | 0 equal to the stamp · 1 stamp - received (packed)                                          |
 * |       5–6 | source   | 0 none · 1 received - source (packed) · 2 one bit a reading that has one, then these (packed) |
 * |         7 | summary  | 1 present                                                                                   |
 */
import { type OpenRows } from '../rows.ts';
import { type Cursor, readUnsigned, writeUnsigned } from '../varint.ts';
import { readPacked, writePacked } from './packed.ts';

/** Shifts of the forms in the flags. */
export const FLAGS = { quality: 0, mark: 2, received: 4, source: 5, summary: 7 } as const;

const ALL_GOOD = 0;
const ONE_QUALITY = 1;
const QUALITY_RUNS = 2;
const NO_MARK = 0;
const ALL_MARKED = 1;
const MARK_GAPS = 2;
const MARK_BITS = 3;
const NO_SOURCE = 0;
const ALL_SOURCES = 1;
const SOME_SOURCES = 2;

/** Which form each column takes, as flags without the summary. Reads the first `count` rows, at least one. */
export function chooseForms(rows: OpenRows): number {
  const { count } = rows;
  const first = rows.quality[0] as number;
  let marks = 0;
  let sources = 0;
  let isOneQuality = true;
  let isReceivedLater = false;
  for (let at = 0; at < count; at++) {
    if (rows.quality[at] !== first) isOneQuality = false;
    marks += rows.mark[at] as number;
    if (rows.receivedMs[at] !== rows.stampMs[at]) isReceivedLater = true;
    const source = rows.sourceMs[at] as number;
    // NaN is the only number that is not itself.
    if (source === source) sources++;
  }
  return (
    (qualityForm(isOneQuality, first) << FLAGS.quality) |
    (markForm(marks, count) << FLAGS.mark) |
    (Number(isReceivedLater) << FLAGS.received) |
    (sourceForm(sources, count) << FLAGS.source)
  );
}

function qualityForm(isOne: boolean, first: number): number {
  if (!isOne) return QUALITY_RUNS;
  return first === 0 ? ALL_GOOD : ONE_QUALITY;
}

function markForm(marks: number, count: number): number {
  if (marks === 0) return NO_MARK;
  if (marks === count) return ALL_MARKED;
  return marks * 8 < count ? MARK_GAPS : MARK_BITS;
}

function sourceForm(sources: number, count: number): number {
  if (sources === 0) return NO_SOURCE;
  return sources === count ? ALL_SOURCES : SOME_SOURCES;
}

/** Differences of the stamps behind the first, less 1. @param scratch room for `count` numbers */
export function writeStamps(cursor: Cursor, rows: OpenRows, scratch: Float64Array): void {
  const { stampMs, count } = rows;
  let before = stampMs[0] as number;
  for (let at = 1; at < count; at++) {
    const stamp = stampMs[at] as number;
    scratch[at - 1] = stamp - before - 1;
    before = stamp;
  }
  writePacked(cursor, scratch, count - 1);
}

export function readStamps(cursor: Cursor, out: Float64Array, count: number, firstMs: number): void {
  readPacked(cursor, out.subarray(1), count - 1);
  let stamp = firstMs;
  out[0] = stamp;
  for (let at = 1; at < count; at++) {
    stamp += (out[at] as number) + 1;
    out[at] = stamp;
  }
}

export function writeQuality(cursor: Cursor, rows: OpenRows, form: number): void {
  const { quality, count } = rows;
  if (form === ONE_QUALITY) cursor.bytes[cursor.at++] = quality[0] as number;
  if (form !== QUALITY_RUNS) return;
  for (let at = 0; at < count; ) {
    const code = quality[at] as number;
    let end = at + 1;
    while (end < count && quality[end] === code) end++;
    cursor.bytes[cursor.at++] = code;
    writeUnsigned(cursor, end - at);
    at = end;
  }
}

export function readQuality(cursor: Cursor, out: Uint8Array, count: number, form: number): void {
  if (form === ALL_GOOD || form === ONE_QUALITY) {
    out.fill(form === ALL_GOOD ? 0 : readByte(cursor), 0, count);
    return;
  }
  if (form !== QUALITY_RUNS) throw new RangeError('quality of an unknown form');
  for (let at = 0; at < count; ) {
    const code = readByte(cursor);
    const end = at + readUnsigned(cursor);
    if (end === at || end > count) throw new RangeError('run of qualities beyond the chunk');
    out.fill(code, at, end);
    at = end;
  }
}

export function writeMarks(cursor: Cursor, rows: OpenRows, form: number): void {
  const { mark, count } = rows;
  if (form === MARK_BITS) writeBits(cursor, count, (at) => mark[at] === 1);
  if (form !== MARK_GAPS) return;
  let marks = 0;
  for (let at = 0; at < count; at++) marks += mark[at] as number;
  writeUnsigned(cursor, marks);
  let before = -1;
  for (let at = 0; at < count; at++) {
    if (mark[at] === 0) continue;
    writeUnsigned(cursor, at - before - 1);
    before = at;
  }
}

export function readMarks(cursor: Cursor, out: Uint8Array, count: number, form: number): void {
  out.fill(form === ALL_MARKED ? 1 : 0, 0, count);
  if (form === MARK_BITS) readBits(cursor, count, (at) => (out[at] = 1));
  if (form !== MARK_GAPS) return;
  const marks = readUnsigned(cursor);
  if (marks > count) throw new RangeError('more marks than readings');
  let at = -1;
  for (let read = 0; read < marks; read++) {
    at += readUnsigned(cursor) + 1;
    if (at >= count) throw new RangeError('mark beyond the chunk');
    out[at] = 1;
  }
}

export function writeReceived(cursor: Cursor, rows: OpenRows, form: number, scratch: Float64Array): void {
  if (form === 0) return;
  const { stampMs, receivedMs, count } = rows;
  for (let at = 0; at < count; at++) scratch[at] = (stampMs[at] as number) - (receivedMs[at] as number);
  writePacked(cursor, scratch, count);
}

/** @param stampMs the stamps of the same readings */
export function readReceived(
  cursor: Cursor,
  out: Float64Array,
  count: number,
  form: number,
  stampMs: Float64Array,
): void {
  if (form === 0) {
    for (let at = 0; at < count; at++) out[at] = stampMs[at] as number;
    return;
  }
  readPacked(cursor, out, count);
  for (let at = 0; at < count; at++) out[at] = (stampMs[at] as number) - (out[at] as number);
}

export function writeSources(cursor: Cursor, rows: OpenRows, form: number, scratch: Float64Array): void {
  if (form === NO_SOURCE) return;
  const { sourceMs, receivedMs, count } = rows;
  if (form === SOME_SOURCES) writeBits(cursor, count, (at) => !Number.isNaN(sourceMs[at]));
  let sources = 0;
  for (let at = 0; at < count; at++) {
    const difference = (receivedMs[at] as number) - (sourceMs[at] as number);
    if (difference === difference) scratch[sources++] = difference;
  }
  writePacked(cursor, scratch, sources);
}

/** @param receivedMs those of the same readings */
export function readSources(
  cursor: Cursor,
  out: Float64Array,
  count: number,
  form: number,
  receivedMs: Float64Array,
): void {
  if (form === NO_SOURCE) {
    out.fill(Number.NaN, 0, count);
    return;
  }
  if (form > SOME_SOURCES) throw new RangeError('sources of an unknown form');
  if (form === SOME_SOURCES) {
    readSomeSources(cursor, out, count, receivedMs);
    return;
  }
  readPacked(cursor, out, count);
  for (let at = 0; at < count; at++) out[at] = (receivedMs[at] as number) - (out[at] as number);
}

function readSomeSources(cursor: Cursor, out: Float64Array, count: number, receivedMs: Float64Array): void {
  const places: number[] = [];
  readBits(cursor, count, (at) => places.push(at));
  const differences = new Float64Array(places.length);
  readPacked(cursor, differences, places.length);
  out.fill(Number.NaN, 0, count);
  for (const [index, at] of places.entries()) {
    out[at] = (receivedMs[at] as number) - (differences[index] as number);
  }
}

function readByte(cursor: Cursor): number {
  const byte = cursor.bytes[cursor.at++];
  if (byte === undefined) throw new RangeError('column ends beyond the chunk');
  return byte;
}

function writeBits(cursor: Cursor, count: number, isSet: (at: number) => boolean): void {
  const end = cursor.at + Math.ceil(count / 8);
  cursor.bytes.fill(0, cursor.at, end);
  for (let at = 0; at < count; at++) {
    if (!isSet(at)) continue;
    const byte = cursor.at + (at >>> 3);
    cursor.bytes[byte] = (cursor.bytes[byte] as number) | (1 << (at & 7));
  }
  cursor.at = end;
}

function readBits(cursor: Cursor, count: number, onSet: (at: number) => void): void {
  const end = cursor.at + Math.ceil(count / 8);
  if (end > cursor.bytes.length) throw new RangeError('bits end beyond the chunk');
  for (let at = 0; at < count; at++) {
    if (((cursor.bytes[cursor.at + (at >>> 3)] as number) >>> (at & 7)) & 1) onSet(at);
  }
  cursor.at = end;
}
