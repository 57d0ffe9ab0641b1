/** Rows of writes and lock-outs: replaced, found, pruned, never while something is still to come. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { STORE_LIMITS } from '../../src/store/limits.ts';
import { createCommitter } from '../../src/store/sqlite/commit.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import type { PointWriteRow } from '../../src/store/store.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

const ALL = { state: 'all', limit: 100 } as const;
const OPEN = { state: 'open', limit: 0 } as const;
const idsOf = (writes: readonly PointWriteRow[]) => writes.map(({ id }) => id);

test('a write is one row however often it changes, and keeps its place in the order', async () => {
  const { store } = await openTestStore();
  await store.commit({ writes: [rows.pointWrite('w-1'), rows.pointWrite('w-2')] });
  const ended = { state: 'confirmed', readBack: 0.4, changedAtMs: 9_000 } as const;
  await store.commit({ writes: [rows.pointWrite('w-1', ended)] });
  const writes = await store.queries.pointWrites(ALL);
  expect(idsOf(writes)).toEqual(['w-2', 'w-1']);
  expect(writes[1]).toEqual(rows.makePointWrite('w-1', ended));
});

test('writes are found by equipment and by the name of the point, newest first, up to the limit', async () => {
  const { store } = await openTestStore();
  const points = ['pump-1/set-point', 'pump-1/mode', 'pump-2/mode', 'pump-1/mode'];
  await store.commit({ writes: points.map((point, at) => rows.pointWrite(`w-${at}`, { point })) });
  const find = (filter: object) => store.queries.pointWrites({ ...ALL, ...filter }).then(idsOf);
  expect(await find({ equipment: 'pump-1' })).toEqual(['w-3', 'w-1', 'w-0']);
  expect(await find({ point: 'mode' })).toEqual(['w-3', 'w-2', 'w-1']);
  expect(await find({ equipment: 'pump-1', point: 'mode' })).toEqual(['w-3', 'w-1']);
  expect(await find({ equipment: 'pump-1', limit: 1 })).toEqual(['w-3']);
  expect(await find({ equipment: 'pump-9' })).toEqual([]);
});

test('open are those that are sent or have a revert to come', async () => {
  const { store } = await openTestStore();
  const open: Partial<PointWriteRow>[] = [
    { state: 'sent' },
    { state: 'reverting' },
    { state: 'confirmed', revertAtMs: 5 },
    { state: 'revert-failed', revertAtMs: 5 },
  ];
  const over: Partial<PointWriteRow>[] = [
    { state: 'confirmed' },
    { state: 'failed' },
    { state: 'reverted' },
    { state: 'revert-failed' },
  ];
  const writes = [...open, ...over].map((changes, at) => rows.pointWrite(`w-${at}`, changes));
  await store.commit({ writes });
  expect(idsOf(await store.queries.pointWrites(OPEN)).sort()).toEqual(['w-0', 'w-1', 'w-2', 'w-3']);
});

test('the oldest writes go when there are too many, but none that is not over', async () => {
  const file = join(temporaryDirectory(), 'riser.db');
  const database = openDatabase(file);
  onTestFinished(() => database.close());
  const committer = createCommitter(database);
  const old = [
    rows.pointWrite('over', { state: 'confirmed' }),
    rows.pointWrite('due', { state: 'confirmed', revertAtMs: 5 }),
  ];
  committer.commit({ writes: old });
  // The next one is far ahead, as if as many had been written in between.
  const ahead = 2 + STORE_LIMITS.pointWrites;
  database.exec(
    `insert into point_write (seq, id, equipment, name, is_open, doc) values (${ahead}, 'x', 'a', 'b', 0, '{}')`,
  );
  committer.commit({ writes: [rows.pointWrite('next')] });
  const left = database.prepare('select id from point_write order by seq').all();
  expect(left.map((row) => row['id'])).toEqual(['due', 'x', 'next']);
});

test('a tag hangs until it is taken off, over a restart', async () => {
  const { store, directory } = await openTestStore();
  await store.commit({ writes: [rows.lockOut('pump-1'), rows.lockOut('pump-2')] });
  await store.commit({ writes: [rows.lockOut('pump-2', null)] });
  await store.close();
  const { store: again } = await openTestStore(directory);
  expect(await again.queries.lockOuts()).toEqual(new Map([['pump-1', rows.LOCK_OUT]]));
});
