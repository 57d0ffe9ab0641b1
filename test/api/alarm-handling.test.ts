/** What people do to alarms over HTTP: who may, what the engine is told, what is left out and why. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import type { AlarmControl, Occurrence } from '../../src/core/alarm.ts';
import { RiserError } from '../../src/core/errors.ts';
import { toId } from '../../src/core/ids.ts';
import type { CommandOutcome } from '../../src/engine/commands.ts';
import type { Role } from '../../src/store/store.ts';
import { CONTROL } from './fake-alarms.ts';
import { bearer, createGateway, NOW_MS, OCCURRENCE, startApi } from './support.ts';

const API = '/api/v1';
const HOUR_MS = 3_600_000;
const KEY = OCCURRENCE.key;
const SHELVE = { reason: 'valve is being changed', forMs: HOUR_MS };
const SERVICE = { reason: 'bearing', permit: 'P-7', approver: 'admin', untilMs: NOW_MS + HOUR_MS };
/** The same alarm by its occurrence, and by its rule. */
const PLACES = ['/alarms/occ-1', '/rules/booster/pressure-low'] as const;

const make = (id: string, change: Partial<Occurrence> = {}): Occurrence => ({
  ...OCCURRENCE,
  id: toId(id),
  key: toId(`tower/booster/${id}`),
  ...change,
});
/** What the store holds; newest first. */
let occurrences: readonly Occurrence[] = [OCCURRENCE];
let controls: readonly AlarmControl[] = [CONTROL];

const fake = createGateway();
Object.assign(fake.services.queries, {
  alarm: async (id: string) => occurrences.find((row) => row.id === id) ?? null,
  alarms: async ({
    state,
    equipment,
    limit,
    offset,
  }: {
    state: string;
    equipment?: string;
    limit: number;
    offset: number;
  }) => {
    const items = occurrences
      .filter(({ endedAtMs }) => state === 'all' || endedAtMs === null)
      .filter((row) => equipment === undefined || row.equipment === equipment);
    return { items: items.slice(offset, offset + limit), total: items.length };
  },
  stormMembers: async (id: string) => {
    const items = occurrences.filter(({ storm }) => storm === id);
    return { items, total: items.length };
  },
  alarmControls: async () => controls,
});
const gateway = await startApi({}, fake);
afterAll(() => gateway[Symbol.asyncDispose]());
const answerOfEngine = gateway.answer;
beforeEach(() => {
  occurrences = [OCCURRENCE];
  controls = [CONTROL];
  gateway.submitted.length = 0;
  gateway.answer = answerOfEngine;
});

const post = async (path: string, payload: object | null, role: Role = 'supervisor') => {
  const response = await gateway.api.inject({
    method: 'POST',
    url: `${API}${path}`,
    headers: bearer(role),
    ...(payload && { payload }),
  });
  return { status: response.statusCode, body: response.json() };
};
const get = async (path: string) => {
  const response = await gateway.api.inject({ url: `${API}${path}`, headers: bearer('desk') });
  return { status: response.statusCode, body: response.json() };
};

