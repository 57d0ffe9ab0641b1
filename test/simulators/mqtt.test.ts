/** The MQTT clients of simulated devices against a real broker: what it sees come, stay and vanish. */
import { createServer, type Server } from 'node:net';
import { Aedes, type AedesPublishPacket } from 'aedes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../simulators/devices/device.ts';
import { createFrameLog, type FrameLog } from '../../simulators/frame-log.ts';
import { MQTT_LIMITS } from '../../simulators/mqtt/client.ts';
import { createMqttEndpoint, type MqttEndpoint } from '../../simulators/mqtt/endpoint.ts';
import type { MqttObject } from '../../simulators/simulation.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';

const DOOR: Message = { topic: 'door/1', payload: { contact: 'closed' }, isRetained: true, repeatMs: null };
const DEADLINE_MS = 20_000;

interface Broker {
  readonly port: number;
  /** `user:password` of those who came. */
  readonly logins: string[];
  /** `topic payload` and a flag for each message, in order. */
  readonly seen: string[];
  close(): Promise<void>;
}

let broker: Broker | null;
let endpoint: MqttEndpoint | null;
let timer: NodeJS.Timeout | undefined;
let log: FrameLog;
/** What the devices are now; tests change it. */
let objects: readonly MqttObject[];

beforeEach(() => {
  broker = null;
  endpoint = null;
  log = createFrameLog(() => Date.now());
  objects = [{ id: 'acs-1', isConnected: true, messages: [DOOR] }];
});

afterEach(async () => {
  clearInterval(timer);
  endpoint?.close();
  await broker?.close();
});

async function startBroker(ownPort?: number, isAcknowledging = true): Promise<Broker> {
  const port = ownPort ?? (await freePort());
  const aedes = await Aedes.createBroker();
  const logins: string[] = [];
  const seen: string[] = [];
  aedes.authenticate = (_client, user, password, done) => {
    logins.push(`${user}:${password?.toString()}`);
    done(null, password?.toString() === 'riser-demo');
  };
  if (!isAcknowledging) {
    // A broker that takes messages and never says so.
    aedes.authorizePublish = () => {};
  }
  aedes.on('publish', (packet: AedesPublishPacket) => {
    if (packet.topic.startsWith('$SYS')) return;
    seen.push(`${packet.topic} ${packet.payload.toString()}${packet.retain ? ' retained' : ''}`);
  });
  const server: Server = createServer(aedes.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    logins,
    seen,
    close: () =>
      new Promise((resolve) => {
        aedes.close(() => server.close(() => resolve()));
      }),
  };
}

function startDevices(port: number): MqttEndpoint {
  endpoint = createMqttEndpoint({
    endpoint: 'iot',
    port,
    password: 'riser-demo',
    objects: () => objects,
    log,
    nowMs: () => Date.now(),
  });
  timer = setInterval(() => endpoint?.refresh(), 20);
  return endpoint;
}

function change(parts: Partial<MqttObject>): void {
  objects = objects.map((each) => ({ ...each, ...parts }));
}

function untilSeen(pattern: RegExp, count = 1): Promise<true> {
  const isThere = (): boolean => (broker?.seen.filter((line) => pattern.test(line)).length ?? 0) >= count;
  return until(isThere, { timeoutMs: DEADLINE_MS, what: String(pattern) });
}

