/**
 * The tables of version 4 of the schema: what the ticket stage keeps. Filling those of tickets that are there already is
 * ticket-upgrade.ts.
 *
 *   ticket         the whole of it as JSON, its version, and what constrains it
 *   ticket_list    one narrow row each, for lists and figures: documents of several kB would make every scan slow
 *   ticket_text    words (bigrams.ts) of each; rowid = ticket_list.seq. Holds no text itself
 *   ticket_clock   clocks that were kept or breached, one after another by the time of receipt, as figures ask;
 *                  `clock_name` has their names. Version 9 adds whether they still run
 *   past_repair    the last few repairs of each equipment, as tickets to come show them: a start reads no documents for it
 *   personal       what may be destroyed: outside the chains, which hold digests only
 */

export const TICKET_TABLES: readonly string[] = [
  `create table ticket_list (
    seq integer primary key,
    ticket text not null unique references ticket (id) deferrable initially deferred,
    site text not null,
    class text not null,
    priority text not null,
    stage text not null,
    is_open integer not null,
    received_at_ms real not null,
    closed_at_ms real,
    equipment text,
    location text,
    fault_kind text,
    assignee text,
    taken_by text,
    contractor text,
    contractor_firm text,
    reporter text,
    policy_version text not null,
    is_counted integer not null,
    is_reworked integer not null,
    is_false_alarm integer not null,
    text_digest text not null) strict`,
  `create virtual table ticket_text using fts5 (
    number, content, place, diagnosis, result,
    content = '', contentless_delete = 1, tokenize = 'unicode61')`,
  'create table clock_name (clock text primary key) strict, without rowid',
  `create table ticket_clock (
    clock text not null,
    received_at_ms real not null,
    seq integer not null references ticket_list (seq) deferrable initially deferred,
    round integer not null,
    spent_ms real not null,
    is_breached integer not null,
    primary key (clock, received_at_ms, seq, round)) strict, without rowid`,
  `create table past_repair (
    equipment text not null,
    closed_at_ms real not null,
    seq integer not null references ticket_list (seq) deferrable initially deferred,
    doc text not null,
    primary key (equipment, closed_at_ms, seq)) strict, without rowid`,
  'create unique index past_repair_ticket on past_repair (seq)',
];

/**
 * Only of what tells a few tickets from many: a class or a priority is that of a large share, and reading all narrow rows is
 * as quick. Stages are, because few tickets stand in one that is not the last.
 */
export const TICKET_INDEXES: readonly string[] = [
  'create index ticket_list_received on ticket_list (received_at_ms, seq)',
  'create index ticket_list_open on ticket_list (received_at_ms, seq) where is_open = 1',
  'create index ticket_list_closed on ticket_list (closed_at_ms, received_at_ms, is_counted) where is_open = 0',
  ...['equipment', 'location', 'fault_kind', 'assignee', 'contractor', 'contractor_firm', 'reporter'].map(
    (column) =>
      `create index ticket_list_${column} on ticket_list (${column}, received_at_ms, seq) where ${column} is not null`,
  ),
  'create index ticket_list_stage on ticket_list (stage, received_at_ms, seq)',
];

/** Of a clock that is late and still runs, the time spent is that of the moment in which somebody asks. */
export const RUNNING_CLOCKS = 'alter table ticket_clock add column is_running integer not null default 0';

/** What `ticket_list` takes over from `ticket`. */
export const TICKET_REMAINDERS: readonly string[] = [
  ...['recorded', 'equipment', 'open', 'closed'].map((name) => `drop index ticket_${name}`),
  ...['equipment', 'class', 'stage', 'recorded_at_ms', 'closed_at_ms'].map(
    (column) => `alter table ticket drop column ${column}`,
  ),
];

/** `seq` is the order of writing. */
export const SERVICE_TABLES: readonly string[] = [
  `create table policy_version (
    seq integer primary key,
    version text not null unique,
    state text not null,
    doc text not null,
    policy text not null) strict`,
  // A second message of one key is the same message: refused.
  `create table message (
    seq integer primary key,
    id text not null unique,
    key text not null unique,
    recipient text not null,
    channel text not null,
    ticket text,
    incident text,
    state text not null,
    is_over integer not null,
    created_at_ms real not null,
    doc text not null) strict`,
  'create index message_recipient on message (recipient, seq)',
  'create index message_ticket on message (ticket, seq) where ticket is not null',
  'create index message_incident on message (incident, seq) where incident is not null',
  'create index message_open on message (seq) where is_over = 0',
  `create table incident (
    seq integer primary key,
    id text not null unique,
    number text not null unique,
    version integer not null,
    began_at_ms real not null,
    ended_at_ms real,
    is_over integer not null,
    doc text not null) strict`,
  'create index incident_open on incident (began_at_ms, seq) where is_over = 0',
  'create index incident_began on incident (began_at_ms, seq)',
  `create table personal (
    id text primary key,
    digest text not null,
    stored_at_ms real not null,
    destroyed_at_ms real,
    doc text) strict, without rowid`,
  'create index personal_stored on personal (stored_at_ms) where doc is not null',
  `create table ticket_due (
    ticket text not null references ticket (id) deferrable initially deferred,
    clock text not null,
    round integer not null,
    what text not null,
    due_at_ms real not null,
    primary key (ticket, clock, round, what)) strict, without rowid`,
  'create index ticket_due_at on ticket_due (due_at_ms)',
  `create table attachment (
    id text primary key,
    ticket text not null references ticket (id) deferrable initially deferred,
    sha256 text not null,
    bytes integer not null,
    doc text not null) strict, without rowid`,
  'create table staff (username text primary key, doc text not null) strict, without rowid',
  // One row.
  'create table roster (id integer primary key check (id = 1), version integer not null, doc text not null) strict',
  `create table handover (
    seq integer primary key,
    id text not null unique,
    at_ms real not null,
    doc text not null) strict`,
  'create index handover_at on handover (at_ms, seq)',
  // Each revision of a record is a row; none is ever changed.
  `create table drill_record (
    seq integer primary key,
    id text not null,
    revision integer not null,
    kind text not null,
    ended_at_ms real not null,
    is_evaluated integer not null,
    doc text not null,
    unique (id, revision)) strict`,
  'create index drill_record_ended on drill_record (ended_at_ms, seq)',
  ...['update', 'delete'].map(
    (change) =>
      `create trigger drill_record_no_${change} before ${change} on drill_record ` +
      `begin select raise(abort, 'drill_record is append-only'); end`,
  ),
  `create table slip (
    number text primary key,
    is_unused integer not null,
    doc text not null) strict, without rowid`,
  'create index slip_unused on slip (number) where is_unused = 1',
];
