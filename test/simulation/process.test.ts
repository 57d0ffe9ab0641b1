/** The simulators as a process of their own: start, failure, end, and the death of whoever started them. */
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parseOptions } from '../../simulators/options.ts';
import { type SimulatorProcess, startSimulators } from '../../src/simulation/process.ts';
import { openWire } from '../simulators/wire.ts';
import { until } from '../support/poll.ts';
import { startProcess } from '../support/process.ts';
import { temporaryDirectory } from '../support/temp.ts';

const toPath = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const program = toPath('../../simulators/main.ts');
const quiet = toPath('../../simulators/scenarios/quiet.yaml');
/** One device: how a process lives and ends is not a matter of how many there are, and the libraries of OPC UA load slowly. */
const small = toPath('small.yaml');
const demo = toPath('../../simulators/scenarios/demo.yaml');
const free = { isAnyPort: true };
const READ_PRESSURE = '00 01 00 00 00 06 01 03 00 00 00 01';

/** On a machine that does much else. */
const READY_MS = 120_000;
vi.setConfig({ testTimeout: READY_MS + 60_000 });

const running: SimulatorProcess[] = [];
const occupied: Server[] = [];

afterEach(async () => {
  for (const each of running.splice(0)) await each.stop();
  for (const each of occupied.splice(0)) await new Promise((resolve) => each.close(resolve));
});

async function start(
  options: Partial<Parameters<typeof startSimulators>[0]> = {},
): Promise<SimulatorProcess> {
  const simulators = await startSimulators({
    scenario: small,
    readyTimeoutMs: READY_MS,
    ...free,
    ...options,
  });
  running.push(simulators);
  return simulators;
}

