/**
 * The tables of version 5 of the schema: what people have typed, outside the chain (store/words.ts).
 *
 *   words     one part of a ticket event each. `digest` stands in the chain; empty for an event of an earlier version, whose own
 *             detail held the words. `act` = what took the words away: `ticket_event/17` (a redaction) or `audit/5`
 *             (destruction after retention); salt and words are null from then on
 *   reworded  events of earlier versions that have lost words: digest of what is left of their detail, and the last act
 *
 * A history stays append-only: `detail` of an event changes only where words of its own go, and words only go.
 */

const EVENT_COLUMNS = [
  'id',
  'ticket',
  'version',
  'type',
  'stage',
  'at_ms',
  'actor',
  'content_digest',
  'prev_hash',
  'hash',
];

export const WORD_TABLES: readonly string[] = [
  `create table words (
    event integer not null references ticket_event (id) deferrable initially deferred,
    field text not null,
    digest text not null,
    salt text,
    text text,
    act text,
    primary key (event, field)) strict, without rowid`,
  'create index words_act on words (act) where act is not null',
  `create trigger words_no_delete before delete on words
    begin select raise(abort, 'words are emptied, not deleted'); end`,
  `create trigger words_no_update before update on words
    when not (new.event = old.event and new.field = old.field and new.digest = old.digest
      and old.act is null and new.act is not null and new.text is null and new.salt is null)
    begin select raise(abort, 'words only go'); end`,
  `create table reworded (
    event integer primary key references ticket_event (id) deferrable initially deferred,
    digest text not null,
    act text not null) strict`,
  'drop trigger ticket_event_no_update',
  `create trigger ticket_event_no_update before update on ticket_event
    when not (${EVENT_COLUMNS.map((column) => `new.${column} = old.${column}`).join(' and ')}
      and exists (select 1 from words where event = old.id and digest = ''))
    begin select raise(abort, 'ticket_event is append-only'); end`,
  'alter table attachment add column destroyed_at_ms real',
  'create index attachment_ticket on attachment (ticket) where destroyed_at_ms is null',
  'alter table ticket_list add column is_kept integer not null default 0',
  'alter table ticket_list add column is_wordless integer not null default 0',
  `update ticket_list set is_kept = 1 where ticket in
    (select id from ticket where json_extract(doc, '$.incident') is not null)`,
  'create index ticket_list_worded on ticket_list (closed_at_ms) where is_open = 0 and is_wordless = 0 and is_kept = 0',
];