describe.each(PLACES)('POST %s', (place) => {
  test('/shelve tells the engine until when, in the name of the person, and answers alarm and control', async () => {
    gateway.answer = async () => ({ occurrence: OCCURRENCE, ticket: null, control: CONTROL });
    const { status, body } = await post(`${place}/shelve`, SHELVE);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(gateway.submitted).toEqual([
      {
        type: 'shelve-alarm',
        key: KEY,
        by: 'supervisor',
        reason: SHELVE.reason,
        untilMs: NOW_MS + HOUR_MS,
        isOneShot: false,
      },
    ]);
    expect(body).toMatchObject({
      alarm: { id: 'occ-1', state: 'B' },
      control: { key: KEY, shelf: { by: 'desk' }, outOfService: null, severity: 'high' },
    });
  });

  test('/shelve of high severity is not for the desk, whose permission is for medium and low', async () => {
    expect(await post(`${place}/shelve`, SHELVE, 'desk')).toMatchObject({
      status: 403,
      body: { code: 'not-permitted', params: { permission: 'alarm.shelve-high' } },
    });
    expect(gateway.submitted).toEqual([]);
    occurrences = [{ ...OCCURRENCE, severity: 'medium' }];
    expect((await post(`${place}/shelve`, SHELVE, 'desk')).status).toBe(200);
  });

  test('/unshelve, /in-service answer no control when nothing is decided any more', async () => {
    gateway.answer = async (): Promise<CommandOutcome> => ({ occurrence: null, ticket: null, control: null });
    for (const [verb, type] of [
      ['unshelve', 'unshelve-alarm'],
      ['in-service', 'return-to-service'],
    ] as const) {
      expect(await post(`${place}/${verb}`, null)).toMatchObject({
        status: 200,
        body: { alarm: null, control: null },
      });
      expect(gateway.submitted.at(-1)).toEqual({ type, key: KEY, by: 'supervisor', note: '' });
    }
  });

  test('/out-of-service hands on permit, approver and end', async () => {
    expect((await post(`${place}/out-of-service`, SERVICE)).status).toBe(200);
    expect(gateway.submitted).toEqual([
      { type: 'take-out-of-service', key: KEY, by: 'supervisor', ...SERVICE },
    ]);
  });

  test.each([
    ['nobody of the site', 'stranger'],
    ['somebody who may not do it himself', 'engineer'],
  ])('/out-of-service approved by %s is refused', async (_who, approver) => {
    expect(await post(`${place}/out-of-service`, { ...SERVICE, approver })).toMatchObject({
      status: 422,
      body: { code: 'approval-required' },
    });
    expect(gateway.submitted).toEqual([]);
  });

  test('/out-of-service approved by a disabled account is refused', async () => {
    const admin = gateway.users.get('admin');
    if (admin !== undefined) gateway.users.set('admin', { ...admin, isDisabled: true });
    expect((await post(`${place}/out-of-service`, SERVICE)).body.code).toBe('approval-required');
    if (admin !== undefined) gateway.users.set('admin', admin);
  });

  test.each([
    ['shelve', {}],
    ['shelve', { ...SHELVE, forMs: 0 }],
    ['shelve', { ...SHELVE, untilMs: NOW_MS }],
    ['out-of-service', { ...SERVICE, permit: undefined }],
    ['in-service', { why: 'x' }],
  ])('/%s with the body %j is refused before anybody is asked', async (verb, body) => {
    expect((await post(`${place}/${verb}`, body)).status).toBe(400);
    expect(gateway.submitted).toEqual([]);
  });
});

describe('GET /alarms/approvers', () => {
  const list = async (role: Role) => {
    const url = `${API}/alarms/approvers`;
    const response = await gateway.api.inject({ method: 'GET', url, headers: bearer(role) });
    return { status: response.statusCode, body: response.json() };
  };

  test('names everybody else who may take out of service, and nothing else of them', async () => {
    expect((await list('supervisor')).body).toEqual({
      items: [{ username: 'admin', displayName: { zh: 'admin（中）', en: 'admin' } }],
      total: 1,
    });
    expect((await list('admin')).body.items).toMatchObject([{ username: 'supervisor' }]);
  });

  test('leaves closed accounts out', async () => {
    const admin = gateway.users.get('admin');
    if (admin !== undefined) gateway.users.set('admin', { ...admin, isDisabled: true });
    expect((await list('supervisor')).body.items).toEqual([]);
    if (admin !== undefined) gateway.users.set('admin', admin);
  });

  test('is for those who may take out of service', async () =>
    expect((await list('engineer')).status).toBe(403));
});

