/** Makes one request of the poll plan from the addresses that it reads and the points that live there. */

import type { RequestPlace } from '../../../core/link.ts';
import type { PollRequest } from '../../driver.ts';
import { FUNCTION_CODES } from '../pdu.ts';
import type { ModbusRequest, PlannedRead } from '../request.ts';
import { isBitTable, type Table } from '../schema.ts';
import { toCostMs } from './cost.ts';
import { type PlacedItem, type PlacedScale, type Range, widthOf } from './spans.ts';

/** What requests of one table of one unit have in common. */
export interface Frame {
  readonly unit: number;
  readonly table: Table;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly maxInFlight: number;
  readonly planned: PlannedRead;
}

/** @param items @param scales within the range */
export function makeRequest(
  frame: Frame,
  { start, end }: Range,
  items: readonly PlacedItem[],
  scales: readonly PlacedScale[],
): PollRequest {
  const { unit, table, planned, ...habits } = frame;
  const isBits = isBitTable(table);
  const count = end - start;
  const sorted = items.toSorted((a, b) => a.start - b.start);
  const detail: ModbusRequest = {
    unit,
    functionCode: FUNCTION_CODES[table],
    address: start,
    count,
    isBits,
    scales: scales.map(({ key, start: at }) => ({ key, at: at - start })),
    items: sorted.map(({ start: at, ...item }) => ({ ...item, at: at - start })),
    planned,
  };
  return {
    ...habits,
    points: sorted.map(({ point }) => point),
    device: `unit ${unit}`,
    label: `unit ${unit} ${table} ${count === 1 ? start : `${start}–${end - 1}`}`,
    block: { table, first: start, count, ...toUse(sorted, scales) },
    costMs: toCostMs(planned.cost, isBits, count),
    detail,
  };
}

/**
 * The same requests of one unit, those first that bring a scale for points of another: a new connection knows no exponent,
 * and values that come before it cannot be read.
 */
export function scalesFirst(requests: readonly PollRequest[]): readonly PollRequest[] {
  const sought = new Set(requests.flatMap(({ detail }) => toSought(detail as ModbusRequest)));
  if (sought.size === 0) return requests;
  const brings = ({ detail }: PollRequest): boolean =>
    (detail as ModbusRequest).scales.some(({ key }) => sought.has(key));
  return [...requests.filter(brings), ...requests.filter((request) => !brings(request))];
}

/** Scales that the points of a request need and it does not bring. */
function toSought({ items, scales }: ModbusRequest): readonly string[] {
  const own = new Set(scales.map(({ key }) => key));
  return items.flatMap(({ scale }) => (scale === null || own.has(scale) ? [] : [scale]));
}

function toUse(
  items: readonly PlacedItem[],
  scales: readonly PlacedScale[],
): { readonly used: number; readonly places: readonly RequestPlace[] } {
  const places = [
    ...items.map(({ point, start, format }) => ({ point, first: start, count: widthOf(format) })),
    ...scales.map(({ start }) => ({ point: null, first: start, count: 1 })),
  ].toSorted((a, b) => a.first - b.first);
  const used = new Set<number>();
  for (const { first, count } of places) for (let at = 0; at < count; at++) used.add(first + at);
  return { used: used.size, places };
}
