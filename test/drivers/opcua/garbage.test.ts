/** Servers that are none, and wires that change or cut bytes: a connection may fail, the process may not. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { DeviceError } from '../../../src/core/errors.ts';
import { testRuns } from '../../support/effort.ts';
import { createRandom, randomInteger, testSeed } from '../../support/seed.ts';
import { startStopwatch } from '../../support/stopwatch.ts';
import { startOpcuaServer } from './server.ts';
import { at, createSite, listen, NAMESPACE } from './site.ts';

/** Each takes a second, most of it waiting for answers that never come; other bytes are tried in every run. */
const ROUNDS = testRuns(4);
/** Of close (driver.ts: within a bounded time). */
const CLOSE_MS = 3_000;
const link = { timeoutMs: 300, connectTimeoutMs: 300 };

const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** @param take what becomes of an incoming connection @returns its port */
async function accept(take: (near: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => near.destroy());
    take(near);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const points = [at('floor'), at('list', { index: 1 }), at('mode', { values: { auto: 1 } })];

/** Connects, listens for a moment, closes. @returns what connecting failed with */
async function visit(port: number, listenMs = 0): Promise<unknown> {
  const heard = listen(createSite(`opc.tcp://127.0.0.1:${port}`, points, link));
  const failure = await heard.connection.connect(new AbortController().signal).then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null) await new Promise((resolve) => setTimeout(resolve, listenMs));
  using watch = startStopwatch();
  await heard.connection.close();
  expect(watch.readMs()).toBeLessThan(CLOSE_MS);
  for (const { value, quality } of heard.batches.flat()) expect(Number.isFinite(value)).toBe(quality < 128);
  return failure;
}

describe('what is no OPC UA server', () => {
  it.each([
    ['says nothing', (near: Socket) => void near.resume()],
    ['hangs up', (near: Socket) => void near.destroy()],
    ['answers like a web server', (near: Socket) => void near.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    [
      'sends a message of 2 GB',
      (near: Socket) => void near.write(Buffer.from('ACKF\xff\xff\xff\x7f', 'latin1')),
    ],
    ['sends zeros', (near: Socket) => void near.write(Buffer.alloc(4_096))],
  ])('and %s makes connecting fail', async (_what, take) => {
    const failure = await visit(await accept(take));
    expect(failure).toBeInstanceOf(DeviceError);
    expect(failure).toMatchObject({ code: expect.stringMatching(/^connect-(failed|timeout)$/) });
  });
});

it('bytes changed or cut on the way never end the process, and closing stays bounded', {
  timeout: 240_000,
}, async () => {
  const random = createRandom(testSeed());
  const server = await startOpcuaServer({
    namespace: NAMESPACE,
    variables: {
      floor: { type: 'Int32', value: 1 },
      list: { type: 'Double', value: [1, 2], isArray: true },
      mode: { type: 'String', value: 'auto' },
    },
  });
  closing.push(() => server.stop());
  let spare = 0;
  const port = await accept((near) => {
    const far = connect(server.port, '127.0.0.1');
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    near.on('data', (bytes) => far.write(bytes));
    let seen = 0;
    far.on('data', (bytes: Buffer) => near.write(seen++ < spare ? bytes : spoil(bytes, random)));
  });
  for (let round = 0; round < ROUNDS; round++) {
    spare = randomInteger(random, 0, 11);
    const failure = await visit(port, 60);
    if (failure !== null) expect(failure).toBeInstanceOf(DeviceError);
    server.closeSessions();
    server.set('floor', { value: round });
  }
});

function spoil(bytes: Buffer, random: () => number): Buffer {
  const spoilt = Buffer.from(bytes);
  const from = randomInteger(random, 0, spoilt.length - 1);
  if (random() < 0.3) return spoilt.subarray(0, from);
  for (let at = from; at < Math.min(spoilt.length, from + 8); at++)
    spoilt[at] = randomInteger(random, 0, 255);
  return spoilt;
}
