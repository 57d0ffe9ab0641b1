/** Rows out of chunks: decoded, cut, put together. Pure. */
import { type BlockRows, createRows, type OpenRows } from '../rows.ts';
import { type Chunk, readChunkRows } from './chunk.ts';

/** The rows of a chunk, valid until the next call; null when its columns do not hold what its head says. */
export type Decoder = (chunk: Chunk) => BlockRows | null;

/** One decoder holds the memory of the largest chunk it has met. */
export function createDecoder(): Decoder {
  let rows = createRows(0);
  return (chunk) => {
    if (rows.point.length < chunk.readings) rows = createRows(chunk.readings);
    try {
      readChunkRows(chunk, rows);
      return rows;
    } catch (error) {
      if (error instanceof RangeError) return null;
      throw error;
    }
  };
}

/** Index of the first row whose stamp is not below `ms`. @param rows in order of stamp */
export function firstFrom(rows: BlockRows, ms: number): number {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows.stampMs[middle] as number) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows `from` to `to` (excluded) in arrays of their own. */
export function rowsBetween(rows: BlockRows, from: number, to: number): BlockRows {
  return {
    count: to - from,
    point: rows.point.slice(from, to),
    stampMs: rows.stampMs.slice(from, to),
    value: rows.value.slice(from, to),
    quality: rows.quality.slice(from, to),
    mark: rows.mark.slice(from, to),
    sourceMs: rows.sourceMs.slice(from, to),
    receivedMs: rows.receivedMs.slice(from, to),
  };
}

/** Appends `count` rows, from row `from` on, to `into`, which has room for them. */
export function copyRows(into: OpenRows, rows: BlockRows, from: number, count: number): void {
  const at = into.count;
  const end = from + count;
  into.point.set(rows.point.subarray(from, end), at);
  into.stampMs.set(rows.stampMs.subarray(from, end), at);
  into.value.set(rows.value.subarray(from, end), at);
  into.quality.set(rows.quality.subarray(from, end), at);
  into.mark.set(rows.mark.subarray(from, end), at);
  into.sourceMs.set(rows.sourceMs.subarray(from, end), at);
  into.receivedMs.set(rows.receivedMs.subarray(from, end), at);
  into.count = at + count;
}

/** One after the other. A single piece is given back as it is. */
export function joinRows(pieces: readonly BlockRows[]): BlockRows {
  const [first] = pieces;
  if (first !== undefined && pieces.length === 1) return first;
  const rows = createRows(pieces.reduce((sum, piece) => sum + piece.count, 0));
  for (const piece of pieces) copyRows(rows, piece, 0, piece.count);
  return rows;
}
