/** Where an incident is: the equipment that told of it, e.g. the zone of a fire panel, before the room that it stands in. */
import { useEquipment } from '../api/queries.ts';
import type { Incident } from '../api/types.ts';
import { toEquipmentOptions } from '../shared/equipment-options.ts';
import { useFormat } from '../shared/use-format.ts';

export function useIncidentPlace({ equipment, place }: Pick<Incident, 'equipment' | 'place'>): string {
  const format = useFormat();
  const all = useEquipment().data?.items ?? [];
  const named = toEquipmentOptions(all, format).find(({ value }) => value === equipment);
  return [named?.label, format.text(place)].filter((part) => part !== undefined && part !== '').join(' · ');
}
