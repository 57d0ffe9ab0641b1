/**
 * The MQTT client of one device (MQTT 3.1.1, QoS 1): dials into the broker again and again, says that it is there,
 * publishes its whole state and then what schedule.ts finds due. A device without power vanishes without a word, so
 * that the broker sends its will.
 */
import { connect, type MqttClient } from 'mqtt';
import type { FrameLog } from '../frame-log.ts';
import { LOGGED_CHARS } from '../frame-log.ts';
import type { MqttObject } from '../simulation.ts';
import { createSchedule, type Publication } from './schedule.ts';

export const MQTT_LIMITS = {
  /** From a failed or lost connection to the next attempt, ms. */
  retryMs: 1_000,
  /** For the broker's CONNACK, ms. */
  connectMs: 3_000,
  /** A broker that is silent for one and a half times this is given up, s. */
  keepAliveS: 15,
  /** Messages without the broker's acknowledgement; beyond that nothing is sent until it catches up. */
  unacknowledged: 64,
} as const;

/** Of all devices of a scenario; the device's id follows. */
export const BASE_TOPIC = 'site/demo';
const STATUS = 'status';
const ONLINE = '{"online":true}';
const OFFLINE = '{"online":false}';

export interface MqttCounters {
  connected: number;
  connectionsMade: number;
  connectionsFailed: number;
  connectionsCut: number;
  published: number;
  roundsDeferred: number;
}

export interface DeviceClient {
  /** Connects or vanishes as the device is, and publishes what is due. */
  refresh(object: MqttObject): void;
  /** Publishes these bytes once, whatever they are. @returns false when it is not connected. */
  publish(publication: Publication): boolean;
  /** Vanishes for good. */
  close(): void;
}

export interface DeviceClientOptions {
  readonly endpoint: string;
  readonly id: string;
  /** Of the broker on 127.0.0.1. */
  readonly port: number;
  readonly password: string;
  readonly log: FrameLog;
  /** Shared by the devices of an endpoint. */
  readonly counters: MqttCounters;
  /** UTC ms. */
  nowMs(): number;
}

export function createDeviceClient(options: DeviceClientOptions): DeviceClient {
  const { counters } = options;
  const nowMs = (): number => options.nowMs();
  const schedule = createSchedule();
  let client: MqttClient | null = null;
  let isUp = false;
  let unacknowledged = 0;
  let retryAtMs = 0;

  const drop = (): void => {
    const dropped = client;
    client = null;
    if (isUp) counters.connected--;
    isUp = false;
    // Forced: the socket is destroyed and no DISCONNECT is sent.
    dropped?.end(true);
  };
  const send = (publication: Publication): void => {
    const sender = client;
    unacknowledged++;
    counters.published++;
    sender?.publish(
      `${BASE_TOPIC}/${options.id}/${publication.topic}`,
      publication.payload,
      { qos: 1, retain: publication.isRetained },
      // Failed or not, it is no longer under way; a lost connection sends the whole state again.
      () => {
        if (sender === client) unacknowledged--;
      },
    );
    const logged = { [publication.topic]: publication.payload.slice(0, LOGGED_CHARS) };
    options.log.addChange(options.endpoint, options.id, logged);
  };
  const dial = (): void => {
    const dialled = open(options);
    client = dialled;
    unacknowledged = 0;
    schedule.restart();
    const lose = (): void => {
      if (dialled !== client) return;
      counters[isUp ? 'connectionsCut' : 'connectionsFailed']++;
      retryAtMs = nowMs() + MQTT_LIMITS.retryMs;
      drop();
    };
    dialled.on('error', lose);
    dialled.on('close', lose);
    dialled.on('connect', () => {
      if (dialled !== client) return;
      isUp = true;
      counters.connected++;
      counters.connectionsMade++;
      send({ topic: STATUS, payload: ONLINE, isRetained: true });
    });
  };
  return {
    refresh(object) {
      if (!object.isConnected) drop();
      else if (client === null && nowMs() >= retryAtMs) dial();
      if (!isUp) return;
      if (unacknowledged >= MQTT_LIMITS.unacknowledged) counters.roundsDeferred++;
      else for (const publication of schedule.take(object.messages, nowMs())) send(publication);
    },
    publish(publication) {
      if (isUp) send(publication);
      return isUp;
    },
    close: drop,
  };
}

/** One connection; this file, not the library, dials again, so that no old message is sent after a newer one. */
function open({ id, port, password }: DeviceClientOptions): MqttClient {
  return connect({
    host: '127.0.0.1',
    port,
    protocol: 'mqtt',
    protocolVersion: 4,
    clientId: id,
    username: id,
    password,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: MQTT_LIMITS.connectMs,
    keepalive: MQTT_LIMITS.keepAliveS,
    will: { topic: `${BASE_TOPIC}/${id}/${STATUS}`, payload: Buffer.from(OFFLINE), qos: 1, retain: true },
  });
}
