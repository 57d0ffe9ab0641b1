/**
 * Simulators and gateway as separate processes for end-to-end tests, so that either can be killed by itself. Unless a
 * test names others they are a booster set and a sump (small/): quick to start, and nothing happens by itself. The
 * whole building is test/e2e/building.ts.
 */
import { fileURLToPath } from 'node:url';
import { type SimulatorProcess, startSimulators } from '../../src/simulation/process.ts';
import { type ApiClient, login, request } from './client.ts';
import { DEMO_PASSWORD, type DemoUser } from './gateway.ts';
import { until } from './poll.ts';
import { freePort } from './ports.ts';
import { startProcess, type TestProcess } from './process.ts';

/** Cold start on two cores on which others start at the same time. What is promised of a start is measured elsewhere. */
const READY_MS = 150_000;
/** The same of the simulators. */
export const PLANT_READY_MS = 150_000;

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

export interface PlantOptions {
  /** How many times faster than life; default 1. */
  readonly speed?: number;
  /** Of the endpoints; 0 or left out = any free port. */
  readonly pumpRoomPort?: number;
  readonly sumpRoomPort?: number;
}

/** Booster set and sump; nothing is injected by itself: the test does. */
export function startQuietPlant(options: PlantOptions = {}): Promise<SimulatorProcess> {
  return startSimulators({
    scenario: `${PROJECT}/test/support/small/scenario.yaml`,
    speed: options.speed ?? 1,
    controlPort: 0,
    readyTimeoutMs: PLANT_READY_MS,
    ports: { 'pump-room': options.pumpRoomPort ?? 0, 'sump-room': options.sumpRoomPort ?? 0 },
  });
}

export interface ChildGateway extends AsyncDisposable {
  readonly url: string;
  readonly process: TestProcess;
  login(user: DemoUser): Promise<ApiClient>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly data: string;
  /** Site file; default: small/site.yaml. */
  readonly config?: string;
  readonly pumpRoomPort: number;
  readonly sumpRoomPort: number;
  readonly httpPort?: number;
  readonly influxUrl?: string;
  /** The built page to be served; default: none. */
  readonly webDirectory?: string;
  /** What else the site file takes from the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** `after-commit:1`: die at the first time that the loop passes this point. */
  readonly crash?: string;
}

/** Starts the gateway without waiting for it: to kill it at any moment of its life. */
export function spawnGateway(options: ChildOptions & { readonly httpPort: number }): Promise<TestProcess> {
  const config = options.config ?? 'test/support/small/site.yaml';
  const args = ['test/support/gateway-child.ts', '--config', config, '--data', options.data];
  if (options.webDirectory !== undefined) args.push('--web', options.webDirectory);
  return startProcess(process.execPath, options.crash ? [...args, '--crash', options.crash] : args, {
    cwd: PROJECT,
    env: {
      RISER_HTTP_PORT: String(options.httpPort),
      RISER_PUMP_ROOM_PORT: String(options.pumpRoomPort),
      RISER_SUMP_ROOM_PORT: String(options.sumpRoomPort),
      RISER_INFLUX_URL: options.influxUrl ?? 'http://127.0.0.1:9',
      ...options.env,
    },
  });
}

/** Starts the gateway; with `crash` it may die before it is ready, then `url` answers nobody. */
export async function startChildGateway(options: ChildOptions): Promise<ChildGateway> {
  const httpPort = options.httpPort ?? (await freePort());
  const child = await spawnGateway({ ...options, httpPort });
  const url = `http://127.0.0.1:${httpPort}`;
  try {
    await untilReady(child, url, options.crash !== undefined);
  } catch (error) {
    await child.stop();
    throw new Error(`the gateway did not start: ${child.stdout()}${child.stderr()}`, { cause: error });
  }
  const stop = async (): Promise<void> => void (await child.stop());
  return {
    url,
    process: child,
    login: (user) => login(url, user, DEMO_PASSWORD),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** @throws Error when it is not ready in time, or ends although it `mayEnd` not. */
async function untilReady(child: TestProcess, url: string, mayEnd: boolean): Promise<void> {
  let hasEnded = false;
  const ended = child.exited.then(() => {
    hasEnded = true;
  });
  await until(async () => hasEnded || (await isReady(url)), { timeoutMs: READY_MS, what: `${url}/ready` });
  if (!hasEnded) return;
  await ended;
  if (!mayEnd) throw new Error('it ended before it was ready');
}

async function isReady(url: string): Promise<boolean> {
  return (await request(url, 'GET', '/ready')).status === 200;
}

/** Faults and raw registers of the simulators, through their own control port. */
export async function control(
  plant: SimulatorProcess,
  method: string,
  path: string,
  body?: unknown,
): Promise<void> {
  const answer = await request(plant.controlUrl, method, path, body === undefined ? {} : { body });
  if (answer.status >= 300)
    throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
}
