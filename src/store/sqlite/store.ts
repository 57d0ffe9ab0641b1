/**
 * The state store over SQLite: joins the writer's thread, the reader on this thread and the check of the chains.
 * Several processes may open the same file (the gateway and the `user` command); each has its own writer, and
 * SQLite's lock puts their transactions in a row.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import type { Logger } from 'pino';
import { RiserError } from '../../core/errors.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { Store } from '../store.ts';
import { type Database, toKysely } from './database.ts';
import { DATABASE_FILE, type WriterData } from './protocol.ts';
import { createQueries, readBootState } from './queries.ts';
import { Writer, type WriterCounters, type WriterOptions } from './writer.ts';

export { DATABASE_FILE };

export interface StoreOptions extends Pick<WriterOptions, 'log' | 'onDiverged' | 'limits'> {
  /** The data directory; must exist. */
  readonly directory: string;
  readonly log: Logger;
}

export interface SqliteStore extends Store {
  counters(): WriterCounters;
}

/**
 * Opens riser.db, makes it when it is not there, brings its schema up to date. `status().lastCommitMs` is the
 * duration of the last commit, from call to answer. The caller closes the store.
 * @throws RiserError `data-damaged`, `data-too-new`, `data-not-writable`, `store-failed`.
 */
export async function openStore(options: StoreOptions): Promise<SqliteStore> {
  const path = join(options.directory, DATABASE_FILE);
  const writer = new Writer({ ...options, path });
  await writer.start();
  const connection = await openReader(path, writer);
  const reader = toKysely<Database>(connection);
  return {
    commit: (batch) => writer.commit(batch),
    boot: (closedSinceMs) => readBootState(reader, closedSinceMs),
    queries: createQueries(reader),
    verify: () => verify(path),
    status: () => writer.status(),
    counters: () => writer.counters(),
    async close() {
      if (connection.isOpen) connection.close();
      await writer.close();
    },
  };
}

async function openReader(path: string, writer: Writer): Promise<DatabaseSync> {
  try {
    return new DatabaseSync(path, { readOnly: true, timeout: STORE_LIMITS.readerBusyMs });
  } catch (error) {
    await writer.close();
    throw new RiserError('store-failed', { reason: 'the reader cannot open the database' }, { cause: error });
  }
}

async function verify(path: string): Promise<readonly string[]> {
  const workerData: WriterData = { path };
  const worker = new Worker(new URL('./verifier.ts', import.meta.url), { workerData, name: 'riser-verify' });
  const timer = setTimeout(() => void worker.terminate(), STORE_LIMITS.verifyMs);
  try {
    return await new Promise((resolve, reject) => {
      const fail = (cause: unknown): void =>
        reject(new RiserError('store-failed', { reason: 'check' }, { cause }));
      worker.once('message', resolve);
      worker.once('error', fail);
      worker.once('exit', fail);
    });
  } finally {
    clearTimeout(timer);
  }
}
