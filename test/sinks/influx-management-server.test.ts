/** Databases, retention policies and selects with the real InfluxDB 1.x. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { InfluxSettings } from '../../src/config/model.ts';
import { createManagement, type Management } from '../../src/sinks/influx-management.ts';
import { createInfluxSink } from '../../src/sinks/influxdb.ts';
import { type RunningInflux, startInflux } from '../support/influx.ts';
import { toInfluxSettings } from '../support/influx-settings.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { pumpPoint, type Row, toBlock } from './blocks.ts';

const T = 1_700_000_000_000;
const ROLLUPS = { rawHours: 90 * 24, minuteHours: 730 * 24, quarterHours: 1825 * 24, hourHours: 0 };

describeWithTools(['influxd'], 'managing the real InfluxDB', () => {
  const administrator = { username: 'chief', password: 'only-for-this-test' };
  let influx: RunningInflux;
  const opened: Management[] = [];
  beforeAll(async () => {
    influx = await startInflux({ administrator });
    await influx.query('', `CREATE USER guest WITH PASSWORD 'guest'`);
  }, 240_000);
  afterAll(async () => {
    for (const management of opened) management.close();
    await influx.stop();
  });

  function manage(database: string, changes: Partial<InfluxSettings> = {}): Management {
    const management = createManagement(
      toInfluxSettings({ url: influx.url, database, ...administrator, ...changes }),
    );
    opened.push(management);
    return management;
  }

  async function policies(database: string): Promise<Readonly<Record<string, unknown>>> {
    const [series] = await influx.query('', `SHOW RETENTION POLICIES ON "${database}"`);
    return Object.fromEntries((series?.values ?? []).map(([name, duration]) => [name, duration]));
  }

  test('it is recognised, and the database is made once', async () => {
    const management = manage('made "here"');
    expect(await management.server()).toMatchObject({ product: 'influxdb-1' });
    expect(await management.ensureDatabase()).toBe(true);
    expect(await management.ensureDatabase()).toBe(false);
  });

  test('policies are made for each resolution, and a second time there is nothing to do', async () => {
    const management = manage('policies', { rollups: ROLLUPS, retentionPolicy: 'raw' });
    await management.ensureDatabase();
    const first = await management.ensureRetention();
    expect(first.done).toHaveLength(4);
    expect(first.open).toEqual([]);
    expect(await policies('policies')).toEqual({
      autogen: '0s',
      raw: '2160h0m0s',
      riser_1m: '17520h0m0s',
      riser_15m: '43800h0m0s',
      riser_1h: '0s',
    });
    expect(await management.ensureRetention()).toEqual({ done: [], open: [], unsupported: null });
  });

  test('a policy is lengthened, but what would delete data is left to people', async () => {
    await manage('policies', { rollups: ROLLUPS, retentionPolicy: 'raw' }).ensureDatabase();
    const rollups = { ...ROLLUPS, rawHours: 30 * 24, minuteHours: 0 };
    const outcome = await manage('policies', { rollups, retentionPolicy: 'raw' }).ensureRetention();
    expect(outcome.done).toEqual([
      'ALTER RETENTION POLICY "riser_1m" ON "policies" DURATION INF SHARD DURATION 7d',
    ]);
    expect(outcome.open).toEqual([
      {
        statement: 'ALTER RETENTION POLICY "raw" ON "policies" DURATION 720h SHARD DURATION 1d',
        reason: expect.stringContaining('2160h'),
      },
    ]);
    expect(await policies('policies')).toMatchObject({ raw: '2160h0m0s', riser_1m: '0s' });
    // As printed, they are statements that the server takes.
    await influx.query('', outcome.open[0]?.statement ?? '');
    expect(await policies('policies')).toMatchObject({ raw: '720h0m0s' });
  });

  test('the default policy is left as it is, unless it is told how long to keep', async () => {
    const rollups = { ...ROLLUPS, rawHours: 0 };
    const management = manage('default', { rollups });
    await management.ensureDatabase();
    await influx.query('', 'ALTER RETENTION POLICY "autogen" ON "default" DURATION 24h SHARD DURATION 1h');
    expect((await management.ensureRetention()).done).toHaveLength(3);
    expect(await policies('default')).toMatchObject({ autogen: '24h0m0s' });
    const told = await manage('default', { rollups: ROLLUPS }).ensureRetention();
    expect(told.done).toEqual([
      'ALTER RETENTION POLICY "autogen" ON "default" DURATION 2160h SHARD DURATION 1d',
    ]);
  });

  test('without the right for it, the statements are named for somebody who has it', async () => {
    await influx.query('', 'CREATE DATABASE guarded');
    await influx.query('', 'GRANT ALL ON guarded TO guest');
    const settings = { rollups: ROLLUPS, retentionPolicy: 'raw', username: 'guest', password: 'guest' };
    const outcome = await manage('guarded', settings).ensureRetention();
    expect(outcome.done).toEqual([]);
    expect(outcome.open).toHaveLength(4);
    expect(outcome.open[0]?.reason).toMatch(/403|admin/);
    for (const { statement } of outcome.open) await influx.query('', statement);
    expect(await manage('guarded', settings).ensureRetention()).toMatchObject({ open: [] });
  });

  test('a guest who may not even look is told all statements; a wrong password is refused with the reason', async () => {
    await influx.query('', 'CREATE DATABASE hidden');
    const guest = { rollups: ROLLUPS, retentionPolicy: 'raw', username: 'guest', password: 'guest' };
    expect((await manage('hidden', guest).ensureRetention()).open).toHaveLength(4);
    await expect(manage('hidden', { password: 'wrong' }).ensureDatabase()).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('authorization failed'),
    });
  });

  test('without roll-ups no policy is touched', async () => {
    await influx.query('', 'CREATE DATABASE untouched');
    const outcome = await manage('untouched', { retentionPolicy: 'raw' }).ensureRetention();
    expect(outcome).toEqual({ done: [], open: [], unsupported: null });
    expect(await policies('untouched')).toEqual({ autogen: '0s' });
  });

  test('a select gives rows in ms with names as they are, and says when it was cut', async () => {
    const points = [pumpPoint('o\'hara "x"', 'p 0')];
    const rows = Array.from({ length: 25 }, (_, at): Row => [0, T + at, at]);
    const sink = createInfluxSink(toInfluxSettings({ url: influx.url, database: 'read', ...administrator }));
    await sink.send([toBlock(points, rows)], new AbortController().signal);
    sink.close();
    const management = manage('read');
    const whole = await management.select('SELECT "p 0" FROM "pump"');
    expect(whole.isCut).toBe(false);
    expect(whole.series[0]?.values).toEqual(rows.map(([, stampMs, value]) => [stampMs, value]));
    const cut = await management.select('SELECT "p 0" FROM "pump"', { rows: 24 });
    expect(cut.isCut).toBe(true);
    expect(cut.series[0]?.values).toHaveLength(24);
  });

  test('a statement with a mistake is refused in the server’s words', async () => {
    await expect(manage('read').select('SELECT FROM')).rejects.toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('error parsing query'),
    });
  });
});
