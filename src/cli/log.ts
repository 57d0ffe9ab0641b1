/** The log: JSON lines on stderr, or readable lines when a person looks at a terminal. Secrets are redacted here. */
import { createRequire } from 'node:module';
import pino, { type Logger } from 'pino';
import type { build } from 'pino-pretty';
import { toUsageError } from './errors.ts';

const REDACTED = [
  'password',
  '*.password',
  'token',
  '*.token',
  'req.headers.authorization',
  'req.headers.cookie',
];

export function createLog(level: string): Logger {
  const options = { level, redact: REDACTED };
  if (!process.stderr.isTTY) return pino(options, pino.destination({ fd: 2, sync: true }));
  // Its modules are for a person's eyes only: a service does not load them.
  const pretty = createRequire(import.meta.url)('pino-pretty') as typeof build;
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'SYS:HH:MM:ss' }),
  );
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;

/** @throws what `reportError` takes for wrong usage. */
export function toLogLevel(text: string): string {
  if ((LOG_LEVELS as readonly string[]).includes(text)) return text;
  throw toUsageError('--log-level', LOG_LEVELS.join(', '), text);
}