describe('an alarm', () => {
  test('that has ended is shelved by its rule, not by its occurrence', async () => {
    occurrences = [{ ...OCCURRENCE, endedAtMs: NOW_MS, isActive: false }];
    expect((await post('/alarms/occ-1/shelve', SHELVE)).body.code).toBe('alarm-ended');
    expect((await post('/rules/booster/pressure-low/shelve', SHELVE)).status).toBe(200);
  });

  test.each(['/alarms/nothing/shelve', '/rules/booster/nothing/shelve'])(
    'that never was: %s',
    async (path) => {
      expect((await post(path, SHELVE)).body.code).toBe('not-found');
    },
  );

  test('is reset and commented in the name of the person', async () => {
    expect((await post('/alarms/occ-1/reset', { note: 'looked' }, 'engineer')).status).toBe(200);
    expect((await post('/alarms/occ-1/comment', { note: 'noisy' }, 'desk')).status).toBe(200);
    expect(gateway.submitted).toEqual([
      { type: 'reset-alarm', occurrence: 'occ-1', by: 'engineer', note: 'looked' },
      { type: 'comment-alarm', occurrence: 'occ-1', by: 'desk', note: 'noisy' },
    ]);
    expect((await post('/alarms/occ-1/comment', null)).status).toBe(400);
    expect((await post('/alarms/nothing/reset', null)).body.code).toBe('not-found');
  });

  test('that the engine refuses keeps its reason', async () => {
    gateway.answer = () => Promise.reject(new RiserError('shelve-too-long', { minutes: 120 }));
    expect(await post('/alarms/occ-1/shelve', SHELVE)).toMatchObject({
      status: 422,
      body: { code: 'shelve-too-long', params: { minutes: 120 } },
    });
  });

  test('that is shelved or out of service stands in the list of controls, long ones marked', async () => {
    const { longOutOfServiceMs } = gateway.services.model.policy.alarms;
    const atMs = NOW_MS - longOutOfServiceMs - 1;
    const outOfService = { by: 'a', atMs, reason: 'r', permit: 'P', approver: 'b', untilMs: NOW_MS + 1 };
    controls = [
      CONTROL,
      { ...CONTROL, rule: toId('gone'), key: toId('tower/booster/gone'), shelf: null, outOfService },
    ];
    const { body } = await get('/alarms/controls');
    expect(body).toMatchObject({
      total: 2,
      items: [
        { rule: 'pressure-low', text: { en: 'Outlet pressure low' }, isLongOutOfService: false },
        { rule: 'gone', text: { en: '' }, isLongOutOfService: true, outOfService: { permit: 'P' } },
      ],
    });
  });
});

describe('POST /alarms/acknowledge', () => {
  const acknowledged = { by: 'x', atMs: NOW_MS, note: '' };
  const shelf = { by: 'x', atMs: NOW_MS, reason: 'r', untilMs: NOW_MS + 1, isOneShot: false };
  const all = (): readonly Occurrence[] => [
    make('fire', { severity: 'life-safety' }),
    make('low', { severity: 'low', raisedAtMs: NOW_MS - HOUR_MS }),
    make('high'),
    make('seen', { acknowledged }),
    make('over', { endedAtMs: NOW_MS, isActive: false }),
    make('shelved', { shelf }),
    make('of-pump', { equipment: toId('booster-pump-1'), storm: toId('storm-1') }),
  ];
  const ask = (payload: object) => post('/alarms/acknowledge', payload, 'desk');
  const told = () =>
    gateway.submitted.map((command) => ('occurrences' in command ? command.occurrences : []));

  test('by filter takes what is annunciated, and never life safety unless that is said', async () => {
    occurrences = all();
    const { status, body } = await ask({ filter: {}, note: 'all seen' });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body).toEqual({
      acknowledged: ['low', 'high', 'of-pump'],
      leftOut: [
        { reason: 'life-safety', count: 1, occurrences: ['fire'] },
        { reason: 'hidden', count: 1, occurrences: ['shelved'] },
      ],
    });
    expect(gateway.submitted).toEqual([
      { type: 'acknowledge-alarms', occurrences: ['low', 'high', 'of-pump'], by: 'desk', note: 'all seen' },
    ]);
    await ask({ filter: { severity: 'life-safety' }, includeLifeSafety: true });
    expect(told().at(-1)).toEqual(['fire']);
  });

  test.each([
    [{ severity: 'low' }, ['low']],
    [{ olderThanMs: HOUR_MS }, ['low']],
    [{ storm: 'storm-1' }, ['of-pump']],
    [{ equipment: 'booster-pump-1' }, ['of-pump']],
    [{ equipment: 'booster' }, ['low', 'high', 'of-pump']],
    [{ system: 'water' }, ['low', 'high', 'of-pump']],
    [{ system: 'lift' }, []],
    [{ location: 'pump-room' }, ['low', 'high', 'of-pump']],
    [{ location: 'elsewhere' }, []],
    [{ severity: 'high', equipment: 'booster-pump-1' }, ['of-pump']],
  ])('by the filter %j acknowledges %j', async (filter, wanted) => {
    occurrences = all();
    expect((await ask({ filter })).body.acknowledged).toEqual(wanted);
    expect(told()).toEqual(wanted.length === 0 ? [] : [wanted]);
  });

  test('by ids takes what is named, life safety and shelved ones included, and says why not the others', async () => {
    occurrences = all();
    const { body } = await ask({ ids: ['fire', 'shelved', 'seen', 'over', 'never'] });
    expect(body).toEqual({
      acknowledged: ['fire', 'shelved'],
      leftOut: [
        { reason: 'acknowledged', count: 1, occurrences: ['seen'] },
        { reason: 'ended', count: 1, occurrences: ['over'] },
        { reason: 'unknown', count: 1, occurrences: ['never'] },
      ],
    });
  });

  test('names those that somebody else was quicker with', async () => {
    occurrences = all();
    gateway.answer = async () => ({ occurrence: null, ticket: null, acknowledged: [toId('high')] });
    expect((await ask({ ids: ['high', 'low'] })).body).toEqual({
      acknowledged: ['high'],
      leftOut: [{ reason: 'acknowledged', count: 1, occurrences: ['low'] }],
    });
  });

  test('of 1,300 alarms is one command, whatever the pages of the store', async () => {
    occurrences = Array.from({ length: 1_300 }, (_, at) => make(`many-${at}`));
    const { body } = await ask({ filter: {} });
    expect([body.acknowledged.length, gateway.submitted.length]).toEqual([1_300, 1]);
    const ids = occurrences.map(({ id }) => id);
    expect((await ask({ ids })).body.acknowledged).toHaveLength(1_300);
  });

  test.each([
    {},
    { ids: ['a'], filter: {} },
    { ids: [] },
    { filter: { colour: 'red' } },
    { ids: ['a', 'a'] },
  ])('with the body %j is refused', async (body) => {
    expect((await ask(body)).status).toBe(400);
    expect(gateway.submitted).toEqual([]);
  });
});

