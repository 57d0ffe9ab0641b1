/** What Modbus says of a connection that fails has a code and a Chinese text: each is said here by who says it. */
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { defined } from '../../../src/core/assert.ts';
import { DeviceError } from '../../../src/core/errors.ts';
import { toReasons } from '../../../src/core/reason.ts';
import { createModbusDriver } from '../../../src/drivers/modbus/driver.ts';
import { createTestLink } from '../../support/model.ts';
import { freePort } from '../../support/ports.ts';
import { temporaryDirectory } from '../../support/temp.ts';

const NEVER = new AbortController().signal;

/** How connecting a link with these options fails, in codes. */
async function failure(options: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const driver = createModbusDriver();
  onTestFinished(() => driver.close?.());
  const connection = driver.open(createTestLink('link', { connectTimeoutMs: 20_000, ...options }), () => {});
  const error = await connection.connect(NEVER).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  connection.close();
  if (!(error instanceof DeviceError)) throw new Error('it has connected');
  return toReasons(error.message).map(({ code }) => code);
}

/** A port that another program has. */
async function takenPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  return (defined(server.address(), 'address') as { port: number }).port;
}

const DIAL_IN = { transport: 'dial-in', host: undefined, registration: { text: 'DTU0001' } };
const SERIAL = { transport: 'serial', host: undefined };

test('a refused connection, and two of them', async () => {
  const port = await freePort();
  expect(await failure({ port })).toEqual(['connect-refused']);
  const backup = { host: '127.0.0.1', port: await freePort() };
  expect(await failure({ port, backup })).toEqual(['connect-refused', 'connect-refused']);
});

test('a serial port that is not there, and one that is none', async () => {
  expect(await failure({ ...SERIAL, device: '/dev/serial/by-id/usb-nobody' })).toEqual(['serial-missing']);
  expect(await failure({ ...SERIAL, device: temporaryDirectory() })).toEqual(['no-serial-port']);
});

test('a modem that has not dialled in, and a port that is taken', async () => {
  const free = await freePort();
  const waiting = { ...DIAL_IN, connectTimeoutMs: 200, listen: { host: '127.0.0.1', port: free } };
  expect(await failure(waiting)).toEqual(['registration-missing']);
  const taken = await takenPort();
  expect(await failure({ ...DIAL_IN, listen: { host: '127.0.0.1', port: taken } })).toEqual(['in-use']);
  expect(await failure({ ...DIAL_IN, listen: { host: '203.0.113.9', port: free } })).toEqual([
    'foreign-address',
  ]);
});
