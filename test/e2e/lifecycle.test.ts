/**
 * `npm start` as a person runs it: how soon it is ready, what it says, what the injected fault leads to, and that
 * nothing of it is left after Ctrl-C or after the gateway was killed. The tests follow one another on one demo.
 */
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AlarmView, PointView, TicketView } from '../../src/api/schemas.ts';
import { type ApiClient, login, request } from '../support/client.ts';
import {
  AS_A_PERSON,
  DEMO_PASSWORD,
  DEMO_USERS,
  type DemoPorts,
  freeDemoPorts,
  PROJECT_DIRECTORY,
  startRiser,
  toPortEnvironment,
} from '../support/gateway.ts';
import { until } from '../support/poll.ts';
import { requireTool } from '../support/require-tool.ts';
import { watchStalls } from '../support/stalls.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from '../support/temp.ts';
import { findTool, TOOLS } from '../support/tools.ts';
import { verifyStore } from '../support/verify-store.ts';
import { type Listener, listen } from './live.ts';
import { openTerminal, type Terminal } from './terminal.ts';

/** Promised for two idle cores; asserted where RISER_TEST_STRICT=1 says that they are idle. */
const READY_MS = 10_000;
/** Asserted always: other work may take most of the machine. */
const READY_BUSY_MS = 30_000;
const TICKET_MS = 60_000;
const GONE_MS = 5_000;
const TRIPPED = 'demo/dws-1-pump-1/tripped';

interface Demo extends AsyncDisposable {
  readonly terminal: Terminal;
  readonly url: string;
  readonly readyMs: number;
  readonly api: ApiClient;
}

let data: TemporaryDirectory;
let ports: DemoPorts;
let demo: Demo | null = null;
let live: Listener | null = null;
let ticket: TicketView;

beforeAll(async () => {
  data = createTemporaryDirectory();
  ports = await freeDemoPorts();
});
afterAll(async () => {
  await live?.[Symbol.asyncDispose]();
  await demo?.[Symbol.asyncDispose]();
  data.remove();
});

/** `npm start` (or the same by another command) with free ports and the demo's own InfluxDB. */
async function startDemo(command = 'npm', args: readonly string[] = ['start', '--']): Promise<Demo> {
  const terminal = await openTerminal(command, [...args, '--data', data.path], {
    cwd: PROJECT_DIRECTORY,
    env: { ...AS_A_PERSON, ...toPortEnvironment(ports), RISER_INFLUX_URL: undefined },
  });
  const url = `http://127.0.0.1:${ports.http}`;
  try {
    const isReady = async (): Promise<boolean> =>
      terminal.hasEnded() || (await request(url, 'GET', '/ready')).status === 200;
    await until(isReady, { timeoutMs: READY_BUSY_MS * 2, what: `${url}/ready` });
    const readyMs = performance.now() - terminal.startedMs;
    const api = await login(url, 'engineer', DEMO_PASSWORD);
    return { terminal, url, readyMs, api, [Symbol.asyncDispose]: () => terminal[Symbol.asyncDispose]() };
  } catch (error) {
    await terminal[Symbol.asyncDispose]();
    throw new Error(`npm start: ${terminal.output()}`, { cause: error });
  }
}

function running(): Demo {
  if (demo === null) throw new Error('the demo has not started');
  return demo;
}

async function readTickets(): Promise<readonly TicketView[]> {
  const path = '/api/v1/tickets?state=all&equipment=dws-1-pump-1';
  return (await running().api.read<{ items: TicketView[] }>(path)).items;
}

