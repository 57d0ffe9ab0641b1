/**
 * Malformed data from the field, over the real wire of each protocol: the gateway lives, only the points concerned are
 * bad, for the reason that fits, nothing is half applied or kept from before, and the next sound message heals it.
 */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { connectAsync, type MqttClient } from 'mqtt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { request } from '../support/client.ts';
import { until } from '../support/poll.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { type Building, isProgrammed, startBuilding } from './building.ts';
import { raisedSince, toPatientOpcua } from './wire-watch.ts';

/** Publishing interval of OPC UA, one poll, and a busy machine. */
const SEEN_MS = 40_000;
const PASSWORD = 'riser-demo';
const CLIMATE = 'climate-lift-room';
const TELEMETRY = `site/demo/${CLIMATE}/telemetry`;

let building: Building;
let startedAtMs = 0;
/** Closed at the end, whatever has become of them. */
const clients = new Set<MqttClient>();

beforeAll(async () => {
  building = await startBuilding({ site: toPatientOpcua });
  startedAtMs = Date.now();
});
afterAll(async () => {
  await Promise.all([...clients].map((client) => client.endAsync(true)));
  await building?.[Symbol.asyncDispose]();
});

/** Key: point id; value: reason. */
type Expected = Readonly<Record<string, string>>;

async function readNotGood(): Promise<Expected> {
  const points = (await building.points()).filter(
    ({ id, quality }) => quality !== 'good' && isProgrammed(id),
  );
  return Object.fromEntries(points.map(({ id, qualityReason }) => [id, qualityReason]));
}

/** Waits until exactly these points are not good, for exactly these reasons. */
async function expectOnly(expected: Expected): Promise<void> {
  let found: Expected = {};
  const sort = (of: Expected): string => JSON.stringify(Object.entries(of).map(String).toSorted());
  const isSo = async (): Promise<boolean> => {
    found = await readNotGood();
    return sort(found) === sort(expected);
  };
  await until(isSo, { timeoutMs: SEEN_MS, what: 'these points to be bad' }).catch(() => null);
  expect(found).toEqual(expected);
  for (const [id, reason] of Object.entries(expected)) {
    const { value } = await building.point(id);
    const isUncertain = ['source-uncertain', 'source-time', 'unknown-state'].includes(reason);
    expect(value === null, `${id} has ${isUncertain ? 'a' : 'no'} value`).toBe(!isUncertain);
  }
}

const of = (equipment: string, names: readonly string[], reason: string): Expected =>
  Object.fromEntries(names.map((name) => [`${equipment}/${name}`, reason]));

const publish = (equipment: string, topic: string, payload: unknown): Promise<void> =>
  building.control('PUT', '/messages', { equipment, topic, payload });

async function logIn(username: string, clientId: string, password = PASSWORD): Promise<MqttClient> {
  const client = await connectAsync(`mqtt://127.0.0.1:${building.brokerPort}`, {
    clientId,
    username,
    password,
    reconnectPeriod: 0,
    connectTimeout: 30_000,
  });
  clients.add(client);
  client.on('error', () => null);
  return client;
}

const untilClosed = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once('close', () => resolve()));

const sound = () => ({ ts: Date.now(), temperature: 24.5, humidity: 50, battery: 3 });

