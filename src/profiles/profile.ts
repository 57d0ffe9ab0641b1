/**
 * Reads one profile: data in `devices/` becomes templates of points and rules, one unit for the equipment itself and
 * one for each of its parts. What belongs to a single equipment (ids, link, indexes) comes in expand.ts.
 */
import { basename } from 'node:path';
import type { Catalog } from '../config/catalog.ts';
import { didYouMean, type Problems, quote } from '../config/problems.ts';
import { INTERNAL_PROTOCOL } from '../config/schema.ts';
import { type Located, readSource, type Source } from '../config/source.ts';
import { checkVersion, validate } from '../config/validate.ts';
import { type ProfileId, toId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import { renderText, type Text } from '../core/text.ts';
import { addDerivedRules } from './derived-rules.ts';
import { type FaultKindTexts, toFaultKindTexts } from './fault-kinds.ts';
import { type PointTemplate, toIssuePath, toPoints } from './points.ts';
import { type ParsedRule, parseRules, type RuleTemplate, toLocalNames, toRules } from './rules.ts';
import {
  type PartEntry,
  type ProfileFile,
  type RuleEntry,
  toOpenProfileSchema,
  toProfileSchema,
} from './schema.ts';
import { fillWrites } from './write.ts';

export interface Profile {
  readonly id: ProfileId;
  readonly protocol: string;
  /** The protocol's own section, defaults filled in. */
  readonly device: Readonly<Record<string, unknown>>;
  /** The equipment itself first, then its parts. */
  readonly units: readonly Unit[];
  readonly source: Source;
}

export interface Unit {
  /** Id of the part within the equipment, e.g. `pump-1`; null for the equipment itself. */
  readonly part: string | null;
  readonly kind: Kind;
  /** Name of the part; null for the equipment itself, which the site file names. */
  readonly name: Text | null;
  readonly points: readonly PointTemplate[];
  readonly rules: readonly RuleTemplate[];
  /** The written rules as they stand in the file, defaults filled in. */
  readonly entries: readonly RuleEntry[];
  /** What fault kinds are called, those of the whole profile. */
  readonly faultKinds: FaultKindTexts;
  /** Key: name by which its rules know the point; of the equipment itself also `part/point`. */
  readonly readable: ReadonlyMap<string, PointTemplate>;
}

export interface ProfileContext {
  readonly catalog: Catalog;
  readonly problems: Problems;
  /** Ids of the site's calendars; left out = not known, and no rule is asked for its own. */
  readonly calendars?: readonly string[] | undefined;
  /** The protocol's own section of this profile, once it is known. */
  readonly device?: Profile['device'];
}

/** @returns null when the profile has problems; they are reported. */
export function readProfile(path: string, context: ProfileContext): Profile | null {
  const { catalog, problems } = context;
  const before = problems.count;
  const located = readSource(path, problems);
  if (located === null || !checkVersion(located, problems)) return null;
  const raw = located.value as Readonly<Record<string, unknown>>;
  const protocol = raw['protocol'];
  if (typeof protocol !== 'string' || !Object.hasOwn(catalog.protocols, protocol)) {
    validate(toOpenProfileSchema(catalog), located, { problems, env: null });
    return null;
  }
  const file = validate(toCachedSchema(catalog, protocol), located, { problems, env: null });
  checkId(raw['id'], path, located, problems);
  const rules = parseRules(raw['rules'], { ...located, path: ['rules'] }, context);
  const partRules = toList(raw['parts']).map((part, index) =>
    parseRules(toProperty(part, 'rules'), { ...located, path: ['parts', index, 'rules'] }, context),
  );
  if (file === null) return null;
  const device = (file as Readonly<Record<string, unknown>>)[protocol] as Profile['device'];
  for (const issue of catalog.protocols[protocol]?.checkProfile?.(device) ?? []) {
    problems.add(located.source, [protocol, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  const units = toUnits(file, rules, partRules, located, { ...context, device });
  if (problems.count > before) return null;
  return { id: toId(file.id), protocol, device, units, source: located.source };
}

/** Key: catalog, then protocol. Keeps compiled validators. */
const schemas = new WeakMap<Catalog, Map<string, ReturnType<typeof toProfileSchema>>>();

function toCachedSchema(catalog: Catalog, protocol: string) {
  const ofCatalog = schemas.get(catalog) ?? new Map<string, ReturnType<typeof toProfileSchema>>();
  schemas.set(catalog, ofCatalog);
  const schema = ofCatalog.get(protocol) ?? toProfileSchema(catalog, protocol);
  ofCatalog.set(protocol, schema);
  return schema;
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toProperty(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;
}

function checkId(id: unknown, path: string, located: Located, problems: Problems): void {
  const name = basename(path, '.yaml');
  if (typeof id !== 'string' || id === name) return;
  problems.add(located.source, ['id'], `"${name}", the name of the file`, quote(id));
}

function toUnits(
  file: ProfileFile,
  rules: readonly ParsedRule[],
  partRules: readonly (readonly ParsedRule[])[],
  located: Located,
  context: ProfileContext,
): readonly Unit[] {
  const points = toPoints(file.points, { ...located, path: ['points'] }, file.protocol, context);
  const faultKinds = toFaultKindTexts(
    file.faultKinds,
    [rules, ...partRules].flat(),
    located,
    context.problems,
  );
  const parts = file.parts.flatMap((part, index) =>
    toPartUnits(part, index, { rules: partRules[index] ?? [], faultKinds }, file, located, context),
  );
  checkPartIds(parts, located, context.problems);
  // The equipment's own rules may read points of its parts: `pump-1/running`.
  const readable = new Map(points.map((point) => [point.name, point]));
  for (const { unit } of parts) {
    for (const point of unit.points) readable.set(`${unit.part}/${point.name}`, point);
  }
  const writing = { part: null, kinds: [file.kind], readable, protocol: file.protocol, shift: null };
  const filled = fillWrites(points, writing, context);
  const isInternal = file.protocol === INTERNAL_PROTOCOL;
  const holder = { kind: file.kind, isInternal, names: toLocalNames(null, readable), faultKinds };
  const first: Unit = {
    part: null,
    kind: file.kind,
    name: null,
    points: filled,
    rules: toRules(rules, holder, located.source, context),
    entries: rules.map(({ entry }) => entry),
    faultKinds,
    readable,
  };
  return addDerivedRules([first, ...parts.map(({ unit }) => unit)], file.protocol);
}

interface PartUnit {
  readonly unit: Unit;
  /** Which entry of `parts` it comes from. */
  readonly index: number;
}

function toPartUnits(
  part: PartEntry,
  index: number,
  { rules, faultKinds }: { readonly rules: readonly ParsedRule[]; readonly faultKinds: FaultKindTexts },
  { protocol, kind }: Pick<ProfileFile, 'protocol' | 'kind'>,
  located: Located,
  context: ProfileContext,
): readonly PartUnit[] {
  const path = ['parts', index];
  const before = context.problems.count;
  let first: readonly PointTemplate[] = [];
  return Array.from({ length: part.count }, (_, repetition) => {
    const n = part.first + repetition;
    const id = part.id.replaceAll('{n}', String(n));
    // Mistakes are the same in each repetition: one report is enough.
    const isTold = context.problems.count > before;
    const shift = { by: part.stride * repetition, n };
    const points = isTold
      ? []
      : toPoints(part.points, { ...located, path: [...path, 'points'] }, protocol, context, shift);
    if (repetition === 1) checkApart(first, points, context);
    else if (repetition === 0) first = points;
    const readable = new Map(points.map((point) => [point.name, point]));
    const writing = { part: id, kinds: [part.kind, kind], readable, protocol, shift };
    const filled = fillWrites(points, writing, context);
    const holder = { kind: part.kind, isInternal: false, names: toLocalNames(id, readable), faultKinds };
    const unit: Unit = {
      part: id,
      kind: part.kind,
      name: renderText(part.name, { n }),
      points: filled,
      rules: isTold ? [] : toRules(rules, holder, located.source, context),
      entries: rules.map(({ entry }) => entry),
      faultKinds,
      readable,
    };
    return { index, unit };
  });
}

/** Parts that are read from one place would all show the same: a stride or an {n} was forgotten. */
function checkApart(
  one: readonly PointTemplate[],
  other: readonly PointTemplate[],
  { problems }: ProfileContext,
): void {
  for (const [index, { address, at }] of one.entries()) {
    const next = other[index]?.address;
    if (next === undefined || JSON.stringify(address) !== JSON.stringify(next)) continue;
    const expected = 'an address that differs from part to part (by stride or {n})';
    problems.add(at.source, [...at.path, 'address'], expected, 'the same in every part');
  }
}

function checkPartIds(parts: readonly PartUnit[], located: Located, problems: Problems): void {
  const known = new Map<string, number>();
  for (const { unit, index } of parts) {
    const id = unit.part ?? '';
    const first = known.get(id);
    if (first === undefined) known.set(id, index);
    else problems.add(located.source, ['parts', index, 'id'], 'part ids used once', `"${id}" twice`);
  }
}

/** `one of …` for a profile that does not exist. */
export function toUnknownProfile(
  id: string,
  known: readonly string[],
): { readonly expected: string; readonly found: string } {
  return { expected: 'the id of a profile', found: `${quote(id)}${didYouMean(id, known)}` };
}
