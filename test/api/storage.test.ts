/** The stores of telemetry and the quarantine in the API: everybody sees them, administrators act, and it is written down. */
import { expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import { createFakeStorage, LOSS, LOSSES } from './fake-storage.ts';
import { bearer, createGateway, DEMO_ROLES, NOW_MS, startApi } from './support.ts';

const COMMANDS = [
  ['/api/v1/storage/loss/acknowledge', {}],
  ['/api/v1/quarantine/resend', { ids: null }],
  ['/api/v1/quarantine/discard', { ids: [3] }],
] as const;

test('everybody who may see the site sees how the stores stand and what was lost', async () => {
  await using gateway = await startApi();
  const response = await gateway.api.inject({ url: '/api/v1/storage', headers: bearer('desk') });
  expect(response.statusCode, response.body).toBe(200);
  expect(response.json()).toMatchObject({
    journal: { state: 'ok', bytes: 1_000, maxBytes: 8_000, bytesPerReading: 3.5 },
    forwarder: { state: 'down', target: 'http://influx:8086 · riser', backlogReadings: 500 },
    loss: LOSS,
    losses: LOSSES,
    acknowledged: null,
    hasQuarantine: true,
  });
});

test('a loss that was seen is written down with its figures, and then is no longer new', async () => {
  await using gateway = await startApi();
  const post = () =>
    gateway.api.inject({ method: 'POST', url: COMMANDS[0][0], headers: bearer('admin'), payload: {} });
  const first = await post();
  expect(first.statusCode, first.body).toBe(200);
  expect(first.json()).toMatchObject({ loss: null, acknowledged: { by: 'admin', readings: 120 } });
  await post();
  const audit = { actor: 'admin', action: 'loss-acknowledge', object: 'journal', detail: LOSS };
  expect(gateway.asked).toEqual([
    ['audit', audit],
    ['acknowledgeLosses', [3, 2], 'admin'],
  ]);
});

test('a loss stays new when it cannot be written down that somebody has seen it', async () => {
  const made = createGateway({ audit: async () => Promise.reject(new RiserError('store-failed')) });
  await using gateway = await startApi({}, made);
  const [url, payload] = COMMANDS[0];
  const response = await gateway.api.inject({ method: 'POST', url, headers: bearer('admin'), payload });
  expect(response.statusCode).toBe(503);
  expect(gateway.services.storage.state().loss).toEqual(LOSS);
});

test('the quarantine is listed newest first with reasons and names, page by page', async () => {
  await using gateway = await startApi();
  const read = async (query: string) =>
    (await gateway.api.inject({ url: `/api/v1/quarantine${query}`, headers: bearer('desk') })).json();
  const first = await read('?limit=2');
  expect(first).toMatchObject({
    total: 3,
    counts: [
      { reason: 'field type conflict', readings: 2 },
      { reason: null, readings: 1 },
    ],
    nextBeforeId: 2,
  });
  expect(first.items[0]).toMatchObject({
    id: 3,
    atMs: NOW_MS + 3,
    point: 'booster/outlet-pressure',
    equipmentName: { en: 'Booster set' },
    unit: 'MPa',
    isResendable: true,
  });
  expect(first.items[1], 'of a point that is gone').toMatchObject({ point: 'gone/level', text: null });
  const second = await read('?limit=2&beforeId=2');
  expect(second.items).toHaveLength(1);
  expect(second.items[0]).toMatchObject({ id: 1, point: null, isResendable: false });
  expect(second.nextBeforeId).toBeNull();
});

test('readings are sent again or discarded by id or all at once, and it is in the audit', async () => {
  await using gateway = await startApi();
  const post = async (url: string, ids: readonly number[] | null) => {
    const payload = { ids };
    return gateway.api.inject({ method: 'POST', url, headers: bearer('admin'), payload });
  };
  expect((await post('/api/v1/quarantine/resend', [1, 2])).json()).toMatchObject({ sentReadings: 2 });
  expect((await post('/api/v1/quarantine/discard', null)).json()).toEqual({ discardedReadings: 3 });
  expect(gateway.asked.map(([name, detail]) => [name, detail])).toEqual([
    ['resend', [1, 2]],
    ['audit', expect.objectContaining({ action: 'quarantine-resend', object: '2 readings' })],
    ['audit', expect.objectContaining({ action: 'quarantine-discard', object: 'all' })],
    ['discard', 'all'],
  ]);
});

test('what cannot be written down is not thrown away', async () => {
  const made = createGateway({ audit: async () => Promise.reject(new RiserError('store-failed')) });
  await using gateway = await startApi({}, made);
  const [url, payload] = COMMANDS[2];
  const response = await gateway.api.inject({ method: 'POST', url, headers: bearer('admin'), payload });
  expect(response.statusCode).toBe(503);
  expect(gateway.asked).toEqual([]);
});

test.each([{}, { ids: [] }, { ids: [0] }, { ids: ['all'] }, { ids: [1, 1] }, { ids: null, why: 'x' }])(
  'a selection %j is refused',
  async (payload) => {
    await using gateway = await startApi();
    const [url] = COMMANDS[2];
    const response = await gateway.api.inject({ method: 'POST', url, headers: bearer('admin'), payload });
    expect(response.statusCode).toBe(400);
    expect(gateway.asked).toEqual([]);
  },
);

test.each(DEMO_ROLES.filter((role) => role !== 'admin'))('%s may do none of it', async (role) => {
  await using gateway = await startApi();
  for (const [url, payload] of COMMANDS) {
    const response = await gateway.api.inject({ method: 'POST', url, headers: bearer(role), payload });
    expect(response.statusCode, url).toBe(403);
  }
  expect(gateway.asked).toEqual([]);
});

test('a gateway that forwards nothing has no quarantine', async () => {
  const made = createGateway({ storage: createFakeStorage(() => undefined, false) });
  await using gateway = await startApi({}, made);
  const state = await gateway.api.inject({ url: '/api/v1/storage', headers: bearer('desk') });
  expect(state.json()).toMatchObject({ forwarder: { state: 'off', target: null }, hasQuarantine: false });
  const list = await gateway.api.inject({ url: '/api/v1/quarantine', headers: bearer('desk') });
  expect(list.statusCode).toBe(404);
  expect(list.json()).toMatchObject({ code: 'not-found' });
});
