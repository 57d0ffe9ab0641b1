/** Roll-ups, events and links in the real InfluxDB, and every query of the dashboards against what the gateway's code writes. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { CATALOG } from '../../../src/catalog.ts';
import { loadSite } from '../../../src/config/load.ts';
import type { SiteModel } from '../../../src/config/model.ts';
import { FIGURE_SINKS } from '../../../src/sinks/index.ts';
import { createInfluxSink } from '../../../src/sinks/influxdb.ts';
import type { FigureLine, FigureSink } from '../../../src/sinks/sink.ts';
import { createEventWriter } from '../../../src/telemetry/events/event-writer.ts';
import { ROLLUP_LIMITS } from '../../../src/telemetry/rollups/limits.ts';
import { DASHBOARDS, fillIn, toTargets } from '../../support/dashboards.ts';
import { ALARM_ROW, LINK_STATUS, TICKET_ROW } from '../../support/event-rows.ts';
import { type InfluxRow, type RunningInflux, startInflux } from '../../support/influx.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { describeWithTools } from '../../support/require-tool.ts';
import { openHost, temporaryDirectory, until } from '../hosting.ts';
import { createTestModel, pumpPoints } from '../model.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ROLLUPS = { rawHours: 0, minuteHours: 24, quarterHours: 0, hourHours: 0 };
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const signal = new AbortController().signal;

/** One line each of alarm, ticket and link is not enough for differences: three, a minute apart. */
const TIMES = [3, 2, 1];

