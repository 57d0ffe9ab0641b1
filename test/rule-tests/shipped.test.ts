/** Every rule of every shipped profile has a test that passes, and that notices a moved limit or delay. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CATALOG } from '../../src/catalog.ts';
import { createProblems } from '../../src/config/problems.ts';
import { listProfiles, runRuleTests } from '../../src/rule-tests/run.ts';
import { PROJECT, readShippedPolicy, toLines } from './files.ts';

const directory = join(PROJECT, 'devices');
const policy = readShippedPolicy();
const profiles = listProfiles(directory);
/** The largest panel takes 4 s with all its moves on a machine that is busy. */
const TIMEOUT_MS = 60_000;

test('there are some, and each has its file of tests', () => {
  expect(profiles.length).toBeGreaterThanOrEqual(20);
  expect(listProfiles(join(directory, 'tests'))).toEqual(profiles);
});

test.each(profiles)('%s', { timeout: TIMEOUT_MS }, (profile) => {
  const problems = createProblems();
  const options = { catalog: CATALOG, policy, directory, only: [profile], isMutating: true };
  const [result] = runRuleTests(options, problems);
  expect(toLines(problems)).toEqual([]);
  const failed = result?.rules.flatMap(({ rule, cases }) =>
    cases.flatMap(({ name, failures, timeline }) =>
      failures.length === 0 ? [] : [{ rule, name, failures, timeline }],
    ),
  );
  expect(failed).toEqual([]);
  expect(result?.missing).toEqual([]);
  expect(result?.mutations.filter(({ survived }) => survived.length > 0)).toEqual([]);
});
