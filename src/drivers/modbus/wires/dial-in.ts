/**
 * The wire of a modem that connects to us: waits until it has dialled in, and hands over its stream. Who listens, and
 * who is who, is dial-in-listeners.ts. Heartbeats between frames of a line are the receiver's to pass over, because it
 * alone knows where a frame could begin (line/receiver.ts); frames with MBAP headers are told apart here.
 */
import { Duplex } from 'node:stream';
import { defined } from '../../../core/assert.ts';
import { framingOf, type ModbusLink } from '../schema.ts';
import type { Wire } from '../transport.ts';
import type { DialInConnection, DialInListeners } from './dial-in-listeners.ts';
import { toBytes, toMarks } from './marks.ts';
import { createMbapFilter } from './mbap-filter.ts';

export { createDialInListeners, type DialInListeners } from './dial-in-listeners.ts';

/** For one connection. @param link has `listen` and `registration` */
export function createDialInWire(link: ModbusLink, listeners: DialInListeners): Wire {
  const { host, port } = defined(link.listen, 'listen of a dial-in link');
  const told = defined(link.registration, 'registration of a dial-in link');
  const registration = toBytes(told);
  const name = `dial-in ${told.text ?? registration.toString('hex')}`;
  const counters = { heartbeats: 0, duplicate_dial_ins: 0 };
  const onHeartbeat = () => counters.heartbeats++;
  const isMbap = framingOf(link) === 'mbap';

  return {
    name,
    stats: () => ({ ...counters }),
    open: (signal) =>
      listeners.claim({
        host,
        port,
        registration,
        marks: toMarks(link),
        waitMs: link.connectTimeoutMs,
        signal,
        onDuplicate: () => counters.duplicate_dial_ins++,
        adopt: (connection) =>
          toStream(connection, isMbap ? createMbapFilter(toMarks(link), onHeartbeat) : asIs),
      }),
  };
}

function asIs(chunk: Buffer): Buffer {
  return chunk;
}

/** The socket stays with its listener, which goes on watching it; the stream ends with it, and ends it. */
function toStream(connection: DialInConnection, filter: (chunk: Buffer) => Buffer): Duplex {
  const { socket } = connection;
  const stream = new Duplex({
    // What comes is consumed at once: nothing to hold back.
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      socket.write(chunk, callback);
    },
    destroy(error, callback) {
      socket.destroy();
      callback(error);
    },
  });
  connection.onBytes = (chunk) => {
    const bytes = filter(chunk);
    if (bytes.length > 0 && !stream.destroyed) stream.push(bytes);
  };
  connection.onEnd = (error) => stream.destroy(error ?? undefined);
  return stream;
}
