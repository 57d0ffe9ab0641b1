/** Simulators and gateway as separate processes for end-to-end tests, so that either can be killed by itself. */
import { fileURLToPath } from 'node:url';
import { type SimulatorProcess, startSimulators } from '../../src/simulation/process.ts';
import { type ApiClient, login, request } from './client.ts';
import { DEMO_PASSWORD, type DemoUser } from './gateway.ts';
import { until } from './poll.ts';
import { freePort } from './ports.ts';
import { startProcess, type TestProcess } from './process.ts';

export const PROJECT = fileURLToPath(new URL('../..', import.meta.url));

/** The quiet scenario injects nothing by itself: the test does. */
export function startQuietPlant(): Promise<SimulatorProcess> {
  return startSimulators({
    scenario: `${PROJECT}/simulators/scenarios/quiet.yaml`,
    controlPort: 0,
    ports: { 'pump-room': 0, 'sump-room': 0 },
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
  readonly pumpRoomPort: number;
  readonly sumpRoomPort: number;
  readonly httpPort?: number;
  readonly influxUrl?: string;
  /** `after-commit:1`: die at the first time that the loop passes this point. */
  readonly crash?: string;
}

/** Starts the gateway; with `crash` it may die before it is ready, then `url` answers nobody. */
export async function startChildGateway(options: ChildOptions): Promise<ChildGateway> {
  const httpPort = options.httpPort ?? (await freePort());
  const args = ['test/support/gateway-child.ts', '--config', 'config/demo.yaml', '--data', options.data];
  const child = await startProcess(
    process.execPath,
    options.crash ? [...args, '--crash', options.crash] : args,
    {
      cwd: PROJECT,
      env: {
        RISER_HTTP_PORT: String(httpPort),
        RISER_PUMP_ROOM_PORT: String(options.pumpRoomPort),
        RISER_SUMP_ROOM_PORT: String(options.sumpRoomPort),
        RISER_INFLUX_URL: options.influxUrl ?? 'http://127.0.0.1:9',
      },
    },
  );
  const url = `http://127.0.0.1:${httpPort}`;
  let hasEnded = false;
  const ended = child.exited.then(() => {
    hasEnded = true;
  });
  await until(async () => hasEnded || (await isReady(url)), {
    timeoutMs: 30_000,
    what: `${url}/ready\n${child.stderr()}`,
  });
  if (hasEnded && options.crash === undefined)
    throw new Error(`the gateway ended: ${child.stdout()}${child.stderr()}`);
  const stop = async (): Promise<void> => {
    await child.stop();
    await ended;
  };
  return {
    url,
    process: child,
    login: (user) => login(url, user, DEMO_PASSWORD),
    stop,
    [Symbol.asyncDispose]: stop,
  };
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
