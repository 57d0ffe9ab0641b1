/** A short-lived thread that recomputes the hash chains on its own read-only connection and posts what it found. */
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../core/assert.ts';
import { STORE_LIMITS } from '../limits.ts';
import { verifyChains } from './chain.ts';
import type { WriterData } from './protocol.ts';

if (!isMainThread) {
  const port = defined(parentPort, 'port of the check');
  const { path } = workerData as WriterData;
  const database = new DatabaseSync(path, { readOnly: true, timeout: STORE_LIMITS.busyMs });
  try {
    port.postMessage(verifyChains(database));
  } finally {
    database.close();
  }
}
