/** The thread of one run of rule tests: plays it and tells what came. Whoever started it ends it. */
import { join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { CATALOG } from './catalog.ts';
import { readPolicy } from './config/policy-file.ts';
import { createProblems } from './config/problems.ts';
import { defined } from './core/assert.ts';
import { type FromRuleTest, performRuleTest, type RuleTestJob } from './rule-tests/job.ts';
import { toThreadFailure } from './threads/run.ts';

/** Tests of profiles are written against the default service policy, not that of one site. */
const POLICY = join(import.meta.dirname, '../config/policy.yaml');

if (!isMainThread) {
  const port = defined(parentPort, 'port of the rule tests');
  const tell = (message: FromRuleTest): void => port.postMessage(message);
  try {
    const problems = createProblems();
    const policy = readPolicy(POLICY, problems)?.policy ?? null;
    problems.throwIfAny();
    const job = workerData as RuleTestJob;
    tell({
      type: 'done',
      answer: performRuleTest(job, CATALOG, defined(policy, 'a policy without a problem')),
    });
  } catch (error) {
    tell(toThreadFailure(error, 'rule-tests-failed'));
  }
}
