/** Equipment and parts as choices of a list, each with the name of what it is a part of. Pure. */
import type { Equipment } from '../api/types.ts';
import type { Format } from './use-format.ts';

export interface EquipmentOption {
  readonly value: string;
  readonly label: string;
}

/** In the order of the register: parts behind their equipment. */
export function toEquipmentOptions(
  equipment: readonly Equipment[],
  format: Pick<Format, 'text'>,
): readonly EquipmentOption[] {
  const names = new Map(equipment.map(({ id, name }) => [id, format.text(name)]));
  return equipment.map(({ id, parent }) => {
    const whole = parent === null ? undefined : names.get(parent);
    const own = names.get(id) ?? id;
    return { value: id, label: whole === undefined ? own : `${whole} ${own}` };
  });
}
