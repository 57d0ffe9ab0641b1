/**
 * The gateway's own broker (aedes, MQTT 3.1.1), with the gateway as a subscriber inside the process. Sessions end
 * with their connection, so nothing piles up for clients that are away. Which messages matter is intake.ts's business.
 *
 * Of aedes 1.2 this relies on, each proven in broker.test.ts:
 * - A subscriber inside the process gets what is published while it listens and nothing that was retained before;
 *   `retain` on such a packet is what the publisher set. All of it is live, so `isRetained` is always false here.
 * - A client that is lost without DISCONNECT has its will published; one that takes over a client id ends the older.
 * - A publish that is refused ends its client (MQTT 3.1.1 §3.3.5: there is no other way to say no), not the broker.
 * - A client that reads nothing holds up all others until `drainTimeout`, then it is cut off.
 */
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Aedes, AedesOptions, AuthenticateError, Client, PublishPacket } from 'aedes';
import { DeviceError } from '../../core/errors.ts';
import { isDoneWithin } from '../done-within.ts';
import { type Account, Accounts, RetainedBudget } from './access.ts';
import { limitPackets } from './packet-limit.ts';
import type { Listen } from './schema.ts';
import {
  MAX_PACKET_BYTES,
  orUnusable,
  readPem,
  type Transport,
  type TransportContext,
  toReason,
} from './transport.ts';

/** Connections at once; an idle one costs about 50 kB. */
const MAX_CLIENTS = 1_000;
/** Will, user name and password of a CONNECT. */
const MAX_CONNECT_BYTES = 16 * 1024;
/** How long a client that reads nothing may hold up the others (performance.md §3). */
const DRAIN_TIMEOUT_MS = 1_000;
/** Silence after which the system asks a peer whether it is there; it gives up 10 s later. */
const TCP_KEEP_ALIVE_MS = 30_000;
/** Messages of QoS 2 that a client may leave half done, and packets that it may send before its login is through. */
const MAX_HALF_DONE = 20;
const MAX_BEFORE_LOGIN = 20;
/** Of what anybody may send us, so many characters go into the log. */
const MAX_SHOWN_CHARS = 200;
/** Time for the library to end its clients; then the sockets are destroyed. */
const CLOSE_MS = 1_000;

/** Return codes of CONNACK (MQTT 3.1.1 §3.2.2.3). */
const IDENTIFIER_REJECTED = 2;
const BAD_USER_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

/** @throws DeviceError `connect-failed`, `stopped`; then nothing is left open. */
export async function openBroker(
  listen: Listen,
  connectTimeoutMs: number,
  context: TransportContext,
): Promise<Transport> {
  const server = createServer(listen, connectTimeoutMs);
  const broker = new Broker(listen, server, context);
  try {
    await broker.start(connectTimeoutMs);
    if (context.signal.aborted) throw new DeviceError('stopped', 'stopped while opening the broker');
  } catch (error) {
    await broker.close();
    throw error;
  }
  return broker;
}

