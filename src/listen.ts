/** Whether the API's address can be had, said before anything else is started. */
import { createServer } from 'node:net';
import type { HttpSettings } from './config/model.ts';
import { RiserError } from './core/errors.ts';
import { isLoopback } from './core/loopback.ts';

/** @throws RiserError `port-in-use`, `address-not-usable`, `demo-not-on-loopback`. */
export async function assertPortFree(http: HttpSettings, madeBy: 'demo' | 'run'): Promise<void> {
  if (madeBy === 'demo' && !isLoopback(http.host)) throw new RiserError('demo-not-on-loopback');
  if (http.port === 0) return;
  try {
    await tryPort(http);
  } catch (error) {
    throw toListenError(error, http);
  }
}

type Address = Pick<HttpSettings, 'host' | 'port'>;

/** Listens for a moment. @throws the system's refusal */
export async function tryPort({ host, port }: Address): Promise<void> {
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host, port, exclusive: true }, resolve);
    });
  } finally {
    await new Promise<void>((resolve) => probe.close(() => resolve()));
  }
}

/** The system's refusal in the user's words; other errors as they are. */
export function toListenError(error: unknown, { host, port }: Address): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EADDRINUSE') return new RiserError('port-in-use', { host, port }, { cause: error });
  if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
    return new RiserError('address-not-usable', { host, port, reason: code }, { cause: error });
  }
  return error;
}
