/** The thread of one backtest: runs it and tells how it goes. Whoever started it ends it. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { BacktestJob, FromBacktest } from './backtest/job.ts';
import { performBacktest } from './backtest/perform.ts';
import { CATALOG } from './catalog.ts';
import { defined } from './core/assert.ts';
import { toThreadFailure } from './threads/run.ts';

if (!isMainThread) {
  const port = defined(parentPort, 'port of the backtest');
  const tell = (message: FromBacktest): void => port.postMessage(message);
  try {
    const result = performBacktest(workerData as BacktestJob, {
      catalog: CATALOG,
      env: process.env,
      onProgress: (progress) => tell({ type: 'progress', progress }),
    });
    tell({ type: 'done', result });
  } catch (error) {
    tell(toThreadFailure(error, 'backtest-failed'));
  }
}
