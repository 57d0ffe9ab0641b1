/** The control interface, over real HTTP. */
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlServer, createControlServer } from '../../simulators/control/server.ts';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation, type Simulation } from '../../simulators/simulation.ts';

const quiet = fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url));

let simulation: Simulation;
let control: ControlServer;
let port: number;
/** `equipment topic payload` of what was to be published. */
let published: string[];

beforeEach(async () => {
  simulation = createSimulation(loadScenario(quiet));
  const log = createFrameLog(() => 5);
  log.add('pump-room', Uint8Array.from([1, 2]), null);
  published = [];
  control = createControlServer({
    simulation,
    log,
    figures: () => ({ clockLostMs: 0 }),
    publish(equipment, topic, payload) {
      published.push(`${equipment} ${topic} ${payload}`);
      if (equipment === 'acs-1') return 'done';
      return equipment === 'leak-1' ? 'not-connected' : 'unknown-equipment';
    },
  });
  port = await control.listen(0);
});

afterEach(() => control.close());

function call(method: string, path: string, body?: unknown, type = 'application/json'): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(30_000),
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': type }, body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

/** Sends the request as typed and returns the status line. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setTimeout(30_000, () => socket.destroy(new Error('no answer')));
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8');
      socket.destroy();
    });
    socket.on('close', () => resolve(answer.split('\r\n')[0] ?? ''));
    socket.write(text);
  });
}

describe('faults', () => {
  it('are listed, injected and cleared', async () => {
    expect((await call('POST', '/faults', { equipment: 'dws-1-pump-1', fault: 'trip' })).status).toBe(204);
    const list = (await (await call('GET', '/faults')).json()) as unknown[];
    expect(list.length).toBeGreaterThan(8);
    expect(list).toContainEqual({
      equipment: 'dws-1-pump-1',
      fault: 'trip',
      text: { zh: '水泵过流跳闸', en: 'Pump trips on overcurrent' },
      isActive: true,
    });
    expect((await call('DELETE', '/faults/dws-1-pump-1/trip')).status).toBe(204);
    expect(simulation.faults().some(({ isActive }) => isActive)).toBe(false);
  });

  it('that are not known are answered 404 with what is known', async () => {
    for (const answer of [
      await call('POST', '/faults', { equipment: 'dws-1', fault: 'fire' }),
      await call('DELETE', '/faults/nowhere/trip'),
    ]) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({
        code: 'unknown-fault',
        known: expect.arrayContaining([{ equipment: 'sump-1', fault: 'overflow' }]),
      });
    }
  });
});

describe('registers', () => {
  it('are pinned and let go', async () => {
    const place = { equipment: 'dws-1', table: 'holding', address: 0 };
    expect((await call('PUT', '/registers', { ...place, value: 65_535 })).status).toBe(204);
    expect(simulation.unit('pump-room', 1)?.image.holding.get(0)).toBe(65_535);
    expect((await call('PUT', '/registers', { ...place, value: null })).status).toBe(204);
    expect(simulation.unit('pump-room', 1)?.image.holding.get(0)).toBe(450);
  });

  const refused: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ['a value beyond 16 bits', { equipment: 'dws-1', table: 'holding', address: 0, value: 65_536 }, 400],
    ['a bit of 2', { equipment: 'sump-1', table: 'discrete', address: 0, value: 2 }, 400],
    ['a missing value', { equipment: 'dws-1', table: 'holding', address: 0 }, 400],
    ['an unknown table', { equipment: 'dws-1', table: 'registers', address: 0, value: 1 }, 400],
    ['an address that is not mapped', { equipment: 'dws-1', table: 'holding', address: 9, value: 1 }, 404],
    ['unknown equipment', { equipment: 'x', table: 'holding', address: 0, value: 1 }, 404],
  ];
  for (const [name, body, status] of refused) {
    it(`refuse ${name}`, async () => {
      expect((await call('PUT', '/registers', body)).status).toBe(status);
    });
  }
});

describe('variables', () => {
  const shown = () =>
    simulation
      .objects('power-server')
      .find(({ id }) => id === 'generator-1')
      ?.variables.get('FuelLevel');
  const place = { equipment: 'generator-1', name: 'FuelLevel' };

  it('are held, with another type or status if need be, and let go', async () => {
    const put = async (body: Record<string, unknown>) =>
      expect((await call('PUT', '/variables', { ...place, ...body })).status).toBe(204);
    await put({ value: 3 });
    expect(shown()).toEqual({ type: 'Double', value: 3, status: 'Good' });
    await put({ value: 4, status: 'BadSensorFailure' });
    expect(shown()).toEqual({ type: 'Double', value: 4, status: 'BadSensorFailure' });
    await put({ value: 'full', type: 'String' });
    expect(shown()).toEqual({ type: 'String', value: 'full', status: 'Good' });
    await put({ value: 'NaN' });
    expect(shown()?.value).toBeNaN();
    await put({ value: null });
    expect(shown()).toEqual({ type: 'Double', value: 86 });
  });

  const refused: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ['a text for a number', { ...place, value: 'full' }, 400],
    ['a whole number that is none', { equipment: 'generator-1', name: 'State', value: 1.5 }, 400],
    ['a type that is not known', { ...place, value: 1, type: 'Float' }, 400],
    ['a status that is not known', { ...place, value: 1, status: 'BadLuck' }, 400],
    ['no value', place, 400],
    ['more than it should', { ...place, value: 1, address: 1 }, 400],
    ['a variable that is not there', { ...place, name: 'Fuel', value: 1 }, 404],
    ['a device that has registers', { equipment: 'dws-1', name: 'Pressure', value: 1 }, 404],
    ['unknown equipment', { equipment: 'x', name: 'State', value: 1 }, 404],
  ];
  for (const [name, body, status] of refused) {
    it(`refuse ${name}`, async () => {
      expect((await call('PUT', '/variables', body)).status).toBe(status);
    });
  }
});

describe('messages', () => {
  const payloads: readonly (readonly [string, unknown, string])[] = [
    ['text as it is, however broken', '{"mains":', '{"mains":'],
    ['an object as JSON', { mains: 7 }, '{"mains":7}'],
    ['a number as JSON', 5, '5'],
    ['null as no bytes', null, ''],
  ];
  for (const [name, payload, sent] of payloads) {
    it(`are published: ${name}`, async () => {
      expect((await call('PUT', '/messages', { equipment: 'acs-1', topic: 'door/3', payload })).status).toBe(
        204,
      );
      expect(published).toEqual([`acs-1 door/3 ${sent}`]);
    });
  }

  const refused: readonly (readonly [string, Record<string, unknown>, number])[] = [
    ['a topic with a wildcard', { equipment: 'acs-1', topic: 'door/+', payload: 1 }, 400],
    ['no topic', { equipment: 'acs-1', payload: 1 }, 400],
    ['no payload', { equipment: 'acs-1', topic: 'state' }, 400],
    ['a device that is not connected', { equipment: 'leak-1', topic: 'state', payload: 1 }, 409],
    ['unknown equipment', { equipment: 'x', topic: 'state', payload: 1 }, 404],
  ];
  for (const [name, body, status] of refused) {
    it(`refuse ${name}`, async () => {
      expect((await call('PUT', '/messages', body)).status).toBe(status);
    });
  }
});

describe('looking inside', () => {
  it('gives the physics, the time and the counters', async () => {
    simulation.advance(1_000);
    expect(await (await call('GET', '/state')).json()).toMatchObject({
      timeMs: 1_000,
      activeFaults: [],
      clockLostMs: 0,
      devices: { 'dws-1': { tankLevelM: expect.any(Number) }, 'sump-1': { levelM: expect.any(Number) } },
    });
  });

  it('gives the last frames', async () => {
    expect(await (await call('GET', '/log')).json()).toEqual([
      { atMs: 5, endpoint: 'pump-room', request: '0102', response: null },
    ]);
  });
});

describe('what it refuses', () => {
  it('a body that is not declared JSON, as a form of another site would be', async () => {
    const answer = await call('POST', '/faults', '{"equipment":"dws-1","fault":"dry-running"}', 'text/plain');
    expect(answer.status).toBe(415);
    expect(simulation.faults().some(({ isActive }) => isActive)).toBe(false);
  });

  it('a body that is no JSON, no object, or says more than it should', async () => {
    for (const body of ['{', '[]', '"x"', '{"equipment":"dws-1","fault":"dry-running","more":1}', '{}', '']) {
      expect((await call('POST', '/faults', body)).status).toBe(400);
    }
  });

  it('a body beyond its limit', async () => {
    const answer = await call('POST', '/faults', { equipment: 'x'.repeat(5_000), fault: 'y' });
    expect(answer.status).toBe(413);
  });

  it('a Host that is not this machine, which a rebound name would carry', async () => {
    const get = (host: string) => raw(`GET /faults HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(await get('plant.example:15080')).toContain(' 403 ');
    expect(await get('127.0.0.1.example')).toContain(' 403 ');
    expect(await get('localhost:15080')).toContain(' 200 ');
    expect(await get('[::1]')).toContain(' 200 ');
  });

  it('paths and methods that it does not have', async () => {
    expect((await call('GET', '/')).status).toBe(404);
    expect((await call('GET', '/faults/a/b/c')).status).toBe(404);
    expect((await call('DELETE', '/faults')).status).toBe(405);
    expect((await call('POST', '/state', {})).status).toBe(405);
  });

  it('bytes that are no HTTP, and goes on', async () => {
    expect(await raw('\x00\x01\x02\r\n\r\n')).toContain(' 400 ');
    expect((await call('GET', '/faults')).status).toBe(200);
  });
});
