/** Places that are a lift's own: whoever asks for help there, and names no equipment, is in it or at its door. Pure look-ups. */
import type { LocationId } from '../core/ids.ts';
import { toWhole } from './dependence.ts';
import type { Equipment, SiteModel } from './model.ts';

/** The lifts of a place where nothing else stands, in the order of the register; empty = it is no such place. */
export function liftsAt(
  model: Pick<SiteModel, 'equipment'>,
  location: LocationId | null,
): readonly Equipment[] {
  if (location === null) return [];
  const there = [...model.equipment.values()].filter((equipment) => equipment.location === location);
  const wholes = new Set(there.flatMap(({ id }) => toWhole(model, id) ?? []));
  const lifts = [...wholes];
  return lifts.every(({ kind }) => kind === 'lift') ? lifts : [];
}
