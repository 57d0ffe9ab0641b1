/** What the resources answer: the gateway's own data in the shapes of the contract, quality always beside the value. */
import { describe, expect, test } from 'vitest';
import { QUALITIES } from '../../src/core/quality.ts';
import {
  bearer,
  createGateway,
  createModel,
  EXPLAINED,
  LINK,
  NOW_MS,
  OCCURRENCE,
  type Started,
  startApi,
} from './support.ts';

const API = '/api/v1';
/** `booster/silent` is a text. */
const withText = () => {
  const model = createModel();
  return {
    ...model,
    points: model.points.map((point) => (point.index === 2 ? { ...point, type: 'text' as const } : point)),
  };
};
const get = async (gateway: Started, path: string, role: Parameters<typeof bearer>[0] = 'engineer') => {
  const response = await gateway.api.inject({ url: `${API}${path}`, headers: bearer(role) });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};

describe('points', () => {
  test('a point without data says so and shows no value', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/points/booster/silent')).toMatchObject({
      value: null,
      quality: 'bad',
      qualityReason: 'no-data',
      qualityText: { zh: '尚无数据' },
      receivedMs: null,
      lastGood: null,
    });
  });

  test('a bad reading hides the value and keeps the last good one apart, with its time', async () => {
    await using gateway = await startApi();
    gateway.publishReadings([[0, 0.42]]);
    gateway.publishReadings([[0, 0.42, 129]]);
    expect(await get(gateway, '/points/booster/outlet-pressure')).toMatchObject({
      value: null,
      quality: 'bad',
      qualityCode: 129,
      qualityReason: 'comm-loss',
      receivedMs: NOW_MS,
      lastGood: { value: 0.42, receivedMs: NOW_MS },
      unit: 'MPa',
    });
  });

  test('zero is a value, and states carry their texts', async () => {
    await using gateway = await startApi();
    gateway.publishReadings([[1, 0]]);
    const point = await get(gateway, '/points/booster/is-running');
    expect(point).toMatchObject({ value: 0, quality: 'good', type: 'boolean' });
    expect(point.states.map((state: { value: number }) => state.value)).toEqual([0, 1]);
  });

  test('a text is shown as text; the number that it travels as appears nowhere', async () => {
    await using gateway = await startApi({}, createGateway({ model: withText() }));
    const number = gateway.services.texts.toNumber('门锁回路断开') ?? -1;
    const ask = () => get(gateway, '/points/booster/silent');
    expect(await ask()).toMatchObject({ type: 'text', value: null, textValue: null, lastGood: null });
    gateway.publishReadings([[2, number]]);
    expect(await ask()).toMatchObject({
      value: null,
      textValue: '门锁回路断开',
      quality: 'good',
      lastGood: null,
    });
    gateway.publishReadings([[2, Number.NaN, 129]]);
    expect(await ask()).toMatchObject({ value: null, textValue: null, qualityReason: 'comm-loss' });
    expect(await get(gateway, '/points/booster/outlet-pressure')).toMatchObject({ textValue: null });
  });

  test('the list can be narrowed to the points of one equipment', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/points')).toMatchObject({ total: 3 });
    expect(await get(gateway, '/points?equipment=booster-pump-1')).toEqual({ items: [], total: 0 });
  });
});

describe('the history of a point', () => {
  const history = '/points/booster/outlet-pressure/history';

  test('is what was read, with its unit, gaps included, up to now', async () => {
    await using gateway = await startApi();
    gateway.publishReadings([[0, 0.42]], NOW_MS - 90_000);
    gateway.publishReadings([[0, 0, 129]], NOW_MS - 30_000);
    gateway.publishReadings([[0, 0.4]], NOW_MS);
    const whole = (atMs: number, value: number) => ({
      atMs,
      min: value,
      max: value,
      mean: value,
      last: value,
      isGood: true,
      quality: 0,
      count: 1,
    });
    const gap = (atMs: number, quality: number | null, count: number) => ({
      atMs,
      min: null,
      max: null,
      mean: null,
      last: null,
      isGood: false,
      quality,
      count,
    });
    expect(await get(gateway, history)).toEqual({
      point: 'booster/outlet-pressure',
      unit: 'MPa',
      fromMs: NOW_MS + 1 - 3_600_000,
      toMs: NOW_MS + 1,
      coveredFromMs: NOW_MS - 90_000,
      bucketMs: 0,
      samples: [
        gap(NOW_MS + 1 - 3_600_000, null, 0),
        whole(NOW_MS - 90_000, 0.42),
        gap(NOW_MS - 30_000, QUALITIES['comm-loss'].code, 1),
        whole(NOW_MS, 0.4),
      ],
      missing: null,
      missingReasons: [],
    });
    const { samples, bucketMs, toMs } = await get(
      gateway,
      `${history}?from=${NOW_MS - 120_000}&to=${NOW_MS + 9e9}&maxPoints=2`,
    );
    expect([samples.length, bucketMs, toMs]).toEqual([2, 120_000, NOW_MS + 1]);
  });

  test('of a point that was never read says that nothing is known', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/points/booster/silent/history')).toMatchObject({
      coveredFromMs: null,
      samples: [{ min: null, last: null, isGood: false }],
    });
  });

  test('of states carries the states', async () => {
    await using gateway = await startApi();
    gateway.publishReadings([[1, 0]], NOW_MS - 5_000);
    gateway.publishReadings([[1, 1]], NOW_MS - 1_000);
    const { samples, unit } = await get(gateway, '/points/booster/is-running/history');
    expect([unit, samples.map(({ last }: { last: number | null }) => last)]).toEqual(['', [null, 0, 1]]);
  });

  test.each([
    [`?from=${NOW_MS}&to=${NOW_MS}`, 'query.from'],
    [`?from=${NOW_MS + 1_000}`, 'query.from'],
    [`?from=5&to=4`, 'query.from'],
    ['?from=yesterday', 'query.from'],
    ['?to=-1', 'query.to'],
    ['?maxPoints=0', 'query.maxPoints'],
    ['?maxPoints=2001', 'query.maxPoints'],
    ['?maxPoints=1.5', 'query.maxPoints'],
  ])('%s is refused at %s', async (query, path) => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({
      url: `${API}${history}${query}`,
      headers: bearer('engineer'),
    });
    expect(response.json()).toMatchObject({
      status: 400,
      code: 'bad-request',
      params: { problems: [{ path }] },
    });
  });

  test('of an unknown point, or with an unknown field, is refused', async () => {
    await using gateway = await startApi();
    const ask = async (path: string) =>
      (await gateway.api.inject({ url: `${API}${path}`, headers: bearer('engineer') })).json();
    expect(await ask('/points/booster/nothing/history')).toMatchObject({ status: 404, code: 'not-found' });
    expect(await ask(`${history}?max=5`)).toMatchObject({ status: 400, code: 'unknown-field' });
  });
});

