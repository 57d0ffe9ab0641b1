/** Meters, UPS, generator controllers, inverters: 32 and 64 bits, scale registers, "not available", strings. */
import { type GoldenCase, ORDERS } from './golden-case.ts';

const EASTRON = 'Eastron SDM320Y User Manual V1.0, 06-2018, p. 42';
const SMA =
  'SMA Sunny Tripower 60, SunSpec Modbus interface (STP60-SunSpec_Modbus-TI-en-12), p. 13, 3.6 Data types and NaN values';
const SUNSPEC = 'SunSpec Information Model Reference, model 103 (A_SF, V_SF, W_SF; value × 10^SF)';
const GENCOMM = 'Deep Sea Electronics 550, 55xGenComm1_29, p. 11 (unimplemented register values)';
const APC = 'APC Smart-UPS Modbus register map 990-9840A, notes 10 and 11';
const INNON = 'Innon knowledge base, "How to read a 64-bit integer": high × 4294967296 + low';
const A43 = 'ABB A43/A44 User Manual rev. C (2CMC48001M0201), p. 121: 64 bit, resolution 0.01 kWh';

export const METERS: readonly GoldenCase[] = [
  {
    name: 'phase 1 voltage 230.2 V of the example',
    source: EASTRON,
    registers: '4366 3334',
    format: { type: 'f32' },
    expected: { about: 230.2, within: 2e-5 },
  },
  {
    name: 'pulse width 100 of the example',
    source: EASTRON,
    registers: '42C8 0000',
    format: { type: 'f32' },
    expected: 100,
  },
  {
    name: 'float with the low order 16 bits first',
    source: 'GE EPM 4500 Instruction Manual, p. 4-4, 4.1.7 (the value from SITRANS table B-12)',
    registers: '0000 42C8',
    format: { type: 'f32', ...ORDERS.CDAB },
    expected: 100,
  },
  // 0012ABCD hex = 1 223 629; × 10².
  {
    name: 'energy 1223629 × 10² = 122362900 with its scale register',
    source: 'Schneider Electric FAQ FA132170 (PM700, registers 4000, 4001 and 4108)',
    registers: '0012 ABCD',
    format: { type: 'u32' },
    exponent: '0002',
    expected: 122_362_900,
  },
  {
    name: 'voltage 2301 × 10⁻¹ = 230.1 V',
    source: SUNSPEC,
    registers: '08FD',
    format: { type: 'u16', sentinels: [0xffff] },
    exponent: 'FFFF',
    expected: 230.1,
  },
  {
    name: 'current 1234 × 10⁻² = 12.34 A',
    source: SUNSPEC,
    registers: '04D2',
    format: { type: 'u16', sentinels: [0xffff] },
    exponent: 'FFFE',
    expected: 12.34,
  },
  // −500 = 65536 − 500 = 65036 = FE0C hex.
  {
    name: 'power −500 × 10¹ = −5000 W, shown as −5 kW',
    source: SUNSPEC,
    registers: 'FE0C',
    format: { type: 'i16', scale: 0.001, sentinels: [0x8000] },
    exponent: '0001',
    expected: -5,
  },
  {
    name: 'sunssf 8000 hex: the scale is not implemented',
    source: SMA,
    registers: '04D2',
    format: { type: 'u16' },
    exponent: '8000',
    expected: { bad: 'sentinel' },
  },
  {
    name: 'a scale of 11 is outside of −10 to 10',
    source: 'SunSpec Device Information Model Specification V1.1, sunssf',
    registers: '04D2',
    format: { type: 'u16' },
    exponent: '000B',
    expected: { bad: 'decode' },
  },
  {
    name: 'int16 8000 hex is NaN',
    source: SMA,
    registers: '8000',
    format: { type: 'i16', sentinels: [0x8000] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'int32 80000000 hex is NaN',
    source: SMA,
    registers: '8000 0000',
    format: { type: 'i32', sentinels: [0x8000_0000] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'bitfield32 FFFFFFFF hex is NaN',
    source: SMA,
    registers: 'FFFF FFFF',
    format: { type: 'u32', sentinels: [0xffff_ffff] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'acc32 00000000 hex is NaN',
    source: SMA,
    registers: '0000 0000',
    format: { type: 'u32', sentinels: [0] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'int64 8000000000000000 hex is NaN: the rule of int16 and int32 for 64 bits',
    source: 'SunSpec Device Information Model Specification V1.1, int64',
    registers: '8000 0000 0000 0000',
    format: { type: 'i64', sentinels: [0x8000_0000_0000_0000] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'uint64 FFFFFFFFFFFFFFFF hex is NaN',
    source: 'SunSpec Device Information Model Specification V1.1, uint64',
    registers: 'FFFF FFFF FFFF FFFF',
    // As a number of a file it is 2^64.
    format: { type: 'u64', sentinels: [2 ** 64] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'high 2, low 3: 2 × 4294967296 + 3',
    source: INNON,
    registers: '0000 0002 0000 0003',
    format: { type: 'u64' },
    expected: 8_589_934_595,
  },
  // 0012D687 hex = 1 234 567.
  {
    name: 'active import 1234567 × 0.01 kWh',
    source: A43,
    registers: '0000 0000 0012 D687',
    format: { type: 'u64', scale: 0.01 },
    expected: 12_345.67,
  },
  {
    name: 'active net −1234567 × 0.01 kWh: inverted bits plus one',
    source: A43,
    registers: 'FFFF FFFF FFED 2979',
    format: { type: 'i64', scale: 0.01 },
    expected: -12_345.67,
  },
  {
    name: 'the same, lowest register first',
    source: A43,
    registers: '2979 FFED FFFF FFFF',
    format: { type: 'i64', ...ORDERS.CDAB, scale: 0.01 },
    expected: -12_345.67,
  },
  {
    name: 'the same, lowest byte first',
    source: A43,
    registers: '7929 EDFF FFFF FFFF',
    format: { type: 'i64', ...ORDERS.DCBA, scale: 0.01 },
    expected: -12_345.67,
  },
  {
    name: 'counter high 13, low 60383: 912351 / 2000 = 456.2 kWh',
    source: 'Saia-Burgess PCD7.H104D manual, registers 28–29',
    registers: '000D EBDF',
    format: { type: 'u32', scale: 0.0005 },
    expected: { about: 456.2, within: 0.05 },
  },
  {
    name: 'long 12345678 hex, MSB before LSB: 305419896',
    source: 'KBR multicomp F144-3, 25359_EDEBDA0279, p. 51, 14.2',
    registers: '1234 5678',
    format: { type: 'u32' },
    expected: 305_419_896,
  },
  {
    name: 'the same, words swapped',
    source: 'KBR multicomp F144-3, p. 51; words as Vaisala M212572EN (little-endian words)',
    registers: '5678 1234',
    format: { type: 'u32', ...ORDERS.CDAB },
    expected: 305_419_896,
  },
  {
    name: 'output voltage 651.3 V: 6513 = 1971 hex',
    source: 'Unipower ARR-M, p. 129, note 1',
    registers: '1971',
    format: { type: 'u16', scale: 0.1 },
    expected: 651.3,
  },
  {
    name: 'battery current 135.2 A: 1352 = 0548 hex',
    source: 'Unipower ARR-M, p. 129, note 2, example 1',
    registers: '0548',
    format: { type: 'u16', scale: 0.1 },
    expected: 135.2,
  },
  {
    name: 'a measure that the UPS does not have remains at FFFF',
    source: 'Riello MultiCOM 411, p. 10',
    registers: 'FFFF',
    format: { type: 'u16', scale: 0.1, sentinels: [0xffff] },
    expected: { bad: 'sentinel' },
  },
  {
    name: '16 bit signed, unimplemented: 7FFF, the largest positive number',
    source: GENCOMM,
    registers: '7FFF',
    format: { type: 'i16', sentinels: [0x7fff] },
    expected: { bad: 'sentinel' },
  },
  {
    name: '32 bit signed, unimplemented: 7FFFFFFF',
    source: GENCOMM,
    registers: '7FFF FFFF',
    format: { type: 'i32', scale: 0.1, sentinels: [0x7fff_ffff] },
    expected: { bad: 'sentinel' },
  },
  {
    name: 'string, unimplemented: spaces',
    source: GENCOMM,
    registers: '2020 2020',
    format: { type: 'string', length: 2 },
    expected: { text: '' },
  },
  {
    name: 'string filled with spaces: "AP9635"',
    source: APC,
    registers: '4150 3936 3335 2020',
    format: { type: 'string', length: 4 },
    expected: { text: 'AP9635' },
  },
  {
    name: 'string that is not supported: zeros',
    source: APC,
    registers: '0000 0000',
    format: { type: 'string', length: 2 },
    expected: { text: '' },
  },
  {
    name: 'characters 41 54 54 2D: "ATT-"',
    source: 'Varec 4000 ATT, p. 49, 9.5.3',
    registers: '4154 542D',
    format: { type: 'string', length: 2 },
    expected: { text: 'ATT-' },
  },
  {
    name: 'the same characters, bytes of each register swapped',
    source: 'Varec 4000 ATT, p. 49, 9.5.3; the order as SITRANS FST030, table A-4',
    registers: '5441 2D54',
    format: { type: 'string', length: 2, byteOrder: 'low-first' },
    expected: { text: 'ATT-' },
  },
  {
    name: 'integer 4124 hex = 16676',
    source: 'Varec 4000 ATT, p. 49, 9.5.2',
    registers: '4124',
    format: { type: 'u16' },
    expected: 16_676,
  },
];
