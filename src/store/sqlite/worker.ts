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
    const tidy = createTidier(() => database.isOpen && committer.tidy());
    port.on('message', (message: ToWriter) => {
      if (message.type === 'commit') {
        send(commit(committer, message));
        return tidy();
      }
      database.close();
      port.close();
    });
    send({ type: 'ready' });
    tidy();
  } catch (error) {
    send(toRefusal(error));
    port.close();
  }
}

/**
 * @param tidy a short piece of work; whether more remains
 * @returns goes on with it, letting the next message in between every two pieces
 */
function createTidier(tidy: () => boolean): () => void {
  let isUnderWay = false;
  const goOn = (): void => {
    isUnderWay = false;
    try {
      if (!tidy()) return;
    } catch (error) {
      // A lock or a full disk: what remains is noted in the file, and is done after the next commit.
      if (!isStorageFault(error)) throw error;
      return;
    }
    start();
  };
  const start = (): void => {
    if (isUnderWay) return;
    isUnderWay = true;
    setImmediate(goOn);
  };
  return start;
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
