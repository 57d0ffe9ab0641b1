/**
 * What is refused across the properties of one Modbus address, and of an address that is to be written. Each property
 * by itself is the schema's business (schema.ts), references and positions in files are the loader's.
 */
import type { RuleIssue } from '../../config/catalog.ts';
import { registersOf } from '../../profiles/decoders.ts';
import type { ModbusAddress } from './schema.ts';

export const LAST_ADDRESS = 65_535;

type Report = (path: string, expected: string, found: unknown) => void;

/** Coils and discrete inputs are single bits; the other tables are registers of 16 bits. */
export function isBitTable(table: unknown): boolean {
  return table === 'coil' || table === 'discrete';
}

/** @param addressBase first address in the manual, 0 or 1 */
export function checkAddress(point: ModbusAddress, addressBase: number): RuleIssue[] {
  const { issues, report } = createReport();
  checkPlace('address', point.address, widthOf(point), addressBase, report);
  if (isBitTable(point.table)) checkBit(point, report);
  else checkRegister(point, addressBase, report);
  return issues;
}

/** Called for addresses that `checkAddress` lets pass. */
export function checkWrite(point: ModbusAddress): RuleIssue[] {
  const { issues, report } = createReport();
  if (point.table !== 'holding' && point.table !== 'coil') report('table', 'holding or coil', point.table);
  if (point.type === 'string') report('type', 'a number (a text is never written)', point.type);
  if (point.loop !== undefined) report('loop', 'no loop (a measuring input is never written)', point.loop);
  if (point.scaleRegister !== undefined) {
    report('scaleRegister', 'no scaleRegister (its exponent may change meanwhile)', point.scaleRegister);
  }
  return issues;
}

function createReport(): { readonly issues: RuleIssue[]; readonly report: Report } {
  const issues: RuleIssue[] = [];
  return {
    issues,
    report: (path, expected, found) => issues.push({ path, expected, found: JSON.stringify(found) }),
  };
}

function widthOf({ table, type, length }: ModbusAddress): number {
  return isBitTable(table) ? 1 : registersOf(type, length);
}

function checkPlace(path: string, address: number, width: number, base: number, report: Report): void {
  if (address < base) report(path, `at least ${base} (addressBase is ${base})`, address);
  const last = LAST_ADDRESS + base - (width - 1);
  if (address > last) report(path, `at most ${last} for a value of ${width} registers`, address);
}

function checkBit(point: ModbusAddress, report: Report): void {
  const { table } = point;
  const refuse = (path: string, found: unknown) => report(path, `no ${path} for table ${table}`, found);
  for (const path of ['bit', 'mask', 'sentinelMask', 'length', 'scaleRegister', 'loop'] as const) {
    if (point[path] !== undefined) refuse(path, point[path]);
  }
  if (point.type !== 'u16') refuse('type', point.type);
  if (point.wordOrder !== 'high-first') refuse('wordOrder', point.wordOrder);
  if (point.byteOrder !== 'high-first') refuse('byteOrder', point.byteOrder);
  if (point.scale !== 1) refuse('scale', point.scale);
  if (point.offset !== 0) refuse('offset', point.offset);
  if (point.sentinels.length > 0) refuse('sentinels', point.sentinels);
}

function checkRegister(point: ModbusAddress, addressBase: number, report: Report): void {
  const width = widthOf(point);
  if (point.type === 'string') checkString(point, report);
  else if (point.length !== undefined) report('length', 'no length for a number', point.length);
  checkPart(point, report);
  checkScale(point, addressBase, report);
  checkLoop(point, report);
  if (point.wordOrder !== 'high-first' && (width === 1 || point.type === 'string')) {
    report('wordOrder', 'a type of two or four registers (u32, i32, f32, u64 …)', point.type);
  }
  checkSentinels(point, report);
}

