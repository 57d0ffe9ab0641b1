/**
 * A client of a broker elsewhere (mqtt.js; MQTT 3.1.1 or 5), subscribed with QoS 1 in a session that ends with the
 * connection. It never reconnects by itself: that is acquisition's business. A broker that does not answer a ping
 * for half the keep-alive time is given up, so a wire that is cut without a word is noticed too.
 *
 * `retain` on what mqtt.js hands over is set only on what the broker had kept and hands out to a new subscriber; on
 * what is published later it is clear, whatever the publisher set (MQTT 3.1.1 §3.3.1.3). client.test.ts proves it.
 */
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { IClientOptions, MqttClient } from 'mqtt';
import { DeviceError } from '../../core/errors.ts';
import { isDoneWithin } from '../done-within.ts';
import { limitPackets } from './packet-limit.ts';
import type { MqttLink } from './schema.ts';
import {
  MAX_PACKET_BYTES,
  orUnusable,
  readPem,
  type Transport,
  type TransportContext,
  toReason,
} from './transport.ts';

/** Filters of one SUBSCRIBE: brokers limit the packet, some the number. */
const FILTERS_PER_PACKET = 100;
/** First return code that is a refusal (MQTT 3.1.1 §3.9.3, MQTT 5 §3.9.3). */
const REFUSED = 0x80;
/** Reason code of DISCONNECT (MQTT 5 §3.14.2.1). */
const SESSION_TAKEN_OVER = 0x8e;
const CLOSE_MS = 1_000;

/** @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`; then nothing is left open. */
export async function openClient(
  link: MqttLink & { readonly url: string },
  filters: readonly string[],
  context: TransportContext,
): Promise<Transport> {
  const client = new Client(link, context);
  try {
    await client.start(filters);
  } catch (error) {
    await client.close();
    throw error;
  }
  return client;
}

class Client implements Transport {
  readonly #link: MqttLink;
  readonly #endpoint: Endpoint;
  readonly #context: TransportContext;
  /** Rejects when the connection ends; the first reason counts. */
  readonly #ended = Promise.withResolvers<never>();
  #reason: string | null = null;
  #socket: Socket | null = null;
  #client: MqttClient | null = null;
  #state: 'opening' | 'open' | 'over' = 'opening';

  constructor(link: MqttLink & { readonly url: string }, context: TransportContext) {
    this.#link = link;
    this.#endpoint = toEndpoint(link.url);
    this.#context = context;
    // Nobody may be waiting when it ends.
    this.#ended.promise.catch(() => {});
  }

