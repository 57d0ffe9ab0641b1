/**
 * The readings of one point out of one unit of the journal: a sealing, a log segment, the memory. Synchronous, in steps, so
 * that the caller can look at the clock between them. What cannot be read is said and costs only itself.
 */
import { isGone } from '../../journal/files.ts';
import { SealedFileError } from '../../journal/sealed/sealed-file.ts';
import type { ChunkSummary } from '../../journal/sealed/summary.ts';
import { toBucketStart } from '../bucket-size.ts';
import type { Summary } from '../source.ts';
import { type Catalogue, type SealedPart, type Span, type Unit } from './catalogue.ts';
import type { Gathering, RowColumns } from './gathering.ts';
import { mayHold } from './log-segment.ts';
import type { PointIndexes } from './point-indexes.ts';
import type { TailPage } from './tail.ts';

export interface Reach {
  readonly catalogue: Catalogue;
  readonly indexes: PointIndexes;
  /** Index in the present table. */
  readonly point: number;
  /** null = single readings are wanted. */
  readonly bucketMs: number | null;
  /** Blocks from this one on are in memory. */
  readonly memoryFromSeq: number;
  readonly onMissing: (reason: string) => void;
}

/** Gathers; gives a summary in place of the readings where one does. @throws the error of a file that is gone */
export function* readUnit(reach: Reach, unit: Unit, into: Gathering): Generator<Summary | null> {
  if (unit.kind === 'log') yield* readLog(reach, unit, into);
  else yield* readSealed(reach, unit.parts, into);
}

/** @param pages of the memory */
export function* readPages(pages: readonly TailPage[], point: number, into: Gathering): Generator<null> {
  for (const page of pages) {
    if (!overlaps(page, into)) continue;
    into.addPoint(page, point);
    yield null;
  }
}

export function overlaps(span: Span, { fromMs, toMs }: Pick<Gathering, 'fromMs' | 'toMs'>): boolean {
  return span.maxStampMs >= fromMs && span.minStampMs < toMs;
}

/** Does what may fail for what is on the disk. @throws when the file is gone, and what is our own mistake */
export function orMissing<T>(onMissing: (reason: string) => void, span: Span | null, act: () => T): T | null {
  try {
    return act();
  } catch (error) {
    const isWorld = error instanceof SealedFileError || (error instanceof Error && 'code' in error);
    if (isGone(error) || !(isWorld || error instanceof RangeError)) throw error;
    onMissing(`${toWords(span)} cannot be read (${error.message})`);
    return null;
  }
}

/** `2026-01-02T03:04:05.678Z to …`. */
export function toWords(span: Span | null): string {
  if (span === null) return 'a part';
  const words = (ms: number): string => (Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '…');
  return `part of ${words(span.minStampMs)} to ${words(span.maxStampMs)}`;
}

function* readSealed(reach: Reach, parts: readonly SealedPart[], into: Gathering): Generator<Summary | null> {
  const { onMissing, bucketMs } = reach;
  const found = parts.flatMap((part) => {
    if (!overlaps(part.figures, into)) return [];
    const mapping = reach.indexes.mapping(part.figures.tableId);
    if (mapping === null) onMissing(`${toWords(part.figures)} names unknown points`);
    const index = mapping?.[reach.point] ?? -1;
    return index === -1 ? [] : [{ part, index }];
  });
  const [only] = found;
  if (only === undefined) return;
  if (found.length === 1 && bucketMs !== null && isInside(only.part.figures, into, bucketMs)) {
    const summaries = orMissing(onMissing, only.part.figures, () => summarise(reach, only.part, only.index));
    for (const summary of summaries ?? []) yield summary;
    if (summaries !== null) return;
  }
  const pieces = found.flatMap(({ part, index }) => {
    const rows = orMissing(onMissing, part.figures, () => readPart(reach, part, index, into));
    return rows === null || rows.count === 0 ? [] : [rows];
  });
  if (pieces.length < 2) for (const piece of pieces) into.addAll(piece);
  else into.addAll(mergePieces(pieces));
  yield null;
}

/** Whether all of it lies in the range and in one bucket. */
function isInside({ minStampMs, maxStampMs }: Span, into: Gathering, bucketMs: number): boolean {
  const isInRange = minStampMs >= into.fromMs && maxStampMs < into.toMs;
  return isInRange && toBucketStart(minStampMs, bucketMs) === toBucketStart(maxStampMs, bucketMs);
}

/** null when they say less than the readings do. */
function summarise({ catalogue, onMissing }: Reach, part: SealedPart, index: number): Summary[] | null {
  const { summaries, damage } = catalogue.sealedFiles.get(part.path).summaries(index);
  if (!summaries.every(({ integral }) => Number.isFinite(integral))) return null;
  if (damage !== null) onMissing(`${toWords(part.figures)} is damaged`);
  return summaries.map(toSummary);
}

function readPart({ catalogue, onMissing }: Reach, part: SealedPart, index: number, into: Gathering) {
  const { rows, damage } = catalogue.sealedFiles.get(part.path).readPoint(index, into.fromMs, into.toMs);
  if (damage !== null) onMissing(`${toWords(part.figures)} is damaged`);
  return rows;
}

function toSummary(chunk: ChunkSummary): Summary {
  const { firstMs, lastMs, readings, min, max, integral, usableMs, lastValue } = chunk;
  const { lastQuality, worstQuality } = chunk;
  return {
    fromMs: firstMs,
    toMs: lastMs,
    count: readings,
    min,
    max,
    integral,
    usableMs,
    last: lastValue,
    lastQuality,
    worstQuality,
  };
}

/** Parts of one sealing differ in the configuration and may take turns in time. */
function mergePieces(pieces: readonly RowColumns[]): RowColumns {
  const rows = pieces.flatMap((piece) => Array.from({ length: piece.count }, (_, at) => ({ piece, at })));
  const stampOf = ({ piece, at }: (typeof rows)[number]): number => piece.stampMs[at] as number;
  rows.sort((one, other) => stampOf(one) - stampOf(other));
  return {
    count: rows.length,
    point: new Uint32Array(rows.length),
    stampMs: Float64Array.from(rows, stampOf),
    value: Float64Array.from(rows, ({ piece, at }) => piece.value[at] as number),
    quality: Uint8Array.from(rows, ({ piece, at }) => piece.quality[at] as number),
  };
}

function* readLog(reach: Reach, unit: Unit & { readonly kind: 'log' }, into: Gathering): Generator<null> {
  const { catalogue, indexes, point, onMissing } = reach;
  if (unit.firstSeq >= reach.memoryFromSeq) return;
  const span = catalogue.span(unit);
  if (span === null || !overlaps(span, into)) return;
  const log = catalogue.log(unit);
  yield null;
  for (const { afterMs, beforeMs } of log.holes) {
    const hole = { minStampMs: afterMs, maxStampMs: beforeMs };
    if (overlaps(hole, into)) onMissing(`${toWords(hole)} is damaged`);
  }
  const wanted = log.blocks.filter((block) => {
    const { seq, tableId } = block.header;
    if (seq >= reach.memoryFromSeq || !overlaps(block.header, into)) return false;
    const mapping = indexes.mapping(tableId);
    if (mapping === null) onMissing(`${toWords(block.header)} names unknown points`);
    const index = mapping?.[point] ?? -1;
    return index !== -1 && mayHold(block, index);
  });
  for (const { block, rows } of log.rows(wanted)) {
    into.addPoint(rows, indexes.mapping(block.header.tableId)?.[point] ?? -1);
    yield null;
  }
}
