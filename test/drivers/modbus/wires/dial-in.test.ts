/** Modems that dial in, over real sockets: who is who, heartbeats, reconnects, duplicates, strangers, limits. */
import { once } from 'node:events';
import { createConnection, createServer, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  createDialInListeners,
  createDialInWire,
  type DialInListeners,
} from '../../../../src/drivers/modbus/wires/dial-in.ts';
import type { DIAL_IN_LIMITS } from '../../../../src/drivers/modbus/wires/dial-in-listeners.ts';
import { createMbapFilter } from '../../../../src/drivers/modbus/wires/mbap-filter.ts';
import { until } from '../../../support/poll.ts';
import { freePort } from '../../../support/ports.ts';
import { answerOf, connect, failure, hex, link, NEVER, read, registers, rtu } from '../line/support.ts';

const SOON = { timeoutMs: 15_000 };
const HOST = '127.0.0.1';

function listen(limits: Partial<typeof DIAL_IN_LIMITS> = {}): DialInListeners {
  const listeners = createDialInListeners({ limits });
  onTestFinished(() => listeners.close());
  return listeners;
}

function modemLink(text: string, options: Record<string, unknown> = {}) {
  const registration = { text };
  const own = { transport: 'dial-in', framing: 'rtu', listen: { host: HOST, port: 0 }, registration };
  return link({ ...own, heartbeat: { hex: 'FE' }, connectTimeoutMs: 20_000, ...options });
}

/** A link that waits for its modem. */
function wait(listeners: DialInListeners, text: string, options: Record<string, unknown> = {}) {
  const settings = modemLink(text, options);
  const wire = createDialInWire(settings, listeners);
  return { wire, transport: connect(settings, wire) };
}

/** Counters of the one address that the tests listen at. */
function counted(listeners: DialInListeners): Readonly<Record<string, number>> {
  return listeners.statuses()[0]?.counters ?? {};
}

async function portOf(listeners: DialInListeners): Promise<number> {
  return await until(() => listeners.portOf(HOST, 0), { ...SOON, what: 'the listener' });
}

interface Modem {
  readonly socket: Socket;
  /** Requests that have come. */
  readonly requests: Buffer[];
  readonly isClosed: boolean;
  respond: (request: Buffer) => Buffer | null;
}

