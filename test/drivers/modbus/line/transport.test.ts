/**
 * The transport over a real socket to a bus that a test scripts: silences, time-outs, late answers (each row of the
 * table at the head of transport.ts), echo, loss, closing.
 */
import { describe, expect, it } from 'vitest';
import type { Exchange, Transport } from '../../../../src/drivers/modbus/transport.ts';
import { until } from '../../../support/poll.ts';
import { pass, startHeldBus } from './held-bus.ts';
import {
  answerOf,
  ascii,
  type Bus,
  connect,
  failure,
  hex,
  link,
  NEVER,
  read,
  registers,
  rtu,
  startBus,
  wireTo,
  write,
} from './support.ts';

const SOON = { timeoutMs: 15_000 };
/** Time-out of requests that are meant to fail. */
const SHORT = { timeoutMs: 150 };

async function open(bus: Bus, options: Record<string, unknown> = {}): Promise<Transport> {
  return await connect(link(options), wireTo(bus.port));
}

async function ask(transport: Transport, exchange: Exchange): Promise<readonly number[]> {
  return registers(await transport.exchange(exchange, NEVER));
}

/** It times out, although the request has come. */
async function askInVain(bus: Bus, transport: Transport, exchange: Exchange): Promise<void> {
  const before = bus.requests.length;
  expect((await failure(transport.exchange(exchange, NEVER))).code).toBe('timeout');
  await until(() => bus.requests.length > before, { ...SOON, what: 'the request' });
}

describe('an exchange', () => {
  it('gives the answer of its unit, by RTU and by ASCII', async () => {
    const bus = await startBus();
    expect(await ask(await open(bus), read(3, 10, 2))).toEqual([3_010, 3_011]);
    bus.respond = (request, socket) => {
      expect(request.toString()).toBe(ascii('03 03 000A 0002').toString());
      socket.write(ascii('03 03 04 0BC2 0BC3'));
    };
    expect(await ask(await open(bus, { framing: 'ascii' }), read(3, 10, 2))).toEqual([3_010, 3_011]);
  });

  it('gives the answer that comes in halves with a pause between', async () => {
    const bus = startHeldBus((request, send) => {
      const answer = answerOf(request);
      send(answer.subarray(0, 5));
      setTimeout(() => send(answer.subarray(5)), 120);
    });
    const transport = await pass(connect(link(), bus.wire));
    expect(await pass(ask(transport, read(1, 0, 4)))).toEqual([1_000, 1_001, 1_002, 1_003]);
  });

  it('finds the answer behind the beginning of a frame that never ends', async () => {
    const bus = await startBus((request, socket) =>
      socket.write(Buffer.concat([hex('05 03 40'), answerOf(request)])),
    );
    const transport = await open(bus);
    expect(await ask(transport, read(1, 0, 2))).toEqual([1_000, 1_001]);
    expect(transport.stats()).toMatchObject({ discarded_bytes: 3 });
  });

  it('is not fooled by the frames of others around the answer, nor disturbed in the next one', async () => {
    const bus = await startBus((request, socket) => {
      const others = [rtu('00 06 0001 0002'), rtu('09 03 04 0001 0002'), rtu('01 04 04 0001 0002')];
      socket.write(Buffer.concat([...others, answerOf(request), ...others]));
    });
    const transport = await open(bus);
    for (let address = 0; address < 5; address++) {
      expect(await ask(transport, read(1, address, 2))).toEqual([1_000 + address, 1_001 + address]);
    }
    expect(transport.stats()).toMatchObject({ late_replies: 0, crc_errors: 0, discarded_bytes: 0 });
    expect(transport.stats()['wrong_unit']).toBeGreaterThanOrEqual(5);
  });

  it('counts what went over the line', async () => {
    const bus = await startBus();
    const transport = await open(bus);
    await ask(transport, read(1, 0, 2));
    expect(transport.stats()).toMatchObject({ bytes_out: 8, bytes_in: 9 });
  });

  it("ends with the time-out when the answer has a wrong CRC, is truncated, or is another unit's", async () => {
    const bus = await startBus();
    const transport = await open(bus);
    const answers: readonly ((request: Buffer) => Buffer)[] = [
      (request) => Buffer.concat([answerOf(request).subarray(0, -1), hex('55')]),
      (request) => answerOf(request).subarray(0, -1),
      () => rtu('02 03 04 0001 0002'),
    ];
    for (const toAnswer of answers) {
      bus.respond = (request, socket) => socket.write(toAnswer(request));
      expect(await failure(ask(transport, read(1, 0, 2, SHORT)))).toEqual({
        code: 'timeout',
        message: 'no answer to unit 1 at 0 in 150 ms',
      });
    }
    expect(transport.stats()).toMatchObject({ wrong_unit: 1 });
    bus.respond = (request, socket) => socket.write(answerOf(request));
    expect(await ask(transport, read(1, 0, 2))).toEqual([1_000, 1_001]);
  });

  it('passes over the echo of an adapter, also before a write is confirmed', async () => {
    const bus = await startBus((request, socket) =>
      socket.write(Buffer.concat([request, request[1] === 6 ? request : answerOf(request)])),
    );
    const transport = await open(bus);
    expect(await ask(transport, read(1, 0, 2))).toEqual([1_000, 1_001]);
    expect(await transport.exchange(write(1, 5, 9), NEVER)).toEqual(hex('06 0005 0009'));
    bus.respond = (request, socket) => socket.write(request);
    expect((await failure(transport.exchange(write(1, 5, 9, SHORT.timeoutMs), NEVER))).code).toBe('timeout');
  });

  it('never overlaps another', async () => {
    const bus = await startBus(() => null);
    const transport = await open(bus);
    const first = failure(ask(transport, read(1, 0, 2, SHORT)));
    await expect(ask(transport, read(2, 0, 2))).rejects.toThrow('never overlap');
    expect((await first).code).toBe('timeout');
  });
});

