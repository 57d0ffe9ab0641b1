/** A planned write as protocol data units. Pure; sending and confirming is connection.ts, choosing the function write-plan.ts. */
import { assert, defined, never } from '../../core/assert.ts';
import {
  type Command,
  encodeMaskWrite,
  encodeRead,
  encodeReadWrite,
  encodeWriteCoil,
  encodeWriteCoils,
  encodeWriteRegister,
  encodeWriteRegisters,
  FUNCTION_CODES,
  toReadAnswerBytes,
} from './pdu.ts';
import type { ModbusWrite } from './request.ts';

export type PartWrite = Extract<ModbusWrite, { kind: 'part' }>;

const ALL_BITS = 0xffff;

/**
 * What is sent at once.
 * @returns null when the register must be read before: see `toPartRead`
 */
export function toCommand(write: ModbusWrite): Command | null {
  switch (write.kind) {
    case 'coil':
      return write.via === 'single'
        ? encodeWriteCoil(write.address, write.isOn)
        : encodeWriteCoils(write.address, [write.isOn]);
    case 'registers':
      return toRegisterCommand(write);
    case 'part':
      return write.via === 'mask-write'
        ? encodeMaskWrite(write.address, ALL_BITS & ~write.mask, write.bits & write.mask)
        : null;
    default:
      return never(write);
  }
}

/** Reads the register of which a part is written. */
export function toPartRead({ address }: PartWrite): Command {
  const read = { functionCode: FUNCTION_CODES.holding, address, count: 1 };
  return { pdu: encodeRead(read), answerBytes: toReadAnswerBytes(read), echo: null };
}

/** Writes the register back. @param value what it holds now */
export function toPartCommand({ address, mask, bits, via }: PartWrite, value: number): Command {
  assert(via !== 'mask-write', 'function 22 needs no value');
  const changed = (value & ~mask & ALL_BITS) | (bits & mask);
  return via === 'read-single'
    ? encodeWriteRegister(address, changed)
    : encodeWriteRegisters(address, [changed]);
}

function toRegisterCommand({
  address,
  registers,
  via,
}: Extract<ModbusWrite, { kind: 'registers' }>): Command {
  switch (via) {
    case 'single':
      assert(registers.length === 1, 'only one register is written by function 6');
      return encodeWriteRegister(address, defined(registers[0], 'register to write'));
    case 'multiple':
      return encodeWriteRegisters(address, registers);
    case 'read-write':
      return encodeReadWrite({ address, count: registers.length }, address, registers);
    default:
      return never(via);
  }
}
