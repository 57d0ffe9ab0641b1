/**
 * What the tests of the MQTT driver share: devices of a small site, a sink that remembers, brokers and publishers that
 * end with the test. The publisher is mqtt.js, the broker beside the gateway Mosquitto: neither is code of ours.
 */
import { writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import type { LinkDef, SiteModel } from '../../../src/config/model.ts';
import { type QualityReason, toQualityReason } from '../../../src/core/quality.ts';
import type { PushConnection, PushSink } from '../../../src/drivers/driver.ts';
import { createMqttDriver } from '../../../src/drivers/mqtt/driver.ts';
import { createTestLink, createTestModel, type TestEquipment } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import { startProcess, type TestProcess } from '../../support/process.ts';
import { temporaryDirectory } from '../../support/temp.ts';

export const WAIT_MS = 20_000;
export const silentLog = pino({ level: 'silent' });

/** As in the profiles of the demo: a status with a will, a time in every message. */
export const STATUS = { topic: '{topic}/status', path: '$.online', online: [true], offline: [false] };
export const TIME = { path: '$.ts', format: 'ms' };

/** A climate sensor, `site/<id>/telemetry`. */
export function createSensor(id: string, device: object = {}): TestEquipment {
  return {
    id,
    device: { topic: `site/${id}`, availability: STATUS, ...device },
    points: [
      { name: 'temperature', address: { topic: '{topic}/telemetry', path: '$.temperature' } },
      { name: 'humidity', address: { topic: '{topic}/telemetry', path: '$.humidity' } },
    ],
  };
}

export function createMqttLink(options: object): LinkDef {
  return { ...createTestLink(), protocol: 'mqtt', options: { ...options } };
}

export function createMqttModel(equipment: readonly TestEquipment[], options: object = {}): SiteModel {
  return createTestModel({ equipment, links: [createMqttLink(options)] });
}

export interface RecordingSink extends PushSink {
  /** One entry for each call, in order: `temperature=21.5 humidity=null/sentinel`, `bad temperature comm-loss`, … */
  readonly calls: string[];
  /** State of the points by id, as a rule would see it: a value, or why there is none. */
  state(): Readonly<Record<string, number | QualityReason>>;
  /** The last `degraded`. */
  reason(): string | null;
  readonly losses: string[];
  /** What was told as late: `temperature=9 at 0`, by the time of the source. */
  readonly lateCalls: string[];
}

export function createSink(model: SiteModel): RecordingSink {
  const calls: string[] = [];
  const losses: string[] = [];
  const lateCalls: string[] = [];
  const state: Record<string, number | QualityReason> = {};
  let reason: string | null = null;
  const toId = (point: number): string => model.points[point]?.id ?? `?${point}`;
  const show = (value: number | QualityReason): string => String(value);
  return {
    calls,
    losses,
    lateCalls,
    state: () => ({ ...state }),
    reason: () => reason,
    samples(samples) {
      for (const { point, value, quality } of samples)
        state[toId(point)] = quality === 0 ? value : toQualityReason(quality);
      calls.push(samples.map(({ point }) => `${toId(point)}=${show(state[toId(point)]!)}`).join(' '));
    },
    late(samples) {
      lateCalls.push(
        ...samples.map(({ point, value, sourceMs }) => `${toId(point)}=${show(value)} at ${sourceMs}`),
      );
    },
    bad(points, why) {
      for (const point of points) state[toId(point)] = why;
      calls.push(`bad ${points.map(toId).join(' ')} ${why}`);
    },
    degraded(why) {
      reason = why;
      calls.push(`degraded ${why}`);
    },
    lost: (why) => void losses.push(why),
  };
}

export interface Opened {
  readonly sink: RecordingSink;
  readonly connection: PushConnection;
  readonly counter: (name: string) => number;
}

/** A connection of the driver, closed when the test ends. @throws DeviceError */
export async function open(model: SiteModel, options: object): Promise<Opened> {
  const opened = prepare(model, options);
  await opened.connection.connect(new AbortController().signal);
  return opened;
}

export function prepare(model: SiteModel, options: object): Opened {
  const sink = createSink(model);
  const connection = createMqttDriver({ log: silentLog }).open(
    createMqttLink(options),
    model.points,
    (point) => model.equipment.get(point.equipment)!,
    sink,
  );
  onTestFinished(() => connection.close());
  return { sink, connection, counter: (name) => connection.stats()[name] ?? Number.NaN };
}

/** A client that is a device; ended with the test. */
export async function connectDevice(port: number, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync({
    host: '127.0.0.1',
    port,
    reconnectPeriod: 0,
    connectTimeout: WAIT_MS,
    ...options,
  });
  client.on('error', () => {});
  onTestFinished(() => void client.end(true));
  return client;
}

export async function publish(
  client: MqttClient,
  topic: string,
  payload: unknown,
  retain = false,
): Promise<void> {
  const text = typeof payload === 'string' || Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  await client.publishAsync(topic, text, { qos: 1, retain });
}

/** The cable of a device is pulled: no DISCONNECT. */
export function cutCable(client: MqttClient): void {
  (client.stream as Socket).resetAndDestroy();
}

/** Raw bytes to a broker; ended with the test. Resolves when connected. */
export async function connectRaw(port: number): Promise<Socket> {
  const socket = createConnection({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

export interface Mosquitto {
  readonly port: number;
  process(): TestProcess;
  /** The same broker once more, with an empty memory. */
  restart(): Promise<void>;
}

/** @param path from `requireTool('mosquitto', context)` */
export async function startMosquitto(
  path: string,
  settings: readonly string[] = ['allow_anonymous true'],
): Promise<Mosquitto> {
  const port = await freePort();
  const file = join(temporaryDirectory(), 'mosquitto.conf');
  writeFileSync(file, [`listener ${port} 127.0.0.1`, 'set_tcp_nodelay true', ...settings, ''].join('\n'));
  const start = async (): Promise<TestProcess> => {
    const child = await startProcess(path, ['-c', file]);
    await child.waitForLine(/mosquitto version .* running/, WAIT_MS);
    return child;
  };
  let running = await start();
  onTestFinished(async () => void (await running.stop()));
  return {
    port,
    process: () => running,
    async restart() {
      await running.stop();
      running = await start();
    },
  };
}

export async function eventually<T>(check: () => T | Promise<T>, what: string): Promise<void> {
  await until(check, { timeoutMs: WAIT_MS, what });
}
