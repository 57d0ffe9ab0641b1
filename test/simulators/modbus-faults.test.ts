/**
 * Every fault of the wire, seen by a raw client and proved from the frame log. All bytes are typed by hand; checksums
 * come from a calculation outside this project.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WireFault } from '../../simulators/modbus/wire-faults.ts';
import { type ModbusRig, type RigOptions, startModbusRig } from '../support/modbus-rig.ts';
import { until } from '../support/poll.ts';
import { openWire, type Wire } from './wire.ts';

/** One holding register of unit 1, which holds 0x1234. */
const ASK = '00 01 00 00 00 06 01 03 00 00 00 01';
const GOOD = '00 01 00 00 00 05 01 03 02 12 34';
const ASK_NEXT = '00 02 00 00 00 06 01 03 00 00 00 01';
const GOOD_NEXT = '00 02 00 00 00 05 01 03 02 12 34';
const GOOD_BYTES = 11;
/** Of unit 2, likewise. */
const ASK_OTHER = '00 03 00 00 00 06 02 03 00 00 00 01';
const GOOD_OTHER = '00 03 00 00 00 05 02 03 02 12 34';
/** setTimeout may be a millisecond ahead of Date.now. */
const EARLY_MS = 2;

let rig: ModbusRig;
let wires: Wire[];

async function start(options: Partial<RigOptions> = {}): Promise<void> {
  rig = await startModbusRig({
    units: [
      { unit: 1, holding: 130, input: 1, coils: 16 },
      { unit: 2, holding: 1 },
    ],
    ...options,
  });
  for (const unit of [1, 2]) rig.pin(unit, 'holding', 0, 0x1234);
}

beforeEach(async () => {
  wires = [];
  await start();
});

afterEach(async () => {
  for (const wire of wires) wire.end();
  await rig.close();
});

async function open(): Promise<Wire> {
  const wire = await openWire(rig.port);
  wires.push(wire);
  return wire;
}

function toBytes(hex: string): number {
  return hex.split(' ').length;
}

/** Response of the only frame that the fault struck, as hex with blanks. */
function logged(kind: WireFault['kind']): string {
  const entries = rig.log(kind);
  expect(entries).toHaveLength(1);
  return (entries[0]?.response ?? 'none').replaceAll(/(..)(?=.)/g, '$1 ');
}

