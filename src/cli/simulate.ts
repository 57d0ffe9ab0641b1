/** `simulate`: runs simulated equipment by itself, and injects or clears faults in equipment that is running. */
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SimulationPort } from '../api/services.ts';
import { RiserError } from '../core/errors.ts';
import { createSimulationClient } from '../simulation/client.ts';
import { startSimulators } from '../simulation/process.ts';

export const SIMULATE_HELP = `simulate [SCENARIO] [--speed N] [--seed N]    run simulated equipment until Ctrl-C
                                             (SCENARIO: a name or a path, default demo)
simulate inject EQUIPMENT FAULT              begin a fault, e.g. simulate inject dws-1-pump-1 trip
simulate clear EQUIPMENT FAULT               end it
simulate faults                              list the faults that the equipment knows
  --control URL   control interface of the running simulators
                  (default http://127.0.0.1:15080, or the port in RISER_SIM_CONTROL_PORT)`;

const DEFAULT_CONTROL_PORT = '15080';
const scenarioFolder = fileURLToPath(new URL('../../simulators/scenarios/', import.meta.url));

interface Flags {
  readonly help?: boolean;
  readonly speed?: string;
  readonly seed?: string;
  readonly control?: string;
}

/** @returns the exit code: 0, or 1 when something was wrong, which has then been said on the console. */
export async function simulate(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean' },
        speed: { type: 'string' },
        seed: { type: 'string' },
        control: { type: 'string' },
      },
    });
    return await dispatch(positionals, values);
  } catch (error) {
    console.error(toMessage(error));
    return 1;
  }
}

async function dispatch(words: readonly string[], flags: Flags): Promise<number> {
  if (flags.help) {
    console.log(SIMULATE_HELP);
    return 0;
  }
  const [verb, equipment, fault, ...more] = words;
  if (verb === 'inject' || verb === 'clear') {
    if (equipment === undefined || fault === undefined || more.length > 0) {
      throw new Error(`expected: simulate ${verb} EQUIPMENT FAULT`);
    }
    return changeFault(toClient(flags), verb, equipment, fault);
  }
  if (equipment !== undefined) throw new Error(`too many arguments\n${SIMULATE_HELP}`);
  if (verb === 'faults') {
    console.log(await listFaults(toClient(flags)));
    return 0;
  }
  return runScenario(verb ?? 'demo', flags);
}

function toMessage(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isUnreachable = error instanceof RiserError && error.code === 'simulator-unreachable';
  return isUnreachable
    ? `${error.message}: start it with simulate or demo, or name its control interface with --control URL`
    : error.message;
}

async function changeFault(
  client: SimulationPort,
  verb: 'inject' | 'clear',
  equipment: string,
  fault: string,
): Promise<number> {
  try {
    await client[verb](equipment, fault);
  } catch (error) {
    if (!(error instanceof RiserError) || error.code !== 'unknown-fault') throw error;
    console.error(`${error.message}. Known:\n${await listFaults(client)}`);
    return 1;
  }
  console.log(`${equipment} ${fault}: ${verb === 'inject' ? 'active' : 'cleared'}`);
  return 0;
}

async function listFaults(client: SimulationPort): Promise<string> {
  const faults = await client.faults();
  const width = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => text.length));
  const first = width(faults.map(({ equipment }) => equipment));
  const second = width(faults.map(({ fault }) => fault));
  return faults
    .map(({ equipment, fault, text, isActive }) => {
      const mark = isActive ? 'ACTIVE' : '      ';
      return `  ${equipment.padEnd(first)}  ${fault.padEnd(second)}  ${mark}  ${text.zh} / ${text.en}`;
    })
    .join('\n');
}

function toClient(flags: Flags): SimulationPort {
  const port = process.env['RISER_SIM_CONTROL_PORT'] ?? DEFAULT_CONTROL_PORT;
  const control = flags.control ?? `http://127.0.0.1:${port}`;
  if (!URL.canParse(control) || !control.startsWith('http:'))
    throw new Error(`--control ${control}: expected http://…`);
  return createSimulationClient(control);
}

/** Runs in the foreground; Ctrl-C or SIGTERM ends it with 0, its own end with its own code. */
async function runScenario(scenario: string, flags: Flags): Promise<number> {
  const simulators = await startSimulators({
    scenario: toScenarioFile(scenario),
    ...(flags.speed === undefined ? {} : { speed: Number(flags.speed) }),
    ...(flags.seed === undefined ? {} : { seed: Number(flags.seed) }),
  });
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    void simulators.stop();
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  for (const [endpoint, port] of Object.entries(simulators.ports)) {
    console.log(`${endpoint}: ${toAddress(simulators.protocols[endpoint] ?? '', port)}`);
  }
  console.log(`control: ${simulators.controlUrl}  (Ctrl-C ends)`);
  const code = await simulators.exited;
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
  return isStopped ? 0 : (code ?? 1);
}

function toAddress(protocol: string, port: number): string {
  if (protocol === 'mqtt') return `mqtt, devices dial into the broker at 127.0.0.1:${port}`;
  return `${protocol} 127.0.0.1:${port}`;
}

function toScenarioFile(scenario: string): string {
  if (/[./\\]/.test(scenario)) return scenario;
  const file = `${scenarioFolder}${scenario}.yaml`;
  if (existsSync(file)) return file;
  const names = readdirSync(scenarioFolder).map((name) => name.replace(/\.yaml$/, ''));
  throw new Error(`no scenario ${scenario}; known: ${names.join(', ')}`);
}
