/**
 * The segments of the journal in memory: what each holds and how much of it the sink has not confirmed. Keeps the figures
 * exact; reads and writes nothing itself.
 */
import { assert } from '../../core/assert.ts';
import type { Confirmations } from './confirm.ts';
import type { BlockHeader } from './format.ts';

/** What is known of a segment without reading it; also the content of its index file. */
export interface SegmentFigures {
  readonly firstSeq: number;
  /** `firstSeq - 1` when it holds no block. */
  readonly lastSeq: number;
  readonly bytes: number;
  readonly blocks: number;
  readonly readings: number;
  /** Stamps, UTC ms; null when it holds no block. */
  readonly minStampMs: number | null;
  readonly maxStampMs: number | null;
  /** Highest stamp of the whole journal up to its end. */
  readonly highStampMs: number | null;
  readonly tables: readonly string[];
}

export interface Segment {
  figures: SegmentFigures;
  /** Being written: never deleted. */
  isOpen: boolean;
  unconfirmedReadings: number;
  /** Stamp of about the oldest unconfirmed reading (to within a block); null when all is confirmed. */
  oldestUnconfirmedMs: number | null;
}

export function emptyFigures(firstSeq: number): SegmentFigures {
  return {
    firstSeq,
    lastSeq: firstSeq - 1,
    bytes: 0,
    blocks: 0,
    readings: 0,
    minStampMs: null,
    maxStampMs: null,
    highStampMs: null,
    tables: [],
  };
}

/** The figures with one more block at the end. */
export function withBlock(figures: SegmentFigures, block: BlockHeader): SegmentFigures {
  const { tableId } = block;
  return {
    firstSeq: figures.firstSeq,
    lastSeq: Math.max(figures.lastSeq, block.seq),
    bytes: figures.bytes + block.bytes,
    blocks: figures.blocks + 1,
    readings: figures.readings + block.readings,
    minStampMs: Math.min(figures.minStampMs ?? Number.POSITIVE_INFINITY, block.minStampMs),
    maxStampMs: Math.max(figures.maxStampMs ?? Number.NEGATIVE_INFINITY, block.maxStampMs),
    highStampMs: Math.max(figures.highStampMs ?? Number.NEGATIVE_INFINITY, block.highStampMs),
    tables: figures.tables.includes(tableId) ? figures.tables : [...figures.tables, tableId],
  };
}

export class SegmentBook {
  /** Ascending by block number. */
  readonly #segments: Segment[];
  readonly confirmations: Confirmations;
  /** Readings of blocks that turned out to be damaged when they were to be sent. */
  damagedReadings = 0;
  confirmedReadings = 0;

  constructor(segments: readonly Segment[], confirmations: Confirmations) {
    this.#segments = [...segments];
    this.confirmations = confirmations;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  open(firstSeq: number): Segment {
    const segment = {
      figures: emptyFigures(firstSeq),
      isOpen: true,
      unconfirmedReadings: 0,
      oldestUnconfirmedMs: null,
    };
    this.#segments.push(segment);
    return segment;
  }

  addBlock(segment: Segment, block: BlockHeader): void {
    segment.figures = withBlock(segment.figures, block);
    segment.unconfirmedReadings += block.readings;
    segment.oldestUnconfirmedMs ??= block.minStampMs;
  }

  /** The segment that holds the block, or the next one behind it; undefined behind the end. */
  atOrAfter(seq: number): Segment | undefined {
    return this.#segments.find((segment) => segment.figures.lastSeq >= seq);
  }

  /** The sink has all readings of the block, or has refused some of them for good. */
  confirm(seq: number, readings: number, maxStampMs: number): void {
    if (this.confirmations.covers(seq, seq)) return;
    this.confirmations.add(seq, seq);
    this.confirmedReadings += readings;
    const segment = this.atOrAfter(seq);
    if (segment === undefined || segment.figures.firstSeq > seq) return;
    segment.unconfirmedReadings -= readings;
    if (this.confirmations.firstMissing(segment.figures.firstSeq) > seq) {
      segment.oldestUnconfirmedMs = maxStampMs;
    }
    this.#settle(segment);
  }

  /** Blocks that cannot be read or do not exist are never asked for again. */
  giveUp(from: number, to: number): void {
    this.confirmations.add(from, to);
    const segment = this.atOrAfter(from);
    if (segment !== undefined) this.#settle(segment);
  }

  remove(segment: Segment): void {
    const at = this.#segments.indexOf(segment);
    assert(at !== -1, 'a segment that is removed is in the book');
    this.#segments.splice(at, 1);
    this.confirmations.add(segment.figures.firstSeq, segment.figures.lastSeq);
  }

  backlogReadings(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.unconfirmedReadings, 0);
  }

  oldestUnconfirmedMs(): number | null {
    return this.#segments.find((segment) => segment.unconfirmedReadings > 0)?.oldestUnconfirmedMs ?? null;
  }

  bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.figures.bytes, 0);
  }

  /** When every block is settled, what is left over was in damaged ones. */
  #settle(segment: Segment): void {
    const { firstSeq, lastSeq } = segment.figures;
    if (!this.confirmations.covers(firstSeq, lastSeq)) return;
    this.damagedReadings += segment.unconfirmedReadings;
    segment.unconfirmedReadings = 0;
    segment.oldestUnconfirmedMs = null;
  }
}
