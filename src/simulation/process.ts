/**
 * Runs the simulators as a child process. They speak to the gateway over the wire only; this file knows their
 * command line and their ready message, nothing of what they simulate.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RiserError } from '../core/errors.ts';

export const PROCESS_LIMITS = {
  /** Time from start to ready; a cold start on a small machine takes 2 s, on one that is busy with other things ten times that. */
  readyTimeoutMs: 45_000,
  /** Time from SIGTERM to SIGKILL. */
  stopMs: 2_000,
  /** What is kept of the child's error output for the message, characters. */
  errorChars: 8_192,
} as const;

export interface SimulatorOptions {
  /** Path of the scenario file. */
  readonly scenario: string;
  readonly seed?: number;
  readonly speed?: number;
  /** 0 = any free port; default: the scenario's. */
  readonly controlPort?: number;
  /** Ports that are not given are free ones instead of the scenario's; MQTT devices then have no broker. */
  readonly isAnyPort?: boolean;
  /** Port by endpoint id; 0 = any free port; default: the scenario's. Of an MQTT endpoint: the broker's, 0 = none. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly readyTimeoutMs?: number;
}

export interface SimulatorProcess {
  /** Port by endpoint id; of an MQTT endpoint: of the broker that its devices dial into. */
  readonly ports: Readonly<Record<string, number>>;
  /** Protocol by endpoint id: `modbus`, `opcua`, `mqtt`. */
  readonly protocols: Readonly<Record<string, string>>;
  readonly controlUrl: string;
  readonly pid: number;
  /** Resolves when the process has ended: its exit code, null when a signal ended it. Never rejects. */
  readonly exited: Promise<number | null>;
  /** SIGTERM, after 2 s SIGKILL. Resolves when it has ended. Idempotent. */
  stop(): Promise<void>;
}

/**
 * The libraries of OPC UA leave much behind while they load; a small nursery (MB) is swept sooner. Measured with two
 * servers: 182 MB instead of 306.
 */
const MEMORY_FLAGS = ['--max-semi-space-size=2'] as const;

interface Ready {
  readonly ports: Readonly<Record<string, number>>;
  readonly protocols: Readonly<Record<string, string>>;
  readonly controlPort: number;
}

const program = fileURLToPath(new URL('../../simulators/main.ts', import.meta.url));

/**
 * Resolves when the simulators answer.
 * @throws RiserError `port-in-use`, `address-not-usable`; Error with the child's own message when it ends otherwise
 * before it is ready, or when it is too slow. The child is gone then.
 */
export async function startSimulators(options: SimulatorOptions): Promise<SimulatorProcess> {
  const child = fork(program, toArguments(options), {
    execPath: process.execPath,
    execArgv: [...MEMORY_FLAGS],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
  const stop = createStop(child, exited);
  try {
    const ready = await untilReady(child, exited, options.readyTimeoutMs ?? PROCESS_LIMITS.readyTimeoutMs);
    return {
      ports: ready.ports,
      protocols: ready.protocols,
      controlUrl: `http://127.0.0.1:${ready.controlPort}`,
      pid: child.pid ?? 0,
      exited,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function toArguments(options: SimulatorOptions): string[] {
  const args = [options.scenario];
  if (options.seed !== undefined) args.push('--seed', String(options.seed));
  if (options.speed !== undefined) args.push('--speed', String(options.speed));
  if (options.controlPort !== undefined) args.push('--control-port', String(options.controlPort));
  if (options.isAnyPort === true) args.push('--any-port');
  for (const [endpoint, port] of Object.entries(options.ports ?? {}))
    args.push('--port', `${endpoint}=${port}`);
  return args;
}

async function untilReady(
  child: ChildProcess,
  exited: Promise<number | null>,
  timeoutMs: number,
): Promise<Ready> {
  let errors = '';
  // Read to the end of the child's life, so that it never blocks on a full pipe.
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-PROCESS_LIMITS.errorChars);
  });
  const ready = new Promise<Ready>((resolve, reject) => {
    child.on('message', (message) => {
      const parsed = parseReady(message);
      if (parsed) resolve(parsed);
      const failed = parseFailed(message);
      if (failed) reject(failed);
    });
    child.once('error', reject);
  });
  const ended = exited.then((code) => {
    throw new Error(errors.trim() || `the simulators ended with exit code ${code} before they were ready`);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the simulators were not ready within ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  // The race takes the first; the others must not count as unhandled later.
  for (const each of [ready, ended, late]) each.catch(() => {});
  return Promise.race([ready, ended, late]).finally(() => clearTimeout(timer));
}

function parseReady(message: unknown): Ready | null {
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'ready')
    return null;
  const { endpoints, protocols, controlPort } = message as Readonly<Record<string, unknown>>;
  if (typeof controlPort !== 'number') return null;
  if (typeof endpoints !== 'object' || endpoints === null) return null;
  if (typeof protocols !== 'object' || protocols === null) return null;
  return {
    ports: pickEntries(endpoints, (value) => typeof value === 'number'),
    protocols: pickEntries(protocols, (value) => typeof value === 'string'),
    controlPort,
  };
}

function pickEntries<T>(fields: object, is: (value: unknown) => value is T): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, T] => is(entry[1])));
}

function parseFailed(message: unknown): RiserError | null {
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'failed')
    return null;
  const { code, port, reason } = message as Readonly<Record<string, unknown>>;
  if (typeof port !== 'number') return null;
  const where = { host: '127.0.0.1', port };
  return code === 'port-in-use'
    ? new RiserError('port-in-use', where)
    : new RiserError('address-not-usable', { ...where, reason: String(reason) });
}

function createStop(child: ChildProcess, exited: Promise<number | null>): () => Promise<void> {
  let stopping: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), PROCESS_LIMITS.stopMs);
    await exited;
    clearTimeout(timer);
  };
  return () => {
    stopping ??= run();
    return stopping;
  };
}
