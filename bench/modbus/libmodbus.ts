/** The client in C: built from libmodbus-dev with the system's compiler, run for one window. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SUBJECT_CORE } from '../cores.ts';
import { buildNative, type Native } from '../native.ts';
import type { Timing } from '../trial.ts';
import type { Figures } from '../window.ts';

/** Beyond warm-up and window: connecting, and joining its threads. */
const SLACK_MS = 30_000;
const MB = 1024 * 1024;

interface Printed {
  readonly requests: number;
  readonly failures: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly rssBytes: number;
}

export interface LibmodbusLoad {
  readonly port: number;
  readonly connections: number;
  readonly registers: number;
}

export function buildLibmodbus(directory: string): Native {
  const built = buildNative('libmodbus-client', directory, ['modbus']);
  return 'path' in built ? built : { missing: `${built.missing} (Debian: gcc libc6-dev libmodbus-dev)` };
}

/** @throws Error when it fails */
export async function runLibmodbus(
  path: string,
  { port, connections, registers }: LibmodbusLoad,
  { warmUpMs, windowMs }: Pick<Timing, 'warmUpMs' | 'windowMs'>,
): Promise<Figures> {
  const numbers = [port, connections, registers, warmUpMs, windowMs].map(String);
  const args = ['--cpu-list', String(SUBJECT_CORE), path, ...numbers];
  const options = { timeout: warmUpMs + windowMs + SLACK_MS };
  const run = promisify(execFile);
  const { stdout } = await run('taskset', args, options).catch(() => run(path, numbers, options));
  const { requests, failures, cpuMs, wallMs, rssBytes } = JSON.parse(stdout) as Printed;
  return {
    perS: (requests * 1e3) / wallMs,
    perCpuS: (requests * 1e3) / cpuMs,
    // It has no event loop.
    loopDelayP99Ms: Number.NaN,
    rssMb: rssBytes / MB,
    skipped: 0,
    failures,
  };
}
