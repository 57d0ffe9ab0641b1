/** Joins equipment, parts, points, alarms and links into what the overview draws. Pure. */
import type { Alarm, Equipment, LinkStatus, PointDefinition, Text } from '../api/types.ts';
import { compareAlarms } from '../shared/alarm-order.ts';

export interface EquipmentNode {
  readonly equipment: Equipment;
  readonly points: readonly PointDefinition[];
  /** Its own open alarms, worst first; without those of its parts. */
  readonly alarms: readonly Alarm[];
  /** Its own and those of all its parts, worst first. */
  readonly allAlarms: readonly Alarm[];
  readonly link: LinkStatus | null;
  readonly parts: readonly EquipmentNode[];
}

export interface System {
  readonly id: string;
  readonly text: Text;
  readonly nodes: readonly EquipmentNode[];
  readonly alarmCount: number;
}

/** Systems and equipment keep the order of the API: people find things by where they stand. */
export function toSystems(
  equipment: readonly Equipment[],
  points: readonly PointDefinition[],
  alarms: readonly Alarm[],
  links: readonly LinkStatus[],
): readonly System[] {
  const sources: Sources = {
    partsOf: Map.groupBy(equipment, (item) => item.parent),
    pointsOf: Map.groupBy(points, (point) => point.equipment),
    alarmsOf: Map.groupBy(alarms, (alarm) => alarm.equipment),
    links: new Map(links.map((link) => [link.link, link])),
  };
  const roots = (sources.partsOf.get(null) ?? []).map((item) => toNode(item, sources));
  return [...Map.groupBy(roots, (node) => node.equipment.system)].map(([id, nodes]) => ({
    id,
    text: nodes[0]?.equipment.systemText ?? { zh: id, en: id },
    nodes,
    alarmCount: nodes.reduce((sum, node) => sum + node.allAlarms.length, 0),
  }));
}

export function filterSystems(
  systems: readonly System[],
  filter: { readonly search: string; readonly hasAlarmOnly: boolean },
): readonly System[] {
  const search = filter.search.trim().toLowerCase();
  const isWanted = (node: EquipmentNode) =>
    (!filter.hasAlarmOnly || node.allAlarms.length > 0) &&
    (search === '' || toSearchText(node).includes(search));
  return systems
    .map((system) => ({ ...system, nodes: system.nodes.filter(isWanted) }))
    .filter((system) => system.nodes.length > 0);
}

interface Sources {
  /** Key: id of the equipment around them; null = stands alone. */
  readonly partsOf: ReadonlyMap<string | null, readonly Equipment[]>;
  /** Keys: equipment id. */
  readonly pointsOf: ReadonlyMap<string, readonly PointDefinition[]>;
  readonly alarmsOf: ReadonlyMap<string, readonly Alarm[]>;
  /** Key: link id. */
  readonly links: ReadonlyMap<string, LinkStatus>;
}

function toNode(equipment: Equipment, sources: Sources): EquipmentNode {
  const parts = (sources.partsOf.get(equipment.id) ?? []).map((part) => toNode(part, sources));
  const alarms = (sources.alarmsOf.get(equipment.id) ?? []).toSorted(compareAlarms);
  return {
    equipment,
    points: sources.pointsOf.get(equipment.id) ?? [],
    alarms,
    allAlarms: [...alarms, ...parts.flatMap((part) => part.allAlarms)].sort(compareAlarms),
    link: equipment.link === null ? null : (sources.links.get(equipment.link) ?? null),
    parts,
  };
}

function toSearchText({ equipment, parts }: EquipmentNode): string {
  const { name, place, kindText, id } = equipment;
  const own = [id, name.zh, name.en, place.zh, place.en, kindText.zh, kindText.en].join(' ').toLowerCase();
  return [own, ...parts.map(toSearchText)].join(' ');
}
