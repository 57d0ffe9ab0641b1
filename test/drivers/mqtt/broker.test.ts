/** The gateway's own broker: who gets in, what clients may do, and that none of them can harm it or the others. */
import type { Socket } from 'node:net';
import { createServer } from 'node:net';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { createRandom, randomInteger, testSeed } from '../../support/seed.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import {
  connectDevice,
  connectRaw,
  createMqttModel,
  createSensor,
  eventually,
  type Opened,
  open,
  prepare,
  publish,
} from './support.ts';

const model = createMqttModel([createSensor('a'), createSensor('b')]);
const values = { temperature: 21.5, humidity: 40 };
const never = new AbortController().signal;
const users = [
  { name: 'a', password: 'secret-a', topics: ['site/a/#'] },
  { name: 'b', password: 'secret-b', topics: ['site/b/+'] },
];
const userA = { username: 'a', password: 'secret-a' };
const userB = { username: 'b', password: 'secret-b' };

async function start(listen: object = {}, options: object = {}): Promise<Opened & { readonly port: number }> {
  const port = await freePort();
  return { ...(await open(model, { listen: { host: '127.0.0.1', port, ...listen }, ...options })), port };
}

/** Whether somebody who does everything right gets through. */
async function expectAlive(
  { sink, port }: Opened & { readonly port: number },
  login: object = {},
): Promise<void> {
  const device = await connectDevice(port, login);
  const temperature = Math.random();
  await publish(device, 'site/a/telemetry', { temperature, humidity: 1 });
  await eventually(() => sink.state()['a/temperature'] === temperature, 'values of a sound client');
  expect(sink.losses).toEqual([]);
}

describe('who gets in', () => {
  it('nobody without the right password', async () => {
    const rig = await start({ users });
    for (const login of [
      {},
      { username: 'a' },
      { ...userA, password: 'secret-b' },
      { username: 'c', password: '' },
    ]) {
      await expect(connectDevice(rig.port, login)).rejects.toThrow(/Bad username or password/);
    }
    expect(rig.counter('refused_clients')).toBe(4);
    await expectAlive(rig, userA);
  });

  it('nobody under the client id of another user', async () => {
    const rig = await start({ users });
    const device = await connectDevice(rig.port, { ...userA, clientId: 'same' });
    await expect(connectDevice(rig.port, { ...userB, clientId: 'same' })).rejects.toThrow(
      /Identifier rejected/,
    );
    expect(device.connected).toBe(true);
  });

  it('the same device once more: the older connection ends, and its points come back', async () => {
    const { sink, port, counter } = await start({ users });
    const will = {
      topic: 'site/a/status',
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    };
    const older = await connectDevice(port, { ...userA, clientId: 'same', will });
    const newer = await connectDevice(port, { ...userA, clientId: 'same', will });
    await eventually(() => !older.connected, 'the end of the older connection');
    await publish(newer, 'site/a/status', { online: true }, true);
    await publish(newer, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    expect([sink.reason(), counter('clients')]).toEqual([null, 1]);
  });

  it('nobody with a will outside of its topics', async () => {
    const { port } = await start({ users });
    const will = {
      topic: 'site/a/status',
      payload: Buffer.from('{"online":false}'),
      qos: 1 as const,
      retain: true,
    };
    await expect(connectDevice(port, { ...userB, will })).rejects.toThrow(/Not authorized/);
  });

  it('by TLS, with a certificate from files or from the configuration', async () => {
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'riser' }]);
    const { sink, port } = await start({ tls: { cert, key } });
    const device = await connectDevice(port, { protocol: 'mqtts', rejectUnauthorized: false });
    await publish(device, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    const plain = await connectRaw(port);
    plain.write('not TLS');
    await new Promise((resolve) => plain.once('close', resolve));
  });

  it('not those who say nothing: they are cut off', async () => {
    const { port } = await start({}, { connectTimeoutMs: 100 });
    const socket = await connectRaw(port);
    socket.resume();
    await new Promise((resolve) => socket.once('close', resolve));
    expect(socket.destroyed).toBe(true);
  });
});

