/**
 * Rules of a profile: each is checked against the schema of its own type, then for what no schema can say (points
 * that exist, life safety, samples against delay).
 */

import type { Catalog, RuleTypeSchema } from '../config/catalog.ts';
import { toDigest } from '../config/digest.ts';
import type { RuleDef } from '../config/model.ts';
import { didYouMean, quote, toFirstUse } from '../config/problems.ts';
import type { Located, Path, Source } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import { type RuleId, toId } from '../core/ids.ts';
import { KINDS, type Kind } from '../core/kinds.ts';
import { type PointTemplate, toIssuePath } from './points.ts';
import type { ProfileContext } from './profile.ts';
import { BAD_DATA_SUFFIX, type RuleEntry, ruleProperties, toRuleSchema, toRuleTypes } from './schema.ts';

/** A rule without what belongs to a single equipment: index, key, point indexes. */
export interface RuleTemplate extends Omit<RuleDef, 'index' | 'key' | 'equipment' | 'points'> {
  /** Points that it reads: `point` of the equipment itself, `part/point` of a part. */
  readonly reads: readonly string[];
}

export interface ParsedRule {
  readonly entry: RuleEntry;
  readonly path: Path;
}

/** The equipment or part that rules belong to. */
export interface RuleHolder {
  readonly part: string | null;
  readonly kind: Kind;
  /** Key: name that a rule can use. */
  readonly readable: ReadonlyMap<string, PointTemplate>;
}

/** Key: catalog, then rule type (empty = not known). Keeps compiled validators. */
const schemas = new WeakMap<Catalog, Map<string, ReturnType<typeof toRuleSchema>>>();

/** Dispatches on `type` before checking, so that messages are about the right variant. */
export function parseRules(
  raw: unknown,
  located: Located,
  { catalog, problems }: ProfileContext,
): readonly ParsedRule[] {
  if (!Array.isArray(raw)) return [];
  const first = new Map<string, Located>();
  return raw.flatMap((value: unknown, index): ParsedRule[] => {
    const at = { ...located, path: [...located.path, index], value };
    const type = (value as Readonly<Record<string, unknown>> | null)?.['type'];
    const isKnown = typeof type === 'string' && toRuleTypes(catalog).includes(type);
    const entry = validate(toCachedSchema(catalog, isKnown ? type : null), at, { problems, env: null });
    if (entry === null || !isKnown) return [];
    const idAt = { ...at, path: [...at.path, 'id'] };
    const known = first.get(entry.id);
    if (known !== undefined)
      problems.add(at.source, idAt.path, 'an id used once', toFirstUse(entry.id, known));
    else first.set(entry.id, idAt);
    return [{ entry, path: at.path }];
  });
}

function toCachedSchema(catalog: Catalog, type: string | null) {
  const ofCatalog = schemas.get(catalog) ?? new Map<string, ReturnType<typeof toRuleSchema>>();
  schemas.set(catalog, ofCatalog);
  const schema = ofCatalog.get(type ?? '') ?? toRuleSchema(catalog, type);
  ofCatalog.set(type ?? '', schema);
  return schema;
}

export function toRules(
  rules: readonly ParsedRule[],
  holder: RuleHolder,
  source: Source,
  context: ProfileContext,
): readonly RuleTemplate[] {
  return rules.map((rule) => toRule(rule, holder, source, context));
}

