/**
 * `run` on a site whose devices and InfluxDB are not there: it is ready all the same, says what is missing, keeps what
 * it knows, refuses what is wrong, and takes the devices up when they appear. The tests follow one another.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlarmView, PointView, ProblemDocument, TicketView, UserView } from '../../src/api/schemas.ts';
import { LIMITS } from '../../src/core/limits.ts';
import type { SimulatorProcess } from '../../src/simulation/process.ts';
import { type ApiClient, login, request } from '../support/client.ts';
import { runRiser, type Said, startRun } from '../support/gateway.ts';
import { startQuietPlant } from '../support/plant.ts';
import { until } from '../support/poll.ts';
import { freePorts } from '../support/ports.ts';
import type { TestProcess } from '../support/process.ts';
import { watchStalls } from '../support/stalls.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { writeSite } from './site.ts';

const CHIEF = 'chief';
const GUEST = 'guest';
const PASSWORD = 'only for this test';
/** The back-off's longest pause, and some for a busy machine (acquisition/back-off.ts). */
const RECONNECT_MS = 90_000;
/** `user --help` promises 30 s. */
const DISABLED_MS = 30_000;
/** Allowed beside a promise: a busy machine, and the interval of asking. */
const SLACK_MS = 5_000;

let place: TemporaryDirectory;
let data: string;
let config: string;
let url: string;
let ports: { readonly httpPort: number; readonly pumpRoomPort: number; readonly sumpRoomPort: number };
let gateway: TestProcess;
let plant: SimulatorProcess | null = null;
let chief: ApiClient;
let guest: ApiClient;
let startedAtMs = 0;
/** From `user disable` until the session of the guest was refused; runs beside the tests that wait for devices. */
let disabling: Promise<number> | null = null;
let disablingStalledMs = 0;

beforeAll(async () => {
  place = createTemporaryDirectory();
  data = `${place.path}/data`;
  config = `${place.path}/site.yaml`;
  const [httpPort, pumpRoomPort, sumpRoomPort, influxPort] = (await freePorts(4)) as [
    number,
    number,
    number,
    number,
  ];
  ports = { httpPort, pumpRoomPort, sumpRoomPort };
  url = `http://127.0.0.1:${httpPort}`;
  writeSite(config, { ...ports, influxUrl: `http://127.0.0.1:${influxPort}` });
  writeFileSync(`${place.path}/password`, `${PASSWORD}\n`);
});
afterAll(async () => {
  await disabling?.catch(() => null);
  await gateway?.stop();
  await plant?.stop();
  place.remove();
});

function user(...args: readonly string[]): Promise<Said> {
  return runRiser(['user', ...args, '--data', data]);
}

function addUser(name: string, role: string): Promise<Said> {
  return user('add', name, '--role', role, '--password-file', `${place.path}/password`);
}

async function readPoints(): Promise<readonly PointView[]> {
  const { items } = await chief.read<{ items: PointView[] }>('/api/v1/points');
  return items.filter(({ equipment }) => equipment !== 'gateway');
}

async function readOffline(): Promise<readonly AlarmView[]> {
  const { items } = await chief.read<{ items: AlarmView[] }>('/api/v1/alarms?state=all');
  return items.filter(({ rule }) => rule === 'offline');
}

async function measureDisabling(): Promise<number> {
  using stalls = watchStalls([gateway.pid]);
  expect((await guest.get('/api/v1/session')).status).toBe(200);
  expect(await user('disable', GUEST)).toMatchObject({ code: 0 });
  const fromMs = Date.now();
  const isRefused = async (): Promise<boolean> => (await guest.get('/api/v1/points')).status === 401;
  await until(isRefused, { timeoutMs: 2 * DISABLED_MS, what: 'the session to end', intervalMs: 250 });
  disablingStalledMs = stalls.within(fromMs);
  return Date.now() - fromMs;
}

test('accounts are made before the first start, and a password that is too short is refused', async () => {
  expect(await addUser(CHIEF, 'admin,supervisor')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(CHIEF),
  });
  expect(await addUser(GUEST, 'engineer')).toMatchObject({ code: 0 });
  expect(await addUser(GUEST, 'engineer')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^user-exists: /),
  });
  writeFileSync(`${place.path}/password`, 'short\n');
  expect(await addUser('late', 'desk')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^weak-password: /),
  });
  expect((await user('list')).stdout.trimEnd().split('\n')).toHaveLength(2);
});

test('without any device and without InfluxDB the gateway is ready, and the accounts log in', async () => {
  startedAtMs = Date.now();
  gateway = await startRun(config, data);
  console.log(`run was ready after ${Date.now() - startedAtMs} ms`);
  expect((await request(url, 'GET', '/ready')).status).toBe(200);
  chief = await login(url, CHIEF, PASSWORD);
  guest = await login(url, GUEST, PASSWORD);
  await expect(login(url, CHIEF, 'riser-demo')).rejects.toThrow('wrong-credentials');
});

