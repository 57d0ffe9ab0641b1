/** Which bytes are the answer, and what everything else is counted as. No sockets and no time: bytes in, PDU out. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asciiFraming } from '../../../../src/drivers/modbus/line/ascii.ts';
import { createCounters, type TransportCounter } from '../../../../src/drivers/modbus/line/counters.ts';
import type { LineFraming, Wanted } from '../../../../src/drivers/modbus/line/line-framing.ts';
import { OwedAnswers } from '../../../../src/drivers/modbus/line/owed-answers.ts';
import { LineReceiver } from '../../../../src/drivers/modbus/line/receiver.ts';
import { rtuFraming } from '../../../../src/drivers/modbus/line/rtu.ts';
import { testSeed } from '../../../support/seed.ts';
import { ascii, hex, read, rtu, write } from './support.ts';

const ANSWER = rtu('01 03 04 0001 0002');
const ANSWER_PDU = '030400010002';
const WANTED: Wanted = read(1, 0, 2);

interface Rig {
  readonly receiver: LineReceiver;
  readonly owed: OwedAnswers;
  /** Feeds it and gives the answer, if any, as hexadecimal digits. */
  readonly feed: (...chunks: (Buffer | string)[]) => string | null;
  /** Counters that are not 0. */
  readonly counted: () => Partial<Record<TransportCounter, number>>;
}

function rig(options: { framing?: LineFraming; marks?: readonly Buffer[]; nowMs?: number } = {}): Rig {
  const owed = new OwedAnswers(false);
  const counters = createCounters();
  const { framing = rtuFraming, marks = [], nowMs = 0 } = options;
  const receiver = new LineReceiver({ framing, owed, counters, marks, timeoutMs: 1_000 });
  return {
    receiver,
    owed,
    feed(...chunks) {
      let answer: Buffer | null = null;
      for (const chunk of chunks) {
        answer = receiver.push(typeof chunk === 'string' ? hex(chunk) : chunk, nowMs) ?? answer;
      }
      return answer?.toString('hex') ?? null;
    },
    counted: () => Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0)),
  };
}

describe('the answer', () => {
  it('is found whole, byte by byte and in halves', () => {
    for (const size of [ANSWER.length, 1, 4]) {
      const { receiver, feed, counted } = rig();
      receiver.begin(WANTED, true);
      const chunks = Array.from({ length: Math.ceil(ANSWER.length / size) }, (_, at) =>
        ANSWER.subarray(at * size, (at + 1) * size),
      );
      expect(feed(...chunks)).toBe(ANSWER_PDU);
      expect(counted()).toEqual({});
    }
  });

  it('may be an exception', () => {
    const { receiver, feed } = rig();
    receiver.begin(WANTED, true);
    expect(feed(rtu('01 83 02'))).toBe('8302');
  });

  it('of a write is only the confirmation of the same address', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    feed(ANSWER);
    receiver.begin(write(1, 7, 0x1234), true);
    expect(feed(rtu('01 06 0008 1234'))).toBeNull();
    expect(feed(rtu('01 06 0007 1234'))).toBe('0600071234');
    expect(counted()).toEqual({ bad_frames: 1 });
  });

  it.each<[string, Buffer, Partial<Record<TransportCounter, number>>]>([
    ['a broadcast', rtu('00 06 0001 0003'), { unsolicited: 1 }],
    ["another master's request", rtu('09 03 0000 0002'), { unsolicited: 1 }],
    ['the answer of another unit', rtu('02 03 04 0009 0009'), { wrong_unit: 1 }],
    ['another function', rtu('01 04 04 0009 0009'), { wrong_function: 1 }],
    ['the same function with more registers', rtu('01 03 06 0009 0009 0009'), { bad_frames: 1 }],
    ['the same function with fewer registers', rtu('01 03 02 0009'), { bad_frames: 1 }],
    ['an exception to another function', rtu('01 84 02'), { wrong_function: 1 }],
    ['a wrong byte count of the right length', rtu('01 03 06 0009 0009'), { discarded_bytes: 9 }],
    ['noise', hex('FF 00 55'), { discarded_bytes: 3 }],
  ])('is not %s, and is found before and after it', (_what, other, counts) => {
    const before = rig();
    before.receiver.begin(WANTED, true);
    const held = before.feed(other, ANSWER) ?? before.receiver.settle(0)?.toString('hex');
    expect(held).toBe(ANSWER_PDU);
    expect(before.counted()).toMatchObject(counts);

    const after = rig();
    after.receiver.begin(WANTED, true);
    expect(after.feed(Buffer.concat([ANSWER, other]))).toBe(ANSWER_PDU);
  });

  it('with a wrong CRC is none, and is counted', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    const bent = Buffer.from(ANSWER);
    bent[4]! ^= 0x10;
    expect(feed(bent)).toBeNull();
    expect(receiver.finish(0)).toBeNull();
    expect(counted()['crc_errors']).toBe(1);
  });

  it('is none when it is truncated, and its beginning does not cost the next one', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    expect(feed(ANSWER.subarray(0, 6))).toBeNull();
    expect(receiver.finish(0)).toBeNull();
    receiver.begin(WANTED, true);
    expect(feed(ANSWER)).toBe(ANSWER_PDU);
    expect(counted()).toEqual({ discarded_bytes: 6 });
  });

  it('is never looked for in the payload of another frame', () => {
    const payload = Buffer.concat([ANSWER, hex('00')]);
    const foreign = rtu(Buffer.concat([hex('05 03'), Buffer.of(payload.length), payload]));
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    expect(feed(...[...foreign].map((byte) => Buffer.of(byte)))).toBeNull();
    expect(receiver.isUndecided).toBe(false);
    expect(feed(rtu('01 03 04 0007 0008'))).toBe('030400070008');
    expect(counted()).toEqual({ wrong_unit: 1 });
  });

  it('behind the beginning of a longer frame is believed once the line is silent', () => {
    const { receiver, feed } = rig();
    receiver.begin(WANTED, true);
    expect(feed('05 03 40', ANSWER)).toBeNull();
    expect(receiver.isUndecided).toBe(true);
    expect(receiver.settle(0)?.toString('hex')).toBe(ANSWER_PDU);
  });

  it('does not begin before its request', () => {
    const { receiver, feed, counted } = rig();
    feed(ANSWER.subarray(0, 3));
    receiver.begin(WANTED, false);
    expect(feed(ANSWER.subarray(3))).toBeNull();
    expect(feed(ANSWER)).toBe(ANSWER_PDU);
    expect(counted()).toEqual({ unsolicited: 1 });
  });

  it('is not believed when another master has asked the same unit for as much meanwhile', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    expect(feed(rtu('01 03 0040 0002'), ANSWER, ANSWER)).toBeNull();
    expect(counted()['unsolicited']).toBeGreaterThan(0);
  });

  it('keeps no more bytes than two frames of whatever arrives', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    expect(feed(Buffer.alloc(100_000, 0x05), ANSWER) ?? receiver.settle(0)?.toString('hex')).toBe(ANSWER_PDU);
    expect(counted()['discarded_bytes']).toBeGreaterThan(99_000);
  });
});

