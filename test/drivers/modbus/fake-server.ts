/**
 * A Modbus TCP server for tests, on bare sockets: it knows only that a read request has 12 bytes, and answers what the
 * test tells it to, byte for byte. It shares no code with the driver.
 */
import { createServer, type Server, type Socket } from 'node:net';

export interface FakeRequest {
  readonly bytes: Buffer;
  readonly transaction: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  readonly count: number;
}

/** Answers with what it returns (null = silence), or uses the socket itself. */
export type Responder = (request: FakeRequest, socket: Socket) => Buffer | null;

export interface FakeServer {
  readonly port: number;
  /** Every request so far, over all connections. */
  readonly requests: readonly FakeRequest[];
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections open now. */
  readonly sockets: ReadonlySet<Socket>;
  respond: Responder;
  /** Refuses new connections and resets the open ones. */
  cut(): Promise<void>;
  /** Listens again on the same port. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

const REQUEST_BYTES = 12;

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

/** A correct answer around the given data. */
export function answer({ transaction, unit, functionCode }: FakeRequest, data: Buffer): Buffer {
  const head = Buffer.from([0, 0, 0, 0, 0, data.length + 3, unit, functionCode, data.length]);
  head.writeUInt16BE(transaction, 0);
  return Buffer.concat([head, data]);
}

export function refuse({ transaction, unit, functionCode }: FakeRequest, exceptionCode: number): Buffer {
  const frame = Buffer.from([0, 0, 0, 0, 0, 3, unit, functionCode | 0x80, exceptionCode]);
  frame.writeUInt16BE(transaction, 0);
  return frame;
}

/** Loopback, free port. */
export async function startFakeServer(respond: Responder = answerAddresses): Promise<FakeServer> {
  const requests: FakeRequest[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  let server = await listen(0);
  const { port } = server.address() as { port: number };

  function onConnection(socket: Socket): void {
    accepted++;
    sockets.add(socket);
    let pending = Buffer.alloc(0);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      for (; pending.length >= REQUEST_BYTES; pending = pending.subarray(REQUEST_BYTES)) {
        const request = toRequest(pending.subarray(0, REQUEST_BYTES));
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

function toRequest(bytes: Buffer): FakeRequest {
  return {
    bytes: Buffer.from(bytes),
    transaction: bytes.readUInt16BE(0),
    unit: bytes.readUInt8(6),
    functionCode: bytes.readUInt8(7),
    address: bytes.readUInt16BE(8),
    count: bytes.readUInt16BE(10),
  };
}
