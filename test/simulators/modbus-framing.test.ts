/** How requests are found in a stream of RTU or ASCII. Bytes are typed by hand. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ModbusRig, startModbusRig } from '../support/modbus-rig.ts';
import { openWire, type Wire } from './wire.ts';

const ASK = '01 03 00 00 00 01 84 0a';
const GOOD = '01 03 02 12 34 b5 33';

let rig: ModbusRig;
let wire: Wire;

async function start(framing: 'rtu' | 'ascii'): Promise<void> {
  rig = await startModbusRig({ units: [{ unit: 1, holding: 2, coils: 1 }], framing });
  rig.pin(1, 'holding', 0, 0x1234);
  rig.pin(1, 'holding', 1, 0x1235);
  wire = await openWire(rig.port);
}

afterEach(async () => {
  wire.end();
  await rig.close();
});

describe('RTU', () => {
  beforeEach(() => start('rtu'));

  it('puts a request together that arrives byte by byte', async () => {
    const isServed = () => Number(rig.counters()['framesServed']) > 0;
    const discarded = () => Number(rig.counters()['bytesDiscarded']);
    // Where this process stands still between two bytes, that is a silence: what came before it is forgotten.
    for (let attempts = 0; attempts < 20 && !isServed(); attempts += 1) {
      const before = discarded();
      for (const byte of ASK.split(' ')) {
        await new Promise<void>((resolve) => wire.socket.write(Buffer.from(byte, 'hex'), () => resolve()));
        await new Promise((resolve) => setImmediate(resolve));
      }
      await expect.poll(() => isServed() || discarded() - before === ASK.split(' ').length).toBe(true);
    }
    expect(await wire.receive(7)).toBe(GOOD);
  });

  it('answers several requests of different lengths in one segment, in order', async () => {
    wire.send(
      `${ASK} 01 10 27 10 00 02 04 00 07 00 08 fd 55 01 0f 27 10 00 03 01 05 88 40 01 03 00 00 00 02 c4 0b`,
    );
    expect(await wire.receive(32)).toBe(
      `${GOOD} 01 10 27 10 00 02 4a b9 01 0f 27 10 00 03 1e bb 01 03 04 12 34 12 35 72 32`,
    );
  });

  it('finds the request behind noise and behind one with a wrong CRC', async () => {
    wire.send(`00 ff 13 ${ASK}`);
    expect(await wire.receive(7)).toBe(GOOD);
    wire.send(`01 03 00 00 00 01 84 0b ${ASK}`);
    expect(await wire.receive(7)).toBe(GOOD);
    expect(rig.counters()).toMatchObject({ framesServed: 2, bytesDiscarded: 11 });
  });

  it('forgets half a request when nothing follows, so that the next one is understood', async () => {
    wire.send('01 10 27 10 00 02 04 00');
    await expect.poll(() => rig.counters()['bytesDiscarded']).toBe(8);
    wire.send(ASK);
    expect(await wire.receive(7)).toBe(GOOD);
  });

  it('takes a function that nobody knows for whole when nothing follows: exception 1', async () => {
    wire.send('01 63 40 09');
    expect(await wire.receive(5)).toBe('01 e3 01 a8 f0');
  });

  it('gives a wrong unit no answer', async () => {
    wire.send(`02 03 00 00 00 01 84 39 ${ASK}`);
    expect(await wire.receive(7)).toBe(GOOD);
    expect(rig.counters()).toMatchObject({ framesUnanswered: 1 });
  });

  it('never keeps more than a frame can have of endless noise', async () => {
    wire.socket.write(Buffer.alloc(50_000, 0x17));
    await expect.poll(() => Number(rig.counters()['bytesDiscarded'])).toBe(50_000);
    wire.send(ASK);
    expect(await wire.receive(7)).toBe(GOOD);
  });
});

describe('ASCII', () => {
  beforeEach(() => start('ascii'));

  const send = (text: string): void => wire.send(Buffer.from(text).toString('hex'));
  const receive = async (chars: number): Promise<string> =>
    Buffer.from((await wire.receive(chars)).replaceAll(' ', ''), 'hex').toString();

  it('answers a line with a line, in whatever case it was asked', async () => {
    send(':010300000001FB\r\n');
    expect(await receive(15)).toBe(':0103021234B4\r\n');
    send(':010300000001fb\r\n');
    expect(await receive(15)).toBe(':0103021234B4\r\n');
  });

  it('begins anew at a colon, and passes over a wrong LRC and over noise', async () => {
    send(':0103:010300000001FB\r\n');
    expect(await receive(15)).toBe(':0103021234B4\r\n');
    send(':010300000001FC\r\nnoise\r\n:010300000001FB\r\n');
    expect(await receive(15)).toBe(':0103021234B4\r\n');
    expect(rig.counters()).toMatchObject({ framesServed: 2, bytesDiscarded: 29 });
  });
});
