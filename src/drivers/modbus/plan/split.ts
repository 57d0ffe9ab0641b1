/**
 * What to ask in place of a request that a device has refused. Pure. Exceptions of Modbus (Application Protocol V1.1b3, 7):
 *
 * | code              | what it may mean            | pieces                                                       |
 * | 2 illegal address | a hole that was read along  | one for each run of used addresses; without holes, two halves |
 * | 3 illegal value   | too many registers          | two halves, and no longer request for these points again      |
 * | others            | nothing of the request's size | none                                                        |
 *
 * A declared block is never cut. Values stay whole, and bits of one register stay together: whatever the device says of one
 * of them holds for all. A scale register goes into every piece that reads its address anyway; points find its exponent by
 * its key, from whichever request it comes; those that bring one for others go first.
 */
import { assert, defined } from '../../../core/assert.ts';
import type { PollRequest } from '../../driver.ts';
import type { ModbusRequest, PlannedRead } from '../request.ts';
import type { Table } from '../schema.ts';
import { makeRequest, scalesFirst } from './make-request.ts';
import { type PlacedItem, type PlacedScale, type Range, widthOf } from './spans.ts';

const ILLEGAL_ADDRESS = 2;
const ILLEGAL_VALUE = 3;

/** Addresses that cannot be cut, and the points on them. */
interface Cell extends Range {
  readonly items: PlacedItem[];
}

/** Smaller requests for the same points; empty = it is one value (or one register), or the code does not ask for it. */
export function splitRequest(request: PollRequest, exceptionCode: number): readonly PollRequest[] {
  const detail = request.detail as ModbusRequest;
  const { planned } = detail;
  if (planned === undefined || planned.isBlock) return [];
  const cells = toCells(detail);
  if (cells.length < 2) return [];
  const refused = [...planned.refused, { address: detail.address, count: detail.count }];
  if (exceptionCode === ILLEGAL_ADDRESS) {
    const runs = toRuns(cells);
    return toPieces(request, runs.length > 1 ? runs : toHalves(cells), { ...planned, refused });
  }
  if (exceptionCode === ILLEGAL_VALUE) {
    const halves = toHalves(cells);
    const maxCount = Math.max(...halves.map((half) => lengthOf(toExtent(half))));
    return toPieces(request, halves, { ...planned, refused, maxCount });
  }
  return [];
}

/** In address order; none lies within another, so that their ends are in order too. */
function toCells(detail: ModbusRequest): readonly Cell[] {
  const values = detail.items.map(({ at, ...item }) => {
    const start = detail.address + at;
    return { start, end: start + widthOf(item.format), items: [{ ...item, start }] };
  });
  const scales = toScales(detail).map(({ start }) => ({ start, end: start + 1, items: [] }));
  const cells: Cell[] = [];
  for (const cell of [...values, ...scales].toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = cells.at(-1);
    if (last !== undefined && cell.end <= last.end) last.items.push(...cell.items);
    else cells.push({ ...cell, items: [...cell.items] });
  }
  return cells;
}

function toScales({ scales, address }: ModbusRequest): readonly PlacedScale[] {
  return scales.map(({ key, at }) => ({ key, start: address + at }));
}

/** Cells without an unused address between them. */
function toRuns(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const runs: Cell[][] = [];
  for (const cell of cells) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && cell.start <= last.end) run.push(cell);
    else runs.push([cell]);
  }
  return runs;
}

/** Cut where the longer half is shortest. @param cells at least two */
function toHalves(cells: readonly Cell[]): readonly (readonly Cell[])[] {
  const whole = toExtent(cells);
  const cuts = cells.slice(1).map(({ start }, before) => ({
    at: before + 1,
    longer: Math.max(defined(cells[before], 'cell before the cut').end - whole.start, whole.end - start),
  }));
  const { at } = cuts.reduce((best, cut) => (cut.longer < best.longer ? cut : best));
  return [cells.slice(0, at), cells.slice(at)];
}

function toPieces(
  request: PollRequest,
  parts: readonly (readonly Cell[])[],
  planned: PlannedRead,
): readonly PollRequest[] {
  const detail = request.detail as ModbusRequest;
  const table = defined(request.block, 'addresses of a request').table as Table;
  const { timeoutMs, retries, maxInFlight } = request;
  const frame = { unit: detail.unit, table, timeoutMs, retries, maxInFlight, planned };
  const pieces = parts.map((part) => {
    const extent = toExtent(part);
    assert(lengthOf(extent) <= detail.count, 'a piece is no longer than the request');
    const scales = toScales(detail).filter(({ start }) => extent.start <= start && start < extent.end);
    return makeRequest(
      frame,
      extent,
      part.flatMap(({ items }) => items),
      scales,
    );
  });
  return scalesFirst(pieces);
}

/** @param cells at least one, in address order */
function toExtent(cells: readonly Range[]): Range {
  return {
    start: defined(cells[0], 'first addresses of a piece').start,
    end: defined(cells.at(-1), 'last addresses of a piece').end,
  };
}

function lengthOf({ start, end }: Range): number {
  return end - start;
}
