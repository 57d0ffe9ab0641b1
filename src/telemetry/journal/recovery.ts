/**
 * What a start finds in the journal directory. Old segments are never written again, so a torn tail stays where it is and
 * costs itself only; the next block goes into a new segment. Segments that were closed properly are known by their index
 * file; the others are read through once.
 */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Confirmations, loadConfirmations } from './confirm.ts';
import { indexPath, parseSegmentName, replaceFile, segmentPath } from './files.ts';
import { decodeRows } from './format.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import { type Scanned, scanBlocks } from './scan.ts';
import { emptyFigures, type Segment, SegmentBook, type SegmentFigures, withBlock } from './segments.ts';
import { type PointTable, TableCache } from './table.ts';

export interface Recovered {
  readonly book: SegmentBook;
  readonly nextSeq: number;
  /** Highest stamp in the journal; -Infinity when it is empty. */
  readonly highStampMs: number;
  /** By index in the present table; -Infinity where no reading of the point can exist. */
  readonly lastStampMs: Float64Array;
  /** Stretches of bytes that belong to no intact block, torn tails included, in segments that were read through. */
  readonly damagedPlaces: number;
  readonly damagedBytes: number;
}

/** Tallies that the steps of the recovery share. */
interface Findings {
  damagedPlaces: number;
  damagedBytes: number;
  /** Highest block number seen anywhere, in damaged blocks too. */
  lastSeq: number;
}

/** Makes the directory when there is none. @throws the error of the file system. */
export async function recoverJournal(directory: string, table: PointTable): Promise<Recovered> {
  await mkdir(directory, { recursive: true, mode: 0o750 });
  const firstSeqs = await listSegments(directory);
  const confirmations = await loadConfirmations(directory);
  const findings: Findings = { damagedPlaces: 0, damagedBytes: 0, lastSeq: 0 };
  const segments: Segment[] = [];
  for (const firstSeq of firstSeqs) {
    const segment = await recoverSegment(directory, firstSeq, confirmations, findings);
    if (segment !== null) segments.push(segment);
  }
  const last = segments.at(-1);
  return {
    book: new SegmentBook(segments, confirmations),
    // Also behind what is confirmed: a number that stands as confirmed must never name a new block.
    nextSeq:
      Math.max(findings.lastSeq, last?.figures.lastSeq ?? 0, firstSeqs.at(-1) ?? 0, confirmations.lastSeq) +
      1,
    highStampMs: highStamp(segments),
    lastStampMs: await recoverStamps(directory, segments, table),
    damagedPlaces: findings.damagedPlaces,
    damagedBytes: findings.damagedBytes,
  };
}

async function listSegments(directory: string): Promise<readonly number[]> {
  const names = await readdir(directory);
  const temporary = names.filter((name) => name.endsWith('.tmp'));
  await Promise.all(temporary.map((name) => rm(join(directory, name), { force: true })));
  return names
    .map(parseSegmentName)
    .filter((seq) => seq !== null)
    .sort((one, other) => one - other);
}

async function recoverSegment(
  directory: string,
  firstSeq: number,
  confirmations: Confirmations,
  findings: Findings,
): Promise<Segment | null> {
  const path = segmentPath(directory, firstSeq);
  const bytes = (await stat(path)).size;
  if (bytes === 0) {
    await rm(path, { force: true });
    return null;
  }
  const indexed = await loadIndex(directory, firstSeq, bytes);
  const isPartlyConfirmed = indexed !== null && isPartly(confirmations, indexed);
  if (indexed !== null && !isPartlyConfirmed) return toSegment(indexed, confirmations, null);
  const scanned = [...scanBlocks(await readFile(path))];
  const figures = indexed ?? toFigures(firstSeq, bytes, scanned, findings);
  if (indexed === null) await writeIndex(directory, figures);
  return toSegment(figures, confirmations, scanned);
}

/** Writes the index file of a segment that will not change any more. */
export async function writeIndex(directory: string, figures: SegmentFigures): Promise<void> {
  await replaceFile(indexPath(directory, figures.firstSeq), JSON.stringify({ version: 1, ...figures }));
}

/** null when there is none, it is damaged, or it is not about a file of this size. */
async function loadIndex(directory: string, firstSeq: number, bytes: number): Promise<SegmentFigures | null> {
  try {
    const text = await readFile(indexPath(directory, firstSeq), 'utf8');
    const stored = JSON.parse(text) as SegmentFigures & { version: number };
    const isFitting = stored.version === 1 && stored.firstSeq === firstSeq && stored.bytes === bytes;
    return isFitting ? stored : null;
  } catch {
    return null;
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
  findings: Findings,
): SegmentFigures {
  let figures = emptyFigures(firstSeq);
  for (const item of scanned) {
    findings.lastSeq = Math.max(findings.lastSeq, item.header?.seq ?? 0);
    if (item.type === 'block') figures = withBlock(figures, item.header);
    else {
      findings.damagedPlaces++;
      findings.damagedBytes += item.bytes;
    }
  }
  return { ...figures, bytes };
}

function toSegment(
  figures: SegmentFigures,
  confirmations: Confirmations,
  scanned: readonly Scanned[] | null,
): Segment {
  const { firstSeq, lastSeq } = figures;
  const segment: Segment = { figures, isOpen: false, unconfirmedReadings: 0, oldestUnconfirmedMs: null };
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

function highStamp(segments: readonly Segment[]): number {
  return segments.reduce(
    (high, segment) => Math.max(high, segment.figures.highStampMs ?? Number.NEGATIVE_INFINITY),
    Number.NEGATIVE_INFINITY,
  );
}

/**
 * Last stamp of every point: exact for points in the newest segments, else the highest stamp before them, which is no
 * lower. Damage in the newest segments may hide stamps; then the highest stamp of all holds for every point.
 */
async function recoverStamps(
  directory: string,
  segments: readonly Segment[],
  table: PointTable,
): Promise<Float64Array> {
  const newest = segments.slice(-JOURNAL_LIMITS.recoverySegments);
  const before = highStamp(segments.slice(0, -JOURNAL_LIMITS.recoverySegments));
  const stamps = new Float64Array(table.points.length).fill(before);
  const indexes = new Map(table.points.map((point, index) => [point.id, index]));
  const tables = new TableCache(directory);
  for (const segment of newest) {
    const path = segmentPath(directory, segment.figures.firstSeq);
    const isIntact = noteStamps(await readFile(path), tables, indexes, stamps);
    if (!isIntact) raiseTo(stamps, segment.figures.highStampMs ?? Number.NEGATIVE_INFINITY);
  }
  return stamps;
}

/** @returns whether every block could be read. */
function noteStamps(
  bytes: Buffer,
  tables: TableCache,
  indexes: ReadonlyMap<string, number>,
  stamps: Float64Array,
): boolean {
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
      if (index !== undefined) stamps[index] = Math.max(stamps[index] as number, rows.stampMs[at] as number);
    }
  }
  return isIntact;
}

function raiseTo(stamps: Float64Array, low: number): void {
  for (let at = 0; at < stamps.length; at++) stamps[at] = Math.max(stamps[at] as number, low);
}
