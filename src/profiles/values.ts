/**
 * What a raw value of a device is worth, whatever protocol it came by: scale, sentinels, physical range, declared
 * states. Pure. Formats on the wire (registers, variants, JSON) are the drivers' and decoders.ts's business.
 *
 *   raw ──scale, exponent of ten, offset──▶ value ──judge: finite? in range? a declared state?──▶ value with quality
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

/** A step that judges a number, with everything worked out beforehand that does not depend on it. */
export type Judge = (number: number) => Decoded;

/** A scale as two factors, so that decimal fractions stay exact: value = raw × multiplier / divisor. */
export interface Ratio {
  readonly multiplier: number;
  readonly divisor: number;
}

/** Share of the range by which a value may pass it: absorbs the rounding of scaled and single-precision numbers. */
const RANGE_TOLERANCE_RATIO = 1e-6;
/** Deviation up to which 1/scale counts as a whole number (0.1 → 10). */
const DIVISOR_TOLERANCE = 1e-9;

/** @param raw any number; NaN and infinities come out as `not-a-number` */
export function toValue({ scale, offset, range, states }: ValueFormat, raw: number): Decoded {
  const { multiplier, divisor } = toRatio(scale);
  return judge((raw * multiplier) / divisor + offset, toLimits(range), states);
}

/**
 * `toValue` for numbers of one format that come again and again.
 * @param exponent of ten, that the device itself puts beside the scale (scale-factor registers): −10…10
 */
export function compileValue(format: ValueFormat, exponent = 0): Judge {
  const { multiplier, divisor } = toRatio(format.scale, exponent);
  const { offset, states } = format;
  const limits = toLimits(format.range);
  if (multiplier === 1 && divisor === 1) return (raw) => judge(raw + offset, limits, states);
  return (raw) => judge((raw * multiplier) / divisor + offset, limits, states);
}

/** Judges a value that is already in the point's unit. NaN and infinities come out as `not-a-number`. */
export function compileJudge({ range, states }: Pick<ValueFormat, 'range' | 'states'>): Judge {
  const limits = toLimits(range);
  return (value) => judge(value, limits, states);
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

interface Limits {
  readonly min: number;
  readonly max: number;
}

const UNLIMITED: Limits = { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY };

function toLimits(range: ValueFormat['range']): Limits {
  if (range === null) return UNLIMITED;
  const tolerance = (range.max - range.min) * RANGE_TOLERANCE_RATIO;
  return { min: range.min - tolerance, max: range.max + tolerance };
}

function judge(value: number, { min, max }: Limits, states: ValueFormat['states']): Decoded {
  if (!Number.isFinite(value)) return bad('not-a-number');
  if (value < min || value > max) return bad('out-of-range');
  const isDeclared = states === null || states.has(value);
  return { value, quality: isDeclared ? GOOD : QUALITIES['unknown-state'].code };
}
