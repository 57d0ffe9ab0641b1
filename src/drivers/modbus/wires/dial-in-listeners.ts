/**
 * Listens for modems and tells by their registration which link each belongs to. Links may share an address. A server is
 * opened when the first link asks, and closed when none has asked for a while.
 *
 *   connected ──registration──▶ parked ──a link asks──▶ handed over ──▶ closed
 *       │                          └── nobody asks in time ──────────────▲
 *       └── unknown, late, too many ──────────────────────────────────────┘
 *
 * A modem that was cut off dials in again while its old connection still looks alive, since it never said goodbye: the
 * newer connection counts, the older one is closed.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { DeviceError } from '../../../core/errors.ts';
import type { ListenerStatus } from '../../../core/link.ts';
import { toSocketCode } from '../../socket-reason.ts';
import { toPlace } from '../link-way.ts';
import { readRegistration } from './registration.ts';

/** Limits of one address; tests make them small. */
export const DIAL_IN_LIMITS = {
  /** From connecting to the registration. Modems send it at once; slow networks take seconds. */
  registrationMs: 10_000,
  /** What registers while no link asks. Longer than the longest pause between two attempts of a link. */
  parkedMs: 60_000,
  /** Without a link that asks or is connected, the address is given up: it is not in the configuration any more. */
  idleMs: 120_000,
  connections: 1_024,
  /** Not registered yet: whoever knocks at an open port must not take the place of modems. */
  unregistered: 64,
  /** Different unknown registrations that are logged. */
  loggedUnknown: 32,
};

/** A modem that has dialled in, after its registration. Bytes that come while `onBytes` is unset are thrown away. */
export interface DialInConnection {
  readonly socket: Socket;
  onBytes: ((chunk: Buffer) => void) | null;
  /** Called once. @param error why, when it was not the modem's wish */
  onEnd: ((error: Error | null) => void) | null;
}

export interface DialInClaim {
  readonly host: string;
  /** 0 = any, the same for all that say 0. */
  readonly port: number;
  readonly registration: Buffer;
  /** What the modem may say between frames, and right after its registration. */
  readonly marks: readonly Buffer[];
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Takes the connection over, before its next bytes. */
  adopt(connection: DialInConnection): Duplex;
  /** The modem has dialled in again while connected. */
  onDuplicate(): void;
}

export interface DialInListeners {
  /**
   * Waits until the modem has dialled in.
   * @throws DeviceError `connect-failed` (nobody can listen there), `connect-timeout`, `stopped`
   */
  claim(claim: DialInClaim): Promise<Duplex>;
  /** Where a server listens; null when it does not. */
  portOf(host: string, port: number): number | null;
  /** Of every address that a link has ever asked for, whether a server is open there now or not. */
  statuses(): readonly ListenerStatus[];
  /** Closes all servers and connections; waiting claims end with `stopped`. */
  close(): Promise<void>;
}

/**
 * Counters of one address, since start:
 * - `registration_timeouts`: somebody has connected and not said in time who he is
 * - `refused_connections`: too many at once, or out of descriptors
 * - `parked_timeouts`: registered, and no link has asked in time
 * - `duplicate_dial_ins`: registered again while the older connection still looked alive
 */
export const DIAL_IN_COUNTERS = [
  'unknown_registrations',
  'registration_timeouts',
  'refused_connections',
  'parked_timeouts',
  'duplicate_dial_ins',
] as const;
type DialInCounters = Record<(typeof DIAL_IN_COUNTERS)[number], number>;

/** What is known of one registration. */
interface Seat {
  marks: readonly Buffer[];
  connection: DialInConnection | null;
  waiting: { readonly claim: DialInClaim; readonly settle: (result: Duplex | DeviceError) => void } | null;
  /** Whose connection it is. */
  owner: DialInClaim | null;
  /** Duplicates that no link has heard of. */
  untold: number;
}

interface Context {
  readonly limits: typeof DIAL_IN_LIMITS;
  readonly log: Logger | null;
  readonly unknown: Set<string>;
}

type ListenerContext = Context & { readonly counters: DialInCounters };

