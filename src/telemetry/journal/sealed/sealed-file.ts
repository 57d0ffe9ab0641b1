/**
 * Reads one sealed file. A point costs two small reads (its page of the directory, its chunk), synchronous: they are short,
 * mostly from the page cache, and cheaper than a turn of the thread pool; so this belongs into the journal's thread or a
 * worker, not into the pollers' one. A damaged chunk costs only itself; see chunk-index.ts for a damaged directory.
 */
import { closeSync, fstatSync, openSync } from 'node:fs';
import { nullIfGone, readBytes } from '../files.ts';
import type { BlockRows } from '../rows.ts';
import { type Chunk, summariseChunk } from './chunk.ts';
import { ChunkIndex } from './chunk-index.ts';
import { FIRST_PORTION, type Portion, type PortionCursor, portionsOf } from './portions.ts';
import { decodeRecord, RECORD_BYTES, type RecordRead, type SealedFigures } from './record.ts';
import { createDecoder, firstFrom, joinRows, rowsBetween } from './slices.ts';
import type { ChunkSummary } from './summary.ts';

/** What of a file was found damaged: its figures at the head or end, its size, its directory, its chunks. */
export type SealedProblem = 'head' | 'end' | 'size' | 'page-table' | 'page' | 'chunk';

/** The file cannot be read at all. */
export class SealedFileError extends Error {
  readonly reason: 'damaged' | 'unknown-version';

  constructor(path: string, reason: 'damaged' | 'unknown-version') {
    super(`sealed file ${path}: ${reason}`);
    this.name = 'SealedFileError';
    this.reason = reason;
  }
}

export interface SealedRead {
  /** Of one point, in order of stamp, in arrays of their own: those that could be read. */
  readonly rows: BlockRows;
  /** Why readings of the point are, or may be, missing from them; null = all are there. */
  readonly damage: string | null;
}

export interface SealedSummaries {
  /** In order of time, one for each chunk of the point: usually one. */
  readonly summaries: readonly ChunkSummary[];
  /** As in SealedRead. */
  readonly damage: string | null;
}

/**
 * The caller closes it.
 * @throws SealedFileError when neither copy of its figures can be read, or the version is unknown; the error of the file
 * system
 */
export function openSealed(path: string): SealedFile {
  const fd = openSync(path, 'r');
  try {
    return new SealedFile(fd, path);
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * null when nothing of the file can be read, or when it is gone since it was listed. The caller closes it.
 * @param onDamage told when it is there, but cannot be read
 * @throws every other error of the file system
 */
export function openSealedOrNull(path: string, onDamage: () => void = () => undefined): SealedFile | null {
  try {
    return openSealed(path);
  } catch (error) {
    if (!(error instanceof SealedFileError)) return nullIfGone(error);
    onDamage();
    return null;
  }
}

/** All methods may throw the error of the file system. */
export class SealedFile {
  readonly figures: SealedFigures;
  /** Found so far. */
  readonly problems = new Set<SealedProblem>();
  readonly #fd: number;
  readonly #index: ChunkIndex;
  readonly #decode = createDecoder();

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.figures = this.#readFigures(path);
    this.#index = new ChunkIndex(
      (offset, length) => readBytes(fd, offset, length),
      this.figures,
      (part) => this.problems.add(part),
    );
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Readings with `fromMs` ≤ stamp < `toMs`; none when the point has none. */
  readPoint(point: number, fromMs: number, toMs: number): SealedRead {
    if (toMs <= this.figures.minStampMs || fromMs > this.figures.maxStampMs)
      return { rows: NO_ROWS, damage: null };
    return this.#readChunks(
      point,
      (chunks) => chunks,
      (rows) => [firstFrom(rows, fromMs), firstFrom(rows, toMs)],
    );
  }

  /** The last reading at or before `atMs`; no row when there is none. */
  lastUpTo(point: number, atMs: number): SealedRead {
    if (atMs < this.figures.minStampMs) return { rows: NO_ROWS, damage: null };
    const lastBegun = (chunks: readonly Chunk[]): readonly Chunk[] =>
      chunks.filter((chunk) => chunk.firstMs <= atMs).slice(-1);
    return this.#readChunks(point, lastBegun, (rows) => {
      const end = firstFrom(rows, atMs + 1);
      return [Math.max(end - 1, 0), end];
    });
  }

  /** What the readings of the point amount to; large chunks are not decoded for it. */
  summaries(point: number): SealedSummaries {
    const { chunks, damagedAt } = this.#index.find(point);
    const summaries: ChunkSummary[] = [];
    let damage = toDamage(damagedAt);
    for (const chunk of chunks) {
      const summary = summariseOrNull(chunk);
      if (summary !== null) summaries.push(summary);
      else damage ??= this.#noteUndecodable(chunk);
    }
    return { summaries, damage };
  }

  /**
   * All readings, point after point, each point's in order of stamp.
   * @param from `next` of an earlier portion of this file; its beginning unless given
   */
  portions(maxReadings: number, from: PortionCursor = FIRST_PORTION): Generator<Portion> {
    return portionsOf(
      (offset, length) => readBytes(this.#fd, offset, length),
      this.figures,
      maxReadings,
      from,
    );
  }

  #readChunks(
    point: number,
    choose: (chunks: readonly Chunk[]) => readonly Chunk[],
    range: (rows: BlockRows) => readonly [number, number],
  ): SealedRead {
    const { chunks, damagedAt } = this.#index.find(point);
    const pieces: BlockRows[] = [];
    let damage = toDamage(damagedAt);
    for (const chunk of choose(chunks)) {
      const rows = this.#decode(chunk);
      if (rows === null) damage ??= this.#noteUndecodable(chunk);
      else pieces.push(rowsBetween(rows, ...range(rows)));
    }
    return { rows: joinRows(pieces), damage };
  }

  #noteUndecodable(chunk: Chunk): string {
    this.problems.add('chunk');
    return `the chunk of point ${chunk.point} does not hold what its head says`;
  }

  #readFigures(path: string): SealedFigures {
    const { size } = fstatSync(this.#fd);
    const head = decodeRecord(readBytes(this.#fd, 0, RECORD_BYTES), 'head');
    const end = decodeRecord(readBytes(this.#fd, Math.max(0, size - RECORD_BYTES), RECORD_BYTES), 'end');
    if (typeof head === 'string') this.problems.add('head');
    if (typeof end === 'string') this.problems.add('end');
    const figures = pick(head, end);
    if (typeof figures === 'string') throw new SealedFileError(path, figures);
    if (size !== figures.bytes) this.problems.add('size');
    return figures;
  }
}

const NO_ROWS = joinRows([]);

function pick(head: RecordRead, end: RecordRead): RecordRead {
  if (typeof head !== 'string') return head;
  return head === 'unknown-version' && typeof end === 'string' ? head : end;
}

function summariseOrNull(chunk: Chunk): ChunkSummary | null {
  try {
    return summariseChunk(chunk);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function toDamage(damagedAt: number | null): string | null {
  return damagedAt === null ? null : `damaged at byte ${damagedAt}`;
}
