/** Tickets whose words or files have been kept for as long as the policy says. */
import type { Kysely } from 'kysely';
import { LIMITS } from '../../core/limits.ts';
import type { DueRecord, RecordTerms } from '../store.ts';
import type { Database } from './database.ts';
import { toLimit } from './rows.ts';

/** Over for good: a closed one still waits for its archive. Files of a merged ticket went onto the other one. */
const OVER = ['archived', 'cancelled', 'merged'];

/** Closed longest ago first. */
export async function readDueRecords(
  database: Kysely<Database>,
  { wordsBeforeMs, filesBeforeMs }: RecordTerms,
  limit: number,
): Promise<readonly DueRecord[]> {
  const max = toLimit(limit, LIMITS.pageRows);
  const worded = wordsBeforeMs === null ? [] : await readWorded(database, wordsBeforeMs, max);
  const filed = filesBeforeMs === null ? [] : await readFiled(database, filesBeforeMs, max);
  const words = new Set(worded.map(({ ticket }) => ticket));
  const files = new Set(filed.map(({ ticket }) => ticket));
  const rows = new Map([...worded, ...filed].map((row) => [row.ticket, row]));
  return [...rows.values()]
    .map((row) => ({ ...row, words: words.has(row.ticket), files: files.has(row.ticket) }))
    .sort((a, b) => a.closedAtMs - b.closedAtMs)
    .slice(0, max);
}

type Row = Omit<DueRecord, 'words' | 'files'>;

async function readWorded(
  database: Kysely<Database>,
  beforeMs: number,
  limit: number,
): Promise<readonly Row[]> {
  const rows = await selectOver(database, beforeMs).where('is_wordless', '=', 0).limit(limit).execute();
  return rows.map(toRow);
}

async function readFiled(
  database: Kysely<Database>,
  beforeMs: number,
  limit: number,
): Promise<readonly Row[]> {
  const rows = await selectOver(database, beforeMs)
    .where('stage', '<>', 'merged')
    .where('ticket_list.ticket', 'in', (where) =>
      where.selectFrom('attachment').select('attachment.ticket').where('destroyed_at_ms', 'is', null),
    )
    .limit(limit)
    .execute();
  return rows.map(toRow);
}

function selectOver(database: Kysely<Database>, beforeMs: number) {
  return database
    .selectFrom('ticket_list')
    .innerJoin('ticket', 'ticket.id', 'ticket_list.ticket')
    .select(['ticket_list.ticket', 'ticket.number', 'ticket_list.closed_at_ms as closedAtMs'])
    .where('ticket_list.is_open', '=', 0)
    .where('ticket_list.is_kept', '=', 0)
    .where('ticket_list.stage', 'in', OVER)
    .where('ticket_list.closed_at_ms', '<', beforeMs)
    .orderBy('ticket_list.closed_at_ms');
}

function toRow({
  closedAtMs,
  ...row
}: {
  readonly ticket: string;
  readonly number: string;
  readonly closedAtMs: number | null;
}): Row {
  return { ...row, closedAtMs: closedAtMs ?? 0 };
}