describe('what clients may do', () => {
  it('publish only to topics of their user, or their connection ends', async () => {
    const rig = await start({ users });
    const refused = ['site/a/telemetry', '$SYS/x', 'site/b/c/d', 'site/c'];
    for (const topic of refused) {
      const device = await connectDevice(rig.port, userB);
      device.publish(topic, JSON.stringify(values), { qos: 1 });
      await eventually(() => !device.connected, `the end after ${topic}`);
    }
    expect(rig.counter('refused_publishes')).toBe(refused.length);
    expect(rig.sink.state()).toEqual({});
    await expectAlive(rig, userA);
  });

  it('read only topics of their user', async () => {
    const { port, counter } = await start({ users });
    const device = await connectDevice(port, userA);
    const refused = ['#', 'site/#', 'site/+/telemetry', 'site/b/status', '$SYS/#', '+/a/status'];
    for (const filter of refused) await expect(device.subscribeAsync(filter)).rejects.toThrow();
    expect(counter('refused_subscriptions')).toBe(refused.length);
    for (const filter of ['site/a/#', 'site/a/+', 'site/a/status', 'site/a'])
      await device.subscribeAsync(filter);
  });

  it('without users everything but the topics of the broker', async () => {
    const { port, counter } = await start();
    const device = await connectDevice(port);
    device.publish('$SYS/x', 'y', { qos: 1 });
    await eventually(() => !device.connected, 'the end');
    expect(counter('refused_publishes')).toBe(1);
  });

  it('subscribe to so many filters and no more', async () => {
    const { port } = await start();
    const device = await connectDevice(port);
    for (let at = 0; at < 200; at++) await device.subscribeAsync(`x/${at}`);
    await expect(device.subscribeAsync('x/200')).rejects.toThrow();
    await device.unsubscribeAsync('x/0');
    await device.subscribeAsync('x/200');
  });

  it('leave no session behind', async () => {
    const { port } = await start();
    const first = await connectDevice(port, { clean: false, clientId: 'panel' });
    await first.subscribeAsync('x/#', { qos: 1 });
    await first.endAsync();
    await publish(await connectDevice(port), 'x/y', 'meanwhile');
    const second = await connectDevice(port, { clean: false, clientId: 'panel' });
    const got: string[] = [];
    second.on('message', (_topic, payload) => void got.push(payload.toString()));
    await second.subscribeAsync('x/#', { qos: 1 });
    await publish(second, 'x/y', 'now');
    await eventually(() => got.length > 0, 'a message');
    expect(got).toEqual(['now']);
  });

  it('read what the broker retains; a subscriber in the process does not', async () => {
    const { port, sink, counter } = await start();
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    const got: boolean[] = [];
    const panel = await connectDevice(port);
    panel.on('message', (_topic, _payload, { retain }) => void got.push(retain));
    await panel.subscribeAsync('site/a/telemetry');
    await eventually(() => got.length > 0, 'the retained message');
    expect(got).toEqual([true]);
    expect([sink.state()['a/humidity'], counter('messages')]).toEqual([40, 1]);
  });
});

it('a wall clock that is set forward does not make the broker bury its clients', async () => {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { port, sink } = await start();
  const will = {
    topic: 'site/a/status',
    payload: Buffer.from('{"online":false}'),
    qos: 1 as const,
    retain: true,
  };
  const device = await connectDevice(port, { will, keepalive: 0 });
  await publish(device, 'site/a/telemetry', values);
  let nowMs = Date.now();
  // Every look at the clock finds ten minutes gone.
  vi.spyOn(Date, 'now').mockImplementation(() => (nowMs += 600_000));
  await vi.advanceTimersByTimeAsync(300_000);
  await publish(device, 'site/a/telemetry', { temperature: 5, humidity: 6 });
  await eventually(() => sink.state()['a/humidity'] === 6, 'values');
  expect(sink.calls.filter((call) => call.startsWith('bad'))).toEqual([]);
});

describe('a client that misbehaves', () => {
  it('and reads nothing holds up the others for a second or so, then it is cut off', async () => {
    const { port, sink, counter } = await start();
    const frozen = await connectDevice(port);
    await frozen.subscribeAsync('load/#');
    (frozen.stream as Socket).pause();
    const device = await connectDevice(port);
    const payload = Buffer.alloc(64 * 1024);
    const flood = setInterval(() => device.publish('load/x', payload), 1);
    onTestFinished(() => clearInterval(flood));
    const healthy = await connectDevice(port);
    await eventually(() => counter('clients') === 2, 'the end of the frozen client');
    clearInterval(flood);
    using watch = startStopwatch();
    await publish(healthy, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    expect(watch.readMs()).toBeLessThan(2_000);
    expect(sink.losses).toEqual([]);
  });

  it('and announces a packet beyond the limit is cut off before its bytes are collected', async () => {
    const rig = await start();
    const strange = await connectRaw(rig.port);
    strange.resume();
    strange.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f, 0x00]));
    await new Promise((resolve) => strange.once('close', resolve));
    const device = await connectDevice(rig.port);
    (device.stream as Socket).write(
      Buffer.concat([Buffer.from([0x30, 0x80, 0x80, 0x80, 0x01]), Buffer.alloc(1_000)]),
    );
    await eventually(() => !device.connected, 'the end');
    expect(rig.counter('oversized_packets')).toBe(2);
    await expectAlive(rig);
  });

  it('and leaves messages of QoS 2 half done is cut off after some', async () => {
    const rig = await start();
    const socket = await connectRaw(rig.port);
    socket.resume();
    socket.write(CONNECT);
    for (let id = 1; id <= 100; id++) socket.write(toPublish('site/x', 2, id));
    await new Promise((resolve) => socket.once('close', resolve));
    await expectAlive(rig);
  });

  it('and sends topics that are none changes nothing', async () => {
    const rig = await start();
    const topics = [
      '',
      'a/#',
      'a/+',
      'x'.repeat(2_000),
      '/'.repeat(500),
      'a\0b',
      Buffer.from([0xff, 0xfe, 0x2f]),
    ];
    for (const topic of topics) {
      const socket = await connectRaw(rig.port);
      socket.resume();
      socket.write(Buffer.concat([CONNECT, toPublish(topic, 1, 1)]));
      await new Promise((resolve) => socket.once('close', resolve));
    }
    expect(rig.counter('messages')).toBe(0);
    await expectAlive(rig);
  });

  it('and sends garbage never stops the broker', { timeout: 240_000 }, async () => {
    const rig = await start();
    const random = createRandom(testSeed());
    for (let round = 0; round < 300; round++) {
      const socket = await connectRaw(rig.port);
      socket.resume();
      if (round % 2 === 0) socket.write(CONNECT);
      socket.write(toGarbage(random));
      if (round % 3 === 0) socket.resetAndDestroy();
      else socket.end();
    }
    await expectAlive(rig);
  });
});

