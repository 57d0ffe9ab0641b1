/**
 * The value column of a chunk, bit-exact: decimal numbers, single-precision numbers that show a decimal one, and binary
 * fractions become integers, of which the differences are packed; what is none of these is stored as it is, without the
 * bytes that all values share. Every choice is proved on every value before it is made. Pure.
 *
 * First byte: bits 0–2 form, bits 3–7 parameter p. Then:
 *
 * | form | value                          | bytes                                                             |
 * |    0 | float64                        | p = leading bytes that all values share, 0–8: once, highest first; |
 * |      |                                | then the 8 - p others of each value, lowest first                 |
 * |    1 | integer / 10^p                 | first integer as signed varint; differences of the others (packed) |
 * |    2 | integer / 10^p, rounded to f32 | the same                                                          |
 * |    3 | integer / 2^(2p)               | the same                                                          |
 */
import { type Cursor, readSigned, writeSigned } from '../varint.ts';
import { readPacked, writePacked } from './packed.ts';

const RAW = 0;
const DECIMAL = 1;
const SINGLE = 2;
const BINARY = 3;
const FORM_BITS = 3;
const FORM_MASK = 0b111;

const MAX_DECIMALS = 9;
/** More decimals than these are not what a single-precision number was made from; then form 3 is shorter. */
const MAX_SINGLE_DECIMALS = 4;
const MAX_BINARY_STEP = 31;
/** A difference of two such integers fits MAX_PACKED. */
const MAX_INTEGER = 2 ** 49;
const FLOAT_BYTES = 8;

// Scratch of one value; nothing is kept from one to the next.
const float = new DataView(new ArrayBuffer(FLOAT_BYTES));

/**
 * @param values any float64; the first `count` (at least 1) are overwritten
 * The caller has made room for 10 bytes each and 24 more.
 */
export function writeValues(cursor: Cursor, values: Float64Array, count: number): void {
  const decimals = fitDecimal(values, count, false);
  if (decimals !== -1) return writeIntegers(cursor, values, count, DECIMAL, decimals);
  const single = fitDecimal(values, count, true);
  if (single !== -1) return writeIntegers(cursor, values, count, SINGLE, single);
  const step = fitBinary(values, count);
  if (step !== -1) return writeIntegers(cursor, values, count, BINARY, step);
  writeRaw(cursor, values, count);
}

/**
 * Reads `count` values (at least 1) into `out`.
 * @throws RangeError when they are not complete or no column of ours.
 */
export function readValues(cursor: Cursor, out: Float64Array, count: number): void {
  const head = cursor.bytes[cursor.at++];
  if (head === undefined) throw new RangeError('values end beyond the chunk');
  const form = head & FORM_MASK;
  const parameter = head >>> FORM_BITS;
  if (form === RAW) return readRaw(cursor, out, count, parameter);
  if (form > BINARY) throw new RangeError('values of an unknown form');
  const first = readSigned(cursor);
  readPacked(cursor, out.subarray(1), count - 1);
  out[0] = first;
  fromIntegers(out, count, form === BINARY ? 4 ** parameter : 10 ** parameter, form === SINGLE);
}

/** Fewest decimals with which every value is an integer / 10^decimals (rounded to single precision or not); -1 = none. */
function fitDecimal(values: Float64Array, count: number, isSingle: boolean): number {
  const most = isSingle ? MAX_SINGLE_DECIMALS : MAX_DECIMALS;
  let decimals = 0;
  let scale = 1;
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    for (;;) {
      const integer = Math.round(value * scale);
      if (!(Math.abs(integer) <= MAX_INTEGER)) return -1;
      const back = integer / scale;
      if ((isSingle ? Math.fround(back) : back) === value) break;
      if (decimals === most) return -1;
      decimals++;
      scale *= 10;
    }
    if (value === 0 && Object.is(value, -0)) return -1;
  }
  // A value that fitted fewer decimals may not fit this many as single precision, nor within the limit.
  return isFitting(values, count, scale, isSingle) ? decimals : -1;
}

