/** The connection on the real wire: answers that fit, and every kind that does not; writes are connection-write.test.ts. */
import { describe, expect, it, vi } from 'vitest';
import { toSamples } from '../../../src/acquisition/samples.ts';
import { QUALITIES } from '../../../src/core/quality.ts';
import { ModbusConnection } from '../../../src/drivers/modbus/connection.ts';
import { MbapTransport } from '../../../src/drivers/modbus/mbap/transport.ts';
import { toModbusLink } from '../../../src/drivers/modbus/schema.ts';
import { TransactionIds } from '../../../src/drivers/modbus/transaction-ids.ts';
import { createTcpWire } from '../../../src/drivers/modbus/wires/tcp.ts';
import { until } from '../../support/poll.ts';
import {
  closeAfterEach,
  coils,
  hastyRegisters,
  never,
  open,
  registers,
  setUp,
  VALUES,
  values,
} from './connection-support.ts';
import {
  answer,
  answerAddresses,
  type FakeRequest,
  refuse,
  startFakeServer,
  staySilent,
} from './fake-server.ts';

closeAfterEach();

describe('reading', () => {
  it('sends the bytes of the specification and decodes the answer', async () => {
    const { server, connection } = await setUp((request) =>
      answer(request, Buffer.from('00070001F000', 'hex')),
    );
    const samples = toSamples(await connection.read(registers, never));
    expect(server.requests[0]!.bytes.subarray(2)).toEqual(Buffer.from('000000060103000A0003', 'hex'));
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

  it('takes answers that arrive byte by byte', async () => {
    const { connection } = await setUp((request, socket) => {
      const reply = answerAddresses(request, socket)!;
      void [...reply].reduce(
        (before, byte) => before.then(() => new Promise((done) => socket.write(Buffer.from([byte]), done))),
        Promise.resolve<unknown>(null),
      );
      return null;
    });
    for (let read = 0; read < 3; read++) {
      expect(await values(connection.read(registers, never))).toEqual(VALUES);
    }
  });

  it('with a gap there is one read at a time, however many the transport could take', async () => {
    const { connection } = await setUp(answerAddresses, { gapMs: 1 });
    const first = connection.read(registers, never);
    await expect(connection.read(registers, never)).rejects.toThrow(/overlap/);
    expect(await values(first)).toEqual(VALUES);
  });

  it('a gap that has passed already costs nothing', async () => {
    const { connection } = await setUp(answerAddresses, { gapMs: 30 });
    await connection.read(registers, never);
    const endMs = performance.now();
    await until(() => performance.now() - endMs > 31, { timeoutMs: 15_000, what: 'the gap', intervalMs: 5 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // With the clock of timers held, a pause would never end.
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
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
    });
    await until(() => late.length === 1, { timeoutMs: 15_000, what: 'the request' });
    server.respond = (request, socket) => {
      socket.write(answer(late[0]!, Buffer.from('DEADDEADDEAD', 'hex')));
      return answerAddresses(request, socket);
    };
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ timeouts: 1, late_replies: 1, replies: 1 });
  });

  it('the id of a request that timed out is not used again when the ids have come round', async () => {
    const server = (open.server = await startFakeServer(staySilent));
    const link = toModbusLink({ host: '127.0.0.1', port: server.port });
    const transport = new MbapTransport(createTcpWire(link), new TransactionIds(4));
    const connection = (open.connection = new ModbusConnection({ link, transport, onLost: () => {} }));
    await connection.connect(never);
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({ code: 'timeout' });
    await until(() => server.requests.length === 1, { timeoutMs: 15_000, what: 'the request' });
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
    expect(connection.stats()).toMatchObject({ unsolicited: 1, late_replies: 0 });
  });

  it('an answer that comes twice is taken once', async () => {
    const { server, connection } = await setUp((request, socket) => {
      socket.write(answerAddresses(request, socket)!);
      return answer(request, Buffer.alloc(6));
    });
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    server.respond = answerAddresses;
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    await until(() => connection.stats()['unsolicited'] === 1, { timeoutMs: 15_000, what: 'the second' });
    expect(connection.stats()).toMatchObject({ replies: 2, unsolicited: 1 });
  });

  it('an answer of another unit is discarded and counted', async () => {
    const { connection, losses } = await setUp((request) =>
      answer({ ...request, unit: 2 }, Buffer.from('000100010001', 'hex')),
    );
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({ code: 'timeout' });
    expect(connection.stats()).toMatchObject({ wrong_unit: 1, timeouts: 1 });
    expect(losses).toEqual([]);
  });

  it('frames that nobody asked for do not disturb an idle connection', async () => {
    const { server, connection } = await setUp();
    for (const socket of server.sockets) socket.write(Buffer.from('004200000003010102', 'hex'));
    await until(() => connection.stats()['unsolicited'] === 1, {
      timeoutMs: 15_000,
      what: 'the unsolicited frame',
    });
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
  });

  it.each([
    ['an answer', (request: FakeRequest) => answer({ ...request, functionCode: 4 }, Buffer.alloc(6))],
    ['an exception', (request: FakeRequest) => refuse({ ...request, functionCode: 4 }, 2)],
  ])('%s of another function is discarded; the right one after it is taken', async (_what, wrong) => {
    const { server, connection, losses } = await setUp(wrong);
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({
      code: 'timeout',
      exceptionCode: null,
    });
    server.respond = (request, socket) => Buffer.concat([wrong(request), answerAddresses(request, socket)!]);
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ wrong_function: 2, timeouts: 1, exceptions: 0 });
    expect(losses).toEqual([]);
  });

  it.each([
    ['too short', (request: FakeRequest) => answer(request, Buffer.alloc(4))],
    ['too long', (request: FakeRequest) => answer(request, Buffer.alloc(8))],
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
    const samples = toSamples(await connection.read(registers, never));
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

  it.each([
    ['there is no way to its device', 0x0a],
    ['its device is silent', 0x0b],
  ])('a gateway that says %s counts as a time-out with an exception code', async (_what, exceptionCode) => {
    const { connection } = await setUp((request) => refuse(request, exceptionCode));
    await expect(connection.read(registers, never)).rejects.toMatchObject({
      code: 'timeout',
      exceptionCode,
    });
    expect(connection.stats()).toMatchObject({ exceptions: 1, timeouts: 0 });
  });

  it('exceptions are counted by their code, those that came and those that have a meaning', async () => {
    const codes = [2, 0x0b, 2, 0x7f];
    const { connection } = await setUp((request) => refuse(request, codes.shift()!));
    for (let read = 0; read < 4; read++) await connection.read(registers, never).catch(() => null);
    const counted = Object.entries(connection.stats()).filter(([name]) => name.startsWith('exceptions'));
    expect(Object.fromEntries(counted)).toEqual({ exceptions: 4, exceptions_02: 2, exceptions_0b: 1 });
  });

  it('silence ends the read after the time-out, not before, and the connection stays', async () => {
    const { server, connection, losses } = await setUp(staySilent);
    const startMs = performance.now();
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({ code: 'timeout' });
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(hastyRegisters.timeoutMs - 2);
    await until(() => server.requests.length === 1, { timeoutMs: 15_000, what: 'the request' });
    server.respond = answerAddresses;
    expect(await values(connection.read(registers, never))).toEqual(VALUES);
    expect(losses).toEqual([]);
  });

  it('a truncated answer ends as time-out', async () => {
    const { connection } = await setUp((request, socket) =>
      answerAddresses(request, socket)!.subarray(0, 12),
    );
    await expect(connection.read(hastyRegisters, never)).rejects.toMatchObject({ code: 'timeout' });
  });

  it('an answer that came in time is taken although our own process was held up', async () => {
    const { connection } = await setUp((request, socket) => {
      socket.write(answerAddresses(request, socket)!);
      const untilMs = performance.now() + 2 * hastyRegisters.timeoutMs;
      while (performance.now() < untilMs);
      return null;
    });
    expect(await values(connection.read(hastyRegisters, never))).toEqual(VALUES);
    expect(connection.stats()).toMatchObject({ timeouts: 0 });
  });
});
