/** The index file beside a closed log segment: its figures, so that a start need not read the segment through. */
import { readFile } from 'node:fs/promises';
import { type JournalDisk, replaceFileOn } from './disk.ts';
import { indexPath } from './files.ts';
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
  try {
    const text = await readFile(indexPath(directory, firstSeq), 'utf8');
    const stored = JSON.parse(text) as SegmentFigures & { version: number };
    const isFitting =
      stored.version === INDEX_VERSION && stored.firstSeq === firstSeq && stored.bytes === bytes;
    return isFitting ? stored : null;
  } catch {
    return null;
  }
}
