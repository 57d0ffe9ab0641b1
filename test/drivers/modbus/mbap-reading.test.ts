/**
 * A TCP connection is read into the same few bytes again and again: what was read before, elsewhere, or in pieces never
 * turns into the answer to something else, and the end of a connection is seen as with any stream.
 */
import { createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { MbapTransport } from '../../../src/drivers/modbus/mbap/transport.ts';
import type { Exchange, Transport } from '../../../src/drivers/modbus/transport.ts';
import { createTcpWire, type TcpLink } from '../../../src/drivers/modbus/wires/tcp.ts';
import { until } from '../../support/poll.ts';
import { freePort } from '../../support/ports.ts';
import {
  answer,
  answerAddresses,
  type FakeRequest,
  type FakeServer,
  hex,
  type Responder,
  startFakeServer,
  staySilent,
} from './fake-server.ts';

const never = new AbortController().signal;
/** The longest answer there is, and as many as may be under way. */
const LONGEST = 125;
const ALL = 16;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(respond: Responder): Promise<FakeServer> {
  const server = await startFakeServer(respond);
  closers.push(() => server.close());
  return server;
}

async function connect(port: number, options: Partial<TcpLink> = {}) {
  const wire = createTcpWire({ host: '127.0.0.1', port, connectTimeoutMs: 20_000, ...options });
  const transport = new MbapTransport(wire);
  closers.push(() => transport.close());
  const losses: string[] = [];
  transport.onLost = ({ message }) => losses.push(message);
  await transport.connect(never);
  return { transport, losses };
}

/** Reads holding registers, each of which holds its own address. */
function toExchange(address: number, count: number): Exchange {
  const pdu = Buffer.from([3, address >> 8, address & 255, 0, count]);
  return { unit: 1, pdu, answerBytes: 2 + 2 * count, timeoutMs: 20_000, label: `register ${address}` };
}

const range = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);
const toValues = (pdu: Buffer) => range((pdu.length - 2) / 2).map((at) => pdu.readUInt16BE(2 + 2 * at));

const ask = (transport: Transport, address: number, count = 2) =>
  transport.exchange(toExchange(address, count), never).then(toValues);

const failure = (answering: Promise<unknown>) => answering.catch(({ code }: { code: string }) => code);

const arrived = (transport: Transport, bytes: number) =>
  until(() => transport.stats()['bytes_in'] === bytes, {
    timeoutMs: 15_000,
    intervalMs: 1,
    what: `${bytes} bytes`,
  });

/** The only connection of a server. */
async function socketOf({ sockets }: FakeServer): Promise<Socket> {
  await until(() => sockets.size === 1, { timeoutMs: 15_000, what: 'the connection' });
  return [...sockets][0]!;
}

/** Waits for so many requests, then gives their answers one behind the other. */
async function answersTo(server: FakeServer, count: number): Promise<Buffer> {
  await until(() => server.requests.length === count, { timeoutMs: 15_000, what: 'the requests' });
  return Buffer.concat(server.requests.map((request) => toAnswer(request, server)));
}

function toAnswer(request: FakeRequest, { sockets }: FakeServer): Buffer {
  return answerAddresses(request, [...sockets][0]!)!;
}

