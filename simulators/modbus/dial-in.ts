/**
 * A Modbus endpoint behind a modem that dials into somebody's port on 127.0.0.1, as 4G units do: sends its
 * registration, then heartbeats between frames, answers what it is asked, and dials again when the connection is lost
 * or refused. What is said on a connection is conversation.ts.
 */
import type { Socket } from 'node:net';
import { type Conversation, createConversation } from './conversation.ts';
import { createDialler } from './dialler.ts';
import {
  createCounters,
  MODBUS_LIMITS,
  type ModbusCounters,
  type ModbusLine,
  type ModbusLineOptions,
} from './line.ts';
import type { ConnectionFault } from './wire-faults.ts';

export interface DialInOptions extends ModbusLineOptions {
  /** Sent first on every connection; may be empty. */
  readonly registration: Buffer;
  readonly heartbeat: { readonly bytes: Buffer; readonly everyMs: number } | null;
  /** From a lost or refused connection to the next attempt, ms. */
  readonly reconnectMs: number;
}

/**
 * `half-open`: the modem has lost its connection without a word and dials again; the old one stays mute. Where the new
 * one is struck too, it does not dial a third time.
 */
export function createDialIn(options: DialInOptions): ModbusLine {
  const { faults, log, endpoint, reconnectMs } = options;
  const counters = createCounters();
  /** Connections that are there but mute, oldest first. */
  const mute = new Set<Socket>();
  let current: { readonly socket: Socket; readonly conversation: Conversation } | null = null;

  const strike = (socket: Socket, conversation: Conversation, fault: ConnectionFault): void => {
    counters.faultsStruck++;
    log.add(endpoint, new Uint8Array(0), null, [fault]);
    conversation.end();
    if (fault === 'half-open') silence(socket, mute);
    else socket.destroy();
  };
  const dialler = createDialler({
    reconnectMs,
    connected(socket) {
      counters.connectionsMade++;
      const conversation = serve(socket, options, counters);
      const fault = faults.decideConnection(mute.size);
      if (fault === null) current = { socket, conversation };
      else strike(socket, conversation, fault);
    },
    closed(socket, isConnected) {
      if (!isConnected) counters.connectionsFailed++;
      mute.delete(socket);
      if (current?.socket === socket) {
        current.conversation.end();
        current = null;
      }
      if (current === null) dialler.again();
    },
  });
  return {
    async listen(port) {
      if (port !== 0) dialler.start(port);
      return port;
    },
    strikeOpen() {
      const fault = current === null ? null : faults.decideOpenConnection();
      if (current === null || fault === null) return;
      const { socket, conversation } = current;
      current = null;
      strike(socket, conversation, fault);
      dialler.again();
    },
    revive() {
      for (const socket of mute) socket.resetAndDestroy();
    },
    async close() {
      dialler.close();
    },
    counters: () => ({ ...counters }),
  };
}

/** The connection stays, but what arrives is left in the system's buffer, the other side's FIN included. */
function silence(socket: Socket, mute: Set<Socket>): void {
  mute.add(socket);
  socket.removeAllListeners('data');
  socket.pause();
  const [oldest] = mute;
  if (mute.size > MODBUS_LIMITS.muteConnections) oldest?.resetAndDestroy();
}

function serve(socket: Socket, options: DialInOptions, counters: ModbusCounters): Conversation {
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
  const { registration, heartbeat } = options;
  if (registration.length > 0) conversation.say(registration);
  if (heartbeat !== null) {
    const beat = setInterval(() => conversation.say(heartbeat.bytes), heartbeat.everyMs);
    socket.on('close', () => clearInterval(beat));
  }
  socket.on('data', (segment: Buffer) => conversation.receive(segment));
  return conversation;
}
