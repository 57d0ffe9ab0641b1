/** Words and files of tickets through the API: redacted by those who may, held, and destroyed when they are due. */
import { expect, test } from 'vitest';
import type { HistoryEntry, Role } from '../../src/store/store.ts';
import { DUE_RECORD } from './fake-service.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi, TICKET } from './support.ts';

const ENTRY: HistoryEntry = {
  atMs: 1,
  type: 'done',
  by: 'engineer',
  note: '',
  detail: { result: 'replaced for Mr Wang', materials: [{ name: 'seal', quantity: 1, unit: 'pc' }] },
  event: 7,
  typed: ['result', 'materials/0/name'],
  gone: [{ field: 'note', how: 'redacted', atMs: 2, by: 'xu', reason: 'asked for' }],
};
const DAY_MS = 86_400_000;

async function start(
  retention = { personalDays: 365, ticketDays: 30 as number | null, fileDays: 10 as number | null },
) {
  const gateway = createGateway();
  Object.assign(gateway.services.queries, { ticketHistory: async () => [ENTRY] });
  Object.assign(gateway.services.model, { policy: { ...gateway.services.model.policy, retention } });
  return startApi({}, gateway);
}

const API = '/api/v1';
const post = (gateway: Started, path: string, payload: object, role: Role = 'admin') =>
  gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });
const get = (gateway: Started, path: string, role: Role = 'admin') =>
  gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });

const REDACTION = {
  version: 3,
  event: 7,
  field: 'materials/0/name',
  replacement: 'a part',
  reason: 'asked for',
};

test('the history names what people have typed, and what is gone with who, when and why', async () => {
  await using gateway = await start();
  const { items } = (await get(gateway, `/tickets/${TICKET.id}/history`)).json();
  expect(items[0]).toMatchObject({ event: 7, typed: ENTRY.typed, gone: ENTRY.gone });
});

test('a part is redacted with the words that the record has', async () => {
  await using gateway = await start();
  gateway.answer = async () => ({ occurrence: null, ticket: TICKET });
  const response = await post(gateway, `/tickets/${TICKET.id}/redact`, REDACTION);
  expect([response.statusCode, response.json().id]).toEqual([200, TICKET.id]);
  expect(gateway.submitted).toEqual([
    { type: 'redact-words', ticket: TICKET.id, words: 'seal', by: 'admin', ...REDACTION },
  ]);
});

test('what is not typed, gone already, unknown or without a reason is refused', async () => {
  await using gateway = await start();
  const refuse = async (change: object, status: number, code: string) => {
    const response = await post(gateway, `/tickets/${TICKET.id}/redact`, { ...REDACTION, ...change });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  };
  await refuse({ field: 'note' }, 409, 'words-gone');
  await refuse({ field: 'materials/0/quantity' }, 409, 'words-gone');
  await refuse({ field: '__proto__' }, 409, 'words-gone');
  await refuse({ event: 8 }, 404, 'not-found');
  await refuse({ reason: ' ' }, 400, 'bad-request');
  const denied = await post(gateway, `/tickets/${TICKET.id}/redact`, REDACTION, 'desk');
  expect(denied.statusCode).toBe(403);
  expect(gateway.submitted).toEqual([]);
});

test('a ticket is held and let go with a reason', async () => {
  await using gateway = await start();
  gateway.answer = async () => ({ occurrence: null, ticket: TICKET });
  const body = { version: 3, isHeld: true, reason: 'lawsuit' };
  expect((await post(gateway, `/tickets/${TICKET.id}/hold`, body)).statusCode).toBe(200);
  expect(gateway.submitted).toEqual([{ type: 'hold-ticket', ticket: TICKET.id, by: 'admin', ...body }]);
});

test('due is what the policy keeps no longer; without a term everything is kept', async () => {
  await using gateway = await start();
  const asked: unknown[] = [];
  Object.assign(gateway.services.queries, {
    dueRecords: async (terms: unknown) => {
      asked.push(terms);
      return [DUE_RECORD];
    },
  });
  expect((await get(gateway, '/records/due')).json()).toEqual({
    ticketDays: 30,
    fileDays: 10,
    items: [DUE_RECORD],
  });
  expect(asked).toEqual([{ wordsBeforeMs: NOW_MS - 30 * DAY_MS, filesBeforeMs: NOW_MS - 10 * DAY_MS }]);
  await using kept = await start({ personalDays: 365, ticketDays: null, fileDays: null });
  expect((await get(kept, '/records/due')).json()).toEqual({ ticketDays: null, fileDays: null, items: [] });
  expect((await get(kept, '/records/due', 'desk')).statusCode).toBe(403);
});

test('only what is due is destroyed, and its files go after the commit', async () => {
  await using gateway = await start();
  const attachments = [{ id: 'file-1' }, { id: 'file-2', destroyedAtMs: 5 }];
  Object.assign(gateway.services.queries, { ticket: async () => ({ ...TICKET, attachments }) });
  const body = { tickets: [TICKET.id], reason: 'retention' };
  const response = await post(gateway, '/records/destroy', body);
  expect([response.statusCode, response.json()]).toEqual([200, { tickets: 1, files: 1 }]);
  expect(gateway.submitted).toEqual([
    {
      type: 'destroy-records',
      records: [{ ticket: TICKET.id, words: true, files: true }],
      reason: 'retention',
      by: 'admin',
    },
  ]);
  expect(gateway.asked).toContainEqual(['discard', 'file-1']);
  expect(gateway.asked).not.toContainEqual(['discard', 'file-2']);
  const other = await post(gateway, '/records/destroy', { ...body, tickets: ['GC20200101-0001'] });
  expect([other.statusCode, other.json().code]).toEqual([409, 'record-kept']);
  expect(gateway.submitted).toHaveLength(1);
});
