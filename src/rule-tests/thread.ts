/** Runs rule tests in a thread of their own, so that polling does not feel them, with an end to its patience. */
import { Worker } from 'node:worker_threads';
import { runInThread, type ThreadWords } from '../threads/run.ts';
import type { FromRuleTest, RuleTestAnswer, RuleTestJob } from './job.ts';
import { RULE_TEST_LIMITS } from './limits.ts';

export type PlayJob = (job: RuleTestJob, signal: AbortSignal) => Promise<RuleTestAnswer>;

const WORDS: ThreadWords = {
  aborted: { zh: '网关正在停止', en: 'the gateway is stopping' },
  failed: { zh: '测试线程出错或内存不足', en: 'its thread failed or ran out of memory' },
  ended: { zh: '测试线程意外结束', en: 'its thread ended' },
};

/**
 * @param entry module of the thread (the composition's: it knows the catalog of plug-ins)
 * @returns a function that rejects with RiserError: what the thread failed with; `rule-tests-failed` when it was ended, took
 * too long or needed too much memory
 */
export function createThreadPlay(entry: URL, limitMs: number = RULE_TEST_LIMITS.runMs): PlayJob {
  return async (job, signal) => {
    const resourceLimits = { maxOldGenerationSizeMb: RULE_TEST_LIMITS.maxOldMegabytes };
    const worker = new Worker(entry, { workerData: job, name: 'riser-rule-test', resourceLimits });
    return runInThread<FromRuleTest, RuleTestAnswer>(worker, {
      signal,
      limitMs,
      errorCode: 'rule-tests-failed',
      words: WORDS,
      onMessage: ({ answer }, resolve) => resolve(answer),
    });
  };
}
