/** The sink against the real InfluxDB 1.x: what it says about itself in influxdb.ts is how the server behaves. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InfluxSettings } from '../../src/config/model.ts';
import { createInfluxSink } from '../../src/sinks/influxdb.ts';
import type { SendResult, SinkPoint } from '../../src/sinks/sink.ts';
import { type RunningInflux, startInflux } from '../support/influx.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { pumpPoint, type Row, toBlock } from './blocks.ts';

const T = 1_700_000_000_000;

async function send(
  settings: InfluxSettings,
  points: readonly SinkPoint[],
  rows: readonly Row[],
): Promise<SendResult> {
  const sink = createInfluxSink(settings);
  try {
    return await sink.send([toBlock(points, rows)], new AbortController().signal);
  } finally {
    sink.close();
  }
}

describeWithTools(['influxd'], 'real InfluxDB', () => {
  const administrator = { username: 'chief', password: 'only-for-this-test' };
  let influx: RunningInflux;
  beforeAll(async () => {
    influx = await startInflux({ administrator });
  }, 240_000);
  afterAll(() => influx.stop());

  function settings(database: string, changes: Partial<InfluxSettings> = {}): InfluxSettings {
    return toInfluxSettings({ url: influx.url, database, ...administrator, ...changes });
  }

  test('a database that is missing is made and the readings are stored in ms', async () => {
    const points = [pumpPoint('pump-1', 'pressure'), pumpPoint('pump-1', 'running')];
    const rows: Row[] = [
      [0, T, 4.25, 0, 1],
      [1, T, 1],
      [0, T + 1, Number.NaN, 130],
    ];
    expect(await send(settings('fresh'), points, rows)).toEqual({ outcome: 'accepted', rejected: [] });
    const [series] = await influx.query(
      'fresh',
      'SELECT pressure, pressure_quality, running FROM pump GROUP BY *',
    );
    expect(series).toMatchObject({
      name: 'pump',
      tags: { equipment: 'pump-1', site: 'tower' },
      values: [
        [T, 4.25, 0, 1],
        [T + 1, null, 130, null],
      ],
    });
  });

  test('to a server that is not on loopback by its name, readings go packed and arrive', async () => {
    // 0.0.0.0 leads to this machine too, but is not called loopback.
    const url = influx.url.replace('127.0.0.1', '0.0.0.0');
    const result = await send(settings('packed', { url }), [pumpPoint('pump-1', 'pressure')], [[0, T, 4.25]]);
    expect(result).toEqual({ outcome: 'accepted', rejected: [] });
    const [series] = await influx.query('packed', 'SELECT pressure FROM pump');
    expect(series?.values).toEqual([[T, 4.25]]);
  });

  test('readings sent twice are stored once', async () => {
    const points = [pumpPoint('pump-1', 'pressure')];
    for (let time = 0; time < 2; time++)
      await send(settings('twice'), points, [
        [0, T, 1, 0, 1],
        [0, T + 1, 2],
      ]);
    const [series] = await influx.query('twice', 'SELECT count(pressure), sum(pressure) FROM pump');
    expect(series?.values[0]?.slice(1)).toEqual([2, 3]);
  });

  test('a wrong password and a user without rights leave the readings to be sent later, with the reason', async () => {
    const points = [pumpPoint('pump-1', 'pressure')];
    const wrong = await send(settings('twice', { password: 'wrong' }), points, [[0, T, 1]]);
    expect(wrong).toMatchObject({
      outcome: 'retry',
      state: 'rejecting',
      reason: expect.stringContaining('authorization failed'),
    });
    expect(JSON.stringify(wrong)).not.toContain('only-for-this-test');
    await influx.query('', `CREATE USER guest WITH PASSWORD 'guest'`);
    const guest = await send(settings('forbidden', { username: 'guest', password: 'guest' }), points, [
      [0, T, 1],
    ]);
    expect(guest).toMatchObject({ outcome: 'retry', state: 'rejecting' });
  });

  test('readings older than the retention policy are set aside, the others of the write are stored', async () => {
    await influx.query('', 'CREATE DATABASE short');
    await influx.query('', 'CREATE RETENTION POLICY "day" ON "short" DURATION 1d REPLICATION 1');
    const points = [pumpPoint('pump-1', 'pressure')];
    const now = Date.now();
    const rows = Array.from({ length: 40 }, (_, at): Row => [0, at % 4 === 0 ? T + at : now + at, at]);
    const result = await send(settings('short', { retentionPolicy: 'day' }), points, rows);
    if (result.outcome !== 'accepted') throw new Error(JSON.stringify(result));
    expect(result.rejected.map(({ stampMs }) => stampMs).sort((one, other) => one - other)).toEqual(
      rows.map(([, stampMs]) => stampMs).filter((stampMs) => stampMs < now),
    );
    expect(result.rejected[0]?.reason).toContain('points beyond retention policy');
    const [series] = await influx.query('short', 'SELECT count(pressure) FROM "day".pump');
    expect(series?.values[0]?.[1]).toBe(30);
  });

  test('a retention policy that does not exist leaves the readings to be sent later, and says which', async () => {
    await influx.query('', 'CREATE DATABASE nopolicy');
    const points = [pumpPoint('pump-1', 'pressure')];
    expect(await send(settings('nopolicy', { retentionPolicy: 'gone' }), points, [[0, T, 1]])).toMatchObject({
      outcome: 'retry',
      reason: expect.stringContaining('gone'),
    });
  });

  test('a field that has another type already is set aside with the reason, everything else is stored', async () => {
    const stranger = [pumpPoint('pump-0', 'p3')];
    await send(settings('conflict'), [pumpPoint('pump-0', 'p0')], [[0, T, 0]]);
    const authorization = `Basic ${Buffer.from(`${administrator.username}:${administrator.password}`).toString('base64')}`;
    const body = `pump,equipment=${stranger[0]?.equipment},site=tower p3="text" ${T}`;
    const made = await fetch(`${influx.url}/write?db=conflict&precision=ms`, {
      method: 'POST',
      body,
      headers: { authorization },
    });
    expect(made.status).toBe(204);

    const points = Array.from({ length: 10 }, (_, at) => pumpPoint(`pump-${1 + (at % 2)}`, `p${at >>> 1}`));
    const rows = Array.from({ length: 100 }, (_, at): Row => [at % 10, T + Math.floor(at / 10), at]);
    const result = await send(settings('conflict'), points, rows);
    if (result.outcome !== 'accepted') throw new Error(JSON.stringify(result));
    expect(result.rejected).toHaveLength(20);
    for (const { point, reason } of result.rejected) {
      expect(point?.name).toBe('p3');
      expect(reason).toContain('field type conflict');
    }
    const [series] = await influx.query(
      'conflict',
      `SELECT count(*) FROM pump WHERE equipment =~ /pump-[12]/`,
    );
    const counts = Object.fromEntries(
      (series?.columns ?? []).map((column, at) => [column, series?.values[0]?.[at]]),
    );
    expect(counts).toMatchObject({ count_p0: 20, count_p1: 20, count_p2: 20, count_p4: 20 });
    expect(counts['count_p3'] ?? 0).toBe(0);
  });

  test('names with separators, backslashes, quotes and Chinese come back as they went in', async () => {
    const names = ['a,b', 'a b', 'a=b', String.raw`a\b`, String.raw`a\\b`, '"a"', '水泵', "'a'"];
    const points = names.map((name): SinkPoint => ({ site: name, equipment: name, kind: `k ${name}`, name }));
    const rows = names.map((_, at): Row => [at, T, at]);
    expect(await send(settings('names'), points, rows)).toEqual({ outcome: 'accepted', rejected: [] });
    const series = await influx.query('names', 'SELECT * FROM /.*/ GROUP BY *');
    const found = series.map(({ name, tags, columns, values }) => {
      const field = columns.find((_, at) => at > 0 && values[0]?.[at] !== null);
      return [name, tags?.['equipment'], tags?.['site'], field].join(' | ');
    });
    expect(found.sort()).toEqual(names.map((name) => [`k ${name}`, name, name, name].join(' | ')).sort());
  });
});
