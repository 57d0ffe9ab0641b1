/**
 * Stand-alone program: simulated equipment that answers Modbus (TCP, serial, dial-in) and OPC UA on this machine and dials
 * into an MQTT broker on it, with a control interface for faults. Prints one JSON line when ready (and sends it to its parent when it has one), and ends at once when it
 * is told to or when its parent dies, however that happens.
 */
import { enableCompileCache } from 'node:module';
import { type SimulationClock, startClock } from './clock.ts';
import { createControlServer } from './control/server.ts';
import type { Protocol } from './devices/device.ts';
import { startEndpoints } from './endpoints.ts';
import { createFrameLog } from './frame-log.ts';
import { parseOptions, type SimulatorOptions, USAGE, UsageError } from './options.ts';
import { loadScenario, type Scenario } from './scenario.ts';
import { createSimulation } from './simulation.ts';
import { ScenarioError } from './yaml-reader.ts';

interface Ready {
  readonly type: 'ready';
  /** Port by endpoint id. */
  readonly endpoints: Readonly<Record<string, number>>;
  /** Protocol by endpoint id. */
  readonly protocols: Readonly<Record<string, Protocol>>;
  readonly controlPort: number;
}

/** Sent to a parent, beside the message on stderr, when a port cannot be had. */
interface Failed {
  readonly type: 'failed';
  readonly code: 'port-in-use' | 'address-not-usable';
  readonly port: number;
  /** The system's own code, e.g. EACCES. */
  readonly reason: string;
}

class ListenError extends Error {
  override readonly name = 'ListenError';
  readonly failed: Failed;

  constructor(message: string, failed: Failed, cause: unknown) {
    super(message, { cause });
    this.failed = failed;
  }
}

/** From a change in the plant to the wires of OPC UA and MQTT at most; Modbus is answered as it is asked. */
const REFRESH_MS = 100;

enableCompileCache();
endWithParent();
try {
  announce(await start(parseOptions(process.argv.slice(2))));
} catch (error) {
  fail(error);
}

async function start(options: SimulatorOptions): Promise<Ready> {
  const scenario = loadScenario(options.scenario);
  refuseUnknownEndpoints(options, scenario);
  const simulation = createSimulation(scenario, options.seed);
  const log = createFrameLog(() => Date.now(), Math.max(1, options.logSize ?? scenario.logSize));
  const toPort = ({ id, port }: { readonly id: string; readonly port: number }): number =>
    options.ports.get(id) ?? (options.isAnyPort ? 0 : port);
  const nowMs = (): number => Date.now();
  const endpoints = await startEndpoints({ scenario, simulation, log, toPort, nowMs, listen });
  let clock: SimulationClock | null = null;
  const figures = () => ({
    endpoints: Object.fromEntries(
      endpoints.list.map((each) => [each.id, { protocol: each.protocol, ...each.counters() }]),
    ),
    clockLostMs: clock?.lostMs() ?? 0,
  });
  const publish: typeof endpoints.publish = (equipment, topic, payload) =>
    endpoints.publish(equipment, topic, payload);
  const control = createControlServer({ simulation, log, figures, publish, modbus: endpoints.modbus });
  const controlPort = await listen(
    control,
    'control interface',
    options.controlPort ?? (options.isAnyPort ? 0 : scenario.controlPort),
  );
  const advance = (simulatedMs: number): void => {
    simulation.advance(simulatedMs);
    endpoints.record();
  };
  clock = startClock({ advance }, options.speed, () => performance.now());
  setInterval(() => endpoints.refresh(), REFRESH_MS);
  return {
    type: 'ready',
    endpoints: Object.fromEntries(endpoints.list.map(({ id, port }) => [id, port])),
    protocols: Object.fromEntries(endpoints.list.map(({ id, protocol }) => [id, protocol])),
    controlPort,
  };
}

async function listen(
  server: { listen(port: number): Promise<number> },
  what: string,
  port: number,
): Promise<number> {
  try {
    return await server.listen(port);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const code = reason === 'EADDRINUSE' ? 'port-in-use' : 'address-not-usable';
    // What is no port of TCP has only the system's own words.
    if (port === 0) throw new ScenarioError(`${what}: ${toMessage(error)}`, { cause: error });
    const why = code === 'port-in-use' ? 'in use by another program' : `not usable (${reason})`;
    throw new ListenError(
      `${what}: port 127.0.0.1:${port} is ${why}`,
      { type: 'failed', code, port, reason },
      error,
    );
  }
}

function refuseUnknownEndpoints(options: SimulatorOptions, scenario: Scenario): void {
  const known = scenario.endpoints.map(({ id }) => id);
  for (const id of options.ports.keys()) {
    if (!known.includes(id))
      throw new UsageError(`--port ${id}: no such endpoint; known: ${known.join(', ')}`);
  }
}

function announce(ready: Ready): void {
  // Whoever started us may have closed its end; that is no reason to end.
  process.stdout.on('error', () => {});
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.send?.(ready, () => {});
}

/** Says why on stderr and to the parent, then ends with 1. */
function fail(error: unknown): void {
  process.exitCode = 1;
  const finish = (): void => void process.stderr.write(`${toMessage(error)}\n`, () => process.exit(1));
  if (error instanceof ListenError && process.send) process.send(error.failed, finish);
  else finish();
}

/** The channel to the parent closes whenever the parent ends, even by kill -9. */
function endWithParent(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}

function toMessage(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\n${USAGE}`;
  if (error instanceof ScenarioError || error instanceof ListenError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
