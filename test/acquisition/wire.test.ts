/** Acquisition and the Modbus driver on real sockets: what a cut wire, a dead unit and a mute server do to readings. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { LinkDef } from '../../src/config/model.ts';
import { createModbusDriver } from '../../src/drivers/modbus/driver.ts';
import {
  answer,
  answerAddresses,
  type FakeServer,
  refuse,
  startFakeServer,
  staySilent,
} from '../drivers/modbus/fake-server.ts';
import { createTestLink, createTestModel, type TestEquipment } from '../support/model.ts';
import { until } from '../support/poll.ts';
import { createRandom, testSeed } from '../support/seed.ts';
import { watchStalls } from '../support/stalls.ts';
import { startStopwatch } from '../support/stopwatch.ts';
import { type Recorder, record } from './support.ts';

const POLL_MS = 500;
const TIMEOUT_MS = 200;
const SOON_MS = 20_000;

const servers: FakeServer[] = [];
let recorder: Recorder | null = null;

afterEach(async () => {
  await recorder?.acquisition.stop();
  for (const server of servers) expect(server.sockets.size).toBeLessThanOrEqual(1);
  await Promise.all(servers.splice(0).map((server) => server.close()));
  recorder = null;
});

async function serve(respond = answerAddresses, options = {}): Promise<FakeServer> {
  const server = await startFakeServer(respond, options);
  servers.push(server);
  return server;
}

const toLink = (id: string, { port }: FakeServer, options: object = {}) =>
  createTestLink(id, { port, timeoutMs: TIMEOUT_MS, ...options });

function pump(id: string, unit: number, link = 'link', pollMs = POLL_MS): TestEquipment {
  const points = [
    { name: 'pressure', pollMs, staleMs: 2_000, address: { table: 'holding', address: 7 } },
    { name: 'running', pollMs, staleMs: 2_000, address: { table: 'coil', address: 1 } },
  ];
  return { id, link, device: { unit }, points };
}

function start(links: readonly LinkDef[], ...equipment: TestEquipment[]): Recorder {
  recorder = record(createTestModel({ links, equipment }), createModbusDriver());
  recorder.acquisition.start();
  return recorder;
}

/** Waits until all points of an equipment have the quality. @returns how long that took, ms */
async function qualityOf(
  to: Recorder,
  equipment: string,
  quality: RegExp,
  timeoutMs: number,
): Promise<number> {
  using watch = startStopwatch();
  const points = Object.keys(to.qualities()).filter((id) => id.startsWith(`${equipment}/`));
  const isMet = () => points.every((id) => quality.test(to.qualities()[id] as string));
  await until(isMet, {
    timeoutMs,
    what: `${equipment} ${quality} (now ${JSON.stringify(to.qualities())})`,
    intervalMs: 5,
  });
  return watch.readMs();
}

describe('a wire that is cut', () => {
  it('turns its points bad at once, good again within two cycles, and leaves the other link alone', async () => {
    const [near, far] = [await serve(), await serve()];
    const seen = start(
      [toLink('link', near), toLink('other', far, { timeoutMs: 5_000 })],
      pump('dws', 1),
      pump('sump', 1, 'other'),
    );
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
    await qualityOf(seen, 'sump', /^good$/, SOON_MS);
    await near.cut();
    expect(await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS)).toBeLessThanOrEqual(TIMEOUT_MS + POLL_MS);
    expect(seen.status('link')).toMatchObject({ state: 'offline' });
    await near.restore();
    await qualityOf(seen, 'dws', /^good$/, 2 * POLL_MS);
    expect(seen.of('sump/pressure').every(({ quality }) => quality === 'good')).toBe(true);
    expect(seen.status('other').counters).toMatchObject({ reconnects: 0, timeouts: 0 });
    expect(seen.counter('link', 'reconnects')).toBeGreaterThanOrEqual(1);
    expect(near.sockets.size).toBe(1);
  });

  it('silently turns its points bad within a cycle and a time-out, and good again when it returns', async () => {
    const server = await serve();
    const seen = start([toLink('link', server)], pump('dws', 1));
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
    server.respond = staySilent;
    expect(await qualityOf(seen, 'dws', /^(timeout|comm-loss)$/, 5_000)).toBeLessThanOrEqual(
      POLL_MS + TIMEOUT_MS + 100,
    );
    await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS);
    expect(seen.status('link').reason).toMatch(/no answer from any device/);
    server.respond = answerAddresses;
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
    expect(seen.last('dws/pressure')).toMatchObject({ value: 7 });
    expect(seen.last('dws/running')).toMatchObject({ value: 1 });
  });

  it('leaves one connection and one poll rate after many returns', async () => {
    const server = await serve();
    const seen = start([toLink('link', server)], pump('dws', 1, 'link', 100));
    for (let round = 0; round < 3; round++) {
      await qualityOf(seen, 'dws', /^good$/, SOON_MS);
      for (const socket of server.sockets) socket.resetAndDestroy();
      await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS);
    }
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
    const [requests, startMs] = [server.requests.length, performance.now()];
    await until(() => server.requests.length >= requests + 10, {
      timeoutMs: 15_000,
      what: '10 more requests',
    });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(350);
    expect(server.sockets.size).toBe(1);
  });
});

