/** Questions about the past over HTTP: several points at once, the building at one instant, files that stream. */
import { type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import type { ApiServices } from '../../src/api/services.ts';
import { RiserError } from '../../src/core/errors.ts';
import { createHistory } from '../../src/telemetry/history/history.ts';
import type { HistorySource } from '../../src/telemetry/history/source.ts';
import { until } from '../support/poll.ts';
import { createMemorySource, type Row, toColumns } from '../telemetry/history/memory-source.ts';
import { bearer, createGateway, NOW_MS, type Started, startApi } from './support.ts';

const API = '/api/v1';
const PRESSURE = 'booster/outlet-pressure';
const RUNNING = 'booster/is-running';
const BAD = 129;
const ROWS = new Map<number, readonly Row[]>([
  [
    0,
    [
      [NOW_MS - 60_000, 0.42, 0],
      [NOW_MS - 30_000, Number.NaN, BAD],
      [NOW_MS - 10_000, -0.4, 0],
    ],
  ],
  [1, [[NOW_MS - 45_000, 1, 0]]],
]);
const clock: ApiServices['clock'] = { now: () => ({ wallMs: NOW_MS, monoMs: 0, bootId: 'boot' }) };

function start(source: HistorySource = createMemorySource({ rows: ROWS }), limits = {}) {
  return startApi({}, createGateway({ history: createHistory({ sources: [source], clock, limits }) }));
}

const ask = (gateway: Started, path: string, headers: Readonly<Record<string, string>> = {}) =>
  gateway.api.inject({ url: `${API}${path}`, headers: { ...bearer('engineer'), ...headers } });

describe('several points', () => {
  test('come in one answer, in the order asked, with quality and count', async () => {
    await using gateway = await start();
    const { items } = (
      await ask(gateway, `/history?points=${RUNNING},${PRESSURE}&from=${NOW_MS - 60_000}`)
    ).json();
    expect(items).toMatchObject([
      {
        point: RUNNING,
        unit: '',
        samples: [
          { last: null, quality: null, count: 0 },
          { last: 1, quality: 0 },
        ],
      },
      {
        point: PRESSURE,
        unit: 'MPa',
        missing: null,
        samples: [
          { last: 0.42, quality: 0, count: 1 },
          { last: null, quality: BAD, isGood: false },
          { last: -0.4, quality: 0 },
        ],
      },
    ]);
  });

  test.each([
    [`points=${PRESSURE},booster/nothing,x`, ['query.points[1]', 'query.points[2]']],
    [`points=${Array.from({ length: 21 }, (_, at) => `booster/p${at}`).join(',')}`, ['query.points']],
    [`points=${PRESSURE}&from=${NOW_MS + 5}`, ['query.from']],
    ['maxPoints=5', ['query.points']],
  ])('%s is refused where it is wrong', async (query, paths) => {
    await using gateway = await start();
    const { params, status } = (await ask(gateway, `/history?${query}`)).json();
    expect(status).toBe(400);
    expect(params.problems.map(({ path }: { path: string }) => path)).toEqual(paths);
  });

  test('are refused for now when the store fails, and the answer says why', async () => {
    await using gateway = await start(
      createMemorySource({ name: 'journal', rows: ROWS, failure: { error: new Error('EIO') } }),
    );
    const response = await ask(gateway, `/history?points=${PRESSURE}`);
    expect(response.json()).toMatchObject({
      status: 503,
      code: 'history-failed',
      params: { reason: { zh: '本地日志库：EIO', en: 'journal: EIO' } },
    });
  });

  test('say in both languages, with times of the site, which part of the range is missing', async () => {
    const source = createMemorySource({ name: 'journal', rows: ROWS });
    const words = `part of ${new Date(NOW_MS).toISOString()} to ${new Date(NOW_MS + 1).toISOString()} is damaged`;
    const damaged: HistorySource = {
      ...source,
      readings: (query) => {
        query.onMissing(words);
        return source.readings(query);
      },
    };
    await using gateway = await start(damaged);
    const { items } = (await ask(gateway, `/history?points=${PRESSURE}&from=${NOW_MS - 60_000}`)).json();
    const [{ missing, missingReasons }] = items;
    expect(missing).toBe(`journal: ${words}`);
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'Asia/Shanghai',
      dateStyle: 'short',
      timeStyle: 'medium',
    }).format(NOW_MS);
    expect(missingReasons).toEqual([
      {
        code: 'damaged',
        params: {
          source: 'journal',
          from: new Date(NOW_MS).toISOString(),
          to: new Date(NOW_MS + 1).toISOString(),
        },
        text: {
          zh: `本地日志库：${local} 至 ${local} 的部分数据已损坏`,
          en: `journal: part of ${local} to ${local} is damaged`,
        },
      },
    ]);
  });
});

