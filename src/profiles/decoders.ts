/**
 * Registers → value with quality, pure. Knows number formats and what makes a value unusable or doubtful (sentinel,
 * not a number, broken wire, outside the physical range, a state without a declared meaning); which registers belong
 * to which point is the driver's plan. The way back is encoders.ts.
 *
 * | type          | registers | meaning                                                          |
 * | u16, i16      | 1         | whole number, two's complement                                   |
 * | u32, i32      | 2         |                                                                  |
 * | u64, i64      | 4         | the nearest double: above 2^53 the last units are lost           |
 * | f32, f64      | 2, 4      | IEEE 754                                                         |
 * | bcd16, 32, 64 | 1, 2, 4   | a decimal digit in every four bits; above 2^53 as u64            |
 * | string        | length    | UTF-8, two bytes a register, NULs and spaces at its end cut      |
 *
 * Modbus itself orders only the bytes of a register: big-endian (Application Protocol V1.1b3, 4.2). Orders met in
 * the field, of a value whose bytes are A (highest) to D, as they arrive:
 *
 * | wordOrder  | byteOrder  | 32 bits | 64 bits     |
 * | high-first | high-first | AB CD   | AB CD EF GH |
 * | low-first  | high-first | CD AB   | GH EF CD AB |
 * | high-first | low-first  | BA DC   | BA DC FE HG |
 * | low-first  | low-first  | DC BA   | HG FE DC BA |
 */
import { never } from '../core/assert.ts';
import { GOOD } from '../core/quality.ts';
import { bad, compileJudge, compileValue, type Decoded, type Judge, type ValueFormat } from './values.ts';

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

/** Decodes the value that begins at byte `at` of a block of registers. @throws RangeError when the block is too short */
export type RegisterDecoder = (block: DataView, at: number) => Decoded;

/**
 * NAMUR NE 43:2003: a current below 3.6 mA or above 21 mA is a failure signal, as a share of the 16 mA above 4 mA:
 * −0.4/16 and 17/16. Written as they are, since 3.6 − 4 is rounded.
 */
const LOOP_LIMITS = { wireBreakRatio: -0.025, highRatio: 1.0625 } as const;

/**
 * Decodes one value. What is read again and again is compiled once (`compileDecoder`).
 * @throws RangeError when the block is too short: whoever checked the reply's length made a mistake.
 */
export function decodeRegisters(format: RegisterFormat, block: DataView, at: number): Decoded {
  return compileDecoder(format)(block, at);
}

/**
 * A decoder for this format; what depends on the format alone is worked out here.
 * @param exponent of ten from a scale-factor register, −10…10; without meaning for bits, strings and current loops
 */
export function compileDecoder(format: RegisterFormat, exponent = 0): RegisterDecoder {
  if (exponent !== 0) return compile(format, exponent);
  const known = compiled.get(format);
  if (known) return known;
  const decoder = compile(format, 0);
  compiled.set(format, decoder);
  return decoder;
}

/** Formats are shared by equipment of one profile. */
const compiled = new WeakMap<RegisterFormat, RegisterDecoder>();

function compile(format: RegisterFormat, exponent: number): RegisterDecoder {
  const { type } = format;
  switch (type) {
    case 'u16':
    case 'i16':
    case 'bcd16':
    case 'u32':
    case 'i32':
    case 'bcd32':
    case 'f32':
      return compileShort(format, TO_RAW[type], toFinish(format, exponent));
    case 'u64':
    case 'i64':
    case 'bcd64':
    case 'f64':
      return compileLong(format, TO_LONG_RAW[type], toFinish(format, exponent));
    case 'string':
      return compileString(format);
    default:
      return never(type);
  }
}

/** A coil, a discrete input: 0 or 1, always good. */
export function decodeBit(isSet: boolean): Decoded {
  return { value: isSet ? 1 : 0, quality: GOOD };
}

/** Unsigned bits of one or two registers → the typed number; NaN for four bits that are no decimal digit. */
type ToRaw = (bits: number) => number;
/** The same for four registers, as their upper and lower half. */
type ToLongRaw = (high: number, low: number) => number;
/** The typed number → value with quality. */
type Finish = Judge;
type ReadBits = (block: DataView, at: number) => number;
type IsSentinel = (bits: number, raw: number) => boolean;

const HALF = 2 ** 32;
const scratch = new DataView(new ArrayBuffer(8));

const TO_RAW = {
  u16: (bits) => bits,
  u32: (bits) => bits,
  i16: (bits) => (bits << 16) >> 16,
  i32: (bits) => bits | 0,
  bcd16: toDigits,
  bcd32: toDigits,
  f32: (bits) => {
    scratch.setUint32(0, bits);
    return scratch.getFloat32(0);
  },
} as const satisfies Record<string, ToRaw>;

/** A half times 2^32 is exact, so that the sum is rounded once: to the nearest double. */
const TO_LONG_RAW = {
  u64: (high, low) => high * HALF + low,
  i64: (high, low) => (high | 0) * HALF + low,
  bcd64: (high, low) => toDigits(high) * 1e8 + toDigits(low),
  f64: (high, low) => {
    scratch.setUint32(0, high);
    scratch.setUint32(4, low);
    return scratch.getFloat64(0);
  },
} as const satisfies Record<string, ToLongRaw>;

