/** How a connection begins and ends: refused, mute, reset, hung up, closed, aborted. */
import { describe, expect, it, vi } from 'vitest';
import { createTestLink } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import {
  closeAfterEach,
  driver,
  never,
  open,
  registers,
  setUp,
  VALUES,
  values,
} from './connection-support.ts';
import { answer, answerAddresses, startFakeServer, staySilent } from './fake-server.ts';

closeAfterEach();

describe('ends of the connection', () => {
  it('garbage closes it: nothing after it can be trusted', async () => {
    const { server, connection, losses } = await setUp(() => Buffer.from('0001000000FF0103FFFF', 'hex'));
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'bad-frame' });
    expect(losses).toEqual([expect.stringContaining('length 255')]);
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'the socket to close' });
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'bad-frame' });
    expect(connection.stats()).toMatchObject({ bad_frames: 1 });
  });

  it('a reset during a read ends it as lost and is told once', async () => {
    const { connection, losses } = await setUp((_request, socket) => {
      socket.resetAndDestroy();
      return null;
    });
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'connection-lost' });
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'connection-lost' });
    expect(losses).toHaveLength(1);
  });

  it('a device that hangs up between reads is noticed without asking', async () => {
    const { server, losses } = await setUp();
    for (const socket of server.sockets) socket.end();
    await until(() => losses.length === 1, { timeoutMs: 15_000, what: 'the loss' });
    expect(losses[0]).toMatch(/connection closed by 127\.0\.0\.1/);
  });

  it('closing ends a pending read as stopped and tells nobody', async () => {
    const { server, connection, losses } = await setUp(staySilent);
    const reading = connection.read(registers, never);
    connection.close();
    connection.close();
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'the socket to close' });
    expect(losses).toEqual([]);
  });

  it('an abort ends only the read; its late answer is not taken for the next one', async () => {
    const { server, connection } = await setUp(staySilent);
    const abort = new AbortController();
    const reading = connection.read(registers, abort.signal);
    await until(() => server.requests.length === 1, { timeoutMs: 15_000, what: 'the request' });
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
    server.respond = (request, socket) => {
      socket.write(answer(server.requests[0]!, Buffer.alloc(6)));
      return answerAddresses(request, socket);
    };
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    await expect(connection.read(registers, abort.signal)).rejects.toMatchObject({ code: 'stopped' });
  });

  it('closing ends the gap between two requests', async () => {
    const { connection } = await setUp(answerAddresses, { gapMs: 60_000 });
    await connection.read(registers, never);
    const reading = connection.read(registers, never);
    connection.close();
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
  });
});

describe('connecting', () => {
  it('names who refused', async () => {
    const port = await freePort();
    const connection = driver.open(createTestLink('link', { port }), () => {});
    const message = `connect refused by 127.0.0.1:${port}`;
    await expect(connection.connect(never)).rejects.toMatchObject({ code: 'connect-failed', message });
  });

  it('gives up after its time-out, however the network behaves', async () => {
    const server = (open.server = await startFakeServer());
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const link = createTestLink('link', { port: server.port, connectTimeoutMs: 3_000 });
    const connecting = driver.open(link, () => {}).connect(never);
    vi.advanceTimersByTime(3_000);
    vi.useRealTimers();
    await expect(connecting).rejects.toMatchObject({ code: 'connect-timeout' });
  });

  it('stops on abort and on close', async () => {
    const link = createTestLink('link', { host: '127.0.0.1', port: 9, pauseAfterConnectMs: 60_000 });
    const aborted = driver.open(link, () => {}).connect(AbortSignal.abort());
    await expect(aborted).rejects.toMatchObject({ code: 'stopped' });
    const closed = driver.open(link, () => {});
    const connecting = closed.connect(never);
    closed.close();
    await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
  });

  it('pauses after connecting; a loss in the pause is a failed connect and not told twice', async () => {
    const server = (open.server = await startFakeServer());
    const losses: string[] = [];
    const link = createTestLink('link', { port: server.port, pauseAfterConnectMs: 60_000 });
    const connection = (open.connection = driver.open(link, (reason) => losses.push(reason)));
    const connecting = connection.connect(never);
    await until(() => server.sockets.size === 1, { timeoutMs: 15_000, what: 'the connection' });
    for (const socket of server.sockets) socket.resetAndDestroy();
    await expect(connecting).rejects.toMatchObject({ code: 'connect-failed' });
    expect(losses).toEqual([]);
  });

  it('ends the pause after connecting when it is aborted', async () => {
    const server = (open.server = await startFakeServer());
    const abort = new AbortController();
    const link = createTestLink('link', { port: server.port, pauseAfterConnectMs: 60_000 });
    const connecting = driver.open(link, () => {}).connect(abort.signal);
    await until(() => server.sockets.size === 1, { timeoutMs: 15_000, what: 'the connection' });
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
  });
});
