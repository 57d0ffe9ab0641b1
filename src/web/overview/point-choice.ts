/**
 * Which points of a part stand on its card at once; the others are one tap away. Pure. Profiles do not say what staff
 * look at first, so this goes by what profiles call it and by what is measured now rather than counted up for years.
 */
import type { PointDefinition } from '../api/types.ts';

/** Up to so many points are shown anyway: folding two rows away saves nothing. */
const MAX_UNFOLDED = 8;
/** Points of a folded part, those with an alarm not counted. */
const MAX_CHOSEN = 6;
/** With fewer that are recognised the first of the profile are shown. */
const MIN_CHOSEN = 3;
/** States that say whether it runs, and whether it would. */
const FIRST_NAMES: ReadonlySet<string> = new Set(['running', 'tripped', 'fault', 'mode', 'automatic']);
/** Symbols of what only ever counts up; '' = a plain count. */
const COUNTED_UNITS: ReadonlySet<string> = new Set(['', 'h', 'kWh']);

export interface PointChoice {
  readonly shown: readonly PointDefinition[];
  readonly folded: readonly PointDefinition[];
}

/** Both lists keep the order of the profile. @param alarming ids of points whose alarm is active: never folded. */
export function choosePoints(
  points: readonly PointDefinition[],
  alarming: ReadonlyMap<string, unknown>,
): PointChoice {
  if (points.length <= MAX_UNFOLDED) return { shown: points, folded: [] };
  const recognised = points.filter(isLookedAtFirst);
  const chosen = (recognised.length < MIN_CHOSEN ? points : recognised).slice(0, MAX_CHOSEN);
  const isShown = (point: PointDefinition): boolean => chosen.includes(point) || alarming.has(point.id);
  return { shown: points.filter(isShown), folded: points.filter((point) => !isShown(point)) };
}

function isLookedAtFirst({ name, type, states, unit }: PointDefinition): boolean {
  const isMeasured = type === 'number' && states.length === 0 && !COUNTED_UNITS.has(unit);
  return isMeasured || FIRST_NAMES.has(name);
}
