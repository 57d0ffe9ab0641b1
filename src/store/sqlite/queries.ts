/** Reads of committed state through Kysely, on a read-only connection of the calling thread. */
import { type Kysely, sql } from 'kysely';
import type { Occurrence } from '../../core/alarm.ts';
import { type TicketId, toId } from '../../core/ids.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Ticket } from '../../core/ticket.ts';
import { STORE_LIMITS } from '../limits.ts';
import type {
  AuditRow,
  BootState,
  DelayRow,
  HistoryEntry,
  LockOutRow,
  Page,
  PointWriteRow,
  StoreQueries,
  TicketDueRow,
  UserRow,
} from '../store.ts';
import { countAll, type Database } from './database.ts';
import { createEngineQueries, readEngineState } from './engine-queries.ts';
import { createFeedbackQueries, readFeedbackState } from './feedback-queries.ts';
import { readAlarmLog, readTicketLog } from './log-queries.ts';
import { readPastRepairs } from './past-repairs.ts';
import { createRecordQueries, openLines } from './read-record-words.ts';
import { type PageRequest, parse, toOccurrence, toPage } from './rows.ts';
import { createServiceQueries, readServiceState } from './service-queries.ts';
import { readTickets } from './ticket-documents.ts';
import { createTicketQueries } from './ticket-queries.ts';

type DueKind = TicketDueRow['what'];

/** Lists are newest first, at most `LIMITS.pageRows` rows each; histories are oldest first unless they say otherwise. */
export function createQueries(database: Kysely<Database>): StoreQueries {
  return {
    ...createEngineQueries(database),
    ...createTicketQueries(database),
    ...createServiceQueries(database),
    ...createFeedbackQueries(database),
    ...createRecordQueries(database),
    alarms: (filter) => readAlarms(database, filter),
    async alarm(id) {
      const row = await database
        .selectFrom('occurrence')
        .select('doc')
        .where('id', '=', id)
        .executeTakeFirst();
      return row === undefined ? null : toOccurrence(row.doc);
    },
    alarmHistory: (id) => readAlarmHistory(database, id),
    explained: () => readExplained(database),
    async users() {
      const rows = await database.selectFrom('user').select('doc').orderBy('username').execute();
      return rows.map(({ doc }) => parse(doc) as UserRow);
    },
    async user(username) {
      const row = await database
        .selectFrom('user')
        .select('doc')
        .where('username', '=', username)
        .executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as UserRow);
    },
    async session(tokenHash) {
      const row = await database
        .selectFrom('session')
        .select([
          'token_hash as tokenHash',
          'username',
          'created_at_ms as createdAtMs',
          'expires_at_ms as expiresAtMs',
        ])
        .where('token_hash', '=', tokenHash)
        .executeTakeFirst();
      return row ?? null;
    },
    configHash: () => readConfigHash(database),
    audit: (page) => readAudit(database, page),
    pointWrites: (filter) => readPointWrites(database, filter),
    alarmLog: (fromId, limit) => readAlarmLog(database, fromId, limit),
    ticketLog: (fromId, limit) => readTicketLog(database, fromId, limit),
    async lockOuts() {
      const rows = await database.selectFrom('lock_out').selectAll().orderBy('equipment').execute();
      return new Map(rows.map(({ equipment, doc }) => [equipment, parse(doc) as LockOutRow]));
    },
  };
}

async function readConfigHash(database: Kysely<Database>): Promise<string | null> {
  const row = await database
    .selectFrom('config_version')
    .select('hash')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return row?.hash ?? null;
}

/** Occurrences that have not ended; tickets that are open, were closed at `closedSinceMs` or later, or have something due. */
export async function readBootState(database: Kysely<Database>, closedSinceMs: number): Promise<BootState> {
  const occurrences = await database
    .selectFrom('occurrence')
    .select('doc')
    .where('ended_at_ms', 'is', null)
    .orderBy('raised_at_ms')
    .execute();
  const tickets = await readBootTickets(database, closedSinceMs);
  const counters = await database.selectFrom('counter').select(['name', 'value']).execute();
  const delays = await database.selectFrom('delay').select('doc').orderBy('alarm_key').execute();
  const feedback = await readFeedbackState(database);
  return {
    occurrences: occurrences.map(({ doc }) => toOccurrence(doc)),
    tickets,
    counters: new Map(counters.map(({ name, value }) => [name, value])),
    delays: delays.map(({ doc }) => parse(doc) as DelayRow),
    ...(await readEngineState(database)),
    ...(await readServiceState(database, [...tickets, ...feedback.feedbacks], closedSinceMs)),
    ...feedback,
    dues: await readBootDues(database, closedSinceMs),
    pastRepairs: await readPastRepairs(database),
  };
}

