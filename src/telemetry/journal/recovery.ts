/**
 * What a start finds in the journal directory. Old segments are never written again, so a torn tail stays where it is and
 * costs itself only; the next block goes into a new segment. Segments that were closed properly are known by their index
 * file and sealed ones by their own figures; the others are read through once.
 */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Confirmations, loadConfirmations } from './confirm.ts';
import { JOURNAL_DISK, type JournalDisk } from './disk.ts';
import { parseSegmentName, segmentPath } from './files.ts';
import { loadIndex, writeIndex } from './index-file.ts';
import { recoverSealed, removeLog } from './recovery-sealed.ts';
import { highStamp, recoverStamps } from './recovery-stamps.ts';
import { type Scanned, scanBlocks } from './scan.ts';
import { SEALED_LIMITS } from './sealed/limits.ts';
import { parseSealedName } from './sealed/record.ts';
import { emptyFigures, type Segment, SegmentBook, type SegmentFigures, withBlock } from './segments.ts';
import type { PointTable } from './table.ts';
import { loadTrimLog, type TrimLog } from './trim-log.ts';

export interface Recovered {
  readonly book: SegmentBook;
  readonly trimLog: TrimLog;
  readonly nextSeq: number;
  /** Highest stamp in the journal; -Infinity when it is empty. */
  readonly highStampMs: number;
  /** By index in the present table; -Infinity where no reading of the point can exist. */
  readonly lastStampMs: Float64Array;
  /**
   * Stretches of bytes that belong to no intact block, torn tails included, in segments that were read through; and sealed
   * files that cannot be read.
   */
  readonly damagedPlaces: number;
  readonly damagedBytes: number;
}

/** Tallies that the steps of the recovery share. */
interface Findings {
  damagedPlaces: number;
  damagedBytes: number;
}

/** Makes the directory when there is none. @throws the error of the file system. */
export async function recoverJournal(
  directory: string,
  table: PointTable,
  disk: JournalDisk = JOURNAL_DISK,
): Promise<Recovered> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const trimLog = await loadTrimLog(directory, disk);
  const names = await tidyNames(disk, directory, trimLog.state.deleting);
  const confirmations = await loadConfirmations(directory, disk);
  const found = await recoverSealed(
    disk,
    directory,
    toNumbers(names, parseSegmentName),
    toNumbers(names, parseSealedName),
    confirmations,
  );
  const findings: Findings = { damagedPlaces: found.unreadableFiles, damagedBytes: 0 };
  const logs: Segment[] = [];
  for (const firstSeq of found.logs) {
    const segment = await recoverSegment(disk, directory, firstSeq, confirmations, findings);
    if (segment !== null) logs.push(segment);
  }
  if (found.hasDeleted) await disk.syncDirectory(directory);
  const segments = [...found.segments, ...logs].sort((one, other) => {
    return one.figures.firstSeq - other.figures.firstSeq;
  });
  const floorMs = trimLog.state.stampFloorMs ?? Number.NEGATIVE_INFINITY;
  return {
    book: new SegmentBook(segments, confirmations),
    trimLog,
    nextSeq: Math.max(lastSeq(segments, names), confirmations.lastSeq, trimLog.state.seqFloor) + 1,
    highStampMs: Math.max(highStamp(segments), floorMs),
    lastStampMs: await recoverStamps(directory, segments, table, floorMs),
    damagedPlaces: findings.damagedPlaces,
    damagedBytes: findings.damagedBytes,
  };
}

/** Deletes temporary files, and those whose deletion may have been undone. @returns the names that are left. */
async function tidyNames(
  disk: JournalDisk,
  directory: string,
  deleting: readonly string[],
): Promise<readonly string[]> {
  const names = await readdir(directory);
  const superfluous = names.filter((name) => name.endsWith('.tmp') || deleting.includes(name));
  await Promise.all(superfluous.map((name) => disk.remove(join(directory, name))));
  if (superfluous.length > 0) await disk.syncDirectory(directory);
  return names.filter((name) => !superfluous.includes(name));
}

function toNumbers(names: readonly string[], parse: (name: string) => number | null): readonly number[] {
  return names
    .map(parse)
    .filter((seq) => seq !== null)
    .sort((one, other) => one - other);
}

/**
 * Highest block number that may ever have been given away, as far as files tell. A sealed file that cannot be read has one
 * block at least for each number; how many is not known, but no more than it may have readings.
 */
function lastSeq(segments: readonly Segment[], names: readonly string[]): number {
  let last = Math.max(0, ...toNumbers(names, parseSegmentName));
  for (const { form, parts, figures } of segments) {
    const isUnreadable = form === 'sealed' && parts.length === 0;
    last = Math.max(last, figures.lastSeq + (isUnreadable ? SEALED_LIMITS.readings : 0));
  }
  return last;
}

async function recoverSegment(
  disk: JournalDisk,
  directory: string,
  firstSeq: number,
  confirmations: Confirmations,
  findings: Findings,
): Promise<Segment | null> {
  const path = segmentPath(directory, firstSeq);
  const bytes = (await stat(path)).size;
  if (bytes === 0) {
    await removeLog(disk, directory, firstSeq);
    return null;
  }
  const indexed = await loadIndex(directory, firstSeq, bytes);
  const isPartlyConfirmed = indexed !== null && isPartly(confirmations, indexed);
  if (indexed !== null && !isPartlyConfirmed) return toSegment(indexed, confirmations, null);
  const scanned = [...scanBlocks(await readFile(path))];
  const figures = indexed ?? toFigures(firstSeq, bytes, scanned, findings);
  if (indexed === null) await writeIndex(disk, directory, figures);
  return toSegment(figures, confirmations, scanned);
}

function isPartly(confirmations: Confirmations, figures: SegmentFigures): boolean {
  const { firstSeq, lastSeq } = figures;
  return confirmations.overlaps(firstSeq, lastSeq) && !confirmations.covers(firstSeq, lastSeq);
}

function toFigures(
  firstSeq: number,
  bytes: number,
  scanned: readonly Scanned[],
  findings: Findings,
): SegmentFigures {
  let figures = emptyFigures(firstSeq);
  for (const item of scanned) {
    if (item.type === 'block') {
      figures = withBlock(figures, item.header);
      continue;
    }
    // A number that was tried names no other block, although nobody will read it.
    figures = { ...figures, lastSeq: Math.max(figures.lastSeq, item.header?.seq ?? 0) };
    findings.damagedPlaces++;
    findings.damagedBytes += item.bytes;
  }
  return { ...figures, bytes };
}

function toSegment(
  figures: SegmentFigures,
  confirmations: Confirmations,
  scanned: readonly Scanned[] | null,
): Segment {
  const { firstSeq, lastSeq } = figures;
  const segment: Segment = {
    figures,
    form: 'log',
    parts: [],
    isOpen: false,
    unconfirmedReadings: 0,
    oldestUnconfirmedMs: null,
  };
  if (confirmations.covers(firstSeq, lastSeq)) return segment;
  if (scanned === null) {
    return { ...segment, unconfirmedReadings: figures.readings, oldestUnconfirmedMs: figures.minStampMs };
  }
  for (const item of scanned) {
    if (item.type !== 'block' || confirmations.covers(item.header.seq, item.header.seq)) continue;
    segment.unconfirmedReadings += item.header.readings;
    segment.oldestUnconfirmedMs ??= item.header.minStampMs;
  }
  return segment;
}
