/** Personal fields: beside the chains, which prove them while they are there and need them not when they are gone. */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeDirectory } from '../../src/store/data-directory.ts';
import { toPersonalFields } from '../../src/store/personal.ts';
import { inspectStore } from '../../src/store/sqlite/inspect.ts';
import { openTestStore, tamper } from './support/open.ts';
import * as rows from './support/rows.ts';

const { name, method, salt, digest } = rows.PERSONAL;

const CONTACT = { id: null, name: { zh: name, en: name }, method, personal: 'c-1', isConfirmed: null };

/** Two contacts; the digests of both are in the history of a ticket. */
async function openWithContacts() {
  const opened = await openTestStore();
  const other = toPersonalFields('钱立', '13700004321', 'be'.repeat(16));
  await opened.store.commit({
    writes: [
      rows.ticket('t-1', { contact: CONTACT }),
      rows.ticket('t-2', { contact: { ...CONTACT, personal: 'c-2', name: { zh: '钱立', en: '钱立' } } }),
      rows.ticketEvent('t-1', { contact: { id: 'c-1', digest } }),
      rows.ticketEvent('t-1', { field: 'contactName', from: digest, to: other.digest }),
      rows.personal('c-1'),
      rows.personal('c-2', other),
    ],
  });
  return { ...opened, other };
}

test('fields are read back, and are null when they are destroyed or were never stored', async () => {
  const { store, other } = await openWithContacts();
  expect(await store.queries.personal('c-1')).toEqual(rows.PERSONAL);
  await store.commit({ writes: [rows.personal('c-1', null, 9_000), rows.personal('c-none', null)] });
  expect(await store.queries.personal('c-1')).toBeNull();
  expect(await store.queries.personal('c-2')).toEqual(other);
  expect(await store.queries.personal('c-none')).toBeNull();
});

test('fields that were stored long ago are found for destruction, those of open tickets and destroyed ones are not', async () => {
  const { store } = await openWithContacts();
  const closed = { stage: 'closed', closedAtMs: 2_000 } as const;
  await store.commit({
    writes: [
      rows.ticket('t-3', { ...closed, contact: { ...CONTACT, personal: 't-3/1' } }),
      rows.ticketEvent('t-3', { contact: { id: 't-3/1', digest } }),
      rows.personal('t-3/1', rows.PERSONAL, 3_000),
      rows.ticketEvent('t-1', { contact: { id: 't-1/1', digest } }),
      rows.personal('t-1/1', rows.PERSONAL, 1_000),
    ],
  });
  await store.commit({ writes: [rows.personal('c-1', null), rows.personal('c-2', null)] });
  expect(await store.queries.personalStoredBefore(3_001, 10)).toEqual([{ id: 't-3/1', storedAtMs: 3_000 }]);
  expect(await store.queries.personalStoredBefore(3_000, 10)).toEqual([]);
});

test('tickets show the person as long as the fields are there, archived ones too, and nobody afterwards', async () => {
  const { store, directory } = await openWithContacts();
  const archived = { contact: CONTACT, version: 2, stage: 'archived', closedAtMs: 2_000 } as const;
  await store.commit({ writes: [rows.ticket('t-1', archived, 1)] });
  expect((await store.queries.ticket('t-1'))?.contact).toEqual(CONTACT);
  expect((await store.boot(0)).tickets[0]?.contact).toEqual(CONTACT);
  await store.commit({ writes: [rows.personal('c-1', null)] });
  await store.close();
  const { store: again } = await openTestStore(directory);
  const nobody = { ...CONTACT, name: { zh: '', en: '' }, method: '' };
  expect((await again.queries.ticket('t-1'))?.contact).toEqual(nobody);
  const { items } = await again.queries.tickets({ state: 'all', limit: 10, offset: 0 });
  expect(items.map(({ contact }) => contact.name.zh)).toEqual(['钱立', '']);
  expect((await again.boot(0)).tickets.map(({ contact }) => contact.method)).toEqual(['', '13700004321']);
});

