/** `demo`: simulated equipment, the gateway that reads it, its stores and the page, in one command. */
import { parseArgs } from 'node:util';
import { startApp } from '../app.ts';
import { CATALOG } from '../catalog.ts';
import { loadSite } from '../config/load.ts';
import type { SiteModel } from '../config/model.ts';
import { DEMO_PASSWORD } from '../people/service.ts';
import { createSimulationClient } from '../simulation/client.ts';
import { type SimulatorProcess, startSimulators } from '../simulation/process.ts';
import { type DemoInflux, startDemoInflux } from './demo-influx.ts';
import { reportError, toUsageError } from './errors.ts';
import { dieOnOwnErrors, stopInTime, untilSignal } from './lifetime.ts';
import { createLog, LOG_LEVELS, toLogLevel } from './log.ts';
import { findWebDirectory, toProjectPath } from './paths.ts';
import { readVersion } from './version.ts';

const HELP = `Usage: node src/main.ts demo [--data DIR] [--speed N] [--seed N] [--log-level LEVEL]

Starts a simulated building (Modbus TCP), the gateway that reads it, its stores and the page; Ctrl-C stops all of it.
  --data DIR         data directory, kept between runs (default ./data); run refuses a directory made by demo
  --speed N          simulated plant runs N times faster, 0.1 to 1000 (default 1)
  --seed N           seed of the simulated plant (default: the scenario's)
  --log-level LEVEL  ${LOG_LEVELS.join(', ')} (default warn)

Environment: RISER_HTTP_PORT (8080), RISER_PUMP_ROOM_PORT (15020), RISER_SUMP_ROOM_PORT (15021),
RISER_SIM_CONTROL_PORT (15080); RISER_INFLUX_URL = use this InfluxDB instead of a private one.
Inject a fault by hand: node src/main.ts simulate inject dws-1 dry-running
`;

const FAULT_AFTER_S = 20;

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
      process.stdout.write(HELP);
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
  loadSite(config, { catalog: CATALOG, env: process.env, epoch: 1 });
  const simulators = await startSimulators({
    scenario: toProjectPath('simulators/scenarios/demo.yaml'),
    ...(seed !== null && { seed }),
    speed,
    ...toSimulatorPorts(process.env),
  });
  let influx: DemoInflux | null = null;
  try {
    influx = process.env['RISER_INFLUX_URL'] === undefined ? await startDemoInflux(`${data}/influxdb`) : null;
    const model = loadSite(config, {
      catalog: CATALOG,
      env: toDemoEnvironment(simulators, influx),
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
    process.stdout.write(toBanner(app.url, data, model, simulators, influx));
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

function toSimulatorPorts(env: NodeJS.ProcessEnv): { ports: Record<string, number>; controlPort?: number } {
  const ports: Record<string, number> = {};
  if (env['RISER_PUMP_ROOM_PORT']) ports['pump-room'] = Number(env['RISER_PUMP_ROOM_PORT']);
  if (env['RISER_SUMP_ROOM_PORT']) ports['sump-room'] = Number(env['RISER_SUMP_ROOM_PORT']);
  const control = env['RISER_SIM_CONTROL_PORT'];
  return control ? { ports, controlPort: toNumber('RISER_SIM_CONTROL_PORT', control, PORT) } : { ports };
}

/** The site file takes ports and the database from the environment; here is what was really bound. */
function toDemoEnvironment(
  simulators: SimulatorProcess,
  influx: DemoInflux | null,
): Record<string, string | undefined> {
  return {
    ...process.env,
    RISER_PUMP_ROOM_PORT: String(simulators.ports['pump-room']),
    RISER_SUMP_ROOM_PORT: String(simulators.ports['sump-room']),
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

function toBanner(
  url: string,
  data: string,
  model: SiteModel,
  simulators: SimulatorProcess,
  influx: DemoInflux | null,
): string {
  const links = Object.entries(simulators.ports).map(([id, port]) => `${id} 127.0.0.1:${port}`);
  const store = influx?.url ?? (process.env['RISER_INFLUX_URL'] ? model.influx?.url : undefined);
  return `
Riser ${readVersion()} 演示已就绪 / demo is ready: ${model.site.name.zh} ${model.site.name.en}

  page        ${url}
  log in      admin | supervisor | desk | engineer, password ${DEMO_PASSWORD} (this machine only)
  simulators  Modbus TCP ${links.join(', ')}; faults: ${simulators.controlUrl}
  data        ${data}: alarms and tickets (SQLite), telemetry journal
  InfluxDB    ${store ?? 'not installed: readings stay in the journal (Debian: apt install influxdb)'}

  next        in ${FAULT_AFTER_S} s pump 1 of the booster set trips: see the alarm, the standby pump and the repair ticket.
  Ctrl-C stops everything.

`;
}
