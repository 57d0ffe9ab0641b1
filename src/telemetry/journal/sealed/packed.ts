/**
 * A column of integers in as few bits as most of them need: each as its difference to one base, zig-zagged, its low bits in
 * a field of fixed width, and the few that are longer completed from a list. No integers take no bytes. Pure.
 *
 * | bytes        | what                                                                                               |
 * | 1            | bits 0–5: width of the fields, 0–48; bit 6: a base follows; bit 7: exceptions follow the fields     |
 * | 0 or 1–8     | base, signed varint; 0 when there is none                                                          |
 * | ⌈n·low/8⌉    | low plane: the lowest `low` = min(width, 24) bits of each integer, low bit first                   |
 * | ⌈n·high/8⌉   | high plane: the next `high` = width - low bits of each                                             |
 * | 1–           | exceptions: varint number; for each varint distance to the one before (first: to -1), less 1, and  |
 * |              | varint of the bits above the width                                                                 |
 */
import { type Cursor, readSigned, readUnsigned, writeSigned, writeUnsigned } from '../varint.ts';

/** Largest magnitude of an integer in a column, so that a difference, zig-zagged, is exact in a float64. */
export const MAX_PACKED = 2 ** 51;

const PLANE_BITS = 24;
const MAX_WIDTH = 2 * PLANE_BITS;
const MAX_BITS = 53;
const WIDTH_MASK = 0x3f;
const HAS_BASE = 0x40;
const HAS_EXCEPTIONS = 0x80;
const SAMPLES = 15;

// Scratch of one call; nothing is kept from one to the next.
const sample = new Float64Array(SAMPLES);
/** By length in bits: how many integers of the column have it. */
const lengths = new Uint32Array(MAX_BITS + 1);

/**
 * @param integers within ±MAX_PACKED; their first `count` are overwritten
 * The caller has made room for 10 bytes each and 12 more.
 */
export function writePacked(cursor: Cursor, integers: Float64Array, count: number): void {
  if (count === 0) return;
  const base = typical(integers, count);
  const longest = toZigZag(integers, count, base);
  const width = chooseWidth(count, longest);
  const head = width | (base === 0 ? 0 : HAS_BASE) | (longest > width ? HAS_EXCEPTIONS : 0);
  cursor.bytes[cursor.at++] = head;
  if (base !== 0) writeSigned(cursor, base);
  if (width > 0) writePlane(cursor, integers, count, Math.min(width, PLANE_BITS), 1);
  if (width > PLANE_BITS) writePlane(cursor, integers, count, width - PLANE_BITS, 2 ** PLANE_BITS);
  if (longest > width) writeExceptions(cursor, integers, count, width);
}

/**
 * Reads `count` integers into `out`.
 * @throws RangeError when they are not complete or no column of ours.
 */
export function readPacked(cursor: Cursor, out: Float64Array, count: number): void {
  if (count === 0) return;
  const head = cursor.bytes[cursor.at++];
  if (head === undefined) throw new RangeError('column ends beyond the chunk');
  const width = head & WIDTH_MASK;
  if (width > MAX_WIDTH) throw new RangeError('column is too wide');
  const base = head & HAS_BASE ? readSigned(cursor) : 0;
  if (width === 0) out.fill(0, 0, count);
  else readPlane(cursor, out, count, Math.min(width, PLANE_BITS));
  if (width > PLANE_BITS) addHighPlane(cursor, out, count, width - PLANE_BITS);
  if (head & HAS_EXCEPTIONS) addExceptions(cursor, out, count, width);
  if (width === 0 && (head & HAS_EXCEPTIONS) === 0) out.fill(base, 0, count);
  else if (width < 31 && (head & HAS_EXCEPTIONS) === 0) fromShortZigZag(out, count, base);
  else fromZigZag(out, count, base);
}

/** Median of a few of the integers: where most of them are near. */
function typical(integers: Float64Array, count: number): number {
  const samples = Math.min(count, SAMPLES);
  for (let taken = 0; taken < samples; taken++) {
    const value = integers[Math.floor((taken * count) / samples)] as number;
    let at = taken;
    for (; at > 0 && (sample[at - 1] as number) > value; at--) sample[at] = sample[at - 1] as number;
    sample[at] = value;
  }
  return sample[samples >>> 1] as number;
}

