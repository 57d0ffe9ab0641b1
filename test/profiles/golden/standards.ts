/** Numbers as standards and the examples of manuals define them: two's complement, IEEE 754, orders of bytes, BCD, text. */
import { type GoldenCase, ORDERS } from './golden-case.ts';

const MODBUS = 'MODBUS Application Protocol Specification V1.1b3';
const SITRANS =
  'Siemens SITRANS F Modbus RTU RS 485, Operating Instructions 03/2021 (A5E00753974), p. 72, table B-12';
const SITRANS_ORDER =
  'Siemens SITRANS FST030, Operating Instructions 08/2017 (A5E37367739), p. 130, tables A-4 and A-5; the value from A5E00753974, table B-12';
const VAISALA =
  'Vaisala HMM170 User Guide M212259EN-D, p. 42, table 23 (test registers, least significant word first)';
const JUMO = 'JUMO LOGOSCREEN nt, Modbus protocol, p. 25';
const DLT645 = 'DL/T 645-2007, data as BCD, lower byte first (a recorded exchange, +33H removed)';

export const STANDARDS: readonly GoldenCase[] = [
  {
    name: 'register 108 of the example: 02 2B = 2 × 256 + 43 = 555',
    source: `${MODBUS}, 6.3`,
    registers: '022B',
    format: { type: 'u16' },
    expected: 555,
  },
  {
    name: 'register 109 of the example: 0',
    source: `${MODBUS}, 6.3`,
    registers: '0000',
    format: { type: 'u16' },
    expected: 0,
  },
  {
    name: 'register 110 of the example: 64 hex = 100',
    source: `${MODBUS}, 6.3`,
    registers: '0064',
    format: {},
    expected: 100,
  },
  {
    name: 'input register 9 of the example: 0A hex = 10',
    source: `${MODBUS}, 6.4`,
    registers: '000A',
    format: {},
    expected: 10,
  },
  {
    name: 'signed integer test: −12345 = 65536 − 12345 = 53191 = CFC7 hex',
    source: VAISALA,
    registers: 'CFC7',
    format: { type: 'i16' },
    expected: -12_345,
  },
  {
    name: 'floating point test: −123.45 = C2F6E666 hex, low word first',
    source: VAISALA,
    registers: 'E666 C2F6',
    format: { type: 'f32', ...ORDERS.CDAB },
    expected: { about: -123.45, within: 5e-6 },
  },
  {
    name: 'text string test: "-123.45" and a zero',
    source: VAISALA,
    registers: '2D31 3233 2E34 3500',
    format: { type: 'string', length: 4 },
    expected: { text: '-123.45' },
  },
  {
    name: 'quiet NaN 7FC00000 for a value that is not available, low word first',
    source: 'Vaisala DRYCAP DMT340 User Guide, p. 187',
    registers: '0000 7FC0',
    format: { type: 'f32', ...ORDERS.CDAB },
    expected: { bad: 'not-a-number' },
  },
  {
    name: '8000 hex for a 16-bit value that is not available',
    source: 'Vaisala HMW90 User Guide, p. 105, table 41',
    registers: '8000',
    format: { type: 'i16', scale: 0.01, sentinels: [0x7fff, 0x8000, 0x8001] },
    expected: { bad: 'sentinel' },
  },
  { name: '1.0', source: SITRANS, registers: '3F80 0000', format: { type: 'f32' }, expected: 1 },
  { name: '-1.0', source: SITRANS, registers: 'BF80 0000', format: { type: 'f32' }, expected: -1 },
  { name: '2.0', source: SITRANS, registers: '4000 0000', format: { type: 'f32' }, expected: 2 },
  { name: '100.0', source: SITRANS, registers: '42C8 0000', format: { type: 'f32' }, expected: 100 },
  {
    name: 'mass flow 6.10383 kg/s of the example',
    source: SITRANS,
    registers: '40C3 5293',
    format: { type: 'f32' },
    expected: { about: 6.103_83, within: 5e-6 },
  },
  // −2.5 = −1.25 × 2¹: sign 1, exponent 127 + 1 = 80 hex, fraction .01 → 1 10000000 0100…0.
  {
    name: '-2.5 by the rule of the format',
    source: 'IEEE 754-2019, 3.4 (binary32)',
    registers: 'C020 0000',
    format: { type: 'f32' },
    expected: -2.5,
  },
  {
    name: 'infinity by the rule of the format',
    source: 'IEEE 754-2019, 3.4 (binary32)',
    registers: '7F80 0000',
    format: { type: 'f32' },
    expected: { bad: 'not-a-number' },
  },
  {
    name: '55.32 = 425D47AE, bytes 3-2-1-0',
    source: SITRANS_ORDER,
    registers: '425D 47AE',
    format: { type: 'f32', ...ORDERS.ABCD },
    expected: { about: 55.32, within: 2e-6 },
  },
  {
    name: '55.32 = 425D47AE, bytes 1-0-3-2',
    source: SITRANS_ORDER,
    registers: '47AE 425D',
    format: { type: 'f32', ...ORDERS.CDAB },
    expected: { about: 55.32, within: 2e-6 },
  },
  {
    name: '55.32 = 425D47AE, bytes 2-3-0-1',
    source: SITRANS_ORDER,
    registers: '5D42 AE47',
    format: { type: 'f32', ...ORDERS.BADC },
    expected: { about: 55.32, within: 2e-6 },
  },
  {
    name: '55.32 = 425D47AE, bytes 0-1-2-3',
    source: SITRANS_ORDER,
    registers: 'AE47 5D42',
    format: { type: 'f32', ...ORDERS.DCBA },
    expected: { about: 55.32, within: 2e-6 },
  },
  {
    name: 'a 16-bit integer, least significant byte first: 555 = 022B',
    source: SITRANS_ORDER,
    registers: '2B02',
    format: { type: 'u16', byteOrder: 'low-first' },
    expected: 555,
  },
  {
    name: '18.87 °C, MSB first',
    source: 'E+E EE240 User Manual, p. 33',
    registers: '4196 F5C3',
    format: { type: 'f32' },
    expected: { about: 18.87, within: 1e-6 },
  },
  {
    name: '18.87 °C, LSB first: byte pairs and their bytes swapped',
    source: 'E+E EE240 User Manual, p. 33',
    registers: 'C3F5 9641',
    format: { type: 'f32', ...ORDERS.DCBA },
    expected: { about: 18.87, within: 1e-6 },
  },
  {
    name: 'double 1234567.89 = 4132D687E3D70A3D',
    source: JUMO,
    registers: '4132 D687 E3D7 0A3D',
    format: { type: 'f64' },
    expected: 1_234_567.89,
  },
  {
    name: 'the same double, lowest register first',
    source: `${JUMO}; the order as SITRANS FST030, table A-5`,
    registers: '0A3D E3D7 D687 4132',
    format: { type: 'f64', ...ORDERS.CDAB },
    expected: 1_234_567.89,
  },
  {
    name: 'the same double, bytes of each register swapped',
    source: `${JUMO}; the order as SITRANS FST030, table A-5`,
    registers: '3241 87D6 D7E3 3D0A',
    format: { type: 'f64', ...ORDERS.BADC },
    expected: 1_234_567.89,
  },
  {
    name: 'the same double, lowest byte first',
    source: `${JUMO}; the order as SITRANS FST030, table A-5`,
    registers: '3D0A D7E3 87D6 3241',
    format: { type: 'f64', ...ORDERS.DCBA },
    expected: 1_234_567.89,
  },
  // Exponent 401 hex = 2²; fraction 2⁻⁵ + 2⁻³¹, which is digits 2 and 9 after 401: 08000002…; 4 + 1/8 + 1/536870912.
  {
    name: 'double 4 + 1/8 + 1/536870912',
    source: 'KROHNE ALTOSONIC V12, 04/2013, p. 124, 10.6.4',
    registers: '4010 8000 0020 0000',
    format: { type: 'f64' },
    expected: 4.125 + 1 / 536_870_912,
  },
  {
    name: 'energy 000000.26 kWh: bytes 26 00 00 00',
    source: `${DLT645}, identifier 00010000, XXXXXX.XX`,
    registers: '2600 0000',
    format: { type: 'bcd32', ...ORDERS.DCBA, scale: 0.01 },
    expected: 0.26,
  },
  {
    name: 'voltage 100.1 V: bytes 01 10',
    source: `${DLT645}, identifier 02010100, XXX.X`,
    registers: '0110',
    format: { type: 'bcd16', byteOrder: 'low-first', scale: 0.1 },
    expected: 100.1,
  },
  {
    name: 'energy 123456.78 kWh, highest digit first: a decimal digit in every four bits',
    source: 'DL/T 645-2007, the format XXXXXX.XX, in registers from the highest digit',
    registers: '1234 5678',
    format: { type: 'bcd32', scale: 0.01 },
    expected: 123_456.78,
  },
  {
    name: 'sixteen digits in four registers',
    source: 'packed BCD (8421): a decimal digit in every four bits',
    registers: '0012 3456 7890 1234',
    format: { type: 'bcd64' },
    expected: 12_345_678_901_234,
  },
  {
    name: 'sixteen digits, lowest register first',
    source: 'packed BCD (8421): a decimal digit in every four bits',
    registers: '1234 7890 3456 0012',
    format: { type: 'bcd64', ...ORDERS.CDAB },
    expected: 12_345_678_901_234,
  },
  {
    name: 'A hex is no decimal digit',
    source: 'packed BCD (8421): a decimal digit in every four bits',
    registers: '12A4',
    format: { type: 'bcd16' },
    expected: { bad: 'decode' },
  },
];
