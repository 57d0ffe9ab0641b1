/** Kinds that a matter has to do with beside that of its equipment: a priority may go by them. Pure look-ups. */
import type { EquipmentId, LocationId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import { liftsAt } from './lift-places.ts';
import type { Equipment, SiteModel } from './model.ts';

/** Of what it is part of; without an equipment, of what its place is the place of. */
export function toKindsAround(
  model: Pick<SiteModel, 'equipment'>,
  equipment: Equipment | undefined,
  location: LocationId | null,
): readonly Kind[] {
  if (equipment === undefined) return liftsAt(model, location).length > 0 ? ['lift'] : [];
  return equipment.parent === null ? [] : toKindsAbove(model, equipment.parent);
}

/** Of the equipment and all that it is part of. */
function toKindsAbove(model: Pick<SiteModel, 'equipment'>, id: EquipmentId): readonly Kind[] {
  const equipment = model.equipment.get(id);
  if (equipment === undefined) return [];
  const { kind, parent } = equipment;
  return parent === null ? [kind] : [kind, ...toKindsAbove(model, parent)];
}
