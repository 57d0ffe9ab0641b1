/** The journal's thread: hands messages to the host and its status back. Started by journal.ts only. */
import { parentPort, workerData } from 'node:worker_threads';
import { AssertionFailure, defined, never } from '../core/assert.ts';
import { type JournalHost, openJournalHost } from './host.ts';
import type { LossBook } from './journal/losses.ts';
import type { FromWorker, HostSettings, HostStatus, ToWorker } from './messages.ts';
import { answerCall, type QuarantineCall } from './quarantine-calls.ts';

const port = defined(parentPort, 'the port of a worker');

function tell(message: FromWorker, transfer: readonly ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

let toldLosses: LossBook | null = null;

/** They are too long to go with each status. */
function tellLosses(losses: LossBook): void {
  if (losses === toldLosses) return;
  toldLosses = losses;
  tell({ type: 'losses', losses });
}

async function open(): Promise<JournalHost | null> {
  try {
    const onStatus = (status: HostStatus, losses: LossBook): void => {
      tellLosses(losses);
      tell({ type: 'status', status });
    };
    return await openJournalHost(workerData as HostSettings, onStatus, {
      tellHistory: (message, transfer) => tell({ type: 'history', message }, transfer),
    });
  } catch (error) {
    tell({ type: 'refused', reason: error instanceof Error ? error.message : String(error) });
    return null;
  }
}

async function close(host: JournalHost): Promise<void> {
  await host.close();
  tellLosses(host.losses);
  tell({ type: 'closed', status: host.status });
  port.close();
}

/** What the world does wrong is told; a mistake of ours ends the thread. The new figures follow at once. */
async function answerQuarantine(host: JournalHost, id: number, call: QuarantineCall): Promise<void> {
  try {
    tell({ type: 'quarantine', id, result: await answerCall(host.quarantine, call), failure: null });
    tell({ type: 'status', status: host.status });
  } catch (error) {
    if (error instanceof AssertionFailure) throw error;
    const failure = error instanceof Error ? error.message : String(error);
    tell({ type: 'quarantine', id, result: null, failure });
  }
}

/** Whoever asked sees it with the answer. */
async function acknowledge(
  host: JournalHost,
  { id, told, by }: Extract<ToWorker, { type: 'acknowledge-losses' }>,
): Promise<void> {
  await host.acknowledgeLosses(told, by);
  tellLosses(host.losses);
  tell({ type: 'status', status: host.status });
  tell({ type: 'losses-acknowledged', id });
}

function handle(host: JournalHost, message: ToWorker): void {
  switch (message.type) {
    case 'readings':
      return host.append(message.columns);
    case 'history':
      return host.ask(message.message);
    case 'quarantine':
      return void answerQuarantine(host, message.id, message.call);
    case 'drops':
      return host.noteDrops(message.loss);
    case 'acknowledge-losses':
      return void acknowledge(host, message);
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
  tell({ type: 'ready', status: host.status, losses: host.losses });
}
