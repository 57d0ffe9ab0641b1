/** What people type on tickets, as writes of the store; and a database in which an earlier version has written it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { toId } from '../../../src/core/ids.ts';
import { createChainWriter, toCanonicalJson } from '../../../src/store/sqlite/chain.ts';
import { MIGRATIONS } from '../../../src/store/sqlite/migrations.ts';
import type { DestroyedRecord, Store, TicketEventRow, Write } from '../../../src/store/store.ts';
import { until } from '../../support/poll.ts';
import { makeTicket } from './rows.ts';

type Detail = TicketEventRow['detail'];

/** By a person. */
export function typed(id: string, type: TicketEventRow['type'], detail: Detail): Write {
  return { type: 'ticket-event', event: makeTyped(id, type, detail) };
}

function makeTyped(id: string, type: TicketEventRow['type'], detail: Detail): TicketEventRow {
  return { ticket: toId(id), version: 1, type, stage: 'recorded', atMs: 1_000, by: 'wang', detail };
}

export function redaction(id: string, event: number, field: string, replacement = ''): Write {
  const detail = { event, field, reason: '含住户信息', replacement };
  return { type: 'redaction', event: { ...makeTyped(id, 'redacted', detail), type: 'redacted', detail } };
}

export function destruction(id: string, what: Partial<DestroyedRecord> = {}): Write {
  const entry = {
    atMs: 9_000,
    actor: 'xu',
    action: 'records-destroy',
    object: '1',
    detail: { reason: '保存期满', tickets: [id] },
  };
  return {
    type: 'destruction',
    records: [{ ticket: toId(id), words: true, files: false, ...what }],
    entry,
  };
}

/** Written by version 4 of the schema: the events hold what was typed themselves. */
export function makeOldStore(
  directory: string,
  id: string,
  events: readonly (readonly [TicketEventRow['type'], Detail])[],
): void {
  const database = new DatabaseSync(join(directory, 'riser.db'));
  database.exec('create table meta (name text primary key, value text not null) strict, without rowid');
  for (const migration of MIGRATIONS.slice(0, 4)) migration.up(database);
  database.exec("insert into meta (name, value) values ('schema_version', '4')");
  const ticket = makeTicket(id, { stage: 'archived', closedAtMs: 2_000 });
  const chain = createChainWriter(database);
  database.exec('begin');
  database
    .prepare('insert into ticket (id, number, version, is_open, doc) values (?, ?, ?, 0, ?)')
    .run(id, ticket.number, ticket.version, JSON.stringify(ticket));
  database
    .prepare(
      `insert into ticket_list (ticket, site, class, priority, stage, is_open, received_at_ms, closed_at_ms,
        policy_version, is_counted, is_reworked, is_false_alarm, text_digest)
       values (?, 'site', 'engineering', 'urgent', 'archived', 0, 1000, 2000, 'p1', 1, 0, 0, '')`,
    )
    .run(id);
  chain.begin();
  for (const [type, detail] of events) {
    const { version, stage, atMs, by } = makeTyped(id, type, detail);
    const values = { ticket: id, version, type, stage, at_ms: atMs, actor: by };
    chain.append('ticket_event', { ...values, detail: toCanonicalJson(detail) });
  }
  chain.end();
  database.exec('commit');
  database.close();
}

/** Every byte of the database and its log, once the index has forgotten what was taken. */
export async function readBytes(directory: string): Promise<Buffer> {
  const file = join(directory, 'riser.db');
  const isTidy = () => {
    const database = new DatabaseSync(file, { readOnly: true });
    try {
      return database.prepare("select 1 from meta where name = 'words-index'").get() === undefined;
    } finally {
      database.close();
    }
  };
  await until(isTidy, { timeoutMs: 20_000, what: 'the index to be merged' });
  return readRaw(directory);
}

function readRaw(directory: string): Buffer {
  return Buffer.concat(['riser.db', 'riser.db-wal'].map((name) => readFileSync(join(directory, name))));
}

/**
 * Those of the words that stand anywhere in the files after a commit; polled, since it empties the log when nobody reads
 * just then, and whoever did (this search, too) has kept the words in it until the next one.
 */
export async function wordsLeftAfterCommit(
  store: Pick<Store, 'commit'>,
  directory: string,
  words: Iterable<string>,
): Promise<readonly string[]> {
  await store.commit({ writes: [{ type: 'counter', name: 'test-words', value: 1 }] });
  const bytes = await readBytes(directory);
  return [...words].filter((each) => bytes.includes(each));
}
