/**
 * What no schema can say of a rule: points that exist and are no texts, values that they can have, samples that can be waited for.
 * What life safety may not have is rule-checks-life-safety.ts's matter. Reports problems and changes nothing.
 */
import type { RuleIssue } from '../config/catalog.ts';
import { checkDeclared } from '../config/declared.ts';
import { didYouMean, quote } from '../config/problems.ts';
import type { Path } from '../config/source.ts';
import { type PointTemplate, toIssuePath } from './points.ts';
import { checkLifeSafety } from './rule-checks-life-safety.ts';
import { toRefPath } from './rule-params.ts';
import { type RuleToCheck, report } from './rule-to-check.ts';
import { BAD_DATA_SUFFIX, type RuleEntry } from './schema.ts';

export function checkRule(rule: RuleToCheck): void {
  const { entry, params, type, holder } = rule;
  if (!holder.isInternal && isDerivedId(entry.id)) {
    const expected = `another id ("offline" and "…${BAD_DATA_SUFFIX}" are the gateway's own)`;
    report(rule, ['id'], expected, quote(entry.id));
  }
  const refs = type.pointRefs(params);
  for (const [at, ref] of refs.entries()) checkReference(rule, ref, toRefPath(type, params, at));
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

function checkReference(rule: RuleToCheck, ref: string, at: Path): void {
  const { names } = rule.holder;
  const point = names.get(ref);
  if (point?.type === 'text') report(rule, at, 'a point with a number', `${quote(ref)}, a text`);
  if (point !== undefined) return;
  report(rule, at, names.what, `${quote(ref)}${didYouMean(ref, names.near(ref))}`);
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
