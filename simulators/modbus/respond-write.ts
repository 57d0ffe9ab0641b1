/**
 * The writing half of respond.ts (Modbus Application Protocol V1.1b3). A device that takes nothing answers exception
 * 01 to all of it, as does one without coils to a write of coils.
 *
 *   5 (§6.5)     address (2) · 0xFF00 or 0x0000                        answered with the same
 *   6 (§6.6)     address (2) · value (2)                               answered with the same
 *   15 (§6.11)   address (2) · count (2) · byte count · bits …         answered with address and count
 *   16 (§6.12)   address (2) · count (2) · byte count · registers …    answered with address and count
 *   22 (§6.16)   address (2) · AND mask (2) · OR mask (2)              answered with the same
 *   23 (§6.17)   read address, count · write address, count · byte count · registers …   writes, then reads
 */
import type { Table } from '../devices/device.ts';
import { toWord } from './request.ts';
import {
  ILLEGAL_ADDRESS,
  ILLEGAL_FUNCTION,
  ILLEGAL_VALUE,
  MAX_REGISTERS,
  respondRead,
  toException,
  type Unit,
} from './respond-read.ts';

/** Most coils of one write (§6.11), registers of one write (§6.12) and of one with reading (§6.17). */
const MAX_WRITTEN_BITS = 0x7b0;
const MAX_WRITTEN = 0x7b;
const MAX_WRITTEN_WITH_READ = 0x79;
const COIL_ON = 0xff00;

/** Key: function code. */
const WRITES: ReadonlyMap<number, Write> = new Map<number, Write>([
  [5, { table: 'coil', respond: writeCoil }],
  [6, { table: 'holding', respond: writeRegister }],
  [15, { table: 'coil', respond: writeCoils }],
  [16, { table: 'holding', respond: writeRegisters }],
  [22, { table: 'holding', respond: maskRegister }],
  [23, { table: 'holding', respond: writeAndRead }],
]);

interface Write {
  readonly table: Table;
  /** The answer, or the code of an exception. */
  readonly respond: (pdu: Uint8Array, unit: Unit) => Uint8Array | number;
}

export function respondWrite(pdu: Uint8Array, unit: Unit): Uint8Array {
  const functionCode = pdu[0] ?? 0;
  const write = WRITES.get(functionCode);
  const isKnown = write !== undefined && unit.isWritable && unit.image[write.table].size > 0;
  if (!isKnown) return toException(functionCode, ILLEGAL_FUNCTION);
  const answer = write.respond(pdu, unit);
  return typeof answer === 'number' ? toException(functionCode, answer) : answer;
}

function writeCoil(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  const value = toWord(pdu, 3);
  if (pdu.length !== 5 || (value !== COIL_ON && value !== 0)) return ILLEGAL_VALUE;
  return put(unit, 'coil', toWord(pdu, 1), [value === COIL_ON ? 1 : 0]) ?? pdu;
}

function writeRegister(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  if (pdu.length !== 5) return ILLEGAL_VALUE;
  return put(unit, 'holding', toWord(pdu, 1), [toWord(pdu, 3)]) ?? pdu;
}

function writeCoils(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  const count = toWord(pdu, 3);
  const bytes = Math.ceil(count / 8);
  const isWhole = pdu.length === 6 + bytes && pdu[5] === bytes;
  if (count < 1 || count > MAX_WRITTEN_BITS || !isWhole) return ILLEGAL_VALUE;
  const bits = Array.from({ length: count }, (_, at) => ((pdu[6 + (at >>> 3)] ?? 0) >>> (at & 7)) & 1);
  return put(unit, 'coil', toWord(pdu, 1), bits) ?? pdu.slice(0, 5);
}

function writeRegisters(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  const values = toValues(pdu, 3, Math.min(unit.maxRegisters, MAX_WRITTEN));
  if (values === null) return ILLEGAL_VALUE;
  return put(unit, 'holding', toWord(pdu, 1), values) ?? pdu.slice(0, 5);
}

function maskRegister(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  if (pdu.length !== 7) return ILLEGAL_VALUE;
  const address = toWord(pdu, 1);
  const before = unit.image.holding.get(address);
  if (before === undefined) return ILLEGAL_ADDRESS;
  const and = toWord(pdu, 3);
  const after = (before & and) | (toWord(pdu, 5) & ~and & 0xffff);
  return put(unit, 'holding', address, [after]) ?? pdu;
}

/** Nothing is written when the reading would be refused. */
function writeAndRead(pdu: Uint8Array, unit: Unit): Uint8Array | number {
  const values = toValues(pdu, 7, Math.min(unit.maxRegisters, MAX_WRITTEN_WITH_READ));
  const count = toWord(pdu, 3);
  if (values === null || count > MAX_REGISTERS) return ILLEGAL_VALUE;
  const read = (): Uint8Array => respondRead(23, unit, 'holding', toWord(pdu, 1), count);
  const before = read();
  if (((before[0] ?? 0) & 0x80) !== 0) return before;
  return put(unit, 'holding', toWord(pdu, 5), values) ?? read();
}

/** The registers behind `count` (2) · byte count at `at`; null when count and bytes do not fit. */
function toValues(pdu: Uint8Array, at: number, max: number): readonly number[] | null {
  const count = toWord(pdu, at);
  const isWhole = pdu.length === at + 3 + count * 2 && pdu[at + 2] === count * 2;
  if (count < 1 || count > max || !isWhole) return null;
  return Array.from({ length: count }, (_, index) => toWord(pdu, at + 3 + index * 2));
}

/** Code of the exception; null = written. */
function put(unit: Unit, table: Table, address: number, values: readonly number[]): number | null {
  const result = unit.write(table, address, values);
  switch (result) {
    case 'done':
      return null;
    case 'illegal-address':
      return ILLEGAL_ADDRESS;
    case 'illegal-value':
      return ILLEGAL_VALUE;
    default:
      return result satisfies never;
  }
}
