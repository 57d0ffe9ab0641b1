/** The write-ahead log: carried into the file between the commits, and emptied of what was destroyed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { STORE_LIMITS } from '../../src/store/limits.ts';
import { type Committer, createCommitter } from '../../src/store/sqlite/commit.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { temporaryDirectory } from '../support/temp.ts';
import * as rows from './support/rows.ts';
import { destruction, typed } from './support/words.ts';

const WORDS = '阀门锈死，住户家里无人';

test('the log is carried over between commits, not in the middle of one', () => {
  const { committer, path } = openCommitter();
  for (let n = 0; n < STORE_LIMITS.commitsPerCheckpoint; n++) {
    expect(readLog(path).carried).toBe(0);
    committer.commit({ writes: [rows.audit('login')] });
    // As the writer does after each answer.
    if (n < STORE_LIMITS.commitsPerCheckpoint - 1) committer.tidy();
  }
  const { pages, carried } = readLog(path);
  expect(pages).toBeGreaterThan(STORE_LIMITS.commitsPerCheckpoint);
  expect(carried).toBe(0);
  committer.tidy();
  const after = readLog(path);
  expect(after).toEqual({ pages: after.pages, carried: after.pages });
});

test('commits that leave no moment between them carry it over themselves: the log has a longest length', () => {
  const { committer, path } = openCommitter();
  let longest = 0;
  for (let n = 0; n < 60; n++) {
    const name = `${n}`.repeat(1_500);
    const users = Array.from({ length: 200 }, (_, user) =>
      rows.makeUser(`u-${user}`, { passwordHash: name }),
    );
    committer.commit({ writes: users.map((user) => ({ type: 'user', user })) });
    longest = Math.max(longest, readLog(path).pages);
  }
  expect(longest).toBeGreaterThan(STORE_LIMITS.logPages / 2);
  expect(longest).toBeLessThan(2 * STORE_LIMITS.logPages);
});

test('a log that was left by a kill is emptied at the start', () => {
  const { committer, path } = openCommitter();
  committer.commit({ writes: [rows.audit('login')] });
  expect(readLog(path).pages).toBeGreaterThan(0);
  const again = openDatabase(path);
  onTestFinished(() => again.close());
  createCommitter(again).tidy();
  expect(readLog(path)).toEqual({ pages: 0, carried: 0 });
});

test('words that were destroyed while somebody read are gone from the log after the next commit', () => {
  const { committer, path } = openCommitter();
  committer.commit({
    writes: [
      rows.ticket('t-1', { stage: 'archived', closedAtMs: 2_000 }),
      typed('t-1', 'noted', { note: WORDS }),
    ],
  });
  const reader = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => reader.close());
  reader.exec('begin');
  reader.prepare('select * from audit').all();
  committer.commit({ writes: [destruction('t-1')] });
  while (committer.tidy());
  expect(hasWords(path)).toBe(true);
  reader.exec('commit');
  committer.commit({ writes: [rows.audit('login')] });
  committer.tidy();
  expect(hasWords(path)).toBe(false);
});

function openCommitter(): { readonly committer: Committer; readonly path: string } {
  const path = join(temporaryDirectory(), 'riser.db');
  const database = openDatabase(path);
  onTestFinished(() => database.close());
  const committer = createCommitter(database);
  // As the writer does at its start.
  committer.tidy();
  return { committer, path };
}

/** Pages that stand in the log, and how many of them stand in the file as well. */
function readLog(path: string): { readonly pages: number; readonly carried: number } {
  const database = new DatabaseSync(path);
  try {
    const row = database.prepare('pragma wal_checkpoint(noop)').get();
    return { pages: Number(row?.['log']), carried: Number(row?.['checkpointed']) };
  } finally {
    database.close();
  }
}

function hasWords(path: string): boolean {
  return ['', '-wal'].some((suffix) => readFileSync(path + suffix).includes(WORDS));
}
