/**
 * A relay between the gateway and a device that notes what passes, and when, and can put bytes of its own on the line, as
 * other devices of a bus do. Segments are handed on as they come, so what is put in stands between them.
 */
import { connect, createServer, type Socket } from 'node:net';
import type { Defer } from './bench.ts';

export interface Passed {
  readonly isRequest: boolean;
  /** Monotonic ms. */
  readonly atMs: number;
  readonly bytes: Buffer;
}

export interface Tap {
  readonly port: number;
  readonly passed: readonly Passed[];
  connections(): number;
  /** Towards the gateway. @returns whether anybody is there to hear it */
  inject(bytes: Buffer): boolean;
}

export async function startTap(defer: Defer, targetPort: number): Promise<Tap> {
  const passed: Passed[] = [];
  const sockets = new Set<Socket>();
  let near: Socket | null = null;
  let connections = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    connections++;
    near = socket;
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    for (const [from, to] of [
      [socket, far],
      [far, socket],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on('data', (bytes: Buffer) => {
        passed.push({ isRequest: from === socket, atMs: performance.now(), bytes });
        to.write(bytes);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  defer(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  );
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    passed,
    connections: () => connections,
    inject: (bytes) => near !== null && !near.destroyed && near.write(bytes),
  };
}

/** Requests that went out before the answer to the one before had passed; the list must be empty. */
export function findOverlaps(passed: readonly Passed[]): readonly string[] {
  return passed.flatMap(({ isRequest, bytes }, at) => {
    const isOverlap = isRequest && at > 0 && passed[at - 1]?.isRequest === true;
    return isOverlap ? [`${at}: ${bytes.toString('hex')}`] : [];
  });
}
