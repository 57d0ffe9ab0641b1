/** Joins equipment, parts, points, alarms and links into what the overview draws. Pure. */
import type { Alarm, Equipment, LinkStatus, PointDefinition, Severity, Text } from '../api/types.ts';
import { compareAlarms } from '../shared/alarm-order.ts';
import { compareSystems } from '../shared/system-order.ts';

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
  /** Of all its equipment, worst first. */
  readonly alarms: readonly Alarm[];
}

/** Systems in the order of what matters, equipment in that of the API: people find things by where they stand. */
export function toSystems(
  equipment: readonly Equipment[],
  points: readonly PointDefinition[],
  alarms: readonly Alarm[],
  links: readonly LinkStatus[],
): readonly System[] {
  const roots = toNodes(equipment, points, alarms, links);
  return [...Map.groupBy(roots, (node) => node.equipment.system)]
    .map(([id, nodes]) => ({
      id,
      text: nodes[0]?.equipment.systemText ?? { zh: id, en: id },
      nodes,
      alarms: nodes.flatMap((node) => node.allAlarms).sort(compareAlarms),
    }))
    .sort((a, b) => compareSystems(a.id, b.id));
}

/** Equipment that stands alone, its parts within it, in the order of the API. */
export function toNodes(
  equipment: readonly Equipment[],
  points: readonly PointDefinition[],
  alarms: readonly Alarm[],
  links: readonly LinkStatus[],
): readonly EquipmentNode[] {
  const sources: Sources = {
    partsOf: Map.groupBy(equipment, (item) => item.parent),
    pointsOf: Map.groupBy(points, (point) => point.equipment),
    alarmsOf: Map.groupBy(alarms, (alarm) => alarm.equipment),
    links: new Map(links.map((link) => [link.link, link])),
  };
  return (sources.partsOf.get(null) ?? []).map((item) => toNode(item, sources));
}

/** Key: point id; value: the worst severity of its active alarms. @param alarms worst first. */
export function toAlarming(alarms: readonly Alarm[]): ReadonlyMap<string, Severity> {
  const active = alarms.filter((alarm) => alarm.isActive).toReversed();
  return new Map(
    active.map(({ equipment, evidence, severity }) => [`${equipment}/${evidence.point}`, severity]),
  );
}

/** Its own points and those of all its parts. */
export function toAllPoints(node: EquipmentNode): readonly PointDefinition[] {
  return [...node.points, ...node.parts.flatMap(toAllPoints)];
}

/** The node of this equipment or part, wherever it stands; undefined = there is none. */
export function findNode(nodes: readonly EquipmentNode[], id: string): EquipmentNode | undefined {
  for (const node of nodes) {
    const found = node.equipment.id === id ? node : findNode(node.parts, id);
    if (found !== undefined) return found;
  }
  return undefined;
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
