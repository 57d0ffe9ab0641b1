/** The links as the API shows them: load, refusals by code, and the poll plan with its totals. */
import { describe, expect, test } from 'vitest';
import type { ApiServices } from '../../src/api/services.ts';
import { defined } from '../../src/core/assert.ts';
import type { RequestStatus } from '../../src/core/link.ts';
import { toLinkFigures, toListenerFigures, toPointFigures } from '../../src/figures.ts';
import { bearer, createGateway, createModel, LINK, NOW_MS, type Started, startApi } from './support.ts';

const BUSY = {
  ...LINK,
  counters: {
    requests: 5,
    exceptions: 9,
    exceptions_02: 4,
    exceptions_0b: 3,
    exceptions_70: 2,
    exceptions_03: 0,
  },
  load: { busyRatio: 0.25, latencyP50Ms: 4, latencyP99Ms: 40, reachedRatio: 0.98 },
};
const start = (overrides: Partial<ApiServices> = {}) => startApi({}, createGateway(overrides));
const ask = async (gateway: Started, path: string) =>
  (await gateway.api.inject({ url: `/api/v1${path}`, headers: bearer('desk') })).json();

const REQUEST: RequestStatus = {
  label: 'unit 1 holding 0–19',
  device: 'unit 1',
  pollMs: 1_000,
  points: [0, 1],
  block: { table: 'holding', first: 0, count: 20, used: 5 },
  costMs: 50,
  maxInFlight: 1,
  latencyMs: 12,
  answeredMs: NOW_MS,
  failures: 0,
  exceptionCode: null,
  isSplit: false,
};

describe('a link', () => {
  test('shows how busy it is, and names the refusals of its devices by code, ascending', async () => {
    await using gateway = await start({ links: () => [BUSY] });
    const link = await ask(gateway, '/links/plant');
    expect(link.load).toEqual(BUSY.load);
    expect(link.exceptions).toEqual([
      { code: 2, text: { zh: '非法数据地址', en: 'Illegal data address' }, count: 4 },
      { code: 11, text: { zh: expect.anything(), en: 'Gateway target device failed to respond' }, count: 3 },
      {
        code: 112,
        text: { zh: expect.stringContaining('112'), en: expect.stringContaining('112') },
        count: 2,
      },
    ]);
    expect((await ask(gateway, '/links')).items).toEqual([link]);
  });

  test('says how it is connected, and what was met at the port of ours where its devices dial in', async () => {
    const way = {
      transport: 'dial-in',
      framing: 'rtu',
      ends: ['0.0.0.0:9000'],
      line: '9600 8N1',
      registration: 'DTU0001',
    };
    const counters = { unknown_registrations: 3, refused_connections: 0 };
    const plain = createModel();
    const plant = defined(plain.links.get(LINK.link), 'the link');
    const model = { ...plain, links: new Map([[LINK.link, { ...plant, way }]]) };
    const listeners = () => [
      { place: '127.0.0.1:9000', counters: {} },
      { place: '0.0.0.0:9000', counters },
    ];
    await using gateway = await start({ model, listeners });
    const link = await ask(gateway, '/links/plant');
    expect(link).toMatchObject({ way, listener: { place: '0.0.0.0:9000', counters } });
    expect((await ask(gateway, '/links')).items).toEqual([link]);
  });

  test('whose protocol does not say how it is connected has neither', async () => {
    await using gateway = await start({ listeners: () => [{ place: '0.0.0.0:9000', counters: {} }] });
    expect(await ask(gateway, '/links/plant')).toMatchObject({ way: null, listener: null });
  });

  test('says why it is not online by code and in both languages, each way to the device by itself', async () => {
    const reason = 'connect refused by a:502; no route to b:502';
    await using gateway = await start({ links: () => [{ ...LINK, state: 'offline', reason }] });
    const link = await ask(gateway, '/links/plant');
    expect(link.reason).toBe(reason);
    expect(link.causes).toEqual([
      {
        code: 'connect-refused',
        params: { place: 'a:502' },
        text: { zh: 'a:502 拒绝连接', en: 'connect refused by a:502' },
      },
      {
        code: 'host-unreachable',
        params: { place: 'b:502' },
        text: expect.objectContaining({ en: 'no route to b:502' }),
      },
    ]);
  });

  test('that nobody polls has no load and no exceptions', async () => {
    await using gateway = await start();
    expect(await ask(gateway, '/links/plant')).toMatchObject({ load: null, exceptions: [] });
  });

  test('that does not exist is not found, with its plan', async () => {
    await using gateway = await start();
    for (const path of ['/links/nothing', '/links/nothing/plan']) {
      expect(await ask(gateway, path)).toMatchObject({
        status: 404,
        code: 'not-found',
        params: { what: { zh: '链路', en: 'link' } },
      });
    }
  });
});

