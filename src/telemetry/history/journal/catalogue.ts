/**
 * What the journal's directory holds, in the order of writing: sealed files (those of one sealing together) and log segments
 * that wait to be sealed. Looked at anew when the directory has changed, so that it is right beside a writer, a sealing and
 * retention without being told by any of them.
 */
import { readdirSync, statSync } from 'node:fs';
import { isGone, parseSegmentName, segmentPath } from '../../journal/files.ts';
import { readIndex } from '../../journal/index-file.ts';
import { reconcileSealed } from '../../journal/sealed/reconcile.ts';
import { parseSealedName, type SealedFigures, sealedPath } from '../../journal/sealed/record.ts';
import { SealedFileError } from '../../journal/sealed/sealed-file.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';
import { LogSegment } from './log-segment.ts';
import { SealedFiles } from './sealed-files.ts';
import type { Turn } from './turns.ts';

/** Lowest and highest stamp, UTC ms. */
export interface Span {
  readonly minStampMs: number;
  readonly maxStampMs: number;
}

export interface SealedPart {
  readonly path: string;
  readonly figures: SealedFigures;
}

/** Blocks `firstSeq` to `lastSeq`; units do not overlap, and the stamps of a point ascend from one to the next. */
export type Unit =
  | {
      readonly kind: 'sealed';
      readonly firstSeq: number;
      readonly lastSeq: number;
      readonly parts: readonly SealedPart[];
    }
  | { readonly kind: 'log'; readonly firstSeq: number; readonly lastSeq: number; readonly path: string };

export class Catalogue {
  readonly sealedFiles = new SealedFiles();
  readonly #directory: string;
  /** Key: lowest block number. null = neither copy of its figures can be read. */
  readonly #figures = new Map<number, SealedFigures | null>();
  /** Key: path. Insertion order = order of use. */
  readonly #logs = new Map<string, LogSegment>();
  /** Of segments that have their index: they are not written any more. Key: lowest block number. */
  readonly #logSpans = new Map<number, Span>();
  #units: readonly Unit[] = [];
  #unreadable: readonly string[] = [];
  #listedNs: bigint | null = null;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Paths of sealed files of which nothing can be read. */
  get unreadable(): readonly string[] {
    return this.#unreadable;
  }

  /** Last block in a sealed file from which on nothing sealed comes; 0 when nothing is sealed. */
  get sealedToSeq(): number {
    return this.#units.findLast(({ kind }) => kind === 'sealed')?.lastSeq ?? 0;
  }

  get firstSeq(): number {
    return this.#units[0]?.firstSeq ?? Number.POSITIVE_INFINITY;
  }

