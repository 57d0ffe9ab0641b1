/**
 * Sealing: the intact blocks of closed segments are written anew as compact chunks, one file for each point table, durable
 * under its name before anything else may be deleted. Deleting the segments is the caller's work; until then they count
 * (reconcile.ts says what a start finds after a crash in between).
 *
 *   read · write <first block>.sealed.tmp · datasync (each part) · rename all · sync the directory ▸ segments may go
 *
 * Runs in the journal's thread in slices; the memory is about 45 bytes a reading beside the bytes of the segments.
 */
import { type SegmentFile, segmentPath } from '../files.ts';
import { SEAL_DISK, type SealDisk } from './disk.ts';
import { gatherTable, SealRefused, type SegmentBytes, type Survey, surveySegments } from './gather.ts';
import { SEALED_LIMITS } from './limits.ts';
import { createPacer, type Pacer, type PacerOptions } from './pacer.ts';
import { type SealedFigures, sealedPath } from './record.ts';
import { type PartId, writeSealed } from './writer.ts';

/** Files under such names are removed at every start (recovery.ts). */
const TEMPORARY = '.tmp';

export interface SealInput {
  readonly directory: string;
  /**
   * The closed segments by their first block, ascending and without one left out between them. Several together when the
   * readings of a point in one are few: a chunk costs about 20 bytes however short it is.
   */
  readonly firstSeqs: readonly number[];
}

export interface SealOptions extends PacerOptions {
  readonly disk?: SealDisk;
}

export interface SealResult {
  /** One for each point table that has an intact block; none when there is no intact block: then nothing was written. */
  readonly parts: readonly SealedFigures[];
  readonly readings: number;
  /** Readings that were there twice and are kept once. */
  readonly repeatedReadings: number;
  readonly segmentBytes: number;
  readonly sealedBytes: number;
  /** Stretches that belong to no intact block; they are not in the sealed files. Readings and stamps as far as headers tell. */
  readonly damagedPlaces: number;
  readonly damagedBytes: number;
  readonly damagedReadings: number;
  readonly damagedFromMs: number | null;
  readonly damagedToMs: number | null;
}

/**
 * When it resolves, the sealed files are durable. When it rejects, the segments are untouched and what was begun is removed
 * (what cannot be removed now, temporary files included, is at the next start).
 * @throws SealRefused; the error of the file system; the reason of the signal
 */
export async function sealSegments(input: SealInput, options: SealOptions = {}): Promise<SealResult> {
  const disk = options.disk ?? SEAL_DISK;
  const pacer = createPacer(options);
  const segments = await readSegments(input, disk);
  const survey = await surveySegments(segments, pacer);
  /** Names that this call has made. */
  const made: string[] = [];
  try {
    const parts = await writeParts(input, survey, disk, pacer, made);
    for (const { firstSeq } of parts) {
      const path = sealedPath(input.directory, firstSeq);
      made.push(path);
      await disk.rename(path + TEMPORARY, path);
    }
    if (parts.length > 0) await disk.syncDirectory(input.directory);
    return toResult(parts, segments, survey);
  } catch (error) {
    await removeAll(made, disk);
    throw error;
  }
}

async function readSegments(input: SealInput, disk: SealDisk): Promise<readonly SegmentBytes[]> {
  const segments: SegmentBytes[] = [];
  let total = 0;
  for (const firstSeq of input.firstSeqs) {
    const bytes = await disk.readFile(segmentPath(input.directory, firstSeq));
    total += bytes.length;
    if (total > SEALED_LIMITS.segmentBytes) throw new SealRefused('too-many-bytes');
    segments.push({ firstSeq, bytes });
  }
  return segments;
}

async function writeParts(
  input: SealInput,
  survey: Survey,
  disk: SealDisk,
  pacer: Pacer,
  made: string[],
): Promise<readonly SealedFigures[]> {
  const figures: SealedFigures[] = [];
  const tables = [...survey.tables];
  const cover = { coverFirstSeq: input.firstSeqs[0] ?? 0, coverLastSeq: survey.lastSeq };
  for (const [part, [tableId, blocks]] of tables.entries()) {
    const gathered = await gatherTable(blocks, survey, pacer);
    // The set would never be complete without it; the segments stay, as evidence too.
    if (gathered === null) throw new SealRefused('undecodable-table');
    const path = sealedPath(input.directory, gathered.firstSeq) + TEMPORARY;
    const id: PartId = { tableId, part, parts: tables.length, ...cover };
    await disk.remove(path);
    made.push(path);
    const file = await disk.createFile(path);
    figures.push(await closing(file, () => writeSealed(file, gathered, id, pacer)));
  }
  return figures;
}

/** Closes the file in any case; an error of the work goes before one of closing. */
async function closing<T>(file: SegmentFile, work: () => Promise<T>): Promise<T> {
  try {
    const result = await work();
    await file.close();
    return result;
  } catch (error) {
    await file.close().catch(() => undefined);
    throw error;
  }
}

async function removeAll(paths: readonly string[], disk: SealDisk): Promise<void> {
  for (const path of paths) await disk.remove(path).catch(() => undefined);
}

function toResult(
  parts: readonly SealedFigures[],
  segments: readonly SegmentBytes[],
  survey: Survey,
): SealResult {
  const readings = sum(parts.map((part) => part.readings));
  const found = sum([...survey.tables.values()].flat().map((block) => block.header.readings));
  return {
    parts,
    readings,
    repeatedReadings: found - readings - survey.undecodedReadings,
    segmentBytes: sum(segments.map((segment) => segment.bytes.length)),
    sealedBytes: sum(parts.map((part) => part.bytes)),
    damagedPlaces: survey.damagedPlaces,
    damagedBytes: survey.damagedBytes,
    damagedReadings: survey.damagedReadings,
    damagedFromMs: survey.damagedFromMs,
    damagedToMs: survey.damagedToMs,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
