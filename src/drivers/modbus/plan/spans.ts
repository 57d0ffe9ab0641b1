/**
 * Sorts the points of a poll group by unit and table into spans of addresses, and joins what the profiles of a unit say of
 * it. How spans become requests is plan.ts's business.
 */
import type { Equipment, LinkDef, PointDef } from '../../../config/model.ts';
import { assert } from '../../../core/assert.ts';
import { type RegisterFormat, registersOf } from '../../../profiles/decoders.ts';
import {
  type AddressArea,
  framingOf,
  isBitTable,
  type ModbusAddress,
  type ModbusDevice,
  type ModbusLink,
  TABLES,
  type Table,
  toModbusAddress,
  toModbusDevice,
  toModbusLink,
} from '../schema.ts';

/** A point on its address, as on the wire. */
export interface PlacedItem {
  readonly point: number;
  readonly start: number;
  readonly format: RegisterFormat | null;
  /** Key of its scale register; null = none. */
  readonly scale: string | null;
}

export interface PlacedScale {
  readonly key: string;
  readonly start: number;
}

/** Neighbouring addresses that are read together or not at all, and whom they serve. `end` is the first one after. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly items: PlacedItem[];
  readonly scales: PlacedScale[];
}

/** `end` is the first address after. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One table of one unit. */
export interface TableMap {
  readonly table: Table;
  /** In address order. */
  readonly spans: readonly Span[];
  readonly excluded: readonly Range[];
  readonly blocks: readonly Range[];
}

export interface UnitMap {
  readonly unit: number;
  readonly habits: Habits;
  /** In the order of TABLES. */
  readonly tables: readonly TableMap[];
}

/** Where equipment of one unit differs, the gentlest holds: smallest limits, longest time-out, most retries. */
export interface Habits {
  readonly maxRegisters: number;
  readonly maxBits: number;
  readonly maxGapRegisters: number;
  readonly maxGapBits: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxInFlight: number;
}

/** Addresses of a value. */
export function widthOf(format: RegisterFormat | null): number {
  return format === null ? 1 : registersOf(format.type, format.length);
}

/** Units in order of their number. @throws AssertionFailure for an address that is not on the wire */
export function collectUnits(
  link: LinkDef,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): readonly UnitMap[] {
  const options = toModbusLink(link.options);
  /** Key: unit. */
  const units = new Map<number, Collected>();
  for (const point of points) {
    const device = toModbusDevice(equipmentOf(point).device);
    const collected = units.get(device.unit) ?? new Collected(device.unit);
    units.set(device.unit, collected);
    collected.add(point, device);
  }
  return [...units.values()].toSorted((a, b) => a.unit - b.unit).map((collected) => collected.toMap(options));
}

class Collected {
  readonly unit: number;
  readonly #devices = new Set<ModbusDevice>();
  /** Key: table, then `start end`. */
  readonly #spans = new Map<Table, Map<string, Span>>();

  constructor(unit: number) {
    this.unit = unit;
  }

  add(point: PointDef, device: ModbusDevice): void {
    const address = toModbusAddress(point.address);
    this.#devices.add(device);
    const scale = this.#addScale(point, address, device);
    const start = address.address - device.addressBase;
    const format = isBitTable(address.table) ? null : toFormat(point, address);
    const { items } = this.#spanAt(address.table, start, widthOf(format), point);
    items.push({ point: point.index, start, format, scale });
  }

