/**
 * A client that reads the same 100 registers again and again over many connections, as fast as it can: our driver
 * (decoded to samples), our transport alone (numbers, as the libraries give them), or modbus-serial (promises). Each
 * loads what it needs and nothing of the others: memory is compared too.
 */
import { createRequire } from 'node:module';
import type { ModbusRTU } from 'modbus-serial/ModbusRTU.js';
import { NO_COUNTS, nowMs, serveSubject } from './subject.ts';

export interface ModbusLoadSetup {
  readonly client: 'driver' | 'transport' | 'modbus-serial';
  readonly port: number;
  readonly connections: number;
  /** Reads under way at once on each connection. */
  readonly depth: number;
  readonly registers: number;
}

interface Client {
  /** @returns how many registers it has read */
  read(): Promise<number>;
  close(): void;
}

const TIMEOUT_MS = 2_000;
const UNIT = 1;
const READ_HOLDING = 3;

serveSubject<ModbusLoadSetup>(async (setup) => {
  const counts = { readings: 0, failures: 0 };
  const stop = new AbortController();
  const open = await OPENERS[setup.client](setup, stop.signal);
  const clients: Client[] = [];
  for (let at = 0; at < setup.connections; at++) clients.push(await open());
  const run = async (client: Client): Promise<void> => {
    while (!stop.signal.aborted) {
      try {
        if ((await client.read()) === setup.registers) counts.readings++;
        else counts.failures++;
      } catch {
        if (!stop.signal.aborted) counts.failures++;
        return;
      }
    }
  };
  for (const client of clients) for (let at = 0; at < setup.depth; at++) void run(client);
  return {
    count: () => ({ ...NO_COUNTS, ...counts, atMs: nowMs() }),
    stop() {
      stop.abort();
      for (const client of clients) client.close();
    },
  };
});

type Opener = (setup: ModbusLoadSetup, signal: AbortSignal) => Promise<() => Promise<Client>>;

const OPENERS: Readonly<Record<ModbusLoadSetup['client'], Opener>> = {
  async driver({ port, registers, depth }, signal) {
    const [{ createModbusDriver }, { toDriverParts }] = await Promise.all([
      import('../../src/drivers/modbus/driver.ts'),
      import('../modbus/driver-parts.ts'),
    ]);
    const values = Array.from({ length: registers }, (_, address) => ({ address, type: 'u16' }));
    const options = { host: '127.0.0.1', port, timeoutMs: TIMEOUT_MS };
    const { link, points, equipmentOf } = toDriverParts(options, { maxInFlight: depth }, values);
    return async () => {
      // One for each connection: links of one driver wait for one another's sockets.
      const driver = createModbusDriver();
      const [request] = driver.plan(link, points, equipmentOf);
      if (request === undefined) throw new Error('the plan has no request');
      const connection = driver.open(link, () => {});
      await connection.connect(signal);
      return {
        read: async () => (await connection.read(request, signal)).count,
        close: () => connection.close(),
      };
    };
  },
  async transport({ port, registers }, signal) {
    const [{ MbapTransport }, { createTcpWire }] = await Promise.all([
      import('../../src/drivers/modbus/mbap/transport.ts'),
      import('../../src/drivers/modbus/wires/tcp.ts'),
    ]);
    const link = { host: '127.0.0.1', port, connectTimeoutMs: TIMEOUT_MS };
    const pdu = Buffer.from([READ_HOLDING, 0, 0, 0, registers]);
    const exchange = {
      unit: UNIT,
      pdu,
      answerBytes: 2 + 2 * registers,
      timeoutMs: TIMEOUT_MS,
      label: 'read',
    };
    return async () => {
      const transport = new MbapTransport(createTcpWire(link));
      await transport.connect(signal);
      return {
        read: async () => toNumbers(await transport.exchange(exchange, signal)).length,
        close: () => transport.close(),
      };
    };
  },
  async 'modbus-serial'({ port, registers }) {
    // Its types describe a module that its code is not: what `require` gives is the class itself.
    const Library = createRequire(import.meta.url)('modbus-serial') as new () => ModbusRTU;
    return async () => {
      const client = new Library();
      await client.connectTCP('127.0.0.1', { port });
      client.setID(UNIT);
      client.setTimeout(TIMEOUT_MS);
      return {
        read: async () => (await client.readHoldingRegisters(0, registers)).data.length,
        close: () => client.close(() => {}),
      };
    };
  },
};

/** The registers of an answer as an array of numbers: what modbus-serial and libmodbus give. */
function toNumbers(pdu: Buffer): readonly number[] {
  const numbers: number[] = [];
  numbers.length = (pdu.length - 2) / 2;
  for (let at = 0; at < numbers.length; at++) numbers[at] = pdu.readUInt16BE(2 + 2 * at);
  return numbers;
}
