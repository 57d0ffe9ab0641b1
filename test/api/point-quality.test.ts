/** How good the data is, as the API tells it: rows worst first, the summary, and the figures for Prometheus. */
import { describe, expect, test } from 'vitest';
import { MAX_POINT_SCRAPES } from '../../src/api/point-metrics.ts';
import type { PointQualityList } from '../../src/api/quality-schema.ts';
import { toId } from '../../src/core/ids.ts';
import { createFakeClock } from '../support/clock.ts';
import { parseMetrics, type Sample } from './metrics-text.ts';
import { bearer, createGateway, createModel, type Started, startApi } from './support.ts';

const MINUTE_MS = 60_000;

/** The three points of the booster set and `extra` more, on a clock that the test moves. */
async function start(extra = 0, change: (model: ReturnType<typeof createModel>) => object = () => ({})) {
  const clock = createFakeClock();
  const base = createModel(extra);
  const model = { ...base, ...change(base) };
  return { clock, gateway: await startApi({}, createGateway({ clock, model })) };
}

async function list(gateway: Started, query = ''): Promise<PointQualityList> {
  const response = await gateway.api.inject({
    url: `/api/v1/points/quality${query}`,
    headers: bearer('engineer'),
  });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

const refusal = async (gateway: Started, query: string) =>
  (await gateway.api.inject({ url: `/api/v1/points/quality${query}`, headers: bearer('engineer') })).json();

const names = ({ items }: PointQualityList) => items.map(({ point }) => point.split('/')[1]);

describe('the list', () => {
  test('shows the worst first: never good, bad, uncertain, then good by the share of the hour', async () => {
    const { clock, gateway } = await start(3);
    await using _ = gateway;
    const [pressure, running, silent, extra0, extra1, extra2] = [0, 1, 2, 3, 4, 5];
    gateway.publishReadings([
      [pressure, 0.4],
      [running, 1],
      [extra0, 1],
      [extra1, 1],
      [extra2, 1],
      [silent, Number.NaN, 131],
    ]);
    clock.advance(MINUTE_MS);
    gateway.publishReadings([
      [running, Number.NaN, 130],
      [extra0, 1, 65],
      [extra1, Number.NaN, 130],
    ]);
    clock.advance(MINUTE_MS);
    gateway.publishReadings([[extra1, 1]]);
    const rows = await list(gateway);
    expect(names(rows)).toEqual(['silent', 'is-running', 'extra-0', 'extra-1', 'outlet-pressure', 'extra-2']);
    expect(rows.items[0]).toMatchObject({
      equipment: 'booster',
      link: 'plant',
      quality: 'bad',
      qualityReason: 'device-error',
      qualityText: { zh: '设备返回异常码' },
      isNeverGood: true,
      goodRatio: 0,
      lastGoodMs: null,
      reasons: { 'device-error': 1 },
    });
    expect(rows.items[3]).toMatchObject({ isNeverGood: false, goodRatio: 0.5, good: 2, bad: 1 });
  });

  test('makes a block that never showed live data stand out in the summary of its link', async () => {
    const { gateway } = await start(75);
    await using _ = gateway;
    gateway.publishReadings([
      [0, 0.4],
      [1, 1],
      [2, 1],
      ...Array.from({ length: 75 }, (_ignored, at): [number, number, number] => [3 + at, 0, 131]),
    ]);
    const { total, summary } = await list(gateway, '?only=never-good&limit=5');
    const tally = { points: 78, good: 3, uncertain: 0, bad: 75, neverGood: 75, coverageRatio: 3 / 78 };
    expect(total).toBe(75);
    expect(summary).toMatchObject(tally);
    expect(summary.links).toEqual([{ link: 'plant', name: expect.anything(), ...tally }]);
  });

  test('is turned page by page, each point once', async () => {
    const { gateway } = await start(7);
    await using _ = gateway;
    const pages = [];
    for (const offset of [0, 4, 8, 12]) pages.push(await list(gateway, `?limit=4&offset=${offset}`));
    expect(pages.map(({ items }) => items.length)).toEqual([4, 4, 2, 0]);
    expect(pages.map(({ total }) => total)).toEqual([10, 10, 10, 10]);
    expect(new Set(pages.flatMap(names)).size).toBe(10);
  });

  test('can be narrowed to what is bad now, to one equipment, to one link', async () => {
    const { gateway } = await start();
    await using _ = gateway;
    gateway.publishReadings([
      [0, 0.4],
      [1, Number.NaN, 129],
    ]);
    expect(names(await list(gateway, '?only=bad'))).toEqual(['is-running', 'silent']);
    expect((await list(gateway, '?equipment=booster-pump-1')).total).toBe(0);
    expect((await list(gateway, '?link=plant&equipment=booster')).total).toBe(3);
  });

  test('of stuck points holds what acquisition calls so, and what rests longer than its profile believes', async () => {
    const { clock, gateway } = await start(0, ({ points }) => ({
      points: points.map((point) => (point.index === 0 ? { ...point, stuckMs: 10 * MINUTE_MS } : point)),
    }));
    await using _ = gateway;
    gateway.publishReadings([
      [0, 0.4],
      [1, 1],
      [2, 1],
    ]);
    clock.advance(10 * MINUTE_MS - 1);
    expect((await list(gateway, '?only=stuck')).total).toBe(0);
    gateway.publishReadings([[2, 1, 68]]);
    clock.advance(1);
    const stuck = await list(gateway, '?only=stuck');
    expect(names(stuck).toSorted((a = '', b = '') => a.localeCompare(b))).toEqual([
      'outlet-pressure',
      'silent',
    ]);
    expect(stuck.items.every(({ isStuck }) => isStuck)).toBe(true);
    gateway.publishReadings([[0, 0.41]]);
    expect(names(await list(gateway, '?only=stuck'))).toEqual(['silent']);
  });

  test('of a site without points is empty, and has no coverage', async () => {
    const { gateway } = await start(0, () => ({ points: [], pointIndex: new Map() }));
    await using _ = gateway;
    expect(await list(gateway)).toMatchObject({ items: [], total: 0, summary: { coverageRatio: null } });
  });

  test.each([
    ['?equipment=nothing', 404, 'not-found'],
    ['?link=nothing', 404, 'not-found'],
    ['?only=worst', 400, 'bad-request'],
    ['?limit=0', 400, 'bad-request'],
    ['?state=open', 400, 'unknown-field'],
  ])('%s is refused', async (query, status, code) => {
    const { gateway } = await start();
    await using _ = gateway;
    expect(await refusal(gateway, query)).toMatchObject({ status, code });
  });
});

describe('the figures of points', () => {
  const scrape = async (gateway: Started) => {
    const response = await gateway.api.inject({ url: '/metrics/points' });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    return parseMetrics(response.body);
  };
  const of = (samples: readonly Sample[], name: string, point: string) =>
    samples.find((sample) => sample.name === name && sample.labels['point'] === point)?.value;

  test('tell of each point with site, equipment, point and link; what is not known has no line', async () => {
    const { clock, gateway } = await start();
    await using _ = gateway;
    gateway.publishReadings([
      [0, 0.4],
      [1, Number.NaN, 133],
    ]);
    clock.advance(1_500);
    gateway.publishReadings([[1, Number.NaN, 133]]);
    clock.advance(1_500);
    const { samples, types } = await scrape(gateway);
    expect(types).toEqual({
      riser_point_good_ratio: 'gauge',
      riser_point_last_good_seconds: 'gauge',
      riser_point_never_good: 'gauge',
      riser_point_sentinels_total: 'counter',
      riser_point_unchanged_seconds: 'gauge',
    });
    expect(samples[0]?.labels).toEqual({
      site: 'tower',
      equipment: 'booster',
      point: 'outlet-pressure',
      link: 'plant',
    });
    expect(of(samples, 'riser_point_good_ratio', 'outlet-pressure')).toBe(1);
    expect(of(samples, 'riser_point_last_good_seconds', 'outlet-pressure')).toBe(3);
    expect(of(samples, 'riser_point_unchanged_seconds', 'outlet-pressure')).toBe(3);
    expect(of(samples, 'riser_point_never_good', 'outlet-pressure')).toBe(0);
    expect(of(samples, 'riser_point_never_good', 'is-running')).toBe(1);
    expect(of(samples, 'riser_point_sentinels_total', 'is-running')).toBe(2);
    expect(of(samples, 'riser_point_last_good_seconds', 'is-running')).toBeUndefined();
    expect(of(samples, 'riser_point_unchanged_seconds', 'is-running')).toBeUndefined();
  });

  test('are as many as there are points, over many turns of the loop', async () => {
    const { clock, gateway } = await start(5_000);
    await using _ = gateway;
    clock.advance(1_000);
    const { samples } = await scrape(gateway);
    const points = samples.filter(({ name }) => name === 'riser_point_never_good');
    expect(points.length).toBe(5_003);
    expect(new Set(points.map(({ labels }) => labels['point'])).size).toBe(5_003);
  });

  test('let the event loop turn while they are written', async () => {
    const { gateway } = await start(20_000);
    await using _ = gateway;
    let turns = 0;
    let isDone = false;
    const count = (): void => {
      turns++;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await scrape(gateway);
    isDone = true;
    expect(turns).toBeGreaterThan(100);
  });

  test('are read back whole whatever stands in a name', async () => {
    const name = 'a "quoted"\\ name\nin two lines';
    const { clock, gateway } = await start(0, ({ points }) => ({
      points: points.map((point) => (point.index === 0 ? { ...point, name, link: toId(name) } : point)),
    }));
    await using _ = gateway;
    clock.advance(1_000);
    const { samples } = await scrape(gateway);
    expect(samples[0]?.labels).toMatchObject({ point: name, link: name });
  });

  test('are open to a program on the same machine and to nobody else without a session', async () => {
    const { gateway } = await start();
    await using _ = gateway;
    const ask = async (remoteAddress: string, headers = {}) =>
      (await gateway.api.inject({ url: '/metrics/points', remoteAddress, headers })).statusCode;
    expect(await ask('127.0.0.1')).toBe(200);
    expect(await ask('192.0.2.7')).toBe(401);
    expect(await ask('192.0.2.7', bearer('desk'))).toBe(200);
  });

  test('are written for a few at a time; the next is refused, and taken when one has ended', async () => {
    const { gateway } = await start(5_000);
    await using _ = gateway;
    const ask = () => gateway.api.inject({ url: '/metrics/points' });
    const answers = await Promise.all(Array.from({ length: MAX_POINT_SCRAPES + 1 }, ask));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([
      ...Array.from({ length: MAX_POINT_SCRAPES }, () => 200),
      429,
    ]);
    for (let again = 0; again < MAX_POINT_SCRAPES * 2; again++) expect((await ask()).statusCode).toBe(200);
  });

  test('free their place when the scraper hangs up half-way', async () => {
    const { gateway } = await start(20_000);
    await using _ = gateway;
    const url = await gateway.api.listen({ host: '127.0.0.1', port: 0 });
    for (let again = 0; again < MAX_POINT_SCRAPES * 2; again++) {
      const controller = new AbortController();
      const response = await fetch(`${url}/metrics/points`, { signal: controller.signal });
      expect(response.status).toBe(200);
      await response.body?.getReader().read();
      controller.abort();
      await expect
        .poll(async () => {
          const next = await fetch(`${url}/metrics/points`);
          await next.body?.cancel();
          return next.status;
        })
        .toBe(200);
    }
  });
});
