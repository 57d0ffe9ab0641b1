/**
 * RTU and ASCII frames against bytes that others have written down:
 * – CRC of 02 07: MODBUS over Serial Line V1.02, 6.2.2 (sent 41 12).
 * – Read of registers 40108–40110 of unit 17 and its answer, in both framings: Simply Modbus, "Modbus RTU" and
 *   "Modbus ASCII vs RTU" (simplymodbus.ca/FAQ.htm and ASCII.htm).
 */
import { describe, expect, it } from 'vitest';
import { asciiFraming, lrc } from '../../../../src/drivers/modbus/line/ascii.ts';
import { crc16 } from '../../../../src/drivers/modbus/line/crc.ts';
import type { Cut, LineFraming, Wanted } from '../../../../src/drivers/modbus/line/line-framing.ts';
import { rtuFraming } from '../../../../src/drivers/modbus/line/rtu.ts';
import { QUIET_MS, timingOf } from '../../../../src/drivers/modbus/line/timing.ts';
import { ascii, hex, link, rtu } from './support.ts';

const REQUEST: Wanted = { unit: 0x11, pdu: hex('03 006B 0003'), answerBytes: 8 };

/** `unit/pdu`, `open`, or `none`. */
function cut(framing: LineFraming, bytes: Buffer, wanted: Wanted | null = null): string {
  const found: Cut = framing.cut(bytes, wanted);
  if (found.kind !== 'frame') return found.kind;
  return `${found.size}: ${found.unit}/${found.pdu.toString('hex')}`;
}

describe('RTU', () => {
  it('has the CRC of the specification, low byte first', () => {
    expect(crc16(hex('02 07'))).toBe(0x1241);
    expect(rtuFraming.encode(2, hex('07'))).toEqual(hex('02 07 41 12'));
  });

  it('writes a request as it stands in the book', () => {
    expect(rtuFraming.encode(0x11, REQUEST.pdu)).toEqual(hex('11 03 006B 0003 7687'));
  });

  it('reads the answer and refuses it with one wrong bit, or one byte less', () => {
    const answer = hex('11 03 06 AE41 5652 4340 49AD');
    expect(cut(rtuFraming, answer, REQUEST)).toBe('11: 17/0306ae4156524340');
    const bent = Buffer.from(answer);
    bent[5]! ^= 1;
    expect(rtuFraming.cut(bent, REQUEST)).toEqual({ kind: 'none', size: 1, isChecksum: true });
    expect(cut(rtuFraming, answer.subarray(0, -1), REQUEST)).toBe('open');
  });

  it.each([
    ['read request', '05 03 0000 0002'],
    ['answer with registers', '05 03 04 0001 0002'],
    ['answer with bits', '05 01 03 CD6B05'],
    ['written coil', '05 05 00AC FF00'],
    ['request that writes registers', '05 10 0001 0002 04 000A 0102'],
    ['answer to it', '05 10 0001 0002'],
    ['mask write', '05 16 0004 00F2 0025'],
    ['read and write in one, request', '05 17 0003 0006 000E 0003 06 00FF 00FF 00FF'],
    ['read and write in one, answer', '05 17 0C 00FE 0ACD 0001 0003 000D 00FF'],
    ['exception', '05 83 02'],
    ['broadcast', '00 06 0001 0003'],
  ])('passes over a frame of somebody else whole: %s', (_what, text) => {
    const frame = rtu(text);
    expect(cut(rtuFraming, Buffer.concat([frame, hex('11 03')]), REQUEST)).toBe(
      `${frame.length}: ${frame[0]}/${frame.subarray(1, -2).toString('hex')}`,
    );
    for (let size = 1; size < frame.length; size++) {
      expect(cut(rtuFraming, frame.subarray(0, size), REQUEST), `${size} bytes`).toBe('open');
    }
  });

  it('waits for the last byte of the answer where the CRC is right without it', () => {
    const wanted: Wanted = { unit: 1, pdu: hex('03 0000 0002'), answerBytes: 6 };
    const answer = rtu('01 03 04 1000 0585');
    expect([answer.at(-1), crc16(answer, 8)]).toEqual([0, 0]);
    expect(cut(rtuFraming, answer.subarray(0, 8), wanted)).toBe('open');
    expect(cut(rtuFraming, answer, wanted)).toBe('9: 1/030410000585');
  });

  it('expects no frame of an unknown function, of a reserved unit, or longer than there can be', () => {
    expect(cut(rtuFraming, hex('05 41'))).toBe('none');
    expect(cut(rtuFraming, hex('FE 03'))).toBe('none');
    expect(cut(rtuFraming, Buffer.concat([hex('05 03 FF'), Buffer.alloc(5)]))).toBe('none');
  });
});

describe('ASCII', () => {
  it('writes a request as it stands in the book', () => {
    expect(lrc(hex('11 03 006B 0003'))).toBe(0x7e);
    expect(asciiFraming.encode(0x11, REQUEST.pdu).toString()).toBe(':1103006B00037E\r\n');
  });

  it('reads upper and lower case, and refuses a wrong LRC, odd digits and a missing carriage return', () => {
    const answer = ascii('11 03 06 AE41 5652 4340');
    expect(cut(asciiFraming, answer)).toBe('23: 17/0306ae4156524340');
    expect(cut(asciiFraming, Buffer.from(answer.toString().toLowerCase()))).toBe('23: 17/0306ae4156524340');
    expect(asciiFraming.cut(Buffer.from(':1103006B00037F\r\n'), null)).toMatchObject({ isChecksum: true });
    for (const text of [':1103006B0003E\r\n', ':1103006B00037E\n', ':11G3006B00037E\r\n', ':\r\n']) {
      expect(asciiFraming.cut(Buffer.from(text), null)).toMatchObject({ kind: 'none', isChecksum: false });
    }
  });

  it('begins anew at every colon', () => {
    expect(asciiFraming.cut(Buffer.from(':1103:1103006B'), null)).toMatchObject({ kind: 'none', size: 5 });
    expect(cut(asciiFraming, Buffer.from(':1103006B'))).toBe('open');
  });

  it('gives up a line without an end', () => {
    expect(cut(asciiFraming, Buffer.from(`:${'0'.repeat(512)}`))).toBe('none');
  });
});

describe('silence before a frame', () => {
  const silent = (options: object) => timingOf(link({ transport: 'serial', ...options })).silentMs;

  it('is 3.5 characters of the rate, parity and stop bits, and 1.75 ms above 19200 baud', () => {
    expect(silent({ baudRate: 9_600 })).toBeCloseTo((3.5 * 11 * 1_000) / 9_600);
    expect(silent({ baudRate: 9_600, parity: 'none' })).toBeCloseTo((3.5 * 10 * 1_000) / 9_600);
    expect(silent({ baudRate: 300, stopBits: 2 })).toBeCloseTo((3.5 * 12 * 1_000) / 300);
    expect(silent({ baudRate: 19_200 })).toBeCloseTo((3.5 * 11 * 1_000) / 19_200);
    expect(silent({ baudRate: 38_400 })).toBe(1.75);
  });

  it("is the serial server's business behind a network", () => {
    expect(timingOf(link())).toEqual({ characterMs: 0, silentMs: 0, quietMs: QUIET_MS });
  });
});
