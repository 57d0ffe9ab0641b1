/** What people type on tickets lies beside the chain: it can be redacted and destroyed, and what is done otherwise is named. */
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';
import {
  destruction,
  makeOldStore,
  readBytes,
  redaction,
  typed,
  wordsLeftAfterCommit,
} from './support/words.ts';

const WORDS = '住户陈晓岚，电话13766661234';
const OTHER = '更换密封圈';

function readDetails(file: string): readonly string[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const all = database.prepare('select detail from ticket_event order by id').all();
    return all.map(({ detail }) => String(detail));
  } finally {
    database.close();
  }
}

async function openWithWords() {
  const opened = await openTestStore();
  await opened.store.commit({
    writes: [
      rows.ticket('t-1', { stage: 'archived', closedAtMs: 2_000, content: { zh: WORDS, en: WORDS } }),
      typed('t-1', 'opened', { content: WORDS, channel: 'phone' }),
      typed('t-1', 'done', { result: OTHER, materials: [{ name: OTHER, quantity: 2, unit: '个' }] }),
      typed('t-1', 'corrected', {
        field: 'content',
        from: { zh: WORDS, en: WORDS },
        to: { zh: '漏水', en: '漏水' },
        reason: '更正',
      }),
      rows.message('m-1', {
        ticket: rows.makeTicket('t-1').id,
        body: { zh: `工单：${WORDS}`, en: `ticket: ${WORDS}` },
      }),
    ],
  });
  expect(await opened.store.verify()).toEqual([]);
  return opened;
}

test('the chain holds digests of what was typed, and the history shows the words', async () => {
  const { store, file } = await openWithWords();
  for (const detail of readDetails(file))
    for (const words of [WORDS, OTHER, '漏水']) expect(detail).not.toContain(words);
  const history = await store.queries.ticketHistory('t-1');
  expect(history.map(({ detail }) => detail)).toEqual([
    { channel: 'phone', content: WORDS },
    { materials: [{ name: OTHER, quantity: 2, unit: '个' }], result: OTHER },
    { field: 'content', from: { zh: WORDS, en: WORDS }, reason: '更正', to: { zh: '漏水', en: '漏水' } },
  ]);
  expect(history.map(({ typed: parts }) => parts)).toEqual([
    ['content'],
    ['materials/0/name', 'materials/0/unit', 'result'],
    ['from', 'reason', 'to'],
  ]);
  expect((await store.queries.ticketLog(1, 10)).map(({ detail }) => detail)).toEqual(
    history.map(({ detail }) => detail),
  );
});

test('the same words have another digest each time: what is short cannot be looked up', async () => {
  const { store, file } = await openTestStore();
  await store.commit({
    writes: [
      rows.ticket('t-1'),
      typed('t-1', 'noted', { note: '王' }),
      typed('t-1', 'noted', { note: '王' }),
    ],
  });
  const [first, second] = readDetails(file);
  expect(first).toMatch(/^\{"note":\{"\$words":"[0-9a-f]{64}"\}\}$/);
  expect(second).not.toBe(first);
});

test('what the gateway writes by itself stays in the chain, but for somebody’s words that it repeats', async () => {
  const { store, file } = await openTestStore();
  const override = { reason: WORDS, photo: 'file-1' };
  await store.commit({
    writes: [rows.ticket('t-1'), rows.ticketEvent('t-1', { reason: 'closed-while-active', override })],
  });
  const [detail] = readDetails(file);
  expect(detail).toContain('closed-while-active');
  expect(detail).not.toContain(WORDS);
  expect((await store.queries.ticketHistory('t-1'))[0]?.detail).toEqual({
    reason: 'closed-while-active',
    override,
  });
});

test('a redacted part shows the replacement, who, when and why; the rest stays, and the chain verifies', async () => {
  const { store, directory } = await openWithWords();
  await store.commit({ writes: [redaction('t-1', 2, 'materials/0/name', '配件')] });
  const [, done, , redacted] = await store.queries.ticketHistory('t-1');
  // The same words as a result go with it: they are on the same ticket.
  expect(done?.detail).toEqual({ materials: [{ name: '配件', quantity: 2, unit: '个' }], result: '配件' });
  const act = { how: 'redacted', atMs: 1_000, by: 'wang', reason: '含住户信息' };
  expect(done?.gone).toEqual([
    { field: 'materials/0/name', ...act },
    { field: 'result', ...act },
  ]);
  expect(done?.typed).toEqual(['materials/0/unit']);
  expect(redacted).toMatchObject({
    type: 'redacted',
    detail: { event: 2, parts: ['2/materials/0/name', '2/result'], replacement: '配件' },
  });
  expect(await store.verify()).toEqual([]);
  expect(inspectStore(directory, []).outside?.words).toEqual({ present: 7, redacted: 2, destroyed: 0 });
});

