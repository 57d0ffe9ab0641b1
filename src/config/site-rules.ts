/**
 * The rules of a whole site: those of the profiles, with what the site file and people have changed. Works on what has been
 * read, so that a change can be tried, or take over, without reading a file again.
 */
import { defined } from '../core/assert.ts';
import { ConfigError, type Problem } from '../core/errors.ts';
import { type EquipmentId, type PointId, type SiteId, toId } from '../core/ids.ts';
import { changeRules, deriveRules } from '../profiles/changed-rules.ts';
import { type ReadPoints, toReadPoints } from '../profiles/derived-rules.ts';
import { toRuleDef, toUnitId } from '../profiles/expand.ts';
import type { Profile, Unit } from '../profiles/profile.ts';
import type { ChangeContext, RuleChange } from '../profiles/rule-change.ts';
import type { RuleTemplate } from '../profiles/rules.ts';
import type { SiteUnit, SiteUnits } from '../profiles/site-points.ts';
import type { Catalog } from './catalog.ts';
import type { RuleDef } from './model.ts';
import { createProblems, type Problems } from './problems.ts';
import type { Source } from './source.ts';

/** An equipment of the site, with what its file says of its rules. */
export interface RuleOwner {
  readonly id: EquipmentId;
  readonly profile: Profile;
  readonly changes: readonly RuleChange[];
}

/** A change that people have made while the gateway runs; kept in the store. */
export interface RuleOverride {
  /** Equipment or part. */
  readonly equipment: string;
  readonly rule: string;
  /** Properties as in a profile, and `enabled`; null = what the files say. */
  readonly override: Readonly<Record<string, unknown>> | null;
}

/** What the rules of a model are made from. */
export interface RuleMaterial {
  readonly catalog: Catalog;
  readonly site: SiteId;
  readonly calendars: readonly string[];
  /** In the order of the model. */
  readonly owners: readonly RuleOwner[];
  readonly units: SiteUnits;
  readonly pointIndex: ReadonlyMap<PointId, number>;
  /** Those that hold. */
  readonly overrides: readonly RuleOverride[];
  /** What rules read of equipment that they do not belong to. Key: that equipment; names as its own rules have them. */
  readonly foreign: ReadonlyMap<EquipmentId, ReadPoints>;
}

export interface SiteRules {
  readonly rules: readonly RuleDef[];
  /** The material with the foreign reads of these rules. */
  readonly material: RuleMaterial;
}

export function toSiteUnits(owners: readonly RuleOwner[]): SiteUnits {
  const units = new Map<EquipmentId, SiteUnit>();
  for (const { id, profile } of owners) {
    for (const unit of profile.units) units.set(toUnitId(id, unit), { owner: id, unit });
  }
  return units;
}

/** All rules, in order. Reports what is wrong with the changes of the files and of the overrides. */
export function buildRules(material: RuleMaterial, problems: Problems): SiteRules {
  const made = new Map<EquipmentId, MadeRules>();
  const stored = Map.groupBy(material.overrides, ({ equipment }) => ownerOf(material, equipment));
  for (const owner of material.owners) {
    const changes = [
      ...owner.changes,
      ...(stored.get(owner.id) ?? []).flatMap((one) => toChange(material, one)),
    ];
    if (changes.length > 0)
      made.set(owner.id, { changes, units: changeWritten(owner, changes, material, problems) });
  }
  const foreign = toForeignReads([...made.values()], material.units);
  const rules: RuleDef[] = [];
  for (const owner of material.owners) {
    for (const unit of derive(owner, made.get(owner.id), foreign.get(owner.id), material, problems)) {
      const equipment = toUnitId(owner.id, unit);
      for (const rule of unit.rules) rules.push(toRuleDef(rule, equipment, owner.id, rules.length, material));
    }
  }
  return { rules, material: { ...material, foreign } };
}

interface MadeRules {
  readonly changes: readonly RuleChange[];
  readonly units: readonly Unit[];
}

function changeWritten(
  owner: RuleOwner,
  changes: readonly RuleChange[],
  material: RuleMaterial,
  problems: Problems,
): readonly Unit[] {
  return changeRules(owner.profile, changes, toContext(owner, material, problems));
}

/** Of an equipment that nothing is changed on, the profile has them ready. */
function derive(
  owner: RuleOwner,
  made: MadeRules | undefined,
  others: ReadPoints | undefined,
  material: RuleMaterial,
  problems: Problems,
): readonly Unit[] {
  if (made === undefined && others === undefined) return owner.profile.units;
  const units = made?.units ?? changeWritten(owner, [], material, problems);
  const context = toContext(owner, material, problems);
  return deriveRules(owner.profile, units, made?.changes ?? [], others ?? toReadPoints([]), context);
}

