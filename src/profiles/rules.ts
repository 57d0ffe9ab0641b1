/**
 * Rules of a profile: each is checked against the schema of its own type, then for what no schema can say
 * (rule-checks.ts), and becomes a template.
 */

import type { Catalog, RuleTypeSchema } from '../config/catalog.ts';
import { toDigest } from '../config/digest.ts';
import type { Guard, RuleDef } from '../config/model.ts';
import { toFirstUse } from '../config/problems.ts';
import type { Located, Path, Source } from '../config/source.ts';
import { validate } from '../config/validate.ts';
import { type RuleId, toId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import type { FaultKindTexts } from './fault-kinds.ts';
import type { PointTemplate } from './points.ts';
import type { ProfileContext } from './profile.ts';
import { checkRule } from './rule-checks.ts';
import { findLifeSafety } from './rule-checks-life-safety.ts';
import { type RuleEntry, ruleProperties, toRuleSchema, toRuleTypes } from './schema.ts';
import { toTicketClass } from './ticket-class.ts';

/** A rule without what belongs to a single equipment: index, key, point indexes. */
export interface RuleTemplate extends Omit<RuleDef, 'index' | 'key' | 'equipment' | 'points'> {
  /** Points that it reads: `point` of the equipment itself, `part/point` of a part, `/equipment/point` of another one. */
  readonly reads: readonly string[];
}

export interface ParsedRule {
  readonly entry: RuleEntry;
  readonly path: Path;
}

/** Points by the names that a rule can use for them. */
export interface PointNames {
  /** `a point of this equipment`, as a message says it. */
  readonly what: string;
  get(ref: string): PointTemplate | undefined;
  /** Names that are like this one, for "did you mean". */
  near(ref: string): readonly string[];
  /** The name as `RuleTemplate.reads` has it. */
  toRead(ref: string): string;
}

/** The equipment or part that rules belong to. */
export interface RuleHolder {
  readonly kind: Kind;
  /** The gateway's own equipment: it may have rules that the loader makes for all others. */
  readonly isInternal: boolean;
  readonly names: PointNames;
  /** Of the whole profile. */
  readonly faultKinds: FaultKindTexts;
}

/** Names within one profile. @param part that the rule belongs to; null = the equipment itself */
export function toLocalNames(part: string | null, points: ReadonlyMap<string, PointTemplate>): PointNames {
  return {
    what: 'a point of this equipment',
    get: (ref) => points.get(ref),
    near: () => [...points.keys()],
    toRead: (ref) => (part === null ? ref : `${part}/${ref}`),
  };
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
    const isKnown = isRuleType(catalog, type);
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

/** Whether rules of this type can be written. */
export function isRuleType(catalog: Catalog, type: unknown): type is string {
  return typeof type === 'string' && toRuleTypes(catalog).includes(type);
}

/** @param type null = not known; then only what every rule has is checked */
export function toCachedSchema(catalog: Catalog, type: string | null) {
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
  return rules.map(({ entry, path }) => toRule(entry, holder, { source, path, value: entry }, context));
}

/** @param entry that its schema has checked @param at where it is written; what is wrong with it is reported there */
export function toRule(
  entry: RuleEntry,
  holder: RuleHolder,
  at: Located,
  { catalog, problems, calendars }: ProfileContext,
): RuleTemplate {
  const type = catalog.rules[entry.type] as RuleTypeSchema;
  const params = toParams(entry);
  const expected = entry.expectedWhen;
  const guards = [...entry.when, ...(expected?.guards ?? [])];
  const refs = [...type.pointRefs(params), ...guards.map((guard) => guard.point)];
  const points = refs.flatMap((ref) => holder.names.get(ref) ?? []);
  const faultKind = entry.faultKind ?? entry.id;
  checkRule({ entry, params, type, holder, at, problems, calendars });
  return withVersion({
    id: toId<RuleId>(entry.id),
    type: entry.type,
    params,
    reads: refs.map((ref) => holder.names.toRead(ref)),
    severity: entry.severity,
    onDelayMs: entry.onDelayMs,
    offDelayMs: entry.offDelayMs,
    when: entry.when.map(toGuard),
    calendar: entry.calendar === undefined ? null : toId(entry.calendar),
    expectedWhen:
      expected === undefined ? null : { guards: expected.guards.map(toGuard), text: expected.text },
    isLatching: entry.latch,
    reAlarmMs: entry.reAlarmMs ?? null,
    explains: entry.explains ?? null,
    explainedBy: entry.explainedBy,
    minGoodSamples: toGoodSamples(entry, type, points),
    uncertain: entry.uncertain,
    unknownHoldMs: entry.unknownHoldMs,
    text: entry.text,
    guidance: entry.guidance ?? null,
    class: entry.class ?? toTicketClass(holder.kind),
    faultKind,
    faultKindText: holder.faultKinds.get(faultKind) ?? entry.text,
    opensTicket: entry.ticket,
  });
}

/** The properties of its own type. */
export function toParams(entry: RuleEntry): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !Object.hasOwn(ruleProperties, key)));
}

function toGuard(guard: RuleEntry['when'][number]): Guard {
  return { point: guard.point, in: guard.in ?? null, notIn: guard.notIn ?? null };
}

/** Texts do not decide anything: a better wording must not end an occurrence. */
export function withVersion(rule: Omit<RuleTemplate, 'version'>): RuleTemplate {
  const { text: _text, guidance: _guidance, faultKindText: _kind, ...deciding } = rule;
  return { ...rule, version: toDigest(deciding) };
}

/**
 * One slow sample and a timer must not make an alarm (alarms.md B3); life safety waits for nobody. A value that is not
 * asked for may come once and then stand for days: it is not counted unless the profile says so.
 */
function toGoodSamples(
  entry: RuleEntry,
  { properties }: RuleTypeSchema,
  points: readonly PointTemplate[],
): number {
  if (findLifeSafety(entry, properties).length > 0) return 1;
  const polled = points.filter((point) => point.isPolled);
  const pollMs = Math.max(0, ...polled.map((point) => point.pollMs));
  return entry.onDelayMs > 0 && pollMs >= entry.onDelayMs / 2
    ? Math.max(2, entry.minGoodSamples)
    : entry.minGoodSamples;
}
