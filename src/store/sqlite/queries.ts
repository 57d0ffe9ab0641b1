/** Reads of committed state through Kysely, on a read-only connection of the calling thread. */
import { type Kysely, sql } from 'kysely';
import type { Occurrence } from '../../core/alarm.ts';
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
  UserRow,
} from '../store.ts';
import type { Database } from './database.ts';
import { createEngineQueries, readEngineState } from './engine-queries.ts';
import { readAlarmLog, readTicketLog } from './log-queries.ts';
import { type PageRequest, parse, toOccurrence, toPage } from './rows.ts';

type Detail = HistoryEntry['detail'];

/** Lists are newest first, at most `LIMITS.pageRows` rows each; histories are oldest first unless they say otherwise. */
export function createQueries(database: Kysely<Database>): StoreQueries {
  return {
    ...createEngineQueries(database),
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
    tickets: (filter) => readTickets(database, filter),
    async ticket(id) {
      const row = await database.selectFrom('ticket').select('doc').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as Ticket);
    },
    ticketHistory: (id) => readTicketHistory(database, id),
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

/** Occurrences that have not ended; tickets that are open or were closed at `closedSinceMs` or later. */
export async function readBootState(database: Kysely<Database>, closedSinceMs: number): Promise<BootState> {
  const occurrences = await database
    .selectFrom('occurrence')
    .select('doc')
    .where('ended_at_ms', 'is', null)
    .orderBy('raised_at_ms')
    .execute();
  const tickets = await database
    .selectFrom('ticket')
    .select('doc')
    .where((where) =>
      where.or([
        where('is_open', '=', 1),
        where.and([where('is_open', '=', 0), where('closed_at_ms', '>=', closedSinceMs)]),
      ]),
    )
    .orderBy('recorded_at_ms')
    .execute();
  const counters = await database.selectFrom('counter').select(['name', 'value']).execute();
  const delays = await database.selectFrom('delay').select('doc').orderBy('alarm_key').execute();
  return {
    occurrences: occurrences.map(({ doc }) => toOccurrence(doc)),
    tickets: tickets.map(({ doc }) => parse(doc) as Ticket),
    counters: new Map(counters.map(({ name, value }) => [name, value])),
    delays: delays.map(({ doc }) => parse(doc) as DelayRow),
    ...(await readEngineState(database)),
  };
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
  const { total } = await rows
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
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

async function readTickets(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['tickets']>[0],
): Promise<Page<Ticket>> {
  let rows = database.selectFrom('ticket');
  if (filter.state !== 'all') rows = rows.where('is_open', '=', filter.state === 'open' ? 1 : 0);
  if (filter.equipment !== undefined) rows = rows.where('equipment', '=', filter.equipment);
  const { limit, offset } = toPage(filter);
  const newestFirst = rows.select('doc').orderBy('recorded_at_ms', 'desc').orderBy('id', 'desc');
  const items = await newestFirst.limit(limit).offset(offset).execute();
  const { total } = await rows
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: items.map(({ doc }) => parse(doc) as Ticket), total };
}

async function readAlarmHistory(database: Kysely<Database>, id: string): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('alarm_event')
    .select(['at_ms as atMs', 'type', 'actor as by', 'note', 'detail'])
    .where('occurrence', '=', id)
    .orderBy('id', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  return rows.reverse().map((row) => ({ ...row, detail: parse(row.detail) as Detail }));
}

/** A ticket event's note is the `note` of its detail. */
async function readTicketHistory(database: Kysely<Database>, id: string): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('ticket_event')
    .select(['at_ms as atMs', 'type', 'actor as by', 'detail'])
    .where('ticket', '=', id)
    .orderBy('id', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  return rows.reverse().map((row) => {
    const detail = parse(row.detail) as Detail;
    const note = detail['note'];
    return { ...row, note: typeof note === 'string' ? note : '', detail };
  });
}

async function readAudit(database: Kysely<Database>, page: PageRequest): Promise<Page<AuditRow>> {
  const { limit, offset } = toPage(page);
  const rows = await database
    .selectFrom('audit')
    .select(['at_ms as atMs', 'actor', 'action', 'object', 'detail'])
    .orderBy('id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await database
    .selectFrom('audit')
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: rows.map((row) => ({ ...row, detail: parse(row.detail) as Detail })), total };
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
