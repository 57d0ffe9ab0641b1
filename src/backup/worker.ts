/** The thread of one backup: makes it and tells how it goes. Ends when it is done; thread.ts ends it sooner. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { defined } from '../core/assert.ts';
import { reasonOf, toFailure } from './faults.ts';
import { BACKUP_LIMITS } from './limits.ts';
import { type BackupJob, makeBackup } from './make.ts';
import type { FromBackup } from './thread.ts';

if (!isMainThread) {
  const port = defined(parentPort, 'port of the backup');
  const tell = (message: FromBackup): void => port.postMessage(message);
  const job = workerData as BackupJob;
  let toldMs = Number.NEGATIVE_INFINITY;
  try {
    const made = await makeBackup(job, {
      onTrying: (partial) => tell({ type: 'trying', partial }),
      onBegun: (partial) => tell({ type: 'begun', partial }),
      onProgress(bytes, totalBytes) {
        if (performance.now() - toldMs < BACKUP_LIMITS.progressMs) return;
        toldMs = performance.now();
        tell({ type: 'progress', bytes, totalBytes });
      },
    });
    tell({ type: 'made', made });
  } catch (error) {
    const { code, params } = toFailure(job.to, error);
    tell({ type: 'failed', code, params, reason: reasonOf(error) });
  }
}
