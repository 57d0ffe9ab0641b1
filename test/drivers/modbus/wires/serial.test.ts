/**
 * Serial ports on pseudo-terminals: opening and its failures in words, locking, closing, an adapter that is pulled out
 * and comes back under another number; exchanges with modbus-serial's own server as the device.
 */
import { once } from 'node:events';
import { realpathSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createSerialWire } from '../../../../src/drivers/modbus/wires/serial.ts';
import { until } from '../../../support/poll.ts';
import { describeWithTools } from '../../../support/require-tool.ts';
import { type SerialPair, startSerialPair } from '../../../support/serial-pair.ts';
import { temporaryDirectory } from '../../../support/temp.ts';
import { openScript } from '../line/serial-script.ts';
import {
  answerOf,
  ascii,
  connect,
  failure,
  hex,
  link,
  NEVER,
  read,
  registers,
  rtu,
  write,
} from '../line/support.ts';

interface Device {
  close(done: () => void): void;
  once(event: 'initialized', listener: () => void): unknown;
}
const { ServerSerial } = createRequire(import.meta.url)('modbus-serial') as {
  ServerSerial: new (vector: object, options: object, port: object) => Device;
};

const SOON = { timeoutMs: 15_000 };

async function cable(socat: string): Promise<SerialPair> {
  const pair = await startSerialPair(socat, temporaryDirectory());
  onTestFinished(() => pair[Symbol.asyncDispose]());
  return pair;
}

function serial(device: string, options: Record<string, unknown> = {}) {
  return link({ transport: 'serial', device, baudRate: 115_200, ...options });
}

async function plug(device: string, options: Record<string, unknown> = {}) {
  const settings = serial(device, options);
  return await connect(settings, createSerialWire(settings));
}

/** Registers hold their address plus 100; even coils and inputs are on; address 66 is refused. */
async function startDevice(path: string): Promise<void> {
  const register = (address: number) => {
    if (address === 66) throw Object.assign(new Error('refused'), { modbusErrorCode: 2 });
    return address + 100;
  };
  const vector = {
    getHoldingRegister: register,
    getInputRegister: (address: number) => register(address) + 1_000,
    getCoil: (address: number) => address % 2 === 0,
    getDiscreteInput: (address: number) => address % 3 === 0,
    setRegister: () => null,
  };
  const device = new ServerSerial(
    vector,
    { path, baudRate: 115_200, unitID: 7, interval: 5 },
    { parity: 'even' },
  );
  await new Promise<void>((resolve) => device.once('initialized', resolve));
  onTestFinished(() => new Promise<void>((resolve) => device.close(resolve)));
}

