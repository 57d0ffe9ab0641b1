/** Opening what is old, new, damaged or not ours. */
import { chmodSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import type { Ticket } from '../../src/core/ticket.ts';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { openDatabase } from '../../src/store/sqlite/open.ts';
import { openStore } from '../../src/store/sqlite/store.ts';
import { toTicket } from '../../src/tickets/upgrade.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { openTestStore, silent, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

const FIXTURE = readFileSync(new URL('./support/riser-v1.sql', import.meta.url), 'utf8');
const FIXTURE_2 = readFileSync(new URL('./support/riser-v2.sql', import.meta.url), 'utf8');
const FIXTURE_3 = readFileSync(new URL('./support/riser-v3.sql', import.meta.url), 'utf8');
const KNOWN = MIGRATIONS.at(-1)?.version ?? 0;

/** A step that no release has: shows what the next one can rely on. */
const NEXT = {
  version: KNOWN + 1,
  name: 'a column more',
  up: (database: DatabaseSync) => {
    database.exec("alter table ticket add column floor text not null default 'B1'");
  },
};

function makeFixture(sqlText = FIXTURE): { readonly directory: string; readonly file: string } {
  const directory = temporaryDirectory();
  const file = join(directory, 'riser.db');
  tamper(file, sqlText);
  return { directory, file };
}

test('a database of version 1 is opened with everything in it', async () => {
  const { directory, file } = makeFixture();
  const [ticket] = readTickets(file);
  const { store } = await openTestStore(directory);
  expect(await store.queries.ticket('t-1')).toEqual(ticket);
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

/** Documents of tickets as an earlier version has stored them, in the shape that they must take. */
function readTickets(file: string): readonly Ticket[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const found = database.prepare('select doc from ticket order by id').all();
    return found.map(({ doc }) => toTicket(JSON.parse(String(doc))));
  } finally {
    database.close();
  }
}

describe('tickets of version 3', () => {
  const ALL = { state: 'all', limit: 10, offset: 0 } as const;
  const idsOf = (page: { readonly items: readonly { readonly id: string }[] }) =>
    page.items.map(({ id }) => id);

  test('take the new shape, whatever stage they are in', async () => {
    const { directory, file } = makeFixture(FIXTURE_3);
    const before = readTickets(file);
    expect(before).toHaveLength(3);
    const { store } = await openTestStore(directory);
    for (const ticket of before) expect(await store.queries.ticket(ticket.id)).toEqual(ticket);
    expect(await store.verify()).toEqual([]);
  });

  test('are in the lists, by what they are and by their words', async () => {
    const { store } = await openTestStore(makeFixture(FIXTURE_3).directory);
    const { queries } = store;
    expect(idsOf(await queries.tickets(ALL))).toEqual(['t-1', 't-2', 't-3']);
    expect(idsOf(await queries.tickets({ ...ALL, state: 'open' }))).toEqual(['t-1']);
    expect(idsOf(await queries.tickets({ ...ALL, class: 'fire' }))).toEqual(['t-2']);
    expect(idsOf(await queries.tickets({ ...ALL, text: '水泵房' }))).toEqual(['t-1']);
    expect(idsOf(await queries.tickets({ ...ALL, text: '更换' }))).toEqual(['t-2']);
    expect(idsOf(await queries.ticketsOfEquipment('panel-1', 5).then((items) => ({ items })))).toEqual([
      't-2',
    ]);
    expect((await store.boot(0)).tickets).toHaveLength(3);
  });

  test('are changed like new ones, and their histories go on', async () => {
    const { directory } = makeFixture(FIXTURE_3);
    const { store } = await openTestStore(directory);
    const ticket = await store.queries.ticket('t-1');
    if (ticket === null) throw new Error('the ticket is gone');
    const done = { ...ticket, version: 2, stage: 'done', result: '清堵' } as const;
    await store.commit({
      writes: [{ type: 'ticket', ticket: done, expectedVersion: 1 }, rows.ticketEvent('t-1')],
    });
    expect(idsOf(await store.queries.tickets({ ...ALL, text: '清堵' }))).toEqual(['t-1']);
    expect(await store.queries.ticketHistory('t-1')).toHaveLength(3);
    expect(await store.verify()).toEqual([]);
    const log = await store.queries.ticketLog(1, 10);
    expect(log[0]).toMatchObject({ number: 'GC20261120-0001', site: 'site', equipment: 'pump-1' });
  });

  test('that cannot be read as tickets stop the opening, and the database stays as it is', async () => {
    const { directory, file } = makeFixture(FIXTURE_3);
    tamper(file, "update ticket set doc = '{' where id = 't-2'");
    await expect(openStore({ directory, log: silent })).rejects.toMatchObject({ code: 'store-failed' });
    const database = new DatabaseSync(file, { readOnly: true });
    const version = database.prepare("select value from meta where name = 'schema_version'").get();
    database.close();
    expect(version).toEqual({ value: '3' });
  });
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
  ['3', FIXTURE_3],
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
    const database = openDatabase(file, [...MIGRATIONS, NEXT]);
    expect(database.prepare('select id, floor from ticket').all()).toEqual([{ id: 't-1', floor: 'B1' }]);
    database.close();
  }
});

test('a step that fails leaves the database at its old version', async () => {
  const { directory, file } = makeFixture();
  const failing = {
    ...NEXT,
    up: (database: DatabaseSync) => {
      NEXT.up(database);
      throw new Error('half way');
    },
  };
  expect(() => openDatabase(file, [...MIGRATIONS, failing])).toThrow(
    expect.objectContaining({ code: 'store-failed' }),
  );
  const { store } = await openTestStore(directory);
  expect(await store.queries.ticket('t-1')).not.toBeNull();
});

test('a database of a newer version is refused and stays as it is', async () => {
  const { directory, file } = makeFixture();
  openDatabase(file, [...MIGRATIONS, NEXT]).close();
  const refused = { code: 'data-too-new', params: { found: KNOWN + 1, known: KNOWN } };
  await expect(openStore({ directory, log: silent })).rejects.toMatchObject(refused);
  const database = new DatabaseSync(file);
  expect(database.prepare("select value from meta where name = 'schema_version'").get()).toEqual({
    value: String(KNOWN + 1),
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