describe('one read after the other into the same bytes', () => {
  it('an answer that goes on in the next read keeps what came before, wherever it is cut', async () => {
    const server = await serve(staySilent);
    const { transport } = await connect(server.port);
    const socket = await socketOf(server);
    let bytes = 0;
    // Two answers of 13 bytes: the cut is anywhere in the first, between them, or in the second.
    for (const cut of range(25, 1)) {
      const asked = Promise.all([ask(transport, 100 * cut), ask(transport, 100 * cut + 50)]);
      const both = (await answersTo(server, 2 * cut)).subarray(-26);
      socket.write(both.subarray(0, cut));
      await arrived(transport, bytes + cut);
      socket.write(both.subarray(cut));
      expect(await asked).toEqual([range(2, 100 * cut), range(2, 100 * cut + 50)]);
      bytes += both.length;
    }
    expect(transport.stats()).toMatchObject({ bad_frames: 0, unsolicited: 0, late_replies: 0 });
  });

  it('answers of several connections that come in turns and in pieces are not mixed', async () => {
    const servers = await Promise.all(range(3).map(() => serve(staySilent)));
    const links = await Promise.all(servers.map(({ port }) => connect(port)));
    const asked = Promise.all(links.map(({ transport }, at) => ask(transport, 1_000 * at, 20)));
    const answers = await Promise.all(servers.map((server) => answersTo(server, 1)));
    const sockets = await Promise.all(servers.map(socketOf));
    for (const from of range(7).map((piece) => piece * 7)) {
      for (const [at, socket] of sockets.entries()) {
        const piece = answers[at]!.subarray(from, from + 7);
        socket.write(piece);
        await arrived(links[at]!.transport, from + piece.length);
      }
    }
    expect(await asked).toEqual(range(3).map((at) => range(20, 1_000 * at)));
  });

  it('the sixteen longest answers in one segment are all taken', async () => {
    const server = await serve(staySilent);
    const { transport } = await connect(server.port);
    const asked = Promise.all(range(ALL).map((at) => ask(transport, 1_000 * at, LONGEST)));
    const stream = await answersTo(server, ALL);
    (await socketOf(server)).write(stream);
    expect(await asked).toEqual(range(ALL).map((at) => range(LONGEST, 1_000 * at)));
    expect(transport.stats()).toMatchObject({ bytes_in: stream.length, bad_frames: 0 });
  });

  it('what nobody asked for, longer than one read takes, is passed over and leaves the answer behind it', async () => {
    const server = await serve((request, socket) => {
      const strange = answer({ ...request, transaction: 4_711 }, Buffer.alloc(250, 0x5a));
      return Buffer.concat([...range(100).map(() => strange), answerAddresses(request, socket)!]);
    });
    const { transport } = await connect(server.port);
    for (const address of range(20)) expect(await ask(transport, address)).toEqual(range(2, address));
    expect(transport.stats()).toMatchObject({ unsolicited: 2_000, bad_frames: 0 });
  });

  it('a torn answer among sixteen long ones is never filled up with the next one', async () => {
    for (const [torn, missing] of range(ALL - 1).flatMap((at) =>
      range(6, 1).map((bytes) => [at, bytes] as const),
    )) {
      const server = await serve(staySilent);
      const { transport } = await connect(server.port);
      const asked = range(ALL).map((at) => failure(ask(transport, 1_000 * at, LONGEST)));
      const stream = await answersTo(server, ALL);
      const end = (stream.length / ALL) * (torn + 1);
      (await socketOf(server)).write(
        Buffer.concat([stream.subarray(0, end - missing), stream.subarray(end)]),
      );
      expect([torn, missing, ...(await Promise.all(asked))]).toEqual([
        torn,
        missing,
        ...range(ALL).map(() => 'bad-frame'),
      ]);
      await server.close();
    }
  });

  it('an answer stays as it is for whoever awaits it, by however many promises', async () => {
    const server = await serve(staySilent);
    const { transport } = await connect(server.port);
    const asked = Promise.all(
      range(ALL).map(async (at) => {
        const pdu = await transport.exchange(toExchange(1_000 * at, LONGEST), never);
        for (let hop = 0; hop < 50; hop++) await Promise.resolve();
        return toValues(pdu);
      }),
    );
    (await socketOf(server)).write(await answersTo(server, ALL));
    expect(await asked).toEqual(range(ALL).map((at) => range(LONGEST, 1_000 * at)));
  });

  it('an answer that is kept longer is overwritten by the next one, but never by that of another device', async () => {
    const [server, other] = [await serve(answerAddresses), await serve(answerAddresses)];
    const [first, second] = [await connect(server.port), await connect(other.port)];
    const kept = await first.transport.exchange(toExchange(100, 2), never);
    await ask(second.transport, 900);
    expect(toValues(kept)).toEqual([100, 101]);
    await ask(first.transport, 500);
    expect(toValues(kept)).toEqual([500, 501]);
  });
});

