/**
 * What a raw value of a device is worth, whatever protocol it came by: scale, sentinels, physical range, declared
 * states. Pure. Formats on the wire (registers, variants, JSON) are the drivers' and decoders.ts's business.
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
  /** NaN when the quality is bad. */
  readonly value: number;
  readonly quality: number;
}

/** Share of the range by which a value may pass it: absorbs the rounding of scaled and single-precision numbers. */
const RANGE_TOLERANCE_RATIO = 1e-6;
/** Deviation up to which 1/scale counts as a whole number (0.1 → 10). */
const DIVISOR_TOLERANCE = 1e-9;

/** @param raw any number; NaN and infinities come out as `not-a-number` */
export function toValue(format: ValueFormat, raw: number): Decoded {
  if (!Number.isFinite(raw)) return bad('not-a-number');
  const value = scaled(format, raw);
  if (format.range && !isInside(format.range, value)) return bad('out-of-range');
  const isDeclared = format.states === null || format.states.has(value);
  return { value, quality: isDeclared ? GOOD : QUALITIES['unknown-state'].code };
}

export function bad(reason: keyof typeof QUALITIES): Decoded {
  return { value: Number.NaN, quality: QUALITIES[reason].code };
}

/** Divides where the scale is 1/n: 12 × 0.1 is 1.2000000000000002 and would pass a limit of 1.2, 12 / 10 is 1.2. */
function scaled({ scale, offset }: ValueFormat, raw: number): number {
  if (scale === 1) return raw + offset;
  const divisor = Math.round(1 / scale);
  const isWhole = divisor !== 0 && Math.abs(scale * divisor - 1) < DIVISOR_TOLERANCE;
  return (isWhole ? raw / divisor : raw * scale) + offset;
}

function isInside(range: { readonly min: number; readonly max: number }, value: number): boolean {
  const tolerance = (range.max - range.min) * RANGE_TOLERANCE_RATIO;
  return value >= range.min - tolerance && value <= range.max + tolerance;
}
