/**
 * The reading half of respond.ts, and what both halves share: whom they ask, and exceptions.
 *
 *   read request    function · address (2) · count (2)
 *   registers       function · byte count · high byte, low byte …
 *   bits            function · byte count · first bit in the lowest bit of the first byte …
 *   exception       function + 0x80 · code
 */
import type { RegisterImage, Table, WriteResult } from '../devices/device.ts';
import { isBitTable } from './request.ts';

export const ILLEGAL_FUNCTION = 1;
export const ILLEGAL_ADDRESS = 2;
export const ILLEGAL_VALUE = 3;
/** Most bits of one answer (§6.1). */
const MAX_BITS = 2_000;
/** Most registers of one answer (§6.3); a device may allow fewer. */
export const MAX_REGISTERS = 125;

/** What a request is answered from. */
export interface Unit {
  /** As it is now: after a write it is another one. */
  readonly image: RegisterImage;
  /** Most registers the device gives or takes at once, 1–125. */
  readonly maxRegisters: number;
  /** Otherwise the device knows no function that writes. */
  readonly isWritable: boolean;
  /** All or nothing. */
  write(table: Table, address: number, values: readonly number[]): WriteResult;
}

/** @param functionCode of the answer: reading and writing at once (23) answers as reading does. */
export function respondRead(
  functionCode: number,
  unit: Unit,
  table: Table,
  address: number,
  count: number,
): Uint8Array {
  const isBits = isBitTable(table);
  const max = isBits ? MAX_BITS : Math.min(unit.maxRegisters, MAX_REGISTERS);
  if (count < 1 || count > max) return toException(functionCode, ILLEGAL_VALUE);
  const values = readValues(unit.image[table], address, count);
  if (values === null) return toException(functionCode, ILLEGAL_ADDRESS);
  return isBits ? packBits(functionCode, values) : packRegisters(functionCode, values);
}

export function toException(functionCode: number, code: number): Uint8Array {
  return Uint8Array.from([functionCode | 0x80, code]);
}

/** null when any of the addresses is not mapped. */
function readValues(
  table: ReadonlyMap<number, number>,
  address: number,
  count: number,
): readonly number[] | null {
  const values: number[] = [];
  for (let at = address; at < address + count; at++) {
    const value = table.get(at);
    if (value === undefined) return null;
    values.push(value);
  }
  return values;
}

function packRegisters(functionCode: number, values: readonly number[]): Uint8Array {
  const pdu = Buffer.alloc(2 + values.length * 2);
  pdu.writeUInt8(functionCode, 0);
  pdu.writeUInt8(values.length * 2, 1);
  for (const [index, value] of values.entries()) pdu.writeUInt16BE(value, 2 + index * 2);
  return pdu;
}

function packBits(functionCode: number, values: readonly number[]): Uint8Array {
  const bytes = Math.ceil(values.length / 8);
  const pdu = Buffer.alloc(2 + bytes);
  pdu.writeUInt8(functionCode, 0);
  pdu.writeUInt8(bytes, 1);
  for (const [index, value] of values.entries()) {
    const at = 2 + (index >>> 3);
    if (value !== 0) pdu.writeUInt8((pdu[at] ?? 0) | (1 << (index & 7)), at);
  }
  return pdu;
}
