/**
 * A ring of cells in typed columns: what a window (window.ts) keeps of values that no longer hold. It stores and merges;
 * what a cell means, and when one is too old, is the window's business. Grows to what is needed, never beyond its maximum.
 */
import { assert } from '../../core/assert.ts';

const FIRST_CELLS = 8;
/** A power of two (ring). 56 bytes a cell: 28 KB a window at most. */
export const MAX_CELLS = 512;

/** A stretch of time. Times are monotonic milliseconds. */
export interface Cell {
  readonly fromMs: number;
  readonly endMs: number;
  /** Part of it in which a value was known. */
  readonly knownMs: number;
  /** Weighted by time; of the values themselves where none lasted. */
  readonly mean: number;
  /** Infinity where nothing was known. */
  readonly min: number;
  /** -Infinity where nothing was known. */
  readonly max: number;
  /** How often the value left zero. */
  readonly rises: number;
}

const COLUMNS = ['fromMs', 'endMs', 'knownMs', 'mean', 'min', 'max', 'rises'] as const;
type Columns = Readonly<Record<keyof Cell, Float64Array>>;

export class CellRing {
  /** Read at `index(n)`. */
  columns: Columns = createColumns(FIRST_CELLS);
  count = 0;
  #head = 0;

  /** Place of the n-th cell in the columns, oldest first. */
  index(n: number): number {
    return (this.#head + n) & (this.columns.fromMs.length - 1);
  }

  get(n: number): Cell {
    return readCell(this.columns, this.index(n));
  }

  add(cell: Cell): void {
    if (this.count === this.columns.fromMs.length) this.#grow();
    writeCell(this.columns, this.index(this.count), cell);
    this.count += 1;
  }

  /** The newest cell takes this one in, which begins where it ends. */
  extend(cell: Cell): void {
    const at = this.index(this.count - 1);
    writeCell(this.columns, at, merge(readCell(this.columns, at), cell));
  }

  /** Forgets cells that ended by then; one that ended just then is behind the edge. */
  dropUntil(edgeMs: number): void {
    while (this.count > 0 && (this.columns.endMs[this.#head] as number) <= edgeMs) {
      this.#head = this.index(1);
      this.count -= 1;
    }
  }

  #grow(): void {
    const old = this.columns;
    const size = old.fromMs.length;
    assert(size < MAX_CELLS, `a window has at most ${MAX_CELLS} cells`);
    const cells = Array.from({ length: this.count }, (_, n) => this.get(n));
    this.columns = createColumns(size * 2);
    this.#head = 0;
    for (const [at, cell] of cells.entries()) writeCell(this.columns, at, cell);
  }
}

/** Two neighbours as one. */
export function merge(left: Cell, right: Cell): Cell {
  return {
    fromMs: left.fromMs,
    endMs: right.endMs,
    knownMs: left.knownMs + right.knownMs,
    mean: toMean(left, right),
    min: Math.min(left.min, right.min),
    max: Math.max(left.max, right.max),
    rises: left.rises + right.rises,
  };
}

function toMean(left: Cell, right: Cell): number {
  if (right.knownMs === 0) return left.knownMs > 0 || isGap(right) ? left.mean : right.mean;
  if (left.knownMs === 0) return right.mean;
  // Weights first: a sum of products of time and value could overflow where their mean does not.
  const knownMs = left.knownMs + right.knownMs;
  return left.mean * (left.knownMs / knownMs) + right.mean * (right.knownMs / knownMs);
}

export function isGap({ min }: Cell): boolean {
  return min === Number.POSITIVE_INFINITY;
}

function createColumns(size: number): Columns {
  const columns = COLUMNS.map((name) => [name, new Float64Array(size)] as const);
  return Object.fromEntries(columns) as Columns;
}

function readCell(columns: Columns, at: number): Cell {
  return {
    fromMs: columns.fromMs[at] as number,
    endMs: columns.endMs[at] as number,
    knownMs: columns.knownMs[at] as number,
    mean: columns.mean[at] as number,
    min: columns.min[at] as number,
    max: columns.max[at] as number,
    rises: columns.rises[at] as number,
  };
}

function writeCell(columns: Columns, at: number, cell: Cell): void {
  for (const name of COLUMNS) columns[name][at] = cell[name];
}