describe('GET /alarms', () => {
  const shelf = { by: 'x', atMs: NOW_MS, reason: 'r', untilMs: NOW_MS + 1, isOneShot: false };
  const list = async (query: string) => {
    occurrences = [
      make('a', { severity: 'life-safety' }),
      make('b', { severity: 'low', isActive: false, text: { zh: '水位高', en: 'Level high' } }),
      make('c', { shelf, equipment: toId('booster-pump-1'), storm: toId('storm-1') }),
      make('d', { endedAtMs: NOW_MS, isActive: false, storm: toId('storm-1') }),
    ];
    const { body } = await get(`/alarms?${query}`);
    return [body.items.map(({ id }: { id: string }) => id), body.total];
  };

  test.each([
    ['', ['a', 'b', 'c'], 3],
    ['state=all', ['a', 'b', 'c', 'd'], 4],
    ['letters=D', ['b'], 1],
    ['letters=BE', ['a', 'c'], 2],
    ['severity=low', ['b'], 1],
    ['active=true', ['a', 'c'], 2],
    ['active=false', ['b'], 1],
    ['storm=storm-1', ['c'], 1],
    ['storm=storm-1&state=all', ['c', 'd'], 2],
    ['equipment=booster-pump-1&severity=high', ['c'], 1],
    ['system=water&limit=1&offset=1', ['b'], 3],
    ['location=pump-room', ['a', 'b', 'c'], 3],
    [`text=${encodeURIComponent('水位')}`, ['b'], 1],
    ['text=LEVEL', ['b'], 1],
    ['text=booster-pump-1%2F', ['c'], 1],
    ['text=nothing', [], 0],
  ])('?%s answers %j of %d', async (query, ids, total) => {
    expect(await list(query)).toEqual([ids, total]);
  });

  test.each(['letters=X', 'letters=', 'severity=grave', 'active=1', 'colour=red', 'system=beds', 'text='])(
    '?%s is refused',
    async (query) => {
      expect((await get(`/alarms?${query}`)).status).toBe(400);
    },
  );
});
