/**
 * The tables of version 8 of the schema: what people have typed into records that are no tickets, outside the chains
 * (core/record-words.ts says which and where).
 *
 *   record_words  one part of a line of a history each. `digest` stands in the chain, `record` is what the line belongs to; `act` = the
 *                 line of the audit by which the words went: salt and words are null from then on
 *   record_hold   records that are kept from destruction (保全)
 *
 * A revision of a drill record changes only where words of it go. Lines of earlier versions hold their words themselves, and keep them.
 */

export const RECORD_TABLES: readonly string[] = [
  `create table record_words (
    chain text not null,
    event integer not null,
    field text not null,
    record text not null,
    digest text not null,
    salt text,
    text text,
    act integer references audit (id) deferrable initially deferred,
    primary key (chain, event, field)) strict, without rowid`,
  'create index record_words_record on record_words (record) where text is not null',
  'create index record_words_act on record_words (act) where act is not null',
  `create trigger record_words_no_delete before delete on record_words
    begin select raise(abort, 'words are emptied, not deleted'); end`,
  `create trigger record_words_no_update before update on record_words
    when not (new.chain = old.chain and new.event = old.event and new.field = old.field and new.record = old.record
      and new.digest = old.digest and old.act is null and new.act is not null and new.text is null and new.salt is null)
    begin select raise(abort, 'words only go'); end`,
  'drop trigger drill_record_no_update',
  `create trigger drill_record_no_update before update on drill_record
    when not (new.seq = old.seq and new.id = old.id and new.revision = old.revision and new.kind = old.kind
      and new.ended_at_ms = old.ended_at_ms and new.is_evaluated = old.is_evaluated
      and exists (select 1 from record_words where record = 'drill/' || old.id and act is not null))
    begin select raise(abort, 'drill_record is append-only'); end`,
  'create index record_words_taken on record_words (record) where act is not null',
  'create table record_hold (record text primary key, doc text not null) strict, without rowid',
];
