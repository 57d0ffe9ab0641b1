/**
 * Reads what a rule's memory was saved as: JSON of an older process, in which anything may stand. What does not have the
 * expected form counts as nothing saved.
 */
import type { Now } from '../../core/clock.ts';
import type { JsonValue } from '../rule.ts';

export type Saved = Readonly<Record<string, JsonValue>>;

/** null unless it is an object. */
export function toSaved(value: JsonValue | undefined): Saved | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Saved) : null;
}

/** null unless it is a finite number within the bounds. */
export function toNumber(
  value: JsonValue | undefined,
  min = Number.NEGATIVE_INFINITY,
  max = Number.POSITIVE_INFINITY,
): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max ? value : null;
}

/** null unless all are finite numbers, at most `max` of them. */
export function toNumbers(value: JsonValue | undefined, max: number): readonly number[] | null {
  if (!Array.isArray(value) || value.length > max) return null;
  return value.every((each) => toNumber(each) !== null) ? (value as readonly number[]) : null;
}

/** @returns null for anything but true and false: not known */
export function toBoolean(value: JsonValue | undefined): boolean | null {
  return typeof value === 'boolean' ? value : null;
}

/** Of properties of a rule, in a fixed order; left out and null are the same. */
export function toKey(properties: readonly unknown[]): JsonValue {
  return properties.map((each) => (each ?? null) as JsonValue);
}

/** How long the gateway was down as far as wall clocks can tell, milliseconds; 0 where they went back meanwhile. */
export function toDownMs(savedAtMs: number, start: Now): number {
  return Math.max(0, start.wallMs - savedAtMs);
}
