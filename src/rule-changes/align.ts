/**
 * A model that was built anew, in the order of the one that runs: states of rules, columns and views go by the index of a
 * rule, so a rule keeps its place for the whole epoch. One that is gone stays where it was, and is judged no more.
 */
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { AlarmKey } from '../core/ids.ts';

export interface AlignedModel {
  readonly model: SiteModel;
  /** Rules that the new model does not have. */
  readonly disabled: ReadonlySet<AlarmKey>;
}

/** @param next same epoch, so the same points */
export function alignRules(running: SiteModel, next: SiteModel): AlignedModel {
  const byKey = new Map(next.rules.map((rule) => [rule.key, rule]));
  const disabled = new Set<AlarmKey>();
  const rules = running.rules.map((rule): RuleDef => {
    const made = byKey.get(rule.key);
    byKey.delete(rule.key);
    if (made === undefined) disabled.add(rule.key);
    return place(made ?? rule, rule.index);
  });
  for (const rule of byKey.values()) rules.push(place(rule, rules.length));
  return { model: Object.freeze({ ...next, rules: Object.freeze(rules) }), disabled };
}

function place(rule: RuleDef, index: number): RuleDef {
  return rule.index === index ? rule : Object.freeze({ ...rule, index });
}
