/** What the service keeps beside tickets: replaced, found, in pages, and there again after a restart. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { openTestStore } from './support/open.ts';
import * as rows from './support/rows.ts';

const PAGE = { limit: 10, offset: 0 } as const;
const idsOf = (page: { readonly items: readonly { readonly id: string }[] }) =>
  page.items.map(({ id }) => id);

test('what goes on is there after a restart: policies of tickets, messages, incidents', async () => {
  const { store, directory } = await openTestStore();
  const long = { createdAtMs: 10, state: 'read' } as const;
  await store.commit({
    writes: [
      rows.policyVersion('p1', { state: 'superseded' }),
      rows.policyVersion('p2'),
      rows.ticket('t-1', { policyVersion: 'p1' }),
      rows.ticket('t-2', { policyVersion: 'unknown' }),
      rows.ticket('t-3', { stage: 'closed', closedAtMs: 100 }),
      rows.message('m-waits', { createdAtMs: 10 }),
      rows.message('m-read', { state: 'read' }),
      rows.message('m-read-of-open', { ...long, ticket: toId('t-1') }),
      rows.message('m-read-of-closed', { ...long, ticket: toId('t-3') }),
      rows.message('m-answered', { state: 'answered' }),
      rows.message('m-failed', { state: 'failed' }),
      rows.incident('i-1'),
      rows.incident('i-over', { endedAtMs: 5_000 }),
    ],
  });
  await store.close();
  const boot = await (await openTestStore(directory)).store.boot(500);
  expect(boot.policies).toEqual(new Map([['p1', rows.makePolicy('p1')]]));
  expect(boot.messages.map(({ id }) => id)).toEqual(['m-waits', 'm-read', 'm-read-of-open']);
  expect(boot.incidents).toEqual([rows.makeIncident('i-1')]);
});

test('a version of the policy comes back whole, Maps and all, and keeps its place', async () => {
  const { store } = await openTestStore();
  const refused = {
    state: 'refused',
    reviewedBy: 'li',
    reviewedAtMs: 2_000,
    reviewNote: '时限过紧',
  } as const;
  await store.commit({ writes: [rows.policyVersion('p1'), rows.policyVersion('p2', { state: 'proposed' })] });
  await store.commit({ writes: [rows.policyVersion('p2', refused), rows.policyVersion('p3')] });
  const { items, total } = await store.queries.policyVersions({ limit: 2, offset: 0 });
  expect([items.map(({ version }) => version), total]).toEqual([['p3', 'p2'], 3]);
  expect(await store.queries.policyVersion('p2')).toEqual(rows.makePolicyVersion('p2', refused));
  expect(await store.queries.policyVersion('none')).toBeNull();
  const calendar = (await store.queries.policyVersion('p1'))?.policy.calendars.get(toId('working'));
  expect(calendar?.days?.holidays.get('2026-10-01')?.zh).toBe('国庆节');
});

describe('messages', () => {
  test('that have failed since a moment are found after a restart, whenever they were made', async () => {
    const { store, directory } = await openTestStore();
    await store.commit({
      writes: [
        rows.message('m-old', { createdAtMs: 10, state: 'failed', failedAtMs: 5_000 }),
        rows.message('m-before', { state: 'failed', failedAtMs: 4_999 }),
        rows.message('m-unknown', { state: 'failed' }),
        rows.message('m-read', { state: 'read', failedAtMs: 6_000 }),
        rows.message('m-new', { state: 'failed', failedAtMs: 9_000 }),
      ],
    });
    await store.close();
    const { queries } = (await openTestStore(directory)).store;
    const found = await queries.messagesFailedSince(5_000);
    expect(found.map(({ id }) => id).toSorted()).toEqual(['m-new', 'm-old']);
    expect(await queries.messagesFailedSince(9_001)).toEqual([]);
  });

  test('are found by whom and what they are for, newest first', async () => {
    const { store } = await openTestStore();
    const incident = toId<never>('i-1');
    const ticket = toId<never>('t-1');
    await store.commit({
      writes: [
        rows.message('m-1', { ticket, state: 'sent' }),
        rows.message('m-2', { recipient: 'li', incident, state: 'delivered' }),
        rows.message('m-3', { channel: 'webhook', state: 'failed' }),
        rows.message('m-4', { ticket, state: 'read' }),
        rows.message('m-5', { state: 'queued' }),
      ],
    });
    const find = async (filter: Partial<Parameters<typeof store.queries.messages>[0]>) =>
      idsOf(await store.queries.messages({ state: 'all', ...PAGE, ...filter }));
    expect(await find({})).toEqual(['m-5', 'm-4', 'm-3', 'm-2', 'm-1']);
    expect(await find({ ticket: 't-1' })).toEqual(['m-4', 'm-1']);
    expect(await find({ recipient: 'li' })).toEqual(['m-2']);
    expect(await find({ incident: 'i-1' })).toEqual(['m-2']);
    expect(await find({ channel: 'webhook' })).toEqual(['m-3']);
    expect(await find({ state: 'unread' })).toEqual(['m-2', 'm-1']);
    expect(await find({ state: 'open', recipient: 'wang' })).toEqual(['m-5', 'm-4', 'm-1']);
    expect((await store.queries.messages({ state: 'all', limit: 2, offset: 4 })).total).toBe(5);
  });
});

test('incidents are found newest first, those that last by themselves', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [
      rows.incident('i-1', { beganAtMs: 2 }),
      rows.incident('i-2', { beganAtMs: 3, endedAtMs: 9 }),
      rows.incident('i-3', { beganAtMs: 1 }),
    ],
  });
  expect(idsOf(await store.queries.incidents({ state: 'all', ...PAGE }))).toEqual(['i-2', 'i-1', 'i-3']);
  expect(idsOf(await store.queries.incidents({ state: 'open', ...PAGE }))).toEqual(['i-1', 'i-3']);
  expect(await store.queries.incident('none')).toBeNull();
});

test('people, roster, handovers and slips are replaced and found', async () => {
  const { store } = await openTestStore();
  const signed = { signedToAtMs: 3_000 } as const;
  const used = { ticket: toId<never>('t-1') } as const;
  expect(await store.queries.roster()).toBeNull();
  await store.commit({
    writes: [
      { type: 'staff', username: 'wang', profile: rows.PROFILE },
      { type: 'staff', username: 'li', profile: rows.PROFILE },
      rows.roster(3),
      rows.handover('h-1'),
      rows.handover('h-2', { atMs: 2_000 }),
      ...['0003', '0001', '0002'].map((number) => rows.slip(number)),
    ],
  });
  const english = { ...rows.PROFILE, language: 'en' } as const;
  await store.commit({
    writes: [
      { type: 'staff', username: 'li', profile: english },
      rows.handover('h-1', signed),
      rows.slip('0001', used),
      rows.slip('0003', { voided: '破损' }),
    ],
  });
  expect(await store.queries.staff()).toEqual(
    new Map([
      ['li', english],
      ['wang', rows.PROFILE],
    ]),
  );
  expect(await store.queries.roster()).toEqual(rows.roster(3).roster);
  const { items, total } = await store.queries.handovers(PAGE);
  expect([items, total]).toEqual([
    [rows.makeHandover('h-2', { atMs: 2_000 }), rows.makeHandover('h-1', signed)],
    2,
  ]);
  const numbers = async (state: 'unused' | 'all') =>
    (await store.queries.slips({ state, ...PAGE })).items.map(({ number }) => number);
  expect(await numbers('all')).toEqual(['0001', '0002', '0003']);
  expect(await numbers('unused')).toEqual(['0002']);
  expect(await store.queries.slip('0003')).toMatchObject({ number: '0003', voided: '破损' });
  expect(await store.queries.slip('0009')).toBeNull();
});

test('attachments that stand on a ticket are known, however many are asked for', async () => {
  const { store } = await openTestStore();
  await store.commit({
    writes: [rows.ticket('t-1'), rows.attachment('t-1', 'a-1'), rows.attachment('t-1', 'a-1200')],
  });
  const asked = Array.from({ length: 1_500 }, (_, n) => `a-${n}`);
  expect(await store.queries.knownAttachments(asked)).toEqual(new Set(['a-1', 'a-1200']));
  expect(await store.queries.knownAttachments([])).toEqual(new Set());
});
