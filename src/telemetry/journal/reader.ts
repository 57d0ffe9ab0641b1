/**
 * Reads a journal directory from the outside, also while a writer runs: log segments in the order of writing, sealed ones
 * point after point. It sees what was durable when it reached a segment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parseSegmentName, segmentPath, unlessGone } from './files.ts';
import { decodeRows } from './format.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import type { BlockRows } from './rows.ts';
import { scanBlocks } from './scan.ts';
import { parseSealedName, sealedPath } from './sealed/record.ts';
import { openSealedOrNull } from './sealed/sealed-file.ts';
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
  /** First block of the segment. */
  readonly segment: number;
  /** Of the first byte concerned; 0 where it is not known. */
  readonly offset: number;
  readonly reason: 'damaged' | 'unknown-points';
}

type OnProblem = (problem: ReadProblem) => void;

/** What the steps of one reading share. */
interface Reading {
  readonly directory: string;
  readonly onProblem: OnProblem;
  readonly tables: TableCache;
  /** Key: point id. A write that failed half-way, or a sealing that was cut off, may have left the same readings twice. */
  readonly lastStampMs: Map<string, number>;
  /** Names of the files that were read. */
  readonly done: Set<string>;
}

interface Found {
  readonly name: string;
  readonly firstSeq: number;
  readonly isSealed: boolean;
}

/**
 * @param onProblem told of each damaged stretch and of each block whose point table is missing; a torn tail of the newest
 * segment may be a write under way
 * @throws Error when the directory cannot be read
 */
export function* readJournal(
  directory: string,
  onProblem: OnProblem = () => undefined,
): Generator<JournalledReading> {
  const reading: Reading = {
    directory,
    onProblem,
    tables: new TableCache(directory),
    lastStampMs: new Map(),
    done: new Set(),
  };
  // Listed anew each time: what was a log segment a moment ago may be sealed by now.
  for (let found = findNext(reading); found !== null; found = findNext(reading)) {
    reading.done.add(found.name);
    yield* found.isSealed ? readSealed(reading, found.firstSeq) : readLog(reading, found.firstSeq);
  }
}

/** The lowest that was not read yet, a sealed one before the log that it stands for. */
function findNext({ directory, done }: Reading): Found | null {
  let next: Found | null = null;
  for (const name of readdirSync(directory)) {
    if (done.has(name)) continue;
    const sealed = parseSealedName(name);
    const firstSeq = sealed ?? parseSegmentName(name);
    if (firstSeq === null) continue;
    const found = { name, firstSeq, isSealed: sealed !== null };
    if (next === null || firstSeq < next.firstSeq || (firstSeq === next.firstSeq && found.isSealed)) {
      next = found;
    }
  }
  return next;
}

function* readLog(reading: Reading, segment: number): Generator<JournalledReading> {
  // Sealed or deleted since it was listed: it holds nothing any more.
  const bytes = unlessGone(() => readFileSync(segmentPath(reading.directory, segment)));
  if (bytes === null) return;
  for (const item of scanBlocks(bytes)) {
    const table = item.type === 'block' ? reading.tables.get(item.header.tableId) : null;
    if (item.type === 'block' && table !== null) {
      yield* toReadings(decodeRows(bytes, item.offset, item.header), table, reading.lastStampMs);
      continue;
    }
    const reason = item.type === 'damage' ? 'damaged' : 'unknown-points';
    reading.onProblem({ segment, offset: item.offset, reason });
  }
}

function* readSealed(reading: Reading, segment: number): Generator<JournalledReading> {
  const { directory, onProblem, tables, lastStampMs } = reading;
  const file = openSealedOrNull(sealedPath(directory, segment), () =>
    onProblem({ segment, offset: 0, reason: 'damaged' }),
  );
  if (file === null) return;
  try {
    const table = tables.get(file.figures.tableId);
    if (table === null) {
      onProblem({ segment, offset: 0, reason: 'unknown-points' });
      return;
    }
    for (const { rows, next, damagedPlaces } of file.portions(JOURNAL_LIMITS.sinkReadings)) {
      for (let place = 0; place < damagedPlaces; place++)
        onProblem({ segment, offset: next.offset, reason: 'damaged' });
      yield* toReadings(rows, table, lastStampMs);
    }
  } finally {
    file.close();
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
