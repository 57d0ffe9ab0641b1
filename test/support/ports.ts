/** Free TCP ports of the loopback, for programs that cannot be asked to listen on port 0 themselves. */

import { randomInt } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below those that systems give to connections going out and to who listens on port 0 (Linux: from 32768, IANA: from 49152). */
const FIRST_PORT = 20_000;
const PORTS = 12_000;
const MAX_TRIES = 1_000;

/** By this process; outside a run of the tests it is the only one that is asked. */
const given = new Set<number>();

/**
 * A port that nobody listens on. It is given away once in a run of the tests, whichever worker asks, and no connection of
 * any program gets it by chance: it stays free until the test takes it, and when the test has let it go.
 * @throws Error when there is none.
 */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  return port as number;
}

/** `count` different free ports. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === MAX_TRIES + count) throw new Error(`no free port from ${FIRST_PORT} on in ${tries} tries`);
    const port = FIRST_PORT + randomInt(PORTS);
    if (reserve(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
}

/** Lets go of what a run of the tests has reserved. @param run RISER_TEST_RUN */
export function releasePorts(run: string): void {
  rmSync(toDirectory(run), { recursive: true, force: true });
}

/** @returns whether nobody else of this run has it */
function reserve(port: number): boolean {
  if (given.has(port)) return false;
  given.add(port);
  const run = process.env['RISER_TEST_RUN'];
  if (run === undefined) return true;
  const directory = toDirectory(run);
  mkdirSync(directory, { recursive: true });
  try {
    writeFileSync(join(directory, String(port)), '', { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function toDirectory(run: string): string {
  return join(tmpdir(), `riser-test-ports-${run}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
