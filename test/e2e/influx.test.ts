/**
 * The whole gateway and the real InfluxDB: killed under load and started again, with the gateway killed as well in
 * between, InfluxDB ends up with every journalled reading, each exactly once, bad ones as their quality.
 */
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PointView } from '../../src/api/schemas.ts';
import { isBad, QUALITIES } from '../../src/core/quality.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { type JournalledReading, readJournal } from '../../src/telemetry/journal/reader.ts';
import { request } from '../support/client.ts';
import { type RunningInflux, startInflux } from '../support/influx.ts';
import { type ChildGateway, control, startChildGateway, startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { describeWithTools } from '../support/require-tool.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { SITE_ID, writeSite } from './site.ts';

/** Booster sets that read the same simulated one: the load of a building with one plant room after another. */
const SETS = 40;
/** The plant lives this much faster than life, so that analog values change with every poll. */
const SPEED = 10;
/** Between two changes of the pinned status words, below the poll interval of 500 ms. */
const CHANGE_MS = 200;
const DATABASE = 'riser';
/** This often the gateway is started in these tests. */
const GATEWAY_STARTS = 2;
/** An unchanging value and its quality are journalled this often (telemetry/journal/limits.ts). */
const HEARTBEAT_MS = 60_000;
/** Longer than group commit and message to the worker (telemetry/journal/limits.ts): what is older is durable. */
const DURABLE_MS = 2_000;

interface Metrics {
  readonly backlog: number;
  readonly confirmed: number;
  readonly dropped: number;
  readonly rejected: number;
}

/** One field of one series as it is stored: `measurement/equipment/field`, stamp, value. */
interface Stored {
  readonly series: string;
  readonly stampMs: number;
  readonly value: number;
}

/** Measurement = kind of the equipment (design.md §7). */
function toMeasurement(equipment: string): string {
  if (equipment.startsWith('gateway')) return 'gateway';
  const isPump = equipment.includes('-pump-');
  if (equipment.startsWith('sump')) return isPump ? 'drainage-pump' : 'sump';
  return isPump ? 'pump' : 'booster-set';
}

/** What a journalled reading must be in InfluxDB: its value, or its quality where it has none. */
function toStored({ pointId, stampMs, value, quality }: JournalledReading): Stored {
  const [equipment = '', point = ''] = pointId.split('/');
  const series = `${toMeasurement(equipment)}/${equipment}/${point}`;
  return value === null
    ? { series: `${series}_quality`, stampMs, value: quality }
    : { series, stampMs, value };
}

/** Count and checksum over stamps and values of each series, in the order of the stamps. */
function summarise(fields: readonly Stored[]): Readonly<Record<string, string>> {
  const bySeries = Map.groupBy(fields, ({ series }) => series);
  return Object.fromEntries(
    [...bySeries]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([series, rows]) => {
        const hash = createHash('sha256');
        for (const { stampMs, value } of rows.toSorted((a, b) => a.stampMs - b.stampMs))
          hash.update(`${stampMs} ${value}\n`);
        return [series, `${rows.length} × ${hash.digest('hex').slice(0, 16)}`];
      }),
  );
}

/** Series that are not the same on both sides, the first of them in words. */
function differences(
  wanted: Readonly<Record<string, string>>,
  found: Readonly<Record<string, string>>,
): readonly string[] {
  const series = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const unequal = series.filter((name) => wanted[name] !== found[name]);
  const lines = unequal.map((name) => `${name}: journal ${wanted[name]}, InfluxDB ${found[name]}`);
  return lines.length > 10 ? [...lines.slice(0, 10), `and ${lines.length - 10} more`] : lines;
}

const isQuality = ({ series }: Stored): boolean => series.endsWith('_quality');

