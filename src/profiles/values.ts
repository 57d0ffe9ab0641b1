/**
 * What a raw value of a device is worth, whatever protocol it came by: scale, sentinels, physical range, declared
 * states. Pure. Formats on the wire (registers, variants, JSON) are the drivers' and decoders.ts's business.
 *
 *   raw ──scale, exponent of ten, offset──▶ value ──judge: finite? in range? a declared state?──▶ value with quality
 *
 * A single value is an object (`Decoded`). What comes by the thousand a second goes into the rows of columns that its
 * driver keeps, so that a value makes nothing that has to be cleared away again.
 */
import { GOOD, QUALITIES } from '../core/quality.ts';

/** How a number of the device becomes a value of the point. */
export interface ValueFormat {
  /** value = raw × scale + offset */
  readonly scale: number;
  readonly offset: number;
  /** Physically possible values after scaling; null = all. */
  readonly range: { readonly min: number; readonly max: number } | null;
  /** Values with a declared meaning; another one is uncertain, `unknown-state`. null = any value. */
  readonly states: ReadonlySet<number> | null;
}

export interface Decoded {
  /** NaN when the quality is bad, and for a text. */
  readonly value: number;
  readonly quality: number;
  /** Of a string that could be read. */
  readonly text?: string;
}

/** Decoded values by row. */
export interface ValueColumns {
  /** NaN where the quality is bad, and for a text. */
  readonly value: Float64Array;
  readonly quality: Uint8Array;
  /** Strings that could be read; null where no row is a string. */
  readonly text: (string | undefined)[] | null;
}

/** A scale as two factors, so that decimal fractions stay exact: value = raw × multiplier / divisor. */
export interface Ratio {
  readonly multiplier: number;
  readonly divisor: number;
}

/** A format of values, with everything worked out beforehand that does not depend on the number. */
export interface Judge extends Ratio {
  readonly offset: number;
  /** Least and largest value that is believed. */
  readonly min: number;
  readonly max: number;
  readonly states: ValueFormat['states'];
}

/** Share of the range by which a value may pass it: absorbs the rounding of scaled and single-precision numbers. */
const RANGE_TOLERANCE_RATIO = 1e-6;
/** Deviation up to which 1/scale counts as a whole number (0.1 → 10). */
const DIVISOR_TOLERANCE = 1e-9;
/** For what is decoded alone. */
const single: ValueColumns = { value: new Float64Array(1), quality: new Uint8Array(1), text: null };
const NOT_A_NUMBER = QUALITIES['not-a-number'].code;
const OUT_OF_RANGE = QUALITIES['out-of-range'].code;
const UNKNOWN_STATE = QUALITIES['unknown-state'].code;

/** @param raw any number; NaN and infinities come out as `not-a-number` */
export function toValue(format: ValueFormat, raw: number): Decoded {
  judge(compileValue(format), raw, single, 0);
  return toDecoded(single, 0);
}

/**
 * For numbers of one format that come again and again.
 * @param exponent of ten, that the device itself puts beside the scale (scale-factor registers): −10…10
 */
export function compileValue({ scale, offset, range, states }: ValueFormat, exponent = 0): Judge {
  return { ...toRatio(scale, exponent), offset, ...toLimits(range), states };
}

/** For values that are already in the point's unit. */
export function compileJudge({ range, states }: Pick<ValueFormat, 'range' | 'states'>): Judge {
  return compileValue({ scale: 1, offset: 0, range, states });
}

/** Puts the value of a number, or why it has none, into row `row`. NaN and infinities come out as `not-a-number`. */
export function judge(by: Judge, raw: number, to: ValueColumns, row: number): void {
  const value = (raw * by.multiplier) / by.divisor + by.offset;
  if (!Number.isFinite(value)) return setBad(to, row, NOT_A_NUMBER);
  if (value < by.min || value > by.max) return setBad(to, row, OUT_OF_RANGE);
  to.value[row] = value;
  to.quality[row] = by.states === null || by.states.has(value) ? GOOD : UNKNOWN_STATE;
}

/** @param quality code of a bad one */
export function setBad(to: ValueColumns, row: number, quality: number): void {
  to.value[row] = Number.NaN;
  to.quality[row] = quality;
}

/** One row, unpacked. */
export function toDecoded({ value, quality, text }: ValueColumns, row: number): Decoded {
  const found = text?.[row];
  const number = { value: value[row] as number, quality: quality[row] as number };
  return found === undefined ? number : { ...number, text: found };
}

/**
 * Divides where the scale is 1/n or the exponent negative: 12 × 0.1 is 1.2000000000000002 and would pass a limit of
 * 1.2, 12 / 10 is 1.2.
 */
export function toRatio(scale: number, exponent = 0): Ratio {
  const whole = Math.round(1 / scale);
  const isFraction = whole !== 0 && Math.abs(scale * whole - 1) < DIVISOR_TOLERANCE;
  const power = exponent === 0 ? 1 : Number(`1e${Math.abs(exponent)}`);
  return {
    multiplier: (isFraction ? 1 : scale) * (exponent > 0 ? power : 1),
    divisor: (isFraction ? whole : 1) * (exponent < 0 ? power : 1),
  };
}

export function bad(reason: keyof typeof QUALITIES): Decoded {
  return { value: Number.NaN, quality: QUALITIES[reason].code };
}

function toLimits(range: ValueFormat['range']): Pick<Judge, 'min' | 'max'> {
  if (range === null) return { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };
  const tolerance = (range.max - range.min) * RANGE_TOLERANCE_RATIO;
  return { min: range.min - tolerance, max: range.max + tolerance };
}
