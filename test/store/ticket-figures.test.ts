/** Figures of a time from narrow rows equal the figures counted over the tickets themselves. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import type { TicketClock } from '../../src/core/ticket-clock.ts';
import type { TicketFigures, Write } from '../../src/store/store.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

const [FROM, TO] = [1_000, 2_000];
/** What a late clock has spent in the meantime. */
const LATER_MS = 5_000;
const later = async (ticket: Ticket): Promise<Ticket> => ({
  ...ticket,
  clocks: ticket.clocks.map((clock) =>
    clock.stoppedAtMs === null ? { ...clock, spentMs: clock.spentMs + LATER_MS } : clock,
  ),
});

function makeClock(id: string, changes: Partial<TicketClock> = {}): TicketClock {
  return {
    id,
    name: { zh: '到场', en: 'arrival' },
    round: 1,
    startedAtMs: 0,
    limitMs: 600,
    warnAtMs: null,
    dueAtMs: null,
    spentMs: 0,
    isPaused: false,
    stoppedAtMs: null,
    warnedAtMs: null,
    answeredAtMs: null,
    breachedAtMs: null,
    isBreachTold: false,
    responsible: null,
    ...changes,
  };
}

function makeRandomTicket(random: () => number, at: number): Ticket {
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const spend = (id: string, round: number): TicketClock => {
    const spentMs = Math.floor(random() * 1_000);
    const stoppedAtMs = pick(null, 1_400, 1_500);
    return makeClock(id, { round, spentMs, stoppedAtMs, breachedAtMs: spentMs > 600 ? 600 : null });
  };
  const stage = pick('handling', 'closed', 'archived', 'cancelled', 'merged');
  const reason = pick('false-alarm', 'duplicate', 'withdrawn');
  return rows.makeTicket(`t-${at}`, {
    class: pick('engineering', 'fire'),
    priority: pick('urgent', 'normal', 'emergency'),
    stage,
    isDrill: random() < 0.1,
    receivedAtMs: Math.floor(random() * 3_000),
    stageSinceMs: 1_500,
    closedAtMs: stage === 'closed' || stage === 'archived' ? Math.floor(random() * 4_000) : null,
    reworkCount: pick(0, 0, 1),
    cancellation: stage === 'cancelled' ? { by: 'desk', reason, note: '', atMs: 1_500 } : null,
    clocks: [spend('arrival', 1), spend('arrival', 2), spend('repair', 1)],
  });
}

/** From the words of alarms.md E, over whole tickets. */
function countAll(tickets: readonly Ticket[]): TicketFigures {
  const counted = tickets.filter(
    (ticket) => !ticket.isDrill && ticket.stage !== 'merged' && ticket.cancellation?.reason !== 'duplicate',
  );
  const isIn = (ms: number) => ms >= FROM && ms < TO;
  const opened = counted.filter(({ receivedAtMs }) => isIn(receivedAtMs));
  const endOf = (ticket: Ticket) =>
    isTicketOpen(ticket) ? Number.POSITIVE_INFINITY : (ticket.closedAtMs ?? ticket.stageSinceMs);
  const isCut = ({ cancellation }: Ticket, clock: TicketClock) =>
    clock.breachedAtMs === null && cancellation !== null && clock.stoppedAtMs === cancellation.atMs;
  const clocks = opened.flatMap((ticket) => ticket.clocks.filter((clock) => !isCut(ticket, clock)));
  const ended = counted.filter((ticket) => isIn(endOf(ticket)));
  return {
    fromMs: FROM,
    toMs: TO,
    opened: opened.length,
    closed: ended.filter(({ stage }) => stage !== 'cancelled').length,
    cancelled: ended.filter(({ stage }) => stage === 'cancelled').length,
    open: counted.filter((ticket) => ticket.receivedAtMs < TO && endOf(ticket) >= TO).length,
    byClass: tally(opened.map((ticket) => ticket.class)),
    byPriority: tally(opened.map((ticket) => ticket.priority)),
    clocks: Object.fromEntries(
      ['arrival', 'repair'].map((id) => [id, summarise(clocks.filter((clock) => clock.id === id))]),
    ),
    reworked: opened.filter(({ reworkCount }) => reworkCount > 0).length,
    falseAlarms: opened.filter(({ cancellation }) => cancellation?.reason === 'false-alarm').length,
  };
}

function tally(values: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...new Set(values)].map((value) => [value, values.filter((one) => one === value).length]),
  );
}

function summarise(clocks: readonly TicketClock[]): TicketFigures['clocks'][string] {
  const decided = clocks.filter(
    ({ stoppedAtMs, breachedAtMs }) => stoppedAtMs !== null || breachedAtMs !== null,
  );
  const toSpent = ({ stoppedAtMs, spentMs }: TicketClock) => spentMs + (stoppedAtMs === null ? LATER_MS : 0);
  const spent = decided.map(toSpent).toSorted((one, other) => one - other);
  const rank = (share: number) => spent[Math.ceil(share * spent.length) - 1] ?? Number.NaN;
  return {
    n: decided.length,
    breached: decided.filter(({ breachedAtMs }) => breachedAtMs !== null).length,
    medianMs: rank(0.5),
    p90Ms: rank(0.9),
    maxMs: rank(1),
  };
}