test('a replacement can be redacted as well', async () => {
  const { store } = await openWithWords();
  await store.commit({ writes: [redaction('t-1', 1, 'content', '住户陈女士')] });
  await store.commit({ writes: [redaction('t-1', 4, 'replacement', '住户')] });
  const history = await store.queries.ticketHistory('t-1');
  expect(history[0]?.detail).toEqual({ channel: 'phone', content: '住户' });
  expect(await store.verify()).toEqual([]);
});

test('a part that is gone already, and one that never was, change nothing; the try stands in the record', async () => {
  const { store } = await openWithWords();
  await store.commit({
    writes: [redaction('t-1', 1, 'content'), redaction('t-1', 1, 'content'), redaction('t-1', 77, 'note')],
  });
  const history = await store.queries.ticketHistory('t-1');
  expect(history.filter(({ type }) => type === 'redacted').map(({ detail }) => detail['parts'])).toEqual([
    ['1/content', '3/from'],
    [],
    [],
  ]);
  expect(await store.verify()).toEqual([]);
});

test('redacted words stand nowhere in the files any more, neither do their parts in the index', async () => {
  const { store, directory } = await openWithWords();
  expect((await readBytes(directory)).includes(WORDS)).toBe(true);
  const bare = rows.ticket(
    't-1',
    { version: 2, stage: 'archived', closedAtMs: 2_000, content: { zh: '住户', en: '住户' } },
    1,
  );
  await store.commit({ writes: [bare, redaction('t-1', 1, 'content', '住户')] });
  // The index is worked over between commits, and the log is emptied when nobody reads.
  const parts = [WORDS, '13766661234', '陈晓', '晓岚'];
  await expect.poll(() => wordsLeftAfterCommit(store, directory, parts)).toEqual([]);
  expect((await readBytes(directory)).includes(OTHER)).toBe(true);
  expect(
    (await store.queries.tickets({ state: 'all', text: '13766661234', limit: 5, offset: 0 })).total,
  ).toBe(0);
  expect(await store.verify()).toEqual([]);
});

test('destruction takes all words of a ticket in one audited act, and its files from what is known', async () => {
  const { store, directory } = await openWithWords();
  await store.commit({ writes: [rows.chained('0'.repeat(64)), rows.attachment('t-1', 'a-1')] });
  const bare = rows.ticket(
    't-1',
    { version: 2, stage: 'archived', closedAtMs: 2_000, content: { zh: '', en: '' } },
    1,
  );
  await store.commit({ writes: [bare, destruction('t-1', { files: true })] });
  const parts = [WORDS, OTHER, '漏水', '现场.jpg'];
  await expect.poll(() => wordsLeftAfterCommit(store, directory, parts)).toEqual([]);
  expect(await store.verify()).toEqual([]);
  expect(inspectStore(directory, []).outside).toMatchObject({
    words: { present: 0, destroyed: 7 },
    attachments: { files: 0, destroyed: 1 },
  });
  expect(await store.queries.knownAttachments(['a-1'])).toEqual(new Set());
  const [entry] = (await store.queries.audit({ limit: 1, offset: 0 })).items;
  expect(entry).toMatchObject({
    action: 'records-destroy',
    detail: { texts: 7, files: ['a-1'], tickets: ['t-1'] },
  });
  const [opened] = await store.queries.ticketHistory('t-1');
  expect(opened).toMatchObject({
    detail: { channel: 'phone', content: '' },
    gone: [{ how: 'destroyed', by: 'xu', reason: '保存期满' }],
  });
});

test('due are tickets that are over, not kept, and still have words or files', async () => {
  const { store } = await openTestStore();
  const over = { stage: 'archived', closedAtMs: 2_000 } as const;
  const hold = { by: 'xu', atMs: 1, reason: '诉讼' };
  await store.commit({
    writes: [
      rows.ticket('t-1', over),
      rows.ticket('t-2', { ...over, closedAtMs: 5_000 }),
      rows.ticket('t-3', { ...over, stage: 'closed' }),
      rows.ticket('t-4', { ...over, hold }),
      rows.ticket('t-5', { ...over, incident: rows.makeIncident('i-1').id }),
      rows.ticket('t-6', { ...over, wordsGoneAtMs: 3_000 }),
      rows.ticket('t-7'),
      rows.chained('0'.repeat(64)),
      rows.attachment('t-6', 'a-1'),
    ],
  });
  const due = async (wordsBeforeMs: number | null, filesBeforeMs: number | null) =>
    (await store.queries.dueRecords({ wordsBeforeMs, filesBeforeMs }, 10)).map(({ ticket, words, files }) => [
      ticket,
      words,
      files,
    ]);
  expect(await due(2_001, null)).toEqual([['t-1', true, false]]);
  expect(await due(9_000, 9_000)).toEqual([
    ['t-1', true, false],
    ['t-6', false, true],
    ['t-2', true, false],
  ]);
  expect(await due(2_000, null)).toEqual([]);
  expect(await due(null, null)).toEqual([]);
});

