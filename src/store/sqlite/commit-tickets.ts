/**
 * Tickets with all that stands beside them: their row in the lists, their words, their clocks, due times, attachments.
 * Rows of the transaction that commit.ts runs.
 */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { isTicketOpen, type Ticket } from '../../core/ticket.ts';
import type { TicketClock } from '../../core/ticket-clock.ts';
import type { TicketDueRow, Write } from '../store.ts';
import { type Columns, insert, toValues, upsert } from './columns.ts';
import type { Appliers } from './commit.ts';
import { createRepairKeeper } from './past-repairs.ts';
import { toDocument } from './ticket-documents.ts';
import { type TicketWords, toTicketWords, toWordsDigest } from './ticket-text.ts';
import { VersionMismatch } from './version-mismatch.ts';

export type TicketType = 'ticket' | 'ticket-alarm' | 'ticket-dues' | 'attachment';

type LinkWrite = Extract<Write, { type: 'ticket-alarm' }>;
type AttachmentWrite = Extract<Write, { type: 'attachment' }>;

const TICKET: Columns<Ticket> = {
  id: (row) => row.id,
  number: (row) => row.number,
  version: (row) => row.version,
  is_open: (row) => toFlag(isTicketOpen(row)),
  doc: toDocument,
};

const LISTED: Columns<Ticket> = {
  ticket: (row) => row.id,
  site: (row) => row.site,
  class: (row) => row.class,
  priority: (row) => row.priority,
  stage: (row) => row.stage,
  is_open: (row) => toFlag(isTicketOpen(row)),
  received_at_ms: (row) => row.receivedAtMs,
  closed_at_ms: (row) => (isTicketOpen(row) ? null : (row.closedAtMs ?? row.stageSinceMs)),
  equipment: (row) => row.equipment,
  location: (row) => row.location,
  fault_kind: (row) => row.faultKind,
  assignee: (row) => row.assignee,
  taken_by: (row) => row.takenBy,
  contractor: (row) => row.contractor?.user ?? null,
  contractor_firm: (row) => row.contractor?.contact ?? null,
  reporter: (row) => row.reporter,
  policy_version: (row) => row.policyVersion,
  is_counted: (row) => toFlag(isCounted(row)),
  is_reworked: (row) => toFlag(row.reworkCount > 0),
  is_kept: (row) => toFlag(row.incident !== null || row.hold != null),
  is_wordless: (row) => toFlag(row.wordsGoneAtMs !== undefined),
  is_false_alarm: (row) => toFlag(row.cancellation?.reason === 'false-alarm'),
};

const LINK: Columns<LinkWrite> = {
  ticket: (row) => row.ticket,
  alarm_key: (row) => row.key,
  occurrence: (row) => row.occurrence,
  is_open: (row) => toFlag(row.isOpen),
};

const DUE: Columns<TicketDueRow & { readonly ticket: string }> = {
  ticket: (row) => row.ticket,
  clock: (row) => row.clock,
  round: (row) => row.round,
  what: (row) => row.what,
  due_at_ms: (row) => row.dueAtMs,
};

const ATTACHMENT: Columns<AttachmentWrite> = {
  id: ({ attachment }) => attachment.id,
  ticket: ({ ticket }) => ticket,
  sha256: ({ attachment }) => attachment.sha256,
  bytes: ({ attachment }) => attachment.bytes,
  doc: ({ attachment }) => JSON.stringify(attachment),
};

/** @param database as of createCommitter (commit.ts). */
export function createTicketAppliers(database: DatabaseSync): Pick<Appliers, TicketType> {
  const put = createTicketApplier(database);
  const list = createLister(database);
  return {
    ticket(write) {
      put(write);
      list(write.ticket);
    },
    'ticket-alarm': upsert(database, 'ticket_alarm', ['ticket', 'occurrence'], LINK),
    'ticket-dues': createDuesApplier(database),
    // A ticket that is merged into another one hands its files over.
    attachment: upsert(database, 'attachment', ['id'], ATTACHMENT),
  };
}

/** Drills and duplicates are in no figure (alarms.md E). */
export function isCounted({ isDrill, stage, cancellation }: Ticket): boolean {
  return !isDrill && stage !== 'merged' && cancellation?.reason !== 'duplicate';
}

function createTicketApplier(database: DatabaseSync): Appliers['ticket'] {
  const add = insert(database, 'ticket', TICKET);
  const assignments = Object.keys(TICKET).map((column) => `${column} = :${column}`);
  const change = database.prepare(
    `update ticket set ${assignments.join(', ')} where id = :id and version = :expected_version`,
  );
  return ({ ticket, expectedVersion }) => {
    if (expectedVersion === null) return add(ticket);
    const { changes } = change.run({ ...toValues(TICKET, ticket), expected_version: expectedVersion });
    if (changes !== 1)
      throw new VersionMismatch(`ticket ${ticket.number} is not at version ${expectedVersion}`);
  };
}

