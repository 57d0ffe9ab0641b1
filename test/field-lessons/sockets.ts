/** Counts the gateway's own sockets to a port from inside the process, where no race with the other end can hide one. */
import { subscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { Defer } from './bench.ts';

export interface SocketWatch {
  /** Connecting or connected now. */
  open(): number;
  /** Most at any one time. */
  most(): number;
  attempts(): number;
  /** Wall clock of every connection that was made, UTC ms. */
  readonly connectedMs: readonly number[];
}

/** Key: port. */
const watches = new Map<number, (socket: Socket) => void>();
let isListening = false;

function listen(): void {
  if (isListening) return;
  isListening = true;
  subscribe('net.client.socket', (message) => {
    const { socket } = message as { readonly socket: Socket };
    socket.once('connectionAttempt', (_address: string, port: number) => watches.get(port)?.(socket));
  });
}

/** From now on; before the gateway starts. */
export function watchSockets(defer: Defer, port: number): SocketWatch {
  listen();
  const open = new Set<Socket>();
  const connectedMs: number[] = [];
  let most = 0;
  let attempts = 0;
  watches.set(port, (socket) => {
    attempts++;
    open.add(socket);
    most = Math.max(most, open.size);
    socket.once('connect', () => connectedMs.push(Date.now()));
    socket.once('close', () => open.delete(socket));
  });
  defer(() => void watches.delete(port));
  return { open: () => open.size, most: () => most, attempts: () => attempts, connectedMs };
}
