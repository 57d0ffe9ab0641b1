/** Reads of feedback: lists by marks and words, one entry, its history, and what a start goes on with. */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Feedback } from '../../core/feedback.ts';
import { type FeedbackId, toId } from '../../core/ids.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { BootState, FeedbackFilter, HistoryEntry, Page, StoreQueries } from '../store.ts';
import { toMatch } from './bigrams.ts';
import { countAll, type Database } from './database.ts';
import { openLines } from './read-record-words.ts';
import { parse, toPage } from './rows.ts';

type FeedbackQueries = Pick<StoreQueries, 'feedbacks' | 'feedback' | 'feedbackHistory'>;

export function createFeedbackQueries(database: Kysely<Database>): FeedbackQueries {
  return {
    feedbacks: (filter) => readFeedbacks(database, filter),
    async feedback(id) {
      const row = await database.selectFrom('feedback').select('doc').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as Feedback);
    },
    feedbackHistory: (id) => readHistory(database, id),
  };
}

/** Those that are not over, with the rows that the sweep goes by. */
export async function readFeedbackState(
  database: Kysely<Database>,
): Promise<Required<Pick<BootState, 'feedbacks' | 'feedbackDues'>>> {
  const rows = await database
    .selectFrom('feedback')
    .select('doc')
    .where('is_over', '=', 0)
    .orderBy('received_at_ms')
    .orderBy('seq')
    .execute();
  const dues = await database
    .selectFrom('feedback_due')
    .select(['feedback', 'clock', 'what', 'due_at_ms as dueAtMs'])
    .execute();
  return {
    feedbacks: rows.map(({ doc }) => parse(doc) as Feedback),
    feedbackDues: dues.map(({ feedback, clock, what, dueAtMs }) => ({
      feedback: toId<FeedbackId>(feedback),
      clock: clock as Feedback['clocks'][number]['id'],
      what: what as 'warn' | 'breach',
      dueAtMs,
    })),
  };
}

type Rows = SelectQueryBuilder<Database, 'feedback', object>;

/** The last received first. */
async function readFeedbacks(database: Kysely<Database>, filter: FeedbackFilter): Promise<Page<Feedback>> {
  const match = filter.text === undefined ? undefined : toMatch(filter.text);
  if (match === null) return { items: [], total: 0 };
  let rows = restrict(database.selectFrom('feedback'), filter);
  if (match !== undefined)
    rows = rows.where(
      sql<boolean>`seq in (select rowid from feedback_text where feedback_text match ${match})`,
    );
  const { limit, offset } = toPage(filter);
  const found = await rows
    .select('doc')
    .orderBy('received_at_ms', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return { items: found.map(({ doc }) => parse(doc) as Feedback), total: await countAll(rows) };
}

function restrict(all: Rows, filter: FeedbackFilter): Rows {
  let rows = all;
  if (filter.state !== 'all') rows = rows.where('is_over', '=', filter.state === 'open' ? 0 : 1);
  for (const column of ['number', 'stage', 'source', 'subject', 'handler'] as const) {
    const value = filter[column];
    if (value !== undefined) rows = rows.where(column, '=', value);
  }
  if (filter.isBreached !== undefined) rows = rows.where('is_breached', '=', filter.isBreached ? 1 : 0);
  if (filter.fromMs !== undefined) rows = rows.where('received_at_ms', '>=', filter.fromMs);
  if (filter.toMs !== undefined) rows = rows.where('received_at_ms', '<', filter.toMs);
  const { ticket } = filter;
  if (ticket === undefined) return rows;
  return rows.where((where) =>
    where('id', 'in', where.selectFrom('feedback_ticket').select('feedback').where('ticket', '=', ticket)),
  );
}

async function readHistory(database: Kysely<Database>, id: string): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('feedback_event')
    .select(['id', 'at_ms as atMs', 'type', 'actor as by', 'detail'])
    .where('feedback', '=', id)
    .orderBy('id', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  return openLines(database, 'feedback_event', rows.reverse());
}