describe('events of an earlier version, which hold their words themselves', () => {
  const open = async () => {
    const directory = temporaryDirectory();
    makeOldStore(directory, 't-1', [
      ['opened', { slip: '0001' }],
      ['diagnosed', { diagnosis: WORDS, faultKind: 'leak' }],
      ['noted', { note: OTHER }],
    ]);
    const opened = await openTestStore(directory);
    expect(await opened.store.verify()).toEqual([]);
    return opened;
  };

  test('are read as they are, and still verify by their old digests', async () => {
    const { store, file } = await open();
    expect(readDetails(file)[1]).toContain(WORDS);
    const history = await store.queries.ticketHistory('t-1');
    expect(history.map(({ detail, typed: parts }) => [detail, parts])).toEqual([
      [{ slip: '0001' }, undefined],
      [{ diagnosis: WORDS, faultKind: 'leak' }, ['diagnosis']],
      [{ note: OTHER }, ['note']],
    ]);
  });

  test('lose single words by redaction, and all by destruction', async () => {
    const { store, directory } = await open();
    await store.commit({ writes: [redaction('t-1', 2, 'diagnosis', '住户')] });
    expect((await store.queries.ticketHistory('t-1'))[1]).toMatchObject({
      detail: { diagnosis: '住户', faultKind: 'leak' },
      gone: [{ how: 'redacted' }],
    });
    await expect.poll(async () => (await readBytes(directory)).includes(WORDS)).toBe(false);
    expect(await store.verify()).toEqual([]);
    await store.commit({ writes: [destruction('t-1')] });
    await expect.poll(async () => (await readBytes(directory)).includes(OTHER)).toBe(false);
    expect(await store.verify()).toEqual([]);
  });

  test('are not changed by anybody else: what is left is proven, too', async () => {
    const { store, file } = await open();
    await store.commit({ writes: [redaction('t-1', 2, 'diagnosis', '住户')] });
    expect(() => tamper(file, "update ticket_event set detail = '{}' where id = 3")).toThrow('append-only');
    tamper(file, `update ticket_event set detail = replace(detail, 'leak', 'fire') where id = 2`);
    expect(await store.verify()).toContain('ticket_event 2: its text was changed');
  });
});

describe('verify names', () => {
  const FREE = 'drop trigger words_no_update; drop trigger words_no_delete;';
  test.each([
    [
      'other words',
      `update words set text = '"x"' where event = 1`,
      'ticket_event 1 content: its words were changed',
    ],
    [
      'words that are gone without a reason',
      'update words set text = null, salt = null where event = 1',
      'ticket_event 1 content: its words are gone, and nothing says why',
    ],
    [
      'words that are missing',
      'delete from words where event = 1',
      'ticket_event 1 content: its words are missing',
    ],
    [
      'another digest',
      `update words set digest = '${'0'.repeat(64)}' where event = 1`,
      'ticket_event 1 content: its words are not of the history',
    ],
    [
      'words that a redaction did not take',
      "update words set text = null, salt = null, act = 'ticket_event/4' where event = 1",
      'ticket_event 4: other words are gone by it than it names',
    ],
    [
      'words that an event which redacts nothing took',
      "update words set text = null, salt = null, act = 'ticket_event/2' where event = 1",
      'ticket_event 2: words are gone by it, and it redacts none',
    ],
    [
      'words that a destruction did not take',
      "update words set text = null, salt = null, act = 'audit/1' where event = 1",
      'audit 1: other words are gone by it than it names',
    ],
    [
      'a file that nobody destroyed',
      "update attachment set destroyed_at_ms = 1 where id = 'a-1'",
      'attachment a-1: it is marked as destroyed, and nothing says why',
    ],
  ])('%s', async (_what, sql, expected) => {
    const { store, file } = await openWithWords();
    await store.commit({
      writes: [
        redaction('t-1', 2, 'result', '配件'),
        rows.ticket('t-2'),
        typed('t-2', 'noted', { note: 'n' }),
        destruction('t-2'),
        rows.attachment('t-1', 'a-1'),
      ],
    });
    tamper(file, `${FREE} ${sql}`);
    expect(await store.verify()).toContain(expected);
  });

  test('words are not changed in passing', async () => {
    const { file } = await openWithWords();
    expect(() => tamper(file, `update words set text = '"x"' where event = 1`)).toThrow('words only go');
    expect(() => tamper(file, 'delete from words')).toThrow('not deleted');
  });
});
