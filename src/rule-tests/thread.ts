/** Runs rule tests in a thread of their own, so that polling does not feel them, with an end to its patience. */
import { Worker } from 'node:worker_threads';
import { RiserError } from '../core/errors.ts';
import type { FromRuleTest, RuleTestAnswer, RuleTestJob } from './job.ts';
import { RULE_TEST_LIMITS } from './limits.ts';

export type PlayJob = (job: RuleTestJob, signal: AbortSignal) => Promise<RuleTestAnswer>;

/**
 * @param entry module of the thread (the composition's: it knows the catalog of plug-ins)
 * @returns a function that rejects with RiserError: what the thread failed with; `rule-tests-failed` when it was ended, took
 * too long or needed too much memory
 */
export function createThreadPlay(entry: URL, limitMs: number = RULE_TEST_LIMITS.runMs): PlayJob {
  return async (job, signal) => {
    const resourceLimits = { maxOldGenerationSizeMb: RULE_TEST_LIMITS.maxOldMegabytes };
    const worker = new Worker(entry, { workerData: job, name: 'riser-rule-test', resourceLimits });
    const { promise, resolve, reject } = Promise.withResolvers<RuleTestAnswer>();
    const fail = (zh: string, en: string, cause?: unknown): void =>
      reject(new RiserError('rule-tests-failed', { reason: { zh, en } }, { cause }));
    const onAbort = (): void => fail('网关正在停止', 'the gateway is stopping');
    const timer = setTimeout(() => fail('超时', 'it took too long'), limitMs);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    worker.on('message', (message: FromRuleTest) => {
      if (message.type === 'done') resolve(message.answer);
      else reject(new RiserError(message.code, message.params, { cause: new Error(message.reason) }));
    });
    worker.on('error', (error: unknown) =>
      fail('测试线程出错或内存不足', 'its thread failed or ran out of memory', error),
    );
    worker.on('exit', () => fail('测试线程意外结束', 'its thread ended'));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      await worker.terminate();
    }
  };
}
