/**
 * An open serial port as a stream that closes what it has opened.
 *
 * The port itself (opening, rate, parity, lock) is the library's; reading and writing is not. When an adapter is pulled
 * out, reading may give 0 bytes for ever, and the library's stream then reads in a circle at full load and never reports
 * the loss (seen in one of four pulls of a pseudo-terminal); and destroying that stream leaves the port open and locked.
 */
import { read, write } from 'node:fs';
import { Duplex } from 'node:stream';
import { callbackify, promisify } from 'node:util';
import { defined } from '../../../core/assert.ts';
import { isDoneWithin } from '../../done-within.ts';

/** What is used of the library's open port, on Linux and macOS. */
export interface UnixPort {
  readonly fd: number | null;
  readonly poller: {
    /** Calls back once the port is ready, or with an error when it is closed. */
    once(event: 'readable' | 'writable', callback: (error: Error | null) => void): unknown;
  };
  /** Throws away what is neither read nor sent. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

/** A frame has 256 bytes, and the system hands over what is there. */
const READ_BYTES = 512;
/** Each step of closing; a driver that does not come back must not hold up the gateway. */
const CLOSE_MS = 1_000;
/** What the system says of an adapter that is not there any more; the last is the library's poller. */
const GONE = /EIO|ENXIO|ENODEV|EBADF|bad file descriptor/i;

const readBytes = promisify(read);
const writeBytes = promisify(write);

/** @param onClosing called once when closing begins, with its end: the port is free after it. It never rejects. */
export function createSerialStream(port: UnixPort, onClosing: (closed: Promise<void>) => void): Duplex {
  const fd = defined(port.fd, 'descriptor of an open port');
  /** Calls on the descriptor that are under way: its number must not be free for somebody else before they end. */
  const calls = new Set<Promise<unknown>>();
  let isClosing = false;

  /** Tries until the port is ready. @throws Error of the system, or when the port is closed meanwhile */
  async function whenReady(event: 'readable' | 'writable', call: () => Promise<number>): Promise<number> {
    for (;;) {
      const bytes = await track(calls, call());
      if (bytes !== null) return bytes;
      if (isClosing) throw new Error('the port is closed');
      await new Promise<void>((resolve, reject) => {
        port.poller.once(event, (error) => (error ? reject(error) : resolve()));
      });
    }
  }

  async function readSome(): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const call = async () => (await readBytes(fd, buffer, 0, READ_BYTES, null)).bytesRead;
    const bytes = await whenReady('readable', call);
    if (bytes === 0) throw new Error('the port has gone');
    return buffer.subarray(0, bytes);
  }

  async function writeAll(chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length; ) {
      const call = async () => (await writeBytes(fd, chunk, at, chunk.length - at, null)).bytesWritten;
      at += await whenReady('writable', call);
    }
  }

  return new Duplex({
    read() {
      readSome().then(
        (bytes) => this.push(bytes),
        (error: unknown) => this.destroy(toWords(error)),
      );
    },
    write(chunk: Buffer, _encoding, callback) {
      callbackify(() => writeAll(chunk))((error) => callback(error && toWords(error)));
    },
    destroy(error, callback) {
      isClosing = true;
      const closed = close(port, calls);
      onClosing(closed);
      callbackify(() => closed)(() => callback(error));
    },
  });
}

/** @returns null when the port was not ready */
async function track(calls: Set<Promise<unknown>>, call: Promise<number>): Promise<number | null> {
  calls.add(call);
  try {
    return await call;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EINTR') return null;
    throw error;
  } finally {
    calls.delete(call);
  }
}

async function close(port: UnixPort, calls: ReadonlySet<Promise<unknown>>): Promise<void> {
  await isDoneWithin(Promise.allSettled(calls), CLOSE_MS);
  // The system would wait up to 30 s for bytes that cannot be sent.
  await isDoneWithin(Promise.allSettled([port.flush()]), CLOSE_MS);
  await isDoneWithin(Promise.allSettled([port.close()]), CLOSE_MS);
}

function toWords(error: unknown): Error {
  const { message } = error as Error;
  return GONE.test(message) ? new Error('the port has gone', { cause: error }) : (error as Error);
}
