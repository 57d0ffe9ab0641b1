/**
 * The directory of a sealed file: where the chunks of a point are. Pages hold about 256 chunks each and all chunks of a
 * point; a table of the pages is all that stays in memory (12 bytes a page: 5 kB at 100,000 points), so that a point is found
 * by reading one page and then its chunk. What a chunk holds stands in the chunk. Pure. Little-endian.
 *
 * | page, for each chunk | varint point - point before (first: 0) · varint bytes of the chunk; they lie one after the other |
 * | page, then           | CRC-32 of all before it                                                                         |
 * | table, for each page | first point (4) · offset of its first chunk (4) · offset of the page (4)                        |
 * | table, then          | CRC-32 of all before it; the record of the file follows                                         |
 */
import { crc32 } from 'node:zlib';
import { type Cursor, readUnsigned, writeUnsigned } from '../varint.ts';
import { SEALED_LIMITS } from './limits.ts';
import { PAGE_ROW_BYTES, RECORD_BYTES, type SealedFigures } from './record.ts';

const CRC_BYTES = 4;
/** A point and a length, each within five bytes. */
const MAX_ENTRY_BYTES = 10;

/** Where the chunks of a file are, in order of the file. */
export interface ChunkPlaces {
  readonly count: number;
  readonly point: Uint32Array;
  readonly offset: Uint32Array;
  readonly bytes: Uint32Array;
}

/** The page table in memory. */
export interface PageTable {
  readonly pages: number;
  readonly firstPoint: Uint32Array;
  readonly chunkAt: Uint32Array;
  readonly pageAt: Uint32Array;
  /** End of the chunks and end of the last page. */
  readonly chunkEnd: number;
  readonly pageEnd: number;
}

export interface EncodedDirectory {
  /** Pages and table, to be written at the end of the chunks. */
  readonly bytes: Buffer;
  readonly pages: number;
}

/** @param directoryAt end of the chunks */
export function encodeDirectory(places: ChunkPlaces, directoryAt: number): EncodedDirectory {
  const starts = pageStarts(places);
  const bytes = Buffer.alloc(
    places.count * MAX_ENTRY_BYTES + starts.length * (PAGE_ROW_BYTES + CRC_BYTES) + CRC_BYTES,
  );
  const cursor = { bytes, at: 0 };
  const pageAt = starts.map((start, page) => {
    const at = cursor.at;
    writePage(cursor, places, start, starts[page + 1] ?? places.count);
    return directoryAt + at;
  });
  const tableAt = cursor.at;
  for (const [page, start] of starts.entries()) {
    cursor.at = bytes.writeUInt32LE(places.point[start] as number, cursor.at);
    cursor.at = bytes.writeUInt32LE(places.offset[start] as number, cursor.at);
    cursor.at = bytes.writeUInt32LE(pageAt[page] as number, cursor.at);
  }
  cursor.at = bytes.writeUInt32LE(crc32(bytes.subarray(tableAt, cursor.at)), cursor.at);
  return { bytes: bytes.subarray(0, cursor.at), pages: starts.length };
}

/** Bytes of the page table and its checksum. */
export function tableBytes(figures: SealedFigures): number {
  return figures.pages * PAGE_ROW_BYTES + CRC_BYTES;
}

/** Offset of the page table. */
export function tableAt(figures: SealedFigures): number {
  return figures.bytes - RECORD_BYTES - tableBytes(figures);
}

