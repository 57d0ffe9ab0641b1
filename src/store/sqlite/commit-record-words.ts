/**
 * Lines of the histories of feedback, alarms and of the audit, with what people have typed into them beside the chain; the
 * redaction of one part, and the destruction of all parts of a record. Rows of the transaction that commit.ts runs; tickets have
 * tables of their own (commit-words.ts).
 */
import { createHash, randomBytes } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type RecordChain, type RecordKind, toRecordName, toRecordParts } from '../../core/record-words.ts';
import { type TypedPart, type TypedValue, toReplacer, type WrittenEvent } from '../../core/typed-words.ts';
import type { AuditRow, Write } from '../store.ts';
import { sealParts } from '../words.ts';
import { type ChainWriter, toCanonicalJson } from './chain.ts';
import type { Appliers } from './commit.ts';
import { createRecordCopies } from './record-copies.ts';
import { parse } from './rows.ts';

export type RecordWordsType =
  | 'alarm-event'
  | 'audit'
  | 'feedback-event'
  | 'words-redaction'
  | 'words-destruction'
  | 'record-hold';

const SALT_BYTES = 16;

/** One part whose words are there. */
interface Place {
  readonly chain: string;
  readonly event: number;
  readonly field: string;
  /** JSON of the words. */
  readonly text: string;
}

interface Line {
  readonly kind: RecordKind;
  /** null = the line itself is the record. */
  readonly record: string | null;
  readonly event: WrittenEvent;
}

type Columns = Readonly<Record<string, SQLInputValue>>;
type AppendLine = (chain: RecordChain, columns: Columns, line: Line) => number;
type AppendAudit = (entry: AuditRow) => number;

export function createRecordWordsAppliers(
  database: DatabaseSync,
  append: ChainWriter['append'],
): Pick<Appliers, RecordWordsType> {
  const appendLine = createLineAppender(database, append);
  const appendAudit: AppendAudit = ({ atMs, actor, action, object, detail, record }) => {
    const columns = { at_ms: atMs, actor, action, object };
    const kind = (record?.slice(0, record.indexOf('/')) ?? 'audit') as RecordKind;
    const event = { type: action, by: actor, detail };
    return appendLine('audit', columns, { kind, record: record ?? null, event });
  };
  return {
    ...createLineAppliers(appendLine, appendAudit),
    ...createTakers(database, appendAudit),
    'record-hold': createHolder(database),
  };
}

function createLineAppliers(
  appendLine: AppendLine,
  appendAudit: AppendAudit,
): Pick<Appliers, 'alarm-event' | 'audit' | 'feedback-event'> {
  return {
    'alarm-event': ({ event: row }) => {
      const { occurrence, key, type, atMs, by, note, detail } = row;
      // A note that is beside the chain has its mark in the detail: a column can hold none.
      const said = note === '' ? detail : { ...detail, note };
      const event = { type, by, detail: said };
      const isSealed = toRecordParts('alarm', event).some(({ field }) => field === 'note');
      const columns = {
        occurrence,
        alarm_key: key,
        type,
        at_ms: atMs,
        actor: by,
        note: isSealed ? '' : note,
      };
      const record = toRecordName('alarm', occurrence ?? key);
      const kept = isSealed ? event : { ...event, detail };
      appendLine('alarm_event', columns, { kind: 'alarm', record, event: kept });
    },
    audit: ({ entry }) => void appendAudit(entry),
    'feedback-event': ({ event: { feedback, version, type, atMs, by, detail } }) => {
      const columns = { feedback, version, type, at_ms: atMs, actor: by };
      const record = toRecordName('feedback', feedback);
      appendLine('feedback_event', columns, { kind: 'feedback', record, event: { type, by, detail } });
    },
  };
}

/** @returns writes the line and what was typed into it; its id */
function createLineAppender(database: DatabaseSync, append: ChainWriter['append']): AppendLine {
  const add = database.prepare(
    'insert into record_words (chain, event, field, record, digest, salt, text) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const toSalt = (): string => randomBytes(SALT_BYTES).toString('hex');
  return (chain, columns, { kind, record, event }) => {
    const parts: readonly TypedPart[] = toRecordParts(kind, event);
    const { detail, words } = sealParts(event.detail, parts, toSalt);
    const id = append(chain, { ...columns, detail: toCanonicalJson(detail) });
    const name = record ?? toRecordName(kind, String(id));
    for (const { field, digest, salt, value } of words)
      add.run(chain, id, field, name, digest, salt, toCanonicalJson(value));
    return id;
  };
}

function createTakers(
  database: DatabaseSync,
  appendAudit: AppendAudit,
): Pick<Appliers, 'words-redaction' | 'words-destruction'> {
  const find = database.prepare(
    'select chain, event, field, text from record_words where record = ? and text is not null',
  );
  const placesOf = (record: string): readonly Place[] =>
    find.all(record).map((row) => ({
      chain: String(row['chain']),
      event: Number(row['event']),
      field: String(row['field']),
      text: String(row['text']),
    }));
  const empty = database.prepare(
    'update record_words set text = null, salt = null, act = ? where chain = ? and event = ? and field = ?',
  );
  const isHeld = database.prepare('select 1 from record_hold where record = ?');
  const copies = createRecordCopies(database);
  const take = (places: readonly Place[], act: number): void => {
    for (const { chain, event, field } of places) empty.run(act, chain, event, field);
  };
  return {
    'words-redaction': ({ record, event, field, replacement, entry }) => {
      const all = placesOf(record);
      const wanted = all.find((place) => place.event === event && place.field === field);
      // The same words wherever the record repeats them; gone meanwhile = nothing more to take.
      const same = all.filter(({ text }) => text === wanted?.text);
      take(same, appendAudit({ ...entry, detail: { ...entry.detail, parts: toPartNames(same) } }));
      if (wanted !== undefined)
        copies.rewrite(record, toReplacer(parse(wanted.text) as TypedValue, replacement));
    },
    'words-destruction': ({ records, entry }) => {
      // Somebody may have had one kept since it was listed as due.
      const gone = records.filter((record) => isHeld.get(record) === undefined);
      const all = gone.flatMap(placesOf);
      const parts = toPartNames(all);
      const detail = { ...entry.detail, records: gone, texts: parts.length, digest: toPartsDigest(parts) };
      take(all, appendAudit({ ...entry, detail }));
      for (const record of gone) copies.rewrite(record, () => '');
    },
  };
}

/** `feedback_event/17/content`, sorted. */
function toPartNames(places: readonly Omit<Place, 'text'>[]): readonly string[] {
  return places.map(({ chain, event, field }) => `${chain}/${event}/${field}`).sort();
}

/** SHA-256 of all that went in one run, hex. @param parts sorted */
export function toPartsDigest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function createHolder(database: DatabaseSync): (write: Extract<Write, { type: 'record-hold' }>) => void {
  const put = database.prepare(
    'insert into record_hold (record, doc) values (?, ?) on conflict (record) do update set doc = excluded.doc',
  );
  const remove = database.prepare('delete from record_hold where record = ?');
  return ({ record, hold }) => {
    if (hold === null) remove.run(record);
    else put.run(record, JSON.stringify(hold));
  };
}