describe('a line that echoes', () => {
  const REQUEST = rtu('01 03 0000 0002');

  it('gives back the request, which is passed over', () => {
    const { receiver, feed, counted } = rig();
    receiver.begin(WANTED, true);
    expect(feed(REQUEST, ANSWER)).toBe(ANSWER_PDU);
    expect(counted()).toEqual({});
  });

  it('does not confirm a write by its echo', () => {
    const { receiver, feed } = rig();
    receiver.begin(WANTED, true);
    feed(REQUEST, ANSWER);
    receiver.begin(write(1, 7, 1), true);
    const copy = rtu('01 06 0007 0001');
    expect(feed(copy)).toBeNull();
    expect(feed(copy)).toBe('0600070001');
    receiver.begin(write(1, 7, 1), true);
    feed(copy);
    expect(receiver.finish(0)).toBeNull();
  });

  it('is not assumed once a read was answered without', () => {
    const { receiver, feed } = rig();
    receiver.begin(WANTED, true);
    feed(ANSWER);
    receiver.begin(write(1, 7, 1), true);
    expect(feed(rtu('01 06 0007 0001'))).toBe('0600070001');
  });

  it('is not known before the first read: a single copy counts only when the time is over', () => {
    const { receiver, feed } = rig();
    receiver.begin(write(1, 7, 1), true);
    expect(feed(rtu('01 06 0007 0001'))).toBeNull();
    expect(receiver.finish(0)?.toString('hex')).toBe('0600070001');
  });

  it('is not taken for the answer where a request of coils looks like one', () => {
    const wanted = read(1, 0x0300, 20, { functionCode: 1 });
    const echo = rtu('01 01 0300 0014');
    const { receiver, feed } = rig();
    receiver.begin(wanted, true);
    expect(feed(echo)).toBeNull();
    expect(feed(rtu('01 01 03 CD6B0A'))).toBe('0103cd6b0a');
  });
});

