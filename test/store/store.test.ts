/** The store as its users see it: what is committed is read back, in order, after a restart and after kill -9. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { Explanation } from '../../src/core/alarm.ts';
import { toId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { startProcess } from '../support/process.ts';
import { createRandom, randomInteger, testSeed } from '../support/seed.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { count, openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

const PAGE = { state: 'all', limit: 10, offset: 0 } as const;

test('everything is read back as it was written, also after opening again', async () => {
  const first = await openTestStore();
  const user = rows.makeUser('wang');
  await first.store.commit({
    writes: [
      rows.occurrence('o-1'),
      rows.alarmEvent('o-1', '已通知'),
      rows.ticket('t-1'),
      rows.ticketEvent('t-1', { note: '已到场', list: [1, null] }),
      rows.link('t-1', 'o-1'),
      { type: 'counter', name: 'ticket', value: 3 },
      rows.delay(rows.KEY),
      { type: 'user', user },
      { type: 'session', session: rows.makeSession('s1', 'wang') },
      { type: 'config-version', version: { hash: 'h', loadedAtMs: 1, files: [] } },
      rows.audit('login'),
    ],
  });
  await first.store.close();
  const { store } = await openTestStore(first.directory);
  expect(await store.queries.alarm('o-1')).toEqual(rows.makeOccurrence('o-1'));
  expect(await store.queries.ticket('t-1')).toEqual(rows.makeTicket('t-1'));
  expect(await store.queries.user('wang')).toEqual(user);
  expect(await store.queries.users()).toEqual([user]);
  expect(await store.queries.session('s1')).toEqual(rows.makeSession('s1', 'wang'));
  expect(await store.queries.audit({ limit: 5, offset: 0 })).toEqual({
    items: [rows.makeAudit('login')],
    total: 1,
  });
  const raised = { atMs: 1_000, type: 'raised', by: 'gateway', note: '已通知', detail: { level: null } };
  expect(await store.queries.alarmHistory('o-1')).toEqual([raised]);
  expect(await store.queries.ticketHistory('t-1')).toMatchObject([
    { type: 'opened', note: '已到场', detail: { note: '已到场', list: [1, null] } },
  ]);
  const boot = await store.boot(0);
  expect(boot.counters).toEqual(new Map([['ticket', 3]]));
  expect(boot.delays).toMatchObject([{ key: rows.KEY, elapsedMs: 12.5 }]);
});

test('open alarms that have a cause are found, whatever else is open', async () => {
  const { store } = await openTestStore();
  const text = { zh: '停电', en: 'mains lost' };
  const explainedBy: Explanation = {
    occurrence: toId('o-1'),
    key: toId('site/board/mains-lost'),
    upstream: 'power',
    text,
    equipmentName: text,
    atMs: 1_000,
  };
  await store.commit({
    writes: [
      rows.occurrence('o-1'),
      rows.occurrence('o-2', { explainedBy, raisedAtMs: 3 }),
      rows.occurrence('o-3', { explainedBy, raisedAtMs: 2, ticketDueAtMs: 9_000 }),
      rows.occurrence('o-4', { explainedBy, endedAtMs: 9_000, endReason: 'returned' }),
      rows.occurrence('o-5', { ticketDueAtMs: 9_000 }),
    ],
  });
  const explained = await store.queries.explained();
  expect(explained.map(({ id }) => id)).toEqual(['o-3', 'o-2']);
  expect(explained[0]).toMatchObject({ explainedBy, ticketDueAtMs: 9_000 });
});

test('what does not exist is null or empty', async () => {
  const { store } = await openTestStore();
  const { queries } = store;
  const singles = [queries.alarm('o'), queries.ticket('t'), queries.user('u'), queries.session('s')];
  expect(await Promise.all(singles)).toEqual([null, null, null, null]);
  expect(await queries.alarms(PAGE)).toEqual({ items: [], total: 0 });
  expect(await queries.ticketHistory('t')).toEqual([]);
});

test('boot gives open occurrences, open tickets, and tickets closed since the moment asked for', async () => {
  const { store } = await openTestStore();
  const closed = { stage: 'closed', closedAtMs: 5_000 } as const;
  await store.commit({
    writes: [
      rows.occurrence('o-open', { raisedAtMs: 2 }),
      rows.occurrence('o-ended', { endedAtMs: 9_000, endReason: 'returned' }),
      rows.ticket('t-open'),
      rows.ticket('t-closed', closed),
      rows.ticket('t-old', { ...closed, closedAtMs: 4_999 }),
      rows.ticket('t-cancelled', { stage: 'cancelled', stageSinceMs: 6_000 }),
    ],
  });
  const boot = await store.boot(5_000);
  expect(boot.occurrences.map(({ id }) => id)).toEqual(['o-open']);
  expect(new Set(boot.tickets.map(({ id }) => id))).toEqual(new Set(['t-open', 't-closed', 't-cancelled']));
});

test('boot gives a ticket that was closed long ago as long as a clock of it still runs, or it may be opened again', async () => {
  const { store } = await openTestStore();
  const closed = { stage: 'closed', closedAtMs: 1_000 } as const;
  const filing = { clock: 'filing', round: 1, what: 'breach', dueAtMs: 2_000 } as const;
  const window = { clock: 'archive', round: 1, what: 'archive', dueAtMs: 6_000 } as const;
  await store.commit({
    writes: [
      ...['t-runs', 't-window', 't-over', 't-none'].map((id) => rows.ticket(id, closed)),
      { type: 'ticket-dues', ticket: toId('t-runs'), dues: [filing] },
      { type: 'ticket-dues', ticket: toId('t-window'), dues: [window] },
      { type: 'ticket-dues', ticket: toId('t-over'), dues: [{ ...window, dueAtMs: 4_999 }] },
    ],
  });
  const boot = await store.boot(5_000);
  expect(boot.tickets.map(({ id }) => id).toSorted()).toEqual(['t-runs', 't-window']);
});

describe('lists', () => {
  test('filter, begin with the newest, count all and cut into pages', async () => {
    const { store } = await openTestStore();
    const writes = [1, 2, 3, 4].flatMap((n) => {
      const equipment = toId<never>(n === 4 ? 'lift-1' : 'pump-1');
      return [
        rows.occurrence(`o-${n}`, { raisedAtMs: n, equipment, endedAtMs: n === 2 ? 9 : null }),
        rows.ticket(`t-${n}`, { receivedAtMs: n, equipment, stage: n === 2 ? 'closed' : 'taken' }),
      ];
    });
    await store.commit({ writes });
    const ids = (page: { items: readonly { id: string }[]; total: number }) => [
      page.items.map(({ id }) => id),
      page.total,
    ];
    const { queries } = store;
    expect(ids(await queries.alarms({ ...PAGE, limit: 2 }))).toEqual([['o-4', 'o-3'], 4]);
    expect(ids(await queries.alarms({ ...PAGE, limit: 2, offset: 2 }))).toEqual([['o-2', 'o-1'], 4]);
    expect(ids(await queries.alarms({ ...PAGE, state: 'open', equipment: 'pump-1' }))).toEqual([
      ['o-3', 'o-1'],
      2,
    ]);
    expect(ids(await queries.tickets({ ...PAGE, state: 'open' }))).toEqual([['t-4', 't-3', 't-1'], 3]);
    expect(ids(await queries.tickets({ ...PAGE, state: 'closed' }))).toEqual([['t-2'], 1]);
    expect(ids(await queries.tickets({ ...PAGE, equipment: 'lift-1' }))).toEqual([['t-4'], 1]);
  });

  test('give at most one page, however much is asked for', async () => {
    const { store } = await openTestStore();
    const many = LIMITS.pageRows + 10;
    await store.commit({ writes: Array.from({ length: many }, (_, n) => rows.audit(`a-${n}`)) });
    const page = await store.queries.audit({ limit: 1e9, offset: -5 });
    expect([page.items.length, page.total]).toEqual([LIMITS.pageRows, many]);
    expect(page.items[0]).toMatchObject({ action: `a-${many - 1}` });
  });
});

test('a new session clears away those that have expired', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [
      { type: 'user', user: rows.makeUser('wang') },
      { type: 'session', session: rows.makeSession('old', 'wang', 5_000) },
    ],
  });
  const session = { ...rows.makeSession('new', 'wang'), createdAtMs: 5_000 };
  await store.commit({ writes: [{ type: 'session', session }] });
  expect(await store.queries.session('old')).toBeNull();
  expect(await store.queries.session('new')).toEqual(session);
});

test('a thousand commits at once keep their order, and a failing one fails alone', async () => {
  const { store } = await openTestStore();
  const failing = new Set([100, 500, 999]);
  const results = await Promise.allSettled(
    Array.from({ length: 1_000 }, (_, n) =>
      store.commit({ writes: [rows.audit(`a-${n}`), ...(failing.has(n) ? [rows.ticket('t', {}, 5)] : [])] }),
    ),
  );
  expect(results.flatMap(({ status }, n) => (status === 'rejected' ? [n] : []))).toEqual([...failing]);
  const pages = await Promise.all([0, 500].map((offset) => store.queries.audit({ limit: 500, offset })));
  const stored = pages.flatMap(({ items }) => items.map(({ action }) => action)).reverse();
  expect(stored).toEqual(Array.from({ length: 1_000 }, (_, n) => `a-${n}`).filter((_, n) => !failing.has(n)));
  expect(await store.verify()).toEqual([]);
});

test('two stores on one file see each other and share the chain', async () => {
  const one = await openTestStore();
  const two = await openTestStore(one.directory);
  const commits = Array.from({ length: 40 }, (_, n) =>
    (n % 2 === 0 ? one : two).store.commit({ writes: [rows.audit(`a-${n}`)] }),
  );
  await Promise.all(commits);
  expect((await one.store.queries.audit({ limit: 1, offset: 0 })).total).toBe(40);
  expect(await two.store.verify()).toEqual([]);
});

/** Three processes, each started anew and let commit up to 200 times. */
const KILL_TIMEOUT_MS = 240_000;
/** One row each of every batch of commit-loop.ts. */
const CRASH_TABLES = [
  'occurrence',
  'alarm_event',
  'ticket',
  'ticket_list',
  'ticket_text',
  'ticket_event',
  'ticket_alarm',
  'ticket_due',
  'message',
  'personal',
  'incident',
  'audit',
];

