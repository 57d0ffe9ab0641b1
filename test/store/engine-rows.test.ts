/** What the alarm engine keeps: replaced, deleted, found, bounded, and there again after a restart. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { STORE_LIMITS } from '../../src/store/limits.ts';
import type { Write } from '../../src/store/store.ts';
import { openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

const PAGE = { limit: 10, offset: 0 } as const;
const idsOf = (list: readonly { readonly id: string }[]) => list.map(({ id }) => id);

test('what is decided about alarms, lasts or is remembered is there after a restart', async () => {
  const { store, directory } = await openTestStore();
  const memories = [rows.makeMemory('site/a/b', { hours: 12.5 }), rows.makeMemory('site/a/c', [1, null])];
  await store.commit({
    writes: [
      rows.control(rows.KEY),
      rows.storm('s-1'),
      rows.storm('s-over', { endedAtMs: 5_000 }),
      { type: 'rule-memories', memories },
      rows.drill('pump-1'),
    ],
  });
  await store.close();
  const boot = await (await openTestStore(directory)).store.boot(0);
  expect(boot.controls).toEqual([rows.makeControl(rows.KEY)]);
  expect(boot.storms).toEqual([rows.makeStorm('s-1')]);
  expect(boot.memories).toEqual(memories);
  expect(boot.drills).toEqual(new Map([['pump-1', rows.DRILL]]));
});

test('a control is one row, and none when it says nothing any more', async () => {
  const { store } = await openTestStore();
  const outOfService = { ...rows.SHELF, permit: 'GZP-7', approver: 'li' };
  await store.commit({ writes: [rows.control('site/a/b'), rows.control('site/a/c')] });
  await store.commit({ writes: [rows.control('site/a/b', { outOfService })] });
  await store.commit({ writes: [rows.control('site/a/b', { shelf: null, outOfService })] });
  await store.commit({ writes: [rows.control('site/a/c', { shelf: null })] });
  expect(await store.queries.alarmControls()).toEqual([
    rows.makeControl('site/a/b', { shelf: null, outOfService }),
  ]);
});

test('memories of other rules stay as they are', async () => {
  const { store } = await openTestStore();
  const save = (key: string, value: number): Write => ({
    type: 'rule-memories',
    memories: [rows.makeMemory(key, value)],
  });
  await store.commit({ writes: [save('site/a/b', 1), save('site/a/c', 2)] });
  await store.commit({ writes: [save('site/a/c', 3)] });
  const { memories } = await store.boot(0);
  expect(memories.map(({ memory }) => memory)).toEqual([1, 3]);
});

test('a drill ends, and drills of other equipment go on', async () => {
  const { store } = await openTestStore();
  await store.commit({ writes: [rows.drill('pump-1'), rows.drill('panel')] });
  await store.commit({ writes: [rows.drill('pump-1', null), rows.drill('never', null)] });
  expect(await store.queries.drills()).toEqual(new Map([['panel', rows.DRILL]]));
});

test('parts of the figures are replaced and taken away one by one', async () => {
  const { store } = await openTestStore();
  const put = (part: string, doc: unknown): Write => ({ type: 'figures', parts: [{ part, doc }] });
  await store.commit({ writes: [put('2026-11-20', { n: 1 }), put('2026-11-21', { n: 2 }), put('open', [])] });
  await store.commit({ writes: [put('2026-11-21', { n: 3 }), put('2026-11-20', null), put('none', null)] });
  const [day, open] = [
    { part: '2026-11-21', doc: { n: 3 } },
    { part: 'open', doc: [] },
  ];
  expect(await store.queries.figures('', 10)).toEqual([day, open]);
  expect(await store.queries.figures('', 1)).toEqual([day]);
  expect(await store.queries.figures('2026-11-21', 10)).toEqual([open]);
  expect(await store.queries.figures('open', 10)).toEqual([]);
});

describe('occurrences of a stretch of time', () => {
  const [FROM, TO] = [1_000, 2_000];

  test.each([
    ['raised and ended before', 100, 900, false],
    ['ended at the very beginning', 100, FROM, false],
    ['ended just after the beginning', 100, FROM + 1, true],
    ['open all the time', 100, 9_000, true],
    ['open to this day', 100, null, true],
    ['raised at the beginning, ended at once', FROM, FROM, true],
    ['raised and ended inside', 1_200, 1_300, true],
    ['raised inside and open', 1_999, null, true],
    ['raised at the end', TO, null, false],
    ['raised afterwards', 2_500, 2_600, false],
  ])('%s', async (_what, raisedAtMs, endedAtMs, isFound) => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.occurrence('o-1', { raisedAtMs, endedAtMs })] });
    expect(await store.queries.alarmsBetween(FROM, TO, 10)).toHaveLength(isFound ? 1 : 0);
  });

  test('come oldest first, each once, up to the limit', async () => {
    const { store } = await openTestStore();
    const stretches = [
      [1_500, null],
      [500, 1_600],
      [1_100, 1_200],
      [400, null],
    ] as const;
    const writes = stretches.map(([raisedAtMs, endedAtMs], at) =>
      rows.occurrence(`o-${at}`, { raisedAtMs, endedAtMs }),
    );
    await store.commit({ writes });
    expect(idsOf(await store.queries.alarmsBetween(FROM, TO, 10))).toEqual(['o-3', 'o-1', 'o-2', 'o-0']);
    expect(idsOf(await store.queries.alarmsBetween(FROM, TO, 2))).toEqual(['o-3', 'o-1']);
    expect(await store.queries.alarmsBetween(TO, FROM, 10)).toEqual([]);
    expect(await store.queries.alarmsBetween(FROM, FROM, 10)).toEqual([]);
    expect(await store.queries.alarmsBetween(FROM, TO, -1)).toEqual([]);
  });

  test('are never more than the bound, whatever is asked for', async () => {
    const { store, file } = await openTestStore();
    const doc = JSON.stringify(rows.makeOccurrence('o'));
    tamper(
      file,
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${STORE_LIMITS.betweenRows + 5})
       insert into occurrence (id, alarm_key, equipment, severity, raised_at_ms, doc)
       select 'o-' || i, 'k', 'e', 'low', i, '${doc}' from n`,
    );
    expect(await store.queries.alarmsBetween(0, 1e15, 1e9)).toHaveLength(STORE_LIMITS.betweenRows);
  });
});

describe('storms', () => {
  test('are one row each, newest first, in pages, also when they are over', async () => {
    const { store } = await openTestStore();
    const writes = [1, 2, 3].map((n) => rows.storm(`s-${n}`, { beganAtMs: n }));
    await store.commit({ writes });
    const over = { beganAtMs: 2, endedAtMs: 9_000, members: 40, ticket: toId<never>('t-1') };
    await store.commit({ writes: [rows.storm('s-2', over)] });
    const page = await store.queries.storms({ limit: 2, offset: 0 });
    expect([idsOf(page.items), page.total]).toEqual([['s-3', 's-2'], 3]);
    expect(idsOf((await store.queries.storms({ limit: 2, offset: 2 })).items)).toEqual(['s-1']);
    expect(await store.queries.storm('s-2')).toEqual(rows.makeStorm('s-2', over));
    expect(await store.queries.storm('none')).toBeNull();
    expect(idsOf((await store.boot(0)).storms)).toEqual(['s-1', 's-3']);
  });

  test('have their members, oldest first, in pages of at most one page', async () => {
    const { store } = await openTestStore();
    const many = LIMITS.pageRows + 20;
    const member = (n: number) => rows.occurrence(`o-${n}`, { raisedAtMs: 5_000 - n, storm: toId('s-1') });
    await store.commit({ writes: Array.from({ length: many }, (_, n) => member(n)) });
    await store.commit({
      writes: [rows.occurrence('o-other', { storm: toId('s-2') }), rows.occurrence('o-alone')],
    });
    const first = await store.queries.stormMembers('s-1', { limit: 2, offset: 0 });
    expect([idsOf(first.items), first.total]).toEqual([[`o-${many - 1}`, `o-${many - 2}`], many]);
    const all = await store.queries.stormMembers('s-1', { limit: 1e9, offset: -1 });
    expect(all.items).toHaveLength(LIMITS.pageRows);
    expect((await store.queries.stormMembers('none', PAGE)).total).toBe(0);
  });
});

test('the history of an alarm goes over its occurrences and over what was decided without one', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [
      rows.occurrence('o-1'),
      rows.occurrence('o-2'),
      rows.alarmEvent('o-1', 'one'),
      rows.decision(),
      rows.decision('site/other/rule'),
      rows.alarmEvent('o-2', 'two'),
    ],
  });
  const history = await store.queries.alarmKeyHistory(rows.KEY, 10);
  expect(history.map(({ type, note }) => `${type} ${note}`)).toEqual([
    'raised two',
    'shelved seal is on order',
    'raised one',
  ]);
  expect(await store.queries.alarmKeyHistory(rows.KEY, 1)).toHaveLength(1);
  expect(await store.queries.alarmKeyHistory('site/none/none', 10)).toEqual([]);
  const log = await store.queries.alarmLog(1, 10);
  expect(log.map(({ occurrence }) => occurrence)).toEqual(['o-1', null, null, 'o-2']);
});

test('changes of rules are found by equipment, rule and state, newest first, and keep their place', async () => {
  const { store } = await openTestStore();
  const lift = { equipment: toId<never>('lift-1') };
  const door = { ...lift, rule: toId<never>('door-open') };
  await store.commit({
    writes: [rows.ruleChange('c-1'), rows.ruleChange('c-2', lift), rows.ruleChange('c-3', door)],
  });
  const approved = { state: 'approved', reviewedBy: 'li', reviewedAtMs: 2_000, override: null } as const;
  await store.commit({ writes: [rows.ruleChange('c-1', approved)] });
  const find = (filter: Partial<Parameters<typeof store.queries.ruleChanges>[0]>) =>
    store.queries.ruleChanges({ ...PAGE, ...filter });
  expect(idsOf((await find({})).items)).toEqual(['c-3', 'c-2', 'c-1']);
  expect(idsOf((await find({ equipment: 'lift-1' })).items)).toEqual(['c-3', 'c-2']);
  expect(idsOf((await find({ equipment: 'lift-1', rule: 'door-open' })).items)).toEqual(['c-3']);
  expect(idsOf((await find({ state: 'proposed', limit: 1 })).items)).toEqual(['c-3']);
  expect((await find({ state: 'proposed', limit: 1 })).total).toBe(2);
  expect((await find({ state: 'approved' })).items).toEqual([rows.makeChange('c-1', approved)]);
});
