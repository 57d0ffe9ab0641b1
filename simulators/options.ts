/** The command line of the simulators' own program. */
import { parseArgs } from 'node:util';
import { MAX_LOG_SIZE } from './scenario.ts';

export const USAGE = `usage: node simulators/main.ts SCENARIO.yaml [options]
  --speed N                run N times faster than life (0.1 to 1000, default 1)
  --seed N                 another course of demand and inflow (default: the scenario's)
  --control-port P         port of the control interface (default: the scenario's; 0 = any free port)
  --log-size N             frames that the log keeps (default: the scenario's, else 2000)
  --port ENDPOINT=P        port of one endpoint, may be repeated (default: the scenario's);
                           of an MQTT or dial-in endpoint: port that the devices dial into, 0 = none
  --any-port               any free port wherever none is given; who dials in then has nobody to dial`;

export interface SimulatorOptions {
  readonly scenario: string;
  readonly speed: number;
  readonly seed: number | undefined;
  readonly controlPort: number | undefined;
  readonly logSize: number | undefined;
  /** Ports that are not given are free ones, not the scenario's. */
  readonly isAnyPort: boolean;
  /** Key: endpoint id. */
  readonly ports: ReadonlyMap<string, number>;
}

/** The command line cannot be used; `message` says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError. */
export function parseOptions(args: readonly string[]): SimulatorOptions {
  const { values, positionals } = parse(args);
  const [scenario, ...more] = positionals;
  if (scenario === undefined || more.length > 0) throw new UsageError('expected exactly one scenario file');
  const speed = values.speed === undefined ? 1 : Number(values.speed);
  if (!(speed >= 0.1 && speed <= 1000)) throw new UsageError(`--speed ${values.speed}: expected 0.1 to 1000`);
  return {
    scenario,
    speed,
    seed: toWhole('--seed', values.seed, 0xffff_ffff),
    controlPort: toWhole('--control-port', values['control-port'], 65_535),
    logSize: toWhole('--log-size', values['log-size'], MAX_LOG_SIZE),
    isAnyPort: values['any-port'] === true,
    ports: new Map((values.port ?? []).map(toPort)),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        speed: { type: 'string' },
        seed: { type: 'string' },
        'control-port': { type: 'string' },
        'log-size': { type: 'string' },
        port: { type: 'string', multiple: true },
        'any-port': { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function toWhole(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= max) return value;
  throw new UsageError(`${name} ${text}: expected a whole number 0–${max}`);
}

function toPort(text: string): readonly [string, number] {
  const [, endpoint = '', port = ''] = /^([a-z][a-z0-9-]*)=(\d+)$/.exec(text) ?? [];
  if (endpoint === '') throw new UsageError(`--port ${text}: expected ENDPOINT=PORT`);
  return [endpoint, toWhole('--port', port, 65_535) ?? 0];
}
