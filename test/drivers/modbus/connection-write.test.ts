/** Writes on the real wire: each function code, confirmed by the right answer and by no other, and sent once at most. */
import { afterEach, describe, expect, it } from 'vitest';
import type { PollConnection, PollRequest, WriteRequest } from '../../../src/drivers/driver.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import type { ModbusRequest, ModbusWrite } from '../../../src/drivers/modbus/request.ts';
import { createTestLink } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import {
  answer,
  answerAddresses,
  confirmWrites,
  type FakeRequest,
  type FakeServer,
  hex,
  type Responder,
  refuse,
  startFakeServer,
  staySilent,
  toFrame,
} from './fake-server.ts';

const never = new AbortController().signal;
/** For an answer that comes, however slow the machine is; and for one that does not. */
const PATIENT_MS = 20_000;
const HASTY_MS = 200;

const open: { server: FakeServer | null; connection: PollConnection | null } = {
  server: null,
  connection: null,
};
afterEach(async () => {
  open.connection?.close();
  await open.server?.close();
  open.server = open.connection = null;
});

async function setUp(respond: Responder, options: object = {}) {
  const server = (open.server = await startFakeServer(respond));
  const losses: string[] = [];
  const link = createTestLink('link', { port: server.port, ...options });
  const connection = (open.connection = createModbusDriver().open(link, (reason) => losses.push(reason)));
  await connection.connect(never);
  const write = (detail: ModbusWrite, signal = never) => connection.write!(toRequest(detail), signal);
  const writeInHaste = (detail: ModbusWrite) =>
    connection.write!({ ...toRequest(detail), timeoutMs: HASTY_MS }, never);
  const sent = () => server.requests.map(({ pdu }) => pdu.toString('hex').toUpperCase());
  return { server, connection, losses, write, writeInHaste, sent };
}

function toRequest(detail: ModbusWrite): WriteRequest {
  const label = `unit 1 holding ${detail.address} = x`;
  return { point: 0, device: 'unit 1', label, timeoutMs: PATIENT_MS, detail };
}

const readDetail: ModbusRequest = {
  unit: 1,
  functionCode: 3,
  address: 5,
  count: 1,
  isBits: false,
  items: [],
  scales: [],
};
const READ: PollRequest = {
  points: [],
  device: 'unit 1',
  label: 'unit 1 holding 5',
  block: null,
  costMs: 1,
  timeoutMs: PATIENT_MS,
  retries: 0,
  maxInFlight: 1,
  detail: readDetail,
};

const REGISTER = { kind: 'registers', unit: 1, address: 1, registers: [3], via: 'single' } as const;
const PART = { kind: 'part', unit: 1, address: 4, mask: 0xff0d, bits: 0x0005, via: 'read-single' } as const;

/** Each function code, as the examples of V1.1b3 have it (6.5, 6.6, 6.12, 6.16; 6.11, 6.17 as far as we use them). */
const WRITES: readonly [string, ModbusWrite, string][] = [
  ['5', { kind: 'coil', unit: 1, address: 0xac, isOn: true, via: 'single' }, '0500ACFF00'],
  ['6', REGISTER, '0600010003'],
  ['15', { kind: 'coil', unit: 1, address: 0x13, isOn: true, via: 'multiple' }, '0F001300010101'],
  [
    '16',
    { kind: 'registers', unit: 1, address: 1, registers: [10, 258], via: 'multiple' },
    '100001000204000A0102',
  ],
  ['22', { ...PART, via: 'mask-write' }, '16000400F20005'],
];

describe('a write', () => {
  it.each(WRITES)('with function %s is done when the device has repeated it', async (_code, write, pdu) => {
    const wire = await setUp(confirmWrites);
    await wire.write(write);
    expect(wire.sent()).toEqual([pdu]);
    expect(wire.connection.stats()).toMatchObject({ requests: 1, replies: 1, bad_frames: 0 });
  });

  it('with function 23 is done when the registers have come back, whatever they hold', async () => {
    const wire = await setUp((request) => answer(request, hex('00 07 00 08')));
    await wire.write({ kind: 'registers', unit: 1, address: 14, registers: [255, 255], via: 'read-write' });
    expect(wire.sent()).toEqual(['17000E0002000E00020400FF00FF']);
  });

  it.each([
    ['6', 'read-single', '0600040017'],
    ['16', 'read-multiple', '1000040001020017'],
  ] as const)('of a part reads the register and writes it back with function %s', async (_code, via, pdu) => {
    const wire = await setUp((request, socket) =>
      request.functionCode === 3 ? answer(request, hex('00 12')) : confirmWrites(request, socket),
    );
    await wire.write({ ...PART, via });
    expect(wire.sent()).toEqual(['0300040001', pdu]);
  });

  it('keeps the gap, between reading and writing back too', async () => {
    const wire = await setUp(
      (request, socket) =>
        request.functionCode === 3 ? answer(request, hex('00 12')) : confirmWrites(request, socket),
      { gapMs: 60 },
    );
    const startMs = performance.now();
    await wire.write(PART);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(58);
  });
});

