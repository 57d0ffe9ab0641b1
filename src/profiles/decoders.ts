/**
 * Registers → value with quality, pure. Knows number formats and what makes a value unusable or doubtful (sentinel,
 * not a number, outside the physical range, a state without a declared meaning); which registers belong to which
 * point is the driver's plan.
 *
 * | type     | registers | high-first   | low-first    |
 * | u16, i16 | 1         | AB           | –            |
 * | u32, i32 | 2         | AB CD        | CD AB        |
 * | f32      | 2         | IEEE 754 single, same orders      |
 *
 * Bytes within a register are always big-endian (Modbus Application Protocol V1.1b3, 4.2).
 */
import { never } from '../core/assert.ts';
import { GOOD } from '../core/quality.ts';
import { bad, type Decoded, toValue, type ValueFormat } from './values.ts';

export const REGISTER_TYPES = [
  'u16',
  'i16',
  'u32',
  'i32',
  'u64',
  'i64',
  'f32',
  'f64',
  'bcd16',
  'bcd32',
  'bcd64',
  'string',
] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];
export const WORD_ORDERS = ['high-first', 'low-first'] as const;
export type WordOrder = (typeof WORD_ORDERS)[number];
/** Bytes within a register: high-first as the standard has it, low-first where a device swaps them. */
export const BYTE_ORDERS = ['high-first', 'low-first'] as const;
export type ByteOrder = (typeof BYTE_ORDERS)[number];

/** Raw numbers and values at 4 and 20 mA. */
export interface CurrentLoop {
  readonly raw: { readonly at4: number; readonly at20: number };
  readonly value: { readonly at4: number; readonly at20: number };
}

/** How one point is written in registers. */
export interface RegisterFormat extends ValueFormat {
  readonly type: RegisterType;
  /** Bit of a 16-bit register, 0 = least significant; null = the whole value. */
  readonly bit: number | null;
  /** Bit field of a 16-bit register: the value is what stands under the mask, shifted down; null = the whole value. */
  readonly mask: number | null;
  readonly wordOrder: WordOrder;
  readonly byteOrder: ByteOrder;
  /** Registers of a string; 0 for the other types. */
  readonly length: number;
  /** Line of a 4–20 mA transmitter, in place of scale and offset; null = none. */
  readonly loop: CurrentLoop | null;
  /** Raw values that mean "not available": as unsigned bits (0xFFFF) or as the typed number (-1). */
  readonly sentinels: readonly number[];
  /** What of the bits is compared with the sentinels; null = all. A panel says "not programmed" in one byte of a word. */
  readonly sentinelMask: number | null;
}

/** Registers (of 16 bits) that a value of the type takes. @param length of a string, in registers */
export function registersOf(type: RegisterType, length = 1): number {
  if (type === 'string') return length;
  if (type.endsWith('16')) return 1;
  return type.endsWith('32') ? 2 : 4;
}

/**
 * Decodes the value that begins at byte `at` of a block of registers.
 * @throws RangeError when the block is too short: whoever checked the reply's length made a mistake.
 */
export function decodeRegisters(format: RegisterFormat, block: DataView, at: number): Decoded {
  const bits = readBits(format, block, at);
  const raw = toRaw(format.type, bits);
  if (isSentinel(format, bits, raw)) return bad('sentinel');
  if (format.bit !== null) return { value: (bits >>> format.bit) & 1, quality: GOOD };
  if (format.mask !== null) return toValue(format, toField(bits, format.mask));
  return toValue(format, raw);
}

/** A coil, a discrete input: 0 or 1, always good. */
export function decodeBit(isSet: boolean): Decoded {
  return { value: isSet ? 1 : 0, quality: GOOD };
}

/** The value's bits as an unsigned integer of 16 or 32 bits. */
function readBits(format: RegisterFormat, block: DataView, at: number): number {
  if (registersOf(format.type) === 1) return block.getUint16(at);
  if (format.wordOrder === 'high-first') return block.getUint32(at);
  return ((block.getUint16(at + 2) << 16) | block.getUint16(at)) >>> 0;
}

const scratch = new DataView(new ArrayBuffer(4));

function toRaw(type: RegisterType, bits: number): number {
  switch (type) {
    case 'u16':
    case 'u32':
      return bits;
    case 'i16':
      return (bits << 16) >> 16;
    case 'i32':
      return bits | 0;
    case 'f32':
      scratch.setUint32(0, bits);
      return scratch.getFloat32(0);
    case 'u64':
    case 'i64':
    case 'f64':
    case 'bcd16':
    case 'bcd32':
    case 'bcd64':
    case 'string':
      return Number.NaN;
    default:
      return never(type);
  }
}

function isSentinel({ sentinels, sentinelMask }: RegisterFormat, bits: number, raw: number): boolean {
  if (sentinels.length === 0) return false;
  if (sentinelMask !== null) return sentinels.includes((bits & sentinelMask) >>> 0);
  return sentinels.includes(bits) || sentinels.includes(raw);
}

/** @param mask not 0 */
function toField(bits: number, mask: number): number {
  const lowest = 31 - Math.clz32(mask & -mask);
  return ((bits & mask) >>> 0) >>> lowest;
}
