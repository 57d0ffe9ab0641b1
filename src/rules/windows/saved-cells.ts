/** How the cells of a window are saved and read back: fewer, coarser ones, with ages in place of times. */
import type { JsonValue } from '../rule.ts';
import { type Cell, isGap, MAX_CELLS, merge } from './cells.ts';
import { toNumbers } from './saved.ts';

/** A window is saved in about this many cells: a few kilobytes a rule. */
const SAVED_CELLS = 60;
const ROW_NUMBERS = 7;
type Row = [number, number, number, number, number, number, number];

/** Joins neighbours, so that any two that are left are longer than a thirtieth of the window together. */
export function coarsen(cells: readonly Cell[], overMs: number): readonly Cell[] {
  const joined: Cell[] = [];
  for (const cell of cells) {
    const newest = joined.at(-1);
    const fits = newest !== undefined && cell.endMs - newest.fromMs <= overMs / (SAVED_CELLS / 2);
    if (fits) joined[joined.length - 1] = merge(newest, cell);
    else joined.push(cell);
  }
  return joined;
}

/** Ages of both ends, time known (-1 = nothing), mean, min, max, rises. */
export function toRow(cell: Cell, nowMs: number): readonly number[] {
  const ages = [nowMs - cell.fromMs, Math.max(0, nowMs - cell.endMs)];
  const values = isGap(cell) ? [-1, 0, 0, 0] : [cell.knownMs, cell.mean, cell.min, cell.max];
  return [...ages, ...values, cell.rises];
}

/** null when a row is not one of `toRow`, or they are not in order of time. */
export function parseCells(rows: JsonValue | undefined, savedMonoMs: number): readonly Cell[] | null {
  if (!Array.isArray(rows) || rows.length > MAX_CELLS) return null;
  const cells: Cell[] = [];
  for (const row of rows as readonly JsonValue[]) {
    const numbers = toNumbers(row, ROW_NUMBERS);
    if (numbers?.length !== ROW_NUMBERS) return null;
    const [from, end, known, mean, min, max, rises] = numbers as Row;
    const [fromMs, endMs] = [savedMonoMs - from, savedMonoMs - end];
    const isOrdered =
      end >= 0 && fromMs <= endMs && fromMs >= (cells.at(-1)?.endMs ?? Number.NEGATIVE_INFINITY);
    if (!isOrdered) return null;
    const gap = {
      knownMs: 0,
      mean: Number.NaN,
      min: Number.POSITIVE_INFINITY,
      max: Number.NEGATIVE_INFINITY,
    };
    cells.push({ fromMs, endMs, rises, ...(known < 0 ? gap : { knownMs: known, mean, min, max }) });
  }
  return cells;
}
