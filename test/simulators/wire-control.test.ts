/** Faults of the wire, the ledger and the log over the control interface, and in scenario files. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type ControlServer, createControlServer } from '../../simulators/control/server.ts';
import { type Endpoints, startEndpoints } from '../../simulators/endpoints.ts';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { parseScenario } from '../../simulators/scenario.ts';
import { createSimulation, type Simulation } from '../../simulators/simulation.ts';
import { startSimulators } from '../../src/simulation/process.ts';
import { temporaryDirectory } from '../support/temp.ts';
import { openDialledServer, openWire } from './wire.ts';

const SCENARIO = `version: 1
logSize: 50
endpoints:
  - { id: bus, port: 0, ledger: 5 }
  - { id: tunnel, port: 0, framing: rtu }
devices:
  - { id: t-1, model: test-pattern, endpoint: bus, unit: 1, size: { holding: 4, coil: 8 } }
  - { id: t-2, model: test-pattern, endpoint: bus, unit: 2 }
  - { id: t-3, model: test-pattern, endpoint: tunnel, unit: 1 }
wireFaults:
  - { endpoint: bus, unit: 2, fault: { kind: exception, code: 6 } }
`;
const ASK = '00 01 00 00 00 06 01 03 00 00 00 01';

describe('the control interface', () => {
  let simulation: Simulation;
  let endpoints: Endpoints;
  let control: ControlServer;
  let port: number;

  beforeEach(async () => {
    const scenario = parseScenario(SCENARIO, 'file.yaml');
    simulation = createSimulation(scenario);
    const log = createFrameLog(() => Date.now(), scenario.logSize);
    endpoints = await startEndpoints({
      scenario,
      simulation,
      log,
      toPort: () => 0,
      nowMs: () => Date.now(),
      listen: (server, _what, wanted) => server.listen(wanted),
    });
    const figures = () => ({});
    const publish = () => 'unknown-equipment' as const;
    control = createControlServer({ simulation, log, figures, publish, modbus: endpoints.modbus });
    port = await control.listen(0);
  });

  afterEach(async () => {
    await control.close();
    await endpoints.close();
  });

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
  };
  const ask = async (endpoint: string, request: string, bytes: number): Promise<string> => {
    const at = endpoints.list.find(({ id }) => id === endpoint)?.port ?? 0;
    const wire = await openWire(at);
    wire.send(request);
    const answer = await wire.receive(bytes);
    wire.end();
    return answer;
  };

  it('lists what the scenario has set, and sets, replaces and clears', async () => {
    const busy = { endpoint: 'bus', unit: 2, fault: { kind: 'exception', code: 6 }, hits: 0 };
    expect((await call('GET', '/wire')).body).toEqual([busy]);
    const put = async (fault: unknown) =>
      expect(await call('PUT', '/wire', { endpoint: 'bus', unit: 1, fault })).toMatchObject({ status: 204 });
    await put({ kind: 'exception', code: 2 });
    await put({ kind: 'exception', code: 4 });
    expect(await ask('bus', ASK, 9)).toBe('00 01 00 00 00 03 01 83 04');
    expect((await call('GET', '/wire')).body).toEqual([
      busy,
      { endpoint: 'bus', unit: 1, fault: { kind: 'exception', code: 4 }, hits: 1 },
    ]);
    expect((await call('DELETE', '/wire', { endpoint: 'bus', unit: 1 })).status).toBe(204);
    expect((await call('GET', '/wire')).body).toEqual([busy]);
    expect((await call('PUT', '/wire', { endpoint: 'bus', fault: null, kind: 'exception' })).status).toBe(
      204,
    );
    expect((await call('GET', '/wire')).body).toEqual([]);
  });

  it('clears of the whole endpoint only what is of the whole endpoint, when it is told so', async () => {
    await call('PUT', '/wire', { endpoint: 'bus', fault: { kind: 'late', ms: 5 } });
    await call('DELETE', '/wire', { endpoint: 'bus', unit: null });
    expect((await call('GET', '/wire')).body).toMatchObject([{ unit: 2 }]);
  });

  const refused: readonly (readonly [string, Record<string, unknown>, number, string])[] = [
    ['an unknown endpoint', { endpoint: 'x', fault: { kind: 'crc' } }, 404, 'one of bus, tunnel'],
    ['an unknown unit', { endpoint: 'bus', unit: 9, fault: { kind: 'silent' } }, 404, 'one of 1, 2'],
    ['an unknown kind', { endpoint: 'bus', fault: { kind: 'loud' } }, 400, 'kind: one of'],
    ['a wrong parameter', { endpoint: 'bus', fault: { kind: 'slow', ms: -1 } }, 400, 'ms of slow'],
    ['a fault of the other framing', { endpoint: 'bus', fault: { kind: 'crc' } }, 400, 'framing rtu'],
    ['more than it should', { endpoint: 'bus', fault: { kind: 'silent' }, x: 1 }, 400, 'nothing but'],
    ['an unknown kind to clear', { endpoint: 'bus', fault: null, kind: 'loud' }, 400, 'kind: one of'],
  ];
  for (const [name, body, status, expected] of refused) {
    it(`refuses ${name} and says what was expected`, async () => {
      expect(await call('PUT', '/wire', body)).toMatchObject({
        status,
        body: { code: expect.any(String), expected: expect.stringContaining(expected) },
      });
      expect((await call('GET', '/wire')).body).toHaveLength(1);
    });
  }

  it('refuses methods and bodies that it does not understand', async () => {
    expect((await call('POST', '/wire', {})).status).toBe(405);
    expect((await call('POST', '/ledger', {})).status).toBe(405);
    expect((await call('PUT', '/wire', [])).status).toBe(400);
    expect((await call('DELETE', '/wire')).status).toBe(400);
  });

  it('gives the log of one endpoint, and its last frames', async () => {
    await ask('bus', ASK, 11);
    await ask('tunnel', '01 03 00 00 00 01 84 0a', 7);
    await ask('bus', ASK.replace('00 01', '00 02'), 11);
    const requests = async (query: string): Promise<readonly string[]> =>
      ((await call('GET', `/log${query}`)).body as { request: string }[]).map(({ request }) =>
        request.slice(0, 4),
      );
    expect(await requests('')).toEqual(['0001', '0103', '0002']);
    expect(await requests('?endpoint=bus')).toEqual(['0001', '0002']);
    expect(await requests('?endpoint=bus&limit=1')).toEqual(['0002']);
    expect(await requests('?limit=0')).toEqual([]);
    expect((await call('GET', '/log?limit=many')).status).toBe(400);
  });

  it('gives the ledger of a register, and switches ledgers on and off', async () => {
    const read = (query: string) => call('GET', `/ledger?endpoint=${query}`);
    endpoints.record();
    simulation.advance(1_000);
    endpoints.record();
    const place = 'bus&unit=1&table=holding&address=0';
    expect(await read(place)).toMatchObject({ status: 200, body: { isComplete: true } });
    expect((await read(place)).body).toHaveProperty('entries.length', 2);
    expect((await read(`${place}&from=0&to=1`)).body).toHaveProperty('entries.length', 0);
    expect((await read('bus&unit=1&table=holding&address=4')).status).toBe(404);
    expect((await read('bus&unit=1&table=registers&address=0')).status).toBe(400);
    expect((await read('bus&unit=1&table=holding')).status).toBe(400);
    expect((await read('x&unit=1&table=holding&address=0')).status).toBe(404);
    expect((await read('tunnel&unit=1&table=holding&address=0')).status).toBe(409);
    expect((await call('PUT', '/ledger', { endpoint: 'tunnel', on: true, size: 0 })).status).toBe(400);
    expect((await call('PUT', '/ledger', { endpoint: 'tunnel', on: 'yes' })).status).toBe(400);
    expect((await call('PUT', '/ledger', { endpoint: 'x', on: true })).status).toBe(404);
    expect((await call('PUT', '/ledger', { endpoint: 'tunnel', on: true })).status).toBe(204);
    expect((await read('tunnel&unit=1&table=holding&address=0')).status).toBe(200);
    expect((await call('PUT', '/ledger', { endpoint: 'bus', on: false })).status).toBe(204);
    expect((await read(place)).status).toBe(409);
  });
});

describe('a scenario', () => {
  it('says how an endpoint is reached', () => {
    const { endpoints } = parseScenario(
      `version: 1
endpoints:
  - { id: a, transport: serial, path: tty, baudRate: 19200, parity: none, stopBits: 2, framing: ascii }
  - { id: b, transport: dial-in, port: 7, registration: { text: DTU1 }, heartbeat: { hex: "FE 01", everyMs: 50 } }
  - { id: c, transport: dial-in, port: 7, registration: { hex: "0102" }, framing: mbap }
devices: []
`,
      'file.yaml',
    );
    const dialIn = { transport: 'dial-in', reconnectMs: 1_000 };
    expect(endpoints).toMatchObject([
      {
        port: 0,
        framing: 'ascii',
        line: {
          transport: 'serial',
          path: 'tty',
          baudRate: 19_200,
          parity: 'none',
          dataBits: 8,
          stopBits: 2,
        },
      },
      {
        framing: 'rtu',
        line: {
          ...dialIn,
          registration: Buffer.from('DTU1'),
          heartbeat: { bytes: Buffer.from([0xfe, 1]), everyMs: 50 },
        },
      },
      { framing: 'mbap', line: { ...dialIn, registration: Buffer.from([1, 2]), heartbeat: null } },
    ]);
  });

  const at = (from: string, to: string): string => {
    if (!SCENARIO.includes(from)) throw new Error(`${from} is not in the good one`);
    return SCENARIO.replace(from, to);
  };
  const cases: readonly (readonly [string, string, string])[] = [
    ['an unknown transport', at('framing: rtu', 'transport: udp'), 'endpoints[1].transport: expected tcp'],
    ['an unknown framing', at('framing: rtu', 'framing: x'), 'endpoints[1].framing: expected mbap'],
    ['a path for TCP', at('framing: rtu', 'path: x'), 'endpoints[1].path: not for transport tcp'],
    ['a serial port with a port', at('framing: rtu', 'transport: serial'), 'port: not for transport serial'],
    [
      'a modem that says nothing',
      at('framing: rtu', 'transport: dial-in'),
      'endpoints[1].registration: expected a map',
    ],
    [
      'registration in text and hex',
      at('framing: rtu', 'transport: dial-in, registration: { text: a, hex: "01" }'),
      'endpoints[1].registration: expected text or hex',
    ],
    ['a ledger without size', at('ledger: 5', 'ledger: 0'), 'endpoints[0].ledger: expected a whole number 1'],
    [
      'a size for real equipment',
      at('test-pattern, endpoint: bus, unit: 1', 'generic-fire-tank, endpoint: bus, unit: 1'),
      'devices[0].size: generic-fire-tank has a map of its own',
    ],
    [
      'a fault of nobody',
      at('endpoint: bus, unit: 2, fault', 'endpoint: x, unit: 2, fault'),
      'wireFaults[0].endpoint: no such Modbus endpoint; known: bus, tunnel',
    ],
    [
      'a fault of an unknown unit',
      at('unit: 2, fault', 'unit: 7, fault'),
      'wireFaults[0].unit: no such unit; known: 1, 2',
    ],
    [
      'a fault that makes no sense',
      at('kind: exception, code: 6', 'kind: crc'),
      'wireFaults[0].fault: expected framing rtu or ascii for crc',
    ],
    [
      'a fault half written',
      at('kind: exception, code: 6', 'kind: exception'),
      'wireFaults[0].fault: expected code of exception',
    ],
  ];
  for (const [name, text, message] of cases) {
    it(`is refused for ${name}`, () => {
      expect(() => parseScenario(text, 'file.yaml')).toThrow(message);
    });
  }

  it('with a modem and a missing serial port is run, or refused, by the program itself', async () => {
    await using server = await openDialledServer();
    const directory = temporaryDirectory();
    const write = (endpoint: string): string => {
      const file = join(directory, 'scenario.yaml');
      const device = '{ id: t, model: test-pattern, endpoint: e, unit: 1 }';
      writeFileSync(file, `version: 1\nendpoints:\n  - ${endpoint}\ndevices:\n  - ${device}\n`);
      return file;
    };
    const modem = `{ id: e, transport: dial-in, port: ${server.port}, registration: { text: HI } }`;
    const simulators = await startSimulators({ scenario: write(modem), controlPort: 0 });
    onTestFinished(() => simulators.stop());
    expect(simulators.ports).toEqual({ e: server.port });
    const wire = await server.accept();
    expect(await wire.receive(2)).toBe('48 49');
    const serial = `{ id: e, transport: serial, path: "${join(directory, 'none')}" }`;
    await expect(startSimulators({ scenario: write(serial), controlPort: 0 })).rejects.toThrow(
      /endpoint e: .*No such file or directory/,
    );
  });
});
