/**
 * Data units against the worked examples of the MODBUS Application Protocol Specification V1.1b3, typed from its tables;
 * the clause stands in each name.
 */
import { describe, expect, it } from 'vitest';
import {
  type Command,
  encodeMaskWrite,
  encodeRead,
  encodeReadWrite,
  encodeWriteCoil,
  encodeWriteCoils,
  encodeWriteRegister,
  encodeWriteRegisters,
  isAcceptance,
  toReadAnswerBytes,
} from '../../../src/drivers/modbus/pdu.ts';
import type { ModbusWrite } from '../../../src/drivers/modbus/request.ts';
import { toCommand, toPartCommand, toPartRead } from '../../../src/drivers/modbus/write-command.ts';
import { hex } from './fake-server.ts';

describe('reading', () => {
  it.each([
    ['6.1 coils 20–38', { functionCode: 1, address: 0x13, count: 0x13 }, '01 00 13 00 13', '01 03 CD 6B 05'],
    [
      '6.2 inputs 197–218',
      { functionCode: 2, address: 0xc4, count: 0x16 },
      '02 00 C4 00 16',
      '02 03 AC DB 35',
    ],
    [
      '6.3 registers 108–110',
      { functionCode: 3, address: 0x6b, count: 3 },
      '03 00 6B 00 03',
      '03 06 02 2B 00 00 00 64',
    ],
    ['6.4 input register 9', { functionCode: 4, address: 8, count: 1 }, '04 00 08 00 01', '04 02 00 0A'],
  ])('%s', (_clause, command, request, answer) => {
    expect(encodeRead(command)).toEqual(hex(request));
    expect(toReadAnswerBytes(command)).toBe(hex(answer).length);
  });
});

const MASKED = { kind: 'part', unit: 1, address: 4, mask: 0xff0d, bits: 0x0005 } as const;

describe('writing', () => {
  const examples: readonly [string, Command, string, string][] = [
    ['6.5 coil 173 on', encodeWriteCoil(0xac, true), '05 00 AC FF 00', '05 00 AC FF 00'],
    ['6.6 register 2', encodeWriteRegister(1, 3), '06 00 01 00 03', '06 00 01 00 03'],
    [
      '6.11 ten coils from 20',
      encodeWriteCoils(
        0x13,
        [1, 0, 1, 1, 0, 0, 1, 1, 1, 0].map((bit) => bit === 1),
      ),
      '0F 00 13 00 0A 02 CD 01',
      '0F 00 13 00 0A',
    ],
    [
      '6.12 two registers from 2',
      encodeWriteRegisters(1, [0x000a, 0x0102]),
      '10 00 01 00 02 04 00 0A 01 02',
      '10 00 01 00 02',
    ],
    ['6.16 register 5', encodeMaskWrite(4, 0xf2, 0x25), '16 00 04 00 F2 00 25', '16 00 04 00 F2 00 25'],
    [
      '6.17 six registers from 4 read, three from 15 written',
      encodeReadWrite({ address: 3, count: 6 }, 14, [0xff, 0xff, 0xff]),
      '17 00 03 00 06 00 0E 00 03 06 00 FF 00 FF 00 FF',
      '17 0C 00 FE 0A CD 00 01 00 03 00 0D 00 FF',
    ],
  ];

  it.each(examples)('%s', (_clause, command, request, answer) => {
    expect(command.pdu).toEqual(hex(request));
    expect(command.answerBytes).toBe(hex(answer).length);
    expect(isAcceptance(command, hex(answer))).toBe(true);
  });

  it.each(examples)('%s: any other answer confirms nothing', (_clause, command, _request, answer) => {
    const right = hex(answer);
    expect(isAcceptance(command, right.subarray(0, -1))).toBe(false);
    expect(isAcceptance(command, Buffer.concat([right, hex('00')]))).toBe(false);
    for (let at = 1; at < (command.echo ? right.length : 2); at++) {
      const wrong = Buffer.from(right);
      wrong.writeUInt8(wrong.readUInt8(at) ^ 1, at);
      expect(isAcceptance(command, wrong)).toBe(false);
    }
  });

  it('a coil that is switched off is 0000', () => {
    expect(encodeWriteCoil(0, false).pdu).toEqual(hex('05 00 00 00 00'));
  });

  it('the mask of function 22 keeps all but the part, and says nothing of bits beside it', () => {
    const write = { ...MASKED, bits: 0x0025, via: 'mask-write' } as const;
    expect(toCommand(write)?.pdu).toEqual(hex('16 00 04 00 F2 00 05'));
    // The clause's own figures: 12 hex becomes 17 hex.
    expect((0x12 & 0xf2) | (0x05 & ~0xf2 & 0xffff)).toBe(0x17);
  });

  it('a part that is read before changes only its own bits', () => {
    const write = { ...MASKED, via: 'read-single' } as const;
    expect(toCommand(write)).toBeNull();
    expect(toPartRead(write)).toMatchObject({ pdu: hex('03 00 04 00 01'), answerBytes: 4 });
    expect(toPartCommand(write, 0x12).pdu).toEqual(hex('06 00 04 00 17'));
    const all = { ...MASKED, mask: 0x8000, bits: 0x8000, via: 'read-multiple' } as const;
    expect(toPartCommand(all, 0x7fff).pdu).toEqual(hex('10 00 04 00 01 02 FF FF'));
  });

  it.each<[string, ModbusWrite, string]>([
    ['function 5', { kind: 'coil', unit: 1, address: 0xac, isOn: true, via: 'single' }, '05 00 AC FF 00'],
    [
      'function 15',
      { kind: 'coil', unit: 1, address: 0x13, isOn: true, via: 'multiple' },
      '0F 00 13 00 01 01 01',
    ],
    [
      'function 6',
      { kind: 'registers', unit: 1, address: 1, registers: [3], via: 'single' },
      '06 00 01 00 03',
    ],
    [
      'function 16',
      { kind: 'registers', unit: 1, address: 1, registers: [10, 258], via: 'multiple' },
      '10 00 01 00 02 04 00 0A 01 02',
    ],
    [
      'function 23, which reads back what it writes',
      { kind: 'registers', unit: 1, address: 14, registers: [255, 255], via: 'read-write' },
      '17 00 0E 00 02 00 0E 00 02 04 00 FF 00 FF',
    ],
  ])('a planned write goes out with %s', (_function, write, pdu) => {
    expect(toCommand(write)?.pdu).toEqual(hex(pdu));
  });

  it.each([
    ['no register', () => encodeWriteRegisters(0, [])],
    [
      '124 registers',
      () =>
        encodeWriteRegisters(
          0,
          Array.from({ length: 124 }, () => 0),
        ),
    ],
    [
      '1,969 coils',
      () =>
        encodeWriteCoils(
          0,
          Array.from({ length: 1_969 }, () => true),
        ),
    ],
    [
      '122 registers by function 23',
      () =>
        encodeReadWrite(
          { address: 0, count: 1 },
          0,
          Array.from({ length: 122 }, () => 0),
        ),
    ],
    [
      'two registers by function 6',
      () => toCommand({ kind: 'registers', unit: 1, address: 1, registers: [1, 2], via: 'single' }),
    ],
  ])('%s cannot be written', (_what, encode) => {
    expect(encode).toThrow(/written/);
  });
});
