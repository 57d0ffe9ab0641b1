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
import { assert, never } from '../core/assert.ts';
import { GOOD, QUALITIES } from '../core/quality.ts';
import { compileString } from './strings.ts';
import {
  compileJudge,
  compileValue,
  type Decoded,
  type Judge,
  judge,
  setBad,
  toDecoded,
  type ValueColumns,
  type ValueFormat,
} from './values.ts';

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
 * Decodes the value that begins at byte `at` of a block of registers into row `row`.
 * @throws RangeError when the block is too short
 */
export type RegisterDecoder = (block: DataView, at: number, to: ValueColumns, row: number) => void;

type NumberType = Exclude<RegisterType, 'string'>;

/** Numbers that can be read in one piece. */
const PLAIN_TYPES = ['u16', 'i16', 'u32', 'i32', 'f32', 'f64'] as const satisfies readonly NumberType[];
type PlainType = (typeof PLAIN_TYPES)[number];

/** A format of numbers, with everything worked out beforehand that does not depend on the registers. */
export interface CompiledNumber {
  /** What most numbers are: read in one piece, compared with one sentinel at most, judged. null = there is more to do. */
  readonly plain: PlainType | null;
  /** Of a plain number the value that is none; NaN = every value is one. */
  readonly sentinel: number;
  /** The lowest byte of a register, and so of a plain number, comes first. */
  readonly isSwapped: boolean;
  readonly judge: Judge;
  readonly type: NumberType;
  readonly registers: number;
  readonly format: RegisterFormat;
  /** Those of the format, those of whole numbers as unsigned bits, of i64 as the typed number. */
  readonly sentinels: readonly number[];
}

/**
 * NAMUR NE 43:2003: a current below 3.6 mA or above 21 mA is a failure signal, as a share of the 16 mA above 4 mA:
 * −0.4/16 and 17/16. Written as they are, since 3.6 − 4 is rounded.
 */
const LOOP_LIMITS = { wireBreakRatio: -0.025, highRatio: 1.0625 } as const;

const SENTINEL = QUALITIES.sentinel.code;
const UNDECODABLE = QUALITIES.decode.code;
const NOT_A_NUMBER = QUALITIES['not-a-number'].code;
const WIRE_BREAK = QUALITIES['wire-break'].code;
const LOOP_HIGH = QUALITIES['loop-high'].code;

/** For what is decoded alone. */
const single = { value: new Float64Array(1), quality: new Uint8Array(1), text: [] as (string | undefined)[] };

/**
 * Decodes one value. What is read again and again is compiled once (`compileDecoder`).
 * @param exponent as `compileDecoder` has it
 * @throws RangeError when the block is too short: whoever checked the reply's length made a mistake.
 */
export function decodeRegisters(format: RegisterFormat, block: DataView, at: number, exponent = 0): Decoded {
  single.text.length = 0;
  compileDecoder(format, exponent)(block, at, single, 0);
  return toDecoded(single, 0);
}

/**
 * A decoder for this format; what depends on the format alone is worked out here.
 * @param exponent of ten from a scale-factor register, −10…10; without meaning for bits, strings and current loops
 */
export function compileDecoder(format: RegisterFormat, exponent = 0): RegisterDecoder {
  if (format.type === 'string') return compileString(format);
  const number = compileNumber(format, exponent);
  return (block, at, to, row) => decodeNumber(number, block, at, to, row);
}

/**
 * A decoder for numbers as data for `decodeNumber`: one function for all formats, which the engine makes one loop of;
 * with a function for each format a value would cost several calls. @param exponent as `compileDecoder` has it
 */
export function compileNumber(format: RegisterFormat, exponent = 0): CompiledNumber {
  const { type, loop, byteOrder } = format;
  assert(type !== 'string', 'a text is no number');
  const sentinels = toSentinels(type, format);
  const sentinel = toPlainSentinel(type, sentinels);
  return {
    plain: sentinel === null ? null : toPlainType(format),
    sentinel: sentinel ?? Number.NaN,
    isSwapped: byteOrder === 'low-first',
    judge: loop === null ? compileValue(format, exponent) : compileJudge(format),
    type,
    registers: registersOf(type),
    format,
    sentinels,
  };
}