/** Dials in and says something; answers as the units behind it would. */
async function dial(listeners: DialInListeners, ...said: (Buffer | string)[]): Promise<Modem> {
  const socket = createConnection({ host: HOST, port: await portOf(listeners), noDelay: true });
  onTestFinished(() => void socket.destroy());
  const requests: Buffer[] = [];
  socket.on('error', () => null);
  socket.on('data', (bytes) => {
    requests.push(bytes);
    const answer = modem.respond(bytes);
    if (answer) socket.write(answer);
  });
  await once(socket, 'connect');
  const modem: Modem = {
    socket,
    requests,
    get isClosed() {
      return socket.destroyed;
    },
    respond: answerOf,
  };
  for (const bytes of said) {
    socket.write(bytes);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return modem;
}

const closed = (modem: Modem) => until(() => modem.isClosed, { ...SOON, what: 'the end of the connection' });

describe('a modem', () => {
  it('is handed to the link that its registration names, and several share the address', async () => {
    const listeners = listen();
    const first = wait(listeners, 'DTU0001');
    const second = wait(listeners, 'DTU0002');
    await dial(listeners, 'DTU0002');
    const modem = await dial(listeners, 'DTU0001');
    modem.respond = () => rtu('01 03 02 0007');
    expect(registers(await (await first.transport).exchange(read(1, 0, 1), NEVER))).toEqual([7]);
    expect(registers(await (await second.transport).exchange(read(1, 5, 1), NEVER))).toEqual([1_005]);
    expect(first.wire.name).toBe('dial-in DTU0001');
  });

  it('may register in pieces, in hexadecimal bytes, and go on at once', async () => {
    const listeners = listen();
    const registration = { hex: '01 FF 02' };
    const { transport } = wait(listeners, '', { registration });
    await dial(listeners, hex('01'), hex('FF'), Buffer.concat([hex('02 FE FE'), rtu('01 03 02 0000')]));
    const open = await transport;
    expect(registers(await open.exchange(read(1, 5, 2), NEVER))).toEqual([1_005, 1_006]);
    expect(open.stats()).toMatchObject({ heartbeats: 2, unsolicited: 1 });
  });

  it('may say its heartbeat right after its registration, a word like it', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU0001', { heartbeat: { text: 'PING' } });
    await dial(listeners, 'DTU0001PING');
    const open = await transport;
    expect(registers(await open.exchange(read(1, 0, 1), NEVER))).toEqual([1_000]);
  });

  it('is waited for as long as the link says', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU0001', { connectTimeoutMs: 100 });
    expect(await failure(transport)).toEqual({
      code: 'connect-timeout',
      message: 'no modem has dialled in as DTU0001',
    });
  });

  it('that registers while no link asks waits for the next attempt, and not for ever', async () => {
    const listeners = listen({ parkedMs: 1_500 });
    const early = wait(listeners, 'DTU0001', { connectTimeoutMs: 50 });
    await failure(early.transport);
    await dial(listeners, 'DTU0001');
    const open = await wait(listeners, 'DTU0001').transport;
    expect(registers(await open.exchange(read(1, 0, 1), NEVER))).toEqual([1_000]);
    open.close();
    const parked = await dial(listeners, 'DTU0001');
    await closed(parked);
    expect(counted(listeners)).toMatchObject({ parked_timeouts: 1 });
  });

  it('that dials in again replaces its old connection', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU0001');
    const old = await dial(listeners, 'DTU0001');
    const open = await transport;
    const losses: string[] = [];
    open.onLost = ({ message }) => losses.push(message);
    old.respond = () => null;
    const pending = failure(open.exchange(read(1, 0, 1, { timeoutMs: 50_000 }), NEVER));
    await dial(listeners, 'DTU0001');
    await closed(old);
    expect((await pending).code).toBe('connection-lost');
    expect(losses).toEqual(['dial-in DTU0001: the modem has dialled in again']);
    expect(open.stats()).toMatchObject({ duplicate_dial_ins: 1 });
    expect(listeners.statuses()).toEqual([
      { place: `${HOST}:0`, counters: expect.objectContaining({ duplicate_dial_ins: 1 }) },
    ]);
    const again = await wait(listeners, 'DTU0001').transport;
    expect(registers(await again.exchange(read(1, 5, 1), NEVER))).toEqual([1_005]);
  });

  it('that says heartbeats and its registration between frames is read right', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU0001', { heartbeat: { text: 'PING' } });
    const modem = await dial(listeners, 'DTU0001');
    const open = await transport;
    modem.respond = (request) =>
      Buffer.concat([Buffer.from('PING'), answerOf(request), Buffer.from('DTU0001PI')]);
    expect(registers(await open.exchange(read(1, 0, 2), NEVER))).toEqual([1_000, 1_001]);
    modem.respond = (request) => Buffer.concat([Buffer.from('NG'), answerOf(request)]);
    expect(registers(await open.exchange(read(1, 0x4950, 2), NEVER))).toEqual([19_768, 19_769]);
    expect(open.stats()).toMatchObject({ heartbeats: 2 });
  });

  it('that hangs up is a loss', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU0001');
    const modem = await dial(listeners, 'DTU0001');
    const open = await transport;
    const lost = new Promise<string>((resolve) => {
      open.onLost = ({ message }) => resolve(message);
    });
    modem.socket.end();
    expect(await lost).toBe('connection closed by dial-in DTU0001');
  });

  it('whose registration begins like another is told apart', async () => {
    const listeners = listen();
    const short = wait(listeners, 'DTU1');
    const long = wait(listeners, 'DTU10');
    await dial(listeners, 'DTU1', '0');
    await long.transport;
    await dial(listeners, 'DTU1');
    await short.transport;
  });
});

describe('a stranger', () => {
  it('is closed and counted when it says something unknown, or nothing in time', async () => {
    const listeners = listen({ registrationMs: 1_000 });
    const { transport } = wait(listeners, 'DTU0001', { connectTimeoutMs: 50_000 });
    await closed(await dial(listeners, 'GET / HTTP/1.1'));
    await closed(await dial(listeners));
    await closed(await dial(listeners, 'DTU0'));
    expect(counted(listeners)).toMatchObject({ unknown_registrations: 1, registration_timeouts: 2 });
    await dial(listeners, 'DTU0001');
    expect(registers(await (await transport).exchange(read(1, 0, 1), NEVER))).toEqual([1_000]);
  });

  it('whose word only begins like a known one is not taken for it, in one piece or in two', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU1', { connectTimeoutMs: 20_000 });
    await closed(await dial(listeners, 'DTU12'));
    await closed(await dial(listeners, 'DTU1', '2'));
    expect(counted(listeners)).toMatchObject({ unknown_registrations: 2 });
    await dial(listeners, 'DTU1');
    expect(registers(await (await transport).exchange(read(1, 0, 1), NEVER))).toEqual([1_000]);
  });

  it('whose word goes on while this process is held up is not taken for a known one', async () => {
    const listeners = listen();
    const { transport } = wait(listeners, 'DTU1');
    const stranger = await dial(listeners, 'DTU1');
    await nextTurn();
    stranger.socket.write('2');
    // Longer than a word is waited for, with its last byte in the socket.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await closed(stranger);
    expect(counted(listeners)).toMatchObject({ unknown_registrations: 1 });
    await dial(listeners, 'DTU1');
    expect(registers(await (await transport).exchange(read(1, 0, 1), NEVER))).toEqual([1_000]);
  });

  it('takes no place when there are too many', async () => {
    const listeners = listen({ unregistered: 2 });
    const { transport } = wait(listeners, 'DTU0001');
    const crowd = [await dial(listeners), await dial(listeners)];
    await closed(await dial(listeners, 'DTU0001'));
    expect(counted(listeners)).toMatchObject({ refused_connections: 1 });
    for (const modem of crowd) modem.socket.destroy();
    let hasPlace = false;
    const taken = transport.then(() => (hasPlace = true));
    // The listener may see the newcomer before it sees that the others have gone: a modem tries again.
    const tryAgain = async () => {
      if (!hasPlace) await dial(listeners, 'DTU0001');
      return hasPlace;
    };
    await until(tryAgain, { ...SOON, what: 'a free place', intervalMs: 300 });
    await taken;
  });
});

