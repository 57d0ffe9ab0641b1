/** What stood at one instant, sorted for reading: systems as on the overview, their equipment, its points. Pure. */
import type { Equipment, Text } from '../api/types.ts';
import { compareSystems } from '../shared/system-order.ts';
import type { InstantPoint } from './trend-queries.ts';

export interface BuildingSystem {
  readonly id: string;
  readonly text: Text;
  /** Those that are on show. */
  readonly rows: readonly InstantPoint[];
  /** Points without a usable value. */
  readonly bad: number;
}

export type BuildingOnly = 'all' | 'trouble';

interface BuildingFilter {
  /** Words in any language; empty = all. */
  readonly search: string;
  readonly only: BuildingOnly;
}

/** Older than this a value that does not change is still true, but people should know. */
export const OLD_MS = 10 * 60_000;

export function toBuilding(
  items: readonly InstantPoint[],
  equipment: readonly Equipment[],
  { search, only }: BuildingFilter,
): readonly BuildingSystem[] {
  const byId = new Map(equipment.map((item) => [item.id, item]));
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const shown = items.filter(
    (item) => (only === 'all' || isTroubled(item)) && isFound(item, byId.get(item.equipment), words),
  );
  const systems = Map.groupBy(shown, (item) => byId.get(item.equipment)?.system ?? '');
  return [...systems]
    .map(([id, rows]) => ({
      id,
      text: byId.get(rows[0]?.equipment ?? '')?.systemText ?? { zh: id, en: id },
      rows,
      bad: rows.filter((row) => row.value === null).length,
    }))
    .sort((one, other) => compareSystems(one.id, other.id));
}

/** Bad, doubtful, or nothing is known of it. */
export function isTroubled({ quality, value }: Pick<InstantPoint, 'quality' | 'value'>): boolean {
  return value === null || (quality !== null && quality !== 'good');
}

function isFound(item: InstantPoint, owner: Equipment | undefined, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const names = owner === undefined ? [] : [owner.name.zh, owner.name.en, owner.place.zh, owner.place.en];
  const all = [item.id, item.text.zh, item.text.en, ...names].join(' ').toLowerCase();
  return words.every((word) => all.includes(word));
}
