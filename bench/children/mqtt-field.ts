/**
 * A field of MQTT devices, each with a connection of its own: publishes all values of the device in one message of
 * QoS 1 at a fixed rate. Dials, as devices do, until the broker of the subject is there.
 */
import { createServer } from 'node:net';
import { connect, type MqttClient } from 'mqtt';
import { createDevices, createRaiser, createRandom, type Device, walk } from './field.ts';
import { serve } from './serve.ts';

export interface MqttFieldSetup {
  readonly devices: number;
  readonly values: number;
  readonly alarms: number;
  /** Of all devices together. */
  readonly messagesPerS: number;
}

const WALKING_SHARE = 0.2;
const REDIAL_MS = 200;
/** Messages of a device that wait for their answer; a device that has more holds its next one back. */
const MAX_UNANSWERED = 50;
/** Messages that a late timer makes up for. */
const MAX_BURST = 10;

serve<MqttFieldSetup>(async (setup) => {
  const random = createRandom(1);
  const devices = createDevices(setup.devices, setup.values, setup.alarms);
  const raiser = createRaiser(devices, random);
  const port = await findFreePort();
  const intervalMs = (1_000 * setup.devices) / setup.messagesPerS;
  const timers: NodeJS.Timeout[] = [];
  const clients = devices.map((device, at) => {
    const client = dial(port, device);
    const publish = createPublisher(client, device, random);
    const start = (): void => void timers.push(setInterval(atRate(intervalMs, publish), intervalMs));
    timers.push(setTimeout(start, (intervalMs * at) / devices.length));
    return client;
  });
  return {
    facts: { ports: [port] },
    answers: { begin: () => raiser.begin(), end: () => raiser.end(), reset: () => raiser.reset() },
    stop() {
      for (const timer of timers) clearTimeout(timer);
      raiser.reset();
      for (const client of clients) client.end(true);
    },
  };
});

function dial(port: number, { id }: Device): MqttClient {
  const client = connect(`mqtt://127.0.0.1:${port}`, {
    clientId: id,
    reconnectPeriod: REDIAL_MS,
    connectTimeout: 5_000,
    queueQoSZero: false,
  });
  // Between two subjects there is no broker.
  client.on('error', () => {});
  return client;
}

function createPublisher(client: MqttClient, device: Device, random: () => number): () => void {
  let unanswered = 0;
  client.on('close', () => (unanswered = 0));
  return () => {
    if (!client.connected || unanswered >= MAX_UNANSWERED) return;
    walk(device, WALKING_SHARE, random);
    unanswered++;
    const payload = JSON.stringify(Object.fromEntries(device.values.map((value, at) => [`v${at}`, value])));
    client.publish(`bench/${device.id}/telemetry`, payload, { qos: 1 }, () => unanswered--);
  };
}

/** Timers are late by a millisecond each time; the rate must not be. */
function atRate(intervalMs: number, act: () => void): () => void {
  let dueMs = performance.now();
  return () => {
    const nowMs = performance.now();
    dueMs = Math.max(dueMs, nowMs - MAX_BURST * intervalMs);
    for (; dueMs <= nowMs; dueMs += intervalMs) act();
  };
}

/** Free a moment ago; the subject listens there. */
function findFreePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
