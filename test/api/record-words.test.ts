/** Words of records that are no tickets through the API: listed as due by the policy, redacted, held and destroyed. */
import { expect, test } from 'vitest';
import type { Role } from '../../src/store/store.ts';
import { DUE_WORDS } from './fake-service.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi } from './support.ts';

const DAY_MS = 86_400_000;
const API = '/api/v1/records/words';
const RECORD = 'feedback/FK-1';
const REDACTION = {
  record: RECORD,
  event: 4,
  field: 'content',
  replacement: 'wet floor',
  reason: 'asked for',
};

async function start(recordDays?: Readonly<Record<string, number>>) {
  const gateway = createGateway();
  const { policy } = gateway.services.model;
  const retention = { ...policy.retention, ...(recordDays && { recordDays }) };
  Object.assign(gateway.services.model, { policy: { ...policy, retention } });
  gateway.answer = async () => ({ occurrence: null, ticket: null });
  return startApi({}, gateway);
}

const post = (gateway: Started, path: string, payload: object, role: Role = 'admin') =>
  gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });
const get = (gateway: Started, path: string, role: Role = 'admin') =>
  gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });

test('due is what the policy keeps no longer: what, how many, since when', async () => {
  await using gateway = await start({ feedback: 30 });
  const asked: unknown[] = [];
  Object.assign(gateway.services.queries, {
    dueWords: async (terms: unknown) => {
      asked.push(terms);
      return [DUE_WORDS];
    },
  });
  const { kinds } = (await get(gateway, '/due')).json();
  expect(asked).toEqual([{ feedback: NOW_MS - 30 * DAY_MS }]);
  expect(kinds).toHaveLength(6);
  expect(kinds[0]).toEqual({
    ...DUE_WORDS,
    text: { zh: '客户反馈', en: 'Feedback' },
    days: 30,
    sinceMs: 1_000 + 30 * DAY_MS,
  });
  expect(kinds[1]).toMatchObject({ kind: 'incident', days: null, total: 0, sinceMs: null, items: [] });
  expect((await get(gateway, '/due', 'desk')).statusCode).toBe(403);
});

test('without a term everything is kept', async () => {
  await using gateway = await start();
  const { kinds } = (await get(gateway, '/due')).json();
  expect(kinds.map(({ days, total }: { days: unknown; total: number }) => [days, total])).toEqual(
    Array.from({ length: 6 }, () => [null, 0]),
  );
});

test('a part is redacted with the words that the record has; what is not typed or unknown is refused', async () => {
  await using gateway = await start();
  expect((await get(gateway, `?record=${RECORD}`)).json()).toMatchObject({
    record: RECORD,
    hold: null,
    items: [{ event: 4, typed: ['content'] }],
  });
  expect((await post(gateway, '/redact', REDACTION)).statusCode).toBe(204);
  expect(gateway.submitted).toEqual([
    { type: 'redact-record', words: 'wet floor at Ms Chen', by: 'admin', ...REDACTION },
  ]);
  const refuse = async (change: object, status: number, code: string) => {
    const response = await post(gateway, '/redact', { ...REDACTION, ...change });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  };
  await refuse({ field: 'source' }, 409, 'words-gone');
  await refuse({ event: 5 }, 404, 'not-found');
  await refuse({ record: 'feedback/FK-2' }, 404, 'not-found');
  await refuse({ record: 'other/FK-1' }, 404, 'not-found');
  await refuse({ reason: ' ' }, 400, 'bad-request');
  expect((await post(gateway, '/redact', REDACTION, 'desk')).statusCode).toBe(403);
  expect(gateway.submitted).toHaveLength(1);
});

test('a record is held with a reason', async () => {
  await using gateway = await start();
  const body = { record: RECORD, isHeld: true, reason: 'lawsuit' };
  expect((await post(gateway, '/hold', body)).statusCode).toBe(204);
  expect(gateway.submitted).toEqual([{ type: 'hold-record', by: 'admin', ...body }]);
  expect((await post(gateway, '/hold', { ...body, record: 'feedback/FK-2' })).statusCode).toBe(404);
  expect((await post(gateway, '/hold', body, 'desk')).statusCode).toBe(403);
});

test('only what is due is destroyed', async () => {
  await using gateway = await start({ feedback: 30 });
  const body = { records: [RECORD], reason: 'retention' };
  const response = await post(gateway, '/destroy', body);
  expect([response.statusCode, response.json()]).toEqual([200, { records: 1 }]);
  expect(gateway.submitted).toEqual([{ type: 'destroy-words', by: 'admin', ...body }]);
  const other = await post(gateway, '/destroy', { ...body, records: [RECORD, 'alarm/o-1'] });
  expect([other.statusCode, other.json().code]).toEqual([409, 'record-kept']);
  expect((await post(gateway, '/destroy', body, 'desk')).statusCode).toBe(403);
  expect(gateway.submitted).toHaveLength(1);
});
