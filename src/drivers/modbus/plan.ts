/**
 * Fewest requests for a set of points: neighbours and small gaps merge, up to the limits of the model. Registers
 * and bits have limits of their own, and a value of two registers is never split. Answers are read in reply.ts.
 */
import type { Equipment, LinkDef, PointDef } from '../../config/model.ts';
import { assert, defined } from '../../core/assert.ts';
import { type RegisterFormat, registersOf } from '../../profiles/decoders.ts';
import type { PollRequest } from '../driver.ts';
import { FUNCTION_CODES } from './framing.ts';
import type { ModbusRequest } from './request.ts';
import {
  isBitTable,
  type ModbusAddress,
  type ModbusDevice,
  type Table,
  toModbusAddress,
  toModbusDevice,
} from './schema.ts';

interface Span {
  readonly point: PointDef;
  readonly start: number;
  readonly width: number;
  readonly format: RegisterFormat | null;
}

interface Limits {
  readonly max: number;
  readonly maxGap: number;
}

interface Area {
  readonly unit: number;
  readonly table: Table;
  limits: Limits;
  readonly spans: Span[];
}

/** Requests in order of unit, table and address. */
export function planRequests(
  _link: LinkDef,
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): readonly PollRequest[] {
  return [...collectAreas(points, equipmentOf).values()].flatMap(planArea);
}

/** Points by unit and table; where equipment of one unit differs in limits, the smaller ones hold. */
function collectAreas(
  points: readonly PointDef[],
  equipmentOf: (point: PointDef) => Equipment,
): ReadonlyMap<string, Area> {
  /** Key: `unit table`. */
  const areas = new Map<string, Area>();
  for (const point of points) {
    const device = toModbusDevice(equipmentOf(point).device);
    const address = toModbusAddress(point.address);
    const limits = limitsOf(device, address.table);
    const key = `${device.unit} ${address.table}`;
    const area = areas.get(key) ?? { unit: device.unit, table: address.table, limits, spans: [] };
    area.limits = smallerOf(area.limits, limits);
    area.spans.push(toSpan(point, address, device));
    areas.set(key, area);
  }
  return areas;
}

function limitsOf(device: ModbusDevice, table: Table): Limits {
  return isBitTable(table)
    ? { max: device.maxBits, maxGap: device.maxGapBits }
    : { max: device.maxRegisters, maxGap: device.maxGapRegisters };
}

function smallerOf(a: Limits, b: Limits): Limits {
  return { max: Math.min(a.max, b.max), maxGap: Math.min(a.maxGap, b.maxGap) };
}

function toSpan(point: PointDef, address: ModbusAddress, device: ModbusDevice): Span {
  const format = isBitTable(address.table) ? null : toFormat(point, address);
  const start = address.address - device.addressBase;
  const width = format ? registersOf(format.type, format.length) : 1;
  assert(start >= 0 && start + width <= 65_536, `${point.id}: address ${address.address} exists on the wire`);
  return { point, start, width, format };
}

function toFormat(point: PointDef, address: ModbusAddress): RegisterFormat {
  const { type, wordOrder, scale, offset, sentinels } = address;
  const { bit = null, mask = null, sentinelMask = null } = address;
  const states = point.states.size === 0 ? null : new Set(point.states.keys());
  const { range } = point;
  const { byteOrder, length = 0, loop = null } = address;
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

function planArea(area: Area): PollRequest[] {
  const spans = area.spans.toSorted((a, b) => a.start - b.start || a.width - b.width);
  const requests: PollRequest[] = [];
  let block: Span[] = [];
  let end = 0;
  for (const span of spans) {
    const first = block[0] ?? span;
    const newEnd = Math.max(end, span.start + span.width);
    const fits = span.start - end <= area.limits.maxGap && newEnd - first.start <= area.limits.max;
    if (block.length > 0 && !fits) {
      requests.push(toRequest(area, block, end));
      block = [];
      end = 0;
    }
    block.push(span);
    end = Math.max(end, span.start + span.width);
  }
  requests.push(toRequest(area, block, end));
  return requests;
}

function toRequest(area: Area, block: readonly Span[], end: number): PollRequest {
  const address = defined(block[0], 'first point of a block').start;
  const count = end - address;
  const detail: ModbusRequest = {
    unit: area.unit,
    functionCode: FUNCTION_CODES[area.table],
    address,
    count,
    isBits: isBitTable(area.table),
    scales: [],
    items: block.map(({ point, start, format }) => ({
      point: point.index,
      at: start - address,
      format,
      scale: null,
    })),
  };
  return {
    points: block.map(({ point }) => point.index),
    device: `unit ${area.unit}`,
    label: `unit ${area.unit} ${area.table} ${count === 1 ? address : `${address}–${end - 1}`}`,
    block: { table: area.table, first: address, count, used: count },
    costMs: 0,
    timeoutMs: 1_000,
    retries: 0,
    maxInFlight: 1,
    detail,
  };
}