/** @returns the length in bits of the longest. */
function toZigZag(integers: Float64Array, count: number, base: number): number {
  lengths.fill(0);
  for (let at = 0; at < count; at++) {
    const difference = (integers[at] as number) - base;
    const code = difference < 0 ? -2 * difference - 1 : 2 * difference;
    const length =
      code < 0x1_0000_0000 ? 32 - Math.clz32(code) : 64 - Math.clz32(Math.floor(code / 0x1_0000_0000));
    integers[at] = code;
    lengths[length] = (lengths[length] as number) + 1;
  }
  let longest = MAX_BITS;
  while (longest > 0 && lengths[longest] === 0) longest--;
  return longest;
}

/** The width that costs the fewest bits, an exception being one byte for its place and its rest as a varint. */
function chooseWidth(count: number, longest: number): number {
  let best = Math.min(longest, MAX_WIDTH);
  let bestBits = Number.POSITIVE_INFINITY;
  for (let width = best; width >= 0; width--) {
    let bits = width * count + (width < longest ? 8 : 0);
    for (let length = width + 1; length <= longest; length++) {
      bits += (lengths[length] as number) * 8 * (1 + Math.ceil((length - width) / 7));
    }
    if (bits >= bestBits) continue;
    best = width;
    bestBits = bits;
  }
  return best;
}

function writePlane(
  cursor: Cursor,
  codes: Float64Array,
  count: number,
  width: number,
  divisor: number,
): void {
  const mask = 2 ** width - 1;
  const { bytes } = cursor;
  let { at } = cursor;
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < count; index++) {
    const code = codes[index] as number;
    pending |= ((divisor === 1 ? code : Math.floor(code / divisor)) & mask) << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at++] = pending & 0xff;
      pending >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[at++] = pending;
  cursor.at = at;
}

function readPlane(cursor: Cursor, out: Float64Array, count: number, width: number): void {
  const end = cursor.at + Math.ceil((count * width) / 8);
  if (end > cursor.bytes.length) throw new RangeError('column ends beyond the chunk');
  const mask = 2 ** width - 1;
  const { bytes } = cursor;
  let { at } = cursor;
  let pending = 0;
  let bits = 0;
  for (let index = 0; index < count; index++) {
    while (bits < width) {
      pending |= (bytes[at++] as number) << bits;
      bits += 8;
    }
    out[index] = pending & mask;
    pending >>>= width;
    bits -= width;
  }
  cursor.at = end;
}

function addHighPlane(cursor: Cursor, out: Float64Array, count: number, width: number): void {
  const high = new Float64Array(count);
  readPlane(cursor, high, count, width);
  for (let at = 0; at < count; at++) out[at] = (out[at] as number) + (high[at] as number) * 2 ** PLANE_BITS;
}

function writeExceptions(cursor: Cursor, codes: Float64Array, count: number, width: number): void {
  const unit = 2 ** width;
  let number = 0;
  for (let length = width + 1; length <= MAX_BITS; length++) number += lengths[length] as number;
  writeUnsigned(cursor, number);
  let before = -1;
  for (let at = 0; at < count; at++) {
    const code = codes[at] as number;
    if (code < unit) continue;
    writeUnsigned(cursor, at - before - 1);
    writeUnsigned(cursor, Math.floor(code / unit));
    before = at;
  }
}

function addExceptions(cursor: Cursor, out: Float64Array, count: number, width: number): void {
  const unit = 2 ** width;
  const number = readUnsigned(cursor);
  if (number > count) throw new RangeError('more exceptions than integers');
  let at = -1;
  for (let read = 0; read < number; read++) {
    at += readUnsigned(cursor) + 1;
    if (at >= count) throw new RangeError('exception beyond the column');
    out[at] = (out[at] as number) + readUnsigned(cursor) * unit;
  }
}

function fromShortZigZag(out: Float64Array, count: number, base: number): void {
  for (let at = 0; at < count; at++) {
    const code = out[at] as number;
    out[at] = ((code >>> 1) ^ -(code & 1)) + base;
  }
}

function fromZigZag(out: Float64Array, count: number, base: number): void {
  for (let at = 0; at < count; at++) {
    const code = out[at] as number;
    out[at] = (code % 2 === 0 ? code / 2 : -(code + 1) / 2) + base;
  }
}
