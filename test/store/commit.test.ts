/** One batch is one transaction: all of it or nothing, for every kind of write. */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AssertionFailure } from '../../src/core/assert.ts';
import { CommitCancelled, createCommitter } from '../../src/store/sqlite/commit.ts';
import { isStorageFault, openDatabase } from '../../src/store/sqlite/open.ts';
import type { Write } from '../../src/store/store.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { feedback, feedbackEvent } from './support/feedback-rows.ts';
import { count, countAll, openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';
import { destruction, redaction } from './support/words.ts';

/** Fails whatever came before it: the ticket is not there. */
const IMPOSSIBLE: Write = rows.ticket('t-none', {}, 7);
const TABLES = [
  'occurrence',
  'alarm_event',
  'ticket',
  'ticket_event',
  'ticket_alarm',
  'counter',
  'delay',
  'user',
  'session',
  'config_version',
  'audit',
  'point_write',
  'lock_out',
  'alarm_control',
  'storm',
  'rule_memory',
  'rule_change',
  'drill',
  'figures',
  'policy_version',
  'message',
  'incident',
  'personal',
  'ticket_due',
  'attachment',
  'staff',
  'roster',
  'handover',
  'drill_record',
  'commissioning_event',
  'slip',
  'feedback',
  'feedback_event',
  'record_hold',
] as const;
/** What is derived from tickets and feedback: empty when they are. */
const DERIVED = [
  'ticket_list',
  'ticket_clock',
  'ticket_text',
  'words',
  'reworded',
  'record_words',
  'feedback_due',
  'feedback_text',
] as const;

const VERSION: Write = {
  type: 'config-version',
  version: { hash: 'h', loadedAtMs: 1, files: [{ path: 'a.yaml', text: 'x' }] },
};
const USER: Write = { type: 'user', user: rows.makeUser('wang') };

/** Key: kind of write; the writes that bring it into an empty store. */
const CASES: Readonly<Record<Exclude<Write['type'], 'session-end' | 'sessions-end'>, readonly Write[]>> = {
  occurrence: [rows.occurrence('o-1')],
  'words-redaction': [
    {
      type: 'words-redaction',
      record: 'audit/1',
      event: 1,
      field: 'reason',
      replacement: '',
      entry: rows.makeAudit('words-redact'),
    },
  ],
  'words-destruction': [
    { type: 'words-destruction', records: ['audit/1'], entry: rows.makeAudit('words-destroy') },
  ],
  'record-hold': [{ type: 'record-hold', record: 'audit/1', hold: { by: 'xu', atMs: 1 } }],
  'alarm-event': [rows.occurrence('o-1'), rows.alarmEvent('o-1')],
  ticket: [rows.ticket('t-1')],
  'ticket-event': [rows.ticket('t-1'), rows.ticketEvent('t-1')],
  'ticket-alarm': [rows.occurrence('o-1'), rows.ticket('t-1'), rows.link('t-1', 'o-1')],
  counter: [{ type: 'counter', name: 'ticket', value: 3 }],
  delays: [rows.delay(rows.KEY)],
  user: [USER],
  session: [USER, { type: 'session', session: rows.makeSession('s1', 'wang') }],
  'config-version': [VERSION],
  audit: [rows.audit('login')],
  'point-write': [rows.pointWrite('w-1')],
  'lock-out': [rows.lockOut('pump-1')],
  'alarm-control': [rows.control(rows.KEY)],
  storm: [rows.storm('s-1')],
  'rule-memories': [{ type: 'rule-memories', memories: [rows.makeMemory(rows.KEY, 1)] }],
  'rule-change': [rows.ruleChange('c-1')],
  drill: [rows.drill('pump-1')],
  figures: [{ type: 'figures', parts: [{ part: 'open', doc: {} }] }],
  'policy-version': [rows.policyVersion('p1')],
  message: [rows.message('m-1')],
  incident: [rows.incident('i-1')],
  personal: [rows.chained(rows.PERSONAL.digest), rows.personal('c-1')],
  'ticket-dues': [rows.ticket('t-1'), rows.dues('t-1', 5_000)],
  // Its file is not the writer's business; that it is there is what `verify` looks at.
  attachment: [rows.ticket('t-1'), rows.chained('0'.repeat(64)), rows.attachment('t-1', 'a-1')],
  staff: [{ type: 'staff', username: 'wang', profile: rows.PROFILE }],
  roster: [rows.roster(1)],
  handover: [rows.handover('h-1')],
  'drill-record': [rows.drillRecord('d-1')],
  'commissioning-event': [rows.commissioningEvent('pump-1')],
  slip: [rows.slip('0001')],
  redaction: [rows.ticket('t-1'), redaction('t-1', 99, 'note')],
  destruction: [rows.ticket('t-1'), destruction('t-1')],
  feedback: [feedback('FK-1')],
  'feedback-event': [feedback('FK-1'), feedbackEvent('FK-1')],
};

describe('a batch whose last write fails leaves nothing', () => {
  for (const [type, writes] of Object.entries(CASES)) {
    test(type, async () => {
      const { store, file } = await openTestStore();
      await expect(store.commit({ writes: [...writes, IMPOSSIBLE] })).rejects.toMatchObject({
        code: 'store-failed',
      });
      const left = [...countAll(file, [...TABLES, ...DERIVED])].filter(([, rows]) => rows > 0);
      expect(left).toEqual([]);
      await store.commit({ writes });
      expect(
        countAll(file, TABLES)
          .values()
          .reduce((sum, rows) => sum + rows, 0),
      ).toBe(writes.length);
      const missing = type === 'attachment' ? ['attachment a-1: its file is missing'] : [];
      expect(await store.verify()).toEqual(missing);
    });
  }

  test('and ends no session', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: CASES.session });
    const ends: Write[] = [
      { type: 'session-end', tokenHash: 's1' },
      { type: 'sessions-end', username: 'wang' },
    ];
    for (const end of ends) await expect(store.commit({ writes: [end, IMPOSSIBLE] })).rejects.toThrow();
    expect(await store.queries.session('s1')).toMatchObject({ username: 'wang' });
    await store.commit({ writes: [ends[1] as Write] });
    expect(await store.queries.session('s1')).toBeNull();
  });

  test('and changes no existing row', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.ticket('t-1'), rows.occurrence('o-1'), rows.delay('site/a/b')] });
    const changes = [
      rows.ticket('t-1', { version: 2 }, 1),
      rows.occurrence('o-1', { count: 9 }),
      rows.delay('site/c/d'),
    ];
    await expect(store.commit({ writes: [...changes, IMPOSSIBLE] })).rejects.toThrow();
    expect(await store.queries.ticket('t-1')).toMatchObject({ version: 1 });
    expect(await store.queries.alarm('o-1')).toMatchObject({ count: 1 });
    expect((await store.boot(0)).delays).toMatchObject([{ key: 'site/a/b' }]);
  });
});

