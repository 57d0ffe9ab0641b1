/**
 * The write-ahead log, looked after between the commits. SQLite by itself carries it into the file in the middle of the commit
 * that fills it, with two more fsyncs: every 30th opening of a ticket would wait three times as long as the others. And words
 * that were destroyed must not stand on in it (what they leave in the file itself is overwritten, see open.ts).
 */
import type { DatabaseSync } from 'node:sqlite';
import { STORE_LIMITS } from '../limits.ts';
import { isStorageFault } from './open.ts';

export interface LogUpkeep {
  /** After each commit. @param isDestroying it took words or personal fields: nothing of the log may stand on */
  committed(isDestroying: boolean): void;
  /** Empties it, or notes that it is owed. */
  empty(): void;
  /** Between two commits, when nobody waits for an answer. @throws the error of SQLite; then it is to be tried again later */
  step(): void;
}

/** @param database open for writing; SQLite carries the log over by itself only at `STORE_LIMITS.logPages` (open.ts) */
export function createLogUpkeep(database: DatabaseSync): LogUpkeep {
  const carryOver = database.prepare('pragma wal_checkpoint(passive)');
  let commits = 0;
  // A log that was left by a kill may hold what was destroyed before it.
  let isOwed = true;
  const empty = (): void => {
    isOwed = !tryEmpty(database);
    if (!isOwed) commits = 0;
  };
  return {
    committed(isDestroying) {
      commits += 1;
      if (isDestroying) empty();
    },
    empty,
    step() {
      // While somebody reads, words that were destroyed stand on: after the next commit it is tried again.
      if (isOwed) empty();
      if (commits < STORE_LIMITS.commitsPerCheckpoint) return;
      commits = 0;
      carryOver.get();
    },
  };
}

/** @returns whether nothing stands in the log. The batch is stored either way, so it does not fail. */
function tryEmpty(database: DatabaseSync): boolean {
  try {
    database.exec('pragma busy_timeout = 0');
    // busy, pages in the log, pages carried over (https://sqlite.org/pragma.html#pragma_wal_checkpoint).
    return database.prepare('pragma wal_checkpoint(truncate)').get()?.['busy'] === 0;
  } catch (error) {
    if (!isStorageFault(error)) throw error;
    return false;
  } finally {
    database.exec(`pragma busy_timeout = ${STORE_LIMITS.busyMs}`);
  }
}
