/** Free TCP ports of the loopback, for programs that cannot be asked to listen on port 0 themselves. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago. Somebody else may take it before it is used: prefer port 0 where possible.
 * @throws Error when the system has none.
 */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listen));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listen(): Promise<ReturnType<typeof createServer>> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
