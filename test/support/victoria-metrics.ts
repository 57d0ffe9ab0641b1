/**
 * Starts the real VictoriaMetrics (single node) for a test, with its own directory and port, and ends it by its process id.
 * The flags are those that docs/influxdb.md asks for.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './poll.ts';
import { freePort } from './ports.ts';
import { createTemporaryDirectory } from './temp.ts';
import { findTool, TOOLS } from './tools.ts';

const START_MS = 30_000;
const STOP_MS = 10_000;

/** One series as `/api/v1/export` gives it. */
export interface VictoriaSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
  /** UTC ms. */
  readonly timestamps: readonly number[];
}

export interface RunningVictoria {
  readonly url: string;
  readonly pid: number;
  /** All series of a database, with what was written a moment ago. */
  export(database: string): Promise<readonly VictoriaSeries[]>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface VictoriaOptions {
  /** Kept after `stop`, to start again on the same data. */
  readonly dataDirectory?: string;
  readonly port?: number;
}

/** @throws Error when it is not installed (ask `describeWithTools`) or does not start */
export async function startVictoria(options: VictoriaOptions = {}): Promise<RunningVictoria> {
  const binary = findTool(TOOLS['victoria-metrics']);
  if (binary === null) throw new Error('VictoriaMetrics is not installed');
  const own = options.dataDirectory === undefined ? createTemporaryDirectory() : null;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const flags = [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${options.dataDirectory ?? own?.path ?? ''}`,
    '-retentionPeriod=100y',
    '-dedup.minScrapeInterval=1ms',
    '-loggerLevel=ERROR',
  ];
  const child = spawn(binary, flags, { stdio: 'ignore' });
  const exited = once(child, 'exit');
  const isUp = async (): Promise<boolean> => (await fetch(`${url}/health`)).ok;
  const stop = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    }
    own?.remove();
  };
  try {
    await until(isUp, { timeoutMs: START_MS, what: 'VictoriaMetrics to answer' });
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
  return { url, pid: child.pid ?? 0, export: (database) => exportAll(url, database), stop };
}

async function exportAll(url: string, database: string): Promise<readonly VictoriaSeries[]> {
  // What was written is searched a second later, unless it is told to.
  await fetch(`${url}/internal/force_flush`);
  const body = new URLSearchParams({ 'match[]': `{db=${JSON.stringify(database)}}` });
  const answer = await fetch(`${url}/api/v1/export`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`VictoriaMetrics answered ${answer.status}: ${await answer.text()}`);
  const lines = (await answer.text()).split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as VictoriaSeries);
}
