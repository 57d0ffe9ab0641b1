/**
 * The way to a device by TCP: its host, or the backup when that cannot be reached. What is remembered from one
 * connection of a link to the next stands in its TcpPath; a wire is used for one connection.
 *
 * | end of the connection, or of the attempt            | what is tried                     |
 * | connecting fails (refused, no answer in time)       | the other one, in the same attempt|
 * | connected, but nothing has answered                 | next time the other one first     |
 * | something has answered                              | next time the host first          |
 */
import type { Socket } from 'node:net';
import { DeviceError } from '../../../core/errors.ts';
import { type Endpoint, openSocket } from '../opening.ts';
import type { ModbusLink } from '../schema.ts';
import type { OnBytes, Wire } from '../transport.ts';

const DEFAULT_PORT = 502;
/**
 * Longest wait for the previous socket of the link to be gone. Devices that take one connection refuse the next until
 * then; a socket that is destroyed closes within a turn of the event loop, so this is only met when somebody holds it.
 */
const CLOSE_WAIT_MS = 1_000;

/** What the wire needs of a link. */
export type TcpLink = Pick<ModbusLink, 'host' | 'port' | 'backup' | 'connectTimeoutMs'>;

/** What one link remembers of its connections. Kept by the driver for as long as it lives. */
export class TcpPath {
  /** Place in the list of addresses (0 = the host, 1 = its backup) with which the next attempt begins. */
  #first = 0;
  #used = 0;
  #socket: Socket | null = null;

  get first(): number {
    return this.#first;
  }

  /** @param at place of the address in the list */
  adopt(socket: Socket, at: number): void {
    this.#socket = socket;
    this.#used = at;
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = null;
    });
  }

  /** What the connection that has just ended was good for. */
  judge(hasAnswered: boolean): void {
    this.#first = hasAnswered ? 0 : 1 - this.#used;
  }

  /** Resolves when the previous socket is closed, after CLOSE_WAIT_MS, or when it is aborted; null = it is closed. */
  untilClosed(signal: AbortSignal): Promise<void> | null {
    const socket = this.#socket;
    if (!socket || signal.aborted) return null;
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        socket.off('close', done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, CLOSE_WAIT_MS);
      socket.once('close', done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}

/** @param path that of the link; without it nothing is remembered from one connection to the next */
export function createTcpWire(link: TcpLink, path = new TcpPath()): Wire {
  const addresses = toAddresses(link);
  let used = addresses[path.first] ?? addresses[0];
  /** Connections over the backup. */
  let failovers = 0;

  async function connect(at: number, signal: AbortSignal, onBytes?: OnBytes): Promise<Socket> {
    const address = addresses[at] ?? addresses[0];
    const socket = await openSocket(address, signal, onBytes);
    used = address;
    path.adopt(socket, at);
    if (at > 0) failovers++;
    return socket;
  }

  async function open(signal: AbortSignal, onBytes?: OnBytes): Promise<Socket> {
    const closing = path.untilClosed(signal);
    if (closing) await closing;
    if (addresses.length === 1) return await connect(0, signal, onBytes);
    const { first } = path;
    try {
      return await connect(first, signal, onBytes);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code === 'stopped') throw error;
      return await connect(1 - first, signal, onBytes).catch((second: unknown) => {
        throw toBoth(error, second);
      });
    }
  }

  return {
    get name() {
      return toName(used);
    },
    stats: () => ({ failovers }),
    open,
    openReading: open,
  };
}

function toAddresses({ host = '', port = DEFAULT_PORT, backup, connectTimeoutMs }: TcpLink) {
  const primary: Endpoint = { host, port, connectTimeoutMs };
  const second: readonly Endpoint[] = backup
    ? [{ host: backup.host, port: backup.port ?? port, connectTimeoutMs }]
    : [];
  return [primary, ...second] as const;
}

function toName({ host, port }: Endpoint): string {
  return `${host}:${port}`;
}

/** Both ways have failed; whoever looks for the reason wants to see both. */
function toBoth(first: DeviceError, second: unknown): unknown {
  if (!(second instanceof DeviceError) || second.code === 'stopped') return second;
  return new DeviceError(second.code, `${first.message}; ${second.message}`, { cause: second });
}
