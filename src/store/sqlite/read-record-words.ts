/**
 * Lines of the histories of feedback, alarms and of the audit as they are shown: what was typed put back into their detail; in the
 * place of what was redacted stands the replacement, in that of what was destroyed nothing. Also whole records, and which are due.
 */
import { type Kysely, sql } from 'kysely';
import {
  parseRecordName,
  type RecordChain,
  type RecordKind,
  toRecordChain,
} from '../../core/record-words.ts';
import { withParts } from '../../core/typed-words.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { DueWords, GonePart, HistoryEntry, RecordHold, StoreQueries, WordsTerms } from '../store.ts';
import type { Database } from './database.ts';
import { parse, toLimit } from './rows.ts';

type Detail = HistoryEntry['detail'];
type WordsRow = Pick<Database['record_words'], 'event' | 'field' | 'text' | 'act'>;

export interface ChainedLine {
  readonly id: number;
  readonly atMs: number;
  readonly type: string;
  readonly by: string;
  /** As in the chain; left out = the history has no such column. */
  readonly note?: string;
  /** JSON as in the chain. */
  readonly detail: string;
}

interface Act {
  readonly how: GonePart['how'];
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
  readonly replacement: string;
}

/** A replacement may be redacted itself; beyond so many in a row nothing is shown. */
const MAX_DEPTH = 4;

/** In the same order. */
export async function openLines(
  database: Kysely<Database>,
  chain: RecordChain,
  lines: readonly ChainedLine[],
  depth = 0,
): Promise<readonly HistoryEntry[]> {
  const marked = lines.filter(({ detail }) => detail.includes('"$words"')).map(({ id }) => id);
  const rows = await readWords(database, chain, marked);
  const acts = await readActs(database, rows, depth);
  const byEvent = Map.groupBy(rows, ({ event }) => event);
  return lines.map((line) => open(line, byEvent.get(line.id) ?? [], acts));
}

function open(
  { id, atMs, type, by, note: column, detail: doc }: ChainedLine,
  rows: readonly WordsRow[],
  acts: ReadonlyMap<number, Act>,
): HistoryEntry {
  const shown = new Map<string, unknown>();
  const gone: GonePart[] = [];
  const typed: string[] = [];
  for (const { field, text, act } of rows) {
    const taken = act === null ? undefined : acts.get(act);
    shown.set(field, text === null ? (taken?.replacement ?? '') : parse(text));
    if (text !== null) typed.push(field);
    else if (taken !== undefined) {
      const { how, atMs: goneAtMs, by: who, reason } = taken;
      gone.push({ field, how, atMs: goneAtMs, by: who, reason });
    }
  }
  const whole = withParts(parse(doc) as Detail, shown);
  const { note: said = '', ...rest } = whole;
  // A column holds no mark: its note has its mark in the detail.
  const isOfColumn = column !== undefined && shown.has('note');
  const note = column === undefined || isOfColumn ? said : column;
  const marks = {
    ...(rows.length > 0 && { event: id }),
    ...(typed.length > 0 && { typed }),
    ...(gone.length > 0 && { gone }),
  };
  const detail = isOfColumn ? rest : whole;
  return { atMs, type, by, note: typeof note === 'string' ? note : '', detail, ...marks };
}

async function readWords(
  database: Kysely<Database>,
  chain: RecordChain,
  events: readonly number[],
): Promise<readonly WordsRow[]> {
  const found: WordsRow[] = [];
  for (let at = 0; at < events.length; at += STORE_LIMITS.idsPerQuestion) {
    const rows = await database
      .selectFrom('record_words')
      .select(['event', 'field', 'text', 'act'])
      .where('chain', '=', chain)
      .where('event', 'in', events.slice(at, at + STORE_LIMITS.idsPerQuestion))
      .execute();
    found.push(...rows);
  }
  return found;
}

/** Key: line of the audit. */
async function readActs(
  database: Kysely<Database>,
  rows: readonly WordsRow[],
  depth: number,
): Promise<ReadonlyMap<number, Act>> {
  const ids = [...new Set(rows.flatMap(({ act }) => act ?? []))];
  if (ids.length === 0 || depth >= MAX_DEPTH) return new Map();
  const lines: ChainedLine[] = [];
  for (let at = 0; at < ids.length; at += STORE_LIMITS.idsPerQuestion)
    lines.push(...(await selectAudit(database, ids.slice(at, at + STORE_LIMITS.idsPerQuestion))));
  const opened = await openLines(database, 'audit', lines, depth + 1);
  return new Map(opened.map((entry, at) => [lines[at]?.id ?? 0, toAct(entry)]));
}

function toAct({ type, atMs, by, detail }: HistoryEntry): Act {
  const { reason = '', replacement = '' } = detail;
  const how = type === 'words-redact' ? 'redacted' : 'destroyed';
  return { how, atMs, by, reason: String(reason), replacement: String(replacement) };
}

