/**
 * `demo`: simulated equipment, the gateway that reads it, its stores and the page, in one command. What is heavy is loaded
 * when the arguments have been found sound, the gateway itself while the simulators start.
 */
import { parseArgs } from 'node:util';
import type { SiteModel } from '../config/model.ts';
import { createSimulationClient } from '../simulation/client.ts';
import { type SimulatorProcess, startSimulators } from '../simulation/process.ts';
import { startDemoInflux } from './demo-influx.ts';
import { DEMO_ENDPOINTS, DEMO_HELP, toBanner, toPortVariable } from './demo-text.ts';
import { reportError, toUsageError } from './errors.ts';
import { refuseTakenPort, takeFreePorts } from './free-ports.ts';
import { dieOnOwnErrors, stopInTime, untilSignal } from './lifetime.ts';
import { createLog, toLogLevel } from './log.ts';
import { findWebDirectory, toProjectPath } from './paths.ts';
import { readVersion } from './version.ts';

export async function demo(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        data: { type: 'string', default: './data' },
        speed: { type: 'string', default: '1' },
        seed: { type: 'string' },
        'log-level': { type: 'string', default: 'warn' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(DEMO_HELP);
      return 0;
    }
    return await runDemo(
      values.data,
      toNumber('--speed', values.speed, SPEED),
      values.seed === undefined ? null : toNumber('--seed', values.seed, SEED),
      toLogLevel(values['log-level']),
    );
  } catch (error) {
    return reportError(error);
  }
}

async function runDemo(data: string, speed: number, seed: number | null, level: string): Promise<number> {
  const [{ CATALOG }, { loadSite }] = await Promise.all([
    import('../catalog.ts'),
    import('../config/load.ts'),
  ]);
  const log = createLog(level);
  const onFatal = dieOnOwnErrors(log);
  const asked = untilSignal();
  const config = toProjectPath('config/demo.yaml');
  const env = await withPorts(process.env);
  const influx = env['RISER_INFLUX_URL'] === undefined ? await startDemoInflux(`${data}/influxdb`) : null;
  let simulators: SimulatorProcess | null = null;
  try {
    const siteEnv = influx === null ? env : { ...env, RISER_INFLUX_URL: influx.url };
    const model = loadSite(config, { catalog: CATALOG, env: siteEnv, epoch: 1 });
    await refuseTakenBrokers(model);
    const starting = startSimulators({
      scenario: toProjectPath('simulators/scenarios/demo.yaml'),
      ...(seed !== null && { seed }),
      speed,
      ...toSimulatorPorts(env),
    });
    preload();
    simulators = await starting;
    const { startApp } = await import('../app.ts');
    const app = await startApp({
      model,
      env: siteEnv,
      version: readVersion(),
      dataDirectory: data,
      madeBy: 'demo',
      simulation: createSimulationClient(simulators.controlUrl),
      webDirectory: findWebDirectory(),
      log,
      onFatal,
    });
    const influxUrl = influx?.url ?? (env['RISER_INFLUX_URL'] ? model.influx?.url : undefined);
    process.stdout.write(toBanner({ url: app.url, data, site: model.site.name, simulators, influxUrl }));
    const isAsked = await Promise.race([asked.then(() => true), simulators.exited.then(() => false)]);
    if (isAsked) process.stdout.write('stopping …\n');
    else process.stderr.write('the simulators have ended by themselves; stopping …\n');
    await stopInTime(() => app.stop(), log);
    return isAsked ? 0 : 1;
  } finally {
    await simulators?.stop();
    await influx?.stop();
  }
}

/** A gateway waits for the port of its broker; here devices would dial into whatever listens there. */
async function refuseTakenBrokers({ links }: SiteModel): Promise<void> {
  for (const { options } of links.values()) {
    const listen = options['listen'] as { readonly host: string; readonly port: number } | undefined;
    if (listen !== undefined) await refuseTakenPort(listen.host, listen.port);
  }
}

/**
 * Reads the gateway's heavy modules while the simulators start on another core: a second or two less until it is ready.
 * One that fails to load says so where it is needed.
 */
function preload(): void {
  const loads = [
    import('../app.ts'),
    import('../api/server.ts'),
    import('../drivers/opcua/library.ts').then(({ loadLibrary }) => loadLibrary()),
    import('aedes'),
  ];
  void Promise.allSettled(loads);
}

/** Every port by name, so that site file and simulators mean the same one; one that is asked for as 0 is chosen here. */
async function withPorts(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const named = DEMO_ENDPOINTS.map(({ id, port }) => {
    const name = toPortVariable(id);
    return [name, env[name] || String(port)] as const;
  });
  const open = named.filter(([, port]) => port === '0');
  const free = await takeFreePorts(open.length);
  const chosen = open.map(([name], index) => [name, String(free[index])] as const);
  return { ...env, ...Object.fromEntries([...named, ...chosen]) };
}

function toSimulatorPorts(env: NodeJS.ProcessEnv): { ports: Record<string, number>; controlPort?: number } {
  const ports: Record<string, number> = {};
  for (const { id } of DEMO_ENDPOINTS) {
    const text = env[toPortVariable(id)];
    if (text) ports[id] = toNumber(toPortVariable(id), text, PORT);
  }
  const control = env['RISER_SIM_CONTROL_PORT'];
  return control ? { ports, controlPort: toNumber('RISER_SIM_CONTROL_PORT', control, PORT) } : { ports };
}

interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly isWhole: boolean;
}

/** What the simulators take (simulators/options.ts); said here in the words of this command. */
const SPEED: NumberRange = { min: 0.1, max: 1_000, isWhole: false };
const SEED: NumberRange = { min: 0, max: 0xffff_ffff, isWhole: true };
const PORT: NumberRange = { min: 0, max: 65_535, isWhole: true };

/** @throws what `reportError` takes for wrong usage. */
function toNumber(name: string, text: string, { min, max, isWhole }: NumberRange): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
  throw toUsageError(name, `a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}`, text);
}