describe('a server that does not serve', () => {
  it('accepts but never answers: the link is not called online, and comes good when it does', async () => {
    const server = await serve(staySilent);
    const seen = start([toLink('link', server)], pump('dws', 1));
    await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS);
    expect(seen.history()).toEqual(['link connecting', 'link offline']);
    server.respond = answerAddresses;
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
    expect(seen.history()).toEqual(['link connecting', 'link offline', 'link online']);
  });

  it('refuses at first: points are without data, then bad, then good', async () => {
    const server = await serve();
    await server.cut();
    const seen = start([toLink('link', server)], pump('dws', 1));
    expect(seen.qualities()['dws/pressure']).toBe('no-data');
    await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS);
    expect(seen.status('link').reason).toBe(`connect refused by 127.0.0.1:${server.port}`);
    await server.restore();
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
  });

  it('talks nonsense: the connection ends, is counted, and is made anew', async () => {
    const server = await serve(() => Buffer.from('SSH-2.0-OpenSSH_9.2\r\n'));
    const seen = start([toLink('link', server)], pump('dws', 1));
    await qualityOf(seen, 'dws', /^comm-loss$/, SOON_MS);
    expect(seen.counter('link', 'bad_frames')).toBeGreaterThanOrEqual(1);
    server.respond = answerAddresses;
    await qualityOf(seen, 'dws', /^good$/, SOON_MS);
  });
});

it('a dead unit beside a live one leaves the live one its cycle within a tenth', async () => {
  const server = await serve((request, socket) =>
    request.unit === 2 ? null : answerAddresses(request, socket),
  );
  // It answers however slow the machine is; what is tried is the other one's time-out.
  const live = pump('live', 1, 'link', 100);
  const seen = start(
    [toLink('link', server, { timeoutMs: 60 })],
    { ...live, device: { ...live.device, timeoutMs: SOON_MS } },
    pump('dead', 2, 'link', 100),
  );
  await qualityOf(seen, 'live', /^good$/, SOON_MS);
  await qualityOf(seen, 'dead', /^timeout$/, SOON_MS);
  const before = seen.of('live/pressure').length;
  using watch = startStopwatch();
  const isEnough = () => seen.of('live/pressure').length >= before + 40;
  await until(isEnough, { timeoutMs: 15_000, what: '40 cycles of the live unit', intervalMs: 5 });
  expect(watch.readMs() / 40).toBeLessThanOrEqual(110);
  expect(seen.status('link')).toMatchObject({ state: 'degraded', reason: 'no answer from unit 2' });
  expect(seen.of('live/pressure').every(({ quality }) => quality === 'good')).toBe(true);
});

it('a sentinel and a value out of range arrive as bad, their neighbours as good', async () => {
  const server = await serve((request) => answer(request, Buffer.from('FFFF00050064', 'hex')));
  const at = (address: number, more: object = {}) => ({ table: 'holding', address, ...more });
  const points = [
    { name: 'sensor', address: at(0, { sentinels: [0xffff], scale: 0.001 }) },
    { name: 'level', address: at(1, { scale: 0.1 }) },
    { name: 'pressure', address: at(2), range: { min: 0, max: 16 } },
  ];
  const seen = start([toLink('link', server)], { id: 'dws', points });
  await until(() => seen.seen.length >= 3, { timeoutMs: 15_000, what: 'the first readings' });
  expect(seen.qualities()).toEqual({
    'dws/sensor': 'sentinel',
    'dws/level': 'good',
    'dws/pressure': 'out-of-range',
  });
  expect(seen.last('dws/level')!.value).toBe(0.5);
});

