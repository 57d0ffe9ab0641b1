/** Runs over a folder: missing tests, stray files, and moves of limits and delays that no case notices. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { createProblems } from '../../src/config/problems.ts';
import { type ProfileResult, runRuleTests } from '../../src/rule-tests/run.ts';
import { readShippedPolicy, TANK, toLines, toTests, writeProfile } from './files.ts';

const policy = readShippedPolicy();

interface Ran {
  readonly results: readonly ProfileResult[];
  readonly problems: readonly string[];
}

function run(directory: string, more: { only?: readonly string[]; isMutating?: boolean } = {}): Ran {
  const problems = createProblems();
  const { only = [], isMutating = false } = more;
  const results = runRuleTests({ catalog: CATALOG, policy, directory, only, isMutating }, problems);
  return { results, problems: toLines(problems) };
}

const LEAKING =
  '  leaking: [{ name: one, points: { leaks: { 0s: 0, 2s: 1 } }, expect: { 1s: nothing, 2s: B no-ticket } }]';
const FAULT = '  pump-{n}/fault: [{ name: one, points: { fault: { 0s: 1 } }, expect: { 0s: B } }]';
const GOOD = `  level-high:
    - name: high
      points: { level: { 0s: 1.95, 15s: 2.05, 30s: 1 } }
      expect: { 14s: nothing, 23s: nothing, 27s: B hi, 33s: B, 35s: D }
    - name: very high
      points: { level: { 0s: 2.95, 15s: 3.05 } }
      expect: { 14s: B hi, 24s: B hi, 26s: B hihi }`;

describe('which rules have a test', () => {
  test('all of them, with cases made for those that the loader adds', () => {
    const { results, problems } = run(writeProfile(toTests([GOOD, LEAKING, FAULT].join('\n'))));
    expect(problems).toEqual([]);
    const [tank] = results;
    expect(tank?.missing).toEqual([]);
    expect(tank?.rules.map(({ rule }) => rule)).toEqual([
      'level-high',
      'leaking',
      'pump-1/fault',
      'pump-2/fault',
      'offline',
      'level-bad-data',
      'leaks-bad-data',
      'pump-1/fault-bad-data',
      'pump-2/fault-bad-data',
    ]);
    const failed = tank?.rules.flatMap(({ cases }) => cases.filter(({ failures }) => failures.length > 0));
    expect(failed).toEqual([]);
  });

  test('a case that only expects nothing is none', () => {
    const quiet = '  leaking: [{ name: one, expect: { 1s: nothing, 2s: A } }]';
    expect(run(writeProfile(toTests([GOOD, quiet, FAULT].join('\n')))).results[0]?.missing).toEqual([
      'leaking',
    ]);
  });

  test('without a file every rule is missing, those of the loader too', () => {
    const { missing } = run(writeProfile(null)).results[0] ?? {};
    expect(missing).toHaveLength(9);
  });

  test('of a part, every one of that name', () => {
    const one = FAULT.replace('{n}', '1');
    expect(run(writeProfile(toTests([GOOD, LEAKING, one].join('\n')))).results[0]?.missing).toEqual([
      'pump-2/fault',
    ]);
  });
});

describe('files', () => {
  test('tests of a profile that is not there would never run, and are refused', () => {
    const directory = writeProfile(toTests(GOOD));
    writeFileSync(join(directory, 'tests/tonk.yaml'), 'version: 1');
    expect(run(directory).problems).toEqual([
      'tonk.yaml:1:1 (document): expected the name of a profile, found "tonk"',
    ]);
  });

  test('a profile that is asked for and not there', () => {
    const { results, problems } = run(writeProfile(toTests(GOOD)), { only: ['tonk'] });
    expect(results).toEqual([]);
    expect(problems[0]).toContain('expected the id of a profile, found "tonk", did you mean "tank"?');
  });

  test('a profile with mistakes has no result, and the others have theirs', () => {
    const directory = writeProfile(toTests(GOOD));
    writeFileSync(
      join(directory, 'other.yaml'),
      TANK.replace('id: tank', 'id: other').replace('kind: sump', 'kind: pond'),
    );
    const { results, problems } = run(directory);
    expect(results.map(({ profile }) => profile)).toEqual(['tank']);
    expect(problems[0]).toContain('pond');
  });

  test('a folder that is not there has no profiles', () => {
    const directory = writeProfile(null);
    rmSync(directory, { recursive: true });
    expect(run(directory)).toEqual({ results: [], problems: [] });
  });
});

describe('moves of limits and delays', () => {
  const survived = (tests: string): readonly string[] => {
    const { results } = run(writeProfile(toTests(tests)), { isMutating: true });
    return (
      results[0]?.mutations.flatMap(({ rule, survived: moves }) => moves.map((move) => `${rule} ${move}`)) ??
      []
    );
  };

  test('are all noticed by cases just short of each limit and just past it', () => {
    const { results } = run(writeProfile(toTests([GOOD, LEAKING, FAULT].join('\n'))), { isMutating: true });
    expect(results[0]?.mutations).toEqual([
      { rule: 'level-high', mutations: 8, survived: [] },
      // Where whole things are counted a move crosses a whole number.
      { rule: 'leaking', mutations: 2, survived: [] },
      { rule: 'pump-1/fault', mutations: 0, survived: [] },
    ]);
  });

  test('that no case notices are named', () => {
    const loose =
      '  level-high: [{ name: one, points: { level: { 0s: 1, 20s: 2.5 } }, expect: { 19s: nothing, 60s: B } }]';
    expect(survived([loose, LEAKING, FAULT].join('\n'))).toEqual([
      'level-high hi.limit 2 → 1.9',
      'level-high hi.limit 2 → 2.1',
      'level-high hihi.limit 3 → 2.85',
      'level-high hihi.limit 3 → 3.15',
      'level-high onDelayMs 10000 → 5000',
      'level-high onDelayMs 10000 → 15000',
      'level-high offDelayMs 4000 → 2000',
      'level-high offDelayMs 4000 → 6000',
    ]);
  });
});
