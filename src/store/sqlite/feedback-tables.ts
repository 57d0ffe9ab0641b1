/**
 * The tables of feedback (version 6 of the schema).
 *
 *   feedback         the entry as it is now, as JSON, and what lists are narrowed by
 *   feedback_event   its history: append-only, a hash chain of its own (chain.ts)
 *   feedback_ticket  tickets that it is about: found from the ticket, too
 *   feedback_due     due times of its clocks, as the sweep goes by them
 *   feedback_text    words (bigrams.ts); rowid = feedback.seq. Holds no text itself
 */

export const FEEDBACK_TABLES: readonly string[] = [
  `create table feedback (
    seq integer primary key,
    id text not null unique,
    number text not null unique,
    version integer not null,
    is_over integer not null,
    is_breached integer not null,
    stage text not null,
    source text not null,
    subject text not null,
    handler text not null,
    received_at_ms real not null,
    doc text not null) strict`,
  'create index feedback_received on feedback (received_at_ms, seq)',
  'create index feedback_open on feedback (received_at_ms, seq) where is_over = 0',
  `create table feedback_event (
    id integer primary key,
    feedback text not null references feedback (id) deferrable initially deferred,
    version integer not null,
    type text not null,
    at_ms real not null,
    actor text not null,
    detail text not null,
    content_digest text not null,
    prev_hash text not null,
    hash text not null) strict`,
  'create index feedback_event_feedback on feedback_event (feedback, id)',
  ...['update', 'delete'].map(
    (change) =>
      `create trigger feedback_event_no_${change} before ${change} on feedback_event ` +
      `begin select raise(abort, 'feedback_event is append-only'); end`,
  ),
  `create table feedback_ticket (
    feedback text not null references feedback (id) deferrable initially deferred,
    ticket text not null references ticket (id) deferrable initially deferred,
    primary key (feedback, ticket)) strict, without rowid`,
  'create index feedback_ticket_ticket on feedback_ticket (ticket)',
  `create table feedback_due (
    feedback text not null references feedback (id) deferrable initially deferred,
    clock text not null,
    what text not null,
    due_at_ms real not null,
    primary key (feedback, clock, what)) strict, without rowid`,
  `create virtual table feedback_text using fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61')`,
];
