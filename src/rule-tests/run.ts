/**
 * Runs the tests of profiles and says what passed, what failed, and which rules have no test. A rule counts as tested when
 * some case raises it; that it stays quiet proves nothing by itself. Reads files; prints nothing.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Catalog } from '../config/catalog.ts';
import type { SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import { type Problems, quote } from '../config/problems.ts';
import { readProfile, toUnknownProfile } from '../profiles/profile.ts';
import type { CaseResult, RuleCase, RuleTests } from './case.ts';
import { isDerived, toGenericCases } from './generic.ts';
import { type MutationResult, mutateRule } from './mutate.ts';
import { playCase } from './play.ts';
import { readRuleTests } from './read.ts';
import { createTestSite, toRuleName } from './site.ts';

/** Of a folder of profiles: where their tests are. */
const TESTS_FOLDER = 'tests';
const SUFFIX = '.yaml';

export interface RunOptions {
  readonly catalog: Catalog;
  readonly policy: Policy;
  /** A folder of profiles with their tests below it. */
  readonly directory: string;
  /** Ids of profiles; empty = all of the folder. */
  readonly only: readonly string[];
  readonly isMutating: boolean;
}

export interface ProfileResult {
  readonly profile: string;
  readonly rules: readonly RuleResult[];
  /** Rules that no case raises. */
  readonly missing: readonly string[];
  /** Only when asked for. */
  readonly mutations: readonly MutationResult[];
}

export interface RuleResult {
  readonly rule: string;
  readonly cases: readonly CaseResult[];
}

/** What is wrong with the files goes to `problems`; a profile with problems has no result. */
export function runRuleTests(options: RunOptions, problems: Problems): readonly ProfileResult[] {
  const ids = listProfiles(options.directory);
  for (const id of options.only) {
    const { expected, found } = toUnknownProfile(id, ids);
    if (!ids.includes(id)) problems.addFile(options.directory, expected, found);
  }
  reportStrays(options.directory, ids, problems);
  return ids
    .filter((id) => options.only.length === 0 || options.only.includes(id))
    .flatMap((id) => runProfile(id, options, problems) ?? []);
}

export function listProfiles(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith(SUFFIX))
    .map((name) => basename(name, SUFFIX))
    .sort();
}

/** A file of tests that no profile belongs to would never run. */
function reportStrays(directory: string, ids: readonly string[], problems: Problems): void {
  const folder = join(directory, TESTS_FOLDER);
  for (const id of listProfiles(folder)) {
    if (!ids.includes(id))
      problems.addFile(join(folder, `${id}${SUFFIX}`), 'the name of a profile', quote(id));
  }
}

function runProfile(id: string, options: RunOptions, problems: Problems): ProfileResult | null {
  const read = readProfileTests(id, options, problems);
  if (read === null) return null;
  const { model, normal, cases } = read;
  const results = cases.map((one) => ({ one, result: playCase(model, normal, one) }));
  const rules = [...Map.groupBy(results, ({ result }) => result.rule)].map(([rule, of]) => ({
    rule,
    cases: of.map(({ result }) => result),
  }));
  const mutations = options.isMutating ? mutate(model, { normal, cases: read.written }) : [];
  return { profile: id, rules, missing: findMissing(model, cases), mutations };
}

export interface ProfileTests extends RuleTests {
  /** The profile on an equipment of its own; indexes are of this model. */
  readonly model: SiteModel;
  /** Without those that are made for every profile. */
  readonly written: readonly RuleCase[];
}

/** @returns null when profile or tests have problems; they are reported */
export function readProfileTests(
  id: string,
  { catalog, policy, directory }: Pick<RunOptions, 'catalog' | 'policy' | 'directory'>,
  problems: Problems,
): ProfileTests | null {
  const path = join(directory, `${id}${SUFFIX}`);
  const profile = readProfile(path, { catalog, problems });
  if (profile === null) return null;
  const model = createTestSite(profile, policy, catalog);
  const none: RuleTests = { normal: new Map(), cases: [] };
  const tests = existsSync(toTestsPath(path)) ? readRuleTests(toTestsPath(path), model, problems) : none;
  return tests && { model, normal: tests.normal, cases: withGeneric(model, tests), written: tests.cases };
}

/** @param profile its file @returns the file of its tests, there or not */
export function toTestsPath(profile: string): string {
  return join(dirname(profile), TESTS_FOLDER, basename(profile));
}

/** Without any normal value nothing of the profile is tested. */
function withGeneric(model: SiteModel, tests: RuleTests): readonly RuleCase[] {
  if (tests.normal.size === 0) return tests.cases;
  const tested = new Set(tests.cases.map(({ rule }) => rule));
  return [...tests.cases, ...toGenericCases(model, tests.normal, tested)];
}

function findMissing(model: SiteModel, cases: readonly RuleCase[]): readonly string[] {
  const raised = new Set(cases.filter(isRaising).map(({ index }) => index));
  return model.rules.filter(({ index }) => !raised.has(index)).map(toRuleName);
}

function isRaising({ expect }: RuleCase): boolean {
  return expect.some(({ expected: { state, messages } }) =>
    state === undefined ? messages?.includes('raised') : state !== 'A',
  );
}

/** Parts are alike: the first is enough. */
function mutate(model: SiteModel, tests: RuleTests): readonly MutationResult[] {
  const seen = new Set<string>();
  return model.rules.flatMap((rule) => {
    const family = toRuleName(rule).replace(/\d+/g, '{n}');
    const cases = tests.cases.filter(({ index }) => index === rule.index);
    if (isDerived(rule) || cases.length === 0 || (toRuleName(rule).includes('/') && seen.has(family)))
      return [];
    seen.add(family);
    return [mutateRule(model, tests, rule, cases)];
  });
}
