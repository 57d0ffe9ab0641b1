/** Exchanges over bare sockets: several under way, answered in any order, late, twice, in pieces, or not at all. */
import * as fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { MbapTransport } from '../../../src/drivers/modbus/mbap/transport.ts';
import { toModbusLink } from '../../../src/drivers/modbus/schema.ts';
import { TransactionIds } from '../../../src/drivers/modbus/transaction-ids.ts';
import type { Exchange, Transport } from '../../../src/drivers/modbus/transport.ts';
import { createTcpWire } from '../../../src/drivers/modbus/wires/tcp.ts';
import { until } from '../../support/poll.ts';
import { testSeed } from '../../support/seed.ts';
import {
  answer,
  answerAddresses,
  type FakeRequest,
  type FakeServer,
  hex,
  startFakeServer,
  staySilent,
} from './fake-server.ts';

const never = new AbortController().signal;
const ALL = 16;

const open: { server: FakeServer | null; transport: Transport | null } = { server: null, transport: null };
afterEach(async () => {
  open.transport?.close();
  await open.server?.close();
  open.server = open.transport = null;
});

async function setUp(respond = answerAddresses, transactions = new TransactionIds()) {
  const server = (open.server = await startFakeServer(respond));
  const wire = createTcpWire(toModbusLink({ host: '127.0.0.1', port: server.port }));
  const transport = (open.transport = new MbapTransport(wire, transactions));
  const losses: string[] = [];
  transport.onLost = ({ message }) => losses.push(message);
  await transport.connect(never);
  return { server, transport, losses };
}

/** Reads one holding register, which holds its own address. */
function toExchange(address: number, timeoutMs = 20_000): Exchange {
  const pdu = Buffer.from([3, address >> 8, address & 255, 0, 1]);
  return { unit: 1, pdu, answerBytes: 4, timeoutMs, label: `register ${address}` };
}

const ask = (transport: Transport, address: number, timeoutMs?: number) =>
  transport.exchange(toExchange(address, timeoutMs), never).then((pdu) => pdu.readUInt16BE(2));

const range = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Collects requests until there are so many, then answers as `order` says, by the bytes that `cut` makes of them. */
function gather(count: number, order: (at: number) => number, cut: (stream: Buffer) => readonly Buffer[]) {
  const waiting: Buffer[] = [];
  return (request: FakeRequest, socket: Parameters<typeof answerAddresses>[1]): null => {
    waiting.push(answerAddresses(request, socket)!);
    if (waiting.length < count) return null;
    const stream = Buffer.concat(range(count).map((at) => waiting[order(at)]!));
    for (const piece of cut(stream)) socket.write(piece);
    waiting.length = 0;
    return null;
  };
}

