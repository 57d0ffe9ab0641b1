/** Opens a TCP connection within a time, or says in plain words why not. What travels on it is the transport's. */
import { createConnection, type OnReadOpts, type Socket } from 'node:net';
import { DeviceError } from '../../core/errors.ts';
import { SOCKET_WORDS, toSocketCode } from '../socket-reason.ts';
import type { OnBytes } from './transport.ts';

/** Plain words for what the operating system answers; others are shown by their code. */
const REASONS: Readonly<Record<string, string>> = {
  ...SOCKET_WORDS,
  ETIMEDOUT: 'no answer to connecting from',
};

/**
 * Silence after which the operating system asks the peer whether it is still there, so that a half-open connection
 * ends even while nothing is polled. Longer than any poll interval that matters, shorter than the idle time-outs of
 * gateways and routers (a minute and more).
 */
const KEEP_ALIVE_MS = 30_000;

/**
 * Sixteen of the longest Modbus TCP frames, which is all that may be under way (mbap/transport.ts). Not fewer: a torn answer
 * shows in what was read behind it (framing.ts), and must not be handed over because the read ended just there.
 */
const READ_BYTES = 16 * 260;

export interface Endpoint {
  /** A name is looked up each time. */
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
}

/**
 * The socket is connected, without listeners, and belongs to the caller.
 * @param onBytes takes what arrives, from the turn of the event loop after the promise has resolved; the socket then has
 * no `data`, and its other events as ever
 * @throws DeviceError `connect-failed`, `connect-timeout`, `stopped`; then the socket is destroyed.
 */
export function openSocket(endpoint: Endpoint, signal: AbortSignal, onBytes?: OnBytes): Promise<Socket> {
  const { host, port, connectTimeoutMs } = endpoint;
  return new Promise((resolve, reject) => {
    const socket = createConnection({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      ...(onBytes && { onread: createReader(onBytes) }),
    });
    const timer = setTimeout(() => {
      settle(new DeviceError('connect-timeout', `no answer to connecting from ${host}:${port}`));
    }, connectTimeoutMs);
    const onAbort = () => settle(new DeviceError('stopped', 'stopped while connecting'));
    const onError = (error: Error) => settle(toDeviceError(endpoint, error));
    const onConnect = () => settle(null);
    const settle = (failure: DeviceError | null) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      socket.off('connect', onConnect);
      socket.off('error', onError);
      if (!failure) return resolve(socket);
      socket.on('error', ignoreLate);
      socket.destroy();
      reject(failure);
    };
    socket.once('connect', onConnect);
    socket.once('error', onError);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
}

/**
 * Reads into the same bytes again and again: no buffer of 64 KiB for each read, and nothing of the stream's reading
 * side, which together cost a quarter of an exchange. Each socket has bytes of its own and not the process: an answer that
 * somebody keeps too long, against the contract, can then never turn into that of another device.
 */
function createReader(onBytes: OnBytes): OnReadOpts {
  const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
  return {
    buffer,
    callback(size) {
      onBytes(buffer, size);
      return true;
    },
  };
}

/** Error code of a failed socket or port in words. @param name as `Wire.name` */
export function toReason(error: Error, name: string): string {
  const code = toSocketCode(error);
  const words = REASONS[code];
  return words ? `${words} ${name}` : `connection to ${name} failed (${code || error.message})`;
}

function toDeviceError({ host, port }: Endpoint, error: Error): DeviceError {
  return new DeviceError('connect-failed', toReason(error, `${host}:${port}`), { cause: error });
}

/** A destroyed socket may still report an error; its failure is known already. */
function ignoreLate(): void {}
