/**
 * Value → registers, the way back of decoders.ts, pure. A value that the registers cannot hold is refused with what
 * would be allowed; nothing ever wraps or is cut to the nearest end. Whether a point may be written at all, and where
 * to, is not decided here.
 */
import { assert } from '../core/assert.ts';
import { isGood } from '../core/quality.ts';
import { decodeRegisters, lowestBit, type RegisterFormat, registersOf } from './decoders.ts';
import { toRatio } from './values.ts';

/** What would be allowed instead, in the point's unit and without words: `0 … 6553.5`, `≠ 65535`. */
export interface EncodingProblem {
  readonly problem: string;
}

/** Registers in the order of the wire, 0–0xFFFF each. */
export type EncodedRegisters = { readonly registers: readonly number[] } | EncodingProblem;

/** Bits of one register: those that change, and what stands there afterwards. */
export type EncodedPart = { readonly mask: number; readonly bits: number } | EncodingProblem;

/** Raw numbers of a type: `min` to below `end`. */
interface RawRange {
  readonly min: number;
  readonly end: number;
}

const WHOLE_RANGES = {
  u16: { min: 0, end: 2 ** 16 },
  i16: { min: -(2 ** 15), end: 2 ** 15 },
  u32: { min: 0, end: 2 ** 32 },
  i32: { min: -(2 ** 31), end: 2 ** 31 },
  u64: { min: 0, end: 2 ** 64 },
  i64: { min: -(2 ** 63), end: 2 ** 63 },
  bcd16: { min: 0, end: 1e4 },
  bcd32: { min: 0, end: 1e8 },
  bcd64: { min: 0, end: 1e16 },
} as const satisfies Partial<Record<RegisterFormat['type'], RawRange>>;

const FLOAT_MAX = { f32: (2 - 2 ** -23) * 2 ** 127, f64: Number.MAX_VALUE } as const;

/**
 * The registers that decode to the value, rounded to the nearest raw step. Range and states of the format are not
 * judged, its sentinels are: a value that would read as "not available" is refused.
 * @param format of a number; neither a part of a register nor a current loop
 */
export function encodeRegisters(format: RegisterFormat, value: number): EncodedRegisters {
  const { type, bit, mask, loop } = format;
  assert(
    type !== 'string' && bit === null && mask === null && loop === null,
    'the whole of a number is written',
  );
  const raw = toRaw(format, value);
  const bits = type === 'f32' || type === 'f64' ? toFloatBits(type, raw) : toWholeBits(type, raw);
  if (bits === null) return { problem: toInterval(format, rawRangeOf(type)) };
  const registers = toRegisters(format, bits);
  if (!isReadBack(format, registers)) return { problem: `≠ ${value}` };
  return { registers };
}

/** A bit (0 or 1) or a bit field of one register. @param format with `bit` or `mask` */
export function encodePart(format: RegisterFormat, value: number): EncodedPart {
  if (format.bit !== null) {
    if (value !== 0 && value !== 1) return { problem: '0, 1' };
    return toPart(format, 1 << format.bit, value << format.bit);
  }
  const { mask } = format;
  assert(mask !== null, 'a part of a register has a bit or a mask');
  const lowest = lowestBit(mask);
  const end = (mask >>> lowest) + 1;
  const raw = Math.round(toRaw(format, value));
  const fits = raw >= 0 && raw < end && ((raw << lowest) & ~mask) === 0;
  if (!fits) return { problem: toInterval(format, { min: 0, end }) };
  return toPart(format, mask, raw << lowest);
}

/** Before rounding. Inverse of `raw × multiplier / divisor + offset`. */
function toRaw({ scale, offset }: RegisterFormat, value: number): number {
  const { multiplier, divisor } = toRatio(scale);
  return ((value - offset) * divisor) / multiplier;
}

function toWholeBits(type: keyof typeof WHOLE_RANGES, raw: number): bigint | null {
  const whole = Math.round(raw);
  const { min, end } = WHOLE_RANGES[type];
  // NaN fails as well.
  if (!(whole >= min && whole < end)) return null;
  if (type.startsWith('bcd')) return BigInt(`0x${BigInt(whole)}`);
  return BigInt.asUintN(16 * registersOf(type), BigInt(whole));
}

function toFloatBits(type: keyof typeof FLOAT_MAX, raw: number): bigint | null {
  const scratch = new DataView(new ArrayBuffer(8));
  if (type === 'f64') scratch.setFloat64(0, raw);
  else scratch.setFloat32(0, raw);
  const written = type === 'f64' ? raw : Math.fround(raw);
  if (!Number.isFinite(written)) return null;
  return type === 'f64' ? scratch.getBigUint64(0) : BigInt(scratch.getUint32(0));
}

function toRegisters({ type, wordOrder, byteOrder }: RegisterFormat, bits: bigint): readonly number[] {
  const count = registersOf(type);
  const highFirst = Array.from({ length: count }, (_, at) =>
    Number((bits >> BigInt(16 * (count - 1 - at))) & 0xffffn),
  );
  const ordered = wordOrder === 'high-first' ? highFirst : highFirst.toReversed();
  return byteOrder === 'high-first' ? ordered : ordered.map(swapBytes);
}

function toPart({ byteOrder }: RegisterFormat, mask: number, bits: number): EncodedPart {
  return byteOrder === 'high-first' ? { mask, bits } : { mask: swapBytes(mask), bits: swapBytes(bits) };
}

function swapBytes(register: number): number {
  return ((register & 0xff) << 8) | (register >>> 8);
}

/** Whether a device that holds these registers is read as holding a value. */
function isReadBack(format: RegisterFormat, registers: readonly number[]): boolean {
  const block = new DataView(new ArrayBuffer(2 * registers.length));
  registers.forEach((register, at) => block.setUint16(2 * at, register));
  return isGood(decodeRegisters({ ...format, range: null, states: null }, block, 0).quality);
}

function rawRangeOf(type: Exclude<RegisterFormat['type'], 'string'>): RawRange {
  if (type !== 'f32' && type !== 'f64') return WHOLE_RANGES[type];
  return { min: -FLOAT_MAX[type], end: FLOAT_MAX[type] };
}

/** In the point's unit; 15 digits, since the last of a double are rounding. */
function toInterval({ scale, offset, type }: RegisterFormat, { min, end }: RawRange): string {
  const { multiplier, divisor } = toRatio(scale);
  const last = type === 'f32' || type === 'f64' ? end : end - 1;
  const ends = [min, last].map((raw) => Number(((raw * multiplier) / divisor + offset).toPrecision(15)));
  return `${Math.min(...ends)} … ${Math.max(...ends)}`;
}
