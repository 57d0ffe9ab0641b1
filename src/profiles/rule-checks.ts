/**
 * What no schema can say of a rule: points that exist and are no texts, values that they can have, life safety, samples that can be
 * waited for. Reports problems and changes nothing.
 */
import type { RuleIssue, RuleTypeSchema } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import { didYouMean, type Problems, quote } from '../config/problems.ts';
import type { Located, Path } from '../config/source.ts';
import { KINDS } from '../core/kinds.ts';
import { type PointTemplate, toIssuePath } from './points.ts';
import type { RuleHolder } from './rules.ts';
import { BAD_DATA_SUFFIX, type RuleEntry } from './schema.ts';

export interface RuleToCheck {
  readonly entry: RuleEntry;
  /** The properties of its own type. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly type: RuleTypeSchema;
  readonly holder: RuleHolder;
  readonly at: Located;
  readonly problems: Problems;
  /** Ids of the site's calendars; undefined = not known. */
  readonly calendars: readonly string[] | undefined;
}

export function checkRule(rule: RuleToCheck): void {
  const { entry, params, type, holder } = rule;
  if (!holder.isInternal && isDerivedId(entry.id)) {
    const expected = `another id ("offline" and "…${BAD_DATA_SUFFIX}" are the gateway's own)`;
    report(rule, ['id'], expected, quote(entry.id));
  }
  const refs = type.pointRefs(params);
  for (const ref of refs) checkReference(rule, ref, toRefPath(params, ref));
  checkGuards(rule);
  checkCalendar(entry.calendar, ['calendar'], rule);
  for (const { path, calendar } of type.calendarRefs?.(params) ?? [])
    checkCalendar(calendar, toIssuePath(path), rule);
  const points = refs.flatMap((ref) => holder.names.get(ref) ?? []);
  for (const issue of type.check(params, points)) {
    report(rule, toIssuePath(issue.path), issue.expected, issue.found);
  }
  checkLifeSafety(rule);
  checkGoodSamples(rule);
}

/** A calendar that a rule names is one of the site's. @param id undefined = it names none @param below where in the rule */
export function checkCalendar(
  id: string | undefined,
  below: Path,
  {
    at,
    calendars,
    problems,
  }: Pick<RuleToCheck, 'at' | 'problems'> & { readonly calendars?: RuleToCheck['calendars'] },
): void {
  if (id === undefined || calendars === undefined || calendars.includes(id)) return;
  const expected = 'the id of a calendar of the site';
  problems.add(at.source, [...at.path, ...below], expected, `${quote(id)}${didYouMean(id, calendars)}`);
}

/** Ids of the rules that the loader adds. */
export function isDerivedId(id: string): boolean {
  return id === 'offline' || id.endsWith(BAD_DATA_SUFFIX);
}

function report({ at, problems }: RuleToCheck, below: Path, expected: string, found: string): void {
  problems.add(at.source, [...at.path, ...below], expected, found);
}

function checkReference(rule: RuleToCheck, ref: string, at: Path): void {
  const { names } = rule.holder;
  const point = names.get(ref);
  if (point?.type === 'text') report(rule, at, 'a point with a number', `${quote(ref)}, a text`);
  if (point !== undefined) return;
  report(rule, at, names.what, `${quote(ref)}${didYouMean(ref, names.near(ref))}`);
}

/** Property that names the point, where it can be told. */
function toRefPath(params: Readonly<Record<string, unknown>>, ref: string): Path {
  const key = Object.keys(params).find((candidate) => params[candidate] === ref);
  return key === undefined ? [] : [key];
}

function checkGuards(rule: RuleToCheck): void {
  const { when, expectedWhen } = rule.entry;
  for (const [index, guard] of when.entries()) checkGuardAt(rule, guard, ['when', index]);
  for (const [index, guard] of (expectedWhen?.guards ?? []).entries())
    checkGuardAt(rule, guard, ['expectedWhen', 'guards', index]);
}