describe('between frames', () => {
  const marks = [hex('FE'), Buffer.from('DTU0001')];

  it('heartbeats are taken out, whole and in pieces, and a repeated registration too', () => {
    const { receiver, feed, counted } = rig({ marks });
    receiver.begin(WANTED, true);
    const chunks = ['FE', Buffer.from('DTU'), Buffer.from('0001'), 'FE FE', ANSWER];
    expect(feed(...chunks)).toBe(ANSWER_PDU);
    expect(counted()).toEqual({ heartbeats: 4 });
  });

  it('a frame keeps the bytes that look like a heartbeat', () => {
    const frame = rtu('01 03 04 FEFE FE00');
    const { receiver, feed, counted } = rig({ marks });
    receiver.begin(WANTED, true);
    expect(feed(...[...frame].map((byte) => Buffer.of(byte)))).toBe('0304fefefe00');
    expect(counted()).toEqual({});
  });

  it('a unit whose address is the heartbeat still answers', () => {
    const wanted = read(0xfe, 0, 1);
    const { receiver, feed, counted } = rig({ marks });
    receiver.begin(wanted, true);
    expect(feed('FE', rtu('FE 03 02 0007'))).toBe('03020007');
    expect(counted()).toEqual({ heartbeats: 1 });
  });
});

describe('nobody waits', () => {
  it('and every frame is unsolicited, or late when it was owed', () => {
    const { owed, feed, counted } = rig();
    feed(ANSWER, rtu('00 06 0001 0003'));
    owed.add(WANTED, 1_000, 0, 0);
    feed(ANSWER, ANSWER);
    expect(counted()).toEqual({ unsolicited: 3, late_replies: 1 });
  });
});

const byte = fc.integer({ min: 0, max: 255 });
const junk = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes));
/** Frames of other units, with an answer to our request inside or not. */
const foreign = fc
  .tuple(fc.integer({ min: 2, max: 247 }), fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.boolean())
  .map(([unit, bytes, holdsAnswer]) => {
    const payload = holdsAnswer ? Buffer.concat([rtu('01 03 04 DEAD DEAD'), bytes]) : Buffer.from(bytes);
    return Buffer.concat([Buffer.of(unit, 3, payload.length), payload]);
  });
const broadcast = fc.tuple(byte, byte).map(([a, b]) => Buffer.of(0, 6, 0, a, 0, b));

/** Cuts at random places. */
function cutUp(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
}

describe('in any company', () => {
  const others = (frame: (text: Buffer) => Buffer) =>
    fc.array(fc.oneof(foreign.map(frame), broadcast.map(frame)), { maxLength: 3 });

  it('the RTU answer is found among the frames of others, however the bytes are cut', () => {
    const property = fc.property(
      others(rtu),
      others(rtu),
      fc.tuple(byte, byte, byte, byte),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (before, after, data, places) => {
        const { receiver, feed } = rig();
        const pdu = Buffer.of(3, 4, ...data);
        receiver.begin(WANTED, true);
        const stream = Buffer.concat([...before, rtu(Buffer.concat([hex('01'), pdu])), ...after]);
        const answer = feed(...cutUp(stream, places)) ?? receiver.settle(0)?.toString('hex');
        expect(answer).toBe(pdu.toString('hex'));
      },
    );
    fc.assert(property, { seed: testSeed(), numRuns: 300 });
  });

  it('noise as well costs the RTU answer at most, and never makes another one', () => {
    const property = fc.property(
      fc.array(fc.oneof(junk, foreign.map(rtu)), { maxLength: 4 }),
      fc.array(fc.oneof(junk, foreign.map(rtu)), { maxLength: 3 }),
      fc.tuple(byte, byte, byte, byte),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (before, after, data, places) => {
        const { receiver, feed } = rig();
        const pdu = Buffer.of(3, 4, ...data).toString('hex');
        receiver.begin(WANTED, true);
        const stream = Buffer.concat([...before, rtu(hex(`01${pdu}`)), ...after]);
        const answer = feed(...cutUp(stream, places)) ?? receiver.finish(0)?.toString('hex') ?? null;
        expect([pdu, null]).toContain(answer);
      },
    );
    fc.assert(property, { seed: testSeed(), numRuns: 500 });
  });

  it('the ASCII answer is found among noise and the frames of others', () => {
    const framed = (bytes: Buffer) => ascii(bytes.toString('hex'));
    const noise = junk.map((bytes) => Buffer.from(bytes.filter((one) => one !== 0x3a)));
    const property = fc.property(
      fc.array(fc.oneof(noise, foreign.map(framed), broadcast.map(framed)), { maxLength: 4 }),
      fc.tuple(byte, byte, byte, byte),
      fc.array(fc.nat(900), { maxLength: 8 }),
      (before, data, places) => {
        const { receiver, feed } = rig({ framing: asciiFraming });
        const pdu = Buffer.of(3, 4, ...data).toString('hex');
        receiver.begin(WANTED, true);
        expect(feed(...cutUp(Buffer.concat([...before, ascii(`01${pdu}`)]), places))).toBe(pdu);
      },
    );
    fc.assert(property, { seed: testSeed(), numRuns: 300 });
  });
});
