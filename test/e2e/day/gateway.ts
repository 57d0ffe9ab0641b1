/** The gateway of the day: the command `run` on one data directory, life after life, and when each life ended. */
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { request } from '../../support/client.ts';
import { AS_A_PERSON } from '../../support/gateway.ts';
import { PROJECT } from '../../support/plant.ts';
import { until } from '../../support/poll.ts';
import { startProcess, type TestProcess } from '../../support/process.ts';
import { CLOCK_VARIABLE } from './clock.ts';

export interface GatewayOptions {
  readonly config: string;
  readonly data: string;
  readonly clock: string;
  readonly httpPort: number;
}

export interface Figures {
  readonly backlog: number;
  readonly inFlight: number;
  readonly dropped: number;
  readonly rejected: number;
}

export interface DayGateway extends AsyncDisposable {
  /** Every end so far. */
  readonly ends: readonly End[];
  start(): Promise<void>;
  untilReady(): Promise<void>;
  kill(): Promise<void>;
  /** In good order. @throws Error when it does not end with 0 */
  stop(): Promise<void>;
  figures(): Promise<Figures>;
}

export interface End {
  /** UTC ms: when it was killed or asked to stop, and when the next life began (Infinity before that). */
  readonly atMs: number;
  readonly untilMs: number;
  readonly isKill: boolean;
  /** For how long it had answered nobody when it was killed, ms: it stood still, and so did what it had been given. */
  readonly silentMs: number;
}

/** Two busy cores, and as much journal to recover as there is. */
const READY_MS = 150_000;
const STOP_MS = 40_000;
/** How often a gateway is asked whether it lives. */
const LOOK_MS = 100;
const CLOCK = pathToFileURL(`${PROJECT}/test/e2e/day/clock.ts`).href;

export function createDayGateway({ config, data, clock, httpPort }: GatewayOptions): DayGateway {
  const url = `http://127.0.0.1:${httpPort}`;
  const ends: { atMs: number; untilMs: number; isKill: boolean; silentMs: number }[] = [];
  let child: TestProcess | null = null;
  /** UTC ms: at this time it certainly ran. */
  let aliveMs = 0;
  let watching = new AbortController();
  /** One question after the other, until `watching` ends. */
  const watch = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      const askedMs = Date.now();
      const isAnswered = await request(url, 'GET', '/ready').then(
        () => true,
        () => false,
      );
      if (isAnswered && !signal.aborted) aliveMs = askedMs;
      await delay(LOOK_MS);
    }
  };
  const present = (): TestProcess => {
    if (child === null) throw new Error('no gateway runs');
    return child;
  };
  return {
    ends,
    async start() {
      const last = ends.at(-1);
      if (last !== undefined) last.untilMs = Date.now();
      const args = ['src/main.ts', 'run', '--config', config, '--data', data, '--log-level', 'warn'];
      aliveMs = Date.now();
      child = await startProcess(process.execPath, args, {
        cwd: PROJECT,
        env: { ...AS_A_PERSON, NODE_OPTIONS: `--import ${CLOCK}`, [CLOCK_VARIABLE]: clock },
      });
      watching = new AbortController();
      watch(watching.signal).catch(() => null);
    },
    async untilReady() {
      const started = present();
      let hasEnded = false;
      started.exited.then(
        () => (hasEnded = true),
        () => null,
      );
      const isReady = async (): Promise<boolean> =>
        hasEnded || (await request(url, 'GET', '/ready')).status === 200;
      await until(isReady, { timeoutMs: READY_MS, what: `${url}/ready`, intervalMs: 50 });
      if (hasEnded) throw new Error(`the gateway ended before it was ready\n${started.stderr()}`);
    },
    async kill() {
      const killed = present();
      watching.abort();
      const atMs = Date.now();
      killed.kill('SIGKILL');
      ends.push({ atMs, untilMs: Infinity, isKill: true, silentMs: Math.max(0, atMs - aliveMs - LOOK_MS) });
      const exit = await killed.exited;
      if (exit.signal !== 'SIGKILL') throw new Error(`ended by itself: ${exit.code}\n${killed.stderr()}`);
    },
    async stop() {
      const stopped = present();
      watching.abort();
      ends.push({ atMs: Date.now(), untilMs: Infinity, isKill: false, silentMs: 0 });
      const { code } = await stopped.stop(STOP_MS);
      if (code !== 0) throw new Error(`ended with ${code}\n${stopped.stderr()}`);
    },
    async figures() {
      const text = String((await request(url, 'GET', '/metrics')).body);
      const read = (name: string): number => {
        const found = new RegExp(`^riser_${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1];
        if (found === undefined) throw new Error(`/metrics has no riser_${name}`);
        return Number(found);
      };
      return {
        backlog: read('journal_backlog_readings'),
        inFlight: read('journal_in_flight_readings'),
        dropped: read('journal_dropped_readings_total'),
        rejected: read('influx_rejected_readings_total'),
      };
    },
    async [Symbol.asyncDispose]() {
      watching.abort();
      await child?.stop();
    },
  };
}
