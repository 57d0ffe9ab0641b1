/**
 * What the month's figures are made of (alarms.md E), from narrow rows: no document is read. A ticket belongs to the time
 * in which it was received; drills and duplicates are not counted.
 */
import { type Kysely, sql } from 'kysely';
import type { TicketFigures } from '../store.ts';
import type { Database } from './database.ts';

type ClockFigures = TicketFigures['clocks'][string];

/** Open is what was open at the end of that time. */
export async function readTicketFigures(
  database: Kysely<Database>,
  fromMs: number,
  toMs: number,
): Promise<TicketFigures> {
  const groups = await readOpened(database, fromMs, toMs);
  return {
    fromMs,
    toMs,
    opened: sumOf(groups, 'n'),
    closed: await countClosed(database, fromMs, toMs),
    open: await countOpen(database, toMs),
    byClass: toCounts(groups, 'class'),
    byPriority: toCounts(groups, 'priority'),
    clocks: await readClocks(database, fromMs, toMs),
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

async function countClosed(database: Kysely<Database>, fromMs: number, toMs: number): Promise<number> {
  const { n } = await database
    .selectFrom('ticket_list')
    .select(({ fn }) => fn.countAll<number>().as('n'))
    .where('is_open', '=', 0)
    .where('closed_at_ms', '>=', fromMs)
    .where('closed_at_ms', '<', toMs)
    .where('is_counted', '=', 1)
    .executeTakeFirstOrThrow();
  return n;
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
): Promise<TicketFigures['clocks']> {
  const clocks: Record<string, ClockFigures> = {};
  for (const { clock } of await database
    .selectFrom('clock_name')
    .select('clock')
    .orderBy('clock')
    .execute()) {
    const { spent, breached } = await database
      .selectFrom('ticket_clock')
      .select(({ fn }) => [
        fn.sum<number>('is_breached').as('breached'),
        sql<string | null>`group_concat(spent_ms)`.as('spent'),
      ])
      .where('clock', '=', clock)
      .where('received_at_ms', '>=', fromMs)
      .where('received_at_ms', '<', toMs)
      .executeTakeFirstOrThrow();
    if (spent !== null) clocks[clock] = summarise(spent, breached);
  }
  return clocks;
}

/** Nearest rank: a median that one of the clocks really had. */
function summarise(spent: string, breached: number): ClockFigures {
  const sorted = Float64Array.from(spent.split(','), Number).sort();
  const n = sorted.length;
  const at = (share: number): number => sorted[Math.ceil(share * n) - 1] ?? Number.NaN;
  return { n, breached, medianMs: at(0.5), p90Ms: at(0.9), maxMs: at(1) };
}
