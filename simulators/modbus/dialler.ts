/** Dials a port of 127.0.0.1, again after a pause, one attempt at a time. What is said then is dial-in.ts. */
import { connect, type Socket } from 'node:net';

export interface DiallerOptions {
  /** Before an attempt that is not the first one, ms. */
  readonly reconnectMs: number;
  /** The connection is there; whoever takes it may destroy it. */
  connected(socket: Socket): void;
  /** It has ended, or never come about; `isConnected` says which. */
  closed(socket: Socket, isConnected: boolean): void;
}

export interface Dialler {
  /** The first attempt, at once. */
  start(port: number): void;
  /** Another one after the pause; nothing where one is under way already. */
  again(): void;
  /** Ends all connections. Idempotent. */
  close(): void;
}

/** For the other side to take the connection, ms; on one machine a longer wait means that nobody is there. */
const CONNECT_MS = 3_000;

export function createDialler(options: DiallerOptions): Dialler {
  const sockets = new Set<Socket>();
  let port = 0;
  let isClosed = false;
  let timer: NodeJS.Timeout | null = null;
  let isDialling = false;
  const dial = (): void => {
    isDialling = true;
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    sockets.add(socket);
    const late = setTimeout(() => socket.destroy(), CONNECT_MS);
    let isConnected = false;
    const settle = (): void => {
      clearTimeout(late);
      isDialling = false;
    };
    // Whatever the reason, 'close' follows.
    socket.on('error', () => {});
    socket.once('connect', () => {
      isConnected = true;
      settle();
      options.connected(socket);
    });
    socket.on('close', () => {
      if (!isConnected) settle();
      sockets.delete(socket);
      options.closed(socket, isConnected);
    });
  };
  return {
    start(wanted) {
      port = wanted;
      dial();
    },
    again() {
      if (isClosed || isDialling || timer !== null) return;
      timer = setTimeout(() => {
        timer = null;
        dial();
      }, options.reconnectMs);
    },
    close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}
