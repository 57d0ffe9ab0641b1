/** Raw Modbus bytes over a real socket or serial port, written by hand in hex; knows nothing of the simulators' own code. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import { freePort } from '../support/ports.ts';

export interface RawWire {
  /** Sends bytes written as hex with blanks. */
  send(hex: string): void;
  /** The next `bytes` bytes as hex. Rejects when they do not come before the deadline or the socket closes. */
  receive(bytes: number): Promise<string>;
  /** Bytes received and not taken yet, as hex. */
  rest(): string;
  /** Pieces in which bytes have come so far. */
  pieces(): number;
  /** Resolves when the other side has closed; rejects after the deadline. */
  closed(): Promise<void>;
  isClosed(): boolean;
  /** Code of the error that ended it, e.g. ECONNRESET; null = none. */
  errorCode(): string | null;
  end(): void;
}

export interface Wire extends RawWire {
  readonly socket: Socket;
}

const DEADLINE_MS = 15_000;

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const wire = toWire(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  return { ...wire, socket };
}

/** 9600 8E1. */
export async function openSerialWire(path: string): Promise<RawWire> {
  const port = new SerialPort({ path, baudRate: 9_600, parity: 'even', autoOpen: false });
  const wire = toWire(port);
  await new Promise<void>((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
  return { ...wire, end: () => port.close(() => {}) };
}

/** A server that somebody dials into. */
export interface DialledServer extends AsyncDisposable {
  readonly port: number;
  /** The next connection. Rejects after the deadline. */
  accept(): Promise<RawWire>;
  /** Of all so far. */
  connections(): number;
}

export async function openDialledServer(ownPort?: number): Promise<DialledServer> {
  const wires: RawWire[] = [];
  let taken = 0;
  const told = new Set<() => void>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    wires.push(toWire(socket));
    for (const each of told) each();
  });
  // One that stays its own while nobody listens there.
  const port = ownPort ?? (await freePort());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port,
    connections: () => wires.length,
    accept: () =>
      waitFor('a connection', told, () => {
        const wire = wires[taken];
        if (wire !== undefined) taken++;
        return wire;
      }),
    async [Symbol.asyncDispose]() {
      for (const wire of wires) wire.end();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function toWire(stream: Duplex): RawWire {
  let buffer = Buffer.alloc(0);
  let pieces = 0;
  let isClosed = false;
  let errorCode: string | null = null;
  const changed = new Set<() => void>();
  const tell = (): void => changed.forEach((each) => each());
  stream.on('error', (error: NodeJS.ErrnoException) => {
    errorCode = error.code ?? error.message;
  });
  stream.on('close', () => {
    isClosed = true;
    tell();
  });
  stream.on('data', (segment: Buffer) => {
    buffer = Buffer.concat([buffer, segment]);
    pieces++;
    tell();
  });
  const wait = <T>(what: string, look: () => T | undefined): Promise<T> =>
    waitFor(what, changed, look, () => isClosed);
  return {
    send: (hex) => void stream.write(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    receive: (bytes) =>
      wait(`${bytes} bytes`, () => {
        if (buffer.length < bytes) return undefined;
        const taken = buffer.subarray(0, bytes);
        buffer = buffer.subarray(bytes);
        return toHex(taken);
      }),
    rest: () => toHex(buffer),
    pieces: () => pieces,
    closed: () => wait('end of connection', () => (isClosed ? true : undefined)).then(() => {}),
    isClosed: () => isClosed,
    errorCode: () => errorCode,
    end: () => void stream.destroy(),
  };
}

/** @param isOver nothing more can come: what is not there then never will be. */
function waitFor<T>(
  what: string,
  changed: Set<() => void>,
  look: () => T | undefined,
  isOver: () => boolean = () => false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer);
      changed.delete(check);
    };
    const timer = setTimeout(() => {
      finish();
      reject(new Error(`${what}: nothing within ${DEADLINE_MS} ms`));
    }, DEADLINE_MS);
    const check = (): void => {
      const found = look();
      if (found === undefined && !isOver()) return;
      finish();
      if (found === undefined) reject(new Error(`${what}: closed`));
      else resolve(found);
    };
    changed.add(check);
    check();
  });
}

function toHex(bytes: Buffer): string {
  return bytes.toString('hex').replaceAll(/(..)(?=.)/g, '$1 ');
}