/** What a string has no use for. */
function checkString(point: ModbusAddress, report: Report): void {
  const refuse = (path: string, found: unknown) => report(path, `no ${path} beside a string`, found);
  if (point.length === undefined) report('length', 'the number of registers of the string', null);
  if (point.scale !== 1) refuse('scale', point.scale);
  if (point.offset !== 0) refuse('offset', point.offset);
  if (point.sentinels.length > 0) refuse('sentinels', point.sentinels);
}

/** Bits and bit fields. */
function checkPart(point: ModbusAddress, report: Report): void {
  const { bit, mask, type } = point;
  if (bit !== undefined && type !== 'u16') report('bit', 'type u16 beside bit', type);
  if (bit !== undefined && point.scale !== 1) report('scale', 'no scale beside bit', point.scale);
  if (bit !== undefined && point.offset !== 0) report('offset', 'no offset beside bit', point.offset);
  if (mask !== undefined && type !== 'u16') report('mask', 'type u16 beside mask', type);
  if (mask !== undefined && bit !== undefined) report('mask', 'bit or mask', mask);
}

function checkScale(point: ModbusAddress, addressBase: number, report: Report): void {
  const { scale, scaleRegister, table, type, bit } = point;
  if (scale === 0) report('scale', 'a number other than 0', scale);
  if (scaleRegister === undefined) return;
  if (type === 'string' || bit !== undefined) {
    report('scaleRegister', 'no scaleRegister beside a string or bit', scaleRegister);
  }
  if (isBitTable(scaleRegister.table ?? table)) {
    report('scaleRegister.table', 'holding or input', scaleRegister.table);
  }
  checkPlace('scaleRegister.address', scaleRegister.address, 1, addressBase, report);
}

function checkLoop({ loop, ...point }: ModbusAddress, report: Report): void {
  if (loop === undefined) return;
  const refuse = (path: string, found: unknown) => report(path, `no ${path} beside loop`, found);
  if (point.type === 'string') refuse('type', point.type);
  if (point.bit !== undefined) refuse('bit', point.bit);
  if (point.mask !== undefined) refuse('mask', point.mask);
  if (point.scale !== 1) refuse('scale', point.scale);
  if (point.offset !== 0) refuse('offset', point.offset);
  if (point.scaleRegister !== undefined) refuse('scaleRegister', point.scaleRegister);
  for (const side of ['raw', 'value'] as const) {
    const { at4, at20 } = loop[side];
    if (at4 === at20) report(`loop.${side}.at20`, `other than at4 (${at4})`, at20);
  }
}

/** A sentinel that can never be met would let the device's "not available" pass for a value. */
function checkSentinels(point: ModbusAddress, report: Report): void {
  const { type, sentinels, sentinelMask } = point;
  const width = widthOf(point);
  if (sentinelMask !== undefined && (width > 1 || type === 'string' || sentinels.length === 0)) {
    report('sentinelMask', 'sentinels of a single register beside it', sentinelMask);
  }
  if (type === 'string') return;
  const limits = toSentinelLimits(type, width);
  sentinels.forEach((sentinel, at) => {
    const path = `sentinels[${at}]`;
    if (sentinel < limits.min || sentinel > limits.max) report(path, limits.expected, sentinel);
    else if (width === 1 && sentinelMask !== undefined && (sentinel & sentinelMask) !== sentinel) {
      report(path, 'only bits that stand in sentinelMask', sentinel);
    }
  });
}

function toSentinelLimits(type: ModbusAddress['type'], width: number) {
  // As bits or as the typed number: what a float can be, every number that the schema allows can be.
  if (type.startsWith('f')) {
    return { min: Number.NEGATIVE_INFINITY, max: Number.POSITIVE_INFINITY, expected: 'a number' };
  }
  const bits = 16 * width;
  // 2^64 is what 0xFFFFFFFFFFFFFFFF is as a number of the file.
  const max = bits === 64 ? 2 ** 64 : 2 ** bits - 1;
  if (type.startsWith('bcd')) return { min: 0, max, expected: `a value of ${bits} bits without a sign` };
  return { min: -(2 ** (bits - 1)), max, expected: `a value of ${bits} bits` };
}
