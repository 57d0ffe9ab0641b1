/**
 * `test-pattern`: a device for tests of transport. Every register and bit shows a mixture of unit, table, address and
 * a counter of seconds, so that an answer that belongs to another request, unit or time is recognised by its values.
 * A few more addresses take writes. The map is docs/register-maps.md.
 */

import type { RegisterImage, TableSizes, WriteResult } from './device.ts';
import { type DeviceOptions, type ModbusDevice, type ModbusModel, TABLES, type Table } from './device.ts';

export const TEST_PATTERN = {
  /** First address that takes writes, of coils and holding registers; all before it show the pattern. */
  writableFrom: 10_000,
  writableCount: 8,
  /** The last of them takes this at most. */
  lastMax: 100,
  /** Addresses of each table where the scenario says nothing. */
  size: { coil: 32, discrete: 32, input: 100, holding: 100 },
} as const;

export const testPattern: ModbusModel = {
  protocol: 'modbus',
  partCount: 0,
  maxRegisters: 125,
  hasSize: true,
  faults: () => [],
  create: createTestPattern,
};

/** What an address shows. @param counter whole seconds of simulated time. @returns 0–65535, bits 0 or 1. */
export function toPatternValue(unit: number, table: Table, address: number, counter: number): number {
  let mixed = Math.imul(unit * TABLES.length + TABLES.indexOf(table), 0x9e37_79b1);
  mixed = stir(mixed ^ address);
  mixed = stir(mixed ^ counter);
  return table === 'coil' || table === 'discrete' ? (mixed >>> 31) & 1 : mixed >>> 16;
}

/** Finalizer of MurmurHash3: every bit of the result depends on every bit before. */
function stir(bits: number): number {
  let mixed = Math.imul(bits ^ (bits >>> 16), 0x85eb_ca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2_ae35);
  return mixed ^ (mixed >>> 16);
}

type Writable = Readonly<Record<'coil' | 'holding', number[]>>;

function createTestPattern({ unit = 1, size = TEST_PATTERN.size }: DeviceOptions): ModbusDevice {
  const written: Writable = { coil: toZeros(), holding: toZeros() };
  let timeS = 0;
  /** The image as long as nothing in it changes. */
  let kept: { readonly counter: number; readonly image: RegisterImage } | null = null;
  // Steps of 0.1 s add up to a little less or more than whole seconds.
  const toCounter = (): number => Math.floor(timeS + 1e-6);
  return {
    step(_hasFault, dtS) {
      timeS += dtS;
    },
    settle() {},
    image() {
      const counter = toCounter();
      if (kept?.counter !== counter) kept = { counter, image: toImage(unit, size, counter, written) };
      return kept.image;
    },
    write(table, address, values) {
      const result = put(written, table, address, values);
      if (result === 'done') kept = null;
      return result;
    },
    state: () => ({ counter: toCounter() }),
  };
}

function toZeros(): number[] {
  return Array.from<number>({ length: TEST_PATTERN.writableCount }).fill(0);
}

function put(written: Writable, table: Table, address: number, values: readonly number[]): WriteResult {
  const first = address - TEST_PATTERN.writableFrom;
  const isWritable = table === 'coil' || table === 'holding';
  const last = TEST_PATTERN.writableCount - 1;
  if (!isWritable || first < 0 || first + values.length - 1 > last) return 'illegal-address';
  const limited = table === 'holding' ? values[last - first] : undefined;
  if (limited !== undefined && limited > TEST_PATTERN.lastMax) return 'illegal-value';
  for (const [offset, value] of values.entries()) written[table][first + offset] = value;
  return 'done';
}

function toImage(unit: number, size: TableSizes, counter: number, written: Writable): RegisterImage {
  const pattern = (table: Table): Map<number, number> => {
    const addresses = Array.from({ length: size[table] ?? 0 }, (_, address) => address);
    return new Map(addresses.map((address) => [address, toPatternValue(unit, table, address, counter)]));
  };
  const withWritten = (table: 'coil' | 'holding'): Map<number, number> => {
    const image = pattern(table);
    for (const [at, value] of written[table].entries()) image.set(TEST_PATTERN.writableFrom + at, value);
    return image;
  };
  return {
    coil: withWritten('coil'),
    discrete: pattern('discrete'),
    input: pattern('input'),
    holding: withWritten('holding'),
  };
}
