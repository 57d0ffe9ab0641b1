/**
 * Reads of tickets. Lists go by `ticket_list` and `ticket_text`; documents are fetched for the rows of a page only.
 * Figures are ticket-figures.ts.
 */
import { type ExpressionBuilder, type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import type { TicketId } from '../../core/ids.ts';
import { LIMITS } from '../../core/limits.ts';
import type { Ticket } from '../../core/ticket.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { HistoryEntry, Page, StoreQueries, TicketDueRow, TicketFilter } from '../store.ts';
import { toMatch } from './bigrams.ts';
import { countAll, type Database } from './database.ts';
import { readDueRecords } from './due-records.ts';
import { type OpenedEvent, openEvents } from './read-words.ts';
import { toLimit, toPage } from './rows.ts';
import { readPersonal, readTickets } from './ticket-documents.ts';
import { readTicketFigures } from './ticket-figures.ts';

type TicketQueries = Pick<
  StoreQueries,
  | 'tickets'
  | 'ticketsOfEquipment'
  | 'ticketFigures'
  | 'ticket'
  | 'ticketHistory'
  | 'ticketDues'
  | 'personal'
  | 'personalStoredBefore'
  | 'dueRecords'
  | 'knownAttachments'
>;

export function createTicketQueries(database: Kysely<Database>): TicketQueries {
  return {
    tickets: (filter) => findTickets(database, filter),
    ticketsOfEquipment: (equipment, limit) => readOfEquipment(database, equipment, limit),
    ticketFigures: (fromMs, toMs, asOf) => readTicketFigures(database, fromMs, toMs, asOf),
    async ticket(id) {
      const row = await database.selectFrom('ticket').select('doc').where('id', '=', id).executeTakeFirst();
      const [ticket] = await readTickets(database, row === undefined ? [] : [row.doc]);
      return ticket ?? null;
    },
    ticketHistory: (id) => readTicketHistory(database, id),
    ticketDues: (limit) => readDues(database, limit),
    personal: async (id) => (await readPersonal(database, [id])).get(id) ?? null,
    personalStoredBefore: (beforeMs, limit) => readStoredBefore(database, beforeMs, limit),
    dueRecords: (terms, limit) => readDueRecords(database, terms, limit),
    knownAttachments: (ids) => readKnownAttachments(database, ids),
  };
}

/** The id of personal fields begins with that of their ticket, or their feedback. */
const TICKET_OF_PERSONAL = sql<string>`substr(personal.id, 1, instr(personal.id || '/', '/') - 1)`;

async function readStoredBefore(database: Kysely<Database>, beforeMs: number, limit: number) {
  const rows = await database
    .selectFrom('personal')
    .select(['id', 'stored_at_ms'])
    .where('doc', 'is not', null)
    .where('stored_at_ms', '<', beforeMs)
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('ticket_list')
            .select('ticket')
            .where('ticket', '=', TICKET_OF_PERSONAL)
            .where('is_open', '=', 1),
        ),
      ),
    )
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('feedback')
            .select('id')
            .where('feedback.id', '=', TICKET_OF_PERSONAL)
            .where('is_over', '=', 0),
        ),
      ),
    )
    .orderBy('stored_at_ms')
    .limit(toLimit(limit, LIMITS.pageRows))
    .execute();
  return rows.map(({ id, stored_at_ms: storedAtMs }) => ({ id, storedAtMs }));
}

type Rows = SelectQueryBuilder<Database, 'ticket_list', object>;
type Where = ExpressionBuilder<Database, 'ticket_list'>;

/** Key: of the filter; value: column that must be equal. */
const EQUAL = {
  equipment: 'equipment',
  class: 'class',
  stage: 'stage',
  priority: 'priority',
  assignee: 'assignee',
  reporter: 'reporter',
  location: 'location',
  faultKind: 'fault_kind',
} as const satisfies Partial<Record<keyof TicketFilter, keyof Database['ticket_list']>>;