async function readTripAlarms(): Promise<readonly AlarmView[]> {
  const path = '/api/v1/alarms?state=all&equipment=dws-1-pump-1';
  const { items } = await running().api.read<{ items: AlarmView[] }>(path);
  return items.filter(({ key }) => key === TRIPPED);
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    return await new Promise((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
  } finally {
    socket.destroy();
  }
}

/** Ports of everything that the demo runs, its private InfluxDB included when it says one. */
function portsOf({ terminal }: Demo): readonly number[] {
  const influx = /InfluxDB +http:\/\/127\.0\.0\.1:(\d+)/.exec(terminal.output())?.[1];
  return [...Object.values(ports), ...(influx === undefined ? [] : [Number(influx)])];
}

/** The gateway itself: neither npm, nor the shell that npm uses, nor what the gateway has started. */
function gatewayPid(started: Demo): number {
  return onlyProcess(started, /^\S*node (--\S+ )*\S*src\/main\.ts demo/);
}

function simulatorPid(started: Demo): number {
  return onlyProcess(started, /simulators\/main\.ts/);
}

function onlyProcess({ terminal }: Demo, pattern: RegExp): number {
  const processes = terminal.processes();
  const found = processes.filter(({ commandLine }) => pattern.test(commandLine));
  if (found.length !== 1) throw new Error(`one process like ${pattern}: ${JSON.stringify(processes)}`);
  return (found[0] as { pid: number }).pid;
}

/** Waits until no process is left and no port answers. @returns how long it took, ms, without what this process stood still. */
async function untilGone(stopped: Demo, ownPorts: readonly number[]): Promise<number> {
  using stalls = watchStalls();
  const fromMs = Date.now();
  const left = async (): Promise<string> => {
    const answering = [];
    for (const port of ownPorts) if (await isListening(port)) answering.push(port);
    return JSON.stringify([stopped.terminal.processes(), answering]);
  };
  await until(async () => (await left()) === '[[],[]]', {
    timeoutMs: 30_000,
    what: 'the demo to be gone',
  }).catch(async () => expect(await left(), 'processes and ports left').toBe('[[],[]]'));
  return Date.now() - fromMs - stalls.within(fromMs);
}

/** What was killed with it may still be on its way out of the list of processes. */
async function expectNothingLeft(terminal: Terminal): Promise<void> {
  const isGone = (): boolean => terminal.processes().length === 0;
  await until(isGone, { timeoutMs: GONE_MS, what: 'nothing to be left' }).catch(() => null);
  expect(terminal.processes()).toEqual([]);
}

test('npm start is ready within 10 s', async () => {
  demo = await startDemo();
  console.log(`npm start was ready after ${(demo.readyMs / 1_000).toFixed(1)} s`);
  expect(demo.readyMs).toBeLessThanOrEqual(
    process.env['RISER_TEST_STRICT'] === '1' ? READY_MS : READY_BUSY_MS,
  );
  live = await listen(demo.api);
});

test('somebody is on duty, and an alarm would be told to people by name', async () => {
  const { api } = running();
  const { items } = await api.read<{ items: readonly { username: string }[] }>('/api/v1/roster/on');
  expect(items.map(({ username }) => username)).toContain('engineer');
  const { steps } = await api.read<{ steps: readonly { id: string; people: readonly object[] }[] }>(
    '/api/v1/who?severity=high&equipment=dws-1-pump-1',
  );
  expect(steps.map(({ people }) => people.length)).not.toContain(0);
});

test('messages, attachments, policies, reports and the audit of due times are in /metrics', async () => {
  const text = String((await request(running().url, 'GET', '/metrics')).body);
  for (const name of [
    'riser_outbox_queued{channel="inbox"}',
    'riser_outbox_failed_lately',
    'riser_attachments_files',
    'riser_policies_proposed',
    'riser_public_reports_limited_total',
    'riser_engine_due_corrections_total',
  ])
    expect(text).toContain(`\n${name} 0\n`);
});

test('it says in a few lines what runs where, how to log in and what will happen next', async () => {
  const { terminal, url } = running();
  await until(() => terminal.output().includes('Ctrl-C'), { timeoutMs: 60_000, what: 'the banner' });
  const said = terminal.output();
  for (const text of [
    url,
    ...DEMO_USERS,
    DEMO_PASSWORD,
    `pump-room 127.0.0.1:${ports.pumpRoom}`,
    `sump-room 127.0.0.1:${ports.sumpRoom}`,
    `fire-pump-room 127.0.0.1:${ports.firePumpRoom}`,
    `fire-control-room 127.0.0.1:${ports.fireControlRoom}`,
    `lift-server 127.0.0.1:${ports.liftServer}`,
    `power-server 127.0.0.1:${ports.powerServer}`,
    `iot 127.0.0.1:${ports.iot}`,
    `http://127.0.0.1:${ports.simulatorControl}`,
    data.path,
    'InfluxDB',
    'in 20 s pump 1 of the booster set trips',
    'in 45 s door 3 is held open',
    'in 75 s the doors of lift 2 do not close',
    'Ctrl-C stops everything',
  ]) {
    expect(said).toContain(text);
  }
  expect(said.split('\n').length).toBeLessThan(30);
});

test('the injected fault is a ticket with everything on it within 60 s of npm start', async () => {
  const { terminal } = running();
  ticket = await until(async () => (await readTickets())[0], { timeoutMs: TICKET_MS, what: 'the ticket' });
  const ms = performance.now() - terminal.startedMs;
  console.log(`the ticket was there ${(ms / 1_000).toFixed(1)} s after npm start`);
  expect(ms).toBeLessThanOrEqual(TICKET_MS);
  expect(await readTickets()).toHaveLength(1);
  ticket = await running().api.read<TicketView>(`/api/v1/tickets/${ticket.id}`);
  expect(ticket).toMatchObject({
    number: expect.stringMatching(/^GC\d{8}-0001$/),
    source: 'equipment-alarm',
    class: 'engineering',
    priority: 'urgent',
    stage: 'dispatched',
    place: { zh: '示范大厦 地下一层 生活水泵房', en: expect.stringContaining('Domestic water pump room') },
    content: { zh: '水泵故障跳闸', en: 'Pump tripped' },
    contact: { name: { zh: '给排水班', en: 'Plumbing crew' }, method: '8801' },
    alarms: [{ key: TRIPPED }],
  });
  expect(ticket.guidance?.zh).toContain('备用泵');
});

test('its evidence holds the readings of the moment and the trend that led to it', () => {
  const points = new Map(ticket.evidence?.points.map((point) => [point.point, point]));
  expect(points.get('dws-1-pump-1/tripped')).toMatchObject({ value: 1, quality: 0 });
  expect(points.get('dws-1-pump-1/alarm-code')).toMatchObject({ value: 49, valueText: { zh: '过电流' } });
  expect(points.get('dws-1/outlet-pressure')).toMatchObject({
    quality: 0,
    valueText: { en: expect.stringMatching(/MPa$/) },
  });
  const samples = ticket.evidence?.trend?.samples ?? [];
  // The pump ran well for the seconds before: the ends of that stretch, then the trip.
  expect(samples.map(([, value]) => value)).toEqual([0, 0, 1]);
  expect((samples[2]?.[0] ?? 0) - (samples[0]?.[0] ?? 0)).toBeGreaterThan(5_000);
  expect(samples.map(([atMs]) => atMs)).toEqual(samples.map(([atMs]) => atMs).toSorted((a, b) => a - b));
});

test('its clocks run: dispatch, arrival and repair, with their warning before they are due', () => {
  const open = ticket.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null);
  expect(open.map(({ id }) => id)).toEqual(expect.arrayContaining(['dispatch', 'arrival', 'repair']));
  for (const clock of open) {
    expect(clock.startedAtMs).toBe(ticket.receivedAtMs);
    expect(clock.warnAtMs).toBeGreaterThan(clock.startedAtMs);
    expect(clock.dueAtMs).toBeGreaterThan(clock.warnAtMs ?? Number.POSITIVE_INFINITY);
  }
  const arrival = open.find(({ id }) => id === 'arrival');
  expect((arrival?.dueAtMs ?? 0) - (arrival?.startedAtMs ?? 0)).toBe(30 * 60_000);
});

