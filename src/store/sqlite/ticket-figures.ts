/**
 * What the month's figures are made of (alarms.md E), from narrow rows: documents are read only of tickets on which a late
 * clock still runs. A ticket belongs to the time in which it was received; drills and duplicates are not counted.
 */
import { type Kysely, sql } from 'kysely';
import type { Ticket } from '../../core/ticket.ts';
import { STORE_LIMITS } from '../limits.ts';
import type { StoreQueries, TicketFigures } from '../store.ts';
import type { Database } from './database.ts';
import { parse } from './rows.ts';

type ClockFigures = TicketFigures['clocks'][string];
type AsOf = NonNullable<Parameters<StoreQueries['ticketFigures']>[2]>;

/** @param asOf as of StoreQueries.ticketFigures */
export async function readTicketFigures(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
  asOf: AsOf = async (ticket) => ticket,
): Promise<TicketFigures> {
  const groups = await readOpened(database, fromMs, toMs);
  return {
    fromMs,
    toMs,
    opened: sumOf(groups, 'n'),
    ...(await countEnded(database, fromMs, toMs)),
    open: await countOpen(database, toMs),
    byClass: toCounts(groups, 'class'),
    byPriority: toCounts(groups, 'priority'),
    clocks: await readClocks(database, fromMs, toMs, asOf),
    reworked: sumOf(groups, 'reworked'),
    falseAlarms: sumOf(groups, 'falseAlarms'),
  };
}

interface Group {
  readonly class: string;
  readonly priority: string;
  readonly n: number;
  readonly reworked: number;
  readonly falseAlarms: number;
}

async function readOpened(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
): Promise<readonly Group[]> {
  return database
    .selectFrom('ticket_list')
    .select(({ fn }) => [
      'class',
      'priority',
      fn.countAll<number>().as('n'),
      fn.sum<number>('is_reworked').as('reworked'),
      fn.sum<number>('is_false_alarm').as('falseAlarms'),
    ])
    .where('received_at_ms', '>=', fromMs)
    .where('received_at_ms', '<', toMs)
    .where('is_counted', '=', 1)
    .groupBy(['class', 'priority'])
    .execute();
}

function sumOf(groups: readonly Group[], name: 'n' | 'reworked' | 'falseAlarms'): number {
  return groups.reduce((sum, group) => sum + group[name], 0);
}

function toCounts(groups: readonly Group[], by: 'class' | 'priority'): Readonly<Record<string, number>> {
  const groupsOf = Object.groupBy(groups, (group) => group[by]);
  return Object.fromEntries(Object.entries(groupsOf).map(([name, some = []]) => [name, sumOf(some, 'n')]));
}

async function countEnded(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
): Promise<Pick<TicketFigures, 'closed' | 'cancelled'>> {
  const stages = await database
    .selectFrom('ticket_list')
    .select(({ fn }) => ['stage', fn.countAll<number>().as('n')])
    .where('is_open', '=', 0)
    .where('closed_at_ms', '>=', fromMs)
    .where('closed_at_ms', '<', toMs)
    .where('is_counted', '=', 1)
    .groupBy('stage')
    .execute();
  const sum = (isCancelled: boolean): number =>
    stages.reduce((all, { stage, n }) => ((stage === 'cancelled') === isCancelled ? all + n : all), 0);
  return { closed: sum(false), cancelled: sum(true) };
}

/** Those that are open still, and those that were closed later. */
async function countOpen(database: Kysely<Database>, toMs: number): Promise<number> {
  const received = database
    .selectFrom('ticket_list')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('received_at_ms', '<', toMs)
    .where('is_counted', '=', 1);
  const { n: still } = await received.where('is_open', '=', 1).executeTakeFirstOrThrow();
  const { n: later } = await received
    .where('is_open', '=', 0)
    .where('closed_at_ms', '>=', toMs)
    .executeTakeFirstOrThrow();
  return still + later;
}

/** A month of a large site has 60,000: as one text for each clock they come four times as quickly as row by row. */
async function readClocks(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
  asOf: AsOf,
): Promise<TicketFigures['clocks']> {
  const clocks: Record<string, ClockFigures> = {};
  const toLate = createLateReader(database, asOf);
  const names = await database.selectFrom('clock_name').select('clock').orderBy('clock').execute();
  for (const { clock } of names) {
    const { spent, running, breached } = await database
      .selectFrom('ticket_clock')
      .select(({ fn }) => [
        fn.sum<number>('is_breached').as('breached'),
        sql<string | null>`group_concat(iif(is_running, null, spent_ms))`.as('spent'),
        sql<string | null>`group_concat(iif(is_running, seq || '/' || round, null))`.as('running'),
      ])
      .where('clock', '=', clock)
      .where('received_at_ms', '>=', fromMs)
      .where('received_at_ms', '<', toMs)
      .executeTakeFirstOrThrow();
    const all = [...(spent?.split(',').map(Number) ?? []), ...(await toLate(clock, running))];
    if (all.length > 0) clocks[clock] = summarise(all, breached);
  }
  return clocks;
}

/** Time that late clocks of that name have spent so far. Each ticket is read once. */
function createLateReader(
  database: Kysely<Database>,
  asOf: AsOf,
): (clock: string, runs: string | null) => Promise<readonly number[]> {
  /** Key: seq. */
  const tickets = new Map<number, Ticket>();
  return async (clock, runs) => {
    const wanted = runs?.split(',').map((run) => run.split('/').map(Number) as [seq: number, round: number]);
    if (wanted === undefined) return [];
    for (const [seq, ticket] of await readBySeq(
      database,
      wanted.map(([seq]) => seq).filter((seq) => !tickets.has(seq)),
    ))
      tickets.set(seq, await asOf(ticket));
    return wanted.flatMap(([seq, round]) => {
      const run = tickets.get(seq)?.clocks.find(({ id, round: of }) => id === clock && of === round);
      return run === undefined ? [] : [Math.max(run.spentMs, run.limitMs)];
    });
  };
}

async function readBySeq(
  database: Kysely<Database>,
  seqs: readonly number[],
): Promise<readonly (readonly [seq: number, ticket: Ticket])[]> {
  const found: (readonly [number, Ticket])[] = [];
  for (let at = 0; at < seqs.length; at += STORE_LIMITS.idsPerQuestion) {
    const rows = await database
      .selectFrom('ticket_list')
      .innerJoin('ticket', 'ticket.id', 'ticket_list.ticket')
      .select(['seq', 'doc'])
      .where('seq', 'in', seqs.slice(at, at + STORE_LIMITS.idsPerQuestion))
      .execute();
    for (const { seq, doc } of rows) found.push([seq, parse(doc) as Ticket]);
  }
  return found;
}

/** Nearest rank: a median that one of the clocks really had. */
function summarise(spent: readonly number[], breached: number): ClockFigures {
  const sorted = Float64Array.from(spent).sort();
  const n = sorted.length;
  const at = (share: number): number => sorted[Math.ceil(share * n) - 1] ?? Number.NaN;
  return { n, breached, medianMs: at(0.5), p90Ms: at(0.9), maxMs: at(1) };
}
