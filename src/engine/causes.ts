/**
 * Which rules can explain which (alarms.md B7, suppression graph), worked out once from a site model, so that no reading
 * walks the graph. Pure; whether a cause is active and in sight is explain.ts's question.
 *
 *   transformer ── switchboard ── UPS ── controller       upstream.power, from right to left
 *     explains       explains    explains   explainedBy: [power]
 *
 * The walk climbs one medium at a time and stops at the first equipment that has an explaining rule of that medium
 * (itself or one of its parts): what stands between, like a UPS, decides alone, and while it is well it shields.
 */
import type { Equipment, RuleDef, SiteModel } from '../config/model.ts';
import { assert, defined } from '../core/assert.ts';
import type { AlarmKey, EquipmentId } from '../core/ids.ts';
import type { Upstream } from '../core/upstream.ts';

/** Rules of the deciding equipment of one medium; never empty. */
export interface CauseGroup {
  readonly upstream: Upstream;
  readonly rules: readonly RuleDef[];
}

export interface Causes {
  /** What can explain an alarm of this rule; empty = nothing, its ticket waits for nothing. */
  of(rule: RuleDef): readonly CauseGroup[];
  /** Rules whose alarms this one can explain. */
  effects(rule: RuleDef): readonly RuleDef[];
  /** Higher than that of every rule that can explain it (where the graph has no circle across media). */
  rank(rule: RuleDef): number;
  /** null when the model has no such rule. */
  rule(key: AlarmKey): RuleDef | null;
}

const NONE: readonly never[] = [];

/** @throws AssertionFailure when a rule of life safety could be explained: the loader refuses that. */
export function createCauses(model: SiteModel): Causes {
  const explainers = findExplainers(model);
  /** Key: index of a rule. Only rules that something can explain, or that explain something. */
  const groups = new Map<number, readonly CauseGroup[]>();
  const effects = new Map<number, RuleDef[]>();
  for (const rule of model.rules) {
    if (rule.explainedBy.length === 0) continue;
    assert(rule.severity !== 'life-safety', `${rule.key} is life safety and cannot be explained`);
    const found = toGroups(model, explainers, rule);
    if (found.length > 0) groups.set(rule.index, found);
    for (const cause of new Set(found.flatMap(({ rules }) => rules))) {
      const known = effects.get(cause.index);
      if (known === undefined) effects.set(cause.index, [rule]);
      else known.push(rule);
    }
  }
  const ranks = toRanks(groups);
  const byKey = new Map(model.rules.map((rule) => [rule.key, rule]));
  return {
    of: (rule) => groups.get(rule.index) ?? NONE,
    effects: (rule) => effects.get(rule.index) ?? NONE,
    rank: (rule) => ranks.get(rule.index) ?? 0,
    rule: (key) => byKey.get(key) ?? null,
  };
}

/** Key: `equipment medium`; an equipment has the rules of its parts, too. */
type Explainers = ReadonlyMap<string, readonly RuleDef[]>;

function findExplainers(model: SiteModel): Explainers {
  const found = new Map<string, RuleDef[]>();
  for (const rule of model.rules) {
    if (rule.explains === null) continue;
    let holder = model.equipment.get(rule.equipment);
    while (holder !== undefined) {
      const key = toKey(holder.id, rule.explains);
      const rules = found.get(key);
      if (rules === undefined) found.set(key, [rule]);
      else rules.push(rule);
      holder = holder.parent === null ? undefined : model.equipment.get(holder.parent);
    }
  }
  return found;
}

function toGroups(model: SiteModel, explainers: Explainers, rule: RuleDef): readonly CauseGroup[] {
  return rule.explainedBy.flatMap((upstream) => {
    const rules = climb(model, explainers, rule.equipment, upstream);
    return rules.length === 0 ? [] : [{ upstream, rules }];
  });
}

/** Bounded by the equipment that there is: none is visited twice, even if parts were wired in a circle. */
function climb(
  model: SiteModel,
  explainers: Explainers,
  from: EquipmentId,
  upstream: Upstream,
): readonly RuleDef[] {
  const seen = new Set<EquipmentId>(toFamily(model, from));
  let next = toUpstream(model, from, upstream);
  while (next !== null && !seen.has(next)) {
    seen.add(next);
    const rules = explainers.get(toKey(next, upstream));
    if (rules !== undefined) return rules;
    const { parent } = toEquipment(model, next);
    // A part that cannot say it is supplied by the equipment that it is part of.
    next = parent !== null && !seen.has(parent) ? parent : toUpstream(model, next, upstream);
  }
  return NONE;
}

/** Itself and what it is part of, outwards. */
function toFamily(model: SiteModel, id: EquipmentId): readonly EquipmentId[] {
  const { parent } = toEquipment(model, id);
  return parent === null ? [id] : [id, ...toFamily(model, parent)];
}

function toUpstream(model: SiteModel, id: EquipmentId, upstream: Upstream): EquipmentId | null {
  for (const each of toFamily(model, id)) {
    const above = toEquipment(model, each).upstream[upstream];
    if (above !== undefined) return above;
  }
  return null;
}

function toEquipment(model: SiteModel, id: EquipmentId): Equipment {
  return defined(model.equipment.get(id), `equipment ${id}`);
}

function toKey(equipment: EquipmentId, upstream: Upstream): string {
  return `${equipment} ${upstream}`;
}

/** One above the highest cause. A circle across media is cut where the walk meets it. */
function toRanks(groups: ReadonlyMap<number, readonly CauseGroup[]>): ReadonlyMap<number, number> {
  const ranks = new Map<number, number>();
  const open = new Set<number>();
  const visit = (index: number): number => {
    const known = ranks.get(index);
    if (known !== undefined || open.has(index)) return known ?? 0;
    const causes = groups.get(index) ?? NONE;
    if (causes.length === 0) return 0;
    open.add(index);
    const above = causes.flatMap(({ rules }) => rules.map((rule) => visit(rule.index)));
    open.delete(index);
    const rank = 1 + above.reduce((highest, each) => Math.max(highest, each), 0);
    ranks.set(index, rank);
    return rank;
  };
  for (const index of groups.keys()) visit(index);
  return ranks;
}