function toRule(
  { entry, path }: ParsedRule,
  holder: RuleHolder,
  source: Source,
  context: ProfileContext,
): RuleTemplate {
  const { catalog, problems } = context;
  const type = catalog.rules[entry.type] as RuleTypeSchema;
  const params = Object.fromEntries(
    Object.entries(entry).filter(([key]) => !Object.hasOwn(ruleProperties, key)),
  );
  if (entry.id === 'offline' || entry.id.endsWith(BAD_DATA_SUFFIX)) {
    const expected = `another id ("offline" and "…${BAD_DATA_SUFFIX}" are the gateway's own)`;
    problems.add(source, [...path, 'id'], expected, quote(entry.id));
  }
  const refs = type.pointRefs(params);
  for (const ref of refs) {
    if (!holder.readable.has(ref)) {
      const found = `${quote(ref)}${didYouMean(ref, [...holder.readable.keys()])}`;
      problems.add(source, [...path, ...toRefPath(params, ref)], 'a point of this equipment', found);
    }
  }
  const points = refs.flatMap((ref) => holder.readable.get(ref) ?? []);
  for (const issue of type.check(params, points)) {
    problems.add(source, [...path, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
  checkLifeSafety(entry, params, holder.kind, source, path, context);
  return withVersion({
    id: toId<RuleId>(entry.id),
    type: entry.type,
    params,
    reads: refs.map((ref) => (holder.part === null ? ref : `${holder.part}/${ref}`)),
    severity: entry.severity,
    onDelayMs: entry.onDelayMs,
    offDelayMs: entry.offDelayMs,
    minGoodSamples: toGoodSamples(entry, points),
    uncertain: entry.uncertain,
    unknownHoldMs: entry.unknownHoldMs,
    text: entry.text,
    guidance: entry.guidance ?? null,
    class: entry.class,
    faultKind: entry.faultKind ?? entry.id,
    opensTicket: entry.ticket,
  });
}

/** Texts do not decide anything: a better wording must not end an occurrence. */
export function withVersion(rule: Omit<RuleTemplate, 'version'>): RuleTemplate {
  const { text: _text, guidance: _guidance, ...deciding } = rule;
  return { ...rule, version: toDigest(deciding) };
}

/** Property that names the point, where it can be told. */
function toRefPath(params: Readonly<Record<string, unknown>>, ref: string): Path {
  const key = Object.keys(params).find((candidate) => params[candidate] === ref);
  return key === undefined ? [] : [key];
}

/** One slow sample and a timer must not make an alarm (alarms.md B3); life safety waits for nobody. */
function toGoodSamples(entry: RuleEntry, points: readonly PointTemplate[]): number {
  if (entry.severity === 'life-safety') return 1;
  const pollMs = Math.max(0, ...points.map((point) => point.pollMs));
  return entry.onDelayMs > 0 && pollMs >= entry.onDelayMs / 2
    ? Math.max(2, entry.minGoodSamples)
    : entry.minGoodSamples;
}

/** Life safety is what `core/kinds` says it is, and then never delayed (alarms.md B7). */
function checkLifeSafety(
  entry: RuleEntry,
  params: Readonly<Record<string, unknown>>,
  kind: Kind,
  source: Source,
  path: Path,
  { problems }: ProfileContext,
): void {
  const places = findKey(params, 'severity').filter((place) => place.value === 'life-safety');
  if (entry.severity === 'life-safety') places.unshift({ path: ['severity'], value: entry.severity });
  if (places.length === 0) return;
  if (!KINDS[kind].isLifeSafety) {
    for (const place of places) {
      problems.add(
        source,
        [...path, ...place.path],
        `high, medium or low (${kind} is not life safety)`,
        '"life-safety"',
      );
    }
    return;
  }
  const waits = [
    ...(['onDelayMs', 'offDelayMs'] as const).map((key) => ({ path: [key], value: entry[key] })),
    ...findKey(params, 'deadband'),
  ];
  for (const wait of waits) {
    if (wait.value !== 0)
      problems.add(source, [...path, ...wait.path], '0 (life safety is never delayed)', String(wait.value));
  }
}

interface Found {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Every property of that name in the rule's own properties, at most one level down. */
function findKey(params: Readonly<Record<string, unknown>>, name: string): Found[] {
  return Object.entries(params).flatMap(([key, value]): Found[] => {
    if (key === name) return [{ path: [key], value }];
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    return [{ path: [key, name], value: (value as Readonly<Record<string, unknown>>)[name] }];
  });
}
