/** Runs a backtest in a thread of its own, so that polling does not feel it. To cancel it the thread is ended: it only reads. */
import { Worker } from 'node:worker_threads';
import type { Environment } from '../config/references.ts';
import { runInThread, type ThreadWords } from '../threads/run.ts';
import type { BacktestJob, FromBacktest } from './job.ts';
import { BACKTEST_LIMITS } from './limits.ts';
import type { BacktestProgress, BacktestResult } from './port.ts';

export interface BacktestRun {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: BacktestProgress) => void;
}

export type RunJob = (job: BacktestJob, run: BacktestRun) => Promise<BacktestResult>;

export interface ThreadOptions {
  /** What `${NAME}` in the site's files stands for; default: the environment of this process. */
  readonly env?: Environment | undefined;
  /** Default: BACKTEST_LIMITS.runMs. */
  readonly limitMs?: number;
}

const WORDS: ThreadWords = {
  aborted: { zh: '已取消', en: 'it was cancelled' },
  failed: { zh: '回测线程出错或内存不足', en: 'its thread failed or ran out of memory' },
  ended: { zh: '回测线程意外结束', en: 'its thread ended' },
};

/**
 * @param entry module of the thread (the composition's: it knows the catalog of plug-ins)
 * @returns a function that rejects with RiserError: what the thread failed with, `backtest-failed` when it was ended, took
 * too long or needed too much memory
 */
export function createThreadRun(entry: URL, options: ThreadOptions = {}): RunJob {
  const { limitMs = BACKTEST_LIMITS.runMs, env = process.env } = options;
  return async (job, { signal, onProgress }) => {
    const { maxOldMegabytes: maxOldGenerationSizeMb } = BACKTEST_LIMITS;
    const resourceLimits = { maxOldGenerationSizeMb };
    const worker = new Worker(entry, {
      workerData: job,
      name: 'riser-backtest',
      env: { ...env },
      resourceLimits,
    });
    return runInThread<FromBacktest, BacktestResult>(worker, {
      signal,
      limitMs,
      errorCode: 'backtest-failed',
      words: WORDS,
      onMessage(message, resolve) {
        if (message.type === 'progress') onProgress(message.progress);
        else resolve(message.result);
      },
    });
  };
}
