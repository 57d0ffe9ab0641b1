/** A run of rule tests in its thread: what the thread is told and tells, and the work itself. Reads files, changes nothing. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Catalog } from '../config/catalog.ts';
import type { Policy } from '../config/policy.ts';
import { createProblems } from '../config/problems.ts';
import type { ThreadFailure } from '../threads/run.ts';
import type { RuleCase } from './case.ts';
import { RULE_TEST_LIMITS } from './limits.ts';
import { playCase } from './play.ts';
import type { CaseOutcome, TestedCase } from './port.ts';
import { readProfileTests, toTestsPath } from './run.ts';
import { toPointNames } from './site.ts';

export interface RuleTestJob {
  /** Profile, as a file; its tests stand beside it. */
  readonly profile: string;
  /** `pressure-low`, `pump-1/tripped`. */
  readonly rule: string;
  /** false = the cases are only listed. */
  readonly isRun: boolean;
}

export interface RuleTestAnswer {
  readonly file: string | null;
  readonly cases: readonly TestedCase[];
  /** null = not asked for. */
  readonly outcomes: readonly CaseOutcome[] | null;
}

export type FromRuleTest = { readonly type: 'done'; readonly answer: RuleTestAnswer } | ThreadFailure;

/** @throws ConfigError with every mistake in profile and tests */
export function performRuleTest(job: RuleTestJob, catalog: Catalog, policy: Policy): RuleTestAnswer {
  const directory = dirname(job.profile);
  const id = basename(job.profile, '.yaml');
  const problems = createProblems();
  const tests = readProfileTests(id, { catalog, policy, directory }, problems);
  problems.throwIfAny();
  const path = toTestsPath(job.profile);
  const file = existsSync(path) ? join(basename(dirname(path)), basename(path)) : null;
  if (tests === null) return { file, cases: [], outcomes: job.isRun ? [] : null };
  const cases = tests.cases.filter(({ rule }) => rule === job.rule);
  const names = new Map([...toPointNames(tests.model)].map(([name, index]) => [index, name]));
  const play = (one: RuleCase): CaseOutcome => {
    const { failures, timeline } = playCase(tests.model, tests.normal, one);
    return { failures, timeline: timeline.slice(0, RULE_TEST_LIMITS.lines) };
  };
  return {
    file,
    cases: cases.map((one) => toTested(one, names)),
    outcomes: job.isRun ? cases.map(play) : null,
  };
}

/** @param names key: index of the point */
function toTested(
  { name, nameZh, points, events, expect, also, everyMs }: RuleCase,
  names: ReadonlyMap<number, string>,
): TestedCase {
  return {
    name: { zh: nameZh ?? name, en: name },
    points: [...points].map(([index, steps]) => ({ point: names.get(index) ?? String(index), steps })),
    events,
    expect,
    also,
    everyMs,
  };
}