/** Newest first by receipt; with words to search, by the order in which they were entered. */
async function findTickets(database: Kysely<Database>, filter: TicketFilter): Promise<Page<Ticket>> {
  if (filter.text !== undefined) return searchTickets(database, filter, toMatch(filter.text));
  const rows = restrict(database.selectFrom('ticket_list'), filter);
  const { limit, offset } = toPage(filter);
  const found = await rows
    .select('ticket')
    .orderBy('received_at_ms', 'desc')
    .orderBy('seq', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  return { items: await readDocuments(database, found), total: await countAll(rows) };
}

/**
 * The index gives rows by `seq`, so that a page of a word that is everywhere is found at once. The cross join keeps SQLite
 * from asking the index anew for every row of the list.
 */
async function searchTickets(
  database: Kysely<Database>,
  filter: TicketFilter,
  match: string | null,
): Promise<Page<Ticket>> {
  const { orFaultKinds: kinds = [] } = filter;
  if (kinds.length > 0) return searchKinds(database, filter, match, kinds);
  if (match === null) return { items: [], total: 0 };
  const words = database.selectFrom('ticket_text').where(sql<boolean>`ticket_text match ${match}`);
  const joined = words.crossJoin('ticket_list').whereRef('seq', '=', 'ticket_text.rowid');
  const rows = restrict(joined, filter);
  const { limit, offset } = toPage(filter);
  const found = await rows
    .select('ticket')
    .orderBy('ticket_text.rowid', 'desc')
    .limit(limit)
    .offset(offset)
    .execute();
  const total = await countAll(isRestricted(filter) ? rows : words);
  return { items: await readDocuments(database, found), total };
}

/** Also by what people call the kind of fault, which is none of the words: the two are one list of rows. */
async function searchKinds(
  database: Kysely<Database>,
  filter: TicketFilter,
  match: string | null,
  kinds: readonly string[],
): Promise<Page<Ticket>> {
  const ofKinds = sql`select seq from ticket_list where fault_kind in (select value from json_each(${JSON.stringify(kinds)}))`;
  const found =
    match === null
      ? ofKinds
      : sql`select rowid from ticket_text where ticket_text match ${match} union ${ofKinds}`;
  const rows = restrict(database.selectFrom('ticket_list').where(sql<boolean>`seq in (${found})`), filter);
  const { limit, offset } = toPage(filter);
  const page = await rows.select('ticket').orderBy('seq', 'desc').limit(limit).offset(offset).execute();
  return { items: await readDocuments(database, page), total: await countAll(rows) };
}

/** Whether anything but words and page is asked for. */
function isRestricted({
  state,
  text: _text,
  orFaultKinds: _kinds,
  limit: _limit,
  offset: _offset,
  ...others
}: TicketFilter): boolean {
  return state !== 'all' || Object.values(others).some((value) => value !== undefined);
}

function restrict<T extends 'ticket_list' | 'ticket_text'>(
  all: SelectQueryBuilder<Database, T | 'ticket_list', object>,
  filter: TicketFilter,
): SelectQueryBuilder<Database, T | 'ticket_list', object> {
  // All columns are those of the list, whatever it is joined with.
  let rows = all as unknown as Rows;
  if (filter.state !== 'all') rows = rows.where('is_open', '=', filter.state === 'open' ? 1 : 0);
  for (const [name, column] of Object.entries(EQUAL) as [
    keyof typeof EQUAL,
    keyof Database['ticket_list'],
  ][]) {
    const value = filter[name];
    if (value !== undefined) rows = rows.where(column, '=', value);
  }
  if (filter.fromMs !== undefined) rows = rows.where('received_at_ms', '>=', filter.fromMs);
  if (filter.toMs !== undefined) rows = rows.where('received_at_ms', '<', filter.toMs);
  const { contractor, firm, number } = filter;
  if (contractor !== undefined) rows = rows.where((where) => isGivenTo(where, contractor, firm));
  if (number !== undefined) rows = rows.where((where) => isNumbered(where, number));
  return rows;
}

/** To the account, or to the firm that it is tied to. */
function isGivenTo(where: Where, contractor: string, firm: string | undefined) {
  const isAccount = where('contractor', '=', contractor);
  return firm === undefined ? isAccount : where.or([isAccount, where('contractor_firm', '=', firm)]);
}

function isNumbered(where: Where, number: string) {
  return where('ticket', 'in', where.selectFrom('ticket').select('id').where('number', '=', number));
}

/** In the order of the rows. */
async function readDocuments(
  database: Kysely<Database>,
  listed: readonly { readonly ticket: string }[],
): Promise<readonly Ticket[]> {
  if (listed.length === 0) return [];
  const ids = listed.map(({ ticket }) => ticket);
  const rows = await database.selectFrom('ticket').select(['id', 'doc']).where('id', 'in', ids).execute();
  /** Key: ticket id. */
  const documents = new Map(rows.map(({ id, doc }) => [id, doc]));
  return readTickets(
    database,
    ids.flatMap((id) => documents.get(id) ?? []),
  );
}

async function readOfEquipment(
  database: Kysely<Database>,
  equipment: string,
  limit: number,
): Promise<readonly Ticket[]> {
  const found = await database
    .selectFrom('ticket_list')
    .select('ticket')
    .where('equipment', '=', equipment)
    .orderBy('received_at_ms', 'desc')
    .orderBy('seq', 'desc')
    .limit(toLimit(limit, STORE_LIMITS.equipmentTickets))
    .execute();
  return readDocuments(database, found);
}

const NOTHING: OpenedEvent = { detail: {}, typed: [], gone: [] };

/** A ticket event's note is the `note` of its detail. */
async function readTicketHistory(database: Kysely<Database>, id: string): Promise<readonly HistoryEntry[]> {
  const rows = await database
    .selectFrom('ticket_event')
    .select(['id', 'at_ms as atMs', 'type', 'actor as by', 'detail'])
    .where('ticket', '=', id)
    .orderBy('id', 'desc')
    .limit(STORE_LIMITS.historyRows)
    .execute();
  const opened = await openEvents(database, rows);
  return rows.reverse().map(({ id: event, ...row }) => {
    const { detail, typed, gone } = opened.get(event) ?? NOTHING;
    const note = detail['note'];
    return {
      ...row,
      note: typeof note === 'string' ? note : '',
      detail,
      event,
      ...(typed.length > 0 && { typed }),
      ...(gone.length > 0 && { gone }),
    };
  });
}

async function readDues(
  database: Kysely<Database>,
  limit: number,
): Promise<readonly (TicketDueRow & { readonly ticket: TicketId })[]> {
  const rows = await database
    .selectFrom('ticket_due')
    .select(['ticket', 'clock', 'round', 'what', 'due_at_ms as dueAtMs'])
    .orderBy('due_at_ms')
    .orderBy('ticket')
    .limit(toLimit(limit, STORE_LIMITS.dueRows))
    .execute();
  return rows as (TicketDueRow & { readonly ticket: TicketId })[];
}

async function readKnownAttachments(
  database: Kysely<Database>,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (let at = 0; at < ids.length; at += STORE_LIMITS.idsPerQuestion) {
    const some = ids.slice(at, at + STORE_LIMITS.idsPerQuestion);
    const rows = await database
      .selectFrom('attachment')
      .select('id')
      .where('id', 'in', some)
      .where('destroyed_at_ms', 'is', null)
      .execute();
    for (const { id } of rows) known.add(id);
  }
  return known;
}