function compileShort(format: RegisterFormat, toRaw: ToRaw, finish: Finish): RegisterDecoder {
  const readBits = toReader(format);
  const isSentinel = toSentinelTest(format);
  if (isSentinel === null) return (block, at) => finish(toRaw(readBits(block, at)));
  return (block, at) => {
    const bits = readBits(block, at);
    const raw = toRaw(bits);
    return isSentinel(bits, raw) ? bad('sentinel') : finish(raw);
  };
}

function compileLong(format: RegisterFormat, toRaw: ToLongRaw, finish: Finish): RegisterDecoder {
  const readHalf = toReader(format);
  const isSentinel = toSentinelTest(format);
  const [highAt, lowAt] = format.wordOrder === 'high-first' ? [0, 4] : [4, 0];
  return (block, at) => {
    const high = readHalf(block, at + highAt);
    const low = readHalf(block, at + lowAt);
    const raw = toRaw(high, low);
    return isSentinel?.(high * HALF + low, raw) ? bad('sentinel') : finish(raw);
  };
}

/** Reads one register of types of 16 bits, two of the others, as an unsigned number. */
function toReader({ type, wordOrder, byteOrder }: RegisterFormat): ReadBits {
  const isSwapped = byteOrder === 'low-first';
  if (registersOf(type) === 1) return (block, at) => block.getUint16(at, isSwapped);
  // Both orders agree: big-endian or little-endian as a whole.
  if (wordOrder === byteOrder) return (block, at) => block.getUint32(at, isSwapped);
  const [highAt, lowAt] = wordOrder === 'high-first' ? [0, 2] : [2, 0];
  return (block, at) =>
    ((block.getUint16(at + highAt, isSwapped) << 16) | block.getUint16(at + lowAt, isSwapped)) >>> 0;
}

function toFinish(format: RegisterFormat, exponent: number): Finish {
  const { bit, mask, loop, type } = format;
  if (bit !== null) return (raw) => ({ value: (raw >>> bit) & 1, quality: GOOD });
  if (loop !== null) return compileLoop(format, loop);
  const judge = compileValue(format, exponent);
  if (mask !== null) {
    const lowest = lowestBit(mask);
    return (raw) => judge((raw & mask) >>> lowest);
  }
  if (type.startsWith('bcd')) return (raw) => (Number.isNaN(raw) ? bad('decode') : judge(raw));
  return judge;
}

/** Place of the lowest bit of a mask of 16 bits. @param mask not 0 */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

function compileLoop(format: RegisterFormat, { raw: ends, value }: CurrentLoop): Finish {
  const judge = compileJudge(format);
  const span = ends.at20 - ends.at4;
  return (raw) => {
    if (!Number.isFinite(raw)) return bad('not-a-number');
    const ratio = (raw - ends.at4) / span;
    if (ratio < LOOP_LIMITS.wireBreakRatio) return bad('wire-break');
    if (ratio > LOOP_LIMITS.highRatio) return bad('loop-high');
    return judge(value.at4 + ratio * (value.at20 - value.at4));
  };
}

/**
 * Sentinels are given as bits (0xFFFF), or as the typed number (−1, −9999.0, BCD 9999). Of 64 bits the nearest doubles
 * are compared, as they become values: exact below 2^53, and above no coarser than the value.
 */
function toSentinelTest({ type, sentinels, sentinelMask }: RegisterFormat): IsSentinel | null {
  if (sentinels.length === 0) return null;
  if (sentinelMask !== null) return (bits) => sentinels.includes((bits & sentinelMask) >>> 0);
  if (!/^[ui]/.test(type)) return (bits, raw) => sentinels.includes(bits) || sentinels.includes(raw);
  const modulus = 2 ** (16 * registersOf(type));
  const patterns = sentinels.map((sentinel) => (sentinel < 0 ? sentinel + modulus : sentinel));
  const [only] = patterns;
  return patterns.length === 1 ? (bits) => bits === only : (bits) => patterns.includes(bits);
}

/** NaN when four bits are no decimal digit. */
function toDigits(bits: number): number {
  let value = 0;
  for (let shift = 28; shift >= 0; shift -= 4) {
    const digit = (bits >>> shift) & 0xf;
    if (digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Controls, unassigned, private and format characters; line and paragraph separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u;
const NUL = 0;
const SPACE = 0x20;

function compileString({ length, byteOrder }: RegisterFormat): RegisterDecoder {
  const bytes = new Uint8Array(2 * length);
  const view = new DataView(bytes.buffer);
  const isSwapped = byteOrder === 'low-first';
  return (block, at) => {
    for (let offset = 0; offset < bytes.length; offset += 2) {
      view.setUint16(offset, block.getUint16(at + offset, isSwapped));
    }
    const end = bytes.findLastIndex((byte) => byte !== NUL && byte !== SPACE) + 1;
    const text = toText(bytes.subarray(0, end));
    return text === null ? bad('decode') : { value: Number.NaN, quality: GOOD, text };
  };
}

/** null when it is not text: bytes that are not UTF-8, or characters that nobody can see. */
function toText(bytes: Uint8Array): string | null {
  try {
    const text = utf8.decode(bytes);
    return UNPRINTABLE.test(text) ? null : text;
  } catch {
    return null;
  }
}
