/** Whether the API's address can be had, said before anything else is started. */
import { createServer } from 'node:net';
import type { HttpSettings } from './config/model.ts';
import { RiserError } from './core/errors.ts';
import { isLoopback } from './core/loopback.ts';

/** @throws RiserError `port-in-use`, `address-not-usable`, `demo-not-on-loopback`. */
export async function assertPortFree(http: HttpSettings, madeBy: 'demo' | 'run'): Promise<void> {
  if (madeBy === 'demo' && !isLoopback(http.host)) throw new RiserError('demo-not-on-loopback');
  if (http.port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ host: http.host, port: http.port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw toListenError(error, http);
  } finally {
    await new Promise<void>((resolve) => probe.close(() => resolve()));
  }
}

/** The system's refusal in the user's words; other errors as they are. */
export function toListenError(error: unknown, http: HttpSettings): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const { host, port } = http;
  if (code === 'EADDRINUSE') return new RiserError('port-in-use', { host, port }, { cause: error });
  if (['EACCES', 'EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code)) {
    return new RiserError('address-not-usable', { host, port, reason: code }, { cause: error });
  }
  return error;
}