test('/health is degraded and names InfluxDB and both links, and the readings wait in the journal', async () => {
  await until(
    async () => {
      const { body, status } = await request(url, 'GET', '/health');
      const { parts, ...health } = body as { parts: { name: string; isHealthy: boolean; detail: string }[] };
      expect(status).toBe(200);
      expect(health).toEqual({ isAlive: true, status: 'degraded' });
      const sick = new Map(
        parts.filter(({ isHealthy }) => !isHealthy).map(({ name, detail }) => [name, detail]),
      );
      expect([...sick.keys()].toSorted()).toEqual(['influxdb', 'link:pump-room', 'link:sump-room']);
      expect(sick.get('influxdb')).toMatch(/^down: .*ECONNREFUSED/);
      expect(sick.get('link:pump-room')).toMatch(/^offline: .*refused/);
      return true;
    },
    { timeoutMs: 60_000, what: '/health to tell what is missing' },
  );
  await until(
    async () => {
      const metrics = String((await request(url, 'GET', '/metrics')).body);
      return Number(/^riser_journal_backlog_readings (\d+)$/m.exec(metrics)?.[1]) > 30;
    },
    { timeoutMs: 60_000, what: 'readings to wait in the journal' },
  );
});

test('every point is bad with its reason and without a value', async () => {
  const points = await until(
    async () => {
      const found = await readPoints();
      return found.every(({ qualityReason }) => qualityReason === 'comm-loss') && found;
    },
    { timeoutMs: 30_000, what: 'every point to have been tried' },
  );
  expect(points.length).toBeGreaterThan(40);
  for (const point of points) {
    expect(point).toMatchObject({ value: null, quality: 'bad', qualityReason: 'comm-loss', lastGood: null });
  }
});

test('a field that the API does not know is refused by its name and changes nothing', async () => {
  const ticket = {
    source: 'internal-need',
    channel: 'page',
    class: 'engineering',
    priority: 'normal',
    content: 'a tap drips',
  };
  for (const refused of [
    await chief.post('/api/v1/tickets', { ...ticket, urgency: 'high' }),
    await chief.get('/api/v1/tickets?urgency=high'),
  ]) {
    const problem = refused.body as ProblemDocument;
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(problem).toMatchObject({ status: 400, code: 'unknown-field', params: { fields: 'urgency' } });
    expect(problem.text).toEqual({ zh: '未知字段：urgency', en: 'Unknown field: urgency' });
  }
  expect(await chief.read('/api/v1/tickets?state=all')).toMatchObject({ total: 0 });
  expect((await chief.post('/api/v1/tickets', ticket)).status).toBe(201);
});

test('a second gateway on the same data is refused with the process that holds it, and the first goes on', async () => {
  const other = `${place.path}/other.yaml`;
  const [httpPort] = (await freePorts(1)) as [number];
  writeSite(other, { ...ports, httpPort });
  const args = ['run', '--config', other, '--data', data, '--log-level', 'fatal'];
  const { code, stderr } = await runRiser(args);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^data-locked: /);
  expect(stderr).toContain(`process ${gateway.pid}`);
  expect((await request(url, 'GET', '/ready')).status).toBe(200);
  disabling = measureDisabling();
});

test('the equipment is reported offline when the grace of the start is over, with a ticket each', async () => {
  const alarms = await until(
    async () => {
      const found = await readOffline();
      return found.length === 2 && found;
    },
    { timeoutMs: LIMITS.bootGraceMs + 60_000, what: 'two offline alarms' },
  );
  const firstMs = Math.min(...alarms.map(({ raisedAtMs }) => raisedAtMs)) - startedAtMs;
  console.log(`offline was raised ${(firstMs / 1_000).toFixed(1)} s after the start`);
  expect(firstMs).toBeGreaterThanOrEqual(LIMITS.bootGraceMs);
  for (const alarm of alarms) {
    expect(alarm).toMatchObject({ isActive: true, ticket: expect.any(String) });
    expect(await chief.read<TicketView>(`/api/v1/tickets/${alarm.ticket}`)).toMatchObject({
      source: 'equipment-alarm',
    });
  }
});

test('when the devices appear all is well by itself', async () => {
  const fromMs = performance.now();
  plant = await startQuietPlant(ports);
  await until(async () => (await readPoints()).every(({ quality }) => quality === 'good'), {
    timeoutMs: RECONNECT_MS,
    what: 'all points to be good',
  });
  console.log(
    `all points were good ${Math.round(performance.now() - fromMs)} ms after the devices were switched on`,
  );
  await until(async () => (await readOffline()).every(({ isActive }) => !isActive), {
    timeoutMs: 60_000,
    what: 'the offline alarms to return',
  });
  const { items } = await chief.read<{ items: AlarmView[] }>('/api/v1/alarms?state=all');
  const others = items.filter(({ rule, equipment }) => rule !== 'offline' && equipment !== 'gateway');
  expect(others).toEqual([]);
});

test('an account that is disabled at the command line is out of the running gateway within 30 s', async () => {
  const ms = await disabling;
  console.log(`the session of the disabled account ended after ${((ms ?? 0) / 1_000).toFixed(1)} s`);
  expect(ms).toBeLessThanOrEqual(DISABLED_MS + SLACK_MS + disablingStalledMs);
  await expect(login(url, GUEST, PASSWORD)).rejects.toThrow('wrong-credentials');
  const { items } = await chief.read<{ items: UserView[] }>('/api/v1/users');
  expect(items.find(({ username }) => username === GUEST)).toMatchObject({ isDisabled: true });
});

test('it stops in order when it is asked to', async () => {
  expect(await gateway.stop()).toEqual({ code: 0, signal: null });
  expect(gateway.survivors()).toEqual([]);
});