describe('several exchanges under way', () => {
  it('sixteen are answered in reverse order, each with its own registers', async () => {
    const { server, transport } = await setUp(
      gather(
        ALL,
        (at) => ALL - 1 - at,
        (stream) => [stream],
      ),
    );
    const answers = await Promise.all(range(ALL).map((at) => ask(transport, 100 + at)));
    expect(answers).toEqual(range(ALL).map((at) => 100 + at));
    expect(server.requests).toHaveLength(ALL);
  });

  it('answers in any order and cut anywhere find their exchange', { timeout: 240_000 }, async () => {
    const { server, transport } = await setUp();
    const orders = fc.shuffledSubarray(range(ALL), { minLength: ALL, maxLength: ALL });
    const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
    const addresses = fc.array(fc.integer({ min: 0, max: 65_535 }), { minLength: ALL, maxLength: ALL });
    await fc.assert(
      fc.asyncProperty(orders, cuts, addresses, async (order, sizes, registers) => {
        server.respond = gather(
          ALL,
          (at) => order[at]!,
          (stream) => cutBy(stream, sizes),
        );
        expect(await Promise.all(registers.map((at) => ask(transport, at)))).toEqual(registers);
      }),
      { seed: testSeed(), numRuns: 50 },
    );
    expect(transport.stats()).toMatchObject({ late_replies: 0, unsolicited: 0, bad_frames: 0 });
  });

  /** Two answers of 20 registers each, the first `missing` bytes short; each register holds its own address. */
  const tear = (missing: number, isOneSegment: boolean) => {
    const frames: Buffer[] = [];
    return (request: FakeRequest, socket: Parameters<typeof answerAddresses>[1]): null => {
      frames.push(answerAddresses(request, socket)!);
      const [first, second] = frames;
      if (!first || !second) return null;
      const torn = first.subarray(0, first.length - missing);
      if (isOneSegment) socket.write(Buffer.concat([torn, second]));
      else socket.write(torn, () => setTimeout(() => socket.write(second), 5));
      return null;
    };
  };

  it.each([true, false])(
    'a torn answer is never filled up with the head of the next one (one segment: %s)',
    { timeout: 240_000 },
    async (isOneSegment) => {
      const pdu = (address: number) => Buffer.from([3, address >> 8, address & 255, 0, 20]);
      for (const missing of range(40).map((at) => at + 1)) {
        const { transport } = await setUp(tear(missing, isOneSegment));
        const outcomes = [300, 700].map((address) =>
          transport
            .exchange(
              { unit: 1, pdu: pdu(address), answerBytes: 42, timeoutMs: 20_000, label: `${address}` },
              never,
            )
            .then(
              (body) => range(20).every((at) => body.readUInt16BE(2 + at * 2) === address + at),
              ({ code }: { readonly code: string }) => code,
            ),
        );
        expect([missing, ...(await Promise.all(outcomes))]).toEqual([missing, 'bad-frame', 'bad-frame']);
        transport.close();
        await open.server?.close();
      }
    },
  );

  it('a torn answer that has swallowed a whole exception to another one is never given', async () => {
    const frames: Buffer[] = [];
    const { transport } = await setUp((request, socket) => {
      frames.push(answerAddresses(request, socket)!);
      const [first, second] = frames;
      if (!first || !second) return null;
      const exception = Buffer.concat([second.subarray(0, 4), Buffer.from([0, 3, 1, 0x83, 2])]);
      socket.write(Buffer.concat([first.subarray(0, -exception.length), exception]));
      return null;
    });
    const outcomes = [300, 700].map((address) =>
      transport
        .exchange(
          {
            unit: 1,
            pdu: Buffer.from([3, address >> 8, address & 255, 0, 20]),
            answerBytes: 42,
            timeoutMs: 20_000,
            label: '',
          },
          never,
        )
        .then(
          () => 'an answer',
          ({ code }: { readonly code: string }) => code,
        ),
    );
    expect(await Promise.all(outcomes)).toEqual(['bad-frame', 'bad-frame']);
  });

  it('one more than sixteen is our own mistake, and so are 300', async () => {
    const { server, transport } = await setUp(staySilent);
    const waiting = range(ALL).map((at) => ask(transport, at).catch(({ code }) => code));
    for (const at of range(300)) expect(() => ask(transport, at)).toThrow(/at most 16/);
    await until(() => server.requests.length === ALL, { timeoutMs: 15_000, what: 'the requests' });
    transport.close();
    expect(await Promise.all(waiting)).toEqual(range(ALL).map(() => 'stopped'));
    expect(server.requests).toHaveLength(ALL);
  });

  it('each waits for its own time', async () => {
    const { transport } = await setUp(staySilent);
    const startMs = performance.now();
    // The longest is at no time due, however slow the machine is.
    const longest = ask(transport, 9, 50_000).catch(({ code }) => code);
    await Promise.all(
      [180, 60, 120, 60].map(async (timeoutMs, at) => {
        const failure = await ask(transport, at, timeoutMs).catch((error: unknown) => error);
        expect(failure).toMatchObject({
          code: 'timeout',
          message: `no answer to register ${at} in ${timeoutMs} ms`,
        });
        expect(performance.now() - startMs).toBeGreaterThanOrEqual(timeoutMs - 2);
      }),
    );
    transport.close();
    expect(await longest).toBe('stopped');
  });

  it('a time-out of one leaves the others waiting', async () => {
    const held: Buffer[] = [];
    const { transport, server } = await setUp((request, socket) => {
      if (request.address === 7) held.push(answerAddresses(request, socket)!);
      return null;
    });
    const slow = ask(transport, 7);
    await expect(ask(transport, 8, 50)).rejects.toMatchObject({ code: 'timeout' });
    await until(() => held.length === 1, { timeoutMs: 15_000, what: 'the request' });
    for (const socket of server.sockets) socket.write(held[0]!);
    expect(await slow).toBe(7);
  });

  it('closing ends them all as stopped, a loss as lost, and the loss is told once', async () => {
    const { server, transport, losses } = await setUp(staySilent);
    const waiting = range(3).map((at) => ask(transport, at).catch(({ code }) => code));
    await until(() => server.requests.length === 3, { timeoutMs: 15_000, what: 'the requests' });
    for (const socket of server.sockets) socket.resetAndDestroy();
    expect(await Promise.all(waiting)).toEqual(['connection-lost', 'connection-lost', 'connection-lost']);
    transport.close();
    expect(losses).toEqual([expect.stringMatching(/127\.0\.0\.1/)]);
    await expect(ask(transport, 1)).rejects.toMatchObject({ code: 'connection-lost' });
  });

  it('an abort ends only the exchanges that came with its signal', async () => {
    const held: FakeRequest[] = [];
    const { server, transport } = await setUp((request) => {
      held.push(request);
      return null;
    });
    const abort = new AbortController();
    const stopped = transport.exchange(toExchange(1), abort.signal);
    const kept = ask(transport, 2);
    await until(() => held.length === 2, { timeoutMs: 15_000, what: 'the requests' });
    abort.abort();
    await expect(stopped).rejects.toMatchObject({ code: 'stopped' });
    for (const socket of server.sockets) {
      for (const request of held) socket.write(answer(request, hex('00 05')));
    }
    expect(await kept).toBe(5);
    expect(transport.stats()).toMatchObject({ late_replies: 1, unsolicited: 0 });
  });
});