describeWithTools(['socat'], 'a serial port', (socat) => {
  it('reads all four tables of an independent RTU device, writes, and hears its refusal', async () => {
    const pair = await cable(socat);
    await startDevice(pair.far);
    const transport = await plug(pair.near);
    expect(registers(await transport.exchange(read(7, 10, 3), NEVER))).toEqual([110, 111, 112]);
    const inputs = await transport.exchange(read(7, 10, 2, { functionCode: 4 }), NEVER);
    expect(registers(inputs)).toEqual([1_110, 1_111]);
    expect(await transport.exchange(read(7, 0, 10, { functionCode: 1 }), NEVER)).toEqual(hex('01 02 5501'));
    expect(await transport.exchange(read(7, 0, 10, { functionCode: 2 }), NEVER)).toEqual(hex('02 02 4902'));
    expect(await transport.exchange(read(7, 66, 1), NEVER)).toEqual(hex('83 02'));
    expect(await transport.exchange(write(7, 5, 9), NEVER)).toEqual(hex('06 0005 0009'));
    expect((await failure(transport.exchange(read(8, 0, 1, { timeoutMs: 100 }), NEVER))).code).toBe(
      'timeout',
    );
  });

  it('speaks ASCII with seven data bits', async () => {
    const pair = await cable(socat);
    const script = await openScript(pair.far);
    script.respond = () => ascii('11 03 06 AE41 5652 4340');
    const transport = await plug(pair.near, { framing: 'ascii', dataBits: 7 });
    expect(registers(await transport.exchange(read(0x11, 0x6b, 3), NEVER))).toEqual([0xae41, 0x5652, 0x4340]);
    expect(script.requests[0]?.toString()).toBe(':1103006B00037E\r\n');
    script.respond = () => ascii('11 83 02');
    expect(await transport.exchange(read(0x11, 0x6b, 3), NEVER)).toEqual(hex('83 02'));
  });

  it('discards a late answer that comes before the next request to the same unit', async () => {
    const pair = await cable(socat);
    const script = await openScript(pair.far);
    const transport = await plug(pair.near, { timeoutMs: 200 });
    const first = failure(transport.exchange(read(1, 0, 2, { timeoutMs: 600 }), NEVER));
    expect((await first).code).toBe('timeout');
    script.send(rtu('01 03 04 03E8 03E9'));
    script.respond = answerOf;
    expect(registers(await transport.exchange(read(1, 40, 2), NEVER))).toEqual([1_040, 1_041]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
  });

  it('keeps 3.5 characters of silence before each request', async () => {
    const pair = await cable(socat);
    const script = await openScript(pair.far);
    script.respond = answerOf;
    const transport = await plug(pair.near, { baudRate: 1_200 });
    const startMs = performance.now();
    for (let turn = 0; turn < 4; turn++) await transport.exchange(read(1, 0, 1), NEVER);
    // Four silences, the first of them the longer one after connecting: 3.5 × 11 bits at 1200 baud are 32 ms.
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(3 * 32);
  });

  it.each([
    { baudRate: 300, parity: 'none', dataBits: 7, stopBits: 2 },
    { baudRate: 921_600, parity: 'odd', dataBits: 8, stopBits: 1 },
  ])('opens at $baudRate baud', async (options) => {
    const pair = await cable(socat);
    const stream = await createSerialWire(serial(pair.near, options)).open(NEVER);
    expect(stream.destroyed).toBe(false);
    stream.destroy();
    await once(stream, 'close');
  });

  it('is locked while it is open, and free at once after it was closed', async () => {
    const pair = await cable(socat);
    const wire = () => createSerialWire(serial(pair.near));
    const stream = await wire().open(NEVER);
    expect(await failure(wire().open(NEVER))).toEqual({
      code: 'connect-failed',
      message: `${pair.near} is used by another program`,
    });
    stream.destroy();
    const again = await wire().open(NEVER);
    again.destroy();
    await once(again, 'close');
  });

  it('that is pulled out is a loss, and is found again under another number by the same name', async () => {
    const pair = await cable(socat);
    const before = realpathSync(pair.near);
    const first = await openScript(pair.far);
    first.respond = answerOf;
    const transport = await plug(pair.near);
    const losses: string[] = [];
    transport.onLost = ({ code, message }) => losses.push(`${code}: ${message}`);
    await transport.exchange(read(1, 0, 2), NEVER);
    await first.close();
    await pair.unplug();
    await until(() => losses.length > 0, { ...SOON, what: 'the loss' });
    expect(losses).toEqual([`connection-lost: ${pair.near}: the port has gone`]);
    const gone = await failure(createSerialWire(serial(pair.near)).open(NEVER));
    expect(gone.message).toBe(`${pair.near} is not there: is the adapter plugged in?`);

    await pair.plug();
    expect(realpathSync(pair.near)).not.toBe(before);
    const second = await openScript(pair.far);
    second.respond = answerOf;
    const again = await plug(pair.near);
    expect(registers(await again.exchange(read(1, 5, 2), NEVER))).toEqual([1_005, 1_006]);
  });

  it('that is pulled out in the middle of an exchange ends it, every time', async () => {
    for (let turn = 0; turn < 4; turn++) {
      const pair = await cable(socat);
      const transport = await plug(pair.near);
      const work = failure(transport.exchange(read(1, 0, 2, { timeoutMs: 50_000 }), NEVER));
      await pair.unplug();
      expect((await work).code).toBe('connection-lost');
    }
  });

  it('ends with words when it is no serial port or does not exist', async () => {
    const file = join(temporaryDirectory(), 'file');
    writeFileSync(file, '');
    const open = (path: string) => failure(createSerialWire(serial(path)).open(NEVER));
    expect(await open(file)).toEqual({ code: 'connect-failed', message: `${file} is no serial port` });
    expect((await open('/dev/serial/by-id/usb-none')).message).toMatch(/is not there/);
  });

  it('is not opened for somebody who has stopped waiting', async () => {
    const pair = await cable(socat);
    const stop = new AbortController();
    const work = failure(createSerialWire(serial(pair.near)).open(stop.signal));
    stop.abort();
    expect((await work).code).toBe('stopped');
    const stream = await createSerialWire(serial(pair.near)).open(NEVER);
    stream.destroy();
    await once(stream, 'close');
  });
});
