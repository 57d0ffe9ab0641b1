/**
 * Variable-length integers, seven bits a byte, low bits first; the top bit says that more follow.
 * Signed ones are zig-zagged (0, -1, 1, -2 … → 0, 1, 2, 3 …). Exact up to 2^52, which holds every time in ms.
 */

/** Bytes of the longest integer written here. */
export const MAX_VARINT_BYTES = 8;
/** Largest magnitude that a signed integer may have. */
export const MAX_SIGNED = 2 ** 51;

/** A place in a byte array that moves on as integers are written or read. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** @param value integer, 0 to 2^52. The caller has made room for MAX_VARINT_BYTES. */
export function writeUnsigned(cursor: Cursor, value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    const high = rest < 0x8000_0000 ? rest >>> 7 : Math.floor(rest / 128);
    cursor.bytes[cursor.at++] = (rest - high * 128) | 0x80;
    rest = high;
  }
  cursor.bytes[cursor.at++] = rest;
}

/** @throws RangeError beyond the end of the bytes, or when the integer is longer than any we write. */
export function readUnsigned(cursor: Cursor): number {
  let value = 0;
  let factor = 1;
  for (let length = 0; length < MAX_VARINT_BYTES; length++) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new RangeError('integer ends beyond the block');
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return value;
    factor *= 128;
  }
  throw new RangeError('integer is too long');
}

/** @param value integer within ±2^51. */
export function writeSigned(cursor: Cursor, value: number): void {
  writeUnsigned(cursor, value < 0 ? -2 * value - 1 : 2 * value);
}

/** @throws RangeError like `readUnsigned`. */
export function readSigned(cursor: Cursor): number {
  const value = readUnsigned(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
