/**
 * A wire for Modbus TCP that knows a write when it sees one and can do to it what no fault of the simulators does to
 * writes alone: lose the request, lose its answer, answer with another echo. Reads pass.
 */
import { connect, createServer, type Socket } from 'node:net';

export type WriteFate =
  | 'pass'
  /** The device never hears of it. */
  | 'lose-request'
  /** The device has carried it out; its answer never comes. */
  | 'lose-answer'
  /** The same, and from then on nothing passes any more. */
  | 'lose-all-after'
  /** The echo names the next register. */
  | 'spoil-echo';

export interface SeenWrite {
  /** UTC ms. */
  readonly atMs: number;
  readonly unit: number;
  readonly functionCode: number;
  readonly address: number;
  /** First register. */
  readonly value: number;
}

export interface WriteTrap extends AsyncDisposable {
  readonly port: number;
  /** Of the next write and those after it; `pass` lets everything through again, on new connections. */
  set(fate: WriteFate): void;
  /** Called with every write before anything is done with it. */
  onWrite: ((write: SeenWrite) => void) | null;
  /** What the gateway has sent, oldest first. */
  writes(): readonly SeenWrite[];
}

/** Single and multiple coils and registers, mask write, read and write (Modbus application protocol V1.1b3, 6). */
const WRITING_FUNCTIONS: ReadonlySet<number> = new Set([5, 6, 15, 16, 22, 23]);
const HEADER_BYTES = 7;

/** @param targetPort of the simulator. A frame is taken to come in one piece, as the gateway sends it. */
export async function createWriteTrap(targetPort: number): Promise<WriteTrap> {
  const sockets = new Set<Socket>();
  const seen: SeenWrite[] = [];
  let fate: WriteFate = 'pass';
  let isDead = false;
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    /** Key: transaction; what becomes of its answer. */
    const fates = new Map<number, WriteFate>();
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (frame: Buffer) => {
      if (isDead) return;
      const write = toWrite(frame);
      if (write === null) {
        far.write(frame);
        return;
      }
      seen.push(write);
      trap.onWrite?.(write);
      if (fate === 'lose-request') return;
      fates.set(frame.readUInt16BE(0), fate);
      if (fate === 'lose-all-after') isDead = true;
      far.write(frame);
    });
    far.on('data', (frame: Buffer) => {
      if (isDead) return;
      const own = fates.get(frame.readUInt16BE(0)) ?? 'pass';
      if (own === 'lose-answer') return;
      if (own === 'spoil-echo') frame.writeUInt16BE(frame.readUInt16BE(8) + 1, 8);
      near.write(frame);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const trap: WriteTrap = {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    onWrite: null,
    writes: () => seen,
    set(next) {
      fate = next;
      if (!isDead) return;
      isDead = false;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return trap;
}

function toWrite(frame: Buffer): SeenWrite | null {
  const functionCode = frame[HEADER_BYTES] ?? 0;
  if (!WRITING_FUNCTIONS.has(functionCode)) return null;
  const value = frame.readUInt16BE(functionCode === 16 ? 13 : 10);
  return {
    atMs: Date.now(),
    unit: frame[HEADER_BYTES - 1] ?? 0,
    functionCode,
    address: frame.readUInt16BE(8),
    value,
  };
}
