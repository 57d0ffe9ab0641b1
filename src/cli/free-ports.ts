/** Free ports for programs of the demonstration that cannot be asked to choose one themselves, or must find theirs free. */
import { createServer } from 'node:net';
import { RiserError } from '../core/errors.ts';
import { toListenError, tryPort } from '../listen.ts';

/** `count` different ports that were free a moment ago; somebody else may take one before it is used. */
export async function takeFreePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  return ports;
}

/**
 * For a port that is opened later by a part that would try again and again.
 * @throws RiserError `port-in-use`; another trouble is left to who opens it.
 */
export async function refuseTakenPort(host: string, port: number): Promise<void> {
  const refusal = await tryPort({ host, port }).then(
    () => null,
    (error: unknown) => toListenError(error, { host, port }),
  );
  if (refusal instanceof RiserError && refusal.code === 'port-in-use') throw refusal;
}