/** Trying again is vain. */
const CONTRADICTION = { code: 'store-failed', cause: expect.any(AssertionFailure) };

describe('the writer refuses', () => {
  test('a second open ticket for an alarm that has one', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.occurrence('o-1'), rows.ticket('t-1'), rows.link('t-1', 'o-1')] });
    const second = [rows.occurrence('o-2'), rows.ticket('t-2'), rows.link('t-2', 'o-2')];
    await expect(store.commit({ writes: second })).rejects.toMatchObject(CONTRADICTION);
    expect(await store.queries.ticket('t-2')).toBeNull();
    await store.commit({ writes: [rows.link('t-1', 'o-1', false), ...second] });
    expect(await store.queries.ticket('t-2')).not.toBeNull();
  });

  test('a ticket at another version than the writer saw, and a ticket made twice', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.ticket('t-1', { version: 4 })] });
    const wrong = [rows.ticket('t-1', { version: 4 }, 3), rows.ticket('t-1', { version: 5 })];
    for (const write of wrong)
      await expect(store.commit({ writes: [write] })).rejects.toMatchObject(CONTRADICTION);
    await store.commit({ writes: [rows.ticket('t-1', { version: 5 }, 4)] });
    expect(await store.queries.ticket('t-1')).toMatchObject({ version: 5 });
  });

  test('an incident at another version than the writer saw, and an incident made twice', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.incident('i-1', { version: 4 })] });
    const wrong = [rows.incident('i-1', { version: 4 }, 3), rows.incident('i-1', { version: 5 })];
    for (const write of wrong)
      await expect(store.commit({ writes: [write] })).rejects.toMatchObject(CONTRADICTION);
    await store.commit({ writes: [rows.incident('i-1', { version: 5 }, 4)] });
    expect(await store.queries.incident('i-1')).toMatchObject({ version: 5 });
  });

  test('a second message of the same key, and with it all of its batch', async () => {
    const { store } = await openTestStore();
    const key = 'GC20261121-0001/assigned/2/wang/inbox';
    await store.commit({ writes: [rows.message('m-1', { key })] });
    const again = [rows.message('m-2', { key }), rows.audit('second')];
    await expect(store.commit({ writes: again })).rejects.toMatchObject(CONTRADICTION);
    expect((await store.queries.audit({ limit: 1, offset: 0 })).total).toBe(0);
    await store.commit({ writes: [rows.message('m-1', { key, state: 'sent' })] });
    const { items } = await store.queries.messages({ state: 'all', limit: 10, offset: 0 });
    expect(items).toEqual([rows.makeMessage('m-1', { key, state: 'sent' })]);
  });

  test('a roster that does not follow the stored one', async () => {
    const { store } = await openTestStore();
    await store.commit({ writes: [rows.roster(7)] });
    for (const version of [6, 7, 9])
      await expect(store.commit({ writes: [rows.roster(version)] })).rejects.toMatchObject(CONTRADICTION);
    await store.commit({ writes: [rows.roster(8)] });
    expect(await store.queries.roster()).toEqual(rows.roster(8).roster);
  });

  test.each([
    ['a due time', rows.dues('t-none', 5_000)],
    ['an attachment', rows.attachment('t-none', 'a-1')],
  ])('%s of a ticket that does not exist', async (_what, write) => {
    const { store } = await openTestStore();
    await expect(store.commit({ writes: [write] })).rejects.toMatchObject(CONTRADICTION);
  });

  test('a history of something that does not exist, found at the commit', async () => {
    const { store } = await openTestStore();
    await expect(store.commit({ writes: [rows.alarmEvent('o-none')] })).rejects.toMatchObject(CONTRADICTION);
    // The order within a batch is free.
    await store.commit({ writes: [rows.alarmEvent('o-1'), rows.occurrence('o-1')] });
  });

  test('what cannot be handed to the thread', async () => {
    const { store } = await openTestStore();
    const entry = rows.makeAudit('login', { detail: { call: () => 1 } });
    await expect(store.commit({ writes: [{ type: 'audit', entry }] })).rejects.toMatchObject({
      code: 'store-failed',
    });
    await store.commit({ writes: [rows.audit('login')] });
    expect(store.status()).toMatchObject({ isHealthy: true, commits: 1, failures: 1 });
  });
});