test('figures equal those counted ticket by ticket', async () => {
  const random = createRandom(testSeed());
  const tickets = Array.from({ length: 400 }, (_, at) => makeRandomTicket(random, at));
  const { store } = await openTestStore();
  await store.commit({
    writes: tickets.map((ticket): Write => ({ type: 'ticket', ticket, expectedVersion: null })),
  });
  expect(await store.queries.ticketFigures(FROM, TO, later)).toEqual(countAll(tickets));
});

test('of a time without tickets everything is nought', async () => {
  const { store } = await openTestStore();
  expect(await store.queries.ticketFigures(FROM, TO)).toEqual({
    fromMs: FROM,
    toMs: TO,
    opened: 0,
    closed: 0,
    cancelled: 0,
    open: 0,
    byClass: {},
    byPriority: {},
    clocks: {},
    reworked: 0,
    falseAlarms: 0,
  });
});

test('figures follow what becomes of a ticket', async () => {
  const { store } = await openTestStore();
  const figures = () => store.queries.ticketFigures(FROM, TO);
  const given = { receivedAtMs: 1_500, clocks: [makeClock('arrival', { spentMs: 100 })] };
  await store.commit({ writes: [rows.ticket('t-1', given)] });
  expect(await figures()).toMatchObject({ opened: 1, open: 1, clocks: {} });
  const kept = { ...given, version: 2, clocks: [makeClock('arrival', { spentMs: 300, stoppedAtMs: 1_800 })] };
  await store.commit({ writes: [rows.ticket('t-1', kept, 1)] });
  const arrival = { n: 1, breached: 0, medianMs: 300, p90Ms: 300, maxMs: 300 };
  expect(await figures()).toMatchObject({ clocks: { arrival } });
  const merged = { ...kept, version: 3, stage: 'merged', stageSinceMs: 1_900 } as const;
  await store.commit({ writes: [rows.ticket('t-1', merged, 2)] });
  expect(await figures()).toMatchObject({ opened: 0, closed: 0, open: 0, clocks: {} });
});

test('a clock that only the cancelling of its ticket has stopped is neither kept nor late', async () => {
  const { store } = await openTestStore();
  const cancellation = { by: 'desk', reason: 'withdrawn', note: '', atMs: 1_600 } as const;
  const clocks = [
    makeClock('dispatch', { spentMs: 50, stoppedAtMs: 1_550 }),
    makeClock('arrival', { spentMs: 100, stoppedAtMs: 1_600 }),
    makeClock('reply', { spentMs: 700, stoppedAtMs: 1_600, breachedAtMs: 1_500 }),
  ];
  const ticket = {
    receivedAtMs: 1_500,
    stage: 'cancelled',
    stageSinceMs: 1_600,
    cancellation,
    clocks,
  } as const;
  await store.commit({ writes: [rows.ticket('t-1', ticket)] });
  const { closed, cancelled, clocks: figures } = await store.queries.ticketFigures(FROM, TO);
  expect({ closed, cancelled }).toEqual({ closed: 0, cancelled: 1 });
  expect(figures).toEqual({
    dispatch: { n: 1, breached: 0, medianMs: 50, p90Ms: 50, maxMs: 50 },
    reply: { n: 1, breached: 1, medianMs: 700, p90Ms: 700, maxMs: 700 },
  });
});

test('a late clock that still runs is there with its limit at least, and with the time until the question', async () => {
  const { store } = await openTestStore();
  const clocks = [makeClock('arrival', { spentMs: 0, breachedAtMs: 1_700 })];
  await store.commit({ writes: [rows.ticket('t-1', { receivedAtMs: 1_100, clocks })] });
  const known = await store.queries.ticketFigures(FROM, TO);
  expect(known.clocks).toMatchObject({ arrival: { n: 1, breached: 1, maxMs: 600 } });
  const now = await store.queries.ticketFigures(FROM, TO, later);
  expect(now.clocks).toMatchObject({ arrival: { n: 1, breached: 1, maxMs: 5_000 } });
});

test('clocks that version 8 of the schema has kept are derived anew', async () => {
  const { store, directory } = await openTestStore();
  const cancellation = { by: 'desk', reason: 'withdrawn', note: '', atMs: 1_600 } as const;
  const cut = [makeClock('arrival', { stoppedAtMs: 1_600 })];
  const late = [makeClock('arrival', { breachedAtMs: 1_700 })];
  await store.commit({
    writes: [
      rows.ticket('t-1', { receivedAtMs: 1_100, stage: 'cancelled', cancellation, clocks: cut }),
      rows.ticket('t-2', { receivedAtMs: 1_100, clocks: late }),
    ],
  });
  await store.close();
  const database = new DatabaseSync(join(directory, 'riser.db'));
  database.exec('alter table ticket_clock drop column is_running');
  database.exec("insert into ticket_clock values ('arrival', 1100, 1, 1, 100, 0)");
  database.exec("update meta set value = '8' where name = 'schema_version'");
  database.close();
  const { store: opened } = await openTestStore(directory);
  const { clocks } = await opened.queries.ticketFigures(FROM, TO, later);
  expect(clocks).toMatchObject({ arrival: { n: 1, breached: 1, maxMs: 5_000 } });
});
