/** The index file beside a closed log segment: its figures, so that a start need not read the segment through. */
import { readFileSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type JournalDisk, replaceFileOn } from './disk.ts';
import { indexPath, segmentPath } from './files.ts';
import type { SegmentFigures } from './segments.ts';

/** 2: the last number counts damaged blocks too. Those of version 1 are made anew. */
const INDEX_VERSION = 2;

/** Writes the index file of a segment that will not change any more. */
export async function writeIndex(
  disk: JournalDisk,
  directory: string,
  figures: SegmentFigures,
): Promise<void> {
  const text = JSON.stringify({ version: INDEX_VERSION, ...figures });
  await replaceFileOn(disk, indexPath(directory, figures.firstSeq), text);
}

/** null when there is none, it is damaged, or it is not about a file of this size. */
export async function loadIndex(
  directory: string,
  firstSeq: number,
  bytes: number,
): Promise<SegmentFigures | null> {
  const text = await readFile(indexPath(directory, firstSeq), 'utf8').catch(() => null);
  const stored = text === null ? null : parseIndex(text);
  return stored?.firstSeq === firstSeq && stored.bytes === bytes ? stored : null;
}

/** Figures of a segment that has another size now; null when there are none. */
export async function loadOldIndex(directory: string, firstSeq: number): Promise<SegmentFigures | null> {
  const text = await readFile(indexPath(directory, firstSeq), 'utf8').catch(() => null);
  const stored = text === null ? null : parseIndex(text);
  return stored?.firstSeq === firstSeq ? stored : null;
}

/**
 * Like `loadIndex`, for readers beside a writer: synchronous, and about the segment as it is now. A segment that has one is
 * not written any more.
 */
export function readIndex(directory: string, firstSeq: number): SegmentFigures | null {
  try {
    const stored = parseIndex(readFileSync(indexPath(directory, firstSeq), 'utf8'));
    const { size } = statSync(segmentPath(directory, firstSeq));
    return stored?.firstSeq === firstSeq && stored.bytes === size ? stored : null;
  } catch {
    return null;
  }
}

/** The figures out of the text of an index file; null when it is damaged or of another version. */
export function parseIndex(text: string): SegmentFigures | null {
  try {
    const stored = JSON.parse(text) as Partial<Record<keyof SegmentFigures | 'version', unknown>> | null;
    return stored?.version === INDEX_VERSION && isWhole(stored) ? (stored as SegmentFigures) : null;
  } catch {
    return null;
  }
}

function isWhole(stored: Partial<Record<keyof SegmentFigures, unknown>>): boolean {
  const { firstSeq, lastSeq, bytes, blocks, readings, minStampMs, maxStampMs, highStampMs, tables } = stored;
  return (
    [firstSeq, lastSeq, bytes, blocks, readings].every(Number.isSafeInteger) &&
    [minStampMs, maxStampMs, highStampMs].every((stamp) => stamp === null || Number.isFinite(stamp)) &&
    Array.isArray(tables) &&
    tables.every((table) => typeof table === 'string')
  );
}