describe('listening', () => {
  it('fails with the address when the port is taken, and works when it is free again', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const options = { listen: { host: '127.0.0.1', port } };
    await expect(prepare(model, options).connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: `port in use by another program: 127.0.0.1:${port}`,
    });
    await new Promise((resolve) => server.close(resolve));
    await expectAlive({ ...(await open(model, options)), port });
  });

  it.each([
    [
      { listen: { host: '0.0.0.0', port: 1, users } },
      'listen.tls: expected certificate and key to listen on 0.0.0.0',
    ],
    [
      { listen: { host: '0.0.0.0', port: 1, tls: { cert: 'x', key: 'x' } } },
      'listen.users: expected at least one user to listen on 0.0.0.0',
    ],
    [{}, 'the link: expected url (a broker) or listen'],
    [{ url: 'mqtt://127.0.0.1', listen: { port: 1 } }, 'listen: expected url or listen, not both'],
    [{ listen: { port: 1 }, username: 'x' }, 'username: expected nothing beside listen'],
    [{ listen: { port: 1, tls: { cert: '/nowhere/cert.pem', key: 'x' } } }, 'cannot read /nowhere/cert.pem'],
    [{ listen: { port: 1, tls: { cert: '-----BEGIN X', key: '-----BEGIN X' } } }, 'certificate or key'],
  ])('is refused for %j', async (options, reason) => {
    await expect(prepare(model, options).connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: expect.stringContaining(reason),
    });
  });

  it('starts again with an empty memory on the same port', async () => {
    const first = await start();
    const device = await connectDevice(first.port);
    await publish(device, 'site/a/telemetry', values, true);
    await first.connection.close();
    await eventually(() => !device.connected, 'the end of the client');
    const options = { listen: { host: '127.0.0.1', port: first.port } };
    await expectAlive({ ...(await open(model, options)), port: first.port });
  });

  it('ends within two seconds with clients that do not care', async () => {
    const { port, connection } = await start();
    for (let at = 0; at < 20; at++) await connectRaw(port);
    await connectDevice(port);
    using watch = startStopwatch();
    await connection.close();
    expect(watch.readMs()).toBeLessThan(2_000);
  });
});

/** CONNECT of MQTT 3.1.1, clean session, client id `raw`. */
const CONNECT = Buffer.from('100f00044d515454040200000003726177', 'hex');

function toPublish(topic: string | Buffer, qos: number, id: number): Buffer {
  const name = Buffer.from(topic);
  const body = Buffer.concat([
    toUint16(name.length),
    name,
    ...(qos > 0 ? [toUint16(id)] : []),
    Buffer.from('{}'),
  ]);
  return Buffer.concat([Buffer.from([0x30 | (qos << 1)]), toLength(body.length), body]);
}

function toUint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 255]);
}

function toLength(length: number): Buffer {
  return length < 128 ? Buffer.from([length]) : Buffer.from([(length & 127) | 128, length >> 7]);
}

/** Random bytes, or sound packets with some bytes changed, cut off, or of a wrong length. */
function toGarbage(random: () => number): Buffer {
  const bytes = Buffer.from(
    Array.from({ length: randomInteger(random, 1, 300) }, () => randomInteger(random, 0, 255)),
  );
  const types = [0x10, 0x20, 0x30, 0x32, 0x34, 0x40, 0x50, 0x62, 0x82, 0xa2, 0xc0, 0xe0, 0xf0];
  const type = types[randomInteger(random, 0, types.length - 1)]!;
  const framed = Buffer.concat([
    Buffer.from([type]),
    toLength(randomInteger(random, 0, bytes.length)),
    bytes,
  ]);
  const spoilt = toPublish('site/a/telemetry', randomInteger(random, 0, 2), randomInteger(random, 0, 65_535));
  spoilt[randomInteger(random, 0, spoilt.length - 1)] = randomInteger(random, 0, 255);
  const kinds = [bytes, framed, spoilt, spoilt.subarray(0, randomInteger(random, 1, spoilt.length))];
  return kinds[randomInteger(random, 0, kinds.length - 1)]!;
}
