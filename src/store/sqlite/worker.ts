/** Worker B: the only writer of riser.db in this process. An fsync on a slow card stalls this thread and no other. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { defined } from '../../core/assert.ts';
import { RiserError } from '../../core/errors.ts';
import { type Committer, createCommitter } from './commit.ts';
import { isConstraintFault, isStorageFault, openDatabase } from './open.ts';
import { type FromWriter, PHASE, type ToWriter, type WriterData } from './protocol.ts';
import { VersionMismatch } from './version-mismatch.ts';

if (!isMainThread) await serve();

async function serve(): Promise<void> {
  const port = defined(parentPort, 'port of the writer');
  const send = (message: FromWriter): void => port.postMessage(message);
  try {
    const database = openDatabase((workerData as WriterData).path);
    const committer = createCommitter(database);
    port.on('message', (message: ToWriter) => {
      if (message.type === 'commit') return send(commit(committer, message));
      database.close();
      port.close();
    });
    send({ type: 'ready' });
  } catch (error) {
    send(toRefusal(error));
    port.close();
  }
}

function commit(
  committer: Committer,
  { id, batch, phase }: Extract<ToWriter, { type: 'commit' }>,
): FromWriter {
  try {
    if (Atomics.load(phase, 0) === PHASE.cancelled)
      return { type: 'failed', id, reason: 'given up', isStorageFault: true, isContradiction: false };
    committer.commit(
      batch,
      () => Atomics.compareExchange(phase, 0, PHASE.waiting, PHASE.committing) === PHASE.waiting,
    );
    return { type: 'done', id };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isContradiction = error instanceof VersionMismatch || isConstraintFault(error);
    return { type: 'failed', id, reason, isStorageFault: isStorageFault(error), isContradiction };
  } finally {
    Atomics.store(phase, 0, PHASE.answered);
  }
}

function toRefusal(error: unknown): FromWriter {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof RiserError) return { type: 'refused', code: error.code, params: error.params, reason };
  return { type: 'refused', code: 'store-failed', params: {}, reason };
}
