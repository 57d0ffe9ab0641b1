/** Sorts the simulators' faults by system, equipment and part, and searches them. Pure. */
import type { Equipment, SimulatedFault, Text } from '../api/types.ts';
import { compareSystems } from '../shared/system-order.ts';

/** Faults of one equipment, those of its parts beside its own. */
export interface FaultGroup {
  readonly id: string;
  /** null for equipment that the gateway does not know. */
  readonly equipment: Equipment | null;
  readonly units: readonly FaultUnit[];
}

export interface FaultUnit {
  readonly id: string;
  /** null for the equipment itself. */
  readonly part: Text | null;
  readonly faults: readonly SimulatedFault[];
}

export interface FaultSystem {
  /** '' for equipment that the gateway does not know. */
  readonly id: string;
  readonly text: Text | null;
  readonly groups: readonly FaultGroup[];
}

/** Equipment keeps the order of `equipment`. @param search '' = all. */
export function toFaultSystems(
  faults: readonly SimulatedFault[],
  equipment: readonly Equipment[],
  search: string,
): readonly FaultSystem[] {
  const known = new Map(equipment.map((item) => [item.id, item]));
  const order = new Map(equipment.map((item, at) => [item.id, at]));
  const toRank = (id: string): number => order.get(id) ?? equipment.length;
  const wanted = search.trim().toLowerCase();
  const found = faults
    .filter((fault) => toSearchText(fault, known).includes(wanted))
    .toSorted((a, b) => toRank(a.equipment) - toRank(b.equipment));
  const groups = [
    ...Map.groupBy(found, (fault) => known.get(fault.equipment)?.parent ?? fault.equipment),
  ].map(([id, own]) => toGroup(id, own, known));
  return [...Map.groupBy(groups, (group) => group.equipment?.system ?? '')]
    .map(([id, own]) => ({ id, text: own[0]?.equipment?.systemText ?? null, groups: own }))
    .sort((a, b) => compareSystems(a.id, b.id));
}

function toGroup(
  id: string,
  faults: readonly SimulatedFault[],
  known: ReadonlyMap<string, Equipment>,
): FaultGroup {
  const units = [...Map.groupBy(faults, (fault) => fault.equipment)].map(([unit, own]) => ({
    id: unit,
    part: unit === id ? null : (known.get(unit)?.name ?? null),
    faults: own,
  }));
  return { id, equipment: known.get(id) ?? null, units };
}

function toSearchText(
  { equipment, fault, text }: SimulatedFault,
  known: ReadonlyMap<string, Equipment>,
): string {
  const own = known.get(equipment);
  const whole = own?.parent == null ? undefined : known.get(own.parent);
  const texts = [text, own?.name, own?.place, own?.systemText, whole?.name].filter(
    (part) => part !== undefined,
  );
  return [equipment, fault, ...texts.flatMap(({ zh, en }) => [zh, en])].join(' ').toLowerCase();
}
