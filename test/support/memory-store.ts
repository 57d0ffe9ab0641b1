/** A store that is a list: every batch is kept, commits can be held back or made to fail. For tests of the loop itself. */
import { RiserError } from '../../src/core/errors.ts';
import type { BootState, Store, WriteBatch } from '../../src/store/store.ts';

export interface MemoryStore extends Store {
  readonly batches: readonly WriteBatch[];
  /** Commits fail until told otherwise. @param cause AssertionFailure = the batch contradicts what is stored */
  fail(isFailing: boolean, cause?: Error): void;
  /** Commits wait until `release`. */
  hold(): void;
  release(): void;
}

/** What a store says before anything was stored. */
export const EMPTY_BOOT: BootState = {
  occurrences: [],
  tickets: [],
  counters: new Map(),
  delays: [],
  controls: [],
  storms: [],
  memories: [],
  drills: new Map(),
  policies: new Map(),
  messages: [],
  incidents: [],
  dues: null,
  pastRepairs: [],
};

export function createMemoryStore(): MemoryStore {
  const batches: WriteBatch[] = [];
  let isFailing = false;
  let failure: Error | undefined;
  let gate: Promise<void> = Promise.resolve();
  let open = (): void => {};
  const unused = (): never => {
    throw new Error('not part of this test');
  };
  return {
    batches,
    fail(value, cause) {
      isFailing = value;
      failure = cause;
    },
    hold() {
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release: () => open(),
    async commit(batch) {
      await gate;
      if (isFailing) throw new RiserError('store-failed', {}, { cause: failure });
      batches.push(batch);
    },
    boot: () => Promise.resolve(EMPTY_BOOT),
    queries: new Proxy({} as Store['queries'], { get: () => unused }),
    verify: () => Promise.resolve([]),
    status: () => ({ isHealthy: !isFailing, commits: batches.length, failures: 0, lastCommitMs: null }),
    close: () => Promise.resolve(),
  };
}
