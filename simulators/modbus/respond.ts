/**
 * One Modbus request PDU → its response PDU (Modbus Application Protocol V1.1b3, §6 and §7). Reads only: every
 * other function answers exception 01. Framing and sockets are server.ts.
 *
 *   read request    function · address (2) · count (2)
 *   registers       function · byte count · high byte, low byte …
 *   bits            function · byte count · first bit in the lowest bit of the first byte …
 *   exception       function + 0x80 · code
 */
import type { RegisterImage, Table } from '../devices/device.ts';

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;
const READ_REQUEST_BYTES = 5;
/** Most bits of one answer (§6.1). */
const MAX_BITS = 2_000;
/** Most registers of one answer (§6.3); a device may allow fewer. */
export const MAX_REGISTERS = 125;

/** Key: function code. */
const READS: ReadonlyMap<number, Table> = new Map([
  [1, 'coil'],
  [2, 'discrete'],
  [3, 'holding'],
  [4, 'input'],
]);

/** @param maxRegisters most registers the device gives at once, 1–125. */
export function respond(request: Uint8Array, image: RegisterImage, maxRegisters: number): Uint8Array {
  const functionCode = request[0] ?? 0;
  const table = READS.get(functionCode);
  if (table === undefined) return toException(functionCode, ILLEGAL_FUNCTION);
  if (request.length !== READ_REQUEST_BYTES) return toException(functionCode, ILLEGAL_VALUE);
  const address = toWord(request, 1);
  const count = toWord(request, 3);
  const isBits = table === 'coil' || table === 'discrete';
  const max = isBits ? MAX_BITS : Math.min(maxRegisters, MAX_REGISTERS);
  if (count < 1 || count > max) return toException(functionCode, ILLEGAL_VALUE);
  const values = readValues(image[table], address, count);
  if (values === null) return toException(functionCode, ILLEGAL_ADDRESS);
  const data = isBits ? packBits(values) : packRegisters(values);
  return Uint8Array.from([functionCode, data.length, ...data]);
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

function packRegisters(values: readonly number[]): readonly number[] {
  return values.flatMap((value) => [value >>> 8, value & 0xff]);
}

function packBits(values: readonly number[]): readonly number[] {
  const bytes = Array.from<number>({ length: Math.ceil(values.length / 8) }).fill(0);
  for (const [index, value] of values.entries()) {
    if (value !== 0) bytes[index >>> 3] = (bytes[index >>> 3] ?? 0) | (1 << (index & 7));
  }
  return bytes;
}

function toException(functionCode: number, code: number): Uint8Array {
  return Uint8Array.from([functionCode | 0x80, code]);
}

function toWord(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
