/** Pumps, drives, fire panels, lifting stations, analogue inputs: scaled words, bits, bit fields, 4–20 mA. */
import type { GoldenCase } from './golden-case.ts';

const GRUNDFOS = 'Grundfos CIM/CIU 200/260/500, Modbus for Grundfos pumps, 9.7 (pump data register block)';
const DANFOSS = 'Danfoss VLT 2800/6000/8000 Modbus RTU, Operating Instructions MG.10.S2.02';
const ABB = 'ABB ACH580 manual, p. 152 (embedded fieldbus, ABB Drives profile)';
const NOTIFIER = 'Notifier MODBUS-GW manual, p. 34/37 (point words)';
const S7 = 'Siemens S7-400 Module Specifications A5E00069467-07, p. 5-14, table 5-14 (4 to 20 mA)';
const ET200 = 'Siemens ET 200SP F-AI 4xI HF, Manual 08/2018 (A5E41448857-AB), p. 73, table B-3';

/** The current itself in mA, so that the table of the manual is the expectation. */
const CURRENT = { type: 'i16', loop: { raw: { at4: 0, at20: 27_648 }, value: { at4: 4, at20: 20 } } };
const PRESSURE = { type: 'i16', loop: { raw: { at4: 0, at20: 27_648 }, value: { at4: 0, at20: 16 } } };