/** As a `RegisterDecoder`. */
export function decodeNumber(
  number: CompiledNumber,
  block: DataView,
  at: number,
  to: ValueColumns,
  row: number,
): void {
  const { plain } = number;
  if (plain === null) return decodeOther(number, block, at, to, row);
  const raw = readPlain(plain, block, at, number.isSwapped);
  if (raw === number.sentinel) setBad(to, row, SENTINEL);
  else judge(number.judge, raw, to, row);
}

function readPlain(type: PlainType, block: DataView, at: number, isLittleEndian: boolean): number {
  switch (type) {
    case 'u16':
      return block.getUint16(at, isLittleEndian);
    case 'i16':
      return block.getInt16(at, isLittleEndian);
    case 'u32':
      return block.getUint32(at, isLittleEndian);
    case 'i32':
      return block.getInt32(at, isLittleEndian);
    case 'f32':
      return block.getFloat32(at, isLittleEndian);
    case 'f64':
      return block.getFloat64(at, isLittleEndian);
    default:
      return never(type);
  }
}

function decodeOther(
  number: CompiledNumber,
  block: DataView,
  at: number,
  to: ValueColumns,
  row: number,
): void {
  const isLong = number.registers === 4;
  const isHighFirst = number.format.wordOrder === 'high-first';
  const low = readBits(number, block, isLong && isHighFirst ? at + 4 : at);
  const high = isLong ? readBits(number, block, isHighFirst ? at : at + 4) : 0;
  const raw = toRaw(number.type, high, low);
  if (number.sentinels.length > 0 && isSentinel(number, high * HALF + low, raw)) setBad(to, row, SENTINEL);
  else finish(number, raw, to, row);
}

/** null when it is read in pieces, or is only a part of what is read. */
function toPlainType({
  type,
  bit,
  mask,
  loop,
  wordOrder,
  byteOrder,
  sentinelMask,
}: RegisterFormat): PlainType | null {
  if (bit !== null || mask !== null || loop !== null || sentinelMask !== null) return null;
  if (registersOf(type) > 1 && wordOrder !== byteOrder) return null;
  return PLAIN_TYPES.find((plain) => plain === type) ?? null;
}

/** The only sentinel as the typed number; NaN where there is none, null where it takes more than a comparison. */
function toPlainSentinel(type: NumberType, sentinels: readonly number[]): number | null {
  const [only] = sentinels;
  if (only === undefined) return Number.NaN;
  const isComparable = sentinels.length === 1 && isWhole(type) && only >= 0 && only < modulusOf(type);
  return isComparable && Number.isInteger(only) ? toRaw(type, 0, only) : null;
}

/** How many patterns of bits there are. */
function modulusOf(type: NumberType): number {
  return 2 ** (16 * registersOf(type));
}

/** A coil, a discrete input: 0 or 1, always good. */
export function decodeBit(isSet: boolean, to: ValueColumns, row: number): void {
  to.value[row] = isSet ? 1 : 0;
  to.quality[row] = GOOD;
}

/** A half times 2^32 is exact, so that the sum is rounded once: to the nearest double. */
const HALF = 2 ** 32;
const scratch = new DataView(new ArrayBuffer(8));

/** One register of types of 16 bits, two of the others, as an unsigned number. */
function readBits({ registers, isSwapped, format }: CompiledNumber, block: DataView, at: number): number {
  const { wordOrder, byteOrder } = format;
  if (registers === 1) return block.getUint16(at, isSwapped);
  // Both orders agree: big-endian or little-endian as a whole.
  if (wordOrder === byteOrder) return block.getUint32(at, isSwapped);
  const first = block.getUint16(at, isSwapped);
  const second = block.getUint16(at + 2, isSwapped);
  return (wordOrder === 'high-first' ? (first << 16) | second : (second << 16) | first) >>> 0;
}