test('the pressure dips, the standby pump takes over and brings it back', async () => {
  const { api } = running();
  const value = async (point: string): Promise<number | null | undefined> => {
    const equipment = point.slice(0, point.indexOf('/'));
    const { items } = await api.read<{ items: PointView[] }>(`/api/v1/points?equipment=${equipment}`);
    return items.find(({ id }) => id === point)?.value;
  };
  const isHeld = async (): Promise<boolean> =>
    (await value('dws-1-pump-2/running')) === 1 && ((await value('dws-1/outlet-pressure')) ?? 0) > 0.44;
  await until(isHeld, { timeoutMs: 90_000, what: 'the standby pump to hold the pressure' });
  await until(async () => (await value('dws-1-pump-1/running')) === 0, {
    timeoutMs: 30_000,
    what: 'the pump to stand',
  });
  const pressures = (live?.readings((point) => point === 'dws-1/outlet-pressure') ?? []).map(
    ({ value }) => value ?? 0,
  );
  const lowest = Math.min(...pressures);
  console.log(
    `outlet pressure: ${pressures[0]} MPa before, ${lowest} MPa at the lowest, ${pressures.at(-1)} MPa now`,
  );
  expect(pressures[0]).toBeGreaterThan(0.44);
  expect(lowest).toBeLessThan(0.42);
});