async function occupy(): Promise<number> {
  const server = createServer();
  occupied.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Pressure register as read over Modbus TCP. */
async function readPressure(simulators: SimulatorProcess): Promise<number> {
  const wire = await openWire(simulators.ports['pump-room'] ?? 0);
  try {
    wire.send(READ_PRESSURE);
    return Number.parseInt((await wire.receive(11)).slice(-5).replace(' ', ''), 16);
  } finally {
    wire.end();
  }
}

describe('once started', () => {
  it('they answer on their ports and on the control interface', async () => {
    const simulators = await start({ scenario: quiet });
    expect(simulators.protocols).toEqual({
      'pump-room': 'modbus',
      'sump-room': 'modbus',
      'fire-pump-room': 'modbus',
      'fire-control-room': 'modbus',
      'lift-server': 'opcua',
      'power-server': 'opcua',
      iot: 'mqtt',
    });
    expect(Object.keys(simulators.ports)).toEqual(Object.keys(simulators.protocols));
    expect(await readPressure(simulators)).toBeGreaterThan(420);
    const state = await fetch(`${simulators.controlUrl}/state`, { signal: AbortSignal.timeout(30_000) });
    expect(await state.json()).toMatchObject({
      endpoints: {
        'pump-room': { protocol: 'modbus', framesServed: 1 },
        'lift-server': { protocol: 'opcua', sessions: 0, variables: 28 },
        iot: { protocol: 'mqtt', connected: 0 },
      },
    });
    const faults = await fetch(`${simulators.controlUrl}/faults`, { signal: AbortSignal.timeout(30_000) });
    expect(await faults.json()).toContainEqual(
      expect.objectContaining({ equipment: 'generator-1', fault: 'start-failure', isActive: false }),
    );
  });

  it('they can run faster than life, and the timeline with them', async () => {
    const simulators = await start({ scenario: demo, speed: 100 });
    const trip = async (): Promise<boolean> => {
      const answer = await fetch(`${simulators.controlUrl}/state`, { signal: AbortSignal.timeout(30_000) });
      const { activeFaults, timeMs } = (await answer.json()) as { activeFaults: string[]; timeMs: number };
      return activeFaults.includes('dws-1-pump-1/trip') && timeMs >= 20_000;
    };
    expect(await until(trip, { timeoutMs: 15_000, what: 'the first fault' })).toBe(true);
  });
});

describe('when they cannot start', () => {
  it('a port in use is named', async () => {
    const port = await occupy();
    await expect(start({ ports: { 'pump-room': port } })).rejects.toMatchObject({
      code: 'port-in-use',
      params: { host: '127.0.0.1', port },
    });
  });

  it('a bad scenario is refused with file and line in the words of the program', async () => {
    const file = `${temporaryDirectory()}/bad.yaml`;
    writeFileSync(file, 'version: 1\nendpoints: []\ndevices: 7\n');
    await expect(start({ scenario: file, ports: {} })).rejects.toThrow(
      `${file}:3:10 devices: expected a list, found 7`,
    );
  });

  it('a port for an endpoint that is not there is refused', async () => {
    await expect(start({ ports: { 'boiler-room': 0 } })).rejects.toThrow(
      'no such endpoint; known: pump-room',
    );
  });

  it('being late is an error and leaves no process', async () => {
    await expect(start({ readyTimeoutMs: 1 })).rejects.toThrow('not ready within 1 ms');
  });
});

describe('they end', () => {
  it('when asked, once or twice', async () => {
    const simulators = await start();
    await Promise.all([simulators.stop(), simulators.stop()]);
    await simulators.stop();
    expect(await simulators.exited).toBe(0);
    expect(isAlive(simulators.pid)).toBe(false);
  });

  it('with an exit that is told when somebody else kills them', async () => {
    const simulators = await start();
    process.kill(simulators.pid, 'SIGKILL');
    expect(await simulators.exited).toBeNull();
    await simulators.stop();
  });

  it('by force when they do not react', async () => {
    const simulators = await start();
    process.kill(simulators.pid, 'SIGSTOP');
    await simulators.stop();
    expect(await simulators.exited).toBeNull();
  });

  it('when their parent is killed with -9, with connections open', async () => {
    const script = `${temporaryDirectory()}/parent.ts`;
    writeFileSync(
      script,
      `import { startSimulators } from ${JSON.stringify(new URL('../../src/simulation/process.ts', import.meta.url).href)};
const simulators = await startSimulators(${JSON.stringify({ scenario: small, ...free })});
console.log(JSON.stringify({ pid: simulators.pid, port: simulators.ports['pump-room'] }));
`,
    );
    await using parent = await startProcess(process.execPath, [script]);
    const [line] = await parent.waitForLine(/^\{.*\}$/, READY_MS);
    const { pid, port } = JSON.parse(line) as { readonly pid: number; readonly port: number };
    const wire = await openWire(port);
    wire.send(READ_PRESSURE);
    await wire.receive(11);
    expect(isAlive(pid)).toBe(true);

    parent.kill('SIGKILL');
    await wire.closed();
    const isGone = (): boolean => !parent.survivors().some((each) => each.pid === pid);
    expect(await until(isGone, { timeoutMs: 15_000, what: 'end of the simulators' })).toBe(true);
  });
});

describe('the program by itself', () => {
  it('prints one line of JSON when ready and ends with 0 on SIGTERM and SIGINT', async () => {
    const ports = ['--any-port'];
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      await using child = await startProcess(process.execPath, [program, small, ...ports]);
      const [line] = await child.waitForLine(/^\{.*\}$/, READY_MS);
      expect(JSON.parse(line)).toMatchObject({
        type: 'ready',
        endpoints: { 'pump-room': expect.any(Number) },
        controlPort: expect.any(Number),
      });
      child.kill(signal);
      expect(await child.waitForExit(READY_MS)).toEqual({ code: 0, signal: null });
      expect(child.stdout().trim().split('\n')).toHaveLength(1);
    }
  });

  it('leaves nothing behind where its OPC UA servers keep their keys, and never anything at home', async () => {
    const folder = temporaryDirectory();
    const home = temporaryDirectory();
    const env = { TMPDIR: folder, HOME: home, XDG_CONFIG_HOME: home };
    const own = (): readonly string[] => readdirSync(folder).filter((name) => name.startsWith('riser-'));
    await using child = await startProcess(process.execPath, [program, quiet, '--any-port'], { env });
    await child.waitForLine(/^\{.*\}$/, READY_MS);
    expect(own()).toHaveLength(2);
    child.kill('SIGTERM');
    await child.waitForExit(READY_MS);
    expect(own()).toEqual([]);
    expect(readdirSync(home)).toEqual([]);
  });

  const wrong: readonly (readonly [string, readonly string[], string])[] = [
    ['no scenario', [], 'expected exactly one scenario file'],
    ['an unknown option', [quiet, '--fast'], '--fast'],
    ['a speed of 0', [quiet, '--speed', '0'], '--speed 0: expected 0.1 to 1000'],
    ['a seed that is no number', [quiet, '--seed', 'x'], '--seed x: expected a whole number'],
    ['a port beyond 65535', [quiet, '--port', 'pump-room=65536'], '--port 65536: expected a whole number'],
    ['a port without endpoint', [quiet, '--port', '502'], '--port 502: expected ENDPOINT=PORT'],
  ];
  it.each(wrong)('refuses %s', (_name, args, message) => {
    expect(() => parseOptions(args)).toThrow(expect.objectContaining({ name: 'UsageError' }));
    expect(() => parseOptions(args)).toThrow(message);
  });

  it('says what it refuses and how it is used, and ends with 1', async () => {
    await using child = await startProcess(process.execPath, [program]);
    expect((await child.waitForExit(READY_MS)).code).toBe(1);
    expect(child.stderr()).toContain('expected exactly one scenario file');
    expect(child.stderr()).toContain('usage:');
  });

  it('says which port is in use and ends with 1', async () => {
    const port = await occupy();
    const args = [small, '--control-port', String(port), '--port', 'pump-room=0'];
    await using child = await startProcess(process.execPath, [program, ...args]);
    expect((await child.waitForExit(READY_MS)).code).toBe(1);
    expect(child.stderr()).toBe(`control interface: port 127.0.0.1:${port} is in use by another program\n`);
  });
});