describe('a device', () => {
  it('logs in as itself, says that it is there, then publishes its whole state, retained', async () => {
    broker = await startBroker();
    const running = startDevices(broker.port);
    await untilSeen(/door/);
    expect(broker.logins).toEqual(['acs-1:riser-demo']);
    expect(broker.seen[0]).toBe('site/demo/acs-1/status {"online":true} retained');
    expect(broker.seen[1]).toMatch(
      /^site\/demo\/acs-1\/door\/1 \{"contact":"closed","ts":\d{13}\} retained$/,
    );
    expect(running.counters()).toMatchObject({ connected: 1, connectionsMade: 1, published: 2 });
    expect(log.list()).toMatchObject([
      { endpoint: 'iot', equipment: 'acs-1', changes: { status: '{"online":true}' } },
      { endpoint: 'iot', equipment: 'acs-1', changes: { 'door/1': expect.stringContaining('closed') } },
    ]);
  });

  it('publishes what changes, once', async () => {
    broker = await startBroker();
    startDevices(broker.port);
    await untilSeen(/closed/);
    change({ messages: [{ ...DOOR, payload: { contact: 'open' } }] });
    await untilSeen(/"open"/);
    change({ messages: [{ ...DOOR, payload: { contact: 'closed' } }] });
    await untilSeen(/closed/, 2);
    expect(broker.seen).toHaveLength(4);
  });

  it('that loses its power leaves its will, and its whole state when it is back', async () => {
    broker = await startBroker();
    const running = startDevices(broker.port);
    await untilSeen(/door/);
    change({ isConnected: false });
    await untilSeen(/status \{"online":false\} retained/);
    expect(running.counters().connected).toBe(0);
    expect(running.publish('acs-1', 'door/1', 'x')).toBe('not-connected');
    change({ isConnected: true });
    await untilSeen(/status \{"online":true\}/, 2);
    await untilSeen(/door/, 2);
  });

  it('that does not say who it is right is refused and tries again', async () => {
    broker = await startBroker();
    const running = createMqttEndpoint({
      endpoint: 'iot',
      port: broker.port,
      password: 'wrong',
      objects: () => objects,
      log,
      nowMs: () => Date.now(),
    });
    endpoint = running;
    timer = setInterval(() => running.refresh(), 20);
    const isRefused = (): boolean => running.counters().connectionsFailed >= 2;
    await until(isRefused, { timeoutMs: DEADLINE_MS, what: 'second refusal' });
    expect(broker.seen).toEqual([]);
    expect(running.counters().connected).toBe(0);
  });
});

describe('a broker', () => {
  it('that is not there yet is dialled every second until it is', async () => {
    const port = await freePort();
    const running = startDevices(port);
    const hasFailed = (): boolean => running.counters().connectionsFailed >= 1;
    await until(hasFailed, { timeoutMs: DEADLINE_MS, what: 'a failed attempt' });
    broker = await startBroker(port);
    await untilSeen(/door/);
    expect(running.counters().connected).toBe(1);
  });

  it('that restarts gets the whole state again, and nothing older after it', async () => {
    broker = await startBroker();
    const { port } = broker;
    const running = startDevices(port);
    await untilSeen(/closed/);
    await broker.close();
    change({ messages: [{ ...DOOR, payload: { contact: 'open' } }] });
    broker = await startBroker(port);
    await untilSeen(/"open"/);
    expect(broker.seen.map((line) => line.split(' ')[0])).toEqual([
      'site/demo/acs-1/status',
      'site/demo/acs-1/door/1',
    ]);
    expect(running.counters().connectionsCut).toBe(1);
  });

  it('that acknowledges nothing is sent no more than the limit', async () => {
    broker = await startBroker(undefined, false);
    let at = 0;
    const running = startDevices(broker.port);
    const grow = setInterval(() => change({ messages: [{ ...DOOR, payload: { at: at++ } }] }), 5);
    try {
      const isDeferred = (): boolean => running.counters().roundsDeferred >= 5;
      await until(isDeferred, { timeoutMs: DEADLINE_MS, what: 'deferred rounds' });
    } finally {
      clearInterval(grow);
    }
    expect(running.counters().published).toBe(MQTT_LIMITS.unacknowledged);
  });

  it('of port 0 is none: nobody dials', () => {
    const running = startDevices(0);
    for (let round = 0; round < 5; round++) running.refresh();
    expect(running.counters()).toMatchObject({ connectionsMade: 0, connectionsFailed: 0 });
  });
});

describe('raw messages', () => {
  it('go out as they are, retained where the device retains that topic', async () => {
    broker = await startBroker();
    const running = startDevices(broker.port);
    await untilSeen(/door/);
    expect(running.publish('acs-1', 'door/1', '{"contact":')).toBe('done');
    expect(running.publish('acs-1', 'strange', '')).toBe('done');
    await untilSeen(/strange/);
    expect(broker.seen.slice(2)).toEqual([
      'site/demo/acs-1/door/1 {"contact": retained',
      'site/demo/acs-1/strange ',
    ]);
    expect(running.publish('nobody', 'door/1', '{}')).toBe('not-connected');
  });
});