async function readBootTickets(
  database: Kysely<Database>,
  closedSinceMs: number,
): Promise<readonly Ticket[]> {
  const rows = await selectKept(database, closedSinceMs)
    .innerJoin('ticket', 'ticket.id', 'ticket_list.ticket')
    .select('ticket.doc')
    .orderBy('ticket_list.received_at_ms')
    .orderBy('ticket_list.seq')
    .execute();
  return readTickets(
    database,
    rows.map(({ doc }) => doc),
  );
}

/** Their due times; what is due of others nobody waits for. */
async function readBootDues(
  database: Kysely<Database>,
  closedSinceMs: number,
): Promise<NonNullable<BootState['dues']>> {
  const rows = await selectKept(database, closedSinceMs)
    .innerJoin('ticket_due as due', 'due.ticket', 'ticket_list.ticket')
    .select(['due.ticket', 'due.clock', 'due.round', 'due.what', 'due.due_at_ms as dueAtMs'])
    .execute();
  return rows.map((row) => ({ ...row, ticket: toId<TicketId>(row.ticket), what: row.what as DueKind }));
}

/**
 * Open tickets, those that were closed since, and those that time still brings something to however long ago they were
 * closed: a clock of the filing, a proof, the end of a longer reopen window.
 */
function selectKept(database: Kysely<Database>, closedSinceMs: number) {
  const due = database
    .selectFrom('ticket_due')
    .select('ticket_due.ticket')
    .where((where) => where.or([where('what', '<>', 'archive'), where('due_at_ms', '>=', closedSinceMs)]));
  return database
    .selectFrom('ticket_list')
    .where((where) =>
      where.or([
        where('ticket_list.is_open', '=', 1),
        where.and([
          where('ticket_list.is_open', '=', 0),
          where('ticket_list.closed_at_ms', '>=', closedSinceMs),
        ]),
        where('ticket_list.ticket', 'in', due),
      ]),
    );
}

async function readAlarms(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['alarms']>[0],
): Promise<Page<Occurrence>> {
  let rows = database.selectFrom('occurrence');
  if (filter.state === 'open') rows = rows.where('ended_at_ms', 'is', null);
  if (filter.equipment !== undefined) rows = rows.where('equipment', '=', filter.equipment);
  const { limit, offset } = toPage(filter);
  const newestFirst = rows.select('doc').orderBy('raised_at_ms', 'desc').orderBy('id', 'desc');
  const items = await newestFirst.limit(limit).offset(offset).execute();
  const total = await countAll(rows);
  return { items: items.map(({ doc }) => toOccurrence(doc)), total };
}

async function readExplained(database: Kysely<Database>): Promise<readonly Occurrence[]> {
  const rows = await database
    .selectFrom('occurrence')
    .select('doc')
    .where('ended_at_ms', 'is', null)
    .where(sql<string | null>`json_extract(doc, '$.explainedBy')`, 'is not', null)
    .orderBy('raised_at_ms')
    .limit(STORE_LIMITS.explainedRows)
    .execute();
  return rows.map(({ doc }) => toOccurrence(doc));
}

async function readAlarmHistory(database: Kysely<Database>, id: string): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('alarm_event')
    .select(['id', 'at_ms as atMs', 'type', 'actor as by', 'note', 'detail'])
    .where('occurrence', '=', id)
    .orderBy('id', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  return openLines(database, 'alarm_event', rows.reverse());
}

async function readAudit(database: Kysely<Database>, page: PageRequest): Promise<Page<AuditRow>> {
  const { limit, offset } = toPage(page);
  const rows = await database
    .selectFrom('audit')
    .select(['id', 'at_ms as atMs', 'actor as by', 'action as type', 'object', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await database
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const opened = await openLines(database, 'audit', rows);
  const items = opened.map(({ atMs, by: actor, type: action, detail }, at): AuditRow => {
    return { atMs, actor, action, object: rows[at]?.object ?? '', detail };
  });
  return { items, total };
}

async function readPointWrites(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['pointWrites']>[0],
): Promise<readonly PointWriteRow[]> {
  let rows = database.selectFrom('point_write').select('doc').orderBy('seq', 'desc');
  if (filter.state === 'open') rows = rows.where('is_open', '=', 1);
  else rows = rows.limit(Math.max(0, Math.min(filter.limit, LIMITS.pageRows)));
  if (filter.equipment !== undefined) rows = rows.where('equipment', '=', filter.equipment);
  if (filter.point !== undefined) rows = rows.where('name', '=', filter.point);
  return (await rows.execute()).map(({ doc }) => parse(doc) as PointWriteRow);
}