class Broker implements Transport {
  readonly #listen: Listen;
  readonly #server: Server;
  readonly #context: TransportContext;
  readonly #accounts: Accounts;
  readonly #retained = new RetainedBudget();
  readonly #sockets = new Set<Socket>();
  readonly #accountOf = new WeakMap<Client, Account>();
  readonly #willTopicOf = new WeakMap<Client, string>();
  /** Key: client id. */
  readonly #clients = new Map<string, Client>();
  /** Users whose refusals have been logged. */
  readonly #warned = new Set<string | null>();
  readonly #counters = {
    refused_publishes: 0,
    refused_clients: 0,
    refused_subscriptions: 0,
    oversized_packets: 0,
    client_errors: 0,
  };
  #aedes: Aedes | null = null;
  #isClosed = false;

  constructor(listen: Listen, server: Server, context: TransportContext) {
    this.#listen = listen;
    this.#server = server;
    this.#context = context;
    this.#accounts = new Accounts(listen.users);
  }

  async start(connectTimeoutMs: number): Promise<void> {
    const { Aedes } = await import('aedes');
    this.#aedes = await Aedes.createBroker(this.#toOptions(connectTimeoutMs));
    this.#subscribe(this.#aedes);
    this.#server.on('connection', (socket: Socket) => this.#track(socket));
    this.#server.on(this.#listen.tls ? 'secureConnection' : 'connection', (socket: Socket) =>
      this.#accept(socket),
    );
    this.#server.on('drop', () => this.#counters.refused_clients++);
    await this.#bind();
    this.#server.on('error', (error) => this.#lose(toReason(error, this.#place)));
  }

  async close(): Promise<void> {
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    const ended = new Promise((resolve) => this.#server.close(resolve));
    const aedes = this.#aedes;
    if (aedes && !wasClosed)
      await isDoneWithin(new Promise<void>((resolve) => aedes.close(() => resolve())), CLOSE_MS);
    for (const socket of this.#sockets) socket.destroy();
    await isDoneWithin(ended, CLOSE_MS);
  }

  stats(): Readonly<Record<string, number>> {
    return { ...this.#counters, clients: this.#isClosed ? 0 : this.#clients.size };
  }

  get #place(): string {
    return `${this.#listen.host}:${this.#listen.port}`;
  }

  #bind(): Promise<void> {
    const { host, port } = this.#listen;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(new DeviceError('connect-failed', toReason(error, this.#place), { cause: error })),
      );
      this.#server.listen({ host, port }, () => {
        this.#server.removeAllListeners('error');
        resolve();
      });
    });
  }

  #toOptions(connectTimeoutMs: number): AedesOptions {
    return {
      connectTimeout: connectTimeoutMs,
      drainTimeout: DRAIN_TIMEOUT_MS,
      maxInflightInbound: MAX_HALF_DONE,
      queueLimit: MAX_BEFORE_LOGIN,
      preConnect: (client, packet, done) => {
        // A session that outlives its connection would be a queue without an end.
        packet.clean = true;
        if (packet.will) this.#willTopicOf.set(client, packet.will.topic);
        done(null, true);
      },
      authenticate: (client, name, password, done) => {
        const refusal = this.#admit(client, name, password);
        done(refusal, refusal === null);
      },
      authorizePublish: (client, packet, done) => done(client && this.#judgePublish(client, packet)),
      authorizeSubscribe: (client, subscription, done) => {
        const mayRead = this.#accountOf.get(client)?.mayRead(subscription.topic) === true;
        if (!mayRead) this.#counters.refused_subscriptions++;
        done(null, mayRead ? subscription : null);
      },
    };
  }

  #subscribe(aedes: Aedes): void {
    aedes.subscribe(
      '#',
      ({ topic, payload }, done) => {
        const isOurs = topic.startsWith('$') || this.#isClosed;
        if (!isOurs) this.#context.events.message({ topic, payload: toBuffer(payload), isRetained: false });
        done();
      },
      () => {},
    );
    aedes.on('client', (client) => this.#clients.set(client.id, client));
    aedes.on('clientDisconnect', (client) => {
      if (this.#clients.get(client.id) === client) this.#clients.delete(client.id);
    });
    aedes.on('unsubscribe', (filters, client) => {
      for (const filter of filters) this.#accountOf.get(client)?.forget(filter);
    });
    for (const event of ['clientError', 'connectionError'] as const) {
      aedes.on(event, () => void this.#counters.client_errors++);
    }
    // Undocumented in its types: what its store or its own timers report.
    (aedes as NodeJS.EventEmitter).on('error', (error: Error) =>
      this.#lose(`broker failed: ${error.message}`),
    );
    keepWills(aedes);
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #accept(socket: Socket): void {
    const aedes = this.#aedes;
    if (this.#isClosed || aedes === null) {
      socket.destroy();
      return;
    }
    socket.setNoDelay(true);
    // A client decides itself how often it speaks, and may decide never.
    socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS);
    limitPackets(socket, { firstBytes: MAX_CONNECT_BYTES, bytes: MAX_PACKET_BYTES }, () => {
      this.#counters.oversized_packets++;
    });
    aedes.handle(socket);
  }

  /** @returns why not; null = welcome */
  #admit(
    client: Client,
    name: string | undefined,
    password: Uint8Array | undefined,
  ): AuthenticateError | null {
    const refuse = (returnCode: number, why: string): AuthenticateError => {
      this.#counters.refused_clients++;
      this.#warn(name === undefined ? null : toShown(name), { client: toShown(client.id) }, why);
      return Object.assign(new Error(why), { returnCode });
    };
    const account = this.#accounts.logIn(name, password);
    if (account === null) return refuse(BAD_USER_OR_PASSWORD, 'wrong user name or password');
    const holder = this.#clients.get(client.id);
    const holderName = holder && this.#accountOf.get(holder)?.name;
    if (holder && holderName !== account.name)
      return refuse(IDENTIFIER_REJECTED, 'client id of another user');
    const willTopic = this.#willTopicOf.get(client);
    const problem = willTopic === undefined ? null : account.toPublishProblem(willTopic);
    if (problem !== null) return refuse(NOT_AUTHORIZED, `will refused: ${problem}`);
    this.#accountOf.set(client, account);
    return null;
  }

  /** @returns why not; null = it may */
  #judgePublish(client: Client, { topic, retain, payload }: PublishPacket): Error | null {
    const account = this.#accountOf.get(client);
    const isFull = () => retain && !this.#retained.take(topic, toBuffer(payload).length);
    const problem = account ? account.toPublishProblem(topic) : 'the client has not logged in';
    const why = problem ?? (isFull() ? 'no room for another retained message' : null);
    if (why === null) return null;
    this.#counters.refused_publishes++;
    this.#warn(
      account?.name ?? null,
      { client: toShown(client.id), topic: toShown(topic) },
      `publish refused: ${why}`,
    );
    return new Error(why);
  }

  /** Once for each user: a device that is set up wrongly tries again and again. */
  #warn(user: string | null, details: object, message: string): void {
    const isKnown = this.#warned.has(user) || this.#warned.size >= MAX_CLIENTS;
    this.#context.log[isKnown ? 'debug' : 'warn']({ user, ...details }, message);
    if (!isKnown) this.#warned.add(user);
  }

  #lose(reason: string): void {
    if (!this.#isClosed) this.#context.events.lost(reason);
  }
}

/**
 * aedes publishes the wills of brokers that it takes for dead, by the wall clock: when that is set forward by minutes
 * it would take itself for dead and all its clients with it. There is no other broker here.
 */
function keepWills(aedes: Aedes): void {
  const { persistence } = aedes as unknown as {
    readonly persistence: { streamWill: () => readonly unknown[] };
  };
  persistence.streamWill = () => [];
}

/** @throws DeviceError `connect-failed` */
function createServer({ tls }: Listen, handshakeTimeout: number): Server {
  const server = tls ? createSecureServer(tls, handshakeTimeout) : createTcpServer();
  server.maxConnections = MAX_CLIENTS;
  return server;
}

function createSecureServer({ cert, key }: NonNullable<Listen['tls']>, handshakeTimeout: number): Server {
  const pair = { cert: readPem(cert), key: readPem(key) };
  return orUnusable('certificate or key of the broker', () =>
    createTlsServer({ ...pair, handshakeTimeout, minVersion: 'TLSv1.2' }),
  );
}

function toShown(text: string): string {
  return text.slice(0, MAX_SHOWN_CHARS);
}

function toBuffer(payload: string | Buffer): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