  /** @returns the key of the point's scale register; null = it has none */
  #addScale(
    point: PointDef,
    { table: own, scaleRegister }: ModbusAddress,
    { addressBase }: ModbusDevice,
  ): string | null {
    if (scaleRegister === undefined) return null;
    const { table = own, address } = scaleRegister;
    const start = address - addressBase;
    const key = `unit ${this.unit} ${table} ${start}`;
    const { scales } = this.#spanAt(table, start, 1, point);
    if (scales.length === 0) scales.push({ key, start });
    return key;
  }

  #spanAt(table: Table, start: number, width: number, point: PointDef): Span {
    const end = start + width;
    assert(start >= 0 && end <= 65_536, `${point.id}: its ${table} address exists on the wire`);
    const spans = this.#spans.get(table) ?? new Map<string, Span>();
    this.#spans.set(table, spans);
    const key = `${start} ${end}`;
    const span = spans.get(key) ?? { start, end, items: [], scales: [] };
    spans.set(key, span);
    return span;
  }

  toMap(link: ModbusLink): UnitMap {
    const devices = [...this.#devices];
    const tables = TABLES.flatMap((table) => {
      const spans = [...(this.#spans.get(table)?.values() ?? [])];
      if (spans.length === 0) return [];
      return [
        {
          table,
          spans: spans.toSorted((a, b) => a.start - b.start || b.end - a.end),
          excluded: toRanges(devices, table, ({ exclude }) => exclude),
          blocks: toRanges(devices, table, ({ blocks }) => blocks),
        },
      ];
    });
    return { unit: this.unit, habits: toHabits(devices, link), tables };
  }
}

function toHabits(devices: readonly ModbusDevice[], link: ModbusLink): Habits {
  const hasTransactions = framingOf(link) === 'mbap';
  const least = (pick: (device: ModbusDevice) => number) => Math.min(...devices.map(pick));
  const most = (pick: (device: ModbusDevice) => number) => Math.max(...devices.map(pick));
  return {
    maxRegisters: least(({ maxRegisters }) => maxRegisters),
    maxBits: least(({ maxBits }) => maxBits),
    maxGapRegisters: least(({ maxGapRegisters }) => maxGapRegisters),
    maxGapBits: least(({ maxGapBits }) => maxGapBits),
    timeoutMs: most(({ timeoutMs = link.timeoutMs }) => timeoutMs),
    // A torn frame of a bus is worth asking again; over TCP what is late comes all the same.
    retries: most(({ retries = hasTransactions ? 0 : 1 }) => retries),
    // A pause between frames leaves nothing to overlap.
    maxInFlight: hasTransactions && link.gapMs === 0 ? least(({ maxInFlight = 1 }) => maxInFlight) : 1,
  };
}

/** As on the wire, each once, in address order. */
function toRanges(
  devices: readonly ModbusDevice[],
  table: Table,
  pick: (device: ModbusDevice) => readonly AddressArea[],
): readonly Range[] {
  const ranges = new Map<string, Range>();
  for (const device of devices) {
    for (const area of pick(device)) {
      if (area.table !== table) continue;
      const range = { start: area.from - device.addressBase, end: area.to - device.addressBase + 1 };
      ranges.set(`${range.start} ${range.end}`, range);
    }
  }
  return [...ranges.values()].toSorted((a, b) => a.start - b.start);
}

/** Equipment of one profile shares its formats, and with them what is compiled from them. */
const formats = new WeakMap<ModbusAddress, Pick<PointDef, 'states' | 'range'> & { format: RegisterFormat }>();

function toFormat({ states, range }: PointDef, address: ModbusAddress): RegisterFormat {
  const known = formats.get(address);
  if (known && known.states === states && known.range === range) return known.format;
  const format = makeFormat({ states, range }, address);
  formats.set(address, { states, range, format });
  return format;
}

function makeFormat(point: Pick<PointDef, 'states' | 'range'>, address: ModbusAddress): RegisterFormat {
  const { type, wordOrder, byteOrder, scale, offset, sentinels } = address;
  const { bit = null, mask = null, sentinelMask = null, length = 0, loop = null } = address;
  const states = point.states.size === 0 ? null : new Set(point.states.keys());
  const { range } = point;
  return {
    type,
    bit,
    mask,
    wordOrder,
    byteOrder,
    length,
    loop,
    scale,
    offset,
    sentinels,
    sentinelMask,
    range,
    states,
  };
}
