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
import { GOOD, QUALITIES } from '../core/quality.ts';

export const REGISTER_TYPES = ['u16', 'i16', 'u32', 'i32', 'f32'] as const;
export type RegisterType = (typeof REGISTER_TYPES)[number];
export const WORD_ORDERS = ['high-first', 'low-first'] as const;
export type WordOrder = (typeof WORD_ORDERS)[number];

/** How one point is written in registers. */
export interface RegisterFormat {
  readonly type: RegisterType;
  /** Bit of a 16-bit register, 0 = least significant; null = the whole value. */
  readonly bit: number | null;
  readonly wordOrder: WordOrder;
  /** value = raw × scale + offset */
  readonly scale: number;
  readonly offset: number;
  /** Raw values that mean "not available": as unsigned bits (0xFFFF) or as the typed number (-1). */
  readonly sentinels: readonly number[];
  /** Physically possible values after scaling; null = all. */
  readonly range: { readonly min: number; readonly max: number } | null;
  /** Values with a declared meaning; another one is uncertain, `unknown-state`. null = any value. */
  readonly states: ReadonlySet<number> | null;
}

export interface Decoded {
  /** NaN when the quality is bad. */
  readonly value: number;
  readonly quality: number;
}

/** Share of the range by which a value may pass it: absorbs the rounding of scaled and single-precision numbers. */
const RANGE_TOLERANCE_RATIO = 1e-6;
/** Deviation up to which 1/scale counts as a whole number (0.1 → 10). */
const DIVISOR_TOLERANCE = 1e-9;

/** Registers (of 16 bits) that a value of the type takes. */
export function registersOf(type: RegisterType): 1 | 2 {
  return type === 'u16' || type === 'i16' ? 1 : 2;
}

/**
 * Decodes the value that begins at byte `at` of a block of registers.
 * @throws RangeError when the block is too short: whoever checked the reply's length made a mistake.
 */
export function decodeRegisters(format: RegisterFormat, block: DataView, at: number): Decoded {
  const bits = readBits(format, block, at);
  const raw = toRaw(format.type, bits);
  if (isSentinel(format.sentinels, bits, raw)) return bad(QUALITIES.sentinel.code);
  if (format.bit !== null) return { value: (bits >>> format.bit) & 1, quality: GOOD };
  if (!Number.isFinite(raw)) return bad(QUALITIES['not-a-number'].code);
  const value = scaled(format, raw);
  if (format.range && !isInside(format.range, value)) return bad(QUALITIES['out-of-range'].code);
  const isDeclared = format.states === null || format.states.has(value);
  return { value, quality: isDeclared ? GOOD : QUALITIES['unknown-state'].code };
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
    default:
      return never(type);
  }
}

function isSentinel(sentinels: readonly number[], bits: number, raw: number): boolean {
  return sentinels.length > 0 && (sentinels.includes(bits) || sentinels.includes(raw));
}

/** Divides where the scale is 1/n: 12 × 0.1 is 1.2000000000000002 and would pass a limit of 1.2, 12 / 10 is 1.2. */
function scaled({ scale, offset }: RegisterFormat, raw: number): number {
  if (scale === 1) return raw + offset;
  const divisor = Math.round(1 / scale);
  const isWhole = divisor !== 0 && Math.abs(scale * divisor - 1) < DIVISOR_TOLERANCE;
  return (isWhole ? raw / divisor : raw * scale) + offset;
}

function isInside(range: { readonly min: number; readonly max: number }, value: number): boolean {
  const tolerance = (range.max - range.min) * RANGE_TOLERANCE_RATIO;
  return value >= range.min - tolerance && value <= range.max + tolerance;
}

function bad(quality: number): Decoded {
  return { value: Number.NaN, quality };
}