  /** @param mustLook a file was not where it should be. @throws the error of the file system; the turn's */
  async refresh(turn: Turn, mustLook = false): Promise<void> {
    const { mtimeNs } = statSync(this.#directory, { bigint: true });
    if (mtimeNs === this.#listedNs && !mustLook) return;
    const names = readdirSync(this.#directory);
    const segments = toSorted(names.map(parseSegmentName));
    const sealed = toSorted(names.map(parseSealedName));
    for (const firstSeq of sealed) {
      this.#learn(firstSeq);
      if (turn.isDue()) await turn.rest();
    }
    this.#forgetAllBut(sealed, segments);
    this.#units = this.#arrange(segments, sealed);
    this.#unreadable = sealed
      .filter((firstSeq) => this.#figures.get(firstSeq) === null)
      .map((firstSeq) => sealedPath(this.#directory, firstSeq));
    this.#listedNs = mtimeNs;
  }

  /** The first unit with a block behind `seq`. */
  after(seq: number): Unit | undefined {
    return this.#units[lowerBound(this.#units, (unit) => unit.lastSeq > seq)];
  }

  /** The last unit that begins before block `seq`. */
  before(seq: number): Unit | undefined {
    return this.#units[lowerBound(this.#units, (unit) => unit.firstSeq >= seq) - 1];
  }

  /** A log segment with its blocks as they are now. @throws the error of the file system */
  log(unit: Unit & { readonly kind: 'log' }): LogSegment {
    const known = this.#logs.get(unit.path);
    const log = known ?? new LogSegment(unit.path);
    this.#logs.delete(unit.path);
    this.#logs.set(unit.path, log);
    if (this.#logs.size > JOURNAL_READ_LIMITS.logIndexes) {
      this.#logs.delete(this.#logs.keys().next().value ?? '');
    }
    log.update();
    return log;
  }

  /** null when nothing is in it. @throws the error of the file system */
  span(unit: Unit): Span | null {
    if (unit.kind === 'sealed') return join(unit.parts.map(({ figures }) => figures));
    const known = this.#logSpans.get(unit.firstSeq) ?? readSpan(this.#directory, unit.firstSeq);
    if (known === null) return join(this.log(unit).blocks.map(({ header }) => header));
    this.#logSpans.set(unit.firstSeq, known);
    return known;
  }

  close(): void {
    this.sealedFiles.close();
  }

  /** A file that has gone since it was listed is none. */
  #learn(firstSeq: number): void {
    if (this.#figures.has(firstSeq)) return;
    try {
      this.#figures.set(firstSeq, this.sealedFiles.get(sealedPath(this.#directory, firstSeq)).figures);
    } catch (error) {
      if (error instanceof SealedFileError) this.#figures.set(firstSeq, null);
      else if (!isGone(error)) throw error;
    }
  }

  #forgetAllBut(sealed: readonly number[], segments: readonly number[]): void {
    const keptSealed = new Set(sealed);
    for (const firstSeq of this.#figures.keys()) {
      if (keptSealed.has(firstSeq)) continue;
      this.#figures.delete(firstSeq);
      this.sealedFiles.forget(sealedPath(this.#directory, firstSeq));
    }
    const keptLogs = new Set(segments);
    for (const firstSeq of this.#logSpans.keys()) {
      if (!keptLogs.has(firstSeq)) this.#logSpans.delete(firstSeq);
    }
    const paths = new Set(segments.map((firstSeq) => segmentPath(this.#directory, firstSeq)));
    for (const path of this.#logs.keys()) if (!paths.has(path)) this.#logs.delete(path);
  }

  #arrange(segments: readonly number[], sealed: readonly number[]): readonly Unit[] {
    const readable = sealed.map((seq) => this.#figures.get(seq)).filter((figures) => figures != null);
    const { obsoleteSegments, unfinishedFiles } = reconcileSealed(segments, readable);
    const [obsolete, unfinished] = [new Set(obsoleteSegments), new Set(unfinishedFiles)];
    const sets = Map.groupBy(
      readable.filter(({ firstSeq }) => !unfinished.has(firstSeq)),
      ({ coverFirstSeq }) => coverFirstSeq,
    );
    const starts: Unit[] = [...sets].map(([firstSeq, parts]) => ({
      kind: 'sealed',
      firstSeq,
      lastSeq: Math.max(...parts.map(({ coverLastSeq }) => coverLastSeq)),
      parts: parts.map((figures) => ({ path: sealedPath(this.#directory, figures.firstSeq), figures })),
    }));
    for (const firstSeq of segments) {
      if (obsolete.has(firstSeq)) continue;
      const path = segmentPath(this.#directory, firstSeq);
      starts.push({ kind: 'log', firstSeq, lastSeq: Number.POSITIVE_INFINITY, path });
    }
    starts.sort((one, other) => one.firstSeq - other.firstSeq);
    return starts.map((unit, at) => {
      const next = starts[at + 1]?.firstSeq ?? Number.POSITIVE_INFINITY;
      return unit.kind === 'log' ? { ...unit, lastSeq: next - 1 } : unit;
    });
  }
}

/** From the index file; null when there is none, or nothing in the segment. */
function readSpan(directory: string, firstSeq: number): Span | null {
  const { minStampMs = null, maxStampMs = null } = readIndex(directory, firstSeq) ?? {};
  return minStampMs === null || maxStampMs === null ? null : { minStampMs, maxStampMs };
}

function join(spans: readonly Span[]): Span | null {
  if (spans.length === 0) return null;
  let [minStampMs, maxStampMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const span of spans) {
    minStampMs = Math.min(minStampMs, span.minStampMs);
    maxStampMs = Math.max(maxStampMs, span.maxStampMs);
  }
  return { minStampMs, maxStampMs };
}

function toSorted(seqs: readonly (number | null)[]): readonly number[] {
  return seqs.filter((seq) => seq !== null).sort((one, other) => one - other);
}

/** Index of the first unit of which it is true; it is of all behind it too. */
function lowerBound(units: readonly Unit[], isTrue: (unit: Unit) => boolean): number {
  let low = 0;
  let high = units.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(units[middle] as Unit)) high = middle;
    else low = middle + 1;
  }
  return low;
}