it('all counters are there from the beginning', async () => {
  const server = await serve();
  const seen = start([toLink('link', server)], pump('dws', 1));
  await qualityOf(seen, 'dws', /^good$/, SOON_MS);
  const names =
    'requests replies timeouts exceptions reconnects late_replies bad_frames skipped_cycles bytes_in bytes_out';
  expect(Object.keys(seen.status('link').counters)).toEqual(expect.arrayContaining(names.split(' ')));
  const isAnswered = () => seen.counter('link', 'requests') === seen.counter('link', 'replies');
  await until(isAnswered, { timeoutMs: SOON_MS, what: 'the answers to all requests' });
  expect(seen.counter('link', 'bytes_out')).toBe(12 * seen.counter('link', 'requests'));
});

it('a subscriber that throws ends the process instead of the loop alone', async () => {
  const script = fileURLToPath(new URL('throwing-subscriber.ts', import.meta.url));
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(stderr).toContain('subscriber is broken');
  expect(code).toBe(1);
});

it('a hole in the map costs its own point only, and the rest is read in as few requests as the device takes', async () => {
  const server = await serve((request, socket) => {
    const { address, count } = request;
    return address <= 13 && 13 < address + count ? refuse(request, 2) : answerAddresses(request, socket);
  });
  const points = Array.from({ length: 20 }, (_, at) => ({
    name: `p${at}`,
    pollMs: 200,
    staleMs: 2_000,
    address: { table: 'holding', address: at },
  }));
  const seen = start([toLink('link', server)], { id: 'dws', points });
  const isSettled = () =>
    Object.entries(seen.qualities()).every(([id, quality]) =>
      id === 'dws/p13' ? quality === 'device-error' : quality === 'good',
    );
  await until(isSettled, { timeoutMs: 15_000, what: '19 good points and one to blame' });
  const { link } = seen.status('link');
  const plan = () => seen.acquisition.requests(link);
  await until(() => plan().length <= 4, { timeoutMs: 15_000, what: 'accepted pieces joined' });
  expect(plan().flatMap((request) => request.points)).toHaveLength(20);
  expect(seen.seen.some(({ point, quality }) => point !== 13 && quality !== 'good')).toBe(false);
});

it('two gateways share a server that takes one connection', async () => {
  const server = await serve(answerAddresses, { maxConnections: 1 });
  const link = toLink('link', server, { releaseAfterMs: 50, timeoutMs: 5_000 });
  using stalls = watchStalls();
  const fromMs = Date.now();
  const first = start([link], pump('dws', 1, 'link', 600));
  const model = createTestModel({ links: [link], equipment: [pump('dws', 1, 'link', 600)] });
  const second = record(model, createModbusDriver(), createRandom(testSeed()));
  try {
    await qualityOf(first, 'dws', /^good$/, SOON_MS);
    second.acquisition.start();
    await qualityOf(second, 'dws', /^good$/, SOON_MS);
    const isEnough = () => [first, second].every((seen) => seen.counter('link', 'releases') >= 4);
    await until(isEnough, { timeoutMs: SOON_MS, what: 'four releases of each' });
    for (const seen of [first, second]) {
      const isOnline = () => seen.status('link').state === 'online';
      await until(isOnline, { timeoutMs: SOON_MS, what: 'its turn' });
      const readings = seen.of('dws/pressure');
      const begun = readings.findIndex(({ quality }) => quality === 'good');
      // Whom a busy machine keeps from its turn for a whole cycle says so.
      if (stalls.isNear(Date.now(), Date.now() - fromMs, 300)) continue;
      expect(readings.slice(begun).every(({ quality }) => quality === 'good')).toBe(true);
    }
    if (!stalls.isNear(Date.now(), Date.now() - fromMs, 300))
      expect(first.counter('link', 'reconnects')).toBe(0);
  } finally {
    await second.acquisition.stop();
  }
});
