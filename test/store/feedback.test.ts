/** Feedback in the store: found by marks and words, there again after a restart, its history proven by its chain. */
import { describe, expect, test } from 'vitest';
import { toId } from '../../src/core/ids.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import { feedback, feedbackEvent, makeFeedback } from './support/feedback-rows.ts';
import { openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

const ALL = { state: 'all', limit: 10, offset: 0 } as const;
const PERSON = toPersonalFields('王女士', '13812340000', '00'.repeat(16));

async function openWith(
  ...writes: Parameters<Awaited<ReturnType<typeof openTestStore>>['store']['commit']>[0]['writes']
) {
  const opened = await openTestStore();
  await opened.store.commit({ writes });
  return opened;
}

test('entries are found by state, marks, ticket and words, the last received first', async () => {
  const ticket = { id: toId<never>('t-1'), number: 'TS20261121-0001' };
  const handling = { arranged: '加装防滑垫', arrangedBy: '领班', by: 'wang', atMs: 5 };
  const breached = makeFeedback('FK-2').clocks.map((clock) => ({ ...clock, breachedAtMs: 9 }));
  const { store } = await openWith(
    rows.ticket('t-1'),
    feedback('FK-1', { receivedAtMs: 1_000, handling }),
    feedback('FK-2', { receivedAtMs: 2_000, clocks: breached, source: 'survey', handler: 'zhao' }),
    feedback('FK-3', { receivedAtMs: 3_000, stage: 'filed', tickets: [ticket], content: 'Lift is slow' }),
  );
  const find = async (filter: object) =>
    (await store.queries.feedbacks({ ...ALL, ...filter })).items.map(({ number }) => number);
  expect(await find({})).toEqual(['FK-3', 'FK-2', 'FK-1']);
  expect(await find({ state: 'open' })).toEqual(['FK-2', 'FK-1']);
  expect(await find({ state: 'over' })).toEqual(['FK-3']);
  expect(await find({ source: 'survey' })).toEqual(['FK-2']);
  expect(await find({ handler: 'wang', stage: 'received' })).toEqual(['FK-1']);
  expect(await find({ isBreached: true })).toEqual(['FK-2']);
  expect(await find({ ticket: 't-1' })).toEqual(['FK-3']);
  expect(await find({ fromMs: 1_000, toMs: 3_000 })).toEqual(['FK-2', 'FK-1']);
  expect(await find({ text: '防滑' })).toEqual(['FK-1']);
  expect(await find({ text: '湿滑' })).toEqual(['FK-2', 'FK-1']);
  expect(await find({ text: 'ts20261121' })).toEqual(['FK-3']);
  expect(await find({ text: '。' })).toEqual([]);
  const page = await store.queries.feedbacks({ ...ALL, limit: 1, offset: 1 });
  expect([page.items[0]?.number, page.total]).toEqual(['FK-2', 3]);
});

test('a changed entry takes the place of the one before, its words and due times with it', async () => {
  const { store } = await openWith(feedback('FK-1'));
  await store.commit({ writes: [feedback('FK-1', { version: 2, content: '电梯异响', stage: 'filed' }, 1)] });
  expect(await store.queries.feedback('FK-1')).toMatchObject({ version: 2, content: '电梯异响' });
  expect((await store.queries.feedbacks({ ...ALL, text: '湿滑' })).total).toBe(0);
  expect((await store.queries.feedbacks({ ...ALL, text: '异响' })).total).toBe(1);
  await expect(store.commit({ writes: [feedback('FK-1', { version: 3 }, 1)] })).rejects.toMatchObject({
    code: 'store-failed',
  });
});

test('what is not over is there after a restart, with its due times and its policy', async () => {
  const { store, directory } = await openWith(
    rows.policyVersion('p1', { state: 'superseded' }),
    feedback('FK-1', { policyVersion: 'p1' }),
    feedback('FK-2', { stage: 'voided' }),
  );
  await store.close();
  const boot = await (await openTestStore(directory)).store.boot(0);
  expect(boot.feedbacks).toEqual([makeFeedback('FK-1', { policyVersion: 'p1' })]);
  expect(boot.feedbackDues).toHaveLength(6);
  expect(boot.feedbackDues).toContainEqual({
    feedback: 'FK-1',
    clock: 'handling',
    what: 'breach',
    dueAtMs: 1_000 + 86_400_000,
  });
  expect(boot.policies.has('p1')).toBe(true);
});

describe('the history', () => {
  test('is read oldest first, cannot be written over, and is proven by its chain', async () => {
    const { store, file, directory } = await openWith(
      feedback('FK-1'),
      feedbackEvent('FK-1', { content: '大堂地面湿滑' }),
      feedbackEvent('FK-1', { field: 'content', from: 'a', to: 'b', note: '听错' }),
    );
    const history = await store.queries.feedbackHistory('FK-1');
    expect(history.map(({ by, note }) => [by, note])).toEqual([
      ['desk-li', ''],
      ['desk-li', '听错'],
    ]);
    expect(await store.verify()).toEqual([]);
    await store.close();
    expect(() => tamper(file, "update feedback_event set detail = '{}' where id = 1")).toThrow(/append-only/);
    expect(() => tamper(file, 'delete from feedback_event where id = 2')).toThrow(/append-only/);
    tamper(file, 'drop trigger feedback_event_no_update');
    tamper(file, "update feedback_event set detail = '{}' where id = 1");
    const again = await openTestStore(directory);
    expect(await again.store.verify()).toEqual([
      'feedback_event 1: its text was changed',
      'feedback_event 1 content: its words are not of the history',
    ]);
  });

  test('proves whoever gave it while they are there, and needs them not when they are gone', async () => {
    const { store, directory } = await openWith(
      feedback('FK-1', { personal: 'FK-1/1', stage: 'filed' }),
      feedbackEvent('FK-1', { personal: 'FK-1/1', digest: PERSON.digest }),
      rows.personal('FK-1/1', PERSON, 1_000),
    );
    expect(inspectStore(directory, []).outside?.findings).toEqual([]);
    await store.commit({ writes: [rows.personal('FK-1/1', null, 2_000)] });
    expect(await store.queries.personal('FK-1/1')).toBeNull();
    expect(await store.verify()).toEqual([]);
  });

  test('personal fields are due only when their entry is filed', async () => {
    const { store } = await openWith(
      feedback('FK-1', { personal: 'FK-1/1' }),
      feedback('FK-2', { personal: 'FK-2/1', stage: 'filed' }),
      rows.personal('FK-1/1', PERSON, 1_000),
      rows.personal('FK-2/1', PERSON, 1_000),
    );
    const due = await store.queries.personalStoredBefore(5_000, 10);
    expect(due.map(({ id }) => id)).toEqual(['FK-2/1']);
  });
});