function toContext({ id }: RuleOwner, material: RuleMaterial, problems: Problems): ChangeContext {
  const { catalog, calendars, units } = material;
  return { catalog, calendars, units, owner: id, problems };
}

function toForeignReads(made: readonly MadeRules[], units: SiteUnits): RuleMaterial['foreign'] {
  const rules = made.flatMap((one) => one.units.flatMap((unit) => unit.rules));
  const foreign = rules.flatMap((rule) =>
    rule.reads.flatMap((read) => (read.startsWith('/') ? [{ rule, read }] : [])),
  );
  const local = foreign.map(({ rule, read }) => {
    const [id = '', point = ''] = read.slice(1).split('/');
    const { owner, unit } = defined(units.get(toId(id)), `equipment of ${read}`);
    return { owner, rule: { ...rule, reads: [unit.part === null ? point : `${unit.part}/${point}`] } };
  });
  const byOwner = Map.groupBy(local, ({ owner }) => owner);
  return new Map(
    [...byOwner].map(([owner, ofOwner]) => [owner, toReadPoints(ofOwner.map(({ rule }) => rule))]),
  );
}

/** The equipment itself, also of a part; null = the site has no such equipment. */
function ownerOf({ units }: RuleMaterial, equipment: string): EquipmentId | null {
  return units.get(toId(equipment))?.owner ?? null;
}

function toChange(
  material: RuleMaterial,
  { equipment, rule, override }: RuleOverride,
): readonly RuleChange[] {
  const unit = material.units.get(toId(equipment))?.unit;
  if (unit === undefined || override === null) return [];
  const at = { source: createMemorySource(`change of ${equipment}/${rule}`), path: [], value: override };
  return [{ part: unit.part, rule, at }];
}

/** Names what is not written in any file. */
function createMemorySource(name: string): Source {
  const start = { line: 1, column: 1 };
  return { file: name, absolute: name, text: '', locate: () => start, position: () => start };
}

/** The rule as it would be with this override in place of the one that holds now, if any. */
export function tryOverride(
  material: RuleMaterial,
  override: RuleOverride,
): { readonly rule: RuleTemplate | null; readonly problems: readonly Problem[] } {
  const unit = material.units.get(toId(override.equipment));
  const problems = createProblems();
  if (unit === undefined) {
    const expected = 'an equipment of the site';
    const found = JSON.stringify(override.equipment);
    problems.addFile(`change of ${override.equipment}/${override.rule}`, expected, found);
    return { rule: null, problems: toList(problems) };
  }
  const owner = defined(
    material.owners.find(({ id }) => id === unit.owner),
    `rules of ${unit.owner}`,
  );
  const kept = material.overrides.filter(
    (one) => !isSame(one, override) && ownerOf(material, one.equipment) === owner.id,
  );
  const changes = [...owner.changes, ...[...kept, override].flatMap((one) => toChange(material, one))];
  const made = { changes, units: changeWritten(owner, changes, material, problems) };
  const units = derive(owner, made, material.foreign.get(owner.id), material, problems);
  const rules = units.find(({ part }) => part === unit.unit.part)?.rules ?? [];
  const list = toList(problems);
  return {
    rule: list.length > 0 ? null : (rules.find(({ id }) => id === override.rule) ?? null),
    problems: list,
  };
}

/**
 * The material with those of the overrides that fit, one after the other; a later one of the same rule replaces the earlier.
 * @param onRefused told of each that does not fit any more: its rule or its points have gone, or a check has been added
 */
export function withOverrides(
  material: RuleMaterial,
  overrides: readonly RuleOverride[],
  onRefused: (override: RuleOverride, problems: readonly Problem[]) => void,
): RuleMaterial {
  let held: RuleMaterial = { ...material, overrides: [] };
  for (const override of overrides) {
    const { problems } = tryOverride(held, override);
    if (problems.length > 0) onRefused(override, problems);
    else held = { ...held, overrides: [...held.overrides.filter((one) => !isSame(one, override)), override] };
  }
  return held;
}

function isSame(a: RuleOverride, b: RuleOverride): boolean {
  return a.equipment === b.equipment && a.rule === b.rule;
}

function toList(problems: Problems): readonly Problem[] {
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}