/** @param options.log unknown registrations are logged, each once: whoever sets up a modem looks for them */
export function createDialInListeners(
  options: { readonly log?: Logger; readonly limits?: Partial<typeof DIAL_IN_LIMITS> } = {},
): DialInListeners {
  const context: Context = {
    limits: { ...DIAL_IN_LIMITS, ...options.limits },
    log: options.log ?? null,
    unknown: new Set(),
  };
  /** Key: `host:port` as configured. */
  const listeners = new Map<string, DialInListener>();
  /** Key: as `LinkWay.ends` names the address; as many as the configuration has, since only links ask. */
  const counters = new Map<string, DialInCounters>();
  let isClosed = false;

  return {
    async claim(claim) {
      if (isClosed) throw new DeviceError('stopped', 'stopped');
      const key = `${claim.host}:${claim.port}`;
      const counted = counters.get(toPlace(claim)) ?? createCounters();
      counters.set(toPlace(claim), counted);
      const own = { ...context, counters: counted };
      const listener = listeners.get(key) ?? new DialInListener(own, () => listeners.delete(key));
      listeners.set(key, listener);
      return await listener.claim(claim);
    },
    portOf: (host, port) => listeners.get(`${host}:${port}`)?.port ?? null,
    statuses: () => [...counters].map(([place, counted]) => ({ place, counters: { ...counted } })),
    async close() {
      isClosed = true;
      await Promise.all([...listeners.values()].map((listener) => listener.close()));
    },
  };
}

function createCounters(): DialInCounters {
  return Object.fromEntries(DIAL_IN_COUNTERS.map((name) => [name, 0])) as DialInCounters;
}