test('destroyed fields leave the proof intact, and a row that says when', async () => {
  const { store, directory } = await openWithContacts();
  await store.commit({ writes: [rows.personal('c-1', null, 9_000)] });
  await store.commit({ writes: [rows.personal('c-1', null, 12_000)] });
  expect(await store.verify()).toEqual([]);
  const { outside } = inspectStore(directory, []);
  expect(outside).toMatchObject({ personal: { present: 1, destroyed: 1 }, mismatches: 0 });
  await store.close();
  const { store: again, file } = await openTestStore(directory);
  expect(await again.queries.personal('c-1')).toBeNull();
  tamper(file, "select 1 / (destroyed_at_ms = 9000.0 and digest is not null) from personal where id = 'c-1'");
});

test('destroyed fields stand nowhere in the files any more: neither name nor way nor salt', async () => {
  const { store, directory } = await openWithContacts();
  const read = () =>
    ['riser.db', 'riser.db-wal'].map((file) => readFileSync(join(directory, file)).toString('utf8')).join('');
  for (const text of [name, method, salt]) expect([text, read().includes(text)]).toEqual([text, true]);
  await store.commit({ writes: [rows.personal('c-1', null)] });
  for (const text of [name, method, salt]) expect([text, read().includes(text)]).toEqual([text, false]);
  expect(read()).toContain('钱立');
});

test('a batch that destroys and fails destroys nothing', async () => {
  const { store } = await openWithContacts();
  const writes = [rows.personal('c-1', null), rows.ticket('t-none', {}, 7)];
  await expect(store.commit({ writes })).rejects.toMatchObject({ code: 'store-failed' });
  expect(await store.queries.personal('c-1')).toEqual(rows.PERSONAL);
});

describe('verify names', () => {
  const forged = JSON.stringify(toPersonalFields('孙伪', method, salt));
  test.each([
    [
      'another name',
      `update personal set doc = replace(doc, '${name}', '孙伪') where id = 'c-1'`,
      'personal c-1: it was changed',
    ],
    [
      'fields with a digest made to fit',
      `update personal set doc = '${forged}', digest = '${toPersonalFields('孙伪', method, salt).digest}' where id = 'c-1'`,
      'personal c-1: its digest is in no history',
    ],
    [
      'fields of somebody else',
      "update personal set doc = (select doc from personal where id = 'c-2') where id = 'c-1'",
      'personal c-1: it was changed',
    ],
    [
      'another digest of what is destroyed',
      "update personal set doc = null, digest = 'x' where id = 'c-1'",
      'personal c-1: its digest is in no history',
    ],
  ])('%s', async (_what, sql, expected) => {
    const { store, file } = await openWithContacts();
    expect(await store.verify()).toEqual([]);
    tamper(file, sql);
    expect(await store.verify()).toEqual([expected]);
  });

  test('an attachment that is missing, and one whose bytes are others', async () => {
    const { store, directory, file } = await openTestStore();
    const sha256 = createHash('sha256').update('abc').digest('hex');
    const ids = ['a-1', 'a-2', 'a-3', 'a-4'];
    await store.commit({
      writes: [
        rows.ticket('t-1'),
        rows.chained(sha256),
        ...ids.map((id) => rows.attachment('t-1', id, { sha256, bytes: 3 })),
      ],
    });
    makeDirectory(join(directory, 'attachments'));
    for (const [id, text] of [
      ['a-1', 'abc'],
      ['a-2', 'abd'],
      ['a-3', 'abcd'],
    ] as const)
      writeFileSync(join(directory, 'attachments', id), text);
    expect(await store.verify()).toEqual([
      'attachment a-2: its file was changed',
      'attachment a-3: its file was changed',
      'attachment a-4: its file is missing',
    ]);
    expect(inspectStore(directory, []).outside?.attachments).toEqual({ files: 4, destroyed: 0, bytes: 10 });
    tamper(file, `update attachment set sha256 = '${'f'.repeat(64)}' where id = 'a-1'`);
    expect(await store.verify()).toContain('attachment a-1: its digest is in no history');
  });
});

test('a digest is of salt, name and method, and of no other division of the same letters', () => {
  const one = toPersonalFields('ab', 'c', 'salt');
  expect(one.digest).toMatch(/^[0-9a-f]{64}$/);
  const others = [
    toPersonalFields('a', 'bc', 'salt'),
    toPersonalFields('ab', 'c', 'salu'),
    toPersonalFields('b', 'c', 'salta'),
  ];
  for (const other of others) expect(other.digest).not.toBe(one.digest);
  expect(toPersonalFields('ab', 'c', 'salt')).toEqual(one);
});
