/** Raw Modbus bytes over a real socket, written by hand in hex; knows nothing of the simulators' own code. */
import { connect, type Socket } from 'node:net';

export interface Wire {
  /** Sends bytes written as hex with blanks. */
  send(hex: string): void;
  /** The next `bytes` bytes as hex. Rejects when they do not come before the deadline or the socket closes. */
  receive(bytes: number): Promise<string>;
  /** Resolves when the other side has closed; rejects after the deadline. */
  closed(): Promise<void>;
  end(): void;
  readonly socket: Socket;
}

const DEADLINE_MS = 4_000;

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let buffer = Buffer.alloc(0);
  let isClosed = false;
  const changed = new Set<() => void>();
  const tell = (): void => changed.forEach((each) => each());
  socket.on('error', () => {});
  socket.on('close', () => {
    isClosed = true;
    tell();
  });
  socket.on('data', (segment: Buffer) => {
    buffer = Buffer.concat([buffer, segment]);
    tell();
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', () => resolve());
    socket.once('error', reject);
  });
  const wait = <T>(what: string, look: () => T | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
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
        if (found === undefined && !isClosed) return;
        finish();
        if (found === undefined) reject(new Error(`${what}: closed`));
        else resolve(found);
      };
      changed.add(check);
      check();
    });
  return {
    socket,
    send: (hex) => void socket.write(Buffer.from(hex.replaceAll(' ', ''), 'hex')),
    receive: (bytes) =>
      wait(`${bytes} bytes`, () => {
        if (buffer.length < bytes) return undefined;
        const taken = buffer.subarray(0, bytes).toString('hex');
        buffer = buffer.subarray(bytes);
        return taken.replaceAll(/(..)(?=.)/g, '$1 ');
      }),
    closed: () => wait('end of connection', () => (isClosed ? true : undefined)).then(() => {}),
    end: () => void socket.destroy(),
  };
}
