/** Runs a backtest in a thread of its own, so that polling does not feel it. To cancel it the thread is ended: it only reads. */
import { Worker } from 'node:worker_threads';
import type { Environment } from '../config/references.ts';
import { RiserError } from '../core/errors.ts';
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
    const { promise, resolve, reject } = Promise.withResolvers<BacktestResult>();
    const fail = (zh: string, en: string, cause?: unknown): void =>
      reject(new RiserError('backtest-failed', { reason: { zh, en } }, { cause }));
    const onAbort = (): void => fail('已取消', 'it was cancelled');
    const timer = setTimeout(() => fail('超时', 'it took too long'), limitMs);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
    worker.on('message', (message: FromBacktest) => {
      if (message.type === 'progress') onProgress(message.progress);
      else if (message.type === 'done') resolve(message.result);
      else reject(new RiserError(message.code, message.params, { cause: new Error(message.reason) }));
    });
    worker.on('error', (error: unknown) =>
      fail('回测线程出错或内存不足', 'its thread failed or ran out of memory', error),
    );
    worker.on('exit', () => fail('回测线程意外结束', 'its thread ended'));
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      await worker.terminate();
    }
  };
}
