/** What carries the messages of a link: the gateway's own broker (broker.ts) or a client of another one (client.ts). */
import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { DeviceError } from '../../core/errors.ts';
import { SOCKET_WORDS, toSocketCode } from '../socket-reason.ts';
import type { Message } from './intake.ts';

/** Where a transport reports. Nothing is reported after `close`. */
export interface TransportEvents {
  message(message: Message): void;
  /** The broker does not grant these filters. */
  refused(filters: readonly string[]): void;
  /** Ended by itself; once. */
  lost(reason: string): void;
}

export interface TransportContext {
  readonly events: TransportEvents;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export interface Transport {
  /** Idempotent; resolves within 2 s when sockets and timers are freed; never rejects. */
  close(): Promise<void>;
  stats(): Readonly<Record<string, number>>;
}

/** Largest packet that is taken in, either way: sixteen times the default of `maxPayloadBytes`. */
export const MAX_PACKET_BYTES = 1024 * 1024 + 64 * 1024;

/** Plain words for what the operating system answers; others are shown by their code. */
const REASONS: Readonly<Record<string, string>> = {
  ...SOCKET_WORDS,
  ETIMEDOUT: 'no answer from',
  EADDRINUSE: 'port in use by another program:',
  EADDRNOTAVAIL: 'not an address of this machine:',
  EACCES: 'no permission to listen on',
};

/** @param place `host:port` */
export function toReason(error: Error, place: string): string {
  const code = toSocketCode(error);
  const words = REASONS[code];
  return words === undefined ? `${place}: ${error.message || code}` : `${words} ${place}`;
}

/** @param source PEM text, or the path of a file with it. @throws DeviceError `connect-failed` */
export function readPem(source: string): string {
  if (source.includes('-----BEGIN')) return source;
  try {
    return readFileSync(source, 'utf8');
  } catch (error) {
    throw new DeviceError('connect-failed', `cannot read ${source}`, { cause: error });
  }
}

/** What OpenSSL refuses is a mistake in the configuration, not ours. @throws DeviceError `connect-failed` */
export function orUnusable<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeviceError('connect-failed', `${what} cannot be used: ${why}`, { cause: error });
  }
}
