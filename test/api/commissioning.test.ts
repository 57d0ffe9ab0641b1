/** Commissioning over HTTP: begun, proven step by step, signed, handed over as a file; who may do what. */
import { expect, test } from 'vitest';
import { bearer, NOW_MS, type Started, startApi } from './support.ts';

const API = '/api/v1';
type Role = Parameters<typeof bearer>[0];
const get = (gateway: Started, path: string, role: Role = 'admin') =>
  gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });
const post = (gateway: Started, path: string, payload: object, role: Role = 'admin') =>
  gateway.api.inject({ method: 'POST', url: `${API}${path}`, headers: bearer(role), payload });
const begin = (gateway: Started) =>
  post(gateway, '/commissioning', { equipment: 'booster', reason: 'new set' });
const POINT = '/commissioning/booster/points/outlet-pressure';

test('what would be silent is told before it is begun, and an equipment shows that it is in commissioning', async () => {
  await using gateway = await startApi();
  const preview = (await get(gateway, '/commissioning/preview?location=pump-room')).json();
  expect(preview).toMatchObject({ equipment: expect.any(Number), lifeSafety: 0 });
  expect(preview.points).toBeGreaterThan(0);
  const response = await begin(gateway);
  expect(response.statusCode, response.body).toBe(201);
  expect(response.json().items).toMatchObject([
    { equipment: 'booster', begunBy: 'admin', origin: 'person', untilMs: NOW_MS + 14 * 86_400_000 },
  ]);
  expect((await get(gateway, '/equipment/booster')).json().isCommissioning).toBe(true);
  expect((await get(gateway, '/commissioning/status')).json()).toMatchObject({ open: 1, silentTotal: 0 });
  expect((await begin(gateway)).json().code).toBe('commissioning-open');
});

test('exactly one scope is asked for', async () => {
  await using gateway = await startApi();
  const both = await post(gateway, '/commissioning', { equipment: 'booster', link: 'plant', reason: 'x' });
  expect(both.json()).toMatchObject({ status: 400, code: 'bad-request' });
  expect((await get(gateway, '/commissioning/preview')).statusCode).toBe(400);
  expect((await post(gateway, '/commissioning', { equipment: 'no-such', reason: 'x' })).statusCode).toBe(404);
});

test('a point is not signed before its steps are done, and the refusal names them in both languages', async () => {
  await using gateway = await startApi();
  await begin(gateway);
  const refused = await post(gateway, '/commissioning/booster/sign', { points: ['outlet-pressure'] });
  expect(refused.statusCode).toBe(422);
  expect(refused.json()).toMatchObject({ code: 'commissioning-steps-missing' });
  expect(refused.json().text.zh).toContain('设备在线、数值核对、告警验证');
  await post(gateway, `${POINT}/waive`, { step: 'alarm', reason: 'cannot be provoked' });
  const confirmed = await post(gateway, `${POINT}/ticket`, { note: 'message seen' }, 'desk');
  expect(confirmed.statusCode, confirmed.body).toBe(200);
  const [point] = confirmed.json().points;
  expect(point).toMatchObject({
    point: 'booster/outlet-pressure',
    state: 'unsigned',
    ticket: { by: 'desk', note: 'message seen', ticket: null },
    waivers: [{ step: 'alarm', by: 'admin' }],
  });
  expect(point.missing).not.toContain('ticket');
});

test('a text is not compared with the number of a point', async () => {
  await using gateway = await startApi();
  await begin(gateway);
  const response = await post(gateway, `${POINT}/value`, { panel: 'five' });
  expect(response.json()).toMatchObject({ status: 400 });
  expect(response.body).toContain('body.panel');
});

test('the handover document has a row for each point, in the language that is asked for, and is audited', async () => {
  await using gateway = await startApi();
  await begin(gateway);
  const csv = await get(gateway, '/commissioning/export?format=csv&language=zh');
  expect(csv.headers['content-type']).toContain('text/csv');
  const [head = '', ...rows] = csv.body.trim().split(/\r?\n/);
  expect(head).toContain('现场读数');
  expect(head).toContain('签字人');
  expect(rows.length).toBe((await get(gateway, '/commissioning/booster')).json().points.length);
  expect(gateway.asked).toContainEqual([
    'audit',
    expect.objectContaining({ action: 'commissioning-export' }),
  ]);
  const xlsx = await get(gateway, '/commissioning/export?format=xlsx&language=en&equipment=booster');
  expect(xlsx.rawPayload.subarray(0, 2).toString()).toBe('PK');
  expect((await get(gateway, '/commissioning/export?equipment=other')).statusCode).toBe(404);
});

test('begun and signed by whoever may, worked by engineers, read by everybody with an account', async () => {
  await using gateway = await startApi();
  const body = { equipment: 'booster', reason: 'new set' };
  expect((await post(gateway, '/commissioning', body, 'engineer')).statusCode).toBe(403);
  await begin(gateway);
  expect((await post(gateway, `${POINT}/value`, { panel: 5 }, 'desk')).statusCode).toBe(403);
  expect((await get(gateway, '/commissioning/booster', 'desk')).statusCode).toBe(200);
  const { items } = (await get(gateway, '/commissioning/booster/history', 'desk')).json();
  expect(items).toMatchObject([{ type: 'begun', by: 'admin', detail: { reason: 'new set' } }]);
});
