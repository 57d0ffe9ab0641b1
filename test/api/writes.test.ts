/** Writing and lock-outs over HTTP: who may, what is handed on, what is answered, and what the views show. */
import { describe, expect, test } from 'vitest';
import { RiserError } from '../../src/core/errors.ts';
import type { Role } from '../../src/store/store.ts';
import { makeWriteDef } from '../writing/support.ts';
import { createFakeWriting, WRITE } from './fake-writing.ts';
import { bearer, createGateway, createModel, NOW_MS, type Started, startApi } from './support.ts';

const API = '/api/v1';
const WRITE_PATH = '/points/booster/outlet-pressure/write';
const SOUND = { value: 0.4, reason: 'night' };

const post = (gateway: Started, path: string, payload: object | null, role: Role = 'engineer') =>
  gateway.api.inject({
    method: 'POST',
    url: `${API}${path}`,
    headers: bearer(role),
    ...(payload && { payload }),
  });
const get = async (gateway: Started, path: string) =>
  (await gateway.api.inject({ url: `${API}${path}`, headers: bearer('desk') })).json();

/** A gateway whose writing refuses everything with this code. */
function refusing(refusal: RiserError) {
  const refuse = () => Promise.reject(refusal);
  const writing = { ...createFakeWriting(() => {}), write: refuse, lockOut: refuse, unlock: refuse };
  return createGateway({ writing });
}

describe('a write', () => {
  test('is handed on with the point, who asks and his roles, and answered with the row', async () => {
    await using gateway = await startApi();
    const response = await post(gateway, WRITE_PATH, SOUND);
    expect(response.statusCode, response.body).toBe(200);
    expect(response.json()).toEqual(WRITE);
    expect(gateway.asked).toEqual([['write', { point: 0, ...SOUND, by: 'engineer', roles: ['engineer'] }]]);
  });

  test.each<readonly [Role, number]>([
    ['admin', 200],
    ['supervisor', 200],
    ['engineer', 200],
    ['desk', 403],
  ])('by %s is answered %d', async (role, status) => {
    await using gateway = await startApi();
    expect((await post(gateway, WRITE_PATH, SOUND, role)).statusCode).toBe(status);
    expect(gateway.asked.map(([call]) => call)).toEqual([status === 200 ? 'write' : 'noteUnread']);
  });

  test('by somebody who may write nothing is written down before anything of it is read', async () => {
    await using gateway = await startApi();
    const response = await post(gateway, WRITE_PATH, { nonsense: 'x'.repeat(100) }, 'desk');
    expect([response.statusCode, response.json().code]).toEqual([403, 'not-permitted']);
    expect(gateway.asked).toEqual([['noteUnread', 0, 'desk', 'not-permitted']]);
    gateway.asked.length = 0;
    expect((await post(gateway, '/points/booster/nothing/write', SOUND, 'desk')).statusCode).toBe(403);
    const stranger = await gateway.api.inject({ method: 'POST', url: `${API}${WRITE_PATH}`, payload: SOUND });
    expect([stranger.statusCode, gateway.asked]).toEqual([401, []]);
  });

  test.each([
    new RiserError('write-failed', { reason: 'exception 2' }, { cause: new Error('frame') }),
    new RiserError('link-down', { link: 'plant' }),
    new RiserError('interlocked', { why: 'not in automatic' }),
    new RiserError('not-permitted', { permission: 'point.write (supervisor)' }),
  ])('that is refused leaves no stack trace in the log: %s', async (error) => {
    await using gateway = await startApi({}, refusing(error));
    expect((await post(gateway, WRITE_PATH, SOUND)).json()).toMatchObject({ code: error.code });
    const about = gateway.logged.filter((line) => line.includes('request failed'));
    expect(about).toHaveLength(error.status >= 500 ? 1 : 0);
    for (const line of about)
      expect(JSON.parse(line)).toMatchObject({ code: error.code, reason: error.message });
    expect(gateway.logged.filter((line) => line.includes('"stack"') || line.includes('.ts:'))).toEqual([]);
    expect(gateway.asked).toEqual([]);
  });

  test('of a point that does not exist is not found', async () => {
    await using gateway = await startApi();
    const response = await post(gateway, '/points/booster/nothing/write', SOUND);
    expect([response.statusCode, response.json().code]).toEqual([404, 'not-found']);
  });

  test.each([
    {},
    { value: 0.4 },
    { reason: 'night' },
    { value: '0.4', reason: 'night' },
    { value: null, reason: 'night' },
    { ...SOUND, force: true },
    { ...SOUND, reason: 'x'.repeat(5_000) },
  ])('with the body %j is refused before anybody is asked', async (body) => {
    await using gateway = await startApi();
    expect((await post(gateway, WRITE_PATH, body)).statusCode).toBe(400);
    expect(gateway.asked).toEqual([]);
  });

  test.each<readonly [RiserError, number]>([
    [new RiserError('reason-required', { max: 200 }), 422],
    [new RiserError('not-writable', { point: 'p' }), 409],
    [new RiserError('life-safety-write', { kind: { zh: '消防泵', en: 'Fire pump' } }), 403],
    [new RiserError('locked-out', { by: 'li', reason: 'bearing' }), 409],
    [new RiserError('value-not-allowed', { value: 9, allowed: { zh: '0–1', en: '0–1' } }), 422],
    [new RiserError('interlocked', { why: { zh: '未投自动', en: 'Not in automatic' } }), 409],
    [new RiserError('write-busy'), 409],
    [new RiserError('write-failed', { reason: 'exception 2' }), 502],
    [new RiserError('link-down', { link: 'plant' }), 503],
  ])('that is refused is answered with its problem: %s', async (error, status) => {
    await using gateway = await startApi({}, refusing(error));
    const response = await post(gateway, WRITE_PATH, SOUND);
    expect(response.statusCode).toBe(status);
    expect(response.json()).toMatchObject({ code: error.code, text: error.text });
  });
});