describe('the building at an instant', () => {
  test('is every point with value, state, quality and age at that time', async () => {
    await using gateway = await start();
    const answer = (await ask(gateway, `/history/instant?at=${NOW_MS - 20_000}`)).json();
    expect(answer).toMatchObject({ atMs: NOW_MS - 20_000, missing: null, total: 3 });
    expect(answer.items).toMatchObject([
      { id: PRESSURE, value: null, quality: 'bad', qualityText: { zh: '通信中断' }, ageMs: 10_000 },
      { id: RUNNING, value: 1, stateText: { en: 'running' }, quality: 'good', stampMs: NOW_MS - 45_000 },
      { id: 'booster/silent', value: null, quality: null, qualityText: null, stampMs: null, ageMs: null },
    ]);
  });

  test('can be narrowed to one equipment, and the future is now', async () => {
    await using gateway = await start();
    const of = async (query: string) => (await ask(gateway, `/history/instant?${query}`)).json();
    expect(await of('equipment=booster-pump-1')).toMatchObject({ atMs: NOW_MS, items: [], total: 0 });
    expect(await of(`at=${NOW_MS + 9e6}`)).toMatchObject({ atMs: NOW_MS, total: 3 });
    expect(await of('equipment=nobody')).toMatchObject({ code: 'not-found' });
    expect(await of('at=-1')).toMatchObject({ code: 'bad-request' });
  });
});

