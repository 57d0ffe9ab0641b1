/** The way to a device by TCP: backup host, devices that take one connection, what is kept from one to the next. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { toSamples } from '../../../src/acquisition/samples.ts';
import type { PollConnection, PollRequest } from '../../../src/drivers/driver.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { toModbusLink } from '../../../src/drivers/modbus/schema.ts';
import { createTcpWire } from '../../../src/drivers/modbus/wires/tcp.ts';
import { createTestLink, createTestModel } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import {
  answerAddresses,
  type FakeServer,
  type FakeServerOptions,
  type Responder,
  startFakeServer,
  staySilent,
} from './fake-server.ts';

const never = new AbortController().signal;
const model = createTestModel({
  equipment: [
    { id: 'meter', device: { unit: 1 }, points: [{ name: 'a', address: { table: 'holding', address: 5 } }] },
  ],
});

const servers: FakeServer[] = [];
const connections: PollConnection[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const connection of connections.splice(0)) connection.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(respond: Responder = answerAddresses, options?: FakeServerOptions): Promise<FakeServer> {
  const server = await startFakeServer(respond, options);
  servers.push(server);
  return server;
}

/** A link with its driver: `open` is what acquisition does for each attempt. */
function createSite(port: number, options: object = {}) {
  const driver = createModbusDriver();
  const link = createTestLink('link', { port, connectTimeoutMs: 20_000, ...options });
  const [planned] = driver.plan(link, model.points, ({ equipment }) => model.equipment.get(equipment)!);
  const request: PollRequest = { ...planned!, timeoutMs: 20_000 };
  const hasty: PollRequest = { ...request, timeoutMs: 100 };
  const losses: string[] = [];
  async function open(): Promise<PollConnection> {
    const connection = driver.open(link, (reason) => losses.push(reason));
    connections.push(connection);
    await connection.connect(never);
    return connection;
  }
  const read = async (connection: PollConnection) => toSamples(await connection.read(request, never));
  /** Of a device that does not answer. */
  const readInVain = (connection: PollConnection) => connection.read(hasty, never);
  return { open, losses, read, readInVain };
}

const toBackup = ({ port }: FakeServer) => ({ backup: { host: '127.0.0.1', port } });