export const PLANT: readonly GoldenCase[] = [
  {
    name: '00301 head: 1250 × 0.001 bar',
    source: GRUNDFOS,
    registers: '04E2',
    format: { scale: 0.001, sentinels: [0xffff] },
    expected: 1.25,
  },
  {
    name: '00302 flow: 125 × 0.1 m³/h',
    source: GRUNDFOS,
    registers: '007D',
    format: { scale: 0.1, sentinels: [0xffff] },
    expected: 12.5,
  },
  {
    name: '00303 relative performance: 10000 × 0.01 % = 100 %',
    source: GRUNDFOS,
    registers: '2710',
    format: { scale: 0.01, sentinels: [0xffff] },
    expected: 100,
  },
  {
    name: '00312–00313 power: 0 × 65536 + 2200 W',
    source: GRUNDFOS,
    registers: '0000 0898',
    format: { type: 'u32', sentinels: [0xffff_ffff] },
    expected: 2_200,
  },
  {
    name: '00322 liquid temperature: (29315 − 27315) / 100 = 20 °C',
    source: GRUNDFOS,
    registers: '7283',
    format: { scale: 0.01, offset: -273.15, sentinels: [0xffff] },
    expected: { about: 20, within: 1e-9 },
  },
  {
    name: '00327–00328 operating hours: 1 × 65536 + 34464 = 100000 h',
    source: GRUNDFOS,
    registers: '0001 86A0',
    format: { type: 'u32', sentinels: [0xffff_ffff] },
    expected: 100_000,
  },
  {
    name: 'FFFF: not available',
    source: GRUNDFOS,
    registers: 'FFFF',
    format: { scale: 0.001, sentinels: [0xffff] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'FFFFFFFF: not available',
    source: GRUNDFOS,
    registers: 'FFFF FFFF',
    format: { type: 'u32', sentinels: [0xffff_ffff] },
    expected: { bad: 'sentinel' },
  },
  // 16384 (4000 hex) is 100 %; 2000 hex = 8192.
  {
    name: 'reference 2000 hex is 50 %',
    source: `${DANFOSS}, p. 23`,
    registers: '2000',
    format: { type: 'i16', scale: 100 / 16_384 },
    expected: 50,
  },
  {
    name: 'reference E000 hex is −50 %',
    source: `${DANFOSS}, p. 23`,
    registers: 'E000',
    format: { type: 'i16', scale: 100 / 16_384 },
    expected: -50,
  },
  {
    name: 'output frequency 2000 hex of 0–50 Hz is 25 Hz',
    source: `${DANFOSS}, p. 27`,
    registers: '2000',
    format: { type: 'i16', scale: 50 / 16_384 },
    expected: 25,
  },
  // 0F03 hex = 0000 1111 0000 0011.
  {
    name: 'status word 0F03 hex, bit 0 is set',
    source: `${DANFOSS}, p. 27`,
    registers: '0F03',
    format: { bit: 0 },
    expected: 1,
  },
  {
    name: 'status word 0F03 hex, bit 3 is not set',
    source: `${DANFOSS}, p. 27`,
    registers: '0F03',
    format: { bit: 3 },
    expected: 0,
  },
  {
    name: 'status word 0F03 hex, bit 11 is set',
    source: `${DANFOSS}, p. 27`,
    registers: '0F03',
    format: { bit: 11 },
    expected: 1,
  },
  // ±20000 = ± maximum; 10000 = 2710 hex, −10000 = 65536 − 10000 = D8F0 hex.
  {
    name: '400005 actual 1: 10000 / 20000 = 50 %',
    source: ABB,
    registers: '2710',
    format: { type: 'i16', scale: 0.005 },
    expected: 50,
  },
  {
    name: '400005 actual 1: −10000 / 20000 = −50 %',
    source: ABB,
    registers: 'D8F0',
    format: { type: 'i16', scale: 0.005 },
    expected: -50,
  },
  {
    name: '400004 status word: bit 3 is TRIPPED',
    source: ABB,
    registers: '0208',
    format: { bit: 3 },
    expected: 1,
  },
  {
    name: '32-bit parameter 12345678 hex = 305419896',
    source: 'Emerson Mentor MP, Advanced User Guide, p. 214',
    registers: '1234 5678',
    format: { type: 'i32' },
    expected: 305_419_896,
  },
  // ABCD hex = 43981; 43981 − 65536 = −21555.
  {
    name: '16-bit parameter ABCD hex read as 32 bits: sign-extended, −21555',
    source: 'Emerson Mentor MP, Advanced User Guide, p. 214',
    registers: 'FFFF ABCD',
    format: { type: 'i32' },
    expected: -21_555,
  },
  {
    name: 'the same, words swapped',
    source: 'Emerson Mentor MP, p. 214; words as Vaisala M212572EN (little-endian words)',
    registers: 'ABCD FFFF',
    format: { type: 'i32', wordOrder: 'low-first' },
    expected: -21_555,
  },
  {
    name: '40026 current value: 35 × 0.1 bar',
    source: 'Wilo control box, Modbus data points',
    registers: '0023',
    format: { scale: 0.1 },
    expected: 3.5,
  },
  {
    name: 'bit 11 of a point word: active',
    source: NOTIFIER,
    registers: '0871',
    format: { bit: 11, sentinels: [0xff], sentinelMask: 0xff },
    expected: 1,
  },
  {
    name: 'low byte of a point word: event type 71 hex = 113',
    source: NOTIFIER,
    registers: '0871',
    format: { mask: 0xff, sentinels: [0xff], sentinelMask: 0xff },
    expected: 113,
  },
  {
    name: 'low byte FF: not programmed, so bit 11 says nothing',
    source: NOTIFIER,
    registers: '00FF',
    format: { bit: 11, sentinels: [0xff], sentinelMask: 0xff },
    expected: { bad: 'sentinel' },
  },
  { name: '27648 = 20 mA', source: S7, registers: '6C00', format: CURRENT, expected: 20 },
  { name: '20736 = 75 % = 16 mA', source: S7, registers: '5100', format: CURRENT, expected: 16 },
  { name: '0 = 4 mA', source: S7, registers: '0000', format: CURRENT, expected: 4 },
  {
    name: '20736 = 75 % of a transmitter of 0–16 bar = 12 bar',
    source: S7,
    registers: '5100',
    format: PRESSURE,
    expected: 12,
  },
  {
    name: '−4864 = 1.185 mA: below 3.6 mA',
    source: S7,
    registers: 'ED00',
    format: CURRENT,
    expected: { bad: 'wire-break' },
  },
  {
    name: '32511 = 22.81 mA: above 21 mA',
    source: S7,
    registers: '7EFF',
    format: CURRENT,
    expected: { bad: 'loop-high' },
  },
  {
    name: '32767: overflow',
    source: S7,
    registers: '7FFF',
    format: CURRENT,
    expected: { bad: 'loop-high' },
  },
  {
    name: '−1 = 3.9994 mA: below the range and still measured',
    source: ET200,
    registers: 'FFFF',
    format: CURRENT,
    expected: { about: 3.9994, within: 5e-5 },
  },
  {
    name: '−691 = 3.6 mA: the last that is measured',
    source: ET200,
    registers: 'FD4D',
    format: CURRENT,
    expected: { about: 3.6, within: 5e-4 },
  },
  {
    name: '−692 < 3.6 mA: wire break',
    source: ET200,
    registers: 'FD4C',
    format: CURRENT,
    expected: { bad: 'wire-break' },
  },
  {
    name: '27649 = 20.0006 mA: above the range and still measured',
    source: ET200,
    registers: '6C01',
    format: CURRENT,
    expected: { about: 20.0006, within: 5e-5 },
  },
];
