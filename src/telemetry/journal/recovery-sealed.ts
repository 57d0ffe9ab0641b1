/**
 * What a start finds of sealed files: which stand for segments that are still there after a crash, and what each holds by
 * its own figures. A file whose figures cannot be read is kept as it is, without readings, until age or size take it.
 */
import { stat } from 'node:fs/promises';
import type { Confirmations } from './confirm.ts';
import type { JournalDisk } from './disk.ts';
import { indexPath, segmentPath } from './files.ts';
import { reconcileSealed } from './sealed/reconcile.ts';
import { type SealedFigures, sealedPath } from './sealed/record.ts';
import { openSealed, SealedFileError } from './sealed/sealed-file.ts';
import { emptyFigures, type Segment, sealedFigures } from './segments.ts';

export interface FoundSealed {
  readonly segments: readonly Segment[];
  /** First blocks of the log segments that no sealed file stands for. */
  readonly logs: readonly number[];
  readonly unreadableFiles: number;
  /** Whether files were deleted. */
  readonly hasDeleted: boolean;
}

/**
 * Deletes what is double and what was not finished.
 * @param logs first blocks of the log segments
 * @param sealed names of the sealed files, as numbers
 */
export async function recoverSealed(
  disk: JournalDisk,
  directory: string,
  logs: readonly number[],
  sealed: readonly number[],
  confirmations: Confirmations,
): Promise<FoundSealed> {
  const figures: SealedFigures[] = [];
  const unreadable: number[] = [];
  /** Unreadable, but the log that it would stand for is there. */
  const superfluous: number[] = [];
  for (const firstSeq of sealed) {
    const found = readFigures(sealedPath(directory, firstSeq));
    if (found !== null) figures.push(found);
    else if (logs.includes(firstSeq)) superfluous.push(firstSeq);
    else unreadable.push(firstSeq);
  }
  const { obsoleteSegments, unfinishedFiles } = reconcileSealed(logs, figures);
  for (const firstSeq of [...superfluous, ...unfinishedFiles])
    await disk.remove(sealedPath(directory, firstSeq));
  for (const firstSeq of obsoleteSegments) await removeLog(disk, directory, firstSeq);
  const kept = figures.filter(({ firstSeq }) => !unfinishedFiles.includes(firstSeq));
  const segments = [
    ...toSets(kept).map((parts) => toSegment(parts, confirmations)),
    ...(await Promise.all(unreadable.map((firstSeq) => toUnreadable(directory, firstSeq)))),
  ];
  return {
    segments,
    logs: logs.filter((firstSeq) => !obsoleteSegments.includes(firstSeq)),
    unreadableFiles: unreadable.length,
    hasDeleted: superfluous.length + unfinishedFiles.length + obsoleteSegments.length > 0,
  };
}

/** A log segment and its index. */
export async function removeLog(disk: JournalDisk, directory: string, firstSeq: number): Promise<void> {
  await disk.remove(segmentPath(directory, firstSeq));
  await disk.remove(indexPath(directory, firstSeq));
}

/** null when they cannot be read. @throws the error of the file system */
function readFigures(path: string): SealedFigures | null {
  try {
    const file = openSealed(path);
    file.close();
    return file.figures;
  } catch (error) {
    if (error instanceof SealedFileError) return null;
    throw error;
  }
}

/** Files of one sealing together. */
function toSets(figures: readonly SealedFigures[]): readonly (readonly SealedFigures[])[] {
  /** Key: first block covered. */
  const sets = Map.groupBy(figures, ({ coverFirstSeq }) => coverFirstSeq);
  return [...sets.values()];
}

function toSegment(parts: readonly SealedFigures[], confirmations: Confirmations): Segment {
  const figures = sealedFigures(parts);
  const { firstSeq, lastSeq, readings } = figures;
  const isConfirmed = confirmations.covers(firstSeq, lastSeq);
  const left = isConfirmed ? 0 : Math.min(readings, confirmations.partly.get(firstSeq) ?? readings);
  return {
    figures,
    form: 'sealed',
    parts,
    isOpen: false,
    unconfirmedReadings: left,
    oldestUnconfirmedMs: left === 0 ? null : figures.minStampMs,
  };
}

/** Its age is that of the file; what was in it cannot be told. */
async function toUnreadable(directory: string, firstSeq: number): Promise<Segment> {
  const { size, mtimeMs } = await stat(sealedPath(directory, firstSeq));
  return {
    figures: { ...emptyFigures(firstSeq), lastSeq: firstSeq, bytes: size, maxStampMs: Math.floor(mtimeMs) },
    form: 'sealed',
    parts: [],
    isOpen: false,
    unconfirmedReadings: 0,
    oldestUnconfirmedMs: null,
  };
}
