/**
 * A Modbus endpoint on a TCP port of 127.0.0.1: who may connect, and what faults do to connections. What is said on
 * one is conversation.ts. Frames are MBAP unless told otherwise (RTU over TCP is what serial servers speak).
 */
import { createServer, type Socket } from 'node:net';
import { type Conversation, createConversation } from './conversation.ts';
import { FRAME_FORMS } from './framing.ts';
import { createCounters, MODBUS_LIMITS, type ModbusLine, type ModbusLineOptions } from './line.ts';
import { type ConnectionFault, createWireFaults } from './wire-faults.ts';

export { MODBUS_LIMITS } from './line.ts';
export type ModbusServer = ModbusLine;

export interface ModbusServerOptions extends Pick<ModbusLineOptions, 'endpoint' | 'findUnit' | 'log'> {
  readonly form?: ModbusLineOptions['form'];
  readonly faults?: ModbusLineOptions['faults'];
}

export function createModbusServer(given: ModbusServerOptions): ModbusServer {
  const options = { form: FRAME_FORMS.mbap, faults: createWireFaults(), ...given };
  const { faults, log, endpoint } = options;
  const counters = createCounters();
  /** Value: null while the connection is mute. */
  const served = new Map<Socket, Conversation | null>();
  const strike = (socket: Socket, fault: ConnectionFault): void => {
    counters.faultsStruck++;
    log.add(endpoint, new Uint8Array(0), null, [fault]);
    served.get(socket)?.end();
    if (fault === 'half-open') mute(socket, served);
    else socket.destroy();
  };
  const server = createServer({ noDelay: true }, (socket) => {
    // A client that resets is no matter of ours; 'close' follows.
    socket.on('error', () => {});
    const fault = faults.decideConnection(served.size);
    const isRefused = fault === 'refuse' || fault === 'connection-limit';
    const serving = served.size - toMute(served).length;
    if (isRefused || serving >= MODBUS_LIMITS.connections) {
      counters.connectionsRefused++;
      if (isRefused) strike(socket, fault);
      else socket.destroy();
      return;
    }
    counters.connectionsMade++;
    served.set(socket, null);
    socket.on('close', () => {
      served.get(socket)?.end();
      served.delete(socket);
    });
    if (fault === null) served.set(socket, serve(socket, options, counters));
    else strike(socket, fault);
  });
  return {
    listen: (port) => listen(server, port),
    strikeOpen() {
      for (const [socket, conversation] of served) {
        const fault = conversation === null ? null : faults.decideOpenConnection();
        if (fault !== null) strike(socket, fault);
      }
    },
    revive() {
      for (const socket of toMute(served)) socket.resetAndDestroy();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of served.keys()) socket.destroy();
      }),
    counters: () => ({ ...counters }),
  };
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function toMute(served: ReadonlyMap<Socket, Conversation | null>): readonly Socket[] {
  return Array.from(served)
    .filter(([, conversation]) => conversation === null)
    .map(([socket]) => socket);
}

/** The socket stays, but what arrives is left in the system's buffer, the client's FIN included. */
function mute(socket: Socket, served: Map<Socket, Conversation | null>): void {
  served.set(socket, null);
  socket.removeAllListeners('data');
  socket.setTimeout(0);
  socket.pause();
  const all = toMute(served);
  if (all.length > MODBUS_LIMITS.muteConnections) all[0]?.resetAndDestroy();
}

function serve(
  socket: Socket,
  options: ModbusLineOptions,
  counters: ReturnType<typeof createCounters>,
): Conversation {
  const conversation = createConversation(
    {
      write: (bytes) => void socket.write(bytes),
      unsentBytes: () => socket.writableLength,
      close: () => void socket.destroy(),
      reset: () => void socket.resetAndDestroy(),
    },
    options,
    counters,
  );
  socket.setTimeout(MODBUS_LIMITS.idleMs, () => {
    counters.connectionsCutIdle++;
    socket.destroy();
  });
  socket.on('data', (segment: Buffer) => conversation.receive(segment));
  return conversation;
}
