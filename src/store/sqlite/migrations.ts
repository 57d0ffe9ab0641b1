/**
 * The schema of riser.db as a numbered list of steps. Steps are only ever added at the end; what is released stays
 * as it is. Running them is open.ts's work.
 *
 * `doc` holds the whole object as JSON; the columns beside it are what is searched, ordered or constrained.
 * Times are UTC ms. Foreign keys are checked at the commit, so the order of writes in a batch is free.
 */
import type { DatabaseSync } from 'node:sqlite';
import { COMMISSIONING_TABLES } from './commissioning-table.ts';
import { FEEDBACK_TABLES } from './feedback-tables.ts';
import { RECORD_TABLES } from './record-tables.ts';
import {
  RUNNING_CLOCKS,
  SERVICE_TABLES,
  TICKET_INDEXES,
  TICKET_REMAINDERS,
  TICKET_TABLES,
} from './ticket-tables.ts';
import { WORD_TABLES } from './word-tables.ts';

export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Runs inside the transaction of open.ts. */
  up(database: DatabaseSync): void;
}

const HISTORIES = ['alarm_event', 'ticket_event', 'audit'] as const;

const CHAIN_COLUMNS = `
  content_digest text not null,
  prev_hash text not null,
  hash text not null`;

const TABLES = [
  `create table occurrence (
    id text primary key,
    alarm_key text not null,
    equipment text not null,
    severity text not null,
    ticket text,
    raised_at_ms real not null,
    ended_at_ms real,
    doc text not null) strict`,
  'create index occurrence_raised on occurrence (raised_at_ms)',
  'create index occurrence_equipment on occurrence (equipment, raised_at_ms)',
  'create index occurrence_open on occurrence (raised_at_ms) where ended_at_ms is null',
  `create table alarm_event (
    id integer primary key,
    occurrence text not null references occurrence (id) deferrable initially deferred,
    alarm_key text not null,
    type text not null,
    at_ms real not null,
    actor text not null,
    note text not null,
    detail text not null,
    ${CHAIN_COLUMNS}) strict`,
  'create index alarm_event_occurrence on alarm_event (occurrence, id)',
  `create table ticket (
    id text primary key,
    number text not null unique,
    version integer not null,
    equipment text,
    class text not null,
    stage text not null,
    is_open integer not null,
    recorded_at_ms real not null,
    closed_at_ms real,
    doc text not null) strict`,
  'create index ticket_recorded on ticket (recorded_at_ms)',
  'create index ticket_equipment on ticket (equipment, recorded_at_ms)',
  'create index ticket_open on ticket (recorded_at_ms) where is_open = 1',
  'create index ticket_closed on ticket (closed_at_ms) where is_open = 0',
  `create table ticket_event (
    id integer primary key,
    ticket text not null references ticket (id) deferrable initially deferred,
    version integer not null,
    type text not null,
    stage text not null,
    at_ms real not null,
    actor text not null,
    detail text not null,
    ${CHAIN_COLUMNS}) strict`,
  'create index ticket_event_ticket on ticket_event (ticket, id)',
  // One row per occurrence on a ticket; of each alarm key at most one is open.
  `create table ticket_alarm (
    ticket text not null references ticket (id) deferrable initially deferred,
    alarm_key text not null,
    occurrence text not null references occurrence (id) deferrable initially deferred,
    is_open integer not null,
    primary key (ticket, occurrence)) strict, without rowid`,
  'create unique index ticket_alarm_open on ticket_alarm (alarm_key) where is_open = 1',
  'create table counter (name text primary key, value integer not null) strict, without rowid',
  'create table delay (alarm_key text primary key, doc text not null) strict, without rowid',
  `create table user (
    username text primary key,
    is_disabled integer not null,
    is_demo integer not null,
    doc text not null) strict`,
  `create table session (
    token_hash text primary key,
    username text not null references user (username) deferrable initially deferred,
    created_at_ms real not null,
    expires_at_ms real not null) strict`,
  'create index session_username on session (username)',
  'create index session_expires on session (expires_at_ms)',
  `create table config_version (
    id integer primary key,
    hash text not null,
    loaded_at_ms real not null,
    files text not null) strict`,
  `create table audit (
    id integer primary key,
    at_ms real not null,
    actor text not null,
    action text not null,
    object text not null,
    detail text not null,
    ${CHAIN_COLUMNS}) strict`,
];

const TRIGGERS = HISTORIES.flatMap(toTriggers);

/** `seq` is the order in which they were asked for. */
const WRITING_TABLES = [
  `create table point_write (
    seq integer primary key,
    id text not null unique,
    equipment text not null,
    name text not null,
    is_open integer not null,
    doc text not null) strict`,
  'create index point_write_point on point_write (equipment, name, seq)',
  'create index point_write_open on point_write (seq) where is_open = 1',
  'create table lock_out (equipment text primary key, doc text not null) strict, without rowid',
];

