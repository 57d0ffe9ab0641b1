/**
 * Starts the real InfluxDB 1.x from Debian's package for a test, with its own directory, ports and configuration, and ends
 * it by its process id. Nothing of the machine's own InfluxDB is touched.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.ts';

const BINARY = '/usr/bin/influxd';
const START_MS = 30_000;
const STOP_MS = 10_000;

export interface InfluxRow {
  readonly name: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (string | number | boolean | null)[])[];
}

export interface RunningInflux {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Runs InfluxQL with times in ms; the series of the first statement. @throws Error with the server's words. */
  query(database: string, statement: string): Promise<readonly InfluxRow[]>;
  /** Ends the process and waits for it. Deletes the directory unless it was given. Idempotent. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface InfluxOptions {
  /** Kept after `stop`, to start again on the same data. */
  readonly dataDirectory?: string;
  readonly port?: number;
  /** Makes this administrator and asks for passwords. */
  readonly administrator?: { readonly username: string; readonly password: string };
}

/** Path of the server, or null when it is not installed: tests then fail under CI=true and are skipped by name elsewhere. */
export function findInflux(): string | null {
  if (existsSync(BINARY)) return BINARY;
  if (process.env['CI'] === 'true') throw new Error(`${BINARY} is missing; install the package influxdb`);
  console.warn(`skipped, needs a server: InfluxDB (${BINARY} is missing)`);
  return null;
}

export async function startInflux(options: InfluxOptions = {}): Promise<RunningInflux> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'riser-influx-')));
  const port = options.port ?? (await freePort());
  const config = join(dataDirectory, 'influxdb.conf');
  await writeFile(
    config,
    toConfig(dataDirectory, port, await freePort(), options.administrator !== undefined),
  );
  const child = spawn(BINARY, ['-config', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 100) errors.push(chunk.toString());
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await waitUntilReady(url, child);
    if (options.administrator !== undefined) await createAdministrator(url, options.administrator);
  } catch (error) {
    await end(child, 'SIGKILL');
    throw new Error(`InfluxDB did not start: ${errors.join('')}`, { cause: error });
  }
  return {
    url,
    port,
    pid: child.pid ?? 0,
    dataDirectory,
    query: (database, statement) => query(url, database, statement, options.administrator),
    async stop(signal = 'SIGTERM') {
      await end(child, signal);
      if (options.dataDirectory === undefined) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function waitUntilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode}`);
    const isReady = await fetch(`${url}/ping`).then(
      (answer) => answer.status === 204,
      () => false,
    );
    if (isReady) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not ready within ${START_MS} ms`);
}

async function createAdministrator(
  url: string,
  { username, password }: { username: string; password: string },
): Promise<void> {
  await query(
    url,
    '',
    `CREATE USER "${username}" WITH PASSWORD '${password}' WITH ALL PRIVILEGES`,
    undefined,
  );
}

async function query(
  url: string,
  database: string,
  statement: string,
  user: { readonly username: string; readonly password: string } | undefined,
): Promise<readonly InfluxRow[]> {
  const body = new URLSearchParams({ db: database, q: statement, epoch: 'ms' });
  const credentials =
    user === undefined ? '' : Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const headers: Record<string, string> = user === undefined ? {} : { authorization: `Basic ${credentials}` };
  const answer = await fetch(`${url}/query`, { method: 'POST', body, headers });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`InfluxDB answered ${answer.status}: ${text}`);
  const { results } = JSON.parse(text) as {
    results: readonly { series?: readonly InfluxRow[]; error?: string }[];
  };
  const error = results.find((result) => result.error !== undefined)?.error;
  if (error !== undefined) throw new Error(error);
  return results[0]?.series ?? [];
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await exited;
  clearTimeout(timer);
}

function toConfig(directory: string, port: number, rpcPort: number, hasPasswords: boolean): string {
  return `
reporting-disabled = true
bind-address = "127.0.0.1:${rpcPort}"
[meta]
  dir = "${directory}/meta"
  logging-enabled = false
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
  query-log-enabled = false
  max-concurrent-compactions = 1
[coordinator]
  max-concurrent-queries = 20
[http]
  enabled = true
  bind-address = "127.0.0.1:${port}"
  auth-enabled = ${hasPasswords}
  log-enabled = false
[logging]
  level = "error"
  suppress-logo = true
[monitor]
  store-enabled = false
[subscriber]
  enabled = false
[continuous_queries]
  enabled = false
[retention]
  enabled = false
`;
}