/** One server. Closed for good when it cannot listen, or nobody needs it. */
class DialInListener {
  readonly #context: ListenerContext;
  readonly #onClosed: () => void;
  readonly #server: Server;
  #listening: Promise<void> | null = null;
  /** Key: registration, as hexadecimal digits. */
  readonly #seats = new Map<string, Seat>();
  readonly #sockets = new Set<Socket>();
  #unregistered = 0;
  #idle: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(context: ListenerContext, onClosed: () => void) {
    this.#context = context;
    this.#onClosed = onClosed;
    this.#server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    this.#server.on('connection', (socket) => this.#onConnection(socket));
  }

  get port(): number | null {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : null;
  }

  async claim(claim: DialInClaim): Promise<Duplex> {
    const seat = this.#seatOf(claim.registration);
    seat.marks = claim.marks;
    if (this.#idle) clearTimeout(this.#idle);
    this.#listening ??= this.#listen(claim.host, claim.port);
    await this.#listening;
    if (claim.signal.aborted || this.#isClosed) {
      this.#armIdle();
      throw new DeviceError('stopped', 'stopped while waiting for the modem');
    }
    const other = new DeviceError('connect-failed', `another link waits for ${toText(claim.registration)}`);
    seat.waiting?.settle(other);
    const isParked = seat.connection !== null && seat.owner === null;
    return isParked ? this.#handOver(seat, claim) : await this.#wait(seat, claim);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#idle) clearTimeout(this.#idle);
    this.#onClosed();
    for (const { waiting } of this.#seats.values()) waiting?.settle(new DeviceError('stopped', 'stopped'));
    await this.#listening?.catch(() => null);
    for (const socket of this.#sockets) socket.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => {
        this.#onClosed();
        reject(toListenError(error, host, port));
      };
      this.#server.once('error', onError);
      this.#server.listen(port, host, () => {
        this.#server.off('error', onError);
        // Accepting one connection has failed (out of descriptors): the next one is tried again.
        this.#server.on('error', () => this.#context.counters.refused_connections++);
        resolve();
      });
    });
  }

  #wait(seat: Seat, claim: DialInClaim): Promise<Duplex> {
    const { registration, waitMs, signal } = claim;
    return new Promise((resolve, reject) => {
      const settle = (result: Duplex | DeviceError) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        seat.waiting = null;
        this.#armIdle();
        if (result instanceof DeviceError) reject(result);
        else resolve(result);
      };
      const onAbort = () => settle(new DeviceError('stopped', 'stopped while waiting for the modem'));
      const timer = setTimeout(
        () =>
          settle(new DeviceError('connect-timeout', `no modem has dialled in as ${toText(registration)}`)),
        waitMs,
      );
      signal.addEventListener('abort', onAbort, { once: true });
      seat.waiting = { claim, settle };
    });
  }

  #onConnection(socket: Socket): void {
    const { limits, counters } = this.#context;
    socket.on('error', ignoreError);
    const isFull = this.#sockets.size >= limits.connections || this.#unregistered >= limits.unregistered;
    if (isFull) {
      counters.refused_connections++;
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    this.#unregistered++;
    const known = () =>
      [...this.#seats].map(([key, { marks }]) => ({ registration: Buffer.from(key, 'hex'), marks }));
    readRegistration(socket, known, limits.registrationMs, (result) => {
      this.#unregistered--;
      if (result.kind === 'known') return this.#onRegistered(socket, result.registration, result.rest);
      if (result.kind === 'late') counters.registration_timeouts++;
      if (result.kind === 'unknown') this.#onUnknown(result.bytes);
      socket.destroy();
    });
    socket.on('close', () => this.#sockets.delete(socket));
  }

  #onUnknown(bytes: Buffer): void {
    const { counters, log, unknown, limits } = this.#context;
    counters.unknown_registrations++;
    const text = toText(bytes);
    if (unknown.has(text) || unknown.size >= limits.loggedUnknown) return;
    unknown.add(text);
    log?.warn({ registration: text, port: this.port }, 'a modem has dialled in with an unknown registration');
  }

  #onRegistered(socket: Socket, registration: Buffer, rest: Buffer): void {
    const seat = this.#seatOf(registration);
    this.#replace(seat);
    const connection: DialInConnection = { socket, onBytes: null, onEnd: null };
    seat.connection = connection;
    seat.owner = null;
    socket.on('data', (chunk: Buffer) => connection.onBytes?.(chunk));
    socket.on('end', () => socket.destroy());
    socket.on('close', () => this.#onClosedConnection(seat, connection, null));
    if (seat.waiting) {
      const { claim, settle } = seat.waiting;
      settle(this.#handOver(seat, claim));
      if (rest.length > 0) connection.onBytes?.(rest);
    } else this.#park(seat, connection);
    socket.resume();
  }

  /** The newer connection of a modem counts. */
  #replace(seat: Seat): void {
    const { connection, owner } = seat;
    if (!connection) return;
    this.#context.counters.duplicate_dial_ins++;
    if (owner) owner.onDuplicate();
    else seat.untold++;
    this.#onClosedConnection(seat, connection, new Error('the modem has dialled in again'));
    connection.socket.destroy();
  }

  #onClosedConnection(seat: Seat, connection: DialInConnection, error: Error | null): void {
    if (seat.connection === connection) {
      seat.connection = null;
      seat.owner = null;
      this.#armIdle();
    }
    connection.onEnd?.(error);
    connection.onEnd = null;
  }

  #park(seat: Seat, connection: DialInConnection): void {
    const timer = setTimeout(() => {
      if (seat.connection !== connection || seat.owner) return;
      this.#context.counters.parked_timeouts++;
      connection.socket.destroy();
    }, this.#context.limits.parkedMs);
    connection.socket.on('close', () => clearTimeout(timer));
  }

  #handOver(seat: Seat, claim: DialInClaim): Duplex {
    const { connection } = seat;
    if (!connection) throw new DeviceError('connection-lost', 'the modem has hung up');
    seat.owner = claim;
    for (; seat.untold > 0; seat.untold--) claim.onDuplicate();
    return claim.adopt(connection);
  }

  #seatOf(registration: Buffer): Seat {
    const key = registration.toString('hex');
    const seat = this.#seats.get(key) ?? {
      marks: [],
      connection: null,
      waiting: null,
      owner: null,
      untold: 0,
    };
    this.#seats.set(key, seat);
    return seat;
  }

  /** Not once it is closed: another listener may have the address by then. */
  #armIdle(): void {
    if (this.#isClosed) return;
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      const isNeeded = [...this.#seats.values()].some(({ waiting, owner }) => waiting ?? owner);
      if (!isNeeded) void this.close();
    }, this.#context.limits.idleMs);
    this.#idle.unref();
  }
}

function toListenError(error: Error, host: string, port: number): DeviceError {
  const place = `${host}:${port}`;
  const code = toSocketCode(error);
  const words: Readonly<Record<string, string>> = {
    EADDRINUSE: `${place} is used by another program`,
    EACCES: `not allowed to listen on ${place}: ports below 1024 need more rights`,
    EADDRNOTAVAIL: `${host} is no address of this machine`,
    ENOTFOUND: `unknown host ${host}`,
  };
  const message = words[code] ?? `cannot listen on ${place} (${code || error.message})`;
  return new DeviceError('connect-failed', message, { cause: error });
}

/** As people write registrations: text where it is printable, else hexadecimal digits. */
function toText(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e]+$/.test(text) ? text : bytes.toString('hex');
}

/** Its end is what counts, and that is seen by `close`. */
function ignoreError(): void {}