describe('the site', () => {
  test('shows itself, its links and its rules', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/site')).toMatchObject({ id: 'tower', version: '1.2.3', hasSimulation: true });
    const links = await get(gateway, '/links');
    expect(links.items[0]).toMatchObject({ link: 'plant', protocol: 'modbus', counters: LINK.counters });
    expect(await get(gateway, '/rules/booster/pressure-low')).toMatchObject({
      key: 'tower/booster/pressure-low',
      points: ['booster/outlet-pressure'],
      params: { lo: 0.2 },
      onDelayMs: 10_000,
    });
  });

  test('shows equipment with system, place and whom to call; a part names its parent', async () => {
    await using gateway = await startApi();
    const { items, total } = await get(gateway, '/equipment');
    expect(total).toBe(2);
    expect(items[0]).toMatchObject({
      id: 'booster',
      parent: null,
      system: 'water',
      place: { en: 'B2 Pump room' },
      contact: { method: '8001' },
      points: ['booster/outlet-pressure', 'booster/is-running', 'booster/silent'],
    });
    expect(await get(gateway, '/equipment/booster-pump-1')).toMatchObject({
      parent: 'booster',
      contact: null,
      points: [],
    });
  });
});

describe('alarms', () => {
  test('carry the letter of their state and everything of the occurrence that concerns people', async () => {
    await using gateway = await startApi();
    const { site: _site, ...shown } = OCCURRENCE;
    expect(await get(gateway, '/alarms/occ-1')).toEqual({ ...shown, state: 'B' });
    const { explainedBy } = await get(gateway, '/alarms/near');
    expect(explainedBy).toEqual(EXPLAINED[1]?.explainedBy);
    expect(await get(gateway, '/alarms')).toMatchObject({ total: 1 });
    expect(await get(gateway, '/alarms?state=all&equipment=booster&limit=5')).toMatchObject({ total: 2 });
    expect(await get(gateway, '/alarms/occ-1/history')).toMatchObject({
      total: 1,
      items: [{ detail: { value: 0.15 } }],
    });
  });

  test('that never were cannot be acknowledged', async () => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({
      method: 'POST',
      url: `${API}/alarms/o-99/acknowledge`,
      headers: bearer('desk'),
    });
    expect(response.json()).toMatchObject({ status: 404, code: 'not-found' });
    expect(gateway.submitted).toEqual([]);
  });

  test('are acknowledged in the name of the person, with or without a note', async () => {
    await using gateway = await startApi();
    for (const payload of [{ note: 'seen' }, {}, undefined]) {
      const response = await gateway.api.inject({
        method: 'POST',
        url: `${API}/alarms/occ-1/acknowledge`,
        headers: bearer('desk'),
        ...(payload && { payload }),
      });
      expect(response.statusCode).toBe(200);
    }
    expect(gateway.submitted).toEqual(
      ['seen', '', ''].map((note) => ({ type: 'acknowledge-alarm', occurrence: 'occ-1', by: 'desk', note })),
    );
  });
});

