/**
 * The middle of the gateway (src/pipeline.ts) over a real database in this process, without its field, API and threads: dies
 * between two commits as kill -9 does, and starts again from what is in the file. The file can be taken as it is after any
 * commit; so can the folder of attachments.
 */
import { cpSync, existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import pino from 'pino';
import type { SiteModel } from '../../src/config/model.ts';
import { assert } from '../../src/core/assert.ts';
import { QUALITIES } from '../../src/core/quality.ts';
import { ReadingBatchBuilder } from '../../src/core/reading.ts';
import { type Pipeline, startPipeline } from '../../src/pipeline.ts';
import type { SlipPort } from '../../src/slips/port.ts';
import { createSlips } from '../../src/slips/slips.ts';
import { verifyChains } from '../../src/store/sqlite/chain.ts';
import { createCommitter } from '../../src/store/sqlite/commit.ts';
import { type Database, toKysely } from '../../src/store/sqlite/database.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { inspectOutside } from '../../src/store/sqlite/outside.ts';
import { createQueries, readBootState } from '../../src/store/sqlite/queries.ts';
import type { Store } from '../../src/store/store.ts';
import type { FakeClock } from '../support/clock.ts';

export interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** How often each message came; key: its id. */
  readonly received: Map<string, number>;
}

/** What the webhook speaks to: takes everything. */
export async function startReceiver(): Promise<Receiver> {
  const received = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const id = String(request.headers['x-riser-id']);
    request.resume().on('end', () => {
      received.set(id, (received.get(id) ?? 0) + 1);
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert(address !== null && typeof address === 'object', 'a port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export interface KillableOptions {
  /** Data directory. */
  readonly directory: string;
  readonly model: SiteModel;
  readonly clock: FakeClock;
  /** After each commit, with its number from 1 in this life. */
  readonly onCommit?: (commit: number) => void;
}

export interface KillableGateway extends AsyncDisposable {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly slips: SlipPort;
  /** Key: name of the point. */
  feed(values: Readonly<Record<string, number>>): void;
  /** Commits of this life. */
  readonly commits: () => number;
  /** The state as it is, as another data directory. */
  copyTo(directory: string): void;
  /** Everything that the file says of one table, for comparing. */
  rows(sql: string): readonly Record<string, unknown>[];
  verify(): readonly string[];
}

const DATABASE = 'riser.db';

export async function startKillable(options: KillableOptions): Promise<KillableGateway> {
  const { directory, model, clock, onCommit } = options;
  const database = openDatabase(join(directory, DATABASE));
  database.exec('pragma synchronous = off');
  let commits = 0;
  const store = createStore(database, () => {
    commits += 1;
    onCommit?.(commits);
  });
  const stoppers: (() => Promise<void> | void)[] = [];
  const pipeline = await startPipeline({
    model,
    version: 'test',
    log: pino({ level: 'silent' }),
    store,
    journal: { append: () => undefined, history: [] },
    dataDirectory: directory,
    clock,
    onPhase: undefined,
    onStop: (stopper) => stoppers.push(stopper),
  });
  return {
    pipeline,
    store,
    slips: createSlips({ store, clock, commands: pipeline.engine }),
    feed(values) {
      const batch = new ReadingBatchBuilder(model.epoch, model.points.length);
      const { wallMs, monoMs } = clock.now();
      for (const { name, index } of model.points) {
        const value = values[name];
        if (value !== undefined) batch.add(index, value, QUALITIES.good.code, wallMs);
      }
      pipeline.feeds.readings.publish(batch.finish(monoMs));
    },
    commits: () => commits,
    copyTo(to) {
      database.exec(`vacuum into '${join(to, DATABASE)}'`);
      const photos = join(directory, 'attachments');
      if (existsSync(photos)) cpSync(photos, join(to, 'attachments'), { recursive: true });
    },
    rows: (sql) => database.prepare(sql).all(),
    verify: () => [...verifyChains(database), ...inspectOutside(database, directory, 100).findings],
    async [Symbol.asyncDispose]() {
      for (const stop of stoppers.toReversed()) await stop();
      database.close();
    },
  };
}

function createStore(database: DatabaseSync, onCommit: () => void): Store {
  const committer = createCommitter(database);
  const reader = toKysely<Database>(database);
  return {
    async commit(batch) {
      committer.commit(batch);
      onCommit();
    },
    boot: (closedSinceMs) => readBootState(reader, closedSinceMs),
    queries: createQueries(reader),
    verify: () => Promise.resolve(verifyChains(database)),
    status: () => ({ isHealthy: true, commits: 0, failures: 0, lastCommitMs: null }),
    close: () => Promise.resolve(),
  };
}