/** null when it is damaged or points anywhere but into the file. @param bytes from `tableAt`, `tableBytes` many */
export function decodeTable(bytes: Buffer, figures: SealedFigures): PageTable | null {
  const { pages, directoryAt } = figures;
  const end = pages * PAGE_ROW_BYTES;
  if (bytes.length < end + CRC_BYTES || pages === 0) return null;
  if (crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return null;
  const column = (at: number): Uint32Array =>
    Uint32Array.from({ length: pages }, (_, page) => bytes.readUInt32LE(page * PAGE_ROW_BYTES + at));
  const table = {
    pages,
    firstPoint: column(0),
    chunkAt: column(4),
    pageAt: column(8),
    chunkEnd: directoryAt,
    pageEnd: tableAt(figures),
  };
  const isFitting =
    isAscending(table.firstPoint) &&
    isAscending(table.chunkAt) &&
    isAscending(table.pageAt) &&
    (table.chunkAt[0] as number) >= RECORD_BYTES &&
    (table.pageAt[0] as number) >= directoryAt;
  return isFitting && (table.pageAt[pages - 1] as number) < table.pageEnd ? table : null;
}

/** The only page that can hold chunks of the point; -1 when none can. */
export function findPage(table: PageTable, point: number): number {
  let low = 0;
  let high = table.pages;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table.firstPoint[middle] as number) <= point) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** null when the page is damaged or does not account for its chunks to the byte. @param bytes those of the page */
export function decodePage(bytes: Buffer, table: PageTable, page: number): ChunkPlaces | null {
  const end = bytes.length - CRC_BYTES;
  if (end < 0 || crc32(bytes.subarray(0, end)) !== bytes.readUInt32LE(end)) return null;
  const point: number[] = [];
  const offset: number[] = [];
  const length: number[] = [];
  const cursor = { bytes: bytes.subarray(0, end), at: 0 };
  let lastPoint = table.firstPoint[page] as number;
  let at = table.chunkAt[page] as number;
  try {
    while (cursor.at < end) {
      lastPoint += readUnsigned(cursor);
      point.push(lastPoint);
      offset.push(at);
      const chunkBytes = readUnsigned(cursor);
      length.push(chunkBytes);
      at += chunkBytes;
    }
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
  return at === pageChunksEnd(table, page) ? toPlaces(point, offset, length) : null;
}

/** Offset behind the last chunk of a page. */
export function pageChunksEnd(table: PageTable, page: number): number {
  return table.chunkAt[page + 1] ?? table.chunkEnd;
}

/** Offset behind a page; null when it would be longer than any of ours. */
export function pageBytesEnd(table: PageTable, page: number): number | null {
  const end = table.pageAt[page + 1] ?? table.pageEnd;
  return end - (table.pageAt[page] as number) <= SEALED_LIMITS.pageBytes ? end : null;
}

/** @param point the chunks' points, ascending or (found by walking) as they are */
export function toPlaces(
  point: readonly number[],
  offset: readonly number[],
  bytes: readonly number[],
): ChunkPlaces {
  return {
    count: point.length,
    point: Uint32Array.from(point),
    offset: Uint32Array.from(offset),
    bytes: Uint32Array.from(bytes),
  };
}

/** A page ends when it is full, but never between two chunks of a point. */
function pageStarts(places: ChunkPlaces): readonly number[] {
  const starts: number[] = [];
  for (let at = 0; at < places.count; at++) {
    const start = starts.at(-1);
    const isNewPoint = at === 0 || places.point[at] !== places.point[at - 1];
    if (start === undefined || (isNewPoint && at - start >= SEALED_LIMITS.pageEntries)) starts.push(at);
  }
  return starts;
}

function writePage(
  cursor: Cursor & { readonly bytes: Buffer },
  places: ChunkPlaces,
  from: number,
  to: number,
): void {
  const start = cursor.at;
  let before = places.point[from] as number;
  for (let at = from; at < to; at++) {
    const point = places.point[at] as number;
    writeUnsigned(cursor, point - before);
    writeUnsigned(cursor, places.bytes[at] as number);
    before = point;
  }
  cursor.at = cursor.bytes.writeUInt32LE(crc32(cursor.bytes.subarray(start, cursor.at)), cursor.at);
}

function isAscending(column: Uint32Array): boolean {
  for (let at = 1; at < column.length; at++) {
    if ((column[at] as number) <= (column[at - 1] as number)) return false;
  }
  return true;
}