describe('people', () => {
  test('users are listed without their password’s digest', async () => {
    await using gateway = await startApi();
    const response = await gateway.api.inject({ url: `${API}/users`, headers: bearer('admin') });
    expect(response.json()).toMatchObject({ total: 4 });
    expect(response.body).not.toContain('secret-digest');
    expect(response.body).not.toContain('passwordHash');
  });

  test('a user is made once, in the name of the administrator', async () => {
    await using gateway = await startApi();
    const payload = {
      username: 'li-wei',
      displayName: { zh: '李伟', en: 'Li Wei' },
      roles: ['engineer'],
      password: 'a long one',
    };
    const ask = () =>
      gateway.api.inject({ method: 'POST', url: `${API}/users`, headers: bearer('admin'), payload });
    const response = await ask();
    expect(response.statusCode).toBe(201);
    expect(response.json()).toMatchObject({ username: 'li-wei', roles: ['engineer'], isDisabled: false });
    expect(gateway.asked).toContainEqual(['createUser', payload, 'admin']);
    expect((await ask()).json()).toMatchObject({ status: 409, code: 'user-exists' });
  });

  test('an unknown account cannot be changed', async () => {
    await using gateway = await startApi();
    for (const [verb, payload] of [
      ['disable', { version: 'seen' }],
      ['enable', { version: 'seen' }],
      ['password', { version: 'seen', password: 'x' }],
    ] as const) {
      const url = `${API}/users/nobody/${verb}`;
      const response = await gateway.api.inject({ method: 'POST', url, headers: bearer('admin'), payload });
      expect(response.json()).toMatchObject({ status: 404, code: 'user-unknown' });
    }
  });

  test('the audit log is read page by page', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/audit?limit=1', 'supervisor')).toMatchObject({
      total: 1,
      items: [{ action: 'login' }],
    });
  });
});

describe('simulated faults', () => {
  test('are listed, injected and ended, each with its entry in the audit; an unknown one is refused', async () => {
    await using gateway = await startApi();
    expect(await get(gateway, '/simulation/faults')).toMatchObject({
      items: [{ fault: 'dry-run', isActive: false }],
    });
    const ask = (method: 'POST' | 'DELETE', fault: string) =>
      gateway.api.inject({
        method,
        url: `${API}/simulation/faults${method === 'DELETE' ? `/booster/${fault}` : ''}`,
        headers: bearer('engineer'),
        ...(method === 'POST' && { payload: { equipment: 'booster', fault } }),
      });
    for (const method of ['POST', 'DELETE'] as const) {
      expect((await ask(method, 'dry-run')).statusCode).toBe(204);
      expect((await ask(method, 'no-such')).json()).toMatchObject({ status: 404, code: 'unknown-fault' });
    }
    const audited = gateway.asked.filter(([what]) => what === 'audit').map(([, entry]) => entry);
    expect(audited).toEqual(
      ['fault-inject', 'fault-clear'].map((action) => ({
        actor: 'engineer',
        action,
        object: 'booster',
        detail: { fault: 'dry-run' },
      })),
    );
  });
});

describe('operations', () => {
  test('health and readiness answer 503 when they must', async () => {
    await using well = await startApi();
    expect((await well.api.inject({ url: '/health' })).json()).toMatchObject({
      status: 'ok',
      parts: [{ name: 'store' }],
    });
    expect((await well.api.inject({ url: '/ready' })).statusCode).toBe(200);
    const health = () => ({ isAlive: false, status: 'failed' as const, parts: [] });
    await using ill = await startApi({}, createGateway({ health, isReady: () => false }));
    const response = await ill.api.inject({ url: '/health' });
    expect([response.statusCode, response.json().status]).toEqual([503, 'failed']);
    const ready = await ill.api.inject({ url: '/ready' });
    expect([ready.statusCode, ready.json()]).toEqual([503, { isReady: false }]);
  });

  test('figures hold the process’s own, the gateway’s with labels, and the API’s, at every scrape', async () => {
    await using gateway = await startApi();
    await get(gateway, '/site');
    for (let scrape = 0; scrape < 2; scrape++) {
      const { body, headers } = await gateway.api.inject({ url: '/metrics' });
      expect(headers['content-type']).toContain('text/plain');
      expect(body).toMatch(/^process_cpu_seconds_total \d/m);
      expect(body).toContain('riser_link_requests_total{link="plant"} 5');
      expect(body).toContain('riser_link_requests_total{link="lift"} 7');
      expect(body).toContain('riser_queue_inputs 2');
      expect(body).toContain('riser_live_streams 0');
      expect(body).toMatch(
        /riser_http_request_seconds_count\{method="GET",route="\/api\/v1\/site",status="2xx"\} 1/,
      );
    }
  });

  test('CPU time counts from the start of the process, at the first scrape too', async () => {
    await using gateway = await startApi();
    const before = process.cpuUsage();
    const { body } = await gateway.api.inject({ url: '/metrics' });
    const seconds = Number(/^process_cpu_seconds_total (\S+)$/m.exec(body)?.[1]);
    expect(seconds).toBeGreaterThanOrEqual((before.user + before.system) / 1e6);
  });

  test('no answer may be framed, sniffed or scripted from elsewhere', async () => {
    await using gateway = await startApi();
    const { headers } = await gateway.api.inject({ url: '/ready' });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("style-src 'self' 'unsafe-inline'");
    expect(policy).toContain("img-src 'self' data:");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});