describeWithTools(['influxd'], 'with the real InfluxDB', () => {
  let influx: RunningInflux;
  const sinks: FigureSink[] = [];
  beforeAll(async () => {
    influx = await startInflux();
  }, 240_000);
  afterAll(async () => {
    for (const sink of sinks) sink.close();
    await influx.stop();
  });

  function open(database: string): FigureSink {
    const settings = toInfluxSettings({ url: influx.url, database, rollups: ROLLUPS });
    const sink = FIGURE_SINKS.influxdb(settings);
    sinks.push(sink);
    return sink;
  }

  test('database and policies are made, and each resolution lies in its own', async () => {
    const sink = open('resolutions');
    const line = (at: number): FigureLine => ({
      measurement: 'pump_1m',
      tags: { site: 'tower', equipment: 'pump 1,=' },
      fields: { p_mean: at, note_text: 'say "ha"\\ \n' },
      stampUs: at,
    });
    for (const resolution of ['raw', 'minute', 'quarter', 'hour'] as const) {
      expect(await sink.write([line(1_700_000_000_000_001)], 'raw', signal)).toMatchObject({
        outcome: 'accepted',
      });
      // Now: retention would drop what is older.
      const result = await sink.write([line(Date.now() * 1_000)], resolution, signal);
      expect(result).toEqual({ outcome: 'accepted', refused: null });
    }
    for (const policy of ['autogen', 'riser_1m', 'riser_15m', 'riser_1h']) {
      const [series] = await influx.query(
        'resolutions',
        `SELECT * FROM "${policy}"."pump_1m" ORDER BY time DESC`,
      );
      expect(series?.columns).toEqual(['time', 'equipment', 'note_text', 'p_mean', 'site']);
      expect(series?.values[0]?.slice(1, 3)).toEqual(['pump 1,=', 'say "ha"\\  ']);
    }
    expect(sink.openStatements).toEqual([]);
  });

  test('a refused line costs only itself', async () => {
    const sink = open('refusals');
    const line = (name: string, value: number | string): FigureLine => ({
      measurement: 'alarm',
      tags: { site: 'tower', name },
      fields: { value },
      stampUs: 1_700_000_000_000_000,
    });
    await sink.write([line('a', 1)], 'raw', signal);
    const lines = [line('b', 2), line('c', 'text'), line('d', Number.NaN), line('e', 3)];
    const result = await sink.write(lines, 'raw', signal);
    expect(result).toMatchObject({ outcome: 'accepted', refused: { lines: 2 } });
    const [series] = await influx.query('refusals', 'SELECT count(value) FROM alarm');
    expect(series?.values[0]?.[1]).toBe(3);
  });

  test('a policy that has gone is made again', async () => {
    const sink = open('dropped');
    const line = { measurement: 'm', tags: { site: 'tower' }, fields: { a: 1 }, stampUs: Date.now() * 1_000 };
    await sink.write([line], 'hour', signal);
    await influx.query('dropped', 'DROP DATABASE dropped');
    await until(
      async () => (await sink.write([line], 'hour', signal)).outcome === 'accepted',
      () => 'no write is taken',
    );
    const [series] = await influx.query('dropped', 'SELECT a FROM "riser_1h"."m"');
    expect(series?.values).toHaveLength(1);
  });

  test.each([
    ['dropped-policy', 'DROP RETENTION POLICY "riser_1h" ON "dropped-policy"'],
    // Whoever writes readings makes the database again, without the policies of the roll-ups.
    ['made-again', 'DROP DATABASE "made-again"; CREATE DATABASE "made-again"'],
  ])('in %s, a policy that alone has gone is made again', async (database, statement) => {
    const sink = open(database);
    const line = { measurement: 'm', tags: { site: 'tower' }, fields: { a: 1 }, stampUs: Date.now() * 1_000 };
    await sink.write([line], 'hour', signal);
    await influx.query(database, statement);
    const missed = await sink.write([line], 'hour', signal);
    expect(missed).toMatchObject({
      outcome: 'retry',
      reason: expect.stringContaining('retention policy not found') as string,
    });
    expect(await sink.write([line], 'hour', signal)).toEqual({ outcome: 'accepted', refused: null });
    const [series] = await influx.query(database, 'SELECT a FROM "riser_1h"."m"');
    expect(series?.values).toHaveLength(1);
  });

  test('a statement that was left to a person is no longer open once it was run', async () => {
    await influx.query('', 'CREATE DATABASE shortened');
    await influx.query('', 'CREATE RETENTION POLICY "riser_1m" ON "shortened" DURATION 90d REPLICATION 1');
    const sink = open('shortened');
    const line = { measurement: 'm', tags: { site: 'tower' }, fields: { a: 1 }, stampUs: Date.now() * 1_000 };
    expect(await sink.write([line], 'minute', signal)).toMatchObject({ outcome: 'accepted' });
    expect(sink.openStatements).toHaveLength(1);
    await influx.query('', sink.openStatements[0] ?? '');
    const laterMs = performance.now() + 600_000;
    const clock = vi.spyOn(performance, 'now').mockReturnValue(laterMs);
    try {
      await sink.write([line], 'minute', signal);
    } finally {
      clock.mockRestore();
    }
    expect(sink.openStatements).toEqual([]);
  });

  test('the roll-ups of a journal are there, minute by minute, and tell the same when they are computed again', async () => {
    const directory = await temporaryDirectory();
    const hourMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 2 * HOUR_MS;
    const settings = toInfluxSettings({ url: influx.url, database: 'rollups', rollups: ROLLUPS });
    const model = createTestModel(pumpPoints(2, 2));
    const read = async (): Promise<readonly InfluxRow[]> => [
      ...(await influx.query('rollups', 'SELECT * FROM "riser_1m"."pump_1m" GROUP BY equipment')),
      ...(await influx.query('rollups', 'SELECT * FROM "riser_15m"."pump_15m" GROUP BY equipment')),
      ...(await influx.query('rollups', 'SELECT * FROM "riser_1h"."pump_1h" GROUP BY equipment')),
    ];
    const compute = async (readings: boolean): Promise<readonly InfluxRow[]> => {
      const host = await openHost({
        directory,
        model,
        influx: settings,
        wallMs: () => hourMs + HOUR_MS + 10_000,
        rollupLimits: { ...ROLLUP_LIMITS, maxGraceMs: 5_000, tickMs: 10, lateGatherMs: 200 },
      });
      try {
        if (readings) host.append(toColumns(hourMs));
        await until(
          () => host.status.rollups?.storedToMs === hourMs + HOUR_MS,
          () => JSON.stringify(host.status.rollups),
          20_000,
        );
      } finally {
        await host.close();
      }
      return await read();
    };
    try {
      const first = await compute(true);
      expect(first.map(({ name, values }) => [name, values.length])).toEqual([
        ['pump_1m', 60],
        ['pump_1m', 60],
        ['pump_15m', 4],
        ['pump_15m', 4],
        ['pump_1h', 1],
        ['pump_1h', 1],
      ]);
      const hour = first.at(-1);
      const at = (field: string): unknown => hour?.values[0]?.[hour.columns.indexOf(field)];
      expect([at('p0_min'), at('p0_max'), at('p0_mean'), at('p0_last')]).toEqual([0, 59, 29.5, 59]);
      expect([at('p0_count'), at('p0_good'), at('site')]).toEqual([60, 1, 'tower']);
      await rm(join(directory, 'rollups.json'));
      expect(await compute(false)).toEqual(first);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  }, 240_000);

  test('every query of the dashboards is understood, and has rows where the gateway writes', async () => {
    const database = 'dashboards';
    const model = loadSite(join(ROOT, 'config/demo.yaml'), { catalog: CATALOG, env: {}, epoch: 1 });
    await writeReadings(toInfluxSettings({ url: influx.url, database }), model);
    await writeEvents(open(database), model);
    for (const { templating } of DASHBOARDS) {
      for (const { name, query } of templating.list) {
        expect((await influx.query(database, fillIn(query))).length, name).toBeGreaterThan(0);
      }
    }
    const empty: string[] = [];
    for (const { query } of toTargets()) {
      const series = await influx.query(database, fillIn(query));
      const hasRow = series.some(({ values }) =>
        values.some((row) => row.slice(1).some((one) => one !== null)),
      );
      if (!hasRow) empty.push(query);
    }
    expect(empty).toEqual([]);
  }, 240_000);
});

/** One reading of each point a minute, for an hour. */
function toColumns(hourMs: number) {
  const rows = Array.from({ length: 240 }, (_, at) => ({ point: at % 4, minute: Math.floor(at / 4) }));
  return {
    count: rows.length,
    point: Uint32Array.from(rows, ({ point }) => point),
    value: Float64Array.from(rows, ({ minute }) => minute),
    quality: new Uint8Array(rows.length),
    sourceMs: new Float64Array(rows.length).fill(Number.NaN),
    receivedMs: Float64Array.from(rows, ({ minute }) => hourMs + minute * MINUTE_MS),
  };
}

/** Two readings of every point of the site with its quality, as the forwarder sends them. */
async function writeReadings(
  settings: Parameters<typeof createInfluxSink>[0],
  model: SiteModel,
): Promise<void> {
  const points = model.points.map(({ equipment, name }) => ({
    site: model.site.id,
    equipment,
    kind: model.equipment.get(equipment)?.kind ?? '',
    name,
  }));
  const sink = createInfluxSink(settings);
  for (const minutes of TIMES) {
    const count = points.length;
    const rows = {
      count,
      point: Uint32Array.from(points, (_, at) => at),
      stampMs: new Float64Array(count).fill(Date.now() - minutes * MINUTE_MS),
      value: new Float64Array(count).fill(1),
      quality: new Uint8Array(count),
      mark: new Uint8Array(count).fill(1),
    };
    expect((await sink.send([{ points, rows }], signal)).outcome).toBe('accepted');
  }
  sink.close();
}

async function writeEvents(sink: FigureSink, model: SiteModel): Promise<void> {
  const directory = await temporaryDirectory();
  let links = 0;
  const nowMs = Date.now();
  const writer = createEventWriter({
    model,
    sink: { ...sink, openStatements: [], write: (...args) => sink.write(...args), close: () => undefined },
    queries: {
      alarmLog: async (fromId) =>
        [{ ...ALARM_ROW, atMs: nowMs - MINUTE_MS }].filter(({ id }) => id >= fromId),
      ticketLog: async (fromId) =>
        [{ ...TICKET_ROW, atMs: nowMs - MINUTE_MS }].filter(({ id }) => id >= fromId),
    },
    links: () => {
      links++;
      const counters = { ...LINK_STATUS.counters, requests: 100 * links };
      return [...model.links.keys()].map((link) => ({ ...LINK_STATUS, link, counters }));
    },
    cursorPath: join(directory, 'events.json'),
    clock: {
      now: () => ({ monoMs: links * MINUTE_MS, wallMs: nowMs - (4 - links) * MINUTE_MS, bootId: 'b' }),
    },
    log: pino({ level: 'silent' }),
  });
  writer.start();
  try {
    await until(
      () => {
        writer.notify();
        return links >= 4 && writer.counters().events === 2;
      },
      () => JSON.stringify(writer.counters()),
    );
  } finally {
    await writer.stop();
    await rm(directory, { recursive: true, force: true });
  }
}
