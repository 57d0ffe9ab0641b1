/** What was asked on one connection and is answered on the next: serial servers and modems do not know who has asked. */
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createModbusDriver } from '../../../../src/drivers/modbus/driver.ts';
import { createLineTransport, createOwedAnswers } from '../../../../src/drivers/modbus/line/transport.ts';
import {
  createDialInListeners,
  createDialInWire,
  type DialInListeners,
} from '../../../../src/drivers/modbus/wires/dial-in.ts';
import { createTestLink, createTestModel } from '../../../support/model.ts';
import { until } from '../../../support/poll.ts';
import { startStopwatch } from '../../../support/stopwatch.ts';
import { answerOf, type Bus, failure, link, NEVER, read, registers, startBus } from './support.ts';

/** The unit takes so long for its answer, and the connection is lost at once. */
const SLOW_MS = 400;
const TIMEOUT_MS = 1_000;
const HOST = '127.0.0.1';

const model = createTestModel({
  equipment: [
    {
      id: 'meter',
      device: { unit: 1 },
      points: [
        { name: 'power', address: { table: 'holding', address: 10 } },
        { name: 'energy', address: { table: 'holding', address: 500 } },
      ],
    },
  ],
});

/** A driver with the requests of both points, which have the same function and length. */
function plan(options: object) {
  const driver = createModbusDriver();
  onTestFinished(() => driver.close?.());
  const definition = createTestLink('link', { framing: 'rtu', timeoutMs: TIMEOUT_MS, ...options });
  const equipmentOf = () => model.equipment.values().next().value!;
  const [power, energy] = driver.plan(definition, model.points, equipmentOf);
  const open = async () => {
    const connection = driver.open(definition, () => null);
    onTestFinished(() => connection.close());
    await connection.connect(NEVER);
    const read = async (request = power) => [...(await connection.read(request!, NEVER)).value];
    return { read, close: () => connection.close() };
  };
  return { power, energy, open };
}

/** Hangs up on the first request, and says its answer later to whoever is connected then. */
function hangUpOnce(bus: Bus): void {
  bus.respond = (request, socket) => {
    socket.destroy();
    setTimeout(() => {
      for (const other of bus.sockets) other.write(answerOf(request));
    }, SLOW_MS);
    bus.respond = (next, other) => setTimeout(() => other.write(answerOf(next)), 20);
  };
}

describe('an answer to the old connection that comes on the new one', () => {
  it('is not taken for that to another request of its shape', async () => {
    const bus = await startBus();
    hangUpOnce(bus);
    const { power, energy, open } = plan({ port: bus.port });
    const old = await open();
    expect(await failure(old.read(power))).toMatchObject({ code: 'connection-lost' });
    const fresh = await open();
    expect(await fresh.read(energy)).toEqual([1_500]);
    expect(await fresh.read(power)).toEqual([1_010]);
  });

  it('is not taken for it either when the old connection was closed, and its own request asked again first', async () => {
    const bus = await startBus();
    hangUpOnce(bus);
    const { power, energy, open } = plan({ port: bus.port });
    const old = await open();
    const reading = failure(old.read(power));
    await until(() => bus.requests.length > 0, { timeoutMs: 15_000, what: 'the request' });
    old.close();
    await reading;
    const fresh = await open();
    expect(await fresh.read(power)).toEqual([1_010]);
    expect(await fresh.read(energy)).toEqual([1_500]);
  });

  it('holds nobody up once the unit cannot answer any more', async () => {
    const bus = await startBus();
    hangUpOnce(bus);
    const { power, energy, open } = plan({ port: bus.port });
    await failure((await open()).read(power));
    await new Promise((resolve) => setTimeout(resolve, TIMEOUT_MS + 50));
    const fresh = await open();
    using watch = startStopwatch();
    expect(await fresh.read(energy)).toEqual([1_500]);
    expect(watch.readMs()).toBeLessThan(TIMEOUT_MS);
  });

  it('may have waited in a modem for as long as that was away', async () => {
    const listeners = createDialInListeners();
    onTestFinished(() => listeners.close());
    const registration = { text: 'DTU0001' };
    const options = link({ transport: 'dial-in', listen: { host: HOST, port: 0 }, registration });
    const owed = createOwedAnswers(options);
    const open = () => {
      const transport = createLineTransport(options, createDialInWire(options, listeners), owed);
      onTestFinished(() => transport.close());
      return transport.connect(NEVER).then(() => transport);
    };
    const asked = open();
    const modem = await dial(listeners, registration.text);
    const old = await asked;
    const reading = failure(old.exchange(read(1, 10, 1, { timeoutMs: 200 }), NEVER));
    const [request] = (await once(modem, 'data')) as [Buffer];
    modem.destroy();
    await reading;
    await new Promise((resolve) => setTimeout(resolve, 500));
    const askedAgain = open();
    const again = await dial(listeners, registration.text);
    again.on('data', (next) => setTimeout(() => again.write(answerOf(next)), 200));
    const fresh = await askedAgain;
    setTimeout(() => again.write(answerOf(request)), 120);
    expect(registers(await fresh.exchange(read(1, 500, 1), NEVER))).toEqual([1_500]);
  });
});

/** A modem that dials in and registers. */
async function dial(listeners: DialInListeners, registration: string): Promise<Socket> {
  const port = await until(() => listeners.portOf(HOST, 0), { timeoutMs: 15_000, what: 'the listener' });
  const socket = createConnection({ host: HOST, port, noDelay: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => null);
  await once(socket, 'connect');
  socket.write(registration);
  return socket;
}
