/**
 * The addresses that a poll plan asks for, as a map: who uses them, what is read along, what the device refuses. One map
 * for each table of each device. Pure; drawing is address-grid.tsx's and address-ranges.tsx's business.
 *
 *   requests:   [0 ────── 9]   [20 ── 23]          columns = 8
 *   runs:       ██░█░░████      ▓▓▓▓               row 0:  ██░█░░██
 *                                                  row 8:  ██
 *                                                  row 16:     ▓▓▓▓
 */

import type { PlannedRequest } from './link-queries.ts';
import { toRangeText } from './plan-words.ts';

export type AddressUse = 'used' | 'along' | 'refused';

/** Neighbouring addresses that serve the same points and stand in the same state. */
export interface AddressRun {
  readonly first: number;
  readonly count: number;
  readonly use: AddressUse;
  /** Point ids; empty = read along, or a scale factor. */
  readonly points: readonly string[];
  /** Serves other points of the device. */
  readonly isScale: boolean;
  readonly exceptionCode: number | null;
  readonly exceptionText: PlannedRequest['exceptionText'];
}

export interface AddressMap {
  /** `unit 1 holding`, unique on the link. */
  readonly id: string;
  readonly device: string;
  readonly table: string;
  /** In address order, without overlap; between them nothing is asked. */
  readonly runs: readonly AddressRun[];
  readonly requests: readonly PlannedRequest[];
  /** Addresses asked for, those among them that points use, those that are refused. */
  readonly asked: number;
  readonly used: number;
  readonly refused: number;
}

export interface MapRow {
  /** Address of the first square. */
  readonly first: number;
  /** Cut at the ends of the row. */
  readonly runs: readonly AddressRun[];
  /** Addresses before this row, from the end of the last, of which none is asked for; null = none. */
  readonly skipped: string | null;
}

interface Cell {
  use: AddressUse;
  readonly points: string[];
  isScale: boolean;
  exceptionCode: number | null;
  exceptionText: PlannedRequest['exceptionText'];
}

type Block = NonNullable<PlannedRequest['block']>;

/** In the order of the plan; requests without addresses are left out. */
export function toAddressMaps(requests: readonly PlannedRequest[]): readonly AddressMap[] {
  const groups = Map.groupBy(
    requests.filter(({ block }) => block !== null),
    ({ device, block }) => `${device} ${block?.table}`,
  );
  return [...groups].map(([id, own]) => toMap(id, own));
}

function toMap(id: string, requests: readonly PlannedRequest[]): AddressMap {
  /** Key: address. */
  const cells = new Map<number, Cell>();
  for (const request of requests) if (request.block !== null) addRequest(cells, request, request.block);
  const runs = toRuns(cells);
  const count = (isCounted: (run: AddressRun) => boolean) =>
    runs.filter(isCounted).reduce((sum, run) => sum + run.count, 0);
  const [first] = requests;
  return {
    id,
    device: first?.device ?? '',
    table: first?.block?.table ?? '',
    runs,
    requests,
    asked: cells.size,
    used: count(({ points, isScale }) => points.length > 0 || isScale),
    refused: count(({ use }) => use === 'refused'),
  };
}

function addRequest(cells: Map<number, Cell>, request: PlannedRequest, block: Block): void {
  for (let at = 0; at < block.count; at++) addAnswer(cells, block.first + at, request);
  for (const { point, first, count } of toPlaces(request, block)) {
    for (let at = 0; at < count; at++) {
      const cell = cells.get(first + at);
      if (cell === undefined) continue;
      if (cell.use === 'along') cell.use = 'used';
      if (point === null) cell.isScale = true;
      else if (!cell.points.includes(point)) cell.points.push(point);
    }
  }
}

/** Where the protocol does not say who uses which address, every point of the request may use each. */
function toPlaces(request: PlannedRequest, { places, first, count }: Block): NonNullable<Block['places']> {
  return places ?? request.points.map((point) => ({ point, first, count }));
}

/** An address that is refused in one request and given in another can be read. */
function addAnswer(cells: Map<number, Cell>, address: number, request: PlannedRequest): void {
  const { exceptionCode, exceptionText } = request;
  const cell = cells.get(address);
  if (cell === undefined) {
    const use = exceptionCode === null ? 'along' : 'refused';
    cells.set(address, { use, points: [], isScale: false, exceptionCode, exceptionText });
  } else if (exceptionCode === null && cell.use === 'refused') {
    const use = cell.points.length > 0 || cell.isScale ? 'used' : 'along';
    Object.assign(cell, { use, exceptionCode: null, exceptionText: null });
  }
}

function toRuns(cells: ReadonlyMap<number, Cell>): readonly AddressRun[] {
  const runs: { first: number; count: number; cell: Cell }[] = [];
  for (const [address, cell] of [...cells].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.first + last.count === address && isSame(last.cell, cell)) last.count++;
    else runs.push({ first: address, count: 1, cell });
  }
  return runs.map(({ cell, ...range }) => ({ ...range, ...cell }));
}

function isSame(a: Cell, b: Cell): boolean {
  return (
    a.use === b.use &&
    a.isScale === b.isScale &&
    a.exceptionCode === b.exceptionCode &&
    a.points.length === b.points.length &&
    a.points.every((point, at) => point === b.points[at])
  );
}

/** @param columns squares of a row; rows begin at its multiples, rows without an asked address are left out */
export function toMapRows(runs: readonly AddressRun[], columns: number): readonly MapRow[] {
  /** Key: address of the first square. */
  const rows = new Map<number, AddressRun[]>();
  for (const run of runs) {
    const end = run.first + run.count;
    for (let from = run.first; from < end; ) {
      const row = Math.floor(from / columns) * columns;
      const to = Math.min(end, row + columns);
      const cut = { ...run, first: from, count: to - from };
      const own = rows.get(row);
      if (own === undefined) rows.set(row, [cut]);
      else own.push(cut);
      from = to;
    }
  }
  let next = 0;
  return [...rows].map(([first, own]) => {
    const skipped = first > next ? toRangeText(next, first - next) : null;
    next = first + columns;
    return { first, runs: own, skipped };
  });
}

/** The run that an address belongs to; undefined = it is not asked for. */
export function findRun(runs: readonly AddressRun[], address: number): AddressRun | undefined {
  return runs.find(({ first, count }) => first <= address && address < first + count);
}

/** The next asked address in a direction, for the keyboard: from the last one it stays. */
export function stepAddress(runs: readonly AddressRun[], address: number, by: number): number {
  const wanted = address + by;
  if (findRun(runs, wanted) !== undefined) return wanted;
  const run =
    by > 0 ? runs.find(({ first }) => first > wanted) : runs.findLast(({ first }) => first < wanted);
  if (run === undefined) return address;
  return by > 0 ? run.first : run.first + run.count - 1;
}
