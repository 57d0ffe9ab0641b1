/** Reads of what the service keeps beside tickets: policies, messages, incidents, staff, roster, handovers, slips. */
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { Policy } from '../../config/policy.ts';
import type { DrillKind, DrillRecord } from '../../core/drill-record.ts';
import type { Handover, Roster, StaffProfile } from '../../core/duty.ts';
import type { Incident } from '../../core/incident.ts';
import type { Message } from '../../core/message.ts';
import type { Ticket } from '../../core/ticket.ts';
import type { BootState, Page, PolicyVersionRow, SlipRow, StoreQueries } from '../store.ts';
import { createCommissioningQueries } from './commissioning-queries.ts';
import { countAll, type Database } from './database.ts';
import { type PageRequest, parse, parsePolicy, toPage } from './rows.ts';

type ServiceQueries = Pick<
  StoreQueries,
  | 'policyVersions'
  | 'policyVersion'
  | 'messages'
  | 'messagesFailedSince'
  | 'incidents'
  | 'incident'
  | 'staff'
  | 'roster'
  | 'handovers'
  | 'drillRecords'
  | 'drillRevisions'
  | 'lastDrills'
  | 'commissioningEvents'
  | 'commissioningHistory'
  | 'commissioningPhotos'
  | 'slips'
  | 'slip'
>;

/** A busy site makes a few thousand a day; more are not looked through for what has failed. */
const LATE_MESSAGES = 20_000;

export function createServiceQueries(database: Kysely<Database>): ServiceQueries {
  return {
    policyVersions: (page) => readPolicyVersions(database, page),
    async policyVersion(version) {
      const row = await database
        .selectFrom('policy_version')
        .select(['doc', 'policy'])
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? null : toPolicyVersion(row);
    },
    messages: (filter) => readMessages(database, filter),
    messagesFailedSince: (sinceMs) => readFailedSince(database, sinceMs),
    incidents: (filter) => readIncidents(database, filter),
    async incident(id) {
      const row = await database.selectFrom('incident').select('doc').where('id', '=', id).executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as Incident);
    },
    async staff() {
      const rows = await database.selectFrom('staff').selectAll().orderBy('username').execute();
      return new Map(rows.map(({ username, doc }) => [username, parse(doc) as StaffProfile]));
    },
    async roster() {
      const row = await database.selectFrom('roster').select('doc').executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as Roster);
    },
    handovers: (page) => readHandovers(database, page),
    drillRecords: (filter) => readDrillRecords(database, filter),
    async drillRevisions(id) {
      const rows = database.selectFrom('drill_record').select('doc').where('id', '=', id);
      return (await rows.orderBy('revision').execute()).map(({ doc }) => parse(doc) as DrillRecord);
    },
    lastDrills: () => readLastDrills(database),
    ...createCommissioningQueries(database),
    slips: (filter) => readSlips(database, filter),
    async slip(number) {
      const row = await database
        .selectFrom('slip')
        .select('doc')
        .where('number', '=', number)
        .executeTakeFirst();
      return row === undefined ? null : (parse(row.doc) as SlipRow);
    },
  };
}

/** @param opened tickets and feedback of the boot state: their policies are needed */
export async function readServiceState(
  database: Kysely<Database>,
  opened: readonly Pick<Ticket, 'policyVersion'>[],
  closedSinceMs: number,
): Promise<Pick<BootState, 'policies' | 'messages' | 'incidents'>> {
  const incidents = await database
    .selectFrom('incident')
    .select('doc')
    .where('is_over', '=', 0)
    .orderBy('began_at_ms')
    .orderBy('seq')
    .execute();
  const found = incidents.map(({ doc }) => parse(doc) as Incident);
  const versions = [...opened, ...found].flatMap(({ policyVersion }) => policyVersion ?? []);
  return {
    policies: await readPolicies(database, new Set(versions)),
    messages: await readWaitingMessages(database, closedSinceMs),
    incidents: found,
  };
}

