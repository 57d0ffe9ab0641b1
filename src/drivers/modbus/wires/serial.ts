/**
 * Opens a serial port within a time, or says in plain words why not. What travels on it is line/transport.ts.
 *
 * The name may be a persistent one (/dev/serial/by-id/…, by-path): a link that the system points at wherever the adapter
 * is now. It is resolved afresh at every opening, so an adapter that comes back as another ttyUSB is found.
 *
 * Several gateways on one bus would disturb each other, so the port is locked for as long as it is open.
 */
import { realpath } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { DeviceError } from '../../../core/errors.ts';
import { isDoneWithin } from '../../done-within.ts';
import type { ModbusLink } from '../schema.ts';
import type { Wire } from '../transport.ts';
import { createSerialStream } from './serial-stream.ts';

/** What the library and the system say, and what it means for whoever stands in front of the cabinet. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/no such file|ENOENT|no such device|ENXIO|ENODEV/i, 'is not there: is the adapter plugged in?'],
  [/permission denied|EACCES|EPERM/i, 'may not be opened: the gateway needs the rights of the group dialout'],
  [/cannot lock|resource (temporarily unavailable|busy)|EBUSY/i, 'is used by another program'],
  [/inappropriate ioctl|not a tty|ENOTTY|is a directory/i, 'is no serial port'],
  [/ELOOP|ENOTDIR/, 'is no path of a serial port'],
];

/**
 * Ports of this process that are being closed; key: path with links resolved. The lock is free only after that, so an
 * opening waits for it.
 */
const closing = new Map<string, Promise<void>>();

export function createSerialWire(link: ModbusLink): Wire {
  const { device = '' } = link;
  return { name: device, open: (signal) => open(device, link, signal), stats: () => ({}) };
}

async function open(device: string, link: ModbusLink, signal: AbortSignal): Promise<Duplex> {
  const stopped = Promise.withResolvers<null>();
  const onAbort = () => stopped.resolve(null);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  const opening = openPort(device, link, signal);
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), link.connectTimeoutMs);
  try {
    const stream = await Promise.race([opening, stopped.promise, late.promise]);
    if (stream && !signal.aborted) return stream;
    discardLate(opening);
    throw stream === undefined
      ? new DeviceError('connect-timeout', `${device} does not open in ${link.connectTimeoutMs} ms`)
      : new DeviceError('stopped', 'stopped while opening');
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

async function openPort(device: string, link: ModbusLink, signal: AbortSignal): Promise<Duplex> {
  try {
    const path = await realpath(device);
    const before = closing.get(path);
    if (before) await isDoneWithin(before, link.connectTimeoutMs);
    // Heavy and native: loaded only where a link is serial.
    const { SerialPort } = await import('serialport');
    if (signal.aborted) throw new DeviceError('stopped', 'stopped while opening');
    const port = await SerialPort.binding.open({ path, ...toPortOptions(link) });
    if (!('poller' in port)) throw new Error('serial ports need Linux or macOS');
    return createSerialStream(port, (closed) => trackClosing(path, closed));
  } catch (error) {
    throw toDeviceError(device, error);
  }
}

function toPortOptions(link: ModbusLink) {
  const { baudRate = 9_600, parity = 'even', dataBits, stopBits } = link;
  // The schema has whole numbers between the two.
  return { baudRate, parity, dataBits: dataBits === 7 ? 7 : 8, stopBits: stopBits === 2 ? 2 : 1 } as const;
}

function trackClosing(path: string, closed: Promise<void>): void {
  closing.set(path, closed);
  void closed.then(() => {
    if (closing.get(path) === closed) closing.delete(path);
  });
}

/** A port that opens after nobody waits for it any more is closed again. */
function discardLate(opening: Promise<Duplex>): void {
  opening.then(
    (stream) => stream.destroy(),
    () => null,
  );
}

function toDeviceError(device: string, error: unknown): DeviceError {
  if (error instanceof DeviceError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const words = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  return new DeviceError('connect-failed', `${device} ${words ?? `cannot be opened: ${message}`}`, {
    cause: error,
  });
}
