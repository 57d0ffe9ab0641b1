/** The thread of one backtest: runs it and tells how it goes. Whoever started it ends it. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { BacktestJob, FromBacktest } from './backtest/job.ts';
import { performBacktest } from './backtest/perform.ts';
import { CATALOG } from './catalog.ts';
import { defined } from './core/assert.ts';
import { RiserError } from './core/errors.ts';

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
    tell(toFailure(error));
  }
}

function toFailure(error: unknown): FromBacktest {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const known =
    error instanceof RiserError
      ? error
      : new RiserError('backtest-failed', { reason: error instanceof Error ? error.message : reason });
  return { type: 'failed', code: known.code, params: known.params, reason };
}
