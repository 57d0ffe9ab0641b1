/** Names of equipment as people say them: a part with what it is part of. Pure. */
import { defined } from '../core/assert.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { SiteModel } from './model.ts';

/** Name with that of the equipment it is part of: `生活水泵组 1号水泵`. */
export function toFullName(model: Pick<SiteModel, 'equipment'>, id: EquipmentId): Text {
  const equipment = defined(model.equipment.get(id), `equipment ${id}`);
  if (equipment.parent === null) return equipment.name;
  const parent = toFullName(model, equipment.parent);
  return { zh: `${parent.zh} ${equipment.name.zh}`, en: `${parent.en}, ${equipment.name.en}` };
}