describeWithTools(['influxd'], 'InfluxDB killed under load and started again', () => {
  let data: TemporaryDirectory;
  let influxData: TemporaryDirectory;
  let plant: SimulatorProcess;
  let influx: RunningInflux;
  let gateway: ChildGateway;
  let start: () => Promise<ChildGateway>;
  let load: { stop(): Promise<void> } | null = null;
  /** Readings with a later stamp are not compared: they may be on their way. */
  let cutMs = 0;
  let journalled: readonly JournalledReading[] = [];
  let stored: readonly Stored[] = [];

  beforeAll(async () => {
    data = createTemporaryDirectory();
    influxData = createTemporaryDirectory();
    plant = await startQuietPlant({ speed: SPEED });
    influx = await startInflux({ dataDirectory: influxData.path, port: await freePort() });
    const [pumpRoomPort, sumpRoomPort] = [
      plant.ports['pump-room'] as number,
      plant.ports['sump-room'] as number,
    ];
    const config = `${influxData.path}/site.yaml`;
    const httpPort = await freePort();
    const ports = { httpPort, pumpRoomPort, sumpRoomPort };
    writeSite(config, { ...ports, influxUrl: influx.url, sets: SETS });
    start = () => startChildGateway({ data: data.path, config, ...ports });
    gateway = await start();
    load = startLoad();
  });
  afterAll(async () => {
    await load?.stop();
    await gateway?.stop();
    await influx?.stop('SIGKILL');
    await plant?.stop();
    data.remove();
    influxData.remove();
  });

  const pin = (address: number, value: number | null): Promise<void> =>
    control(plant, 'PUT', '/registers', { equipment: 'dws-1', table: 'holding', address, value });

  /** Flips ready, warning and remote of both pumps for ever: points that no rule reads. */
  function startLoad(): { stop(): Promise<void> } {
    const ended = new AbortController();
    const run = async (): Promise<void> => {
      for (let turn = 0; !ended.signal.aborted; turn++) {
        const word = turn % 2 === 0 ? 0b10_1000_0011 : 0b00_0000_0010;
        await Promise.all([pin(20, word), pin(40, word)]);
        await delay(CHANGE_MS);
      }
    };
    const running = run();
    return {
      stop() {
        ended.abort();
        return running;
      },
    };
  }

  async function metrics(): Promise<Metrics> {
    const text = String((await request(gateway.url, 'GET', '/metrics')).body);
    const read = (name: string): number => {
      const found = new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
      if (found === undefined) throw new Error(`/metrics has no ${name}`);
      return Number(found);
    };
    return {
      backlog: read('riser_journal_backlog_readings'),
      confirmed: read('riser_journal_confirmed_readings_total'),
      dropped: read('riser_journal_dropped_readings_total'),
      rejected: read('riser_influx_rejected_readings_total'),
    };
  }

  async function influxHealth(): Promise<{ isHealthy: boolean; detail: string } | undefined> {
    const { body } = await request(gateway.url, 'GET', '/health');
    const { parts } = body as { parts: { name: string; isHealthy: boolean; detail: string }[] };
    return parts.find(({ name }) => name === 'influxdb');
  }

  async function untilHealthy(): Promise<void> {
    await until(async () => (await influxHealth())?.isHealthy, { timeoutMs: 60_000, what: 'a healthy sink' });
  }

  /** The pressure transmitter fails until every set has noticed: bad readings are readings too. */
  async function failTransmitter(): Promise<void> {
    const api = await gateway.login('engineer');
    await pin(0, 0xffff);
    const hasFailed = async (): Promise<boolean> => {
      const { items } = await api.read<{ items: PointView[] }>('/api/v1/points');
      const pressures = items.filter(({ name }) => name === 'outlet-pressure');
      return (
        pressures.length === SETS && pressures.every(({ qualityReason }) => qualityReason === 'sentinel')
      );
    };
    await until(hasFailed, { timeoutMs: 60_000, what: 'the failed transmitter', intervalMs: 100 });
    await pin(0, null);
  }

  async function readStored(): Promise<readonly Stored[]> {
    const found: Stored[] = [];
    for (const { values } of await influx.query(DATABASE, 'SHOW MEASUREMENTS')) {
      for (const [measurement] of values) {
        const select = `SELECT * FROM "${measurement}" WHERE time <= ${cutMs}ms GROUP BY site, equipment`;
        for (const { tags, columns, values: rows } of await influx.query(DATABASE, select)) {
          expect(tags?.['site']).toBe(SITE_ID);
          for (const [stampMs, ...fields] of rows) {
            for (const [at, value] of fields.entries()) {
              if (value === null) continue;
              const series = `${measurement}/${tags?.['equipment']}/${columns[at + 1]}`;
              found.push({ series, stampMs: Number(stampMs), value: Number(value) });
            }
          }
        }
      }
    }
    return found;
  }

  test('while it runs it gets the readings under load', async () => {
    const from = { atMs: performance.now(), ...(await metrics()) };
    const now = await until(
      async () => {
        const present = await metrics();
        return present.confirmed - from.confirmed > 3_000 && present;
      },
      { timeoutMs: 90_000, what: '3,000 readings to be confirmed', intervalMs: 100 },
    );
    const perS = ((now.confirmed - from.confirmed) * 1_000) / (performance.now() - from.atMs);
    console.log(`${Math.round(perS)} readings/s reach InfluxDB`);
    await untilHealthy();
  });

  test('killed, the readings wait in the journal, the gateway says so and goes on', async () => {
    const lostAtMs = Date.now();
    await influx.stop('SIGKILL');
    await until(async () => (await influxHealth())?.isHealthy === false, {
      timeoutMs: 60_000,
      what: '/health to say so',
    });
    await failTransmitter();
    await until(async () => (await metrics()).backlog > 2_000, {
      timeoutMs: 90_000,
      what: 'a backlog',
      intervalMs: 100,
    });
    expect((await influxHealth())?.detail).toMatch(/^down: /);
    const { backlog } = await metrics();
    console.log(`${backlog} readings wait ${Date.now() - lostAtMs} ms after InfluxDB was killed`);
    expect((await request(gateway.url, 'GET', '/ready')).status).toBe(200);
  });

  test('a gateway killed with -9 meanwhile still has what was waiting, and collects more', async () => {
    const before = await metrics();
    gateway.process.kill('SIGKILL');
    await gateway.process.exited;
    gateway = await start();
    await until(async () => (await metrics()).backlog > before.backlog + 500, {
      timeoutMs: 90_000,
      what: `a backlog beyond ${before.backlog}`,
      intervalMs: 100,
    });
  });

  test('started again on its data, it is caught up with while the load goes on', async () => {
    const { port } = influx;
    influx = await startInflux({ dataDirectory: influxData.path, port });
    const fromMs = performance.now();
    const waiting = (await metrics()).backlog;
    await until(async () => (await metrics()).backlog < 200, {
      timeoutMs: 60_000,
      what: 'the backlog to be sent',
    });
    console.log(
      `${waiting} readings were sent ${Math.round(performance.now() - fromMs)} ms after InfluxDB was back`,
    );
    await untilHealthy();
    await load?.stop();
    load = null;
    cutMs = Date.now();
    await until(async () => Date.now() > cutMs + DURABLE_MS && (await metrics()).backlog === 0, {
      timeoutMs: 60_000,
      what: 'nothing to wait',
    });
    expect(await metrics()).toMatchObject({ dropped: 0, rejected: 0 });
  });

  test('it holds each journalled reading exactly once: count and checksum of every series are equal', async () => {
    const problems: unknown[] = [];
    journalled = [...readJournal(`${data.path}/journal`, (problem) => problems.push(problem))].filter(
      ({ stampMs }) => stampMs <= cutMs,
    );
    stored = await readStored();
    const expected = journalled.map(toStored);
    const bad = expected.filter(isQuality);
    console.log(
      `${journalled.length} readings in ${Object.keys(summarise(expected)).length} series, ${bad.length} of them bad`,
    );
    expect(journalled.length).toBeGreaterThan(6_000);
    // Figures of the gateway that do not exist (no scheduled backup) say the same of themselves.
    const told = bad.filter(({ series }) => !series.startsWith('gateway/'));
    expect(told.filter(({ value }) => value === QUALITIES.sentinel.code)).toHaveLength(SETS);
    // A quality that goes with a value is looked at below.
    const own = stored.filter((field) => !isFigure(field) && (!isQuality(field) || isBad(field.value)));
    expect(differences(summarise(expected), summarise(own))).toEqual([]);
    expect(problems).toEqual([]);
  });

  test('every field is a float, those of booleans too, but for the words of events and links', async () => {
    const fields = (await influx.query(DATABASE, 'SHOW FIELD KEYS')).flatMap(({ values }) => values);
    expect(fields).toContainEqual(['tripped', 'float']);
    expect(fields.filter(([name, type]) => type !== 'float' && !String(name).endsWith('_text'))).toEqual([]);
  });

  test('a point’s quality in InfluxDB is at any time that of its last journalled reading, written on change', () => {
    const marks = Map.groupBy(stored.filter(isQuality), ({ series }) => series);
    for (const [pointId, readings] of Map.groupBy(journalled, ({ pointId }) => pointId)) {
      const { series } = toStored({ ...(readings[0] as JournalledReading), value: 0 });
      const written = new Map(
        (marks.get(`${series}_quality`) ?? []).map(({ stampMs, value }) => [stampMs, value]),
      );
      const most = countQualityWrites(readings);
      expect(written.size, `qualities of ${pointId}`).toBeLessThanOrEqual(most);
      let quality = Number.NaN;
      for (const reading of readings) {
        quality = written.get(reading.stampMs) ?? quality;
        expect(quality, `${pointId} at ${reading.stampMs}`).toBe(reading.quality);
        written.delete(reading.stampMs);
      }
      expect([...written], `qualities of ${pointId} without a reading`).toEqual([]);
    }
  });
});

/** What is written beside the readings and has no journal: events, figures of links. */
function isFigure({ series }: { readonly series: string }): boolean {
  return /^(alarm|ticket|link)\//.test(series);
}

/** Most times that the quality is to be written: with every start, every change, every heartbeat. */
function countQualityWrites(readings: readonly JournalledReading[]): number {
  const changes = readings.filter(
    ({ quality }, at) => at > 0 && quality !== readings[at - 1]?.quality,
  ).length;
  const spanMs = (readings.at(-1)?.stampMs ?? 0) - (readings[0]?.stampMs ?? 0);
  return GATEWAY_STARTS + changes + Math.ceil(spanMs / HEARTBEAT_MS);
}
