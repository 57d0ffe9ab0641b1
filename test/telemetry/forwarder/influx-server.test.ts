/**
 * The forwarder with the real InfluxDB 1.x, and what goes wrong between them: killed in the middle of a write, a wrong
 * password, 503s and slow answers, a type conflict, a retention policy. It ends up with each reading once, or in the
 * quarantine until a person has mended the cause.
 */
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { InfluxSettings } from '../../../src/config/model.ts';
import type { JournalHost } from '../../../src/telemetry/host.ts';
import { type RunningInflux, startInflux } from '../../support/influx.ts';
import { toInfluxSettings } from '../../support/influx-settings.ts';
import { freePort } from '../../support/ports.ts';
import { describeWithTools } from '../../support/require-tool.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../../support/temp.ts';
import { openHost, START_MS, until } from '../hosting.ts';
import { createTestModel, pumpPoints, type TestReading, toBatch } from '../model.ts';

const model = createTestModel(pumpPoints(2, 2));
const ADMINISTRATOR = { username: 'chief', password: 'only-for-this-test' };
const BATCH = 5_000;

type Treatment = 'pass' | 'refuse' | 'slow' | 'swallow';

interface Proxy {
  readonly url: string;
  /** What is done with each write that comes. */
  treat: () => Treatment;
  /** Writes that it has let through. */
  readonly passed: number;
  close(): void;
}

const SLOW_MS = 1_200;

