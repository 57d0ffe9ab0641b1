/**
 * Changes of rules while the gateway runs: tried, and taken over as another model of the same epoch (the points are what
 * they were). The checks are those of the files. Where changes are kept and who may make them is not known here.
 */
import { assert, defined } from '../core/assert.ts';
import type { Problem } from '../core/errors.ts';
import { type EquipmentId, type RuleId, toAlarmKey, toId } from '../core/ids.ts';
import { toRuleDef } from '../profiles/expand.ts';
import { deepFreeze } from './freeze.ts';
import type { RuleDef, SiteModel } from './model.ts';
import { createProblems } from './problems.ts';
import {
  buildRules,
  type RuleMaterial,
  type RuleOverride,
  tryOverride,
  withOverrides,
} from './site-rules.ts';

export type { RuleOverride } from './site-rules.ts';

/** Kept beside the model, which is plain data. */
const materials = new WeakMap<SiteModel, RuleMaterial>();

/** For the loader. */
export function keepMaterial(model: SiteModel, material: RuleMaterial): SiteModel {
  materials.set(model, material);
  return model;
}

export interface RuleOutcome {
  /** As the model would have it; null = refused, or `enabled: false` (then there are no problems). */
  readonly rule: RuleDef | null;
  /** Empty = it fits. `file` names the change, `path` the property. */
  readonly problems: readonly Problem[];
}

/**
 * The rule with this override in place of the one that holds now; changes nothing. Its index is that of the rule in the
 * model, or the next free one of a new rule.
 * @param equipment equipment or part
 * @param override properties as in a profile, merged by property, null takes one away; `enabled: false` switches the rule
 * off; with a `type` and an id that is free it makes a new rule; null = what the files say
 * @throws AssertionFailure for a model that was not loaded from a file
 */
export function applyRuleOverride(
  model: SiteModel,
  equipment: EquipmentId,
  rule: RuleId,
  override: RuleOverride['override'],
): RuleOutcome {
  const material = toMaterial(model);
  const { rule: template, problems } = tryOverride(material, { equipment, rule, override });
  if (template === null) return { rule: null, problems };
  const key = toAlarmKey(model.site.id, equipment, toId(rule));
  const index = model.rules.find((known) => known.key === key)?.index ?? model.rules.length;
  const owner = defined(material.units.get(equipment), `rules of ${equipment}`).owner;
  return { rule: deepFreeze(toRuleDef(template, equipment, owner, index, material)), problems };
}

/**
 * The model with exactly these overrides in place of those that it has. Indexes of rules may differ, those of points do not.
 * @param onRefused told of each that does not fit; it is left out
 * @throws AssertionFailure for a model that was not loaded from a file
 */
export function withRuleOverrides(
  model: SiteModel,
  overrides: readonly RuleOverride[],
  onRefused: (override: RuleOverride, problems: readonly Problem[]) => void,
): SiteModel {
  const held = withOverrides(toMaterial(model), overrides, onRefused);
  const problems = createProblems();
  const { rules, material } = buildRules(held, problems);
  assert(problems.count === 0, 'overrides that fit one by one fit together');
  return keepMaterial(deepFreeze({ ...model, rules }), material);
}

/** Those that hold, in the order in which they were given. */
export function ruleOverridesOf(model: SiteModel): readonly RuleOverride[] {
  return toMaterial(model).overrides;
}

function toMaterial(model: SiteModel): RuleMaterial {
  return defined(materials.get(model), 'what the rules of the model are made from');
}