describe('a backup host', () => {
  it('is left alone while the host can be reached', async () => {
    const [host, backup] = [await serve(), await serve()];
    const { open, read } = createSite(host.port, toBackup(backup));
    const connection = await open();
    expect(await read(connection)).toMatchObject([{ value: 5 }]);
    expect([host.accepted, backup.accepted]).toEqual([1, 0]);
    expect(connection.stats()).toMatchObject({ failovers: 0 });
  });

  it('is tried at once when the host refuses, and given up for the host when that is back', async () => {
    const [host, backup] = [await serve(), await serve()];
    const { open, read } = createSite(host.port, toBackup(backup));
    await host.cut();
    const connection = await open();
    expect(await read(connection)).toMatchObject([{ value: 5 }]);
    expect(connection.stats()).toMatchObject({ failovers: 1 });
    connection.close();
    await host.restore();
    await read(await open());
    expect([host.accepted, backup.accepted]).toEqual([1, 1]);
  });

  it('is tried when the host does not answer to connecting', async () => {
    const [host, backup] = [await serve(), await serve()];
    const { open, read } = createSite(host.port, { ...toBackup(backup), connectTimeoutMs: 20_000 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const opening = open();
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    expect(await read(await opening)).toMatchObject([{ value: 5 }]);
    expect(backup.accepted).toBe(1);
  });

  it('takes the port of the host when it names none', async () => {
    const host = await serve();
    const name = '127.0.0.2';
    const link = toModbusLink({ host: name, port: host.port, backup: { host: '127.0.0.1' } });
    const wire = createTcpWire(link);
    const stream = await wire.open(never);
    stream.destroy();
    expect(wire.name).toBe(`127.0.0.1:${host.port}`);
  });

  it('comes first after the host took the connection and answered nothing', async () => {
    const [host, backup] = [await serve(staySilent), await serve()];
    const { open, read, readInVain } = createSite(host.port, toBackup(backup));
    const mute = await open();
    await expect(readInVain(mute)).rejects.toMatchObject({ code: 'timeout' });
    mute.close();
    const connection = await open();
    expect(await read(connection)).toMatchObject([{ value: 5 }]);
    expect([host.accepted, backup.accepted]).toEqual([1, 1]);
  });

  it('comes first after the host hung up before anything was asked', async () => {
    const [host, backup] = [await serve(), await serve()];
    const { open, read, losses } = createSite(host.port, toBackup(backup));
    await open();
    await until(() => host.sockets.size === 1, { timeoutMs: 15_000, what: 'the connection' });
    for (const socket of host.sockets) socket.resetAndDestroy();
    await until(() => losses.length === 1, { timeoutMs: 15_000, what: 'the loss' });
    await read(await open());
    expect([host.accepted, backup.accepted]).toEqual([1, 1]);
  });

  it('gives way to the host again when it is mute itself', async () => {
    const [host, backup] = [await serve(staySilent), await serve(staySilent)];
    const { open, readInVain } = createSite(host.port, toBackup(backup));
    for (let attempt = 0; attempt < 4; attempt++) {
      const connection = await open();
      await readInVain(connection).catch(() => null);
      connection.close();
    }
    await until(() => host.accepted + backup.accepted === 4, { timeoutMs: 15_000, what: 'the connections' });
    expect([host.accepted, backup.accepted]).toEqual([2, 2]);
  });

  it('that refuses as well: the reason names both', async () => {
    const [first, second] = [await freePort(), await freePort()];
    const { open } = createSite(first, { backup: { host: '127.0.0.1', port: second } });
    await expect(open()).rejects.toMatchObject({
      code: 'connect-failed',
      message: `connect refused by 127.0.0.1:${first}; connect refused by 127.0.0.1:${second}`,
    });
  });

  it('is not tried after stopping', async () => {
    const backup = await serve();
    const link = toModbusLink({ host: '127.0.0.1', port: await freePort(), ...toBackup(backup) });
    await expect(createTcpWire(link).open(AbortSignal.abort())).rejects.toMatchObject({ code: 'stopped' });
    expect(backup.accepted).toBe(0);
  });
});

describe('a device that takes one connection', () => {
  it('is reached again after a loss', async () => {
    const server = await serve(answerAddresses, { maxConnections: 1 });
    const { open, read, losses } = createSite(server.port);
    for (let round = 0; round < 5; round++) {
      const connection = await open();
      expect(await read(connection)).toMatchObject([{ value: 5 }]);
      for (const socket of server.sockets) socket.resetAndDestroy();
      await until(() => losses.length === round + 1, { timeoutMs: 15_000, what: 'the loss' });
      connection.close();
    }
    expect([server.accepted, server.refused]).toEqual([5, 0]);
  });

  it('is not asked for a second connection while ours is open: connecting waits for its close', async () => {
    const server = await serve(answerAddresses, { maxConnections: 1 });
    const { open, read } = createSite(server.port);
    const first = await open();
    const second = open();
    await read(first);
    await read(first);
    expect([server.accepted, server.refused]).toEqual([1, 0]);
    first.close();
    await second;
    await until(() => server.accepted + server.refused === 2, { timeoutMs: 15_000, what: 'the second' });
  });

  it('a connection that is held by mistake keeps nobody waiting for good', async () => {
    const server = await serve();
    const { open, read } = createSite(server.port);
    const held = await open();
    const startMs = performance.now();
    const second = await open();
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(990);
    expect(await read(second)).toMatchObject([{ value: 5 }]);
    held.close();
  });
});

describe('closing', () => {
  it('frees the socket at once, even with a request on its way', async () => {
    const server = await serve(staySilent);
    const { open, read } = createSite(server.port);
    const connection = await open();
    const reading = read(connection);
    connection.close();
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'the socket to close' });
  });
});
