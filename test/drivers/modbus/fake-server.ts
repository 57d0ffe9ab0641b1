/**
 * A Modbus TCP server for tests, on bare sockets: it knows only where a frame ends, and answers what the test tells it
 * to, byte for byte. It shares no code with the driver.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { freePort } from '../../support/ports.ts';

export interface FakeRequest {
  readonly bytes: Buffer;
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  /** First two bytes after the function code. */
  readonly address: number;
  /** The next two: a count, or a value that is written. */
  readonly count: number;
  /** Function code and data. */
  readonly pdu: Buffer;
}

/** Answers with what it returns (null = silence), or uses the socket itself. */
export type Responder = (request: FakeRequest, socket: Socket) => Buffer | null;

export interface FakeServer {
  readonly port: number;
  /** Every request so far, over all connections. */
  readonly requests: readonly FakeRequest[];
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections turned away since the only place was taken. */
  readonly refused: number;
  /** Connections open now. */
  readonly sockets: ReadonlySet<Socket>;
  respond: Responder;
  /** Refuses new connections and resets the open ones. */
  cut(): Promise<void>;
  /** Listens again on the same port. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Transaction, protocol and length, which counts what follows. */
const LENGTH_END = 6;

/** Every register holds its address; every bit is the parity of its address. */
export const answerAddresses: Responder = (request) => {
  const { address, count, functionCode } = request;
  if (functionCode <= 2) {
    const data = Buffer.alloc(Math.ceil(count / 8));
    for (let at = 0; at < count; at++) if ((address + at) % 2 === 1) data[at >> 3]! |= 1 << (at & 7);
    return answer(request, data);
  }
  const data = Buffer.alloc(count * 2);
  for (let at = 0; at < count; at++) data.writeUInt16BE(address + at, at * 2);
  return answer(request, data);
};

export const staySilent: Responder = () => null;

/** Confirms what is written as the specification has it: the request itself, or its address and count. */
export const confirmWrites: Responder = (request) => {
  const isCounted = request.functionCode === 15 || request.functionCode === 16;
  return toFrame(request, isCounted ? request.pdu.subarray(0, 5) : request.pdu);
};

/** A correct answer around the given data. */
export function answer(request: FakeRequest, data: Buffer): Buffer {
  return toFrame(request, Buffer.concat([Buffer.from([request.functionCode, data.length]), data]));
}

export function refuse(request: FakeRequest, exceptionCode: number): Buffer {
  return toFrame(request, Buffer.from([request.functionCode | 0x80, exceptionCode]));
}

/** Any function code and data under the request's transaction and unit. */
export function toFrame({ transaction, unit }: FakeRequest, pdu: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, pdu.length + 1, unit]);
  head.writeUInt16BE(transaction, 0);
  return Buffer.concat([head, pdu]);
}

/** `0C 00` … as the specification prints it. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

export interface FakeServerOptions {
  /** Connections at once; one more is closed without a word. Default: any number. */
  readonly maxConnections?: number;
}

/** Loopback, free port. */
export async function startFakeServer(
  respond: Responder = answerAddresses,
  { maxConnections = Number.POSITIVE_INFINITY }: FakeServerOptions = {},
): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  let refused = 0;
  // One that stays its own while it is cut.
  const port = await freePort();
  let server = await listen(port);

  function onConnection(socket: Socket): void {
    socket.on('error', () => {});
    if (sockets.size >= maxConnections) {
      refused++;
      socket.destroy();
      return;
    }
    accepted++;
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (let size = sizeOf(pending); size <= pending.length; size = sizeOf(pending)) {
        const request = toRequest(pending.subarray(0, size));
        pending = pending.subarray(size);
        requests.push(request);
        const reply = fake.respond(request, socket);
        if (reply) socket.write(reply);
      }
    });
  }

  function listen(on: number): Promise<Server> {
    return new Promise((resolve, reject) => {
      const next = createServer({ noDelay: true }, onConnection);
      next.once('error', reject);
      next.listen(on, '127.0.0.1', () => resolve(next));
    });
  }

  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  }

  const fake: FakeServer = {
    port,
    requests,
    get accepted() {
      return accepted;
    },
    get refused() {
      return refused;
    },
    sockets,
    respond,
    cut,
    async restore() {
      server = await listen(port);
    },
    close: async () => {
      if (server.listening) await cut();
    },
  };
  return fake;
}

/** Bytes of the frame at the beginning; infinite as long as its length is not there. */
function sizeOf(bytes: Buffer): number {
  return bytes.length < LENGTH_END ? Number.POSITIVE_INFINITY : LENGTH_END + bytes.readUInt16BE(4);
}

function toRequest(frame: Buffer): FakeRequest {
  const bytes = Buffer.from(frame);
  return {
    bytes,
    transaction: bytes.readUInt16BE(0),
    unit: bytes.readUInt8(6),
    functionCode: bytes.readUInt8(7),
    address: bytes.readUInt16BE(8),
    count: bytes.readUInt16BE(10),
    pdu: bytes.subarray(7),
  };
}