/**
 * Decisions about an alarm that has no open occurrence have events too, so `occurrence` may be null from now on. SQLite
 * cannot take a `not null` away: the table is copied, with its ids and hashes as they are. The copy begins without
 * triggers, and dropping the old table takes its own along.
 */
const ALARM_EVENT_REBUILD = [
  `create table alarm_event_new (
    id integer primary key,
    occurrence text references occurrence (id) deferrable initially deferred,
    alarm_key text not null,
    type text not null,
    at_ms real not null,
    actor text not null,
    note text not null,
    detail text not null,
    ${CHAIN_COLUMNS}) strict`,
  `insert into alarm_event_new
    (id, occurrence, alarm_key, type, at_ms, actor, note, detail, content_digest, prev_hash, hash)
    select id, occurrence, alarm_key, type, at_ms, actor, note, detail, content_digest, prev_hash, hash
    from alarm_event order by id`,
  'drop table alarm_event',
  'alter table alarm_event_new rename to alarm_event',
  'create index alarm_event_occurrence on alarm_event (occurrence, id)',
  'create index alarm_event_key on alarm_event (alarm_key, id)',
  ...toTriggers('alarm_event'),
];

/** `seq` is the order in which they were proposed. `figures` holds aggregates that the histories can make again. */
const ENGINE_TABLES = [
  'alter table occurrence add column storm text',
  'create index occurrence_storm on occurrence (storm, raised_at_ms) where storm is not null',
  'create index occurrence_ended on occurrence (ended_at_ms, raised_at_ms) where ended_at_ms is not null',
  'create table alarm_control (alarm_key text primary key, doc text not null) strict, without rowid',
  `create table storm (
    id text primary key,
    began_at_ms real not null,
    ended_at_ms real,
    doc text not null) strict`,
  'create index storm_began on storm (began_at_ms)',
  'create index storm_open on storm (began_at_ms) where ended_at_ms is null',
  'create table rule_memory (alarm_key text primary key, doc text not null) strict, without rowid',
  `create table rule_change (
    seq integer primary key,
    id text not null unique,
    equipment text not null,
    rule text not null,
    state text not null,
    doc text not null) strict`,
  'create index rule_change_rule on rule_change (equipment, rule, seq)',
  'create index rule_change_state on rule_change (state, seq)',
  'create table drill (equipment text primary key, doc text not null) strict, without rowid',
  'create table figures (part text primary key, doc text not null) strict, without rowid',
];

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'alarms, tickets, people, audit',
    up(database) {
      for (const statement of [...TABLES, ...TRIGGERS]) database.exec(statement);
    },
  },
  {
    version: 2,
    name: 'writes of points, lock-outs',
    up(database) {
      for (const statement of WRITING_TABLES) database.exec(statement);
    },
  },
  {
    version: 3,
    name: 'alarm engine: controls, storms, memories, rule changes, drills, figures',
    up(database) {
      for (const statement of [...ALARM_EVENT_REBUILD, ...ENGINE_TABLES]) database.exec(statement);
    },
  },
  {
    version: 4,
    name: 'service: lists and words of tickets, policies, messages, incidents, people, slips',
    up(database) {
      const statements = [...TICKET_REMAINDERS, ...TICKET_TABLES, ...TICKET_INDEXES, ...SERVICE_TABLES];
      for (const statement of statements) database.exec(statement);
    },
  },
  {
    version: 5,
    name: 'words that people have typed, beside the chain',
    up(database) {
      for (const statement of WORD_TABLES) database.exec(statement);
    },
  },
  {
    version: 6,
    name: 'feedback of owners and users',
    up(database) {
      for (const statement of FEEDBACK_TABLES) database.exec(statement);
    },
  },
  {
    version: 7,
    name: 'commissioning by point',
    up(database) {
      for (const statement of COMMISSIONING_TABLES) database.exec(statement);
    },
  },
  {
    version: 8,
    name: 'words of records that are no tickets, beside the chains',
    up(database) {
      for (const statement of RECORD_TABLES) database.exec(statement);
    },
  },
  {
    version: 9,
    name: 'clocks that are late and still run',
    up(database) {
      database.exec(RUNNING_CLOCKS);
    },
  },
];

function toTriggers(table: (typeof HISTORIES)[number]): readonly string[] {
  return (['update', 'delete'] as const).map(
    (change) =>
      `create trigger ${table}_no_${change} before ${change} on ${table} ` +
      `begin select raise(abort, '${table} is append-only'); end`,
  );
}
