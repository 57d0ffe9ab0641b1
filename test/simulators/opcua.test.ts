/** The OPC UA server of the simulators, read by a real client; two endpoints side by side. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  type DataValue,
  OPCUAClient,
  TimestampsToReturn,
} from 'node-opcua-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Variable } from '../../simulators/devices/device.ts';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { createOpcuaServer, type OpcuaServer } from '../../simulators/opcua/server.ts';
import { until } from '../support/poll.ts';

const log = createFrameLog(() => Date.now());
const lift = new Map<string, Variable>([
  ['Load', { type: 'Double', value: 12.5 }],
  ['Mode', { type: 'Int32', value: 1 }],
  ['AtLanding', { type: 'Boolean', value: true }],
  ['Text', { type: 'String', value: 'a' }],
]);
const still = new Map(lift);
const meter = new Map<string, Variable>([['Energy', { type: 'Double', value: 7 }]]);
let lifts: OpcuaServer;
let power: OpcuaServer;
let client: OPCUAClient;
let session: ClientSession;
let liftPort: number;

beforeAll(async () => {
  lifts = createOpcuaServer({
    endpoint: 'lift-server',
    namespace: 'urn:riser:demo:lifts',
    objects: () => [
      { id: 'lift-1', variables: lift },
      { id: 'lift-2', variables: still },
    ],
    log,
  });
  power = createOpcuaServer({
    endpoint: 'power-server',
    namespace: 'urn:riser:demo:power',
    objects: () => [{ id: 'msb-1', variables: meter }],
    log,
  });
  [liftPort] = await Promise.all([lifts.listen(0), power.listen(0)]);
  client = OPCUAClient.create({ endpointMustExist: false, connectionStrategy: { maxRetry: 1 } });
  await client.connect(`opc.tcp://127.0.0.1:${liftPort}/`);
  session = await client.createSession();
}, 240_000);

afterAll(async () => {
  await session?.close();
  await client?.disconnect();
  await Promise.all([lifts?.close(), power?.close()]);
});

/** By the URI of its namespace, as clients must. */
async function toNodeId(identifier: string): Promise<string> {
  const index = (await session.readNamespaceArray()).indexOf('urn:riser:demo:lifts');
  return `ns=${index};s=${identifier}`;
}

async function read(identifier: string): Promise<DataValue> {
  return session.read({ nodeId: await toNodeId(identifier), attributeId: AttributeIds.Value });
}

describe('its variables', () => {
  it('are read with value, type and time under s=<device>.<name>', async () => {
    const value = await read('lift-1.Load');
    expect(value.value.value).toBe(12.5);
    expect(value.statusCode.name).toBe('Good');
    expect(Math.abs(Date.now() - (value.sourceTimestamp?.getTime() ?? 0))).toBeLessThan(60_000);
    expect((await read('lift-1.Mode')).value.toString()).toContain('Int32');
    expect((await read('lift-2.AtLanding')).value.value).toBe(true);
    expect((await read('lift-1.Text')).value.value).toBe('a');
  });

  it('that are not there are unknown, as are those of the other server', async () => {
    expect((await read('lift-3.Load')).statusCode.name).toBe('BadNodeIdUnknown');
    expect((await read('msb-1.Energy')).statusCode.name).toBe('BadNodeIdUnknown');
    expect(await session.readNamespaceArray()).not.toContain('urn:riser:demo:power');
  });

  it('cannot be written', async () => {
    const nodeId = await toNodeId('lift-1.Mode');
    const value = { value: { dataType: 'Int32', value: 8 } };
    const status = await session.write({ nodeId, attributeId: AttributeIds.Value, value });
    expect(status.isGood()).toBe(false);
    expect((await read('lift-1.Mode')).value.value).toBe(1);
  });
});

describe('changes', () => {
  it('reach a subscription, each once, and the log', async () => {
    const subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: 50,
      requestedLifetimeCount: 1_000,
      requestedMaxKeepAliveCount: 10,
      publishingEnabled: true,
    });
    const seen: unknown[] = [];
    const item = await subscription.monitor(
      { nodeId: await toNodeId('lift-1.Load'), attributeId: AttributeIds.Value },
      { samplingInterval: 0, queueSize: 10, discardOldest: true },
      TimestampsToReturn.Both,
    );
    item.on('changed', (value: DataValue) => seen.push(value.value.value));
    await until(() => seen.length === 1, { timeoutMs: 15_000, what: 'first value' });
    lift.set('Load', { type: 'Double', value: 40 });
    lifts.refresh();
    lifts.refresh();
    lift.set('Load', { type: 'Double', value: 41 });
    lifts.refresh();
    await until(() => seen.length >= 3, { timeoutMs: 15_000, what: 'changes' });
    expect(seen).toEqual([12.5, 40, 41]);
    expect(log.list().filter(({ endpoint }) => endpoint === 'lift-server')).toMatchObject([
      { equipment: 'lift-1', changes: { Load: 40 } },
      { equipment: 'lift-1', changes: { Load: 41 } },
    ]);
    expect(lifts.counters()).toMatchObject({ sessions: 1, subscriptions: 1, variables: 8, changesShown: 2 });
    await subscription.terminate();
  });

  const statuses = ['UncertainLastUsableValue', 'BadSensorFailure', 'BadNoCommunication', 'Good'] as const;
  for (const status of statuses) {
    it(`of the status are shown: ${status}`, async () => {
      lift.set('Load', { type: 'Double', value: 41, status });
      lifts.refresh();
      expect((await read('lift-1.Load')).statusCode.name).toBe(status);
    });
  }

  it('of the type are shown, and back, and what is no number', async () => {
    lift.set('Load', { type: 'String', value: 'forty' });
    lifts.refresh();
    expect((await read('lift-1.Load')).value.value).toBe('forty');
    lift.set('Load', { type: 'Double', value: Number.NaN });
    lifts.refresh();
    const shown = lifts.counters()['changesShown'];
    lifts.refresh();
    expect((await read('lift-1.Load')).value.value).toBeNaN();
    expect(lifts.counters()['changesShown']).toBe(shown);
  });
});

it('keeps its keys in a temporary folder that goes with it', async () => {
  const own = () => readdirSync(tmpdir()).filter((name) => name.startsWith('riser-simulator-'));
  const before = own();
  const third = createOpcuaServer({ endpoint: 'third', namespace: 'urn:a', objects: () => [], log });
  await third.listen(0);
  const mine = own().filter((name) => !before.includes(name));
  expect(mine.length).toBeGreaterThan(0);
  await third.close();
  // Other tests may run beside this one and have theirs.
  expect(own().filter((name) => mine.includes(name)).length).toBeLessThan(mine.length);
});

it('cannot have a port that is in use, and says so', async () => {
  const second = createOpcuaServer({
    endpoint: 'second',
    namespace: 'urn:a',
    objects: () => [],
    log,
  });
  await expect(second.listen(liftPort)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await second.close();
});

it('closes twice as once', async () => {
  await power.close();
  await power.close();
});