describe('the list of writes', () => {
  test.each<readonly [string, object]>([
    ['', { limit: 100 }],
    ['?equipment=booster&limit=5', { limit: 5, equipment: 'booster' }],
    [
      '?equipment=booster&point=outlet-pressure',
      { limit: 100, equipment: 'booster', point: 'outlet-pressure' },
    ],
    ['?point=booster/outlet-pressure', { limit: 100, equipment: 'booster', point: 'outlet-pressure' }],
  ])('asked for with "%s" is narrowed to that', async (query, filter) => {
    await using gateway = await startApi();
    expect(await get(gateway, `/writes${query}`)).toEqual({ items: [WRITE], total: 1 });
    expect(gateway.asked).toEqual([['writes', filter]]);
  });

  test.each(['?limit=0', '?limit=501', '?colour=red', '?equipment=B%20'])('refuses %s', async (query) => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({ url: `${API}/writes${query}`, headers: bearer('desk') });
    expect(response.statusCode).toBe(400);
  });
});

describe('a lock-out', () => {
  const tag = { by: 'engineer', reason: 'bearing', atMs: NOW_MS };

  test('is shown in the list and on the equipment until it is taken off', async () => {
    await using gateway = await startApi();
    const hung = await post(gateway, '/equipment/booster/lock-out', { reason: 'bearing' });
    expect([hung.statusCode, hung.json()]).toEqual([200, { equipment: 'booster', ...tag }]);
    expect(await get(gateway, '/lock-outs')).toEqual({ items: [{ equipment: 'booster', ...tag }], total: 1 });
    expect(await get(gateway, '/equipment/booster')).toMatchObject({ lockOut: tag });
    const { items } = await get(gateway, '/equipment');
    expect(items.map(({ lockOut }: { lockOut: unknown }) => lockOut)).toEqual([tag, null]);
    expect((await post(gateway, '/equipment/booster/unlock', null)).statusCode).toBe(204);
    expect(await get(gateway, '/equipment/booster')).toMatchObject({ lockOut: null });
    expect(gateway.asked).toEqual([
      ['lockOut', 'booster', 'bearing', 'engineer'],
      ['unlock', 'booster', 'engineer', ['engineer']],
    ]);
  });

  test('is nothing that the desk hangs or takes off, but it sees it', async () => {
    await using gateway = await startApi();
    for (const verb of ['lock-out', 'unlock']) {
      const response = await post(
        gateway,
        `/equipment/booster/${verb}`,
        verb === 'unlock' ? null : { reason: 'x' },
        'desk',
      );
      expect(response.statusCode).toBe(403);
    }
    expect(gateway.asked).toEqual([]);
    expect(await get(gateway, '/lock-outs')).toEqual({ items: [], total: 0 });
  });

  test.each<readonly [RiserError, number]>([
    [new RiserError('not-locked-out'), 409],
    [new RiserError('locked-out', { by: 'li', reason: 'bearing' }), 409],
    [new RiserError('not-permitted', { permission: 'x' }), 403],
  ])('that is refused is answered with its problem: %s', async (error, status) => {
    await using gateway = await startApi({}, refusing(error));
    for (const [verb, body] of [['lock-out', { reason: 'x' }] as const, ['unlock', null] as const]) {
      const response = await post(gateway, `/equipment/booster/${verb}`, body);
      expect([response.statusCode, response.json().code]).toEqual([status, error.code]);
    }
  });
});

test('a point shows how it may be written, and which interlocks hold by the latest readings', async () => {
  const model = createModel();
  const text = { zh: '水泵未运行', en: 'No pump runs' };
  const interlocks = [{ point: 1, in: [1], notIn: null, min: null, max: null, text }];
  const points = model.points.map((point) =>
    point.index === 0 ? { ...point, write: makeWriteDef({ interlocks, revertAfterMs: 60_000 }) } : point,
  );
  await using gateway = await startApi({}, createGateway({ model: { ...model, points } }));
  const show = async () => (await get(gateway, '/points/booster/outlet-pressure')).write;
  expect(await show()).toEqual({
    min: 0.3,
    max: 0.6,
    values: null,
    role: 'engineer',
    revertAfterMs: 60_000,
    interlocks: [{ text, holds: null }],
  });
  gateway.publishReadings([[1, 0]]);
  expect((await show()).interlocks).toEqual([{ text, holds: false }]);
  gateway.publishReadings([[1, 1]]);
  expect((await show()).interlocks).toEqual([{ text, holds: true }]);
  gateway.publishReadings([[1, 1, 132]]);
  expect((await show()).interlocks).toEqual([{ text, holds: null }]);
  expect((await get(gateway, '/points/booster/silent')).write).toBeNull();
});
