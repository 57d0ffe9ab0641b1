/**
 * A writer's thread that misbehaves on order: the action of a batch's first audit row says how. Speaks protocol.ts.
 */
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { PHASE, type ToWriter } from '../../../src/store/sqlite/protocol.ts';

const port = parentPort as NonNullable<typeof parentPort>;
let held: number | null = null;

port.on('message', (message: ToWriter) => {
  if (message.type === 'close') return port.close();
  const [write] = message.batch.writes;
  const order = write?.type === 'audit' ? write.entry.action : 'done';
  const { id, phase } = message;
  switch (order) {
    case 'hang':
      return;
    case 'hang-in-commit':
      held = id;
      Atomics.store(phase, 0, PHASE.committing);
      return;
    case 'crash-in-commit':
      Atomics.store(phase, 0, PHASE.committing);
      throw new Error('crash on order');
    case 'crash':
      throw new Error('crash on order');
    case 'full':
      return port.postMessage({
        type: 'failed',
        id,
        reason: 'database or disk is full',
        isStorageFault: true,
        isContradiction: false,
      });
    default:
      port.postMessage({ type: 'done', id });
  }
});

// The test lets the held commit end, as a disk that answers at last.
const orders = new BroadcastChannel((workerData as { path: string }).path);
orders.unref();
orders.addEventListener('message', (event) => {
  const { data } = event as unknown as { data: 'done' | 'failed' };
  port.postMessage({ type: data, id: held, reason: 'late', isStorageFault: true, isContradiction: false });
});
port.postMessage({ type: 'ready' });
