/** A connection of the driver to a fake server, with two requests of one pump. */
import { afterEach, vi } from 'vitest';
import type { PollConnection, PollRequest, SampleColumns } from '../../../src/drivers/driver.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { createTestLink, createTestModel } from '../../support/model.ts';
import { until } from '../../support/poll.ts';
import { answerAddresses, type FakeServer, type Responder, startFakeServer } from './fake-server.ts';

export const driver = createModbusDriver();
/** Never aborted. */
export const never = new AbortController().signal;

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
/** For an answer that comes, however slow the machine is; and for one that does not. */
const PATIENT_MS = 20_000;
const HASTY_MS = 300;

/** Holding registers 10–12: two points, read with a time-out of 100 ms. */
export const registers = toPatient('holding');
/** The same, where no answer is expected. */
export const hastyRegisters: PollRequest = { ...registers, timeoutMs: HASTY_MS };
/** What `answerAddresses` says of them. */
export const VALUES = [10, 11 * 65_536 + 12];
/** Coil 3. */
export const coils = toPatient('coil');

/** What a test has opened; closed after it by `closeAfterEach`. */
export const open: { server: FakeServer | null; connection: PollConnection | null } = {
  server: null,
  connection: null,
};

/** To be called by each file once: this module is loaded only once where files share a worker. */
export function closeAfterEach(): void {
  afterEach(async () => {
    vi.useRealTimers();
    open.connection?.close();
    await open.server?.close();
    open.server = open.connection = null;
  });
}

export interface Setup {
  readonly server: FakeServer;
  readonly connection: PollConnection;
  readonly losses: string[];
}

/** Connected. @param options of the link */
export async function setUp(respond: Responder = answerAddresses, options: object = {}): Promise<Setup> {
  const server = (open.server = await startFakeServer(respond));
  const losses: string[] = [];
  const link = createTestLink('link', { port: server.port, ...options });
  const connection = (open.connection = driver.open(link, (reason) => losses.push(reason)));
  await connection.connect(never);
  await until(() => server.sockets.size === 1, { timeoutMs: 15_000, what: 'the connection' });
  return { server, connection, losses };
}

export async function values(reading: Promise<SampleColumns>): Promise<number[]> {
  return [...(await reading).value];
}

function toPatient(table: string): PollRequest {
  const request = requests.find(({ block }) => block?.table === table)!;
  return { ...request, timeoutMs: PATIENT_MS };
}