/** Keeps the row in the lists, the words, the clocks and the repair of a ticket. Also for those of an older version (ticket-upgrade.ts). */
export function createLister(database: DatabaseSync): (ticket: Ticket) => void {
  const find = database.prepare('select seq, received_at_ms, text_digest from ticket_list where ticket = ?');
  const names = [...Object.keys(LISTED), 'text_digest'];
  const add = database.prepare(
    `insert into ticket_list (${names.join(', ')}) values (${names.map((name) => `:${name}`).join(', ')})`,
  );
  const change = database.prepare(
    `update ticket_list set ${names.map((name) => `${name} = :${name}`).join(', ')} where seq = :seq`,
  );
  const index = createIndexer(database);
  const keepClocks = createClockKeeper(database);
  const keepRepair = createRepairKeeper(database);
  return (ticket) => {
    const words = toTicketWords(ticket);
    const text_digest = toWordsDigest(words);
    const values = { ...toValues(LISTED, ticket), text_digest };
    const known = find.get(ticket.id);
    const seq = Number(known === undefined ? add.run(values).lastInsertRowid : known['seq']);
    if (known !== undefined) change.run({ ...values, seq });
    if (known?.['text_digest'] !== text_digest) index(seq, words);
    keepClocks(seq, Number(known?.['received_at_ms'] ?? ticket.receivedAtMs), ticket);
    keepRepair(seq, ticket);
  };
}

function createIndexer(database: DatabaseSync): (seq: number, words: TicketWords) => void {
  const statement = database.prepare(
    `insert or replace into ticket_text (rowid, number, content, place, diagnosis, result)
     values (?, ?, ?, ?, ?, ?)`,
  );
  return (seq, words) =>
    void statement.run(seq, words.number, words.content, words.place, words.diagnosis, words.result);
}

/** Rows are touched only where they differ: clocks are computed at every event, and seldom end. */
export function createClockKeeper(
  database: DatabaseSync,
): (seq: number, listedAtMs: number, ticket: Ticket) => void {
  const own = 'clock in (select clock from clock_name) and received_at_ms = ? and seq = ?';
  const find = database.prepare(
    `select clock, received_at_ms, round, spent_ms, is_breached, is_running from ticket_clock where ${own}`,
  );
  const name = database.prepare('insert or ignore into clock_name (clock) values (?)');
  const clear = database.prepare(`delete from ticket_clock where ${own}`);
  const add = database.prepare(
    `insert into ticket_clock (seq, clock, received_at_ms, round, spent_ms, is_breached, is_running)
     values (?, ?, ?, ?, ?, ?, ?)`,
  );
  return (seq, listedAtMs, ticket) => {
    const rows = toClockRows(ticket);
    const known = find.all(listedAtMs, seq).map((row) => Object.values(row));
    if (toText(rows) === toText(known)) return;
    clear.run(listedAtMs, seq);
    for (const row of rows) {
      name.run(row[0]);
      add.run(seq, ...row);
    }
  };
}

type ClockRow = readonly [
  clock: string,
  receivedAtMs: number,
  round: number,
  spentMs: number,
  isBreached: number,
  isRunning: number,
];

/**
 * Those that are decided: kept, or breached. One that still runs within its limit says nothing yet, and one that only the end of its
 * ticket has stopped never will: nobody came, nothing was repaired.
 */
function toClockRows(ticket: Ticket): readonly ClockRow[] {
  if (!isCounted(ticket)) return [];
  return ticket.clocks
    .filter((clock) => isDecided(clock) && !isCutOff(clock, ticket))
    .map((clock) => [
      clock.id,
      ticket.receivedAtMs,
      clock.round,
      clock.spentMs,
      toFlag(clock.breachedAtMs !== null),
      toFlag(clock.stoppedAtMs === null),
    ]);
}

function isDecided({ stoppedAtMs, breachedAtMs }: TicketClock): boolean {
  return stoppedAtMs !== null || breachedAtMs !== null;
}

/** What it waited for had not happened when the ticket was cancelled. Late by then, it is late all the same. */
function isCutOff({ stoppedAtMs, breachedAtMs }: TicketClock, { cancellation }: Ticket): boolean {
  if (cancellation === null || breachedAtMs !== null || stoppedAtMs === null) return false;
  return stoppedAtMs >= cancellation.atMs;
}

function toText(rows: readonly (readonly SQLOutputValue[])[]): string {
  return JSON.stringify(rows.map((row) => row.join(' ')).toSorted());
}

function createDuesApplier(database: DatabaseSync): Appliers['ticket-dues'] {
  const clear = database.prepare('delete from ticket_due where ticket = ?');
  const add = insert(database, 'ticket_due', DUE);
  return ({ ticket, dues }) => {
    clear.run(ticket);
    for (const due of dues) add({ ...due, ticket });
  };
}

function toFlag(value: boolean): number {
  return value ? 1 : 0;
}
