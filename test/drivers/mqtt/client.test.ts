/** A broker elsewhere: what it retains, its restart, its silence, its refusals. */

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { requireTool } from '../../support/require-tool.ts';
import { temporaryDirectory } from '../../support/temp.ts';
import { createWire } from '../../support/wire.ts';
import {
  connectDevice,
  createMqttModel,
  createSensor,
  eventually,
  open,
  prepare,
  publish,
  startMosquitto,
} from './support.ts';

const model = createMqttModel([createSensor('a'), createSensor('b')]);
const values = { temperature: 21.5, humidity: 40 };
const good = { 'a/temperature': 21.5, 'a/humidity': 40 };
const never = new AbortController().signal;

const start = (context: TestContext, settings?: readonly string[]) =>
  startMosquitto(requireTool('mosquitto', context), settings);
const toUrl = (port: number) => `mqtt://127.0.0.1:${port}`;

describe('what the broker retains', () => {
  it('is taken over when the device is there', async (context) => {
    const { port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    await publish(device, 'site/a/status', { online: true }, true);
    const { sink } = await open(model, { url: toUrl(port) });
    await eventually(() => sink.state()['a/humidity'] === 40, 'retained state');
    expect(sink.state()).toEqual(good);
  });

  it('is not believed while the device is off, also after the gateway has been away', async (context) => {
    const { port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    await publish(device, 'site/a/status', { online: false }, true);
    for (let round = 0; round < 2; round++) {
      const { sink, connection, counter } = await open(model, { url: toUrl(port) });
      await eventually(() => counter('messages') === 2, 'both retained messages');
      expect(sink.state()).toEqual({ 'a/temperature': 'comm-loss', 'a/humidity': 'comm-loss' });
      expect(sink.reason()).toBe('offline: a');
      await connection.close();
    }
  });

  it('waits until the device says that it is there', async (context) => {
    const { port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    const { sink, counter } = await open(model, { url: toUrl(port) });
    await eventually(() => counter('messages') === 1, 'retained state');
    expect(sink.state()).toEqual({});
    await publish(device, 'site/a/status', { online: true }, true);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    expect(sink.calls).toEqual(['a/temperature=21.5 a/humidity=40']);
  });

  it('gives way to what a device says live meanwhile', async (context) => {
    const { port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    const { sink, counter } = await open(model, { url: toUrl(port) });
    await eventually(() => counter('messages') === 1, 'retained state');
    await publish(device, 'site/a/telemetry', { temperature: 5, humidity: 6 });
    await eventually(() => sink.state()['a/humidity'] === 6, 'live values');
    expect(sink.state()['a/temperature']).toBe(5);
  });
});

describe('a connection that ends', () => {
  it('is lost once when the broker is restarted, and a new one gets everything again', async (context) => {
    const broker = await start(context);
    const first = await open(model, { url: toUrl(broker.port) });
    await broker.restart();
    await eventually(() => first.sink.losses.length > 0, 'the loss');
    expect(first.sink.losses).toEqual([`connection closed by 127.0.0.1:${broker.port}`]);
    await first.connection.close();
    const second = await open(model, { url: toUrl(broker.port) });
    await publish(await connectDevice(broker.port), 'site/a/telemetry', values);
    await eventually(() => second.sink.state()['a/humidity'] === 40, 'values');
    expect(first.sink.losses).toHaveLength(1);
  });

  it('is lost when the broker falls silent without a word', async (context) => {
    const { port } = await start(context);
    await using wire = await createWire(port);
    const { sink } = await open(model, { url: toUrl(wire.port), keepAliveS: 1 });
    wire.mute();
    await eventually(() => sink.losses.length > 0, 'the loss');
    expect(sink.losses).toEqual([`127.0.0.1:${wire.port} does not answer`]);
  });

  it('stays when a quiet broker answers its pings', async (context) => {
    const { port } = await start(context);
    const { sink } = await open(model, { url: toUrl(port), keepAliveS: 3 });
    const startMs = performance.now();
    await eventually(() => performance.now() - startMs > 7_500, 'two and a half keep-alive times');
    expect(sink.losses).toEqual([]);
  });

  it('is lost when a packet is larger than any message may be', async (context) => {
    const { port } = await start(context);
    const { sink } = await open(model, { url: toUrl(port) });
    await publish(await connectDevice(port), 'site/a/telemetry', Buffer.alloc(2_000_000, 0x20));
    await eventually(() => sink.losses.length > 0, 'the loss');
    expect(sink.losses[0]).toMatch(/^127\.0\.0\.1:\d+ sent a packet of 20000\d\d bytes, more than 1114112$/);
  });
});

describe('connecting', () => {
  it('fails with the address where nobody listens', async () => {
    const port = await freePort();
    const { connection } = prepare(model, { url: toUrl(port) });
    await expect(connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: `connect refused by 127.0.0.1:${port}`,
    });
  });

  it('fails in time when somebody listens who never answers', async () => {
    const { port } = await listenSilently();
    const { connection } = prepare(model, { url: toUrl(port), connectTimeoutMs: 200 });
    await expect(connection.connect(never)).rejects.toMatchObject({
      code: 'connect-timeout',
      message: `no answer to connecting from 127.0.0.1:${port} in 200 ms`,
    });
  });

  it('fails when what answers is no broker', async () => {
    const { port } = await listenSilently('HTTP/1.1 400 Bad Request\r\n\r\n');
    const { connection } = prepare(model, { url: toUrl(port) });
    await expect(connection.connect(never)).rejects.toMatchObject({ code: 'connect-failed' });
  });

  it.each([
    [0x8e, 'another client has the same client id'],
    [0x97, '(reason code 151)'],
  ])('fails with the reason code %i that a broker of MQTT 5 hangs up with', async (code, words) => {
    const { port } = await listenSilently(Buffer.from([0x20, 3, 0, 0, 0, 0xe0, 2, code, 0]));
    const { connection } = prepare(model, { url: toUrl(port), protocolVersion: 5, connectTimeoutMs: 20_000 });
    const failure: unknown = await connection.connect(never).catch((error: unknown) => error);
    expect(String(failure)).toContain(`127.0.0.1:${port} has ended the connection`);
    expect(String(failure)).toContain(words);
  });

  it('ends at once when it is stopped', async () => {
    const { port } = await listenSilently();
    const { connection } = prepare(model, { url: toUrl(port) });
    const stop = new AbortController();
    const connecting = connection.connect(stop.signal);
    const outcome = expect(connecting).rejects.toMatchObject({ code: 'stopped' });
    stop.abort();
    await outcome;
  });

  it('ends at once when it is closed', async () => {
    const { port } = await listenSilently();
    const { connection } = prepare(model, { url: toUrl(port) });
    const outcome = expect(connection.connect(never)).rejects.toMatchObject({ code: 'stopped' });
    await connection.close();
    await outcome;
  });

  it('fails with the reason when the password is wrong', async (context) => {
    const { port } = await start(context, ['allow_anonymous false']);
    const { connection } = prepare(model, { url: toUrl(port), username: 'riser', password: 'wrong' });
    await expect(connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: `refused by 127.0.0.1:${port}: Not authorized`,
    });
  });

  it('goes on without the filters that the broker refuses, and names them', async () => {
    const port = await freePort();
    const users = [{ name: 'riser', password: 'secret', topics: ['site/a/#'] }];
    await open(createMqttModel([]), { listen: { host: '127.0.0.1', port, users } });
    const { sink } = await open(model, { url: toUrl(port), username: 'riser', password: 'secret' });
    expect(sink.reason()).toBe('subscription refused: site/b/status, site/b/telemetry');
    const device = await connectDevice(port, { username: 'riser', password: 'secret' });
    await publish(device, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values of the other');
  });

  it('subscribes to more filters than one packet takes', async (context) => {
    const { port } = await start(context);
    const many = createMqttModel(Array.from({ length: 250 }, (_, at) => createSensor(`s${at}`)));
    const { sink } = await open(many, { url: toUrl(port) });
    await publish(await connectDevice(port), 'site/s249/telemetry', values);
    await eventually(() => sink.state()['s249/humidity'] === 40, 'values');
    expect(sink.reason()).toBeNull();
  });

  it('trusts only the authority that it is given', async () => {
    const port = await freePort();
    const names = [{ name: 'commonName', value: 'localhost' }];
    const extensions = [
      { name: 'subjectAltName' as const, altNames: [{ type: 7 as const, ip: '127.0.0.1' }] },
    ];
    const { cert, private: key } = await generate(names, { extensions });
    await open(createMqttModel([]), { listen: { host: '127.0.0.1', port, tls: { cert, key } } });
    const url = `mqtts://127.0.0.1:${port}`;
    await expect(prepare(model, { url }).connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: expect.stringContaining('certificate'),
    });
    const ca = join(temporaryDirectory(), 'ca.pem');
    writeFileSync(ca, cert);
    const { sink } = await open(model, { url, ca });
    const device = await connectDevice(port, { protocol: 'mqtts', ca: cert });
    await publish(device, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
  });

  it('fails with the file name when the authority cannot be read', async () => {
    const { connection } = prepare(model, { url: 'mqtts://127.0.0.1:1', ca: '/nowhere/ca.pem' });
    await expect(connection.connect(never)).rejects.toMatchObject({
      code: 'connect-failed',
      message: 'cannot read /nowhere/ca.pem',
    });
  });
});

/** Takes connections, says `greeting` and nothing more. */
async function listenSilently(greeting: string | Buffer = ''): Promise<{ readonly port: number }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onTestFinished(() => void socket.destroy());
    if (greeting.length > 0) socket.write(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0 };
}
