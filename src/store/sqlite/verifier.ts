/**
 * A short-lived thread that recomputes the hash chains, and what they hold digests of, on its own read-only connection and
 * posts what it found.
 */
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../core/assert.ts';
import { STORE_LIMITS } from '../limits.ts';
import { verifyChains } from './chain.ts';
import { inspectOutside } from './outside.ts';
import type { WriterData } from './protocol.ts';

if (!isMainThread) {
  const port = defined(parentPort, 'port of the check');
  const { path } = workerData as WriterData;
  const database = new DatabaseSync(path, { readOnly: true, timeout: STORE_LIMITS.busyMs });
  try {
    const outside = inspectOutside(database, dirname(path), STORE_LIMITS.verifyFindings);
    port.postMessage([...verifyChains(database), ...outside.findings]);
  } finally {
    database.close();
  }
}