/** Stands before the server. `swallow`: the server gets the write, its answer is lost with the connection. */
async function startProxy(target: string): Promise<Proxy> {
  const state = { treat: (): Treatment => 'pass', passed: 0 };
  const server: Server = createServer((incoming, outgoing) => {
    const treatment = incoming.url?.startsWith('/write') === true ? state.treat() : 'pass';
    if (treatment === 'refuse') {
      incoming.resume();
      outgoing.writeHead(503, { 'retry-after': '1' }).end('{"error":"timeout"}');
      return;
    }
    const { method, headers, url = '' } = incoming;
    const forward = request(`${target}${url}`, { method, headers }, (answer) => {
      state.passed++;
      if (treatment === 'swallow') {
        answer.resume();
        incoming.socket.destroy();
      } else {
        const pass = (): void => {
          outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
          answer.pipe(outgoing);
        };
        setTimeout(pass, treatment === 'slow' ? SLOW_MS : 0);
      }
    });
    forward.on('error', () => incoming.socket.destroy());
    incoming.pipe(forward);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get passed() {
      return state.passed;
    },
    set treat(treat: () => Treatment) {
      state.treat = treat;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Readings `from` to `from + BATCH` of a long series. */
function toColumns(from: number): ReturnType<typeof toBatch> {
  return toBatch(
    Array.from({ length: BATCH }, (_, at): TestReading => {
      const value = from + at;
      return [value % 4, value, START_MS + Math.floor(value / 4)];
    }),
  );
}

const readings = (count: number): readonly TestReading[] =>
  Array.from({ length: count }, (_, at): TestReading => [at % 4, at, START_MS + Math.floor(at / 4)]);

describeWithTools(['influxd'], 'forwarding to the real InfluxDB', () => {
  let journal: TemporaryDirectory;
  let data: TemporaryDirectory;
  let influx: RunningInflux;
  let proxy: Proxy | null = null;
  let host: JournalHost | null = null;
  beforeEach(async () => {
    journal = createTemporaryDirectory();
    data = createTemporaryDirectory();
    influx = await startInflux({
      dataDirectory: data.path,
      port: await freePort(),
      administrator: ADMINISTRATOR,
    });
  });
  afterEach(async () => {
    await host?.close();
    host = null;
    proxy?.close();
    proxy = null;
    await influx.stop('SIGKILL');
    journal.remove();
    data.remove();
  });

  async function open(changes: Partial<InfluxSettings> = {}): Promise<JournalHost> {
    const settings = { url: influx.url, database: 'plant', timeoutMs: 15_000, ...ADMINISTRATOR, ...changes };
    host = await openHost({ directory: journal.path, model, influx: toInfluxSettings(settings) });
    return host;
  }

  const settled = (opened: JournalHost, count: number): Promise<void> =>
    until(
      () => opened.status.durableReadings >= count && opened.status.backlogReadings === 0,
      () => JSON.stringify(opened.status),
      30_000,
    );

  /** Count and sum of all values: each is different, so a lost one and a doubled one show. */
  async function stored(from = 'pump'): Promise<readonly [count: number, sum: number]> {
    const series = await influx.query(
      'plant',
      `SELECT count(p0), count(p1), sum(p0), sum(p1) FROM ${from} GROUP BY equipment`,
    );
    const rows = series.map(({ values }) => (values[0] ?? []).slice(1).map(Number));
    const sum = (...columns: readonly number[]): number =>
      rows.reduce((all, row) => all + columns.reduce((one, at) => one + (row[at] ?? 0), 0), 0);
    return [sum(0, 1), sum(2, 3)];
  }

  const expected = (count: number): readonly [number, number] => [count, (count * (count - 1)) / 2];

  test('killed in the middle of writes and started again, it holds every reading once', async () => {
    const opened = await open();
    const count = 20 * BATCH;
    for (let at = 0; at < count; at += BATCH) opened.append(toColumns(at));
    await until(
      () => opened.status.confirmedReadings > 2 * BATCH,
      () => JSON.stringify(opened.status),
    );
    await influx.stop('SIGKILL');
    await until(
      () => opened.status.influx.state === 'down',
      () => JSON.stringify(opened.status),
    );
    influx = await startInflux({ dataDirectory: data.path, port: influx.port });
    await settled(opened, count);
    expect(await stored()).toEqual(expected(count));
    expect(opened.status.influx.rejectedReadings).toBe(0);
  }, 240_000);

  test('answers that are lost, refused or slow cost no reading and double none', async () => {
    proxy = await startProxy(influx.url);
    const opened = await open({ url: proxy.url });
    const treatments: readonly Treatment[] = ['swallow', 'pass', 'refuse', 'slow', 'swallow', 'pass'];
    let write = 0;
    proxy.treat = () => treatments[write++] ?? 'pass';
    const count = 4 * BATCH;
    for (let at = 0; at < count; at += BATCH) opened.append(toColumns(at));
    await settled(opened, count);
    expect(write).toBeGreaterThan(treatments.length - 1);
    expect(opened.status.influx.retries).toBeGreaterThanOrEqual(2);
    expect(await stored()).toEqual(expected(count));
  }, 240_000);

  test('a time-out while the server works counts as no answer, and the readings are sent again', async () => {
    proxy = await startProxy(influx.url);
    let isSlow = true;
    proxy.treat = () => (isSlow ? 'slow' : 'pass');
    const opened = await open({ url: proxy.url, timeoutMs: SLOW_MS / 4 });
    opened.append(toBatch(readings(8)));
    await until(
      () => opened.status.influx.retries >= 2,
      () => JSON.stringify(opened.status),
    );
    expect(opened.status.influx).toMatchObject({ state: 'down', detail: 'no answer within 300 ms' });
    isSlow = false;
    await settled(opened, 8);
    expect(await stored()).toEqual(expected(8));
  });

  test('with a wrong password readings wait, and arrive when it is put right', async () => {
    const opened = await open({ password: 'wrong' });
    opened.append(toBatch(readings(8)));
    await until(
      () => opened.status.influx.state === 'rejecting',
      () => JSON.stringify(opened.status),
    );
    expect(opened.status.influx.detail).toContain('authorization failed');
    expect(opened.status.backlogReadings).toBe(8);
    await influx.query('', `SET PASSWORD FOR chief = 'wrong'`);
    await settled(opened, 8);
    expect(opened.status.influx).toMatchObject({ state: 'ok', sentReadings: 8 });
  });

  test('readings of another type are quarantined, and stored when the old field is gone', async () => {
    await influx.query('', 'CREATE DATABASE plant');
    await write('pump,equipment=pump-9,site=tower p1="text"');
    const opened = await open();
    opened.append(toBatch(readings(400)));
    await settled(opened, 400);
    expect(opened.status.influx).toMatchObject({ rejectedReadings: 200, quarantinedReadings: 200 });
    const quarantine = opened.quarantine ?? expect.unreachable('there is a sink');
    const [reason] = await quarantine.counts();
    expect(reason).toMatchObject({
      readings: 200,
      reason: expect.stringContaining('already exists as type string'),
    });
    expect(await quarantine.resend('all')).toEqual({ sentReadings: 0, keptReadings: 200, failure: null });
    await influx.query('plant', 'DROP MEASUREMENT pump');
    expect(await quarantine.resend('all')).toEqual({ sentReadings: 200, keptReadings: 0, failure: null });
    const [series] = await influx.query('plant', 'SELECT count(p1), sum(p1) FROM pump');
    const odd = readings(400).filter(([point]) => point % 2 === 1);
    expect(series?.values[0]?.slice(1)).toEqual([200, odd.reduce((sum, [, value]) => sum + value, 0)]);
    expect(opened.status.influx.quarantinedReadings).toBe(0);
  });

  test('readings older than the retention policy are quarantined, and stored when it keeps longer', async () => {
    await influx.query('', 'CREATE DATABASE plant');
    await influx.query('', 'CREATE RETENTION POLICY "days" ON "plant" DURATION 7d REPLICATION 1');
    const opened = await open({ retentionPolicy: 'days' });
    opened.append(toBatch(readings(8)));
    await settled(opened, 8);
    expect(opened.status.influx).toMatchObject({ rejectedReadings: 8, quarantinedReadings: 8, state: 'ok' });
    await influx.query('', 'ALTER RETENTION POLICY "days" ON "plant" DURATION INF');
    const quarantine = opened.quarantine ?? expect.unreachable('there is a sink');
    expect(await quarantine.resend('all')).toMatchObject({ sentReadings: 8, keptReadings: 0 });
    expect(await stored('days.pump')).toEqual(expected(8));
  });

  async function write(line: string): Promise<void> {
    const credentials = Buffer.from(`${ADMINISTRATOR.username}:${ADMINISTRATOR.password}`).toString('base64');
    const answer = await fetch(`${influx.url}/write?db=plant&precision=ms`, {
      method: 'POST',
      body: `${line} ${START_MS}`,
      headers: { authorization: `Basic ${credentials}` },
    });
    expect(answer.status).toBe(204);
  }
});
