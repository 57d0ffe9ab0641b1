/**
 * Whether a value can be written to a Modbus address exactly. A limit between two steps of the register would be rounded
 * beyond itself, and a value that the register cannot hold would be refused only when somebody writes it.
 */
import { decodeRegisters } from '../../profiles/decoders.ts';
import { encodePart, encodeRegisters } from '../../profiles/encoders.ts';
import { isBitTable } from './address-check.ts';
import { toFormat } from './register-format.ts';
import type { ModbusAddress } from './schema.ts';

/** Single-precision floats carry 7 digits. */
const ROUNDING_RATIO = 1e-6;

/** @returns what would be instead; null = the value can be written */
export function checkValue(address: ModbusAddress, value: number): string | null {
  if (isBitTable(address.table)) return value === 0 || value === 1 ? null : '0 or 1 (a coil)';
  const format = toFormat(address);
  const isPart = format.bit !== null || format.mask !== null;
  const encoded = isPart ? encodePart(format, value) : encodeRegisters(format, value);
  if ('problem' in encoded) return `${encoded.problem} (what the register can hold)`;
  const registers = 'registers' in encoded ? encoded.registers : [encoded.bits];
  const block = new DataView(new ArrayBuffer(2 * registers.length));
  registers.forEach((register, at) => block.setUint16(2 * at, register));
  const written = decodeRegisters(format, block, 0).value;
  if (Math.abs(written - value) <= Math.abs(value) * ROUNDING_RATIO) return null;
  return `a whole step of the register, such as ${Number(written.toPrecision(12))}`;
}
