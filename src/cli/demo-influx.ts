/**
 * A private InfluxDB for the demo, when the machine has `influxd`: own directory, loopback, a free port. A guard in
 * the shell ends it when the demo's end of the pipe closes, so that even kill -9 of the gateway leaves none behind.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { takeFreePorts } from './free-ports.ts';

export interface DemoInflux {
  readonly url: string;
  stop(): Promise<void>;
}

/** InfluxDB closes its files in well under a second; a hung one is left to the guard's kill. */
const STOP_TIMEOUT_MS = 4_000;

const GUARD =
  '"$@" </dev/null >/dev/null 2>&1 & child=$!; ( cat >/dev/null; kill $child; sleep 3; kill -9 $child ) 2>/dev/null <&3 & wait $child';

/** @returns null when `influxd` is not installed. It answers a moment later; the forwarder waits for it. */
export async function startDemoInflux(directory: string): Promise<DemoInflux | null> {
  const program = findProgram('influxd');
  if (program === null) return null;
  const [httpPort, rpcPort] = await takeFreePorts(2);
  const child = spawn('/bin/sh', ['-c', `exec 3<&0; ${GUARD}`, 'guard', program, 'run'], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C reaches the whole group of the terminal; the database must outlive the gateway's last write.
    detached: true,
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      ...toInfluxEnvironment(directory, httpPort as number, rpcPort as number),
    },
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  child.stdin.on('error', () => {
    // The guard is gone already; `exited` tells.
  });
  return {
    url: `http://127.0.0.1:${httpPort}`,
    async stop() {
      child.stdin.end();
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

/** InfluxDB 1.x takes every setting from the environment: INFLUXDB_<section>_<key>. */
function toInfluxEnvironment(directory: string, httpPort: number, rpcPort: number): Record<string, string> {
  return {
    INFLUXDB_REPORTING_DISABLED: 'true',
    INFLUXDB_BIND_ADDRESS: `127.0.0.1:${rpcPort}`,
    INFLUXDB_HTTP_BIND_ADDRESS: `127.0.0.1:${httpPort}`,
    INFLUXDB_HTTP_LOG_ENABLED: 'false',
    INFLUXDB_META_DIR: join(directory, 'meta'),
    INFLUXDB_DATA_DIR: join(directory, 'data'),
    INFLUXDB_DATA_WAL_DIR: join(directory, 'wal'),
    INFLUXDB_DATA_QUERY_LOG_ENABLED: 'false',
    INFLUXDB_MONITOR_STORE_ENABLED: 'false',
  };
}

function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/usr/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