  async start(filters: readonly string[]): Promise<void> {
    const { connectTimeoutMs } = this.#link;
    const { signal } = this.#context;
    const onAbort = () => this.#end(new DeviceError('stopped', 'stopped while connecting'));
    const timer = setTimeout(() => this.#end(this.#toTimeout()), connectTimeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) onAbort();
      const { MqttClient } = await import('mqtt');
      await this.#orEnded(this.#connect(MqttClient));
      await this.#orEnded(this.#subscribe(filters));
      // It may have ended with the last answer.
      if (this.#state === 'over') await this.#ended.promise;
      this.#state = 'open';
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.#state = 'over';
    const socket = this.#socket;
    this.#client?.end(true);
    if (socket === null || socket.closed) return;
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.destroy();
    await isDoneWithin(closed, CLOSE_MS);
  }

  stats(): Readonly<Record<string, number>> {
    return {};
  }

  #orEnded<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.#ended.promise]);
  }

  #connect(Library: typeof MqttClient): Promise<void> {
    return new Promise((resolve) => {
      const client = new Library(() => this.#openSocket(), this.#toOptions());
      this.#client = client;
      client.on('connect', () => resolve());
      client.on('error', (error) => this.#end(this.#toFailure(error)));
      client.on('close', () => this.#end(new DeviceError('connect-failed', this.#toClosedReason())));
      // MQTT 5 only: why the broker is about to hang up.
      client.on('disconnect', ({ reasonCode }) => {
        this.#reason ??= this.#toDisconnectReason(reasonCode ?? 0);
        this.#end(new DeviceError('connect-failed', this.#reason));
      });
      client.on('message', (topic, payload, { retain }) => {
        if (this.#state !== 'over') this.#context.events.message({ topic, payload, isRetained: retain });
      });
    });
  }

  #openSocket(): Socket {
    const { host, port, isTls } = this.#endpoint;
    const servername = isIP(host) === 0 ? { servername: host } : {};
    const ca = this.#link.ca === undefined ? {} : { ca: readPem(this.#link.ca) };
    const socket = isTls
      ? orUnusable('ca of the broker', () =>
          connectTls({ host, port, minVersion: 'TLSv1.2', ...servername, ...ca }),
        )
      : connectTcp({ host, port });
    socket.setNoDelay(true);
    // The library does not pass on every error of the socket.
    socket.on('error', (error) => this.#end(this.#toFailure(error)));
    limitPackets(socket, { firstBytes: MAX_PACKET_BYTES, bytes: MAX_PACKET_BYTES }, (bytes) => {
      this.#reason ??= `${this.#endpoint.place} sent a packet of ${bytes} bytes, more than ${MAX_PACKET_BYTES}`;
    });
    this.#socket = socket;
    return socket;
  }

  #toOptions(): IClientOptions {
    const { username, password, clientId, keepAliveS, connectTimeoutMs, protocolVersion } = this.#link;
    return {
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
      clientId: clientId ?? `riser-${crypto.randomUUID().slice(0, 8)}`,
      keepalive: keepAliveS,
      connectTimeout: connectTimeoutMs,
      protocolVersion: protocolVersion === 5 ? 5 : 4,
      clean: true,
      reconnectPeriod: 0,
      resubscribe: false,
    };
  }

  async #subscribe(filters: readonly string[]): Promise<void> {
    const refused: string[] = [];
    for (let at = 0; at < filters.length; at += FILTERS_PER_PACKET) {
      const asked = filters.slice(at, at + FILTERS_PER_PACKET);
      const granted = await this.#ask(asked);
      refused.push(...asked.filter((_filter, place) => (granted[place] ?? REFUSED) >= REFUSED));
    }
    if (refused.length > 0) this.#context.events.refused(refused);
  }

  /** @returns return codes in the order of the filters. An answer that never comes is ended by the time-out. */
  #ask(filters: readonly string[]): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      this.#client?.subscribe([...filters], { qos: 1 }, (error, _granted, packet) => {
        // One refusal among many comes as an error with the whole answer.
        if (packet) resolve(packet.granted as readonly number[]);
        else reject(this.#toFailure(error ?? new Error('no answer to subscribing')));
      });
    });
  }

  /** Once: a failed start is told by its rejection, a later end by `lost`. */
  #end(failure: DeviceError): void {
    const wasOpen = this.#state === 'open';
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#ended.reject(failure);
    if (wasOpen) this.#context.events.lost(failure.message);
  }

  #toFailure(error: Error): DeviceError {
    const { place } = this.#endpoint;
    const refusal = /^Connection refused: (.+)$/.exec(error.message)?.[1];
    if (refusal !== undefined)
      return new DeviceError('connect-failed', `refused by ${place}: ${refusal}`, { cause: error });
    if (error.message === 'Keepalive timeout') {
      return new DeviceError('connection-lost', `${place} does not answer`, { cause: error });
    }
    return new DeviceError('connect-failed', this.#reason ?? toReason(error, place), { cause: error });
  }

  #toTimeout(): DeviceError {
    const { connectTimeoutMs } = this.#link;
    const { place } = this.#endpoint;
    return new DeviceError(
      'connect-timeout',
      `no answer to connecting from ${place} in ${connectTimeoutMs} ms`,
    );
  }

  #toDisconnectReason(code: number): string {
    const { place } = this.#endpoint;
    return code === SESSION_TAKEN_OVER
      ? `${place} has ended the connection: another client has the same client id`
      : `${place} has ended the connection (reason code ${code})`;
  }

  #toClosedReason(): string {
    return this.#reason ?? `connection closed by ${this.#endpoint.place}`;
  }
}

interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** For people. */
  readonly place: string;
}

const DEFAULT_PORT = 1_883;
const DEFAULT_TLS_PORT = 8_883;

/** @throws DeviceError `connect-failed` when it is no address */
function toEndpoint(url: string): Endpoint {
  if (!URL.canParse(url))
    throw new DeviceError('connect-failed', `${url} is not an address`, { retryable: false });
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === 'mqtts:';
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const number = port === '' ? (isTls ? DEFAULT_TLS_PORT : DEFAULT_PORT) : Number(port);
  return { host, port: number, isTls, place: `${hostname}:${number}` };
}
