/** The journal's thread: hands messages to the host and its status back. Started by journal.ts only. */
import { parentPort, workerData } from 'node:worker_threads';
import { defined, never } from '../core/assert.ts';
import { type JournalHost, openJournalHost } from './host.ts';
import type { FromWorker, HostSettings, ToWorker } from './messages.ts';

const port = defined(parentPort, 'the port of a worker');

function tell(message: FromWorker): void {
  port.postMessage(message);
}

async function open(): Promise<JournalHost | null> {
  try {
    return await openJournalHost(workerData as HostSettings, (status) => tell({ type: 'status', status }));
  } catch (error) {
    tell({ type: 'refused', reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

async function close(host: JournalHost): Promise<void> {
  await host.close();
  tell({ type: 'closed', status: host.status });
  port.close();
}

function handle(host: JournalHost, message: ToWorker): void {
  switch (message.type) {
    case 'readings':
      return host.append(message.columns);
    case 'close':
      // A failure to close is our own mistake: it ends the thread, and the main thread hears of it.
      return queueMicrotask(() => void close(host));
    default:
      return never(message);
  }
}

const host = await open();
if (host === null) port.close();
else {
  port.on('message', (message: ToWorker) => handle(host, message));
  tell({ type: 'ready', status: host.status });
}
