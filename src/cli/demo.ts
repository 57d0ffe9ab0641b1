/** `demo`: simulated equipment, the gateway that reads it, its stores and the page, in one command. */
import { parseArgs } from 'node:util';
import { startApp } from '../app.ts';
import { CATALOG } from '../catalog.ts';
import { loadSite } from '../config/load.ts';
import type { SiteModel } from '../config/model.ts';
import { createSimulationClient } from '../simulation/client.ts';
import { type SimulatorProcess, startSimulators } from '../simulation/process.ts';
import { type DemoInflux, startDemoInflux } from './demo-influx.ts';
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
  const log = createLog(level);
  const onFatal = dieOnOwnErrors(log);
  const asked = untilSignal();
  const config = toProjectPath('config/demo.yaml');
  const env = await withFreePorts(process.env);
  await refuseTakenBrokers(loadSite(config, { catalog: CATALOG, env, epoch: 1 }));
  const simulators = await startSimulators({
    scenario: toProjectPath('simulators/scenarios/demo.yaml'),
    ...(seed !== null && { seed }),
    speed,
    ...toSimulatorPorts(env),
  });
  let influx: DemoInflux | null = null;
  try {
    influx = process.env['RISER_INFLUX_URL'] === undefined ? await startDemoInflux(`${data}/influxdb`) : null;
    const model = loadSite(config, {
      catalog: CATALOG,
      env: toDemoEnvironment(env, simulators, influx),
      epoch: 1,
    });
    const app = await startApp({
      model,
      version: readVersion(),
      dataDirectory: data,
      madeBy: 'demo',
      simulation: createSimulationClient(simulators.controlUrl),
      webDirectory: findWebDirectory(),
      log,
      onFatal,
    });
    const influxUrl = influx?.url ?? (process.env['RISER_INFLUX_URL'] ? model.influx?.url : undefined);
    process.stdout.write(toBanner({ url: app.url, data, site: model.site.name, simulators, influxUrl }));
    const isAsked = await Promise.race([asked.then(() => true), simulators.exited.then(() => false)]);
    if (isAsked) process.stdout.write('stopping …\n');
    else process.stderr.write('the simulators have ended by themselves; stopping …\n');
    await stopInTime(() => app.stop(), log);
    return isAsked ? 0 : 1;
  } finally {
    await simulators.stop();
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

/** Ports that are asked for as 0 are chosen here: site file, gateway and simulators must name the same ones. */
async function withFreePorts(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  const open = DEMO_ENDPOINTS.map(({ id }) => toPortVariable(id)).filter((name) => env[name] === '0');
  const ports = await takeFreePorts(open.length);
  return { ...env, ...Object.fromEntries(open.map((name, index) => [name, String(ports[index])])) };
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

/** The site file takes ports and the database from the environment; here is what was really bound. */
function toDemoEnvironment(
  env: NodeJS.ProcessEnv,
  simulators: SimulatorProcess,
  influx: DemoInflux | null,
): Record<string, string | undefined> {
  return {
    ...env,
    ...Object.fromEntries(
      Object.entries(simulators.ports).map(([id, port]) => [toPortVariable(id), String(port)]),
    ),
    ...(influx && { RISER_INFLUX_URL: influx.url }),
  };
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