describe('MQTT', () => {
  const ALL = ['temperature', 'humidity', 'battery'];
  const CASES: readonly (readonly [string, unknown, Expected])[] = [
    ['broken JSON', '{"temperature": 99, "humidity": 1, "battery"', of(CLIMATE, ALL, 'decode')],
    ['no JSON at all', 'temperature is fine', of(CLIMATE, ALL, 'decode')],
    ['nothing', null, of(CLIMATE, ALL, 'decode')],
    ['an array', [1, 2, 3], of(CLIMATE, ALL, 'decode')],
    ['a bare number', '21', of(CLIMATE, ALL, 'decode')],
    ['a text for a number', { temperature: '99' }, of(CLIMATE, ['temperature'], 'decode')],
    ['true for a number', { temperature: true }, of(CLIMATE, ['temperature'], 'decode')],
    ['an object for a number', { temperature: { value: 99 } }, of(CLIMATE, ['temperature'], 'decode')],
    ['a list for a number', { humidity: [99] }, of(CLIMATE, ['humidity'], 'decode')],
    [
      'null, which is how a sensor says that it failed',
      { temperature: null },
      of(CLIMATE, ['temperature'], 'sentinel'),
    ],
    [
      'what is physically impossible',
      { temperature: 5_000, humidity: -1 },
      of(CLIMATE, ['temperature', 'humidity'], 'out-of-range'),
    ],
    ['a time far in the future', { ts: Date.now() + 86_400_000 }, of(CLIMATE, ALL, 'source-time')],
  ];

  test.each(CASES)('%s', async (_, payload, expected) => {
    const isPart = typeof payload === 'object' && payload !== null && !Array.isArray(payload);
    await publish(CLIMATE, 'telemetry', isPart ? { ...sound(), ...payload } : payload);
    await expectOnly(expected);
    await publish(CLIMATE, 'telemetry', sound());
    await expectOnly({});
    expect((await building.point(`${CLIMATE}/temperature`)).value).toBe(24.5);
  });

  test('a number beyond all numbers', async () => {
    await publish(CLIMATE, 'telemetry', JSON.stringify(sound()).replace('24.5', '1e999'));
    await expectOnly(of(CLIMATE, ['temperature'], 'not-a-number'));
    await publish(CLIMATE, 'telemetry', sound());
    await expectOnly({});
  });

  test('a member that is missing takes its own point, not its neighbours', async () => {
    const { temperature: _, ...rest } = sound();
    await publish(CLIMATE, 'telemetry', rest);
    await expectOnly(of(CLIMATE, ['temperature'], 'decode'));
    await publish(CLIMATE, 'telemetry', sound());
    await expectOnly({});
  });

  test('retained junk for one door takes that door only', async () => {
    const door = 'acs-1-door-2';
    const names = ['contact', 'lock', 'alarm', 'reader', 'granted', 'denied', 'last-event', 'last-reason'];
    await publish('acs-1', 'door/2', '\u0000\u0001{"contact":"open"');
    await expectOnly(of(door, names, 'decode'));
    const last = { event: 'none', card: '', reason: 'none' };
    const state = {
      contact: 'closed',
      lock: 'locked',
      alarm: 'none',
      reader: 'online',
      granted: 1,
      denied: 0,
      last,
    };
    await publish('acs-1', 'door/2', { ...state, contact: 'ajar', ts: Date.now() });
    await expectOnly(of(door, ['contact'], 'decode'));
    await publish('acs-1', 'door/2', { ...state, ts: Date.now() });
    await expectOnly({});
  });

  test('random bytes and a payload beyond the limit make its points bad, not the broker', async () => {
    const client = await logIn(CLIMATE, 'rogue-bytes');
    const random = createRandom(testSeed());
    const bytes = Buffer.from(Array.from({ length: 500 }, () => Math.floor(random() * 256)));
    for (const payload of [bytes, Buffer.alloc(100 * 1_024, '{"temperature":1}')]) {
      await client.publishAsync(TELEMETRY, payload, { qos: 1 });
      await expectOnly(of(CLIMATE, ALL, 'decode'));
      await client.publishAsync(TELEMETRY, JSON.stringify(sound()), { qos: 1 });
      await expectOnly({});
    }
    await client.endAsync();
  });

  test('a message of megabytes, a foreign topic and a foreign client id end the client and change nothing', async () => {
    const { clients: before } = (await building.link('iot')).counters;
    const big = await logIn(CLIMATE, 'rogue-size');
    const closed = untilClosed(big);
    big.publish(TELEMETRY, Buffer.alloc(4 * 1_024 * 1_024), { qos: 0 });
    await closed;
    const thief = await logIn(CLIMATE, 'rogue-topic');
    const refused = untilClosed(thief);
    thief.publish('site/demo/leak-1/state', '{"leak":true,"broken":true,"position":5}', {
      qos: 0,
      retain: true,
    });
    await refused;
    await expect(logIn(CLIMATE, 'leak-1')).rejects.toThrow(/identifier/i);
    await expect(logIn(CLIMATE, 'rogue-password', 'guess')).rejects.toThrow(/user name|password/i);
    await expect(logIn('nobody', 'rogue-user')).rejects.toThrow(/user name|password/i);
    expect(await building.point('leak-1/leak')).toMatchObject({ value: 0, quality: 'good' });
    await expectOnly({});
    const wanted = { clients: before, oversized_packets: 1, refused_publishes: 1, refused_clients: 3 };
    let counters: Readonly<Record<string, number>> = {};
    // The broker counts a client as gone when its own end of the connection has closed.
    const isCounted = async (): Promise<boolean> => {
      ({ counters } = await building.link('iot'));
      return Object.entries(wanted).every(([name, count]) => counters[name] === count);
    };
    await until(isCounted, { timeoutMs: SEEN_MS, what: 'what the broker has counted' }).catch(() => null);
    expect(counters).toMatchObject(wanted);
  });

  test('what is no MQTT at all is cut off', async () => {
    const random = createRandom(testSeed());
    for (let round = 0; round < 20; round++) {
      const socket = connectSocket(building.brokerPort, '127.0.0.1');
      socket.on('error', () => null);
      socket.resume();
      const closed = once(socket, 'close');
      socket.end(Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256))));
      await closed;
    }
    await expectOnly({});
  });
});