function selectAudit(database: Kysely<Database>, ids: readonly number[]): Promise<ChainedLine[]> {
  return database
    .selectFrom('audit')
    .select(['id', 'at_ms as atMs', 'action as type', 'actor as by', 'detail'])
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
}

type RecordQueries = Pick<StoreQueries, 'recordHistory' | 'recordHold' | 'dueWords'>;

export function createRecordQueries(database: Kysely<Database>): RecordQueries {
  return {
    async recordHistory(record) {
      const named = parseRecordName(record);
      if (named === null) return [];
      const chain = toRecordChain(named.kind);
      const ids = await readLineIds(database, chain, record);
      return openLines(database, chain, await selectLines(database, chain, ids));
    },
    async recordHold(record) {
      const row = await database
        .selectFrom('record_hold')
        .select('doc')
        .where('record', '=', record)
        .executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as RecordHold);
    },
    dueWords: (terms, limit) => readDueWords(database, terms, limit),
  };
}

/** The newest of those that hold words, oldest first. */
async function readLineIds(
  database: Kysely<Database>,
  chain: RecordChain,
  record: string,
): Promise<readonly number[]> {
  const rows = await database
    .selectFrom('record_words')
    .select('event')
    .distinct()
    .where('record', '=', record)
    .where('chain', '=', chain)
    .orderBy('event', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  return rows.map(({ event }) => event).reverse();
}

async function selectLines(
  database: Kysely<Database>,
  chain: RecordChain,
  ids: readonly number[],
): Promise<readonly ChainedLine[]> {
  const lines: ChainedLine[] = [];
  for (let at = 0; at < ids.length; at += STORE_LIMITS.idsPerQuestion) {
    const some = ids.slice(at, at + STORE_LIMITS.idsPerQuestion);
    if (chain === 'audit') lines.push(...(await selectAudit(database, some)));
    else {
      const rows = await database
        .selectFrom(chain)
        .selectAll()
        .where('id', 'in', some)
        .orderBy('id')
        .execute();
      for (const row of rows) lines.push(toLine(row));
    }
  }
  return lines;
}

function toLine({
  id,
  at_ms: atMs,
  type,
  actor: by,
  detail,
  ...row
}: Pick<Database['alarm_event'], 'id' | 'at_ms' | 'type' | 'actor' | 'detail'> & {
  readonly note?: string;
}): ChainedLine {
  const { note } = row;
  return { id, atMs, type, by, detail, ...(note !== undefined && { note }) };
}

/** `record`, `name` as people call it and `over_at_ms` of records that are over and have words; `?` = over before then. */
const DUE: Readonly<Record<RecordKind, string>> = {
  feedback: `select 'feedback/' || id as record, number as name,
      coalesce(json_extract(doc, '$.filed.atMs'), json_extract(doc, '$.voided.atMs')) as over_at_ms
    from feedback where is_over = 1`,
  incident: `select 'incident/' || id as record, number as name, ended_at_ms as over_at_ms from incident where is_over = 1`,
  handover: `select 'handover/' || id as record, id as name, at_ms as over_at_ms from handover
    where json_extract(doc, '$.signedFromAtMs') is not null and json_extract(doc, '$.signedToAtMs') is not null`,
  alarm: `select 'alarm/' || id as record, alarm_key as name, ended_at_ms as over_at_ms from occurrence
      where ended_at_ms is not null and id in (select substr(record, 7) from record_words where record glob 'alarm/*' and text is not null)
    union all
    select 'alarm/' || alarm_key, alarm_key, max(at_ms) from alarm_event
      where occurrence is null and alarm_key not in (select alarm_key from alarm_control)
        and id in (select event from record_words where chain = 'alarm_event' and text is not null)
      group by alarm_key`,
  drill: `select 'drill/' || id as record, kind || ' ' || id as name, max(ended_at_ms) as over_at_ms from drill_record group by id`,
  audit: `select 'audit/' || id as record, action || ' ' || object as name, at_ms as over_at_ms from audit
    where id in (select event from record_words where chain = 'audit' and text is not null)`,
};

/** Those of each kind that have been over the longest. */
async function readDueWords(
  database: Kysely<Database>,
  terms: WordsTerms,
  limit: number,
): Promise<readonly DueWords[]> {
  const due: DueWords[] = [];
  for (const [kind, beforeMs] of Object.entries(terms) as [RecordKind, number][]) {
    const all = sql`select record, name, over_at_ms as "overAtMs" from (${sql.raw(DUE[kind])}) as over
      where over_at_ms < ${beforeMs}
        and exists (select 1 from record_words as words where words.record = over.record and words.text is not null)
        and not exists (select 1 from record_hold as hold where hold.record = over.record)`;
    const { rows } = await sql<DueWords['items'][number]>`${all} order by over_at_ms, record
      limit ${toLimit(limit, STORE_LIMITS.historyRows)}`.execute(database);
    const count = await sql<{ total: number }>`select count(*) as total from (${all})`.execute(database);
    due.push({ kind, total: count.rows[0]?.total ?? 0, items: rows });
  }
  return due;
}