describe('a listener', () => {
  it('whose port is taken fails with words, and is tried again', async () => {
    const other = createServer();
    other.listen(await freePort(), HOST);
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const listeners = listen();
    const options = { listen: { host: HOST, port } };
    expect(await failure(wait(listeners, 'DTU0001', options).transport)).toEqual({
      code: 'connect-failed',
      message: `${HOST}:${port} is used by another program`,
    });
    await new Promise((resolve) => other.close(resolve));
    const waiting = failure(wait(listeners, 'DTU0001', { ...options, connectTimeoutMs: 100 }).transport);
    expect((await waiting).code).toBe('connect-timeout');
  });

  it('ends the waiting when the link stops, and everything when it is closed', async () => {
    const listeners = listen();
    const stop = new AbortController();
    const wire = createDialInWire(modemLink('DTU0001'), listeners);
    const stopped = failure(wire.open(stop.signal));
    const port = await portOf(listeners);
    stop.abort();
    expect((await stopped).code).toBe('stopped');
    const waiting = failure(createDialInWire(modemLink('DTU0001'), listeners).open(NEVER));
    const modem = await dial(listeners, 'DTU0002x');
    await listeners.close();
    expect((await waiting).code).toBe('stopped');
    await closed(modem);
    const refused = createConnection({ host: HOST, port });
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    expect((await failure(wire.open(NEVER))).code).toBe('stopped');
  });

  it('that has given its address back leaves the next one at this address alone', async () => {
    const idleMs = 600;
    const listeners = listen({ idleMs });
    await failure(wait(listeners, 'DTU0001', { connectTimeoutMs: 50 }).transport);
    const parked = await dial(listeners, 'DTU0001');
    await closed(parked);
    await until(() => listeners.portOf(HOST, 0) === null, { ...SOON, what: 'the end of the listener' });
    const { transport } = wait(listeners, 'DTU0001');
    await dial(listeners, 'DTU0001');
    await transport;
    await new Promise((resolve) => setTimeout(resolve, 2 * idleMs));
    expect(listeners.portOf(HOST, 0)).not.toBeNull();
  });

  it('that no link needs any more gives its address back', async () => {
    const listeners = listen({ idleMs: 100 });
    await failure(wait(listeners, 'DTU0001', { connectTimeoutMs: 50 }).transport);
    await until(() => listeners.portOf(HOST, 0) === null, { ...SOON, what: 'the end of the listener' });
  });
});

describe('MBAP frames of a modem', () => {
  /** What is left, and how many were taken out. */
  function filter(...chunks: string[]) {
    let marks = 0;
    const pass = createMbapFilter([hex('FE')], () => marks++);
    return { left: Buffer.concat(chunks.map((chunk) => pass(hex(chunk)))).toString('hex'), marks };
  }

  it('lose the heartbeats between them, and none of their own bytes', () => {
    const frame = 'fe01 0000 0005 fe 03 02 fefe'.replaceAll(' ', '');
    expect(filter(frame)).toEqual({ left: frame, marks: 0 });
    expect(filter(`FE${frame}FEFE${frame}`)).toEqual({ left: frame + frame, marks: 3 });
    const bytes = `FE${frame}FE${frame}`.match(/../g) ?? [];
    expect(filter(...bytes)).toEqual({ left: frame + frame, marks: 2 });
  });

  it('go through when they are no frames, for the transport to judge', () => {
    expect(filter('47455420 2f204854')).toEqual({ left: '474554202f204854', marks: 0 });
  });
});
