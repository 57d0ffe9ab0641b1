/**
 * Many connections one after the other, ended in every way: whoever leaves a socket, a timer, a listener or
 * memory behind with each of them takes a gateway down after a month of a loose plug.
 */
import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import { createMqttDriver } from '../../src/drivers/mqtt/driver.ts';
import { createTestLink } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { freePort } from '../support/ports.ts';
import { createWire, type Wire } from '../support/wire.ts';
import { startFakeServer } from './modbus/fake-server.ts';
import {
  createMqttLink,
  createMqttModel,
  createSensor,
  createSink,
  open as openMqtt,
  silentLog,
} from './mqtt/support.ts';
import { startOpcuaServer } from './opcua/server.ts';
import { at, createSite, listen, NAMESPACE } from './opcua/site.ts';

/** Before anything is measured: libraries are loaded and their caches filled. */
const WARM_ROUNDS = 12;
/** What one connection may leave on average: compiled code and noise. One whole connection is 50 kB and more. */
const MAX_BYTES_EACH = 16_000;

/** One connection from opening to close. */
type Round = (round: number, signal: AbortSignal) => Promise<void>;

const closing: (() => PromiseLike<unknown>)[] = [];
const warnings: string[] = [];
let collect: () => void = () => {};

beforeAll(() => {
  setFlagsFromString('--expose-gc');
  collect = runInNewContext('gc') as () => void;
  process.on('warning', ({ message }) => warnings.push(message));
});

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function heapBytes(): Promise<number> {
  // Finalizers run in between.
  for (let pass = 0; pass < 3; pass++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

async function expectNothingLeft(rounds: number, round: Round): Promise<void> {
  const { signal } = new AbortController();
  for (let number = 0; number < WARM_ROUNDS; number++) await round(number, signal);
  const before = { sockets: sockets(), timers: timers(), bytes: await heapBytes() };
  for (let number = 0; number < rounds; number++) await round(number, signal);
  const isQuiet = () => sockets() <= before.sockets && timers() <= before.timers + 1;
  await until(isQuiet, {
    timeoutMs: 15_000,
    what: `no socket and no timer left (${sockets()}, ${timers()})`,
  });
  // What has just been closed may be held for a moment; what leaks is held for good.
  const isFree = async () => ((await heapBytes()) - before.bytes) / rounds < MAX_BYTES_EACH;
  await until(isFree, { timeoutMs: 15_000, what: `less than ${MAX_BYTES_EACH} bytes a round` });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(warnings).toEqual([]);
}

async function throughWire(port: number): Promise<Wire> {
  const wire = await createWire(port);
  closing.push(() => wire[Symbol.asyncDispose]());
  return wire;
}

it('of Modbus leave nothing behind', async () => {
  const server = await startFakeServer();
  closing.push(() => server.close());
  const link = createTestLink('link', { host: '127.0.0.1', port: server.port, timeoutMs: 1_000 });
  await expectNothingLeft(300, async (round, signal) => {
    const connection = createModbusDriver().open(link, () => {});
    const connected = connection.connect(signal).catch(() => null);
    if (round % 2 === 0) await connected;
    connection.close();
    await connected;
  });
});

it('of MQTT leave nothing behind, neither the client nor the broker', async () => {
  const port = await freePort();
  await openMqtt(createMqttModel([]), { listen: { host: '127.0.0.1', port } });
  const wire = await throughWire(port);
  const model = createMqttModel([createSensor('a')]);
  const driver = createMqttDriver({ log: silentLog });
  const link = createMqttLink({ url: `mqtt://127.0.0.1:${wire.port}` });
  const equipmentOf = () => [...model.equipment.values()][0]!;
  await expectNothingLeft(150, async (round, signal) => {
    const sink = createSink(model);
    const connection = driver.open(link, model.points, equipmentOf, sink);
    const connected = connection.connect(signal).catch(() => null);
    if (round % 3 !== 2) await connected;
    if (round % 3 === 1) {
      wire.cut();
      await until(() => sink.losses.length > 0, { timeoutMs: 15_000, what: 'the loss', intervalMs: 1 });
      wire.restore();
    }
    await connection.close();
    await connected;
  });
});

it('of OPC UA leave nothing behind', { timeout: 240_000 }, async () => {
  const server = await startOpcuaServer({
    namespace: NAMESPACE,
    variables: { load: { type: 'Double', value: 4 } },
  });
  closing.push(() => server.stop());
  const model = createSite(server.url, [at('load')]);
  await expectNothingLeft(24, async (round, signal) => {
    const { connection, lost } = listen(model);
    const connected = connection.connect(signal).catch(() => null);
    if (round % 3 !== 2) await connected;
    if (round % 3 === 1) {
      server.closeSessions();
      await until(() => lost.length > 0, { timeoutMs: 15_000, what: 'the loss', intervalMs: 1 });
    }
    await connection.close();
    await connected;
  });
  const isClosed = () => server.sessions() === 0 && server.subscriptions() === 0;
  await until(isClosed, { timeoutMs: 15_000, what: 'no session and no subscription left' });
});