describe('after a time-out', () => {
  /** Answers nothing at first; `release` sends what is owed. */
  async function slowBus() {
    let owed: (() => void) | null = null;
    const bus = await startBus((request, socket) => {
      if (request[0] === 1 && !owed) owed = () => socket.write(answerOf(request));
      else socket.write(answerOf(request));
    });
    return { bus, release: () => owed?.() };
  }

  it('another unit is asked at once, and a late answer does not become its answer', async () => {
    const { bus, release } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    bus.respond = (request, socket) => {
      release();
      socket.write(answerOf(request));
    };
    expect(await ask(transport, read(2, 0, 2))).toEqual([2_000, 2_001]);
    expect(transport.stats()).toMatchObject({ late_replies: 1, wrong_unit: 0 });
    expect(bus.accepted).toBe(1);
  });

  it('the same unit may be asked for another length at once', async () => {
    const { bus, release } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    bus.respond = (request, socket) => {
      release();
      socket.write(answerOf(request));
    };
    expect(await ask(transport, read(1, 40, 3))).toEqual([1_040, 1_041, 1_042]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
    expect(bus.accepted).toBe(1);
  });

  it('the same read may be repeated at once, and either answer is right', async () => {
    const { bus, release } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    bus.respond = () => release();
    expect(await ask(transport, read(1, 0, 2))).toEqual([1_000, 1_001]);
    bus.respond = (request, socket) =>
      socket.write(Buffer.concat([rtu('01 03 04 03E8 03E9'), answerOf(request)]));
    expect(await ask(transport, read(2, 0, 2))).toEqual([2_000, 2_001]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
  });

  it('the same unit, function and length elsewhere waits for the late answer, which is discarded', async () => {
    const { bus, release } = await slowBus();
    const transport = await open(bus, { timeoutMs: 2_000 });
    const first = failure(ask(transport, read(1, 0, 2, { timeoutMs: 400 })));
    expect((await first).code).toBe('timeout');
    const second = ask(transport, read(1, 40, 2));
    setTimeout(release, 50);
    expect(await second).toEqual([1_040, 1_041]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
    expect(bus.accepted).toBe(1);
  });

  it('the same unit, function and length elsewhere costs the connection when nothing else tells them apart', async () => {
    const { bus } = await slowBus();
    const transport = await open(bus);
    const losses: string[] = [];
    transport.onLost = ({ message }) => losses.push(message);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    const { code, message } = await failure(ask(transport, read(1, 40, 2)));
    expect([code, message]).toEqual(['connection-lost', expect.stringContaining('mistaken')]);
    expect(losses).toHaveLength(1);
    expect(bus.requests).toHaveLength(1);
    await until(() => bus.sockets.size === 0, { ...SOON, what: 'the end of the connection' });
  });

  it('the same unit, function and length elsewhere is asked once another unit has answered and the window is over', async () => {
    const { bus, release } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    expect(await ask(transport, read(2, 0, 2))).toEqual([2_000, 2_001]);
    expect(await ask(transport, read(1, 40, 2))).toEqual([1_040, 1_041]);
    expect(bus.accepted).toBe(1);
    const [owed, other, again] = bus.requests;
    expect([owed?.bytes[0], other?.bytes[0], again?.bytes[0]]).toEqual([1, 2, 1]);
    expect((again?.atMs ?? 0) - (other?.atMs ?? 0)).toBeGreaterThanOrEqual(SHORT.timeoutMs - 5);
    release();
    expect(await ask(transport, read(2, 5, 2))).toEqual([2_005, 2_006]);
  });

  it('a write is not confirmed by the late answer to the same write', async () => {
    const { bus } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, write(1, 5, 9, SHORT.timeoutMs));
    expect((await failure(transport.exchange(write(1, 5, 9), NEVER))).code).toBe('connection-lost');
  });

  it('an exception is not believed while the unit owes an answer to another request of that function', async () => {
    const { bus } = await slowBus();
    const transport = await open(bus);
    await askInVain(bus, transport, read(1, 0, 2, SHORT));
    bus.respond = (request, socket) => socket.write(Buffer.concat([rtu('01 83 02'), answerOf(request)]));
    expect(await ask(transport, read(1, 40, 3))).toEqual([1_040, 1_041, 1_042]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
  });

  it('a unit that is slower than its time-out again and again is never mistaken', async () => {
    const bus = startHeldBus((request, send) => void setTimeout(() => send(answerOf(request)), 90));
    let transport = await pass(connect(link(), bus.wire));
    const seen: string[] = [];
    for (let turn = 0; turn < 12; turn++) {
      const address = (turn % 3) * 10;
      const work = ask(transport, read(1, address, 2, { timeoutMs: 70 }));
      const result = await pass(work).catch((error: { code: string }) => error.code);
      if (Array.isArray(result)) expect(result).toEqual([1_000 + address, 1_001 + address]);
      seen.push(String(result));
      if (result === 'connection-lost') transport = await pass(connect(link(), bus.wire));
    }
    expect(seen).toContain('timeout');
  });

  it('the next request waits until the line is silent', async () => {
    const bus = startHeldBus((_request, send) => {
      let left = 8;
      const babble = setInterval(() => {
        send(hex('FF'));
        if (--left === 0) clearInterval(babble);
      }, 20);
    });
    const transport = await pass(connect(link(), bus.wire));
    await pass(failure(ask(transport, read(1, 0, 2, { timeoutMs: 60 }))));
    bus.respond = (request, send) => send(answerOf(request));
    expect(await pass(ask(transport, read(2, 0, 2)))).toEqual([2_000, 2_001]);
    // 8 × 20 ms of babble, then 50 ms of silence.
    expect((bus.requests[1]?.atMs ?? 0) - (bus.requests[0]?.atMs ?? 0)).toBeGreaterThanOrEqual(210);
    expect(transport.stats()).toMatchObject({ discarded_bytes: 8 });
  });

  it('a line that never falls silent is used all the same after one time-out', async () => {
    const bus = startHeldBus((request, send) => send(answerOf(request)));
    const transport = await pass(connect(link(), bus.wire));
    setInterval(() => bus.send(hex('FF')), 10);
    const startMs = performance.now();
    expect(await pass(ask(transport, read(1, 0, 2, { timeoutMs: 300 })))).toEqual([1_000, 1_001]);
    expect((bus.requests[0]?.atMs ?? 0) - startMs).toBeGreaterThanOrEqual(300);
  });
});

describe('loss and end', () => {
  it('a peer that hangs up ends the exchange and is told once', async () => {
    const bus = await startBus((_request, socket) => socket.destroy());
    const transport = await open(bus);
    const losses: string[] = [];
    transport.onLost = ({ code }) => losses.push(code);
    expect((await failure(ask(transport, read(1, 0, 2)))).code).toBe('connection-lost');
    expect((await failure(ask(transport, read(1, 0, 2)))).code).toBe('connection-lost');
    expect(losses).toEqual(['connection-lost']);
  });

  it('closing ends the exchange, frees the socket and tells nobody', async () => {
    const bus = await startBus(() => null);
    const transport = await open(bus);
    let losses = 0;
    transport.onLost = () => losses++;
    const work = failure(ask(transport, read(1, 0, 2)));
    await until(() => bus.requests.length === 1, { ...SOON, what: 'the request' });
    transport.close();
    transport.close();
    expect((await work).code).toBe('stopped');
    await until(() => bus.sockets.size === 0, { ...SOON, what: 'the end of the connection' });
    expect(losses).toBe(0);
  });

  it('closing ends a pause, and the signal a request', async () => {
    const bus = await startBus(() => null);
    const transport = await open(bus);
    const stop = new AbortController();
    const work = failure(transport.exchange(read(1, 0, 2), stop.signal));
    await until(() => bus.requests.length === 1, { ...SOON, what: 'the request' });
    stop.abort();
    expect((await work).code).toBe('stopped');
    const waiting = failure(ask(transport, read(1, 40, 2)));
    transport.close();
    expect((await waiting).code).toBe('stopped');
  });

  it('the answer to a request that was stopped is late as well', async () => {
    let send: (() => void) | null = null;
    const bus = await startBus((request, socket) => {
      send = () => socket.write(answerOf(request));
    });
    const transport = await open(bus);
    const stop = new AbortController();
    const work = failure(transport.exchange(read(1, 0, 2), stop.signal));
    await until(() => bus.requests.length === 1, { ...SOON, what: 'the request' });
    stop.abort();
    expect((await work).code).toBe('stopped');
    const late = send as (() => void) | null;
    late?.();
    await until(() => transport.stats()['late_replies'] === 1, { ...SOON, what: 'the late answer' });
  });

  it('a wire that cannot be opened fails the connect with its own words', async () => {
    const refused = { ...wireTo(1), open: () => Promise.reject(new Error('no way')) };
    await expect(connect(link(), refused)).rejects.toThrow('no way');
  });
});
