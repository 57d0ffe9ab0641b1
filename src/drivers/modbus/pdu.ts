/**
 * Protocol data units of Modbus: function code and data, as every framing carries them. Requests, the length of their
 * answers and the echo that confirms a write. Pure; what an answer says of the points is reply.ts.
 * Source: MODBUS Application Protocol V1.1b3, 6.1–6.6, 6.11, 6.12, 6.16, 6.17. Numbers are big-endian, two bytes.
 *
 * | function | request after the function code                          | answer after the function code |
 * | 1–4      | address, count                                           | bytes (1), data                |
 * | 5        | address, FF00 or 0000                                    | the same                       |
 * | 6        | address, value                                           | the same                       |
 * | 15       | address, count, bytes (1), bits lowest first             | address, count                 |
 * | 16       | address, count, bytes (1), values                        | address, count                 |
 * | 22       | address, AND mask, OR mask                               | the same                       |
 * | 23       | read address, count, write address, count, bytes, values | bytes (1), values read         |
 */
import { assert } from '../../core/assert.ts';

/** Function that reads a table. Key: table. */
export const FUNCTION_CODES = { coil: 1, discrete: 2, holding: 3, input: 4 } as const;
/** Set in the function code of an exception. */
export const EXCEPTION_FLAG = 0x80;

const WRITE_COIL = 5;
const WRITE_REGISTER = 6;
const WRITE_COILS = 15;
const WRITE_REGISTERS = 16;
const MASK_WRITE = 22;
const READ_WRITE = 23;

const COIL_ON = 0xff00;
const COIL_OFF = 0x0000;
/** Largest counts of one request (V1.1b3, 6.11, 6.12, 6.17). */
const MAX_COILS = 0x07b0;
const MAX_REGISTERS = 0x7b;
const MAX_READ_WRITE_REGISTERS = 0x79;

/** A request and what its acceptance looks like. */
export interface Command {
  /** Function code and data. */
  readonly pdu: Buffer;
  /** Bytes of the answer's data unit, function code included. */
  readonly answerBytes: number;
  /** The answer, byte for byte; null where it carries data. */
  readonly echo: Buffer | null;
}

export interface ReadCommand {
  /** 1–4. */
  readonly functionCode: number;
  /** As on the wire, from 0. */
  readonly address: number;
  readonly count: number;
}

export function encodeRead({ functionCode, address, count }: ReadCommand): Buffer {
  const pdu = Buffer.allocUnsafe(5);
  pdu[0] = functionCode;
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(count, 3);
  return pdu;
}

/** Bytes of the answer to a read, function code included. */
export function toReadAnswerBytes({ functionCode, count }: ReadCommand): number {
  return 2 + (functionCode <= FUNCTION_CODES.discrete ? Math.ceil(count / 8) : count * 2);
}

export function encodeWriteCoil(address: number, isOn: boolean): Command {
  return toEchoed(encode(WRITE_COIL, [address, isOn ? COIL_ON : COIL_OFF]));
}

export function encodeWriteRegister(address: number, value: number): Command {
  return toEchoed(encode(WRITE_REGISTER, [address, value]));
}

export function encodeWriteCoils(address: number, coils: readonly boolean[]): Command {
  assert(coils.length >= 1 && coils.length <= MAX_COILS, `1–${MAX_COILS} coils are written at once`);
  const data = Buffer.alloc(Math.ceil(coils.length / 8));
  for (const [at, isOn] of coils.entries()) {
    if (isOn) data.writeUInt8(data.readUInt8(at >> 3) | (1 << (at & 7)), at >> 3);
  }
  return toCounted(encode(WRITE_COILS, [address, coils.length], data));
}

export function encodeWriteRegisters(address: number, values: readonly number[]): Command {
  assert(
    values.length >= 1 && values.length <= MAX_REGISTERS,
    `1–${MAX_REGISTERS} registers are written at once`,
  );
  return toCounted(encode(WRITE_REGISTERS, [address, values.length], toData(values)));
}

/** The register becomes (value AND `and`) OR (`or` AND NOT `and`). */
export function encodeMaskWrite(address: number, and: number, or: number): Command {
  return toEchoed(encode(MASK_WRITE, [address, and, or]));
}

/** The write is carried out before the read (6.17). */
export function encodeReadWrite(
  read: Omit<ReadCommand, 'functionCode'>,
  address: number,
  values: readonly number[],
): Command {
  const { length } = values;
  assert(
    length >= 1 && length <= MAX_READ_WRITE_REGISTERS,
    `1–${MAX_READ_WRITE_REGISTERS} registers are written and read at once`,
  );
  const pdu = encode(READ_WRITE, [read.address, read.count, address, length], toData(values));
  return { pdu, answerBytes: 2 + 2 * read.count, echo: null };
}

/** Whether an answer with the right function code is the one that the command asks for. */
export function isAcceptance({ answerBytes, echo }: Command, answer: Buffer): boolean {
  if (echo) return answer.equals(echo);
  return answer.length === answerBytes && answer[1] === answerBytes - 2;
}

function encode(functionCode: number, words: readonly number[], data?: Buffer): Buffer {
  const head = 1 + words.length * 2;
  const pdu = Buffer.allocUnsafe(head + (data ? 1 + data.length : 0));
  pdu[0] = functionCode;
  for (const [at, word] of words.entries()) pdu.writeUInt16BE(word, 1 + at * 2);
  if (data) {
    pdu[head] = data.length;
    data.copy(pdu, head + 1);
  }
  return pdu;
}

function toData(values: readonly number[]): Buffer {
  const data = Buffer.allocUnsafe(values.length * 2);
  for (const [at, value] of values.entries()) data.writeUInt16BE(value, at * 2);
  return data;
}

function toEchoed(pdu: Buffer): Command {
  return { pdu, answerBytes: pdu.length, echo: pdu };
}

/** The answer repeats address and count. */
function toCounted(pdu: Buffer): Command {
  const echo = pdu.subarray(0, 5);
  return { pdu, answerBytes: echo.length, echo };
}