/**
 * Unsigned bits → the typed number; NaN for four bits that are no decimal digit.
 * @param high upper half of four registers
 */
function toRaw(type: NumberType, high: number, low: number): number {
  switch (type) {
    case 'u16':
    case 'u32':
      return low;
    case 'i16':
      return (low << 16) >> 16;
    case 'i32':
      return low | 0;
    case 'f32':
      scratch.setUint32(0, low);
      return scratch.getFloat32(0);
    case 'bcd16':
    case 'bcd32':
      return toDigits(low);
    case 'u64':
      return high * HALF + low;
    case 'i64':
      return (high | 0) * HALF + low;
    case 'bcd64':
      return toDigits(high) * 1e8 + toDigits(low);
    case 'f64':
      scratch.setUint32(0, high);
      scratch.setUint32(4, low);
      return scratch.getFloat64(0);
    default:
      return never(type);
  }
}

function finish(
  { format, judge: by, type }: CompiledNumber,
  raw: number,
  to: ValueColumns,
  row: number,
): void {
  const { bit, mask, loop } = format;
  if (bit !== null) decodeBit(((raw >>> bit) & 1) === 1, to, row);
  else if (loop !== null) finishLoop(loop, by, raw, to, row);
  else if (mask !== null) judge(by, (raw & mask) >>> lowestBit(mask), to, row);
  else if (Number.isNaN(raw) && isDecimal(type)) setBad(to, row, UNDECODABLE);
  else judge(by, raw, to, row);
}

function finishLoop(
  { raw: ends, value }: CurrentLoop,
  by: Judge,
  raw: number,
  to: ValueColumns,
  row: number,
): void {
  if (!Number.isFinite(raw)) return setBad(to, row, NOT_A_NUMBER);
  const ratio = (raw - ends.at4) / (ends.at20 - ends.at4);
  if (ratio < LOOP_LIMITS.wireBreakRatio) return setBad(to, row, WIRE_BREAK);
  if (ratio > LOOP_LIMITS.highRatio) return setBad(to, row, LOOP_HIGH);
  judge(by, value.at4 + ratio * (value.at20 - value.at4), to, row);
}

/** Place of the lowest bit of a mask of 16 bits. @param mask not 0 */
export function lowestBit(mask: number): number {
  return 31 - Math.clz32(mask & -mask);
}

/**
 * Sentinels are given as bits (0xFFFF), or as the typed number (−1, −9999.0, BCD 9999). Of 64 bits the nearest doubles
 * are compared, as they become values: exact below 2^53, and above no coarser than the value. So those of i64 are compared
 * as numbers: as bits −2 would be rounded to the same double as −1.
 */
function toSentinels(type: NumberType, { sentinels, sentinelMask }: RegisterFormat): readonly number[] {
  if (sentinelMask !== null || !isWhole(type)) return sentinels;
  const modulus = modulusOf(type);
  if (type === 'i64') return sentinels.flatMap(toSigned);
  return sentinels.map((sentinel) => (sentinel < 0 ? sentinel + modulus : sentinel));
}

function isSentinel({ type, format, sentinels }: CompiledNumber, bits: number, raw: number): boolean {
  const { sentinelMask } = format;
  if (sentinelMask !== null) return sentinels.includes((bits & sentinelMask) >>> 0);
  if (type === 'i64') return sentinels.includes(raw);
  return sentinels.includes(bits) || (!isWhole(type) && sentinels.includes(raw));
}

/** 64 bits given as a double, or the number itself → the numbers that it can mean: 2^63 is nearest to both limits. */
function toSigned(sentinel: number): readonly number[] {
  const modulus = modulusOf('i64');
  if (sentinel < modulus / 2) return [sentinel];
  if (sentinel === modulus / 2) return [sentinel, -sentinel];
  return [sentinel === modulus ? -1 : sentinel - modulus];
}

function isWhole(type: RegisterType): boolean {
  return type.startsWith('u') || type.startsWith('i');
}

function isDecimal(type: RegisterType): boolean {
  return type.startsWith('bcd');
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
