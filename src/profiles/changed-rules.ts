/**
 * Rules of one equipment that differ from its profile: properties changed, rules switched off or added. The same code for
 * the site file (`equipment[].rules`), for stored changes at the start and for a change that is only being tried.
 *
 *   profile's entry ── site file's change ── stored change ──▶ entry ──schema, checks──▶ template ──▶ new version
 *
 * Life safety is never weakened (rule-checks-life-safety.ts).
 */
import { didYouMean, type Problems, quote, toFound } from '../config/problems.ts';
import type { Located } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import { changeDerived } from './derived-changes.ts';
import { addDerivedRules, type ReadPoints } from './derived-rules.ts';
import { mergeChange } from './merge.ts';
import type { Profile, Unit } from './profile.ts';
import { type ChangeContext, type RuleChange, type SplitChange, splitChange } from './rule-change.ts';
import { isDerivedId } from './rule-checks.ts';
import { checkKept } from './rule-checks-life-safety.ts';
import { isRuleType, type RuleTemplate, toCachedSchema, toRule } from './rules.ts';
import { DERIVED_RULE_TYPES, type RuleEntry, toRuleTypes } from './schema.ts';
import { toSiteNames } from './site-points.ts';

/** Units of the profile with these changes made, without the rules that the loader adds. */
export function changeRules(
  profile: Profile,
  changes: readonly RuleChange[],
  context: ChangeContext,
): readonly Unit[] {
  const byPart = Map.groupBy(changes, ({ part }) => part);
  for (const [part, ofPart] of byPart) {
    if (!profile.units.some((unit) => unit.part === part)) reportPart(ofPart, profile, context.problems);
  }
  return profile.units.map((unit) => changeUnit(unit, byPart.get(unit.part) ?? [], context));
}

/** The units with the rules that the loader adds, and these changed as well. @param units those of `changeRules` */
export function deriveRules(
  { protocol }: Profile,
  units: readonly Unit[],
  changes: readonly RuleChange[],
  others: ReadPoints,
  context: ChangeContext,
): readonly Unit[] {
  const derived = addDerivedRules(units, protocol, others);
  const wanted = changes.filter(({ part, rule }) => isChangeOfDerived(units, part, rule));
  return wanted.reduce<readonly Unit[]>(
    (held, change) =>
      held.map((unit) => (unit.part === change.part ? changeDerived(unit, change, context) : unit)),
    derived,
  );
}

/** The gateway's own equipment can have a rule of its own under such an id. */
function isChangeOfDerived(units: readonly Unit[], part: string | null, rule: string): boolean {
  const unit = units.find((candidate) => candidate.part === part);
  return isDerivedId(rule) && unit !== undefined && !unit.entries.some(({ id }) => id === rule);
}

interface Held {
  readonly entry: RuleEntry;
  readonly template: RuleTemplate;
  readonly isOn: boolean;
}

function changeUnit(unit: Unit, changes: readonly RuleChange[], context: ChangeContext): Unit {
  const written = unit.rules.filter(({ type }) => !DERIVED_RULE_TYPES.includes(type));
  if (changes.length === 0) return { ...unit, rules: written };
  /** Key: id of the rule; in the order of the profile, then of the changes. */
  const held = new Map<string, Held>();
  for (const [index, entry] of unit.entries.entries()) {
    const template = written[index];
    if (template !== undefined) held.set(entry.id, { entry, template, isOn: true });
  }
  for (const change of changes) {
    if (isChangeOfDerived([unit], change.part, change.rule)) continue;
    const next = changeRule(held.get(change.rule), change, unit, context);
    if (next !== null) held.set(change.rule, next);
  }
  const rules = [...held.values()].flatMap(({ template, isOn }) => (isOn ? [template] : []));
  return { ...unit, rules };
}

/** @returns null when something is wrong; it is reported. */
function changeRule(
  before: Held | undefined,
  change: RuleChange,
  unit: Unit,
  context: ChangeContext,
): Held | null {
  const { problems } = context;
  const known = problems.count;
  const split = splitChange(change, problems);
  if (split === null) return null;
  const raw = before === undefined ? toNewRule(change, split.properties, unit, context) : before.entry;
  if (raw === null) return null;
  if (before !== undefined) checkType(before.entry, split.properties, change.at, problems);
  const type = raw['type'];
  const at = { ...change.at, value: mergeChange(raw, split.properties) };
  const schema = toCachedSchema(context.catalog, isRuleType(context.catalog, type) ? type : null);
  const entry =
    problems.count > known ? null : (validate(schema, at, { problems, env: null }) as RuleEntry | null);
  if (entry === null) return null;
  const isOn = split.isOn ?? before?.isOn ?? true;
  checkKept({ before: before?.entry ?? null, after: entry, isOn, at: change.at }, context.catalog, problems);
  const names = toSiteNames({ owner: context.owner, unit }, context.units);
  const isInternal = isDerivedId(entry.id) && before !== undefined;
  const template = toRule(
    entry,
    { kind: unit.kind, isInternal, names, faultKinds: unit.faultKinds },
    at,
    context,
  );
  return problems.count > known ? null : { entry, template, isOn };
}

/** @returns null when it is neither a rule of the profile nor a new one; that is reported. */
function toNewRule(
  { rule, at }: RuleChange,
  properties: SplitChange['properties'],
  unit: Unit,
  { catalog, problems }: ChangeContext,
): Readonly<Record<string, unknown>> | null {
  const { type } = properties;
  if (type === undefined) {
    const known = [...unit.entries.map(({ id }) => id), ...unit.rules.map(({ id }) => id)];
    const expected = 'a rule of this equipment, or a type, which makes it a new one';
    problems.add(at.source, [...at.path, 'id'], expected, `${quote(rule)}${didYouMean(rule, known)}`);
    return null;
  }
  if (isRuleType(catalog, type)) return { id: rule, type };
  const types = toRuleTypes(catalog);
  const hint = typeof type === 'string' ? didYouMean(type, types) : '';
  const path = [...at.path, 'type'];
  problems.add(at.source, path, `one of ${types.join(', ')}`, `${toFound(type, path)}${hint}`);
  return null;
}

function checkType(
  before: RuleEntry,
  { type }: SplitChange['properties'],
  { source, path }: Located,
  problems: Problems,
): void {
  if (type === undefined || type === before.type) return;
  const expected = `"${before.type}", its type (a rule of another type has another id)`;
  problems.add(source, [...path, 'type'], expected, toFound(type, [...path, 'type']));
}

function reportPart(changes: readonly RuleChange[], { units }: Profile, problems: Problems): void {
  const parts = units.flatMap(({ part }) => part ?? []);
  for (const { part, at } of changes) {
    const found = `"${part}"${didYouMean(part ?? '', parts)}`;
    problems.add(at.source, [...at.path, 'id'], 'a part of this equipment before the "/"', found);
  }
}