function checkGuardAt(rule: RuleToCheck, guard: RuleEntry['when'][number], at: Path): void {
  checkReference(rule, guard.point, [...at, 'point']);
  for (const issue of checkGuard(guard, rule.holder.names.get(guard.point))) {
    report(rule, [...at, ...toIssuePath(issue.path)], issue.expected, issue.found);
  }
}

function checkGuard(
  guard: RuleEntry['when'][number],
  point: PointTemplate | undefined,
): readonly RuleIssue[] {
  const { in: wanted, notIn: unwanted } = guard;
  if ((wanted === undefined) === (unwanted === undefined)) {
    return [
      { path: '', expected: 'exactly one of in, notIn', found: wanted === undefined ? 'none' : 'both' },
    ];
  }
  const key = wanted === undefined ? 'notIn' : 'in';
  return checkDeclared(key, wanted ?? unwanted ?? [], point);
}

/** Life safety is what `core/kinds` says it is, and then never delayed or explained away (alarms.md B7). */
function checkLifeSafety(rule: RuleToCheck): void {
  const { entry, params, holder } = rule;
  const places = findKey(params, 'severity').filter((place) => place.value === 'life-safety');
  if (entry.severity === 'life-safety') places.unshift({ path: ['severity'], value: entry.severity });
  if (places.length === 0) return;
  if (!KINDS[holder.kind].isLifeSafety) {
    const expected = `high, medium or low (${holder.kind} is not life safety)`;
    for (const place of places) report(rule, place.path, expected, '"life-safety"');
    return;
  }
  if (entry.explainedBy.length > 0) {
    const expected = 'nothing (life safety is never explained away)';
    report(rule, ['explainedBy'], expected, entry.explainedBy.join(', '));
  }
  for (const key of ['calendar', 'expectedWhen'] as const) {
    if (entry[key] === undefined) continue;
    report(rule, [key], 'nothing (life safety is never suppressed)', quote(key));
  }
  const waits = [
    ...(['onDelayMs', 'offDelayMs'] as const).map((key) => ({ path: [key], value: entry[key] })),
    ...findKey(params, 'deadband'),
  ];
  for (const wait of waits) {
    if (wait.value !== 0) report(rule, wait.path, '0 (life safety is never delayed)', String(wait.value));
  }
}

/** Samples can be waited for where they keep coming: polled, or sent so often that their absence makes them stale. */
function checkGoodSamples(rule: RuleToCheck): void {
  const { entry, params, type, holder } = rule;
  const refs = [...type.pointRefs(params), ...entry.when.map((guard) => guard.point)];
  const points = refs.flatMap((ref) => holder.names.get(ref) ?? []);
  if (type.onlySeverity !== undefined && entry.severity !== type.onlySeverity)
    report(rule, ['severity'], `${type.onlySeverity} (this type of rule wakes nobody)`, entry.severity);
  if (entry.minGoodSamples === 1 || points.length === 0) return;
  if (points.some((point) => point.isPolled || point.staleMs !== null)) return;
  const expected = '1 (its points are sent on change only, without staleAfter)';
  report(rule, ['minGoodSamples'], expected, String(entry.minGoodSamples));
}

interface Found {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Where a rule says that it, or one of its levels, is life safety. */
export function findLifeSafety(entry: Readonly<Record<string, unknown>>): readonly Path[] {
  return findKey(entry, 'severity').flatMap(({ path, value }) => (value === 'life-safety' ? [path] : []));
}

/** Every property of that name in the rule's own properties, at most one level down. */
function findKey(params: Readonly<Record<string, unknown>>, name: string): Found[] {
  return Object.entries(params).flatMap(([key, value]): Found[] => {
    if (key === name) return [{ path: [key], value }];
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    return [{ path: [key, name], value: (value as Readonly<Record<string, unknown>>)[name] }];
  });
}
