/** The thread of one run of rule tests: plays it and tells what came. Whoever started it ends it. */
import { join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { CATALOG } from './catalog.ts';
import { readPolicy } from './config/policy-file.ts';
import { createProblems } from './config/problems.ts';
import { defined } from './core/assert.ts';
import { RiserError } from './core/errors.ts';
import { type FromRuleTest, performRuleTest, type RuleTestJob } from './rule-tests/job.ts';

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
    tell(toFailure(error));
  }
}

function toFailure(error: unknown): FromRuleTest {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const known =
    error instanceof RiserError
      ? error
      : new RiserError('rule-tests-failed', { reason: error instanceof Error ? error.message : reason });
  return { type: 'failed', code: known.code, params: known.params, reason };
}