describe('what comes before anything is asked', () => {
  /** Says its word as soon as it has taken a connection. */
  async function startTalker(word: Buffer): Promise<number> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.write(word);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    return (server.address() as { readonly port: number }).port;
  }

  const frame = hex('00 63 00 00 00 05 01 03 02 DE AD');

  it('is seen from its first byte', async () => {
    const { transport } = await connect(await startTalker(frame));
    await arrived(transport, frame.length);
    expect(transport.stats()).toMatchObject({ unsolicited: 1, bad_frames: 0 });
  });

  it('is seen from its first byte over the backup', async () => {
    const backup = { host: '127.0.0.1', port: await startTalker(frame) };
    const { transport } = await connect(await freePort(), { backup });
    await arrived(transport, frame.length);
    expect(transport.stats()).toMatchObject({ unsolicited: 1, bad_frames: 0, failovers: 1 });
  });

  it('ends the connection when it is no frame, and nothing behind it is read', async () => {
    const { transport, losses } = await connect(await startTalker(Buffer.alloc(100_000, 'login: ')));
    await until(() => losses.length > 0, { timeoutMs: 15_000, what: 'the loss' });
    expect(losses).toEqual([expect.stringMatching(/protocol id/)]);
    expect(transport.stats()).toMatchObject({ bad_frames: 1 });
    expect(transport.stats()['bytes_in']).toBeLessThan(100_000);
  });
});

it('a host name with several addresses is read like any', async () => {
  const server = await serve(answerAddresses);
  const { transport } = await connect(server.port, { host: 'localhost' });
  expect(await ask(transport, 7)).toEqual([7, 8]);
});

describe('the end of a connection', () => {
  it('that follows an answer in the same breath leaves the answer, and is told once', async () => {
    const server = await serve((request, socket) => {
      socket.end(answer(request, hex('00 07 00 08')));
      return null;
    });
    const { transport, losses } = await connect(server.port);
    expect(await ask(transport, 1)).toEqual([7, 8]);
    await until(() => losses.length > 0, { timeoutMs: 15_000, what: 'the loss' });
    expect(await failure(ask(transport, 2))).toBe('connection-lost');
    expect(losses).toEqual([`connection closed by 127.0.0.1:${server.port}`]);
  });

  it('in the middle of an answer ends what waits for it', async () => {
    const server = await serve((request, socket) => {
      socket.end(answer(request, hex('00 07 00 08')).subarray(0, 11));
      return null;
    });
    const { transport, losses } = await connect(server.port);
    expect(await failure(ask(transport, 1))).toBe('connection-lost');
    expect(losses).toEqual([`connection closed by 127.0.0.1:${server.port}`]);
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'our end to close' });
  });

  it('by the device that only stops sending (half-closed) ends ours too', async () => {
    const server = await serve(staySilent);
    const { losses } = await connect(server.port);
    (await socketOf(server)).end();
    await until(() => losses.length > 0, { timeoutMs: 15_000, what: 'the loss' });
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'our end to close' });
    expect(losses).toEqual([`connection closed by 127.0.0.1:${server.port}`]);
  });

  it.each(['idle', 'asked', 'half answered'])('by a reset while %s is told once', async (when) => {
    const server = await serve(staySilent);
    const { transport, losses } = await connect(server.port);
    const socket = await socketOf(server);
    const asked = when === 'idle' ? Promise.resolve('connection-lost') : failure(ask(transport, 1));
    if (when === 'half answered') {
      socket.write((await answersTo(server, 1)).subarray(0, 8));
      await arrived(transport, 8);
    }
    socket.resetAndDestroy();
    await until(() => losses.length > 0, { timeoutMs: 15_000, what: 'the loss' });
    expect([await asked, losses.length]).toEqual(['connection-lost', 1]);
  });

  it('by ourselves stops the reading: what comes behind is not looked at', async () => {
    const server = await serve(staySilent);
    const { transport, losses } = await connect(server.port);
    const asked = failure(ask(transport, 1));
    const late = await answersTo(server, 1);
    const socket = await socketOf(server);
    transport.close();
    socket.write(late);
    expect(await asked).toBe('stopped');
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'the socket to close' });
    expect([transport.stats()['bytes_in'], losses]).toEqual([0, []]);
  });
});
