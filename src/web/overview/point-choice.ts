/**
 * Which points of an equipment or part stand on the overview; the others are one tap away on its own page. Pure.
 * The profile says it (`key`); where it names none, this goes by what profiles call points and by what is measured now
 * rather than counted up for years.
 */
import type { PointDefinition } from '../api/types.ts';

/** As many as a row has room for. */
const MAX_CHOSEN = 5;
/** With fewer that are recognised the first of the profile are shown. */
const MIN_CHOSEN = 3;
/** States that say whether it runs, and whether it would. */
const FIRST_NAMES: ReadonlySet<string> = new Set(['running', 'tripped', 'fault', 'mode', 'automatic']);
/** Symbols of what only ever counts up; '' = a plain count. */
const COUNTED_UNITS: ReadonlySet<string> = new Set(['', 'h', 'kWh']);

/** Keeps the order of the profile. */
export function chooseKeyPoints(points: readonly PointDefinition[]): readonly PointDefinition[] {
  const named = points.filter(({ isKey }) => isKey);
  if (named.length > 0) return named.slice(0, MAX_CHOSEN);
  const recognised = points.filter(isLookedAtFirst);
  return (recognised.length < MIN_CHOSEN ? points : recognised).slice(0, MAX_CHOSEN);
}

function isLookedAtFirst({ name, type, states, unit }: PointDefinition): boolean {
  const isMeasured = type === 'number' && states.length === 0 && !COUNTED_UNITS.has(unit);
  return isMeasured || FIRST_NAMES.has(name);
}
