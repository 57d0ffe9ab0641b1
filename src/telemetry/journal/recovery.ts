/**
 * What a start finds in the journal directory. Old segments are never written again, so a torn tail stays where it is and
 * costs itself only; the next block goes into a new segment. Segments that were closed properly are known by their index
 * file and sealed ones by their own figures; the others are read through once.
 */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Confirmations, loadConfirmations } from './confirm.ts';
import { keepNoted, noteScanned, toUnknown } from './damage.ts';
import { JOURNAL_DISK, type JournalDisk } from './disk.ts';
import { parseSegmentName, segmentPath } from './files.ts';
import { loadIndex, loadOldIndex, writeIndex } from './index-file.ts';
import type { NewLoss } from './losses.ts';
import { findDamage } from './recovery-damage.ts';
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

/** What the steps of the recovery share. */
interface Recovery {
  readonly disk: JournalDisk;
  readonly directory: string;
  readonly confirmations: Confirmations;
  readonly trimLog: TrimLog;
  damagedPlaces: number;
  damagedBytes: number;
}

/** Makes the directory when there is none. @throws the error of the file system. */
export async function recoverJournal(
  directory: string,
  table: PointTable,
  disk: JournalDisk = JOURNAL_DISK,
  wallMs: () => number = Date.now,
): Promise<Recovered> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const trimLog = await loadTrimLog(directory, disk, wallMs);
  const names = await tidyNames(disk, directory, trimLog.state.deleting);
  const confirmations = await loadConfirmations(directory, disk);
  const found = await recoverSealed(
    disk,
    directory,
    toNumbers(names, parseSegmentName),
    toNumbers(names, parseSealedName),
    confirmations,
  );
  const recovery: Recovery = {
    disk,
    directory,
    confirmations,
    trimLog,
    damagedPlaces: found.unreadableFiles,
    damagedBytes: 0,
  };
  const logs: Segment[] = [];
  for (const firstSeq of found.logs) {
    const segment = await recoverSegment(recovery, firstSeq);
    if (segment !== null) logs.push(segment);
  }
  if (found.hasDeleted) await disk.syncDirectory(directory);
  const segments = [...found.segments, ...logs].sort((one, other) => {
    return one.figures.firstSeq - other.figures.firstSeq;
  });
  noteUnreadable(recovery, found.segments);
  trimLog.adjust((state) => keepNoted(state, new Set(segments.map(({ figures }) => figures.firstSeq))));
  const floorMs = trimLog.state.stampFloorMs ?? Number.NEGATIVE_INFINITY;
  return {
    book: new SegmentBook(segments, confirmations),
    trimLog,
    nextSeq: Math.max(lastSeq(segments, names), confirmations.lastSeq, trimLog.state.seqFloor) + 1,
    highStampMs: Math.max(highStamp(segments), floorMs),
    lastStampMs: await recoverStamps(directory, segments, table, floorMs),
    damagedPlaces: recovery.damagedPlaces,
    damagedBytes: recovery.damagedBytes,
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

async function recoverSegment(recovery: Recovery, firstSeq: number): Promise<Segment | null> {
  const { disk, directory, confirmations } = recovery;
  const path = segmentPath(directory, firstSeq);
  const bytes = (await stat(path)).size;
  const indexed = await loadIndex(directory, firstSeq, bytes);
  const isPartlyConfirmed = indexed !== null && isPartly(confirmations, indexed);
  if (indexed !== null && !isPartlyConfirmed) return toSegment(indexed, confirmations, null);
  const content = await readFile(path);
  const scanned = [...scanBlocks(content)];
  if (indexed !== null) return toSegment(indexed, confirmations, scanned);
  const old = await loadOldIndex(directory, firstSeq);
  const losses = findDamage({ firstSeq, bytes: content, scanned, indexed: old }, confirmations);
  const isNoted = await noteDamage(recovery, firstSeq, losses);
  if (bytes === 0) {
    if (isNoted) await removeLog(disk, directory, firstSeq);
    return null;
  }
  const figures = toFigures(firstSeq, bytes, scanned, recovery);
  // With an index it would not be read through again.
  if (isNoted) await writeIndex(disk, directory, figures);
  return toSegment(figures, confirmations, scanned);
}

/** @returns whether what is lost stands durable in the log. */
async function noteDamage(
  { trimLog }: Recovery,
  firstSeq: number,
  losses: readonly NewLoss[],
): Promise<boolean> {
  if (losses.length === 0) return true;
  trimLog.adjust((state) => {
    const noted = noteScanned(state, firstSeq, losses);
    return trimLog.withLosses(noted.state, noted.fresh);
  });
  return await trimLog.save().then(
    () => true,
    // A disk that is full: it stays to be saved, and a start finds it again.
    () => false,
  );
}

/** Sealed files that say nothing of themselves. */
function noteUnreadable({ trimLog, confirmations }: Recovery, sealed: readonly Segment[]): void {
  for (const { parts, figures } of sealed) {
    if (parts.length > 0) continue;
    const { firstSeq } = figures;
    const losses = [toUnknown(1, confirmations.covers(firstSeq, firstSeq) ? null : false)];
    trimLog.adjust((state) => {
      const noted = noteScanned(state, firstSeq, losses);
      return noted.fresh.length === 0 ? state : trimLog.withLosses(noted.state, noted.fresh);
    });
  }
}

function isPartly(confirmations: Confirmations, figures: SegmentFigures): boolean {
  const { firstSeq, lastSeq } = figures;
  return confirmations.overlaps(firstSeq, lastSeq) && !confirmations.covers(firstSeq, lastSeq);
}

function toFigures(
  firstSeq: number,
  bytes: number,
  scanned: readonly Scanned[],
  findings: Pick<Recovery, 'damagedPlaces' | 'damagedBytes'>,
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
