/** What belongs to an equipment: its parts, and what it supplies or links (`upstream`). Pure look-ups. */
import type { EquipmentId } from '../core/ids.ts';
import type { Equipment, SiteModel } from './model.ts';

/** What it is part of in the end, or itself: a part is a matter of its whole. null = there is no such equipment. */
export function toWhole(model: Pick<SiteModel, 'equipment'>, id: EquipmentId): Equipment | null {
  const equipment = model.equipment.get(id);
  if (equipment === undefined) return null;
  return equipment.parent === null ? equipment : toWhole(model, equipment.parent);
}

/** Whether it is that equipment or a part of it. */
export function isPartOf(model: Pick<SiteModel, 'equipment'>, id: EquipmentId, whole: EquipmentId): boolean {
  const parent = model.equipment.get(id)?.parent ?? null;
  return id === whole || (parent !== null && isPartOf(model, parent, whole));
}

/** Whether it, or what it is part of, depends on that equipment by any medium, over any number of steps. */
export function isDownstreamOf(
  model: Pick<SiteModel, 'equipment'>,
  id: EquipmentId,
  source: EquipmentId,
): boolean {
  const seen = new Set<EquipmentId>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (isPartOf(model, next, source)) return true;
    const equipment = model.equipment.get(next);
    if (seen.has(next) || equipment === undefined) continue;
    seen.add(next);
    if (equipment.parent !== null) waiting.push(equipment.parent);
    waiting.push(...Object.values(equipment.upstream));
  }
  return false;
}