describe('the poll plan', () => {
  test('shows each request with the ids of its points, and adds up what the bus has to carry', async () => {
    const slow: RequestStatus = {
      ...REQUEST,
      label: 'unit 1 holding 40–41',
      pollMs: 4_000,
      points: [2],
      block: { table: 'holding', first: 40, count: 2, used: 1 },
      costMs: 20,
      latencyMs: null,
      answeredMs: null,
      failures: 3,
      exceptionCode: 2,
      isSplit: true,
    };
    await using gateway = await start({ requests: (link) => (link === 'plant' ? [REQUEST, slow] : []) });
    const plan = await ask(gateway, '/links/plant/plan');
    expect(plan.requests).toEqual([
      { ...REQUEST, points: ['booster/outlet-pressure', 'booster/is-running'], exceptionText: null },
      {
        ...slow,
        points: ['booster/silent'],
        exceptionText: { zh: '非法数据地址', en: 'Illegal data address' },
      },
    ]);
    expect(plan.totals).toEqual({
      requests: 2,
      points: 3,
      requestsPerSecond: 1.25,
      loadRatio: expect.closeTo(0.055, 9),
      coverage: { used: 6, asked: 22 },
      refusedPoints: [
        {
          point: 'booster/silent',
          label: slow.label,
          exceptionCode: 2,
          exceptionText: { zh: '非法数据地址', en: 'Illegal data address' },
        },
      ],
    });
  });

  test('says by point id who uses which address, and what serves other points', async () => {
    const places = [
      { point: 1, first: 4, count: 2 },
      { point: null, first: 6, count: 1 },
    ];
    const block = { table: 'holding', first: 0, count: 20, used: 3, places };
    await using gateway = await start({ requests: () => [{ ...REQUEST, block }] });
    const [request] = (await ask(gateway, '/links/plant/plan')).requests;
    expect(request.block.places).toEqual([
      { point: 'booster/is-running', first: 4, count: 2 },
      { point: null, first: 6, count: 1 },
    ]);
  });

  test('of a protocol without addresses, or that is told and not asked, adds up to nothing', async () => {
    await using gateway = await start({ requests: () => [{ ...REQUEST, block: null }] });
    expect((await ask(gateway, '/links/plant/plan')).totals.coverage).toEqual({ used: 0, asked: 0 });
    await using pushed = await start();
    expect(await ask(pushed, '/links/plant/plan')).toMatchObject({
      link: 'plant',
      requests: [],
      totals: { requests: 0, requestsPerSecond: 0, loadRatio: 0, refusedPoints: [] },
    });
  });
});

test('the figures of a port where devices dial in carry its place, one series for each counter', () => {
  const counters = { unknown_registrations: 3, duplicate_dial_ins: 1 };
  const rows = toListenerFigures({ place: '0.0.0.0:9000', counters });
  expect(rows.map(({ name, type, value, labels }) => [name, type, value, labels])).toEqual([
    ['riser_listener_unknown_registrations_total', 'counter', 3, { listen: '0.0.0.0:9000' }],
    ['riser_listener_duplicate_dial_ins_total', 'counter', 1, { listen: '0.0.0.0:9000' }],
  ]);
});

describe('the figures of a link', () => {
  const figures = (status = BUSY) =>
    Object.fromEntries(
      toLinkFigures(status).map(({ name, labels, value, type }) => [
        `${name}${labels?.['code'] === undefined ? '' : `/${labels['code']}`}`,
        [type, value, labels?.['link']],
      ]),
    );

  test('are its counters, its load, and refusals with the code as label', () => {
    expect(figures()).toMatchObject({
      riser_link_requests_total: ['counter', 5, 'plant'],
      riser_link_exceptions_total: ['counter', 9, 'plant'],
      'riser_link_exceptions_by_code_total/2': ['counter', 4, 'plant'],
      'riser_link_exceptions_by_code_total/11': ['counter', 3, 'plant'],
      riser_link_online: ['gauge', 1, 'plant'],
      riser_link_busy_ratio: ['gauge', 0.25, 'plant'],
      riser_link_latency_p50_ms: ['gauge', 4, 'plant'],
      riser_link_latency_p99_ms: ['gauge', 40, 'plant'],
      riser_link_reached_ratio: ['gauge', 0.98, 'plant'],
    });
    expect(Object.keys(figures()).filter((name) => /exceptions_0/.test(name))).toEqual([]);
  });

  test('leave out what is not known: a latency of no answer is not 0', () => {
    const names = toLinkFigures({ ...BUSY, load: { ...BUSY.load, latencyP50Ms: null, latencyP99Ms: null } });
    expect(names.some(({ name }) => name.includes('latency'))).toBe(false);
    expect(toLinkFigures({ ...BUSY, load: null }).some(({ name }) => name.includes('ratio'))).toBe(false);
  });

  test('those of the site count points by state', () => {
    const tally = { points: 6, good: 3, uncertain: 1, bad: 2, neverGood: 2 };
    expect(toPointFigures(tally).map(({ name, labels, value }) => [name, labels, value])).toEqual([
      ['riser_points', { state: 'good' }, 3],
      ['riser_points', { state: 'uncertain' }, 1],
      ['riser_points', { state: 'bad' }, 2],
      ['riser_points', { state: 'never-good' }, 2],
    ]);
  });
});