test('its own InfluxDB runs and gets the readings', async (context) => {
  requireTool('influxd', context);
  const { url } = running();
  const isHealthy = async (): Promise<boolean> => {
    const { parts } = (await request(url, 'GET', '/health')).body as {
      parts: { name: string; isHealthy: boolean }[];
    };
    return parts.some((part) => part.name === 'influxdb' && part.isHealthy);
  };
  await until(isHealthy, { timeoutMs: 60_000, what: 'a healthy sink' });
  const influx = /InfluxDB +(http:\S+)/.exec(running().terminal.output())?.[1] as string;
  const isStored = async (): Promise<boolean> => {
    const { body } = await request(influx, 'GET', '/query?db=riser&q=SELECT+count(tripped)+FROM+pump');
    const [result] = (body as { results: { series?: { name: string }[] }[] }).results;
    return result?.series?.[0]?.name === 'pump';
  };
  await until(isStored, { timeoutMs: 60_000, what: 'readings of the pumps' });
});

test('a gateway killed with -9 leaves no simulator and no InfluxDB behind, and their ports are free within 5 s', async () => {
  const killed = running();
  const ownPorts = portsOf(killed);
  expect(ownPorts).toHaveLength(findTool(TOOLS.influxd) === null ? 9 : 10);
  for (const port of ownPorts) expect(await isListening(port), `port ${port} before`).toBe(true);
  await live?.[Symbol.asyncDispose]();
  live = null;
  process.kill(gatewayPid(killed), 'SIGKILL');
  const ms = await untilGone(killed, ownPorts);
  console.log(`everything was gone ${Math.round(ms)} ms after kill -9 of the gateway`);
  expect(ms).toBeLessThanOrEqual(GONE_MS);
  await killed[Symbol.asyncDispose]();
});

test('started again on the same data it shows the same ticket, and the same fault again makes no second one', async () => {
  demo = await startDemo();
  expect(await readTickets()).toMatchObject([{ number: ticket.number, receivedAtMs: ticket.receivedAtMs }]);
  const occurrence = ticket.alarms[0]?.occurrence;
  await until(async () => (await readTripAlarms())[0]?.isActive === false, {
    timeoutMs: 90_000,
    what: 'the pump of the new plant to be seen without trip',
  });
  await using inject = await startRiser(['simulate', 'inject', 'dws-1-pump-1', 'trip'], {
    env: { RISER_SIM_CONTROL_PORT: String(ports.simulatorControl) },
  });
  expect(await inject.waitForExit(90_000), inject.stderr()).toMatchObject({ code: 0 });
  await until(async () => (await readTripAlarms())[0]?.isActive === true, {
    timeoutMs: 90_000,
    what: 'the trip',
  });
  expect(await readTripAlarms()).toMatchObject([{ id: occurrence, count: 2 }]);
  expect((await readTickets()).map(({ number }) => number)).toEqual([ticket.number]);
});

test('Ctrl-C ends npm start, leaves no process and keeps the records whole', async () => {
  const stopped = running();
  const ownPorts = portsOf(stopped);
  stopped.terminal.interrupt();
  const ms = await untilGone(stopped, ownPorts);
  console.log(`everything was gone ${Math.round(ms)} ms after Ctrl-C`);
  // The shell between npm and the gateway dies of the signal as well, and npm says so instead of the gateway's 0.
  const { code, signal } = await stopped.terminal.exited;
  expect([0, 'SIGINT'], stopped.terminal.output()).toContain(signal ?? code);
  expect(stopped.terminal.output()).toContain('stopping …');
  expect(stopped.terminal.output()).not.toContain('npm error');
  expect(ms).toBeLessThan(15_000);
  expect(await verifyStore(data.path)).toEqual([]);
  demo = null;
});

test('without npm Ctrl-C gives exit code 0, also when it arrives twice', async () => {
  demo = await startDemo(process.execPath, ['src/main.ts', 'demo']);
  const { terminal } = demo;
  // Simulators that do not answer make the stop last, so that the second signal surely comes before its end.
  process.kill(simulatorPid(demo), 'SIGSTOP');
  terminal.interrupt();
  await until(() => terminal.output().includes('stopping …'), {
    timeoutMs: 30_000,
    what: 'the stop to begin',
    intervalMs: 5,
  });
  terminal.interrupt();
  expect(await terminal.exited, terminal.output()).toEqual({ code: 0, signal: null });
  await expectNothingLeft(terminal);
  demo = null;
});

test('a demo whose simulators die says so and ends with 1, leaving nothing', async () => {
  demo = await startDemo(process.execPath, ['src/main.ts', 'demo']);
  const { terminal } = demo;
  process.kill(simulatorPid(demo), 'SIGKILL');
  expect(await terminal.exited, terminal.output()).toEqual({ code: 1, signal: null });
  expect(terminal.output()).toContain('the simulators have ended by themselves');
  await expectNothingLeft(terminal);
  demo = null;
});
