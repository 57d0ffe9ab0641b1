/** Opening what is old, new, damaged or not ours. */
import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { openTestStore, silent, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

const FIXTURE = readFileSync(new URL('./support/riser-v1.sql', import.meta.url), 'utf8');
const FIXTURE_2 = readFileSync(new URL('./support/riser-v2.sql', import.meta.url), 'utf8');

/** A step that no release has: shows what the next one can rely on. */
const NEXT = {
  version: 4,
  name: 'a column more',
  up: async (database: Parameters<(typeof MIGRATIONS)[number]['up']>[0]) => {
    await sql.raw("alter table ticket add column floor text not null default 'B1'").execute(database);
  },
};

function makeFixture(sqlText = FIXTURE): { readonly directory: string; readonly file: string } {
  const directory = temporaryDirectory();
  const file = join(directory, 'riser.db');
  tamper(file, sqlText);
  return { directory, file };
}

test('a database of version 1 is opened with everything in it', async () => {
  const { store } = await openTestStore(makeFixture().directory);
  expect(await store.queries.ticket('t-1')).toEqual(rows.makeTicket('t-1'));
  expect(await store.queries.user('wang')).toEqual(rows.makeUser('wang'));
  expect(await store.verify()).toEqual([]);
  await store.commit({ writes: [rows.audit('login'), rows.ticket('t-1', { version: 2 }, 1)] });
  expect(await store.verify()).toEqual([]);
});

test('occurrences of an earlier version have no cause and wait for nothing', async () => {
  const { store } = await openTestStore(makeFixture().directory);
  expect(await store.queries.alarm('o-1')).toEqual(rows.makeOccurrence('o-1'));
  expect((await store.boot(0)).occurrences).toEqual([rows.makeOccurrence('o-1')]);
  expect(await store.queries.explained()).toEqual([]);
});

test('a database of version 1 gets room for writes and lock-outs', async () => {
  const { store } = await openTestStore(makeFixture().directory);
  expect(await store.queries.pointWrites({ state: 'all', limit: 10 })).toEqual([]);
  await store.commit({ writes: [rows.pointWrite('w-1'), rows.lockOut('pump-1')] });
  expect(await store.queries.pointWrites({ state: 'open', limit: 10 })).toEqual([rows.makePointWrite('w-1')]);
  expect((await store.queries.lockOuts()).get('pump-1')).toEqual(rows.LOCK_OUT);
});

/** Rows of the alarm history with every column, as they lie in the file. */
function readHistory(file: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database.prepare('select * from alarm_event order by id').all();
  } finally {
    database.close();
  }
}

describe.each([
  ['1', FIXTURE],
  ['2', FIXTURE_2],
])('the alarm history of version %s', (_version, text) => {
  test('keeps ids and chain, and stays append-only', async () => {
    const { directory, file } = makeFixture(text);
    const before = readHistory(file);
    expect(inspectStore(directory, []).chains.flatMap(({ findings }) => findings)).toEqual([]);
    const { store } = await openTestStore(directory);
    expect(readHistory(file)).toEqual(before);
    expect(await store.verify()).toEqual([]);
    expect(() => tamper(file, 'update alarm_event set actor = actor')).toThrow(/append-only/);
    expect(() => tamper(file, 'delete from alarm_event')).toThrow(/append-only/);
  });

  test('takes decisions about alarms that have no occurrence, and refuses occurrences that do not exist', async () => {
    const { directory, file } = makeFixture(text);
    const { store } = await openTestStore(directory);
    const before = readHistory(file);
    await store.commit({ writes: [rows.decision(), rows.alarmEvent('o-1', 'after')] });
    await expect(store.commit({ writes: [rows.alarmEvent('o-none')] })).rejects.toMatchObject({
      code: 'store-failed',
    });
    const after = readHistory(file);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([
      { id: before.length + 1, occurrence: null, type: 'shelved' },
      { id: before.length + 2, occurrence: 'o-1' },
    ]);
    expect(await store.verify()).toEqual([]);
  });

  test('is found by alarm and by occurrence over an index', async () => {
    const { directory, file } = makeFixture(text);
    await openTestStore(directory);
    const database = new DatabaseSync(file, { readOnly: true });
    const plans = ['occurrence', 'alarm_key'].map((column) =>
      database
        .prepare(`explain query plan select * from alarm_event where ${column} = 'x' order by id`)
        .all(),
    );
    database.close();
    expect(plans.flat().map((row) => row['detail'])).toEqual([
      expect.stringContaining('alarm_event_occurrence'),
      expect.stringContaining('alarm_event_key'),
    ]);
  });
});

test('only the missing steps run, once, and keep the rows', async () => {
  const { file } = makeFixture();
  for (const _ of [1, 2]) {
    const database = await openDatabase(file, [...MIGRATIONS, NEXT]);
    expect(database.prepare('select id, floor from ticket').all()).toEqual([{ id: 't-1', floor: 'B1' }]);
    database.close();
  }
});

test('a step that fails leaves the database at its old version', async () => {
  const { directory, file } = makeFixture();
  const failing = {
    ...NEXT,
    up: async (database: Parameters<typeof NEXT.up>[0]) => {
      await NEXT.up(database);
      throw new Error('half way');
    },
  };
  await expect(openDatabase(file, [...MIGRATIONS, failing])).rejects.toMatchObject({ code: 'store-failed' });
  const { store } = await openTestStore(directory);
  expect(await store.queries.ticket('t-1')).not.toBeNull();
});

test('a database of a newer version is refused and stays as it is', async () => {
  const { directory, file } = makeFixture();
  (await openDatabase(file, [...MIGRATIONS, NEXT])).close();
  const refused = { code: 'data-too-new', params: { found: 4, known: 3 } };
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject(refused);
  const database = new DatabaseSync(file);
  expect(database.prepare("select value from meta where name = 'schema_version'").get()).toEqual({
    value: '4',
  });
  database.close();
});

test('a file that is no database is refused as damaged', async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'riser.db'), 'this is not a database, whatever its name says. '.repeat(100));
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject({ code: 'data-damaged' });
});

test('a database with an overwritten page is refused as damaged', async () => {
  const { store, directory, file } = await openTestStore();
  await store.commit({ writes: Array.from({ length: 500 }, (_, n) => rows.audit(`a-${n}`)) });
  await store.close();
  const bytes = readFileSync(file);
  bytes.fill(0xa5, bytes.length - 8_192);
  writeFileSync(file, bytes);
  const reason = { code: 'data-damaged', params: { path: file } };
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject(reason);
});

test('a truncated database is refused as damaged', async () => {
  const { store, directory, file } = await openTestStore();
  await store.commit({ writes: [rows.audit('login')] });
  await store.close();
  truncateSync(file, statSync(file).size - 4_096 * 3);
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject({ code: 'data-damaged' });
});

test('a directory that does not exist, or a directory in place of the file, is refused as not writable', async () => {
  const directory = temporaryDirectory();
  const nowhere = join(directory, 'nowhere');
  await expect(openStore({ directory: nowhere, log: silent })).rejects.toMatchObject({
    code: 'data-not-writable',
  });
  mkdirSync(join(directory, 'riser.db'));
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject({ code: 'data-not-writable' });
});

test('the files can be read by their owner only, whatever the directory allows', async () => {
  const directory = temporaryDirectory();
  chmodSync(directory, 0o755);
  const { store, file } = await openTestStore(directory);
  await store.commit({ writes: [rows.audit('login')] });
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(file + suffix).mode & 0o077).toBe(0);
});
