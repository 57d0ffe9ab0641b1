/** Which points answer to what somebody types: names in both languages, equipment, place, id; every word must be there. Pure. */
import type { Equipment, Language, PointDefinition } from '../api/types.ts';
import { compareSystems } from '../shared/system-order.ts';

export interface PointChoice {
  readonly id: string;
  /** `出水压力`. */
  readonly name: string;
  readonly unit: string;
  /** `1#生活变频供水设备 1号水泵`. */
  readonly equipment: string;
  /** Everything that it answers to, in small letters. */
  readonly words: string;
}

/** In the order of the overview: system, equipment, point. Texts have no curve and are left out. */
export function toChoices(
  points: readonly PointDefinition[],
  equipment: readonly Equipment[],
  language: Language,
): readonly PointChoice[] {
  const byId = new Map(equipment.map((item) => [item.id, item]));
  const rank = new Map(
    equipment
      .toSorted((one, other) => compareSystems(one.system, other.system))
      .map(({ id }, at) => [id, at] as const),
  );
  return points
    .filter(({ type }) => type !== 'text')
    .toSorted((one, other) => (rank.get(one.equipment) ?? 0) - (rank.get(other.equipment) ?? 0))
    .map((point) => {
      const chain = toChain(point.equipment, byId);
      const names = chain.flatMap(({ name, place }) => [name.zh, name.en, place.zh, place.en]);
      return {
        id: point.id,
        name: point.text[language],
        unit: point.unit,
        equipment: chain.map(({ name }) => name[language]).join(' '),
        words: [point.id, point.text.zh, point.text.en, ...names].join(' ').toLowerCase(),
      };
    });
}

/** Those that have every word, in their order; at most so many. */
export function findChoices(
  choices: readonly PointChoice[],
  search: string,
  most: number,
): readonly PointChoice[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found: PointChoice[] = [];
  for (const choice of choices) {
    if (found.length >= most) break;
    if (words.every((word) => choice.words.includes(word))) found.push(choice);
  }
  return found;
}

function toChain(id: string, byId: ReadonlyMap<string, Equipment>): readonly Equipment[] {
  const own = byId.get(id);
  if (own === undefined) return [];
  return own.parent === null ? [own] : [...toChain(own.parent, byId), own];
}
