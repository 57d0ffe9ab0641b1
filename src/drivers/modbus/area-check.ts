/**
 * Problems of the areas that a profile excludes or declares as blocks, by themselves and against its points: what the
 * planner could not obey. The properties themselves are schema.ts's; areas are absolute, also in profiles with parts.
 */
import type { RuleIssue } from '../../config/catalog.ts';
import { registersOf } from '../../profiles/decoders.ts';
import { isBitTable } from './address-check.ts';
import type { AddressArea, ModbusAddress } from './schema.ts';

/** The part of the profile's section that is looked at; it may lack its defaults. */
interface Areas {
  readonly exclude?: readonly AddressArea[];
  readonly blocks?: readonly AddressArea[];
  readonly addressBase?: number;
  readonly maxRegisters?: number;
  readonly maxBits?: number;
}

/** What reads these addresses. */
interface Reader extends AddressArea {
  /** Property of the address. */
  readonly path: string;
}

/** Problems of the profile's section alone. */
export function checkAreas(section: Areas): readonly RuleIssue[] {
  const { exclude = [], blocks = [] } = section;
  return [
    ...exclude.flatMap((area, at) => checkOrder(area, `exclude[${at}]`, section)),
    ...blocks.flatMap((area, at) => [
      ...checkOrder(area, `blocks[${at}]`, section),
      ...checkLength(area, `blocks[${at}]`, section),
      ...checkApart(area, at, section),
    ]),
  ];
}

/** Problems of one point with the areas of its profile. */
export function checkAddressAreas(point: ModbusAddress, section: Areas): readonly RuleIssue[] {
  const { exclude = [], blocks = [], maxRegisters } = section;
  const width = isBitTable(point.table) ? 1 : registersOf(point.type, point.length);
  const issues: RuleIssue[] = [];
  for (const reader of toReaders(point, width)) {
    const excluded = exclude.find((area) => overlap(area, reader));
    if (excluded) {
      issues.push({
        path: reader.path,
        expected: `an address outside of ${toText(excluded)}, which is excluded`,
        found: toText(reader),
      });
    }
    const torn = blocks.find((area) => overlap(area, reader) && !holds(area, reader));
    if (torn) {
      issues.push({
        path: reader.path,
        expected: `all of the value inside or outside of block ${toText(torn)}`,
        found: toText(reader),
      });
    }
  }
  if (maxRegisters !== undefined && width > maxRegisters) {
    const expected = `a value of at most ${maxRegisters} registers (maxRegisters)`;
    issues.push({ path: 'address', expected, found: String(width) });
  }
  return issues;
}

function toReaders(point: ModbusAddress, width: number): readonly Reader[] {
  const { table, address, scaleRegister } = point;
  const value = { path: 'address', table, from: address, to: address + width - 1 };
  if (scaleRegister === undefined) return [value];
  const { address: at, table: ofScale = table } = scaleRegister;
  return [value, { path: 'scaleRegister.address', table: ofScale, from: at, to: at }];
}

function checkOrder({ from, to }: AddressArea, path: string, { addressBase = 0 }: Areas): RuleIssue[] {
  if (from < addressBase) {
    return [{ path: `${path}.from`, expected: `at least ${addressBase} (addressBase)`, found: String(from) }];
  }
  return to < from ? [{ path: `${path}.to`, expected: `at least from (${from})`, found: String(to) }] : [];
}

function checkLength(area: AddressArea, path: string, { maxBits, maxRegisters }: Areas): RuleIssue[] {
  const isBits = isBitTable(area.table);
  const max = isBits ? maxBits : maxRegisters;
  const length = area.to - area.from + 1;
  if (max === undefined || length <= max) return [];
  const expected = `at most ${max} addresses (${isBits ? 'maxBits' : 'maxRegisters'})`;
  return [{ path: `${path}.to`, expected, found: String(length) }];
}

/** A block shares no address with another one, nor with an excluded area. */
function checkApart(area: AddressArea, at: number, { exclude = [], blocks = [] }: Areas): RuleIssue[] {
  const other = [...blocks.slice(0, at), ...exclude].find((candidate) => overlap(candidate, area));
  if (other === undefined) return [];
  return [{ path: `blocks[${at}]`, expected: `no address of ${toText(other)}`, found: toText(area) }];
}

function overlap(a: AddressArea, b: AddressArea): boolean {
  return a.table === b.table && a.from <= b.to && b.from <= a.to;
}

function holds(area: AddressArea, inner: AddressArea): boolean {
  return area.from <= inner.from && inner.to <= area.to;
}

function toText({ table, from, to }: AddressArea): string {
  return `${table} ${from === to ? from : `${from}–${to}`}`;
}
