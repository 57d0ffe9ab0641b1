/** What the stream of a serial port does when the system misbehaves; a stand-in for the library's open port. */
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createSerialStream, type UnixPort } from '../../../../src/drivers/modbus/wires/serial-stream.ts';

/** A port on a file of the system. */
function portOn(path: string, options: Partial<UnixPort> = {}): UnixPort {
  const fd = openSync(path, 'r+');
  return {
    fd,
    poller: { once: () => null },
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(closeSync(fd)),
    ...options,
  };
}

it('a port that gives 0 bytes has gone, and is not read again', async () => {
  const stream = createSerialStream(portOn('/dev/null'), () => null);
  stream.resume();
  const [error] = (await once(stream, 'error')) as [Error];
  expect(error.message).toBe('the port has gone');
  expect(stream.destroyed).toBe(true);
});

it('a port that cannot be written to is lost', async () => {
  const stream = createSerialStream(portOn('/dev/full'), () => null);
  stream.write('x');
  const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ENOSPC');
});

it('a driver that never comes back from closing does not hold up the end of the stream', async () => {
  const port = portOn('/dev/null');
  const stuck = {
    ...port,
    flush: () => new Promise<void>(() => {}),
    close: () => new Promise<void>(() => {}),
  };
  const free = Promise.withResolvers<void>();
  const stream = createSerialStream(stuck, free.resolve);
  stream.destroy();
  await once(stream, 'close');
  await free.promise;
  expect(stream.closed).toBe(true);
  await port.close();
});
