/**
 * Modbus TCP server of one endpoint on 127.0.0.1. Requests are answered in order; a unit that is not there gives
 * no answer, as behind a gateway. What is answered is respond.ts.
 */
import { createServer, type Socket } from 'node:net';
import type { FrameLog } from '../frame-log.ts';
import type { Unit } from '../simulation.ts';
import { createFramer, HEADER_BYTES, toFrame } from './framing.ts';
import { respond } from './respond.ts';

export const MODBUS_LIMITS = {
  /** Connections at once; real controllers have 1 to 8. */
  connections: 16,
  /** Answers that a client may leave unread before it is cut off, bytes. */
  unsentBytes: 64 * 1024,
  /** A connection without a request for so long is closed, ms. */
  idleMs: 600_000,
} as const;

export interface ModbusServer {
  /** @param port 0 = any free port. @returns the port. Rejects with the socket's error, e.g. EADDRINUSE. */
  listen(port: number): Promise<number>;
  /** Cuts all connections. Idempotent. */
  close(): Promise<void>;
  counters(): Readonly<Record<ModbusCounter, number>>;
}

type ModbusCounter =
  | 'framesServed'
  | 'framesUnanswered'
  | 'connectionsRefused'
  | 'connectionsCutBadFrame'
  | 'connectionsCutUnread'
  | 'connectionsCutIdle';

export interface ModbusServerOptions {
  readonly endpoint: string;
  findUnit(unit: number): Unit | undefined;
  readonly log: FrameLog;
}

export function createModbusServer(options: ModbusServerOptions): ModbusServer {
  const counters: Record<ModbusCounter, number> = {
    framesServed: 0,
    framesUnanswered: 0,
    connectionsRefused: 0,
    connectionsCutBadFrame: 0,
    connectionsCutUnread: 0,
    connectionsCutIdle: 0,
  };
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    // A client that resets is no matter of ours; 'close' follows.
    socket.on('error', () => {});
    if (sockets.size >= MODBUS_LIMITS.connections) {
      counters.connectionsRefused++;
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, options, counters);
  });
  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, '127.0.0.1', () => {
          server.off('error', reject);
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : port);
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
    counters: () => ({ ...counters }),
  };
}

function serve(socket: Socket, options: ModbusServerOptions, counters: Record<ModbusCounter, number>): void {
  const framer = createFramer();
  const cut = (counter: ModbusCounter): void => {
    counters[counter]++;
    socket.destroy();
  };
  socket.setTimeout(MODBUS_LIMITS.idleMs, () => cut('connectionsCutIdle'));
  socket.on('data', (segment: Buffer) => {
    const { frames, isBroken } = framer.push(segment);
    for (const frame of frames) {
      answer(socket, frame, options, counters);
      if (socket.writableLength > MODBUS_LIMITS.unsentBytes) {
        cut('connectionsCutUnread');
        return;
      }
    }
    if (isBroken) cut('connectionsCutBadFrame');
  });
}

function answer(
  socket: Socket,
  request: Buffer,
  options: ModbusServerOptions,
  counters: Record<ModbusCounter, number>,
): void {
  const unit = options.findUnit(request[HEADER_BYTES - 1] ?? 0);
  if (unit === undefined) {
    counters.framesUnanswered++;
    options.log.add(options.endpoint, request, null);
    return;
  }
  const response = toFrame(request, respond(request.subarray(HEADER_BYTES), unit.image, unit.maxRegisters));
  counters.framesServed++;
  options.log.add(options.endpoint, request, response);
  socket.write(response);
}
