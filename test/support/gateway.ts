/**
 * The real product as a process, for end-to-end tests: `node src/main.ts …` with its own data directory and free
 * ports. Tests speak to it as everybody does, through the public API (client.ts).
 */
import { fileURLToPath } from 'node:url';
import type { ApiClient } from './client.ts';
import { login, request } from './client.ts';
import { until } from './poll.ts';
import { freePorts } from './ports.ts';
import type { StartOptions, TestProcess } from './process.ts';
import { startProcess } from './process.ts';

export const PROJECT_DIRECTORY = fileURLToPath(new URL('../..', import.meta.url));

/** Accounts that `demo` makes; the password is public and accepted on loopback only. */
export const DEMO_USERS = ['admin', 'supervisor', 'desk', 'engineer'] as const;
/** Those that the banner names, and a second one of a role where two are needed. */
export type DemoUser = (typeof DEMO_USERS)[number] | 'liu-qiang' | 'security' | 'lift-safety';
export const DEMO_PASSWORD = 'riser-demo';

/** Every port of the demo, and the environment variable that names it. */
const PORT_VARIABLES = {
  http: 'RISER_HTTP_PORT',
  pumpRoom: 'RISER_PUMP_ROOM_PORT',
  sumpRoom: 'RISER_SUMP_ROOM_PORT',
  firePumpRoom: 'RISER_FIRE_PUMP_ROOM_PORT',
  fireControlRoom: 'RISER_FIRE_CONTROL_ROOM_PORT',
  liftServer: 'RISER_LIFT_SERVER_PORT',
  powerServer: 'RISER_POWER_SERVER_PORT',
  /** The gateway's own broker. */
  iot: 'RISER_IOT_PORT',
  simulatorControl: 'RISER_SIM_CONTROL_PORT',
} as const satisfies Record<string, string>;

export type DemoPorts = Readonly<Record<keyof typeof PORT_VARIABLES, number>>;

export interface DemoOptions {
  readonly dataDirectory: string;
  /** Ports of an earlier start, so that a restarted gateway is found where it was. */
  readonly ports?: DemoPorts;
  /** Further arguments behind `demo --data DIR`. */
  readonly args?: readonly string[];
  /** RISER_INFLUX_URL is set to where nobody answers; `undefined` lets demo start its own InfluxDB. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readyTimeoutMs?: number;
}

export interface TestGateway extends AsyncDisposable {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly ports: DemoPorts;
  readonly process: TestProcess;
  login(user: DemoUser): Promise<ApiClient>;
  /** SIGTERM, as the supervisor stops it. */
  stop(): Promise<void>;
}

/** Cold start with simulators on two busy cores. */
const READY_TIMEOUT_MS = 150_000;
/** Discard port: refuses at once, so that no InfluxDB of this machine is written to by accident. */
const NO_INFLUX_URL = 'http://127.0.0.1:9';

/** The tests' own settings, which nobody's command line has: the product finds its cache of compiled modules itself. */
export const AS_A_PERSON = { NODE_COMPILE_CACHE: undefined } as const;

/** Runs a command of the product: `startRiser(['check', '--config', file])`. */
export function startRiser(args: readonly string[], options: StartOptions = {}): Promise<TestProcess> {
  const main = `${PROJECT_DIRECTORY}src/main.ts`;
  const env = { ...AS_A_PERSON, ...options.env };
  return startProcess(process.execPath, [main, ...args], { cwd: PROJECT_DIRECTORY, ...options, env });
}

/** What a command has said when it has ended. */
export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Cold start of a command that only says something, on two busy cores. */
const COMMAND_TIMEOUT_MS = 150_000;

/** Runs a command of the product to its end. @throws Error when it does not end by itself, or leaves a process behind. */
export async function runRiser(args: readonly string[], options: StartOptions = {}): Promise<Said> {
  await using child = await startRiser(args, options);
  const { code } = await child.waitForExit(COMMAND_TIMEOUT_MS);
  const left = child.survivors();
  if (left.length > 0) throw new Error(`${args.join(' ')} left ${JSON.stringify(left)}`);
  return { code, stdout: child.stdout(), stderr: child.stderr() };
}

/** Resolves when `run` has logged that it is ready. @throws Error with its output when it ends or is not ready in time. */
export async function startRun(config: string, dataDirectory: string): Promise<TestProcess> {
  const child = await startRiser(['run', '--config', config, '--data', dataDirectory]);
  try {
    await child.waitForLine(/"gateway ready"/, READY_TIMEOUT_MS);
    return child;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Resolves when `GET /ready` answers 200. @throws Error with the output when it ends or is not ready in time. */
export async function startDemo(options: DemoOptions): Promise<TestGateway> {
  const ports = options.ports ?? (await freeDemoPorts());
  const args = ['demo', '--data', options.dataDirectory, ...(options.args ?? [])];
  const child = await startRiser(args, {
    env: { ...toPortEnvironment(ports), RISER_INFLUX_URL: NO_INFLUX_URL, ...options.env },
  });
  const url = `http://127.0.0.1:${ports.http}`;
  try {
    await waitUntilReady(child, url, options.readyTimeoutMs ?? READY_TIMEOUT_MS);
  } catch (error) {
    await child.stop();
    throw error;
  }
  const stop = async () => void (await child.stop());
  return {
    url,
    ports,
    process: child,
    login: (user) => login(url, user, DEMO_PASSWORD),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

export async function freeDemoPorts(): Promise<DemoPorts> {
  const names = Object.keys(PORT_VARIABLES);
  const ports = await freePorts(names.length);
  return Object.fromEntries(names.map((name, at) => [name, ports[at]])) as DemoPorts;
}

/** What tells the demo to use these ports. */
export function toPortEnvironment(ports: DemoPorts): Readonly<Record<string, string>> {
  const names = Object.keys(PORT_VARIABLES) as (keyof DemoPorts)[];
  return Object.fromEntries(names.map((name) => [PORT_VARIABLES[name], String(ports[name])]));
}

async function waitUntilReady(child: TestProcess, url: string, timeoutMs: number): Promise<void> {
  let hasEnded = false;
  child.exited.then(
    () => (hasEnded = true),
    () => null,
  );
  const check = async () => hasEnded || (await request(url, 'GET', '/ready')).status === 200;
  const failure = await until(check, { timeoutMs, what: `${url}/ready`, intervalMs: 100 }).then(
    () => (hasEnded ? 'the gateway ended before it was ready' : null),
    (error: Error) => error.message,
  );
  if (failure !== null) throw new Error(`${failure}\n${child.stdout()}${child.stderr()}`);
}
