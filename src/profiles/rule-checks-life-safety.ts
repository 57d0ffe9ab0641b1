/**
 * What a rule of life safety may not have, in a profile, in the site file and in a change that people propose (alarms.md B7: no
 * delay, no dead-band, not editable to have one; never suppressed). Reports problems and changes nothing.
 *
 *   never          onDelayMs, offDelayMs, minGoodSamples above 1, a dead-band, any time or window of its type (travelMs, afterMs,
 *                  withinMs, forMs, overMs, `over` of an expression), calendar and working hours, expectedWhen, explainedBy,
 *                  ticket: false
 *   profile only   `when`. What entrapment is takes three contacts, and a fire that a zone shows is told by the zone
 *                  (building-systems.md): there the guards are the condition itself. One that cannot be judged never hides life
 *                  safety (rules/rule-state.ts). A site cannot add guards; it can take them away
 *
 * Times of a type are refused without exception: what takes time to tell (a fire pump that does not follow its command within its
 * travel time, a detector line that is silent) is told as `high`, and its `life-safety` rule reads a contact that says so itself.
 * No profile that is shipped needs more.
 */
import type { Catalog, Properties } from '../config/catalog.ts';
import { type Problems, quote, toFound } from '../config/problems.ts';
import type { Located, Path } from '../config/source.ts';
import { KINDS } from '../core/kinds.ts';
import { isData } from './merge.ts';
import { findProperties } from './rule-params.ts';
import { type RuleToCheck, report } from './rule-to-check.ts';
import { type RuleEntry, ruleProperties } from './schema.ts';

/** Severity of the rule and of its levels. @param properties of its type */
export function findLifeSafety(
  entry: Readonly<Record<string, unknown>>,
  properties: Properties,
): readonly Path[] {
  const severities = findProperties(
    entry,
    { ...ruleProperties, ...properties },
    (name) => name === 'severity',
  );
  return severities.flatMap(({ path, value }) => (value === 'life-safety' ? [path] : []));
}

/** Life safety is what `core/kinds` says it is, and then never delayed, suppressed or explained away. */
export function checkLifeSafety(rule: RuleToCheck): void {
  const { entry, type, holder } = rule;
  const places = findLifeSafety(entry, type.properties);
  if (places.length === 0) return;
  if (!KINDS[holder.kind].isLifeSafety) {
    const expected = `high, medium or low (${holder.kind} is not life safety)`;
    for (const path of places) report(rule, path, expected, '"life-safety"');
    return;
  }
  checkHiding(rule);
  checkWaits(rule);
  if (!entry.ticket) report(rule, ['ticket'], 'true (life safety always opens a ticket)', 'false');
}

function checkHiding(rule: RuleToCheck): void {
  const { entry, params, type } = rule;
  if (entry.explainedBy.length > 0) {
    const expected = 'nothing (life safety is never explained away)';
    report(rule, ['explainedBy'], expected, entry.explainedBy.join(', '));
  }
  const expected = 'nothing (life safety is never suppressed)';
  for (const key of ['calendar', 'expectedWhen'] as const) {
    if (entry[key] !== undefined) report(rule, [key], expected, quote(key));
  }
  for (const { path, calendar } of type.calendarRefs?.(params) ?? [])
    report(rule, path.split('.'), expected, quote(calendar));
}

function checkWaits(rule: RuleToCheck): void {
  const { entry, params, type } = rule;
  const waits = [
    ...(['onDelayMs', 'offDelayMs'] as const).map((key) => ({ path: [key], value: entry[key] })),
    ...findProperties(params, type.properties, isWait),
  ];
  for (const { path, value } of waits) {
    if (value !== 0) report(rule, path, '0 (life safety is never delayed)', String(value));
  }
  if (entry.minGoodSamples === 1) return;
  report(rule, ['minGoodSamples'], '1 (life safety is never delayed)', String(entry.minGoodSamples));
}

/** Times are named by their unit (style.md 8); `over` is the length of an expression's window, and known to the schema as such. */
function isWait(name: string): boolean {
  return name === 'deadband' || name === 'over' || name.endsWith('Ms');
}

/** What a change says of a rule. */
export interface ChangedEntry {
  /** null = a new rule. */
  readonly before: RuleEntry | null;
  readonly after: RuleEntry;
  readonly isOn: boolean;
  readonly at: Located;
}

/** A change never weakens life safety: it is not switched off, lowered, or given guards or doubts. */
export function checkKept(change: ChangedEntry, catalog: Catalog, problems: Problems): void {
  const { before, after, isOn, at } = change;
  const properties = catalog.rules[after.type]?.properties ?? {};
  const add = (path: Path, expected: string, found: string): void =>
    problems.add(at.source, [...at.path, ...path], expected, found);
  const places = before === null ? [] : findLifeSafety(before, properties);
  if (places.length > 0 && !isOn) add(['enabled'], 'true (life safety is never switched off)', 'false');
  for (const place of places) {
    const now = toValue(after, place);
    if (now === 'life-safety') continue;
    add(place, '"life-safety", as in the profile (it is never lowered)', toFound(now, place));
  }
  if (findLifeSafety(after, properties).length > 0) checkGuardsKept(before, after, add);
}

function checkGuardsKept(
  before: RuleEntry | null,
  after: RuleEntry,
  add: (path: Path, expected: string, found: string) => void,
): void {
  const known = new Set(before?.when.map(toGuardKey));
  for (const [index, guard] of after.when.entries()) {
    if (known.has(toGuardKey(guard))) continue;
    const expected = 'no guard that the profile does not have (nothing may hold life safety back)';
    add(['when', index], expected, quote(guard.point));
  }
  if (after.uncertain === 'use' || before?.uncertain === 'unknown') return;
  add(['uncertain'], '"use" (a doubtful value must not hold life safety back)', quote(after.uncertain));
}

function toGuardKey({ point, in: wanted, notIn }: RuleEntry['when'][number]): string {
  return JSON.stringify([point, wanted ?? null, notIn ?? null]);
}

function toValue(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((held, key) => (isData(held) ? held[key] : undefined), value);
}
