/** Which values a person may choose from, and in what steps a number moves. Pure. */
import type { PointDefinition, PointWriting } from '../api/types.ts';

/** More states than this are not named one by one; the number is typed. */
const MAX_CHOICES = 50;
/** A press of the arrow key moves at most this share of the range. */
const STEP_RATIO = 1 / 10;

type WritablePoint = Pick<PointDefinition, 'type' | 'states' | 'decimals'>;

/**
 * The values to choose from: those that the profile lists, both of a boolean, or the states where they name every value
 * of the range. @returns null = a number is typed
 */
export function toChoices(
  point: WritablePoint,
  { min, max, values }: PointWriting,
): readonly number[] | null {
  if (values !== null) return values;
  if (point.type === 'boolean') return [0, 1].filter((value) => value >= min && value <= max);
  const named = point.states.map(({ value }) => value).filter((value) => value >= min && value <= max);
  const isWhole = named.length === max - min + 1 && named.length <= MAX_CHOICES;
  return named.length > 0 && isWhole ? named.toSorted((a, b) => a - b) : null;
}

/** A power of ten that crosses the range in ten presses or more, never finer than what is shown. */
export function toStep({ decimals }: WritablePoint, { min, max }: PointWriting): number {
  const wanted = Math.floor(Math.log10(Math.max(max - min, Number.MIN_VALUE) * STEP_RATIO) + 1e-9);
  const exponent = Math.max(-decimals, wanted);
  return exponent >= 0 ? 10 ** exponent : Number((10 ** exponent).toFixed(-exponent));
}

/** Whether the gateway will take it; the dialog says which values it takes. */
export function isAllowed(value: number | null, { min, max, values }: PointWriting): value is number {
  if (value === null || !Number.isFinite(value) || value < min || value > max) return false;
  return values === null || values.includes(value);
}
