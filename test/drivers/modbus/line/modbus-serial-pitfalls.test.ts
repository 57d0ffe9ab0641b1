/**
 * Why the framing of serial lines is ours: what modbus-serial 8.0.25 does with the bytes of a line, shown on its RTU port
 * over a pair of pseudo-terminals. Each case ends with what our transport does with the same bytes.
 */
import { createRequire } from 'node:module';
import { expect, it, onTestFinished } from 'vitest';
import { createSerialWire } from '../../../../src/drivers/modbus/wires/serial.ts';
import { describeWithTools } from '../../../support/require-tool.ts';
import { type SerialPair, startSerialPair } from '../../../support/serial-pair.ts';
import { temporaryDirectory } from '../../../support/temp.ts';
import { openScript, type Script } from './serial-script.ts';
import { answerOf, connect, hex, link, NEVER, read, registers, rtu } from './support.ts';

interface Client {
  connectRTUBuffered(path: string, options: object): Promise<void>;
  setID(unit: number): void;
  setTimeout(ms: number): void;
  readHoldingRegisters(address: number, count: number): Promise<{ data: number[] }>;
  maskWriteRegister(address: number, and: number, or: number): Promise<unknown>;
  close(done: () => void): void;
}
const ModbusRtu = createRequire(import.meta.url)('modbus-serial') as new () => Client;

/** Of a request; the answer comes so much later, but within the time for which ours waits for it. */
const TIMEOUT_MS = 800;
const LATE_MS = 1_100;

const SETTINGS = { baudRate: 19_200, parity: 'none' };

async function library(path: string, timeoutMs: number): Promise<Client> {
  const client = new ModbusRtu();
  await client.connectRTUBuffered(path, SETTINGS);
  onTestFinished(() => new Promise<void>((resolve) => client.close(resolve)));
  client.setID(1);
  client.setTimeout(timeoutMs);
  return client;
}

async function rig(socat: string): Promise<{ pair: SerialPair; script: Script }> {
  const pair = await startSerialPair(socat, temporaryDirectory());
  onTestFinished(() => pair[Symbol.asyncDispose]());
  return { pair, script: await openScript(pair.far) };
}

/** The unit takes 450 ms for its first answer and none for the others, which it gives in their order. */
function answerLate(script: Script): void {
  let queue: Buffer[] | null = null;
  script.respond = (request) => {
    if (queue) {
      queue.push(answerOf(request));
      return null;
    }
    const waiting = [answerOf(request)];
    queue = waiting;
    setTimeout(() => {
      for (const answer of waiting) script.send(answer);
      script.respond = answerOf;
    }, LATE_MS);
    return null;
  };
}

async function ours(path: string) {
  const options = link({ transport: 'serial', device: path, ...SETTINGS, timeoutMs: TIMEOUT_MS });
  return await connect(options, createSerialWire(options));
}

describeWithTools(['socat'], 'modbus-serial on a line', (socat) => {
  it('takes the late answer of a request that has timed out for the answer of the next one', async () => {
    const { pair, script } = await rig(socat);
    const client = await library(pair.near, TIMEOUT_MS);
    answerLate(script);
    await expect(client.readHoldingRegisters(0, 2)).rejects.toThrow('Timed out');
    const { data } = await client.readHoldingRegisters(40, 2);
    // Registers 40 and 41 hold 1040 and 1041.
    expect(data).toEqual([1_000, 1_001]);
  });

  it('which our transport discards', async () => {
    const { pair, script } = await rig(socat);
    const transport = await ours(pair.near);
    answerLate(script);
    await expect(transport.exchange(read(1, 0, 2, { timeoutMs: TIMEOUT_MS }), NEVER)).rejects.toThrow(
      'no answer',
    );
    expect(registers(await transport.exchange(read(1, 40, 2), NEVER))).toEqual([1_040, 1_041]);
    expect(transport.stats()).toMatchObject({ late_replies: 1 });
  });

  it('takes payload of a foreign frame for the answer, and loses the real one behind it to a CRC error', async () => {
    const { pair, script } = await rig(socat);
    const client = await library(pair.near, 15_000);
    const foreign = rtu('05 03 08 0000 0103 0000 0000');
    script.respond = (request) => Buffer.concat([foreign, answerOf(request)]);
    await expect(client.readHoldingRegisters(40, 2)).rejects.toThrow('CRC');
  });

  it('which our transport passes over', async () => {
    const { pair, script } = await rig(socat);
    const transport = await ours(pair.near);
    const foreign = rtu('05 03 08 0000 0103 0000 0000');
    script.respond = (request) => Buffer.concat([foreign, answerOf(request)]);
    expect(registers(await transport.exchange(read(1, 40, 2), NEVER))).toEqual([1_040, 1_041]);
    expect(transport.stats()).toMatchObject({ wrong_unit: 1 });
  });

  it('never sees the answer to functions 22 and 23', async () => {
    const { pair, script } = await rig(socat);
    const client = await library(pair.near, 300);
    script.respond = (request) => request;
    await expect(client.maskWriteRegister(4, 0xf2, 0x25)).rejects.toThrow('Timed out');
    expect(script.requests.at(-1)).toEqual(rtu('01 16 0004 00F2 0025'));
  });

  it('which our transport hands over', async () => {
    const { pair, script } = await rig(socat);
    const transport = await ours(pair.near);
    const exchange = { unit: 1, timeoutMs: 20_000, label: 'test' };
    script.respond = (request) => answerOf(request);
    await transport.exchange(read(1, 0, 1), NEVER);
    script.respond = (request) => request;
    const mask = { ...exchange, pdu: hex('16 0004 00F2 0025'), answerBytes: 7 };
    expect(await transport.exchange(mask, NEVER)).toEqual(mask.pdu);
    script.respond = () => rtu('01 17 02 00FE');
    const both = { ...exchange, pdu: hex('17 0003 0001 000E 0001 02 00FF'), answerBytes: 4 };
    expect(await transport.exchange(both, NEVER)).toEqual(hex('17 02 00FE'));
  });
});