describe('an answer over TCP', () => {
  const cases: readonly (readonly [WireFault, string])[] = [
    [{ kind: 'exception', code: 1 }, '00 01 00 00 00 03 01 83 01'],
    [{ kind: 'exception', code: 2 }, '00 01 00 00 00 03 01 83 02'],
    [{ kind: 'exception', code: 3 }, '00 01 00 00 00 03 01 83 03'],
    [{ kind: 'exception', code: 4 }, '00 01 00 00 00 03 01 83 04'],
    [{ kind: 'exception', code: 5 }, '00 01 00 00 00 03 01 83 05'],
    [{ kind: 'exception', code: 6 }, '00 01 00 00 00 03 01 83 06'],
    [{ kind: 'exception', code: 0x0a }, '00 01 00 00 00 03 01 83 0a'],
    [{ kind: 'exception', code: 0x0b }, '00 01 00 00 00 03 01 83 0b'],
    [{ kind: 'wrong-unit' }, '00 01 00 00 00 05 02 03 02 12 34'],
    [{ kind: 'wrong-transaction' }, '00 02 00 00 00 05 01 03 02 12 34'],
    [{ kind: 'wrong-function' }, '00 01 00 00 00 05 01 04 02 12 34'],
    [{ kind: 'wrong-address-count' }, '00 01 00 00 00 05 01 03 04 12 34'],
    [{ kind: 'bad-protocol' }, '00 01 00 07 00 05 01 03 02 12 34'],
    [{ kind: 'truncated' }, '00 01 00 00 00 05 01 03'],
    [{ kind: 'oversized' }, `00 01 00 00 01 2d 01 03 02 12 34${' 55'.repeat(296)}`],
    [{ kind: 'duplicate' }, `${GOOD} ${GOOD}`],
    [{ kind: 'unsolicited', position: 'before' }, `80 01 00 00 00 05 f7 03 02 de ad ${GOOD}`],
    [{ kind: 'unsolicited', position: 'after' }, `${GOOD} 80 01 00 00 00 05 f7 03 02 de ad`],
    [
      { kind: 'unsolicited', position: 'both' },
      `80 01 00 00 00 05 f7 03 02 de ad ${GOOD} 80 01 00 00 00 05 f7 03 02 de ad`,
    ],
    [{ kind: 'split', bytes: 4, ms: 5 }, GOOD],
    [{ kind: 'slow', ms: 20 }, GOOD],
    [{ kind: 'late', ms: 20 }, GOOD],
    [{ kind: 'holes', table: 'holding', from: 0, to: 0 }, '00 01 00 00 00 03 01 83 02'],
  ];
  for (const [fault, bytes] of cases) {
    it(`is spoilt once by ${JSON.stringify(fault)}, and the next one is whole`, async () => {
      rig.setFault(1, { ...fault, times: 1 });
      const wire = await open();
      wire.send(ASK);
      expect(await wire.receive(toBytes(bytes))).toBe(bytes);
      expect(logged(fault.kind)).toBe(bytes);
      expect(rig.faults()).toEqual([]);
      wire.send(ASK_NEXT);
      expect(await wire.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
      expect(wire.rest()).toBe('');
    });
  }

  it('is spoilt by several faults at once, and the log names them all', async () => {
    rig.setFault(null, { kind: 'wrong-unit' });
    rig.setFault(1, { kind: 'duplicate' });
    rig.setFault(1, { kind: 'split', bytes: 6, ms: 1 });
    const wire = await open();
    wire.send(ASK);
    const spoilt = '00 01 00 00 00 05 02 03 02 12 34';
    expect(await wire.receive(2 * GOOD_BYTES)).toBe(`${spoilt} ${spoilt}`);
    expect(rig.log('split')[0]?.fault).toBe('wrong-unit+duplicate+split');
  });

  it('of a write is spoilt in its address, since it has no byte count', async () => {
    rig.setFault(1, { kind: 'wrong-address-count' });
    const wire = await open();
    wire.send('00 01 00 00 00 06 01 06 27 10 00 07');
    expect(await wire.receive(12)).toBe('00 01 00 00 00 06 01 06 27 11 00 07');
    expect(rig.value(1, 'holding', 10_000)).toBe(7);
  });
});

describe('no answer', () => {
  it('comes to a silent request, which is not carried out either', async () => {
    rig.setFault(1, { kind: 'silent', times: 1 });
    const wire = await open();
    wire.send('00 01 00 00 00 06 01 06 27 10 00 07');
    wire.send(ASK_NEXT);
    expect(await wire.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
    expect(rig.log('silent')).toEqual([
      expect.objectContaining({ request: '000100000006010627100007', response: null, fault: 'silent' }),
    ]);
    expect(rig.value(1, 'holding', 10_000)).toBe(0);
  });

  it('comes from one silent unit, while the others answer', async () => {
    rig.setFault(1, { kind: 'silent' });
    const wire = await open();
    wire.send(ASK);
    wire.send(ASK_OTHER);
    expect(await wire.receive(GOOD_BYTES)).toBe(GOOD_OTHER);
    rig.clearFaults(1, 'silent');
    wire.send(ASK_NEXT);
    expect(await wire.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
  });

  it('but a reset comes to a request', async () => {
    rig.setFault(1, { kind: 'reset', times: 1 });
    const wire = await open();
    wire.send(ASK);
    await wire.closed();
    expect(wire.errorCode()).toBe('ECONNRESET');
    expect(wire.rest()).toBe('');
    expect(rig.log('reset')).toHaveLength(1);
    const second = await open();
    second.send(ASK);
    expect(await second.receive(GOOD_BYTES)).toBe(GOOD);
  });
});

describe('time', () => {
  it('a slow device holds up whoever asks behind', async () => {
    rig.setFault(1, { kind: 'slow', ms: 150, times: 1 });
    const wire = await open();
    wire.send(ASK);
    wire.send(ASK_OTHER);
    expect(await wire.receive(2 * GOOD_BYTES)).toBe(`${GOOD} ${GOOD_OTHER}`);
    const [slow] = rig.log('slow');
    expect((slow?.sentAtMs ?? 0) - (slow?.atMs ?? 0)).toBeGreaterThanOrEqual(150 - EARLY_MS);
  });

  it('a late answer comes behind those to later requests, with what was true when it was asked for', async () => {
    rig.setFault(1, { kind: 'late', ms: 1_000, times: 1 });
    const wire = await open();
    wire.send(ASK);
    await until(() => rig.log('late').length === 1, { timeoutMs: 15_000, what: 'the request' });
    rig.pin(1, 'holding', 0, 0x5678);
    wire.send(ASK_NEXT);
    expect(await wire.receive(2 * GOOD_BYTES)).toBe(`00 02 00 00 00 05 01 03 02 56 78 ${GOOD}`);
    const [late] = rig.log('late');
    expect((late?.sentAtMs ?? 0) - (late?.atMs ?? 0)).toBeGreaterThanOrEqual(1_000 - EARLY_MS);
  });

  it('an answer in pieces arrives in pieces, and the next one does not get between them', async () => {
    rig.setFault(1, { kind: 'split', bytes: 4, ms: 40, times: 1 });
    const wire = await open();
    wire.send(ASK);
    wire.send(ASK_OTHER);
    expect(await wire.receive(2 * GOOD_BYTES)).toBe(`${GOOD} ${GOOD_OTHER}`);
    expect(wire.pieces()).toBeGreaterThan(1);
    const [split] = rig.log('split');
    expect((split?.sentAtMs ?? 0) - (split?.atMs ?? 0)).toBeGreaterThanOrEqual(2 * 40 - EARLY_MS);
  });

  it('answers that nobody waits for any more die with their connection', async () => {
    rig.setFault(1, { kind: 'late', ms: 60_000 });
    const wire = await open();
    wire.send(ASK);
    await until(() => rig.log('late').length === 1, { timeoutMs: 15_000, what: 'the request' });
    wire.end();
    rig.clearFaults();
    const second = await open();
    second.send(ASK_NEXT);
    expect(await second.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
    expect(rig.log('late')[0]).not.toHaveProperty('sentAtMs');
  });
});

describe('the habits of a device', () => {
  it('more registers than it gives are answered with exception 3, as many as it gives are given', async () => {
    rig.setFault(1, { kind: 'max-registers', n: 2 });
    const wire = await open();
    wire.send('00 01 00 00 00 06 01 03 00 00 00 03');
    expect(await wire.receive(9)).toBe('00 01 00 00 00 03 01 83 03');
    wire.send('00 02 00 00 00 06 01 01 00 00 00 08');
    await wire.receive(10);
    wire.send('00 03 00 00 00 06 01 03 00 00 00 02');
    expect(await wire.receive(9)).toBe('00 03 00 00 00 07 01 03 04');
    expect(rig.faults()).toEqual([{ unit: 1, fault: { kind: 'max-registers', n: 2 }, hits: 1 }]);
  });

  it('whatever touches a hole is answered with exception 2, its neighbours are not', async () => {
    rig.setFault(1, { kind: 'holes', table: 'holding', from: 10, to: 12 });
    const wire = await open();
    const ask = async (address: string, count: string): Promise<string> => {
      wire.send(`00 01 00 00 00 06 01 03 00 ${address} 00 ${count}`);
      const head = await wire.receive(9);
      await wire.receive(head.endsWith('83 02') ? 0 : Number.parseInt(count, 16) * 2);
      return head.slice(21);
    };
    expect(await ask('05', '05')).toBe('03 0a');
    expect(await ask('05', '06')).toBe('83 02');
    expect(await ask('0c', '02')).toBe('83 02');
    expect(await ask('00', '40')).toBe('83 02');
    expect(await ask('0d', '05')).toBe('03 0a');
  });

  it('a fault with every: 3 strikes each third request only', async () => {
    rig.setFault(1, { kind: 'exception', code: 6, every: 3, times: 2 });
    const wire = await open();
    const answers: string[] = [];
    for (let at = 0; at < 8; at++) {
      wire.send(ASK);
      const head = await wire.receive(9);
      answers.push(head.endsWith('83 06') ? 'busy' : 'good');
      if (!head.endsWith('83 06')) await wire.receive(2);
    }
    expect(answers).toEqual(['good', 'good', 'busy', 'good', 'good', 'busy', 'good', 'good']);
  });
});

describe('connections', () => {
  it('half-open: stay without a word, new ones too, until it is cleared and all are reset', async () => {
    const old = await open();
    old.send(ASK);
    await old.receive(GOOD_BYTES);
    rig.setFault(null, { kind: 'half-open' });
    const fresh = await open();
    for (const wire of [old, fresh]) wire.send(ASK_NEXT);
    await until(() => rig.log('half-open').length === 2, { timeoutMs: 15_000, what: 'both mute' });
    expect([old.isClosed(), fresh.isClosed()]).toEqual([false, false]);
    rig.clearFaults();
    for (const wire of [old, fresh]) {
      await wire.closed();
      expect(wire.errorCode()).toBe('ECONNRESET');
      expect(wire.rest()).toBe('');
    }
    expect(rig.counters()).toMatchObject({ framesServed: 1 });
    const again = await open();
    again.send(ASK);
    expect(await again.receive(GOOD_BYTES)).toBe(GOOD);
  });

  it('half-open once: the connection of now is dead, the next one lives', async () => {
    const old = await open();
    old.send(ASK);
    await old.receive(GOOD_BYTES);
    rig.setFault(null, { kind: 'half-open', times: 1 });
    old.send(ASK_NEXT);
    const fresh = await open();
    fresh.send(ASK_NEXT);
    expect(await fresh.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
    rig.setFault(1, { kind: 'silent' });
    expect(old.isClosed()).toBe(false);
    expect(old.rest()).toBe('');
  });

  it('refused: those that are there end, new ones end at once', async () => {
    const old = await open();
    old.send(ASK);
    await old.receive(GOOD_BYTES);
    rig.setFault(null, { kind: 'refuse' });
    await old.closed();
    const fresh = await open();
    await fresh.closed();
    expect(rig.log('refuse')).toHaveLength(2);
    rig.clearFaults();
    const again = await open();
    again.send(ASK);
    expect(await again.receive(GOOD_BYTES)).toBe(GOOD);
  });

  it('limited to one: the second is closed at once, the first goes on, and its place becomes free', async () => {
    rig.setFault(null, { kind: 'connection-limit', n: 1 });
    const first = await open();
    first.send(ASK);
    await first.receive(GOOD_BYTES);
    const second = await open();
    await second.closed();
    expect(rig.log('connection-limit')).toHaveLength(1);
    first.send(ASK_NEXT);
    expect(await first.receive(GOOD_BYTES)).toBe(GOOD_NEXT);
    first.end();
    const askAgain = async (): Promise<string> => {
      const third = await open();
      third.send(ASK);
      return third.receive(GOOD_BYTES);
    };
    expect(await until(askAgain, { timeoutMs: 15_000, what: 'a free place' })).toBe(GOOD);
  });
});

describe('without faults', () => {
  it('nothing is marked in the log, and no counter of faults moves', async () => {
    const wire = await open();
    wire.send(ASK);
    await wire.receive(GOOD_BYTES);
    expect(rig.log()).toEqual([
      {
        atMs: expect.any(Number),
        endpoint: 'rig',
        request: ASK.replaceAll(' ', ''),
        response: GOOD.replaceAll(' ', ''),
      },
    ]);
    expect(Object.keys(rig.log()[0] ?? {})).toHaveLength(4);
    expect(rig.counters()).toMatchObject({ framesServed: 1, faultsStruck: 0 });
  });
});

describe('RTU over TCP', () => {
  const RTU_ASK = '01 03 00 00 00 01 84 0a';
  const RTU_GOOD = '01 03 02 12 34 b5 33';
  const cases: readonly (readonly [WireFault, string])[] = [
    [{ kind: 'exception', code: 2 }, '01 83 02 c0 f1'],
    [{ kind: 'crc' }, '01 03 02 12 34 4a cc'],
    [{ kind: 'wrong-unit' }, '02 03 02 12 34 f1 33'],
    [{ kind: 'wrong-function' }, '01 04 02 12 34 b4 47'],
    [{ kind: 'wrong-address-count' }, '01 03 04 12 34 55 32'],
    [{ kind: 'truncated' }, '01 03 02 12 34'],
    [{ kind: 'duplicate' }, `${RTU_GOOD} ${RTU_GOOD}`],
    [{ kind: 'unsolicited', position: 'before' }, `f7 03 02 de ad e8 4c ${RTU_GOOD}`],
    [{ kind: 'split', bytes: 1, ms: 2 }, RTU_GOOD],
  ];
  for (const [fault, bytes] of cases) {
    it(`is spoilt once by ${fault.kind}, as the log proves`, async () => {
      await rig.close();
      await start({ framing: 'rtu' });
      rig.setFault(null, { ...fault, times: 1 });
      const wire = await open();
      wire.send(RTU_ASK);
      expect(await wire.receive(toBytes(bytes))).toBe(bytes);
      expect(logged(fault.kind)).toBe(bytes);
      wire.send(RTU_ASK);
      expect(await wire.receive(toBytes(RTU_GOOD))).toBe(RTU_GOOD);
      expect(wire.rest()).toBe('');
    });
  }

  it('an oversized frame is longer than the 256 bytes that there may be', async () => {
    await rig.close();
    await start({ framing: 'rtu' });
    rig.setFault(null, { kind: 'oversized' });
    const wire = await open();
    wire.send(RTU_ASK);
    expect(await wire.receive(303)).toMatch(/^01 03 02 12 34( 55){296}( [0-9a-f]{2}){2}$/);
  });

  it('ASCII has a wrong checksum, too', async () => {
    await rig.close();
    await start({ framing: 'ascii' });
    rig.setFault(null, { kind: 'crc', times: 1 });
    const wire = await open();
    const ask = Buffer.from(':010300000001FB\r\n').toString('hex');
    wire.send(ask + ask);
    const whole = (await wire.receive(30)).replaceAll(' ', '');
    expect(Buffer.from(whole, 'hex').toString()).toBe(':01030212344B\r\n:0103021234B4\r\n');
  });
});

describe('a fault that makes no sense is refused', () => {
  it('for the framing, the transport or the unit', async () => {
    expect(() => rig.setFault(null, { kind: 'crc' })).toThrow('framing rtu or ascii');
    expect(() => rig.setFault(1, { kind: 'refuse' })).toThrow('no unit: refuse is of connections');
    await rig.close();
    await start({ framing: 'rtu' });
    expect(() => rig.setFault(null, { kind: 'wrong-transaction' })).toThrow('framing mbap');
    expect(rig.faults()).toEqual([]);
  });
});
