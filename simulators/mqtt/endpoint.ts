/** The devices that dial into one broker. How one of them does it is client.ts. */
import type { FrameLog } from '../frame-log.ts';
import type { MqttObject } from '../simulation.ts';
import { createDeviceClient, type DeviceClient, type MqttCounters } from './client.ts';

export interface MqttEndpoint {
  /** Connects who should be, and publishes what is due. */
  refresh(): void;
  /**
   * Publishes raw bytes once, for malformed data.
   * @param id of the device; the topic is below its base topic
   */
  publish(id: string, topic: string, payload: string): 'done' | 'not-connected';
  /** Cuts all connections. Idempotent. */
  close(): void;
  counters(): Readonly<MqttCounters>;
}

export interface MqttEndpointOptions {
  readonly endpoint: string;
  /** Of the broker on 127.0.0.1; 0 = there is none. */
  readonly port: number;
  readonly password: string;
  /** The devices, the same ones at every call. */
  objects(): readonly MqttObject[];
  readonly log: FrameLog;
  /** UTC ms. */
  nowMs(): number;
}

export function createMqttEndpoint(options: MqttEndpointOptions): MqttEndpoint {
  const counters: MqttCounters = {
    connected: 0,
    connectionsMade: 0,
    connectionsFailed: 0,
    connectionsCut: 0,
    published: 0,
    roundsDeferred: 0,
  };
  /** Key: id of the device. */
  const clients = new Map<string, DeviceClient>(
    options.objects().map(({ id }) => [id, createDeviceClient({ ...options, id, counters })]),
  );
  let isClosed = options.port === 0;
  return {
    refresh() {
      if (isClosed) return;
      for (const object of options.objects()) clients.get(object.id)?.refresh(object);
    },
    publish(id, topic, payload) {
      const known = options.objects().find((object) => object.id === id)?.messages;
      const isRetained = known?.some((message) => message.topic === topic && message.isRetained) ?? false;
      return clients.get(id)?.publish({ topic, payload, isRetained }) ? 'done' : 'not-connected';
    },
    close() {
      isClosed = true;
      for (const client of clients.values()) client.close();
    },
    counters: () => ({ ...counters }),
  };
}