describe('transactions', () => {
  it('an id whose exchange still waits is passed over when the ids come round', async () => {
    const { server, transport } = await setUp(
      (request, socket) => (request.address === 9 ? null : answerAddresses(request, socket)),
      new TransactionIds(3),
    );
    const waiting = ask(transport, 9).catch(({ code }) => code);
    for (const at of range(4)) expect(await ask(transport, at)).toBe(at);
    expect(server.requests.map(({ transaction }) => transaction)).toEqual([1, 2, 0, 2, 0]);
    transport.close();
    expect(await waiting).toBe('stopped');
  });

  it('a late answer counts as late only once; the same again is unsolicited', async () => {
    const held: FakeRequest[] = [];
    const { server, transport } = await setUp((request) => {
      held.push(request);
      return null;
    });
    await expect(ask(transport, 1, 50)).rejects.toMatchObject({ code: 'timeout' });
    await until(() => held.length === 1, { timeoutMs: 15_000, what: 'the request' });
    for (const socket of server.sockets) {
      socket.write(Buffer.concat(range(3).map(() => answer(held[0]!, hex('DE AD')))));
    }
    server.respond = answerAddresses;
    expect(await ask(transport, 2)).toBe(2);
    expect(transport.stats()).toMatchObject({ late_replies: 1, unsolicited: 2 });
  });

  it('go on from one connection of a link to the next: an answer to the old one is not taken on the new', async () => {
    const ids = new TransactionIds();
    const { server, transport } = await setUp(staySilent, ids);
    const lost = ask(transport, 1).catch(({ code }) => code);
    await until(() => server.requests.length === 1, { timeoutMs: 15_000, what: 'the request' });
    transport.close();
    expect(await lost).toBe('stopped');
    const link = toModbusLink({ host: '127.0.0.1', port: server.port });
    const next = (open.transport = new MbapTransport(createTcpWire(link), ids));
    await next.connect(never);
    server.respond = (request, socket) =>
      Buffer.concat([answer(server.requests[0]!, hex('DE AD')), answerAddresses(request, socket)!]);
    expect(await ask(next, 2)).toBe(2);
    expect(next.stats()).toMatchObject({ late_replies: 1 });
  });
});

describe('the wire', () => {
  it('two frames in one segment, the second cut, are both taken', async () => {
    const { server, transport } = await setUp(
      gather(
        2,
        (at) => at,
        (stream) => [stream.subarray(0, 15), stream.subarray(15)],
      ),
    );
    expect(await Promise.all([ask(transport, 1), ask(transport, 2)])).toEqual([1, 2]);
    expect(server.requests).toHaveLength(2);
  });

  it('what does not fit is passed over within one segment', async () => {
    const { transport } = await setUp((request, socket) =>
      Buffer.concat([
        answer({ ...request, unit: 2 }, hex('00 01')),
        answer({ ...request, functionCode: 4 }, hex('00 02')),
        answer({ ...request, transaction: 4711 }, hex('00 03')),
        answerAddresses(request, socket)!,
      ]),
    );
    expect(await ask(transport, 77)).toBe(77);
    expect(transport.stats()).toMatchObject({ wrong_unit: 1, wrong_function: 1, unsolicited: 1 });
  });

  it('garbage ends every exchange and the connection', async () => {
    const { server, transport, losses } = await setUp(staySilent);
    const waiting = range(2).map((at) => ask(transport, at).catch(({ code }) => code));
    await until(() => server.requests.length === 2, { timeoutMs: 15_000, what: 'the requests' });
    for (const socket of server.sockets) socket.write('HTTP/1.1 400 Bad Request\r\n');
    expect(await Promise.all(waiting)).toEqual(['bad-frame', 'bad-frame']);
    expect(losses).toEqual([expect.stringContaining('protocol id')]);
    await until(() => server.sockets.size === 0, { timeoutMs: 15_000, what: 'the socket to close' });
  });
});

function cutBy(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < stream.length; ) {
    const size = sizes[pieces.length % sizes.length]!;
    pieces.push(stream.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