describe('an answer that does not confirm', () => {
  const change = (at: number, by: number) => (frame: Buffer) => {
    frame.writeUInt8(frame.readUInt8(at) ^ by, at);
    return frame;
  };
  /** Bytes of the frame: 8 address, 10 value or count. */
  const wrongs: readonly [string, (frame: Buffer) => Buffer][] = [
    ['of another address', change(9, 1)],
    ['of another value or count', change(11, 1)],
  ];
  const rows = WRITES.flatMap(([code, write]) =>
    wrongs.map(([what, spoil]) => [what, code, write, spoil] as const),
  );

  it.each(rows)(
    '%s to function %s fails the write and keeps the connection',
    async (_what, _code, write, spoil) => {
      const wire = await setUp((request, socket) => spoil(confirmWrites(request, socket)!));
      await expect(wire.write(write)).rejects.toMatchObject({
        code: 'exception',
        exceptionCode: null,
        message: expect.stringContaining('not confirmed'),
      });
      expect(wire.connection.stats()).toMatchObject({ bad_frames: 1, exceptions: 0 });
      wire.server.respond = confirmWrites;
      await wire.write(write);
      expect(wire.server.requests).toHaveLength(2);
      expect(wire.losses).toEqual([]);
    },
  );

  it.each([
    ['shorter', hex('06 00 01 00')],
    ['longer', hex('06 00 01 00 03 00')],
  ])('since it is %s fails the write', async (_what, pdu) => {
    const wire = await setUp((request) => toFrame(request, pdu));
    await expect(wire.write(REGISTER)).rejects.toThrow(/not confirmed/);
  });

  it('with fewer registers than function 23 has asked for fails the write', async () => {
    const wire = await setUp((request) => answer(request, hex('00 07')));
    const write = { ...REGISTER, registers: [1, 2], via: 'read-write' } as const;
    await expect(wire.write(write)).rejects.toThrow(/not confirmed/);
  });

  it('of another function or unit is discarded; the right one after it is taken', async () => {
    const wire = await setUp((request, socket) =>
      Buffer.concat([
        confirmWrites({ ...request, unit: 2 }, socket)!,
        toFrame(request, hex('10 00 01 00 01')),
        confirmWrites(request, socket)!,
      ]),
    );
    await wire.write(REGISTER);
    expect(wire.connection.stats()).toMatchObject({ wrong_unit: 1, wrong_function: 1, replies: 1 });
  });
});

describe('a write that fails', () => {
  it('is not sent a second time after a time-out, and its late answer is not taken for the next', async () => {
    const held: FakeRequest[] = [];
    const wire = await setUp((request) => {
      held.push(request);
      return null;
    });
    await expect(wire.writeInHaste(REGISTER)).rejects.toMatchObject({ code: 'timeout' });
    await until(() => held.length > 0, { timeoutMs: 15_000, what: 'the request' });
    expect(wire.sent()).toEqual(['0600010003']);
    wire.server.respond = (request, socket) => {
      socket.write(confirmWrites(held[0]!, socket)!);
      return refuse(request, 4);
    };
    await expect(wire.write(REGISTER)).rejects.toMatchObject({ code: 'exception', exceptionCode: 4 });
    expect(wire.connection.stats()).toMatchObject({ late_replies: 1, timeouts: 1, exceptions_04: 1 });
  });

  it.each([
    ['refused', (request: FakeRequest) => refuse(request, 2), 'exception'],
    ['left without an answer', staySilent, 'timeout'],
    ['answered by two registers', (request: FakeRequest) => answer(request, hex('00 12 00 13')), 'exception'],
  ] as const)('of a part writes nothing when the reading before is %s', async (_what, respond, code) => {
    const wire = await setUp(respond);
    const write = code === 'timeout' ? wire.writeInHaste : wire.write;
    await expect(write(PART)).rejects.toMatchObject({ code });
    await until(() => wire.server.requests.length > 0, { timeoutMs: 15_000, what: 'the request' });
    expect(wire.sent()).toEqual(['0300040001']);
  });

  it('since the connection breaks ends as lost', async () => {
    const wire = await setUp((_request, socket) => {
      socket.resetAndDestroy();
      return null;
    });
    await expect(wire.write(REGISTER)).rejects.toMatchObject({ code: 'connection-lost' });
    expect(wire.losses).toHaveLength(1);
  });

  it('since it is stopped leaves the connection in use', async () => {
    const wire = await setUp(staySilent);
    const abort = new AbortController();
    const writing = wire.write(REGISTER, abort.signal);
    await until(() => wire.server.requests.length === 1, { timeoutMs: 15_000, what: 'the request' });
    abort.abort();
    await expect(writing).rejects.toMatchObject({ code: 'stopped' });
    wire.server.respond = confirmWrites;
    await wire.write(REGISTER);
  });

  it('a stop between reading a part and writing it back keeps it from being written', async () => {
    const abort = new AbortController();
    const wire = await setUp((request) => answer(request, hex('00 12')), { gapMs: 60_000 });
    const writing = wire.write(PART, abort.signal);
    await until(() => wire.connection.stats()['replies'] === 1, { timeoutMs: 15_000, what: 'the register' });
    abort.abort();
    await expect(writing).rejects.toMatchObject({ code: 'stopped' });
    expect(wire.sent()).toEqual(['0300040001']);
  });
});

describe('a write overlaps nothing', () => {
  it('neither a read that is under way, nor one that comes', async () => {
    const wire = await setUp(answerAddresses);
    const reading = wire.connection.read(READ, never);
    await expect(wire.write(REGISTER)).rejects.toThrow(/overlaps nothing/);
    await reading;
    wire.server.respond = confirmWrites;
    const writing = wire.write(REGISTER);
    await expect(wire.connection.read(READ, never)).rejects.toThrow(/overlap/);
    await expect(wire.write(REGISTER)).rejects.toThrow(/overlaps nothing/);
    await writing;
  });

  it('reads overlap as far as transactions go, and no further', async () => {
    const wire = await setUp(answerAddresses);
    const reads = Array.from({ length: 16 }, () => wire.connection.read(READ, never));
    await expect(wire.connection.read(READ, never)).rejects.toThrow(/overlap/);
    expect(await Promise.all(reads)).toHaveLength(16);
    expect(await wire.connection.read(READ, never)).toMatchObject({ count: 0 });
  });
});
