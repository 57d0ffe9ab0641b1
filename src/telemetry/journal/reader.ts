/**
 * Reads a journal directory from the outside, in the order of writing, also while a writer runs: it sees what was durable
 * when it reached a segment. Later history queries build on it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSegmentName, segmentPath } from './files.ts';
import { decodeRows } from './format.ts';
import type { BlockRows } from './rows.ts';
import { scanBlocks } from './scan.ts';
import { type PointTable, TableCache } from './table.ts';

export interface JournalledReading {
  /** `equipment/point`. */
  readonly pointId: string;
  /** Time under which the sink knows the reading; strictly increasing per point. */
  readonly stampMs: number;
  /** null where the quality is bad. */
  readonly value: number | null;
  readonly quality: number;
  readonly sourceMs: number | null;
  readonly receivedMs: number;
}

export interface ReadProblem {
  readonly segment: number;
  readonly offset: number;
  readonly reason: 'damaged' | 'unknown-points';
}

/**
 * @param onProblem told of each damaged stretch and of each block whose point table is missing; a torn tail of the newest
 * segment may be a write under way
 * @throws Error when the directory cannot be read
 */
export function* readJournal(
  directory: string,
  onProblem: (problem: ReadProblem) => void = () => undefined,
): Generator<JournalledReading> {
  const tables = new TableCache(directory);
  /** Key: point id. A write that failed half-way may have left the same readings twice. */
  const lastStampMs = new Map<string, number>();
  for (const segment of listSegments(directory)) {
    const bytes = readSegment(directory, segment);
    for (const item of scanBlocks(bytes)) {
      const table = item.type === 'block' ? tables.get(item.header.tableId) : null;
      if (item.type === 'block' && table !== null) {
        yield* toReadings(decodeRows(bytes, item.offset, item.header), table, lastStampMs);
        continue;
      }
      const reason = item.type === 'damage' ? 'damaged' : 'unknown-points';
      onProblem({ segment, offset: item.offset, reason });
    }
  }
}

function listSegments(directory: string): readonly number[] {
  return readdirSync(directory)
    .map(parseSegmentName)
    .filter((seq) => seq !== null)
    .sort((one, other) => one - other);
}

/** Empty when retention has deleted the segment since it was listed. */
function readSegment(directory: string, firstSeq: number): Buffer {
  try {
    return readFileSync(segmentPath(directory, firstSeq));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function* toReadings(
  rows: BlockRows,
  table: PointTable,
  lastStampMs: Map<string, number>,
): Generator<JournalledReading> {
  for (let at = 0; at < rows.count; at++) {
    const pointId = table.points[rows.point[at] as number]?.id;
    const stampMs = rows.stampMs[at] as number;
    if (pointId === undefined || stampMs <= (lastStampMs.get(pointId) ?? Number.NEGATIVE_INFINITY)) continue;
    lastStampMs.set(pointId, stampMs);
    yield {
      pointId,
      stampMs,
      value: orNull(rows.value[at] as number),
      quality: rows.quality[at] as number,
      sourceMs: orNull(rows.sourceMs[at] as number),
      receivedMs: rows.receivedMs[at] as number,
    };
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