describe('an export', () => {
  const whole = `points=${PRESSURE},${RUNNING}&from=${NOW_MS - 60_000}&to=${NOW_MS}`;

  test('of readings is a CSV with a row each, point after point, on the clocks of the site', async () => {
    await using gateway = await start();
    const response = await ask(gateway, `/history/export?${whole}&language=en`);
    expect(response.statusCode, response.body).toBe(200);
    expect(response.headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    expect(response.headers['content-disposition']).toBe(
      'attachment; filename="riser-tower-readings-20261121T1559-20261121T1600.csv"',
    );
    expect(response.body.split('\r\n')).toEqual([
      '\uFEFFtime,UTC ms,point,equipment,name,value,state,unit,quality',
      `2026-11-21T15:59:00.000+08:00,${NOW_MS - 60_000},${PRESSURE},Booster set,outlet-pressure,0.42,,MPa,good`,
      `2026-11-21T15:59:30.000+08:00,${NOW_MS - 30_000},${PRESSURE},Booster set,outlet-pressure,,,MPa,communication lost`,
      `2026-11-21T15:59:50.000+08:00,${NOW_MS - 10_000},${PRESSURE},Booster set,outlet-pressure,-0.4,,MPa,good`,
      `2026-11-21T15:59:15.000+08:00,${NOW_MS - 45_000},${RUNNING},Booster set,is-running,1,running,,good`,
      '',
    ]);
    expect(response.trailers).toEqual({ 'x-riser-export': 'complete' });
  });

  test('speaks the language of the browser, Chinese where it says nothing', async () => {
    await using gateway = await start();
    const heading = async (headers = {}) =>
      (await ask(gateway, `/history/export?${whole}`, headers)).body.slice(1, 5);
    expect(await heading()).toBe('时间,U');
    expect(await heading({ 'accept-language': 'en-US,en;q=0.9,zh;q=0.8' })).toBe('time');
    expect(await heading({ 'accept-language': 'fr, zh-CN;q=0.5, en;q=0.4' })).toBe('时间,U');
  });

  test('of buckets has a row a time and columns for each point', async () => {
    await using gateway = await start();
    const { body } = await ask(gateway, `/history/export?${whole}&kind=buckets&step=30000&language=en`);
    const [heading, first, second, ...rest] = body.split('\r\n');
    expect(heading).toContain('Booster set outlet-pressure mean (MPa) [booster/outlet-pressure]');
    expect(first).toBe(
      `2026-11-21T15:59:00.000+08:00,${NOW_MS - 60_000},0.42,0.42,0.42,0.42,1,good,1,1,1,1,1,good`,
    );
    expect(second).toBe(
      `2026-11-21T15:59:30.000+08:00,${NOW_MS - 30_000},-0.4,-0.4,-0.4,-0.4,2,communication lost,1,1,1,1,0,good`,
    );
    expect(rest).toEqual(['']);
  });

  test('as XLSX is a workbook', async () => {
    await using gateway = await start();
    const response = await ask(gateway, `/history/export?${whole}&format=xlsx`);
    const files = unzipSync(response.rawPayload);
    const sheet = new TextDecoder().decode(files['xl/worksheets/sheet1.xml']);
    expect(sheet.match(/<row>/g)).toHaveLength(5);
    expect(sheet).toContain('通信中断');
  });

  test.each([
    ['points=booster/nothing', 'query.points[0]'],
    [`${whole}&kind=buckets&step=7`, 'query.step'],
    [`points=${PRESSURE}&from=0&to=${NOW_MS}`, 'query.from'],
    [`points=${PRESSURE}&from=${NOW_MS - 300 * 86_400_000}&kind=buckets&step=1000`, 'query.step'],
    [`${whole}&format=pdf`, 'query.format'],
  ])('%s is refused where it is wrong', async (query, path) => {
    await using gateway = await start();
    expect((await ask(gateway, `/history/export?${query}`)).json()).toMatchObject({
      status: 400,
      params: { problems: [{ path }] },
    });
  });

  test('that cannot begin is a problem, not half a file', async () => {
    await using gateway = await start(
      createMemorySource({ rows: ROWS, failure: { error: new Error('EIO') } }),
    );
    expect((await ask(gateway, `/history/export?${whole}`)).json()).toMatchObject({ code: 'history-failed' });
  });

  test('that breaks off says so in its last row and in the trailer', async () => {
    const history = {
      ...createHistory({ sources: [createMemorySource({ rows: ROWS })], clock }),
      async *readings() {
        yield { point: 0, ...toColumns(ROWS.get(0) ?? []), missing: null, doneRatio: 0.5 };
        throw new RiserError('history-failed', { reason: 'journal: EIO' });
      },
    };
    await using gateway = await startApi({}, createGateway({ history }));
    const response = await ask(gateway, `/history/export?${whole}`);
    expect(response.body.split('\r\n').at(-2)).toBe('数据不完整: 历史数据读取失败：journal: EIO');
    expect(response.trailers).toEqual({ 'x-riser-export': 'incomplete' });
  });

  test('without a session is refused', async () => {
    await using gateway = await start();
    expect((await gateway.api.inject({ url: `${API}/history/export?${whole}` })).statusCode).toBe(401);
  });
});

describe('a long export over a real connection', () => {
  /** Never ends; counts what was taken from it. */
  function createEndless() {
    let taken = 0;
    let isEnded = false;
    const source: HistorySource = {
      name: 'endless',
      coverage: async () => ({ fromMs: 0, completeFromMs: 0, finestMs: 0 }),
      standing: async (points) => points.map(() => null),
      async *readings() {
        try {
          for (let ms = NOW_MS - 3e9; ; ms += 1_000) {
            taken++;
            yield toColumns(Array.from({ length: 1_000 }, (_, at): Row => [ms + at, at, 0]));
          }
        } finally {
          isEnded = true;
        }
      },
    };
    return { source, taken: () => taken, isEnded: () => isEnded };
  }

  async function connect(gateway: Started) {
    await gateway.api.listen({ host: '127.0.0.1', port: 0 });
    const { port } = gateway.api.server.address() as AddressInfo;
    const path = `${API}/history/export?points=${PRESSURE}&from=${NOW_MS - 3e9}`;
    return () => {
      const client = request({ host: '127.0.0.1', port, path, headers: bearer('engineer') });
      const response = new Promise<IncomingMessage>((resolve, reject) => {
        client.once('response', resolve);
        client.once('error', reject);
      });
      client.end();
      return { client, response };
    };
  }

  test('goes at the pace of the client, ends when the client goes away, and only so many run', async () => {
    const endless = createEndless();
    await using gateway = await start(endless.source);
    const open = await connect(gateway);
    const one = open();
    const response = await one.response;
    expect(response.statusCode).toBe(200);
    response.pause();
    let before = -1;
    await until(
      () => {
        const isStill = endless.taken() === before;
        before = endless.taken();
        return isStill;
      },
      { timeoutMs: 20_000, intervalMs: 300, what: 'the export to wait for a client that does not read' },
    );
    expect(endless.isEnded()).toBe(false);
    const two = open();
    await two.response;
    expect((await open().response).statusCode).toBe(503);
    one.client.destroy();
    await until(endless.isEnded, { timeoutMs: 20_000, what: 'the end of an export that nobody takes' });
    const three = open();
    expect((await three.response).statusCode).toBe(200);
    for (const { client } of [two, three]) client.destroy();
  });
});