describe('OPC UA', () => {
  const CASES: readonly (readonly [string, object, Expected])[] = [
    [
      'a text for a number',
      { name: 'CarPosition', type: 'String', value: 'three' },
      { 'lift-1/car-position': 'decode' },
    ],
    ['true for a number', { name: 'Load', type: 'Boolean', value: true }, { 'lift-1/load': 'decode' }],
    [
      'a number for a boolean',
      { name: 'AtLanding', type: 'Double', value: 7.5 },
      { 'lift-1/at-landing': 'decode' },
    ],
    ['not a number', { name: 'Load', value: 'NaN' }, { 'lift-1/load': 'not-a-number' }],
    ['infinity', { name: 'Speed', value: 'Infinity' }, { 'lift-1/speed': 'not-a-number' }],
    ['what is physically impossible', { name: 'Load', value: 1e6 }, { 'lift-1/load': 'out-of-range' }],
    ['a state that nobody has declared', { name: 'Mode', value: 99 }, { 'lift-1/mode': 'unknown-state' }],
    [
      'a failed sensor',
      { name: 'Load', value: 20, status: 'BadSensorFailure' },
      { 'lift-1/load': 'sentinel' },
    ],
    [
      'a source that the server has lost',
      { name: 'Load', value: 20, status: 'BadNoCommunication' },
      { 'lift-1/load': 'comm-loss' },
    ],
    [
      'a value that the server doubts',
      { name: 'Load', value: 20, status: 'UncertainLastUsableValue' },
      { 'lift-1/load': 'source-uncertain' },
    ],
  ];

  test.each(CASES)('%s', async (_, variable, expected) => {
    await building.control('PUT', '/variables', { equipment: 'lift-1', ...variable });
    await expectOnly(expected);
    await building.control('PUT', '/variables', { equipment: 'lift-1', ...variable, value: null });
    await expectOnly({});
  });
});

describe('Modbus', () => {
  const put = (equipment: string, table: string, address: number, value: number | null): Promise<void> =>
    building.control('PUT', '/registers', { equipment, table, address, value });

  test.each([
    ['0xFFFF for no value', 0xffff, 'sentinel'],
    ['what is physically impossible', 0xfffe, 'out-of-range'],
  ])('%s', async (_, value, reason) => {
    await put('fire-tank-1', 'input', 0, value);
    await expectOnly({ 'fire-tank-1/level': reason });
    await put('fire-tank-1', 'input', 0, null);
    await expectOnly({});
  });
});

test('the gateway has lived through all of it, and no alarm has come of it', async () => {
  expect((await request(building.gateway.url, 'GET', '/ready')).status).toBe(200);
  expect(building.gateway.process.stderr()).not.toMatch(/"level":[56]0/);
  expect(raisedSince(building, startedAtMs)).toEqual([]);
  for (const id of ['iot', 'lift-server', 'fire-pump-room'] as const) {
    expect(await building.link(id)).toMatchObject({ state: 'online', counters: { reconnects: 0 } });
  }
});
