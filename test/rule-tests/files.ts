/** A folder with one small profile and its tests, for tests of what reads and runs them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { CATALOG } from '../../src/catalog.ts';
import type { SiteModel } from '../../src/config/model.ts';
import type { Policy } from '../../src/config/policy.ts';
import { readPolicy } from '../../src/config/policy-file.ts';
import { createProblems, type Problems } from '../../src/config/problems.ts';
import { ConfigError } from '../../src/core/errors.ts';
import { readProfile } from '../../src/profiles/profile.ts';
import type { CaseResult, RuleTests } from '../../src/rule-tests/case.ts';
import { playCase } from '../../src/rule-tests/play.ts';
import { readRuleTests } from '../../src/rule-tests/read.ts';
import { createTestSite } from '../../src/rule-tests/site.ts';
import { temporaryDirectory } from '../support/temp.ts';

export const PROJECT = join(import.meta.dirname, '../..');

/** A tank with two pumps: a level with two limits and delays, a count of whole things, a contact of each pump. */
export const TANK = `version: 1
id: tank
vendor: Own
model: T1
kind: sump
name: { zh: 水池, en: Tank }
protocol: modbus
source: made up for a test
verified: example
points:
  - { id: level, name: { zh: 液位, en: Level }, unit: metre, range: { min: 0, max: 5 }, address: { table: holding, address: 0 } }
  - { id: leaks, name: { zh: 漏点, en: Leaks }, unit: count, decimals: 0, address: { table: holding, address: 1 } }
rules:
  - { id: level-high, type: threshold, severity: medium, text: { zh: 高, en: High }, onDelayMs: 10000, offDelayMs: 4000, point: level, hi: { limit: 2, deadband: 0.2 }, hihi: { limit: 3, severity: high } }
  - { id: leaking, type: threshold, severity: low, ticket: false, text: { zh: 漏, en: Leak }, point: leaks, hi: { limit: 0.5 } }
parts:
  - id: pump-{n}
    count: 2
    stride: 10
    kind: drainage-pump
    name: { zh: '{n}号泵', en: 'Pump {n}' }
    points:
      - { id: fault, name: { zh: 故障, en: Fault }, unit: none, poll: 500, states: [{ value: 0, name: { zh: 正常, en: Normal } }, { value: 1, name: { zh: 故障, en: Fault } }], address: { table: holding, address: 10 } }
    rules:
      - { id: fault, type: state, severity: high, text: { zh: 故障, en: Fault }, point: fault, in: [1] }
`;

export const NORMAL = 'normal: { level: 1, leaks: 0, "pump-{n}/fault": 0 }';

/** Folder of a profile. @param tests text of its tests; null = it has none */
export function writeProfile(tests: string | null, profile: string = TANK): string {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, 'tests'));
  writeFileSync(join(directory, 'tank.yaml'), profile);
  if (tests !== null) writeFileSync(join(directory, 'tests/tank.yaml'), tests);
  return directory;
}

/** The file of tests around these rules. @param rules YAML in flow style */
export function toTests(rules: string): string {
  return `version: 1\nprofile: tank\n${NORMAL}\nrules:\n${rules}\n`;
}

export function readShippedPolicy(): Policy {
  const problems = createProblems();
  const policy = readPolicy(join(PROJECT, 'config/policy.yaml'), problems)?.policy ?? null;
  if (policy === null) throw new Error('the shipped policy has problems');
  return policy;
}

export interface Loaded {
  readonly model: SiteModel;
  /** null when there are problems. */
  readonly tests: RuleTests | null;
  /** `tank.yaml:line:col path: expected …, found …`. */
  readonly problems: readonly string[];
}

export function load(tests: string): Loaded {
  const directory = writeProfile(tests);
  const problems = createProblems();
  const profile = readProfile(join(directory, 'tank.yaml'), { catalog: CATALOG, problems });
  problems.throwIfAny();
  if (profile === null) throw new Error('the profile has problems');
  const model = createTestSite(profile, readShippedPolicy(), CATALOG);
  const read = readRuleTests(join(directory, 'tests/tank.yaml'), model, problems);
  return { model, tests: read, problems: toLines(problems) };
}

/** Plays the only case of `level-high`. @param body YAML of the case without its name */
export function play(body: string): CaseResult {
  return playRule('level-high', body);
}

export function playRule(rule: string, body: string): CaseResult {
  const { model, tests, problems } = load(toTests(`  ${rule}:\n    - { name: one, ${body} }`));
  const [first] = tests?.cases ?? [];
  if (tests === null || first === undefined) throw new Error(problems.join('\n'));
  return playCase(model, tests.normal, first);
}

export function toLines(problems: Problems): readonly string[] {
  try {
    problems.throwIfAny();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(
      ({ file, line, column, path, expected, found }) =>
        `${basename(file)}:${line}:${column} ${path}: expected ${expected}, found ${found}`,
    );
  }
}
