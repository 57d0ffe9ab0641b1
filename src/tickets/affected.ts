/**
 * What a fault takes away, from the equipment register: places without water, power or lift, what is fed by it, where it is
 * isolated, and the notice to those affected, prefilled. Pure look-ups; whether the notice goes out people decide.
 */
import { toWhole } from '../config/dependence.ts';
import type { Equipment, SiteModel } from '../config/model.ts';
import type { EquipmentId, LocationId } from '../core/ids.ts';
import { KINDS, type System } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import type { AffectedArea } from '../core/ticket.ts';

type Supply = AffectedArea['supply'];

const SUPPLIES: Readonly<Partial<Record<System, Supply>>> = {
  water: 'water',
  power: 'power',
  lift: 'lift',
  fire: 'fire',
  'fire-water': 'fire',
};

/** Places and equipment that are named; of more the notice says how many. */
const MAX_NAMED = 50;

/** @returns null when nothing depends on the equipment, as far as the register knows */
export function toAffectedArea(model: SiteModel, id: EquipmentId): AffectedArea | null {
  const equipment = toWhole(model, id);
  if (equipment === null) return null;
  const supply = SUPPLIES[KINDS[equipment.kind].system] ?? 'other';
  const fed = toFed(model, equipment.id);
  const places = new Set<LocationId>(equipment.service?.serves ?? []);
  for (const { service } of fed) for (const place of service?.serves ?? []) places.add(place);
  if (places.size === 0 && fed.length === 0) return null;
  const locations = [...places].slice(0, MAX_NAMED).flatMap((place) => {
    const location = model.locations.get(place);
    return location === undefined ? [] : [{ id: place, name: location.path }];
  });
  return {
    supply,
    locations,
    equipment: fed.slice(0, MAX_NAMED).map(({ id: other, name }) => ({ id: other, name })),
    isolation: equipment.service?.isolation ?? null,
    notice: toNotice(
      supply,
      equipment.name,
      locations.map(({ name }) => name),
    ),
  };
}

/** What has its power or water from it, at once or through others; without parts. */
function toFed(model: SiteModel, id: EquipmentId): readonly Equipment[] {
  const fed = new Map<EquipmentId, Equipment>();
  const waiting: EquipmentId[] = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const equipment of model.equipment.values()) {
      const { power, water } = equipment.upstream;
      const isFed = equipment.parent === null && (power === next || water === next);
      if (!isFed || equipment.id === id || fed.has(equipment.id)) continue;
      fed.set(equipment.id, equipment);
      waiting.push(equipment.id);
    }
  }
  return [...fed.values()];
}

const TITLES: Readonly<Record<Supply, Text>> = {
  water: { zh: '停水通知', en: 'Water supply interrupted' },
  power: { zh: '停电通知', en: 'Power supply interrupted' },
  lift: { zh: '电梯暂停使用通知', en: 'Lift out of use' },
  fire: { zh: '消防设施检修通知', en: 'Fire protection under repair' },
  other: { zh: '设备检修通知', en: 'Equipment under repair' },
};

function toNotice(supply: Supply, name: Text, places: readonly Text[]): Text {
  const title = TITLES[supply];
  const zh = places.length === 0 ? '' : `受影响区域：${places.map((place) => place.zh).join('、')}。`;
  const en = places.length === 0 ? '' : ` Affected: ${places.map((place) => place.en).join('; ')}.`;
  return {
    zh: `${title.zh}：因${name.zh}故障，正在抢修。${zh}预计恢复时间另行通知，不便之处敬请谅解。`,
    en: `${title.en}: ${name.en} has failed and is being repaired.${en} We shall tell you when it is expected back.`,
  };
}
