/** The gateway's client of the simulators, against the real control interface and against bad company. */
import { createServer, type RequestListener, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type ControlServer, createControlServer } from '../../simulators/control/server.ts';
import { createFrameLog } from '../../simulators/frame-log.ts';
import { loadScenario } from '../../simulators/scenario.ts';
import { createSimulation } from '../../simulators/simulation.ts';
import { createSimulationClient } from '../../src/simulation/client.ts';

const quiet = fileURLToPath(new URL('../../simulators/scenarios/quiet.yaml', import.meta.url));
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function startControl(): Promise<string> {
  const control: ControlServer = createControlServer({
    simulation: createSimulation(loadScenario(quiet)),
    log: createFrameLog(() => 0),
    figures: () => ({}),
    publish: () => 'unknown-equipment',
  });
  closers.push(() => control.close());
  return `http://127.0.0.1:${await control.listen(0)}`;
}

/** A server that answers whatever the listener wants. */
async function startStub(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(
    () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
}

describe('with simulators', () => {
  it('lists, injects and clears', async () => {
    const client = createSimulationClient(await startControl());
    await client.inject('sump-1', 'overflow');
    const active = (await client.faults()).filter(({ isActive }) => isActive);
    expect(active).toEqual([
      {
        equipment: 'sump-1',
        fault: 'overflow',
        text: { zh: '来水超过排水能力，集水坑溢水', en: 'Inflow exceeds both pumps, the sump overflows' },
        isActive: true,
      },
    ]);
    await client.clear('sump-1', 'overflow');
    await client.clear('sump-1', 'overflow');
    expect((await client.faults()).some(({ isActive }) => isActive)).toBe(false);
  });

  it('says unknown-fault with what was asked', async () => {
    const client = createSimulationClient(await startControl());
    const expected = { code: 'unknown-fault', params: { equipment: 'dws-1', fault: '../state?' } };
    await expect(client.inject('dws-1', '../state?')).rejects.toMatchObject(expected);
    await expect(client.clear('dws-1', '../state?')).rejects.toMatchObject(expected);
  });
});

describe('without them', () => {
  const unreachable = { code: 'simulator-unreachable' };

  it('says unreachable when nobody listens', async () => {
    const url = await startStub(() => {});
    await closers.pop()?.();
    const client = createSimulationClient(url);
    await expect(client.faults()).rejects.toMatchObject(unreachable);
    await expect(client.inject('a', 'b')).rejects.toMatchObject(unreachable);
  });

  it('gives up on an answer that never comes', async () => {
    const client = createSimulationClient(await startStub(() => {}));
    await expect(client.faults()).rejects.toMatchObject(unreachable);
  });

  const strange: readonly (readonly [string, RequestListener])[] = [
    ['an error', (_, response) => response.writeHead(500).end('{}')],
    ['no JSON', (_, response) => response.end('<html>')],
    ['something that is no list', (_, response) => response.end('{"faults":[]}')],
    ['a list of something else', (_, response) => response.end('[{"equipment":1}]')],
    ['a redirect', (_, response) => response.writeHead(302, { location: '/faults' }).end()],
    ['an endless answer', (_, response) => void response.write(`[${' '.repeat(300_000)}`)],
    ['half an answer', (_, response) => void response.writeHead(200, { 'content-length': '99' }).end('[')],
  ];
  for (const [name, listener] of strange) {
    it(`says unreachable when it is answered with ${name}`, async () => {
      const client = createSimulationClient(await startStub(listener));
      await expect(client.faults()).rejects.toMatchObject(unreachable);
    });
  }

  it('does not take another 404 for an unknown fault', async () => {
    const client = createSimulationClient(
      await startStub((_, response) => response.writeHead(404).end('{"code":"not-found"}')),
    );
    await expect(client.inject('a', 'b')).rejects.toMatchObject(unreachable);
  });
});
