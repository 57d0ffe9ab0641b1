/**
 * What the tests of a line share: frames built with another implementation's checksums (modbus-serial's), a bus that
 * answers what a test tells it to, and a wire to it.
 */
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createConnection, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { createLineTransport } from '../../../../src/drivers/modbus/line/transport.ts';
import { type ModbusLink, toModbusLink } from '../../../../src/drivers/modbus/schema.ts';
import type { Exchange, Transport, Wire } from '../../../../src/drivers/modbus/transport.ts';

/** Begins a frame of ASCII. */
const COLON = 0x3a;
/** Unit, function, address, count or value, CRC. */
const REQUEST_BYTES = 8;

const require = createRequire(import.meta.url);
const crc16 = require('modbus-serial/utils/crc16') as (bytes: Buffer) => number;
const lrc8 = require('modbus-serial/utils/lrc') as (bytes: Buffer) => number;

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** An RTU frame around what is written down without its CRC. */
export function rtu(text: string | Buffer): Buffer {
  const bytes = typeof text === 'string' ? hex(text) : text;
  const crc = Buffer.alloc(2);
  crc.writeUInt16LE(crc16(bytes));
  return Buffer.concat([bytes, crc]);
}

/** An ASCII frame around what is written down without its LRC. */
export function ascii(text: string): Buffer {
  const bytes = hex(text);
  return Buffer.from(
    `:${Buffer.concat([bytes, Buffer.of(lrc8(bytes))])
      .toString('hex')
      .toUpperCase()}\r\n`,
  );
}

/** A read of registers. */
export function read(
  unit: number,
  address: number,
  count: number,
  options: { readonly timeoutMs?: number; readonly functionCode?: number } = {},
): Exchange {
  const pdu = Buffer.alloc(5);
  pdu[0] = options.functionCode ?? 3;
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(count, 3);
  const isBits = pdu[0] <= 2;
  return {
    unit,
    pdu,
    answerBytes: 2 + (isBits ? Math.ceil(count / 8) : count * 2),
    timeoutMs: options.timeoutMs ?? 20_000,
    label: `unit ${unit} at ${address}`,
  };
}

/** Function 6. */
export function write(unit: number, address: number, value: number, timeoutMs = 20_000): Exchange {
  const pdu = Buffer.alloc(5);
  pdu[0] = 6;
  pdu.writeUInt16BE(address, 1);
  pdu.writeUInt16BE(value, 3);
  return { unit, pdu, answerBytes: 5, timeoutMs, label: `unit ${unit} at ${address} = ${value}` };
}

/** The answer of a device whose registers hold their addresses plus 1,000 times its unit. */
export function answerOf(request: Buffer): Buffer {
  const [unit, address, count] = [request.readUInt8(0), request.readUInt16BE(2), request.readUInt16BE(4)];
  const answer = Buffer.alloc(3 + count * 2);
  answer[0] = unit;
  answer[1] = request.readUInt8(1);
  answer[2] = count * 2;
  for (let at = 0; at < count; at++) answer.writeUInt16BE((unit * 1_000 + address + at) & 0xffff, 3 + at * 2);
  return rtu(answer);
}

/** Registers of an answer's PDU. */
export function registers(pdu: Buffer): readonly number[] {
  return Array.from({ length: (pdu.length - 2) / 2 }, (_, at) => pdu.readUInt16BE(2 + at * 2));
}

export interface Bus {
  readonly port: number;
  /** Every request so far, with the time of its arrival (monotonic ms). */
  readonly requests: readonly { readonly bytes: Buffer; readonly atMs: number }[];
  /** Connections so far. */
  readonly accepted: number;
  readonly sockets: ReadonlySet<Socket>;
  respond: (request: Buffer, socket: Socket) => void;
}

/** RTU requests of 8 bytes come in one segment when this process was held up; anything else is handed over as it came. */
function cutRequests(segment: Buffer): readonly Buffer[] {
  if (segment[0] === COLON || segment.length % REQUEST_BYTES !== 0) return [segment];
  const starts = Array.from({ length: segment.length / REQUEST_BYTES }, (_, at) => at * REQUEST_BYTES);
  return starts.map((start) => segment.subarray(start, start + REQUEST_BYTES));
}

/** A serial server with a bus behind it. */
export async function startBus(
  respond: Bus['respond'] = (request, socket) => socket.write(answerOf(request)),
): Promise<Bus> {
  const requests: { bytes: Buffer; atMs: number }[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    accepted++;
    sockets.add(socket);
    socket.on('error', () => null);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (segment) => {
      for (const bytes of cutRequests(segment)) {
        requests.push({ bytes, atMs: performance.now() });
        bus.respond(bytes, socket);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as { port: number };
  const bus: Bus = {
    port,
    requests,
    get accepted() {
      return accepted;
    },
    sockets,
    respond,
  };
  return bus;
}

export function link(options: Record<string, unknown> = {}): ModbusLink {
  return toModbusLink({ framing: 'rtu', host: '127.0.0.1', ...options });
}

/** A wire to a port of this machine, and nothing else. */
export function wireTo(port: number): Wire {
  return {
    name: `127.0.0.1:${port}`,
    stats: () => ({}),
    async open() {
      const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
      await once(socket, 'connect');
      return socket;
    },
  };
}

/** Connected; closed when the test ends. */
export async function connect(options: ModbusLink, wire: Wire): Promise<Transport> {
  const transport = createLineTransport(options, wire);
  onTestFinished(() => transport.close());
  await transport.connect(NEVER);
  return transport;
}

/** A signal that nobody aborts. */
export const NEVER = new AbortController().signal;

/** Of a failed exchange. */
export async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await work.then(
    () => new Error('it has not failed'),
    (reason: unknown) => reason,
  );
  const { code = 'none', message } = error as { code?: string; message: string };
  return { code, message };
}
