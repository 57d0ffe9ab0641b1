/** The gateway as a person runs it: the command `run` on a site file, in a process of its own. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeModbusSite } from '../site.ts';
import type { FlowOptions } from './node-red.ts';
import type { Program } from './program.ts';

const TIMEOUT_MS = 1_000;

/** A site of one profile; every device has a link of its own. Journal on, no InfluxDB. @returns the site file */
export function writePeerSite(
  directory: string,
  { ports, registers, pollMs, ruledEvery }: Omit<FlowOptions, 'limit'>,
): string {
  return writeModbusSite({
    directory,
    ports,
    values: registers,
    pollMs,
    timeoutMs: TIMEOUT_MS,
    ruledEvery,
  });
}

/** @param data a new data directory for each start */
export function toGateway(directory: string, siteFile: string, data: string): Program {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  mkdirSync(join(directory, data));
  return {
    name: 'gateway',
    command: process.execPath,
    args: [main, 'run', '--config', siteFile, '--data', join(directory, data), '--log-level', 'error'],
    // Settings of the process that runs the bench are not the gateway's.
    environment: { NODE_COMPILE_CACHE: undefined, NODE_OPTIONS: undefined, RISER_RELAUNCH: undefined },
  };
}