async function readPolicies(
  database: Kysely<Database>,
  versions: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Policy>> {
  const policies = new Map<string, Policy>();
  for (const version of versions) {
    const row = await database
      .selectFrom('policy_version')
      .select('policy')
      .where('version', '=', version)
      .executeTakeFirst();
    if (row !== undefined) policies.set(version, parsePolicy(row.policy));
  }
  return policies;
}

/** A message that was sent and never answered is not over, and there are more of them every day. */
async function readWaitingMessages(
  database: Kysely<Database>,
  closedSinceMs: number,
): Promise<readonly Message[]> {
  const rows = await database
    .selectFrom('message')
    .select('doc')
    .where('is_over', '=', 0)
    .where((where) =>
      where.or([
        where('state', '=', 'queued'),
        where('created_at_ms', '>=', closedSinceMs),
        where('ticket', 'in', where.selectFrom('ticket_list').select('ticket').where('is_open', '=', 1)),
      ]),
    )
    .orderBy('seq')
    .execute();
  return rows.map(({ doc }) => parse(doc) as Message);
}

function toPolicyVersion({
  doc,
  policy,
}: {
  readonly doc: string;
  readonly policy: string;
}): PolicyVersionRow {
  return { ...(parse(doc) as Omit<PolicyVersionRow, 'policy'>), policy: parsePolicy(policy) };
}

async function readPolicyVersions(
  database: Kysely<Database>,
  page: PageRequest,
): Promise<Page<PolicyVersionRow>> {
  const { limit, offset } = toPage(page);
  const rows = database.selectFrom('policy_version');
  const found = await rows
    .select(['doc', 'policy'])
    .orderBy('seq', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return { items: found.map(toPolicyVersion), total: await countAll(rows) };
}

async function readMessages(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['messages']>[0],
): Promise<Page<Message>> {
  let rows = database.selectFrom('message');
  for (const column of ['id', 'recipient', 'ticket', 'incident', 'channel'] as const) {
    const value = filter[column];
    if (value !== undefined) rows = rows.where(column, '=', value);
  }
  // Before it is sent nobody can have read it.
  if (filter.state === 'unread') rows = rows.where('state', 'in', ['sent', 'delivered']);
  if (filter.state === 'open') rows = rows.where('is_over', '=', 0);
  return readPage(rows, filter, 'seq');
}

/** What fails has been tried for a day at most: it lies among the newest, which are read without an index of their own. */
async function readFailedSince(database: Kysely<Database>, sinceMs: number): Promise<readonly Message[]> {
  const latest = database
    .selectFrom('message')
    .select(['state', 'doc'])
    .orderBy('seq', 'desc')
    .limit(LATE_MESSAGES)
    .as('latest');
  const rows = await database.selectFrom(latest).select('doc').where('state', '=', 'failed').execute();
  return rows
    .map(({ doc }) => parse(doc) as Message)
    .filter(({ failedAtMs = Number.NEGATIVE_INFINITY }) => failedAtMs >= sinceMs);
}

async function readIncidents(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['incidents']>[0],
): Promise<Page<Incident>> {
  let rows = database.selectFrom('incident');
  if (filter.state === 'open') rows = rows.where('ended_at_ms', 'is', null);
  return readPage(rows, filter, 'began_at_ms', 'seq');
}

async function readHandovers(database: Kysely<Database>, page: PageRequest): Promise<Page<Handover>> {
  return readPage(database.selectFrom('handover'), page, 'at_ms', 'seq');
}

/** Rows that no later revision has taken the place of. */
function currentDrills(database: Kysely<Database>) {
  return database
    .selectFrom('drill_record as record')
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('drill_record as later')
            .select('later.seq')
            .whereRef('later.id', '=', 'record.id')
            .whereRef('later.revision', '>', 'record.revision'),
        ),
      ),
    );
}

async function readDrillRecords(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['drillRecords']>[0],
): Promise<Page<DrillRecord>> {
  const { limit, offset } = toPage(filter);
  let rows = currentDrills(database);
  if (filter.state === 'open') rows = rows.where('record.is_evaluated', '=', 0);
  const found = await rows
    .select('record.doc')
    .orderBy('record.ended_at_ms', 'desc')
    .orderBy('record.seq', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await rows
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { items: found.map(({ doc }) => parse(doc) as DrillRecord), total };
}

async function readLastDrills(database: Kysely<Database>): Promise<ReadonlyMap<DrillKind, number>> {
  const rows = await currentDrills(database)
    .where('record.is_evaluated', '=', 1)
    .select(({ fn }) => ['record.kind', fn.max('record.ended_at_ms').as('endedAtMs')])
    .groupBy('record.kind')
    .execute();
  return new Map(rows.map(({ kind, endedAtMs }) => [kind as DrillKind, endedAtMs]));
}

/** In the order of their numbers. */
async function readSlips(
  database: Kysely<Database>,
  filter: Parameters<StoreQueries['slips']>[0],
): Promise<Page<SlipRow>> {
  const { limit, offset } = toPage(filter);
  let rows = database.selectFrom('slip');
  if (filter.state === 'unused') rows = rows.where('is_unused', '=', 1);
  const found = await rows.select('doc').orderBy('number').limit(limit).offset(offset).execute();
  return { items: found.map(({ doc }) => parse(doc) as SlipRow), total: await countAll(rows) };
}

type Documented = 'message' | 'incident' | 'handover';

/** The last come first. @param columns what they are ordered by */
async function readPage<T>(
  rows: SelectQueryBuilder<Database, Documented, object>,
  page: PageRequest,
  ...columns: readonly string[]
): Promise<Page<T>> {
  const { limit, offset } = toPage(page);
  const ordered = columns.reduce((some, column) => some.orderBy(sql.ref(column), 'desc'), rows);
  const found = await ordered.select('doc').limit(limit).offset(offset).execute();
  return { items: found.map(({ doc }) => parse(doc) as T), total: await countAll(rows) };
}