test(
  'after kill -9 every acknowledged commit is there, whole, and the chains hold',
  async () => {
    const random = createRandom(testSeed());
    const directory = temporaryDirectory();
    for (const round of [1, 2, 3]) {
      const roundDirectory = `${directory}/${round}`;
      mkdirSync(roundDirectory);
      await using child = await startProcess(process.execPath, [
        fileURLToPath(new URL('./support/commit-loop.ts', import.meta.url)),
        roundDirectory,
      ]);
      await child.waitForLine(new RegExp(`^${randomInteger(random, 1, 200)}$`), 60_000);
      child.kill('SIGKILL');
      await child.waitForExit(60_000);
      const acknowledged = Number(child.stdout().trim().split('\n').at(-1));
      const { store, file } = await openTestStore(roundDirectory);
      const stored = (await store.boot(0)).counters.get('ticket') ?? 0;
      expect(stored).toBeGreaterThanOrEqual(acknowledged);
      for (const table of CRASH_TABLES) expect([table, count(file, table)]).toEqual([table, stored]);
      expect((await store.queries.roster())?.version).toBe(stored);
      const words = { state: 'all', text: `t-${stored}`, limit: 1, offset: 0 } as const;
      expect((await store.queries.tickets(words)).items).toMatchObject([{ id: `t-${stored}` }]);
      expect(await store.verify()).toEqual([]);
    }
  },
  KILL_TIMEOUT_MS,
);
