/** The driver on the wire, over each of its transports: what devices say arrives, and what they do not say is known. */
import { describe, expect, it, type TestContext } from 'vitest';
import { freePort } from '../../support/ports.ts';
import { requireTool } from '../../support/require-tool.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import {
  connectDevice,
  createMqttModel,
  createSensor,
  cutCable,
  eventually,
  type Opened,
  open,
  publish,
  startMosquitto,
} from './support.ts';

interface Rig extends Opened {
  readonly port: number;
}

const model = createMqttModel([createSensor('a'), createSensor('b')]);
const values = { temperature: 21.5, humidity: 40 };
const good = { 'a/temperature': 21.5, 'a/humidity': 40 };
const will = {
  topic: 'site/a/status',
  payload: Buffer.from('{"online":false}'),
  qos: 1,
  retain: true,
} as const;

const transports: Record<string, (context: TestContext) => Promise<Rig>> = {
  'its own broker': async () => {
    const port = await freePort();
    return { ...(await open(model, { listen: { host: '127.0.0.1', port } })), port };
  },
  'a client of Mosquitto': async (context) => {
    const { port } = await startMosquitto(requireTool('mosquitto', context));
    return { ...(await open(model, { url: `mqtt://127.0.0.1:${port}` })), port };
  },
  'a client of Mosquitto with MQTT 5': async (context) => {
    const { port } = await startMosquitto(requireTool('mosquitto', context));
    return { ...(await open(model, { url: `mqtt://127.0.0.1:${port}`, protocolVersion: 5 })), port };
  },
};

describe.each(Object.keys(transports))('with %s', (name) => {
  const start = transports[name]!;

  it('a message becomes one batch of values', async (context) => {
    const { sink, port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values);
    await eventually(() => sink.calls.length > 0, 'the batch');
    expect(sink.calls).toEqual(['a/temperature=21.5 a/humidity=40']);
  });

  it('a device that loses its wire takes its own points off, and no others', async (context) => {
    const { sink, port } = await start(context);
    const device = await connectDevice(port, { will });
    const other = await connectDevice(port);
    await publish(device, 'site/a/status', { online: true }, true);
    await publish(device, 'site/a/telemetry', values);
    await publish(other, 'site/b/telemetry', values);
    await eventually(() => sink.state()['b/humidity'] === 40, 'values of both');
    cutCable(device);
    await eventually(() => sink.state()['a/humidity'] === 'comm-loss', 'the will');
    expect(sink.state()).toEqual({
      'a/temperature': 'comm-loss',
      'a/humidity': 'comm-loss',
      'b/temperature': 21.5,
      'b/humidity': 40,
    });
    expect(sink.reason()).toBe('offline: a');
  });

  it('a device that comes back is whole again with its first word', async (context) => {
    const { sink, port } = await start(context);
    cutCable(await connectDevice(port, { will }));
    await eventually(() => sink.reason() === 'offline: a', 'the will');
    const device = await connectDevice(port, { will });
    await publish(device, 'site/a/telemetry', values);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    expect(sink.state()).toMatchObject(good);
    expect(sink.reason()).toBeNull();
  });

  it('a message that is published with retain now is live, whatever was said before', async (context) => {
    const { sink, port } = await start(context);
    cutCable(await connectDevice(port, { will }));
    await eventually(() => sink.reason() === 'offline: a', 'the will');
    await publish(await connectDevice(port), 'site/a/telemetry', values, true);
    await eventually(() => sink.state()['a/humidity'] === 40, 'values');
    expect(sink.reason()).toBeNull();
  });

  it('a retained message that is deleted, or no JSON, makes the points bad', async (context) => {
    const { sink, port } = await start(context);
    const device = await connectDevice(port);
    await publish(device, 'site/a/telemetry', values, true);
    await publish(device, 'site/a/telemetry', '', true);
    await eventually(() => sink.state()['a/humidity'] === 'decode', 'the empty message');
    await publish(device, 'site/a/telemetry', values);
    await publish(device, 'site/a/telemetry', Buffer.from([0x7b, 0xff, 0xfe]));
    await eventually(() => sink.calls.length >= 4, 'the garbage');
    expect(sink.state()).toEqual({ 'a/temperature': 'decode', 'a/humidity': 'decode' });
  });

  it('a burst arrives whole and in order', async (context) => {
    const { sink, port, counter } = await start(context);
    const device = await connectDevice(port);
    for (let at = 0; at < 2_000; at++)
      device.publish('site/a/telemetry', `{"temperature":${at},"humidity":1}`);
    await eventually(() => counter('messages') >= 2_000, 'all messages');
    expect(sink.calls.map((call) => Number(/temperature=(\d+)/.exec(call)?.[1]))).toEqual(
      Array.from({ length: 2_000 }, (_, at) => at),
    );
  });

  it('nothing is reported after close, and close is soon done', async (context) => {
    const { sink, connection, port } = await start(context);
    const device = await connectDevice(port);
    using watch = startStopwatch();
    const closing = connection.close();
    device.publish('site/a/telemetry', JSON.stringify(values));
    await closing;
    await connection.close();
    expect(watch.readMs()).toBeLessThan(2_000);
    expect([...sink.calls, ...sink.losses]).toEqual([]);
    expect(connection.stats()['clients']).toBe(0);
  });
});
