/** `rules` of an equipment in the site file: each names a rule of the equipment, or a new one, and what is to be different. */
import { isData } from '../profiles/merge.ts';
import type { Profile } from '../profiles/profile.ts';
import type { RuleChange } from '../profiles/rule-change.ts';
import { isRuleType, toCachedSchema } from '../profiles/rules.ts';
import { RULE_NAME } from '../profiles/schema.ts';
import type { Catalog } from './catalog.ts';
import { toFirstUse, toFound } from './problems.ts';
import { expandReferences } from './references.ts';
import { below, toRaw } from './register.ts';
import type { Located } from './source.ts';
import type { Checking } from './validate.ts';

const ruleName = new RegExp(RULE_NAME);

/** @param item the equipment, whose `rules` is a list */
export function readRuleChanges(
  item: Located,
  profile: Profile,
  catalog: Catalog,
  checking: Checking,
): readonly RuleChange[] {
  const rules = toRaw(item.value, 'rules');
  if (!Array.isArray(rules)) return [];
  const list = below(item, 'rules');
  /** Key: name as written. */
  const first = new Map<string, Located>();
  return rules.flatMap((value: unknown, index): RuleChange[] => {
    const at = { ...list, path: [...list.path, index], value };
    if (!isData(value)) {
      checking.problems.add(at.source, at.path, 'a mapping', toFound(value, at.path));
      return [];
    }
    const name = toRaw(value, 'id');
    const nameAt = below(at, 'id');
    if (typeof name !== 'string' || !ruleName.test(name)) {
      const expected = 'the id of a rule, or part/rule';
      checking.problems.add(at.source, nameAt.path, expected, toFound(name, nameAt.path));
      return [];
    }
    const known = first.get(name);
    if (known !== undefined) {
      checking.problems.add(at.source, nameAt.path, 'an id used once', toFirstUse(name, known));
      return [];
    }
    first.set(name, nameAt);
    const change = { ...toRuleName(name), at };
    return [...expand(change, profile, catalog, checking)];
  });
}

/** @returns none when a reference could not be followed; that is reported. */
function expand(
  change: RuleChange,
  profile: Profile,
  catalog: Catalog,
  { env, problems }: Checking,
): readonly RuleChange[] {
  if (env === null) return [change];
  const unit = profile.units.find(({ part }) => part === change.part);
  const type = unit?.entries.find(({ id }) => id === change.rule)?.type ?? toRaw(change.at.value, 'type');
  const schema = toCachedSchema(catalog, isRuleType(catalog, type) ? type : null);
  const { value, failed } = expandReferences(schema, change.at, env, problems);
  return failed.size > 0 ? [] : [{ ...change, at: { ...change.at, value } }];
}

function toRuleName(name: string): Pick<RuleChange, 'part' | 'rule'> {
  const [part, rule] = name.split('/');
  return rule === undefined ? { part: null, rule: name } : { part: part ?? '', rule };
}
