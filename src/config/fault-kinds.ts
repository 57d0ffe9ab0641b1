/**
 * The kinds of faults (故障类型) that the rules of a site know, by what people call them: shown in place of their ids, offered where
 * a person says what it was, found by their words. What a person writes in words of his own is a kind as well, and its own text.
 */
import type { EquipmentId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type { RuleDef, SiteModel } from './model.ts';

export interface FaultKind {
  /** Of `RuleDef.faultKind`. */
  readonly id: string;
  readonly text: Text;
}

type Rules = Pick<SiteModel, 'rules'>;

interface Index {
  /** Key: equipment and fault kind. */
  readonly ofEquipment: ReadonlyMap<string, Text>;
  /** Key: fault kind; the text is that of the first rule that has it. */
  readonly ofSite: ReadonlyMap<string, Text>;
}

/** Key: rules of a site as they are in force; a change of them makes another list. */
const indexes = new WeakMap<readonly RuleDef[], Index>();

/**
 * @param equipment that the fault is of; null = not known
 * @returns null for no fault kind; what no rule knows is its own text, in both languages
 */
export function toFaultKindText(
  { rules }: Rules,
  equipment: EquipmentId | null,
  faultKind: string | null,
): Text | null {
  if (faultKind === null) return null;
  const { ofEquipment, ofSite } = indexOf(rules);
  const own = equipment === null ? undefined : ofEquipment.get(toKey(equipment, faultKind));
  return own ?? ofSite.get(faultKind) ?? { zh: faultKind, en: faultKind };
}

/**
 * Kinds that can be chosen from, each id once, in the order of the rules. Bad data is none: that is a matter of one point, and
 * no person reports it.
 * @param equipment its own and its parts'; null = all of the site
 */
export function listFaultKinds(
  { rules, equipment: register }: Pick<SiteModel, 'rules' | 'equipment'>,
  equipment: EquipmentId | null,
): readonly FaultKind[] {
  const found = new Map<string, FaultKind>();
  for (const { type, equipment: holder, faultKind: id, faultKindText: text } of rules) {
    const isOwn = equipment === null || holder === equipment || register.get(holder)?.parent === equipment;
    if (isOwn && type !== 'bad-data' && !found.has(id)) found.set(id, { id, text });
  }
  return [...found.values()];
}

/** Ids of the kinds whose text in one language, or whose id, holds all these words. @param words parted by spaces */
export function findFaultKinds({ rules }: Rules, words: string): readonly string[] {
  const wanted = words
    .toLowerCase()
    .split(/\s+/u)
    .filter((word) => word !== '');
  if (wanted.length === 0) return [];
  const holds = (text: string): boolean => wanted.every((word) => text.toLowerCase().includes(word));
  // Kinds of two equipment can share an id and differ in their texts.
  const found = rules.filter(
    ({ faultKind, faultKindText: { zh, en } }) => holds(zh) || holds(en) || holds(faultKind),
  );
  return [...new Set(found.map(({ faultKind }) => faultKind))];
}

function indexOf(rules: readonly RuleDef[]): Index {
  const known = indexes.get(rules);
  if (known !== undefined) return known;
  const ofEquipment = new Map<string, Text>();
  const ofSite = new Map<string, Text>();
  for (const { equipment, faultKind, faultKindText } of rules) {
    const key = toKey(equipment, faultKind);
    if (!ofEquipment.has(key)) ofEquipment.set(key, faultKindText);
    if (!ofSite.has(faultKind)) ofSite.set(faultKind, faultKindText);
  }
  const index = { ofEquipment, ofSite };
  indexes.set(rules, index);
  return index;
}

function toKey(equipment: string, faultKind: string): string {
  return `${equipment} ${faultKind}`;
}
