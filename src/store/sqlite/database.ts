/** Types of the tables as Kysely reads them (migrations.ts makes them), and the small adapter over node:sqlite. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import {
  Kysely,
  type SelectQueryBuilder,
  type SqliteDatabase,
  SqliteDialect,
  type SqliteStatement,
} from 'kysely';
import { STORE_LIMITS } from '../limits.ts';

export interface Database {
  meta: { name: string; value: string };
  occurrence: {
    id: string;
    alarm_key: string;
    equipment: string;
    severity: string;
    ticket: string | null;
    raised_at_ms: number;
    ended_at_ms: number | null;
    storm: string | null;
    doc: string;
  };
  alarm_event: ChainedRow & { occurrence: string | null; alarm_key: string; type: string; note: string };
  ticket: {
    id: string;
    number: string;
    version: number;
    is_open: number;
    doc: string;
  };
  ticket_list: {
    seq: number;
    ticket: string;
    site: string;
    class: string;
    priority: string;
    stage: string;
    is_open: number;
    received_at_ms: number;
    closed_at_ms: number | null;
    equipment: string | null;
    location: string | null;
    fault_kind: string | null;
    assignee: string | null;
    taken_by: string | null;
    contractor: string | null;
    contractor_firm: string | null;
    reporter: string | null;
    policy_version: string;
    is_counted: number;
    is_reworked: number;
    is_false_alarm: number;
    text_digest: string;
    is_kept: number;
    is_wordless: number;
  };
  /** Of the table itself, what it is asked with; its columns give nothing back. */
  ticket_text: { rowid: number; ticket_text: string };
  clock_name: { clock: string };
  ticket_clock: {
    clock: string;
    received_at_ms: number;
    seq: number;
    round: number;
    spent_ms: number;
    is_breached: number;
    is_running: number;
  };
  past_repair: { equipment: string; closed_at_ms: number; seq: number; doc: string };
  ticket_due: { ticket: string; clock: string; round: number; what: string; due_at_ms: number };
  words: {
    event: number;
    field: string;
    digest: string;
    salt: string | null;
    text: string | null;
    act: string | null;
  };
  record_words: {
    chain: string;
    event: number;
    field: string;
    record: string;
    digest: string;
    salt: string | null;
    text: string | null;
    act: number | null;
  };
  record_hold: { record: string; doc: string };
  reworded: { event: number; digest: string; act: string };
  attachment: {
    id: string;
    ticket: string;
    sha256: string;
    bytes: number;
    doc: string;
    destroyed_at_ms: number | null;
  };
  policy_version: { seq: number; version: string; state: string; doc: string; policy: string };
  message: {
    seq: number;
    id: string;
    key: string;
    recipient: string;
    channel: string;
    ticket: string | null;
    incident: string | null;
    state: string;
    is_over: number;
    created_at_ms: number;
    doc: string;
  };
  incident: {
    seq: number;
    id: string;
    number: string;
    version: number;
    began_at_ms: number;
    ended_at_ms: number | null;
    is_over: number;
    doc: string;
  };
  personal: {
    id: string;
    digest: string;
    stored_at_ms: number;
    destroyed_at_ms: number | null;
    doc: string | null;
  };
  staff: { username: string; doc: string };
  roster: { id: number; version: number; doc: string };
  handover: { seq: number; id: string; at_ms: number; doc: string };
  drill_record: {
    seq: number;
    id: string;
    revision: number;
    kind: string;
    ended_at_ms: number;
    is_evaluated: number;
    doc: string;
  };
  commissioning_event: {
    seq: number;
    equipment: string;
    point: string | null;
    type: string;
    at_ms: number;
    photo: string | null;
    doc: string;
  };
  slip: { number: string; is_unused: number; doc: string };
  feedback: {
    seq: number;
    id: string;
    number: string;
    version: number;
    is_over: number;
    is_breached: number;
    stage: string;
    source: string;
    subject: string;
    handler: string;
    received_at_ms: number;
    doc: string;
  };
  feedback_event: ChainedRow & { feedback: string; version: number; type: string };
  feedback_ticket: { feedback: string; ticket: string };
  feedback_due: { feedback: string; clock: string; what: string; due_at_ms: number };
  ticket_event: ChainedRow & { ticket: string; version: number; type: string; stage: string };
  ticket_alarm: { ticket: string; alarm_key: string; occurrence: string; is_open: number };
  counter: { name: string; value: number };
  delay: { alarm_key: string; doc: string };
  user: { username: string; is_disabled: number; is_demo: number; doc: string };
  session: { token_hash: string; username: string; created_at_ms: number; expires_at_ms: number };
  config_version: { id: number; hash: string; loaded_at_ms: number; files: string };
  point_write: {
    seq: number;
    id: string;
    equipment: string;
    name: string;
    is_open: number;
    doc: string;
  };
  lock_out: { equipment: string; doc: string };
  alarm_control: { alarm_key: string; doc: string };
  storm: { id: string; began_at_ms: number; ended_at_ms: number | null; doc: string };
  rule_memory: { alarm_key: string; doc: string };
  rule_change: { seq: number; id: string; equipment: string; rule: string; state: string; doc: string };
  drill: { equipment: string; doc: string };
  figures: { part: string; doc: string };
  audit: ChainedRow & { action: string; object: string };
}

interface ChainedRow {
  id: number;
  at_ms: number;
  actor: string;
  detail: string;
  content_digest: string;
  prev_hash: string;
  hash: string;
}

/**
 * Kysely over an open connection. Its statements run synchronously on the calling thread. `destroy` closes the
 * connection. Do not use Kysely's transactions: they wait for ever when the outer handle is used inside.
 */
export function toKysely<T>(database: DatabaseSync): Kysely<T> {
  return new Kysely<T>({ dialect: new SqliteDialect({ database: toDialectDatabase(database) }) });
}

function toDialectDatabase(database: DatabaseSync): SqliteDatabase {
  /** Key: SQL text; insertion order is age. */
  const statements = new Map<string, SqliteStatement>();
  return {
    close: () => database.close(),
    prepare(sql) {
      const known = statements.get(sql);
      if (known !== undefined) return known;
      const made = toDialectStatement(database, sql);
      const oldest = statements.keys().next();
      if (statements.size >= STORE_LIMITS.readerStatements && !oldest.done) statements.delete(oldest.value);
      statements.set(sql, made);
      return made;
    },
  };
}

function toDialectStatement(database: DatabaseSync, sql: string): SqliteStatement {
  const statement = database.prepare(sql);
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
    run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
    iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
  };
}

/** How many rows a page is part of. */
export async function countAll<T extends keyof Database>(
  rows: SelectQueryBuilder<Database, T, object>,
): Promise<number> {
  const { total } = await rows
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
}
