/** The last stamp of every point, as a start finds it in the newest segments. */
import { readFile } from 'node:fs/promises';
import { segmentPath } from './files.ts';
import { decodeRows } from './format.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import { scanBlocks } from './scan.ts';
import { sealedPath } from './sealed/record.ts';
import { openSealed, type SealedFile } from './sealed/sealed-file.ts';
import type { Segment } from './segments.ts';
import { type PointTable, TableCache } from './table.ts';

interface Stamps {
  readonly tables: TableCache;
  /** Key: point id; value: index in the present table. */
  readonly indexes: ReadonlyMap<string, number>;
  /** By index in the present table. */
  readonly lastMs: Float64Array;
}

/** Highest stamp that any of them knows of; -Infinity when none does. */
export function highStamp(segments: readonly Segment[]): number {
  return segments.reduce(
    (high, segment) => Math.max(high, segment.figures.highStampMs ?? Number.NEGATIVE_INFINITY),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * Last stamp of every point: exact for points in the newest segments, else the highest stamp before them, which is no
 * lower. Damage in the newest segments may hide stamps; then the highest stamp of all holds for every point.
 * @param floorMs no new stamp may be at or below it
 */
export async function recoverStamps(
  directory: string,
  segments: readonly Segment[],
  table: PointTable,
  floorMs: number,
): Promise<Float64Array> {
  const newest = segments.slice(-JOURNAL_LIMITS.recoverySegments);
  const before = highStamp(segments.slice(0, -JOURNAL_LIMITS.recoverySegments));
  const stamps: Stamps = {
    tables: new TableCache(directory),
    indexes: new Map(table.points.map((point, index) => [point.id, index])),
    lastMs: new Float64Array(table.points.length).fill(Math.max(before, floorMs)),
  };
  for (const segment of newest) {
    const isIntact =
      segment.form === 'log'
        ? noteLog(await readFile(segmentPath(directory, segment.figures.firstSeq)), stamps)
        : noteSealed(directory, segment, stamps);
    if (!isIntact) raiseTo(stamps.lastMs, segment.figures.highStampMs ?? Number.NEGATIVE_INFINITY);
  }
  return stamps.lastMs;
}

/** @returns whether every block could be read. */
function noteLog(bytes: Buffer, { tables, indexes, lastMs }: Stamps): boolean {
  let isIntact = true;
  for (const item of scanBlocks(bytes)) {
    const named = item.type === 'block' ? tables.get(item.header.tableId) : null;
    if (item.type !== 'block' || named === null) {
      isIntact = false;
      continue;
    }
    const rows = decodeRows(bytes, item.offset, item.header);
    for (let at = 0; at < rows.count; at++) {
      const index = indexes.get(named.points[rows.point[at] as number]?.id ?? '');
      if (index !== undefined) lastMs[index] = Math.max(lastMs[index] as number, rows.stampMs[at] as number);
    }
  }
  return isIntact;
}

/** @returns whether the last stamp of every point could be read. */
function noteSealed(directory: string, segment: Segment, stamps: Stamps): boolean {
  let isIntact = segment.parts.length > 0;
  for (const part of segment.parts) {
    const file = openSealed(sealedPath(directory, part.firstSeq));
    try {
      isIntact = noteFile(file, stamps) && isIntact;
    } finally {
      file.close();
    }
  }
  return isIntact;
}

function noteFile(file: SealedFile, { tables, indexes, lastMs }: Stamps): boolean {
  const named = tables.get(file.figures.tableId);
  if (named === null) return false;
  let isIntact = true;
  for (const [point, { id }] of named.points.entries()) {
    const index = indexes.get(id);
    if (index === undefined) continue;
    const { summaries, damage } = file.summaries(point);
    isIntact &&= damage === null;
    const lastStampMs = summaries.at(-1)?.lastMs ?? Number.NEGATIVE_INFINITY;
    lastMs[index] = Math.max(lastMs[index] as number, lastStampMs);
  }
  return isIntact;
}

function raiseTo(stamps: Float64Array, low: number): void {
  for (let at = 0; at < stamps.length; at++) stamps[at] = Math.max(stamps[at] as number, low);
}