test('a refusal of what was to be written does not make the store unhealthy', async () => {
  const { store } = await openTestStore();
  await expect(store.commit({ writes: [IMPOSSIBLE] })).rejects.toThrow();
  expect(store.status()).toMatchObject({ isHealthy: true, commits: 0, failures: 1 });
});

test.each(['alarm_event', 'ticket_event', 'audit'])(
  '%s can be neither changed nor deleted',
  async (table) => {
    const { store, file } = await openTestStore();
    await store.commit({ writes: [...CASES['alarm-event'], ...CASES['ticket-event'], ...CASES.audit] });
    expect(() => tamper(file, `update ${table} set actor = 'x'`)).toThrow(/append-only/);
    expect(() => tamper(file, `delete from ${table}`)).toThrow(/append-only/);
    expect(count(file, table)).toBe(1);
  },
);

async function openCommitter() {
  const file = join(temporaryDirectory(), 'riser.db');
  const database = openDatabase(file);
  onTestFinished(() => database.close());
  return { database, file, committer: createCommitter(database) };
}

test('a full disk stores nothing of the batch, and writing goes on when there is room again', async () => {
  const { database, file, committer } = await openCommitter();
  committer.commit({ writes: [rows.audit('before')] });
  const pages = Number(database.prepare('pragma page_count').get()?.['page_count']);
  database.exec(`pragma max_page_count = ${pages + 2}`);
  const big: Write = {
    type: 'audit',
    entry: rows.makeAudit('big', { detail: { text: 'x'.repeat(100_000) } }),
  };
  const fault = catchError(() => committer.commit({ writes: [rows.audit('small'), big] }));
  expect(fault).toMatchObject({ errcode: 13 });
  expect(isStorageFault(fault)).toBe(true);
  expect(count(file, 'audit')).toBe(1);
  database.exec('pragma max_page_count = 1000000');
  committer.commit({ writes: [rows.audit('small'), big] });
  expect(count(file, 'audit')).toBe(3);
});

test('a file that another process keeps locked fails the batch as a fault of storage', async () => {
  const { database, file, committer } = await openCommitter();
  database.exec('pragma busy_timeout = 20');
  const other = new DatabaseSync(file);
  other.exec('begin immediate');
  const fault = catchError(() => committer.commit({ writes: [rows.audit('login')] }));
  other.exec('rollback');
  other.close();
  expect(isStorageFault(fault)).toBe(true);
  committer.commit({ writes: [rows.audit('login')] });
  expect(count(file, 'audit')).toBe(1);
});

test('a batch that was given up is rolled back before its commit', async () => {
  const { file, committer } = await openCommitter();
  expect(() => committer.commit({ writes: [rows.audit('login')] }, () => false)).toThrow(CommitCancelled);
  expect(count(file, 'audit')).toBe(0);
  committer.commit({ writes: [rows.audit('login')] });
  expect(count(file, 'audit')).toBe(1);
});

function catchError(action: () => void): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return null;
}
