/**
 * The proof of what people have typed into the records of tickets: words that are there fit the salted digest in the chain; words
 * that are gone were taken by a redaction or a destruction that the chain holds, and by none other. Reads only.
 */
import type { DatabaseSync } from 'node:sqlite';
import { partAt, type TypedValue } from '../../core/typed-words.ts';
import { findMarks, isGone, toMark, toWordsProof } from '../words.ts';
import { hasWords } from './chain.ts';
import { type Taken, toDestroyedDigest } from './commit-words.ts';
import { parse } from './rows.ts';

export interface WordsReport {
  readonly present: number;
  readonly redacted: number;
  readonly destroyed: number;
}

type Detail = Readonly<Record<string, unknown>>;
type Note = (text: string) => void;

interface WordsRow {
  readonly field: string;
  readonly digest: string;
  readonly salt: string | null;
  readonly text: string | null;
  readonly act: string | null;
}

/** @param note is told of each place that does not match @returns null where the database is older than that */
export function inspectWords(database: DatabaseSync, note: Note): WordsReport | null {
  if (!hasWords(database)) return null;
  const report = { present: 0, redacted: 0, destroyed: 0 };
  const find = database.prepare(
    'select field, digest, salt, text, act from words where event = ? order by field',
  );
  const events = database.prepare(
    `select id, detail from ticket_event
     where instr(detail, '"$words"') > 0 or instr(detail, '"$gone"') > 0 or id in (select event from words)
     order by id`,
  );
  for (const { id, detail } of events.iterate()) {
    const rows = find.all(Number(id)) as unknown as readonly WordsRow[];
    inspectEvent(Number(id), parse(String(detail)) as Detail, rows, note);
    for (const { text, act } of rows) {
      if (text !== null) report.present++;
      else if (act?.startsWith('audit/') === true) report.destroyed++;
      else report.redacted++;
    }
  }
  inspectActs(database, note);
  return report;
}

function inspectEvent(event: number, detail: Detail, rows: readonly WordsRow[], note: Note): void {
  const marks = new Set(findMarks(detail));
  for (const row of rows) {
    const wrong = findMismatch(partAt(detail, row.field), row);
    if (wrong !== null) note(`ticket_event ${event} ${row.field}: ${wrong}`);
    marks.delete(row.field);
  }
  for (const field of marks) note(`ticket_event ${event} ${field}: its words are missing`);
}

function findMismatch(part: unknown, { digest, salt, text, act }: WordsRow): string | null {
  if (digest === '' ? !isGone(part) : toMark(part) !== digest) return 'its words are not of the history';
  if (text === null) return act === null ? 'its words are gone, and nothing says why' : null;
  const isOfDigest = salt !== null && toWordsProof(salt, parse(text) as TypedValue) === digest;
  return isOfDigest ? null : 'its words were changed';
}

/** Every act by which words are gone stands in a chain and names them; every file that is destroyed as well. */
function inspectActs(database: DatabaseSync, note: Note): void {
  const named = database.prepare(
    'select act from words where act is not null union select act from reworded order by 1',
  );
  const acts = named.all().map(({ act }) => String(act));
  for (const act of acts) {
    const [table = '', id = ''] = act.split('/');
    const wrong =
      table === 'audit'
        ? findRunFault(database, Number(id), act)
        : findRedactionFault(database, Number(id), act);
    if (wrong !== null) note(`${table} ${id}: ${wrong}`);
  }
  const files = new Set(
    readRuns(database).flatMap((detail) => (Array.isArray(detail['files']) ? detail['files'] : [])),
  );
  for (const { id } of database
    .prepare('select id from attachment where destroyed_at_ms is not null')
    .iterate())
    if (!files.has(id)) note(`attachment ${String(id)}: it is marked as destroyed, and nothing says why`);
}

function readTaken(database: DatabaseSync, act: string): Taken {
  const parts = database.prepare('select event, field from words where act = ?').all(act);
  const left = database.prepare('select event, digest from reworded where act = ? order by event').all(act);
  return {
    parts: parts.map(({ event, field }) => `${Number(event)}/${String(field)}`).sort(),
    left: left.map(({ event, digest }) => [Number(event), String(digest)] as const),
  };
}

/** What a later act has changed once more is that one's to prove. */
function findRedactionFault(database: DatabaseSync, id: number, act: string): string | null {
  const row = database.prepare("select detail from ticket_event where id = ? and type = 'redacted'").get(id);
  if (row === undefined) return 'words are gone by it, and it redacts none';
  const detail = parse(String(row['detail'])) as Partial<Taken>;
  const { parts, left } = readTaken(database, act);
  const named = new Set(detail.parts);
  const digests = new Set((detail.left ?? []).map(([event, digest]) => `${event} ${digest}`));
  const isNamed =
    parts.every((part) => named.has(part)) &&
    left.every(([event, digest]) => digests.has(`${event} ${digest}`));
  return isNamed ? null : 'other words are gone by it than it names';
}

function findRunFault(database: DatabaseSync, id: number, act: string): string | null {
  const row = database
    .prepare("select detail from audit where id = ? and action = 'records-destroy'")
    .get(id);
  if (row === undefined) return 'words are gone by it, and it destroys none';
  const { digest, files } = parse(String(row['detail'])) as Detail;
  const ids = Array.isArray(files) ? (files as readonly string[]) : [];
  return digest === toDestroyedDigest(readTaken(database, act), ids)
    ? null
    : 'other words are gone by it than it names';
}

function readRuns(database: DatabaseSync): readonly Detail[] {
  const rows = database.prepare("select detail from audit where action = 'records-destroy'").all();
  return rows.map(({ detail }) => parse(String(detail)) as Detail);
}