function isFitting(values: Float64Array, count: number, scale: number, isSingle: boolean): boolean {
  if (scale === 1) return true;
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    const integer = Math.round(value * scale);
    const back = integer / scale;
    if (!(Math.abs(integer) <= MAX_INTEGER) || (isSingle ? Math.fround(back) : back) !== value) return false;
  }
  return true;
}

/** Fewest steps with which every value × 4^steps is an integer; -1 = none. */
function fitBinary(values: Float64Array, count: number): number {
  let steps = 0;
  let scale = 1;
  let largest = 0;
  for (let at = 0; at < count; at++) {
    const value = values[at] as number;
    const size = Math.abs(value);
    if (size > largest) largest = size;
    while (!Number.isInteger(value * scale)) {
      if (steps === MAX_BINARY_STEP) return -1;
      steps++;
      scale *= 4;
    }
    if (!(largest * scale <= MAX_INTEGER) || Object.is(value, -0)) return -1;
  }
  return steps;
}

function writeIntegers(
  cursor: Cursor,
  values: Float64Array,
  count: number,
  form: number,
  parameter: number,
): void {
  const scale = form === BINARY ? 4 ** parameter : 10 ** parameter;
  cursor.bytes[cursor.at++] = form | (parameter << FORM_BITS);
  const first = Math.round((values[0] as number) * scale);
  writeSigned(cursor, first);
  let before = first;
  for (let at = 1; at < count; at++) {
    const integer = Math.round((values[at] as number) * scale);
    values[at - 1] = integer - before;
    before = integer;
  }
  writePacked(cursor, values, count - 1);
}

function fromIntegers(out: Float64Array, count: number, scale: number, isSingle: boolean): void {
  let integer = 0;
  for (let at = 0; at < count; at++) {
    integer += out[at] as number;
    const value = integer / scale;
    out[at] = isSingle ? Math.fround(value) : value;
  }
}

function writeRaw(cursor: Cursor, values: Float64Array, count: number): void {
  const shared = sharedBytes(values, count);
  cursor.bytes[cursor.at++] = RAW | (shared << FORM_BITS);
  float.setFloat64(0, values[0] as number, true);
  for (let byte = FLOAT_BYTES - 1; byte >= FLOAT_BYTES - shared; byte--) {
    cursor.bytes[cursor.at++] = float.getUint8(byte);
  }
  if (shared === FLOAT_BYTES) return;
  for (let at = 0; at < count; at++) {
    float.setFloat64(0, values[at] as number, true);
    for (let byte = 0; byte < FLOAT_BYTES - shared; byte++) cursor.bytes[cursor.at++] = float.getUint8(byte);
  }
}

function readRaw(cursor: Cursor, out: Float64Array, count: number, shared: number): void {
  const own = FLOAT_BYTES - shared;
  if (own < 0) throw new RangeError('values share more bytes than they have');
  const { bytes } = cursor;
  let { at } = cursor;
  if (at + shared + own * count > bytes.length) throw new RangeError('values end beyond the chunk');
  for (let byte = FLOAT_BYTES - 1; byte >= own; byte--) float.setUint8(byte, bytes[at++] as number);
  for (let index = 0; index < count; index++) {
    for (let byte = 0; byte < own; byte++) float.setUint8(byte, bytes[at++] as number);
    out[index] = float.getFloat64(0, true);
  }
  cursor.at = at;
}

/** Leading bytes (sign and exponent first) in which no value differs from the first. */
function sharedBytes(values: Float64Array, count: number): number {
  float.setFloat64(0, values[0] as number);
  const high = float.getUint32(0);
  const low = float.getUint32(4);
  let highDifference = 0;
  let lowDifference = 0;
  for (let at = 1; at < count; at++) {
    float.setFloat64(0, values[at] as number);
    highDifference |= float.getUint32(0) ^ high;
    lowDifference |= float.getUint32(4) ^ low;
  }
  if (highDifference !== 0) return Math.clz32(highDifference) >>> 3;
  return 4 + (Math.clz32(lowDifference) >>> 3);
}
