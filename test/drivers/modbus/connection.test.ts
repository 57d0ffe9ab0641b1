/** The connection on the real wire: answers that fit, and every kind that does not. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { QUALITIES } from '../../../src/core/quality.ts';
import type { PollConnection, PollRequest } from '../../../src/drivers/driver.ts';
import { ModbusConnection } from '../../../src/drivers/modbus/connection.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { toModbusLink } from '../../../src/drivers/modbus/schema.ts';
import { TransactionIds } from '../../../src/drivers/modbus/transaction-ids.ts';
import { createTestLink, createTestModel } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import {
  answer,
  answerAddresses,
  type FakeRequest,
  type FakeServer,
  refuse,
  startFakeServer,
  staySilent,
} from './fake-server.ts';

const driver = createModbusDriver();
const model = createTestModel({
  equipment: [
    {
      id: 'pump',
      device: { unit: 1 },
      points: [
        { name: 'a', address: { table: 'holding', address: 10 } },
        { name: 'b', address: { table: 'holding', address: 11, type: 'u32' } },
        { name: 'c', address: { table: 'coil', address: 3 } },
      ],
    },
  ],
});
const requests = driver.plan(
  createTestLink(),
  model.points,
  (point) => model.equipment.get(point.equipment)!,
);
const registers = requests[0] as PollRequest;
const coils = requests[1] as PollRequest;
const never = new AbortController().signal;

const open: { server: FakeServer | null; connection: PollConnection | null } = {
  server: null,
  connection: null,
};
afterEach(async () => {
  vi.useRealTimers();
  open.connection?.close();
  await open.server?.close();
  open.server = open.connection = null;
});

interface Setup {
  readonly server: FakeServer;
  readonly connection: PollConnection;
  readonly losses: string[];
}

async function setUp(respond = answerAddresses, options: object = {}): Promise<Setup> {
  const server = (open.server = await startFakeServer(respond));
  const losses: string[] = [];
  const link = createTestLink('link', { port: server.port, timeoutMs: 100, ...options });
  const connection = (open.connection = driver.open(link, (reason) => losses.push(reason)));
  await connection.connect(never);
  return { server, connection, losses };
}

const values = async (reading: Promise<readonly { value: number }[]>) =>
  (await reading).map(({ value }) => value);
const VALUES = [10, 11 * 65_536 + 12];

describe('reading', () => {
  it('sends the bytes of the specification and decodes the answer', async () => {
    const { server, connection } = await setUp((request) =>
      answer(request, Buffer.from('00070001F000', 'hex')),
    );
    const samples = await connection.read(registers, never);
    expect(server.requests[0]!.bytes).toEqual(Buffer.from('0001000000060103000A0003', 'hex'));
    expect(samples).toEqual([
      { point: 0, value: 7, quality: 0, sourceMs: Number.NaN },
      { point: 1, value: 0x1f000, quality: 0, sourceMs: Number.NaN },
    ]);
    expect(connection.stats()).toMatchObject({ requests: 1, replies: 1, bytes_out: 12, bytes_in: 15 });
  });

  it('reads coils, lowest bit first', async () => {
    const { connection } = await setUp((request) => answer(request, Buffer.from([0b1])));
    expect(await values(connection.read(coils, never))).toEqual([1]);
  });

  it('takes an answer that arrives in pieces', async () => {
    const { connection } = await setUp((request, socket) => {
      const reply = answer(request, Buffer.from('000A000B000C', 'hex'));
      socket.write(reply.subarray(0, 5));
      setTimeout(() => socket.write(reply.subarray(5)), 20);
      return null;
    });
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
  });

  it('waits the configured gap between an answer and the next request', async () => {
    const { connection, server } = await setUp(answerAddresses, { gapMs: 60 });
    const startMs = performance.now();
    await connection.read(registers, never);
    await connection.read(registers, never);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(58);
    expect(server.requests).toHaveLength(2);
  });
});

describe('answers that do not belong', () => {
  it('a late answer is never taken for the next request, and is counted', async () => {
    const late: FakeRequest[] = [];
    const { server, connection } = await setUp((request) => {
      late.push(request);
      return null;
    });
    await expect(connection.read(registers, never)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    });
    server.respond = (request, socket) => {
      socket.write(answer(late[0]!, Buffer.from('DEADDEADDEAD', 'hex')));
      return answerAddresses(request, socket);
    };
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ timeouts: 1, late_replies: 1, replies: 1 });
  });

  it('the id of a request that timed out is not used again when the ids have come round', async () => {
    const server = (open.server = await startFakeServer(staySilent));
    const link = toModbusLink({ host: '127.0.0.1', port: server.port, timeoutMs: 50 });
    const connection = (open.connection = new ModbusConnection(link, () => {}, new TransactionIds(4)));
    await connection.connect(never);
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'timeout' });
    server.respond = answerAddresses;
    for (let read = 0; read < 5; read++) await connection.read(registers, never);
    expect(server.requests.map(({ transaction }) => transaction)).toEqual([1, 2, 3, 0, 2, 3]);
  });

  it('two answers in one segment, the first of them unsolicited, are told apart', async () => {
    const { connection } = await setUp((request, socket) =>
      Buffer.concat([
        answer({ ...request, transaction: 999 }, Buffer.from('000100010001', 'hex')),
        answerAddresses(request, socket)!,
      ]),
    );
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ late_replies: 1 });
  });

  it('an answer of another unit is discarded and counted', async () => {
    const { connection, losses } = await setUp((request) =>
      answer({ ...request, unit: 2 }, Buffer.from('000100010001', 'hex')),
    );
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'timeout' });
    expect(connection.stats()).toMatchObject({ wrong_unit: 1, timeouts: 1 });
    expect(losses).toEqual([]);
  });

  it('frames that nobody asked for do not disturb an idle connection', async () => {
    const { server, connection } = await setUp();
    for (const socket of server.sockets) socket.write(Buffer.from('004200000003010102', 'hex'));
    await until(() => connection.stats()['late_replies'] === 1, {
      timeoutMs: 2_000,
      what: 'the unsolicited frame',
    });
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
  });

  it.each([
    ['too short', (request: FakeRequest) => answer(request, Buffer.alloc(4))],
    ['too long', (request: FakeRequest) => answer(request, Buffer.alloc(8))],
    [
      'of another function',
      (request: FakeRequest) => answer({ ...request, functionCode: 4 }, Buffer.alloc(6)),
    ],
    [
      'with a byte count that lies',
      (request: FakeRequest) => {
        const reply = answer(request, Buffer.alloc(4));
        reply[8] = 6;
        return reply;
      },
    ],
  ])('an answer %s makes its points bad and leaves the connection in use', async (_what, respond) => {
    const { server, connection, losses } = await setUp(respond);
    const samples = await connection.read(registers, never);
    expect(samples.map(({ quality }) => quality)).toEqual([QUALITIES.decode.code, QUALITIES.decode.code]);
    expect(samples.map(({ value }) => value)).toEqual([Number.NaN, Number.NaN]);
    expect(connection.stats()).toMatchObject({ bad_frames: 1 });
    server.respond = answerAddresses;
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(losses).toEqual([]);
  });
});

describe('refusals and silence', () => {
  it('an exception carries its code and leaves the connection in use', async () => {
    const { server, connection } = await setUp((request) => refuse(request, 2));
    const failure = { code: 'exception', exceptionCode: 2 };
    await expect(connection.read(registers, never)).rejects.toMatchObject(failure);
    server.respond = answerAddresses;
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ exceptions: 1, replies: 2 });
  });

  it('a gateway that says its device is silent counts as a time-out with an exception code', async () => {
    const { connection } = await setUp((request) => refuse(request, 0x0b));
    await expect(connection.read(registers, never)).rejects.toMatchObject({
      code: 'timeout',
      exceptionCode: 11,
    });
  });

  it('silence ends the read after the time-out, not before, and the connection stays', async () => {
    const { server, connection, losses } = await setUp(staySilent);
    const startMs = performance.now();
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(98);
    server.respond = answerAddresses;
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(losses).toEqual([]);
  });

  it('a truncated answer ends as time-out', async () => {
    const { connection } = await setUp((request, socket) =>
      answerAddresses(request, socket)!.subarray(0, 12),
    );
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('an answer that came in time is taken although our own process was held up', async () => {
    const { connection } = await setUp((request, socket) => {
      socket.write(answerAddresses(request, socket)!);
      const untilMs = performance.now() + 200;
      while (performance.now() < untilMs);
      return null;
    });
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ timeouts: 0 });
  });
});

describe('ends of the connection', () => {
  it('garbage closes it: nothing after it can be trusted', async () => {
    const { server, connection, losses } = await setUp(() => Buffer.from('0001000000FF0103FFFF', 'hex'));
    await expect(connection.read(registers, never)).rejects.toMatchObject({ code: 'bad-frame' });
    expect(losses).toEqual([expect.stringContaining('length 255')]);
    await until(() => server.sockets.size === 0, { timeoutMs: 2_000, what: 'the socket to close' });
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
    await until(() => losses.length === 1, { timeoutMs: 2_000, what: 'the loss' });
    expect(losses[0]).toMatch(/connection closed by 127\.0\.0\.1/);
  });

  it('closing ends a pending read as stopped and tells nobody', async () => {
    const { server, connection, losses } = await setUp(staySilent);
    const reading = connection.read(registers, never);
    connection.close();
    connection.close();
    await expect(reading).rejects.toMatchObject({ code: 'stopped' });
    await until(() => server.sockets.size === 0, { timeoutMs: 2_000, what: 'the socket to close' });
    expect(losses).toEqual([]);
  });

  it('an abort ends only the read; its late answer is not taken for the next one', async () => {
    const { server, connection } = await setUp(staySilent);
    const abort = new AbortController();
    const reading = connection.read(registers, abort.signal);
    await until(() => server.requests.length === 1, { timeoutMs: 2_000, what: 'the request' });
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
    const server = await startFakeServer();
    await server.close();
    const connection = driver.open(createTestLink('link', { port: server.port }), () => {});
    const message = `connect refused by 127.0.0.1:${server.port}`;
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
    await until(() => server.sockets.size === 1, { timeoutMs: 2_000, what: 'the connection' });
    for (const socket of server.sockets) socket.resetAndDestroy();
    await expect(connecting).rejects.toMatchObject({ code: 'connect-failed' });
    expect(losses).toEqual([]);
  });

  it('ends the pause after connecting when it is aborted', async () => {
    const server = (open.server = await startFakeServer());
    const abort = new AbortController();
    const link = createTestLink('link', { port: server.port, pauseAfterConnectMs: 60_000 });
    const connecting = driver.open(link, () => {}).connect(abort.signal);
    await until(() => server.sockets.size === 1, { timeoutMs: 2_000, what: 'the connection' });
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: 'stopped' });
  });
});
