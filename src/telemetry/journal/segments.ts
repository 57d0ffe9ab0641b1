/**
 * The segments of the journal in memory: what each holds and how much of it the sink has not confirmed. Keeps the figures
 * exact; reads and writes nothing itself but the file of confirmations.
 *
 * A log segment is confirmed block by block. A sealed one no longer has blocks: what is left of it is sent in portions
 * (forwarder/sealed-backlog.ts), and its numbers are confirmed together when all portions are.
 */
import { assert } from '../../core/assert.ts';
import type { Confirmations } from './confirm.ts';
import type { BlockHeader } from './format.ts';
import type { SealedFigures } from './sealed/record.ts';

/** What is known of a segment without reading it; also the content of its index file. */
export interface SegmentFigures {
  readonly firstSeq: number;
  /** Highest block number seen, in damaged blocks too; `firstSeq - 1` when there is none. */
  readonly lastSeq: number;
  readonly bytes: number;
  /** 0 when it is sealed. */
  readonly blocks: number;
  readonly readings: number;
  /** Stamps, UTC ms; null when it holds no block. */
  readonly minStampMs: number | null;
  readonly maxStampMs: number | null;
  /** Highest stamp of the whole journal up to its end. */
  readonly highStampMs: number | null;
  readonly tables: readonly string[];
}

/** `log`: blocks in the order of writing (format.ts). `sealed`: the same readings by point, and nothing is added any more. */
export type SegmentForm = 'log' | 'sealed';

export interface Segment {
  figures: SegmentFigures;
  readonly form: SegmentForm;
  /** Of a sealed one: what its files say of themselves, one for each point table; none when they cannot be read. */
  readonly parts: readonly SealedFigures[];
  /** Being written: never deleted. */
  isOpen: boolean;
  /** Of a sealed one that was partly sent: no fewer than there are. */
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

/** The figures of the files of one sealing together. @param parts at least one */
export function sealedFigures(parts: readonly SealedFigures[]): SegmentFigures {
  return {
    firstSeq: Math.min(...parts.map((part) => part.coverFirstSeq)),
    lastSeq: Math.max(...parts.map((part) => part.coverLastSeq)),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    blocks: 0,
    readings: parts.reduce((sum, part) => sum + part.readings, 0),
    minStampMs: Math.min(...parts.map((part) => part.minStampMs)),
    maxStampMs: Math.max(...parts.map((part) => part.maxStampMs)),
    highStampMs: Math.max(...parts.map((part) => part.highStampMs)),
    tables: [...new Set(parts.map((part) => part.tableId))],
  };
}

/** What is known of a block that is given up; parts of its header. */
export type GivenUp = Pick<BlockHeader, 'readings' | 'minStampMs' | 'maxStampMs'>;

/** Readings among the figures of a segment that could not be sent: damaged, or nobody knows their points any more. */
export interface SegmentDamage {
  readonly firstSeq: number;
  readonly readings: number;
  /** UTC ms; null = unknown. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Told when the sink has all readings of a portion, or when nobody knows its points any more. */
export type PortionSettled = (isSent: boolean) => void;

export class SegmentBook {
  /** Ascending by block number. */
  readonly #segments: Segment[];
  readonly confirmations: Confirmations;
  /** Portions of sealed segments on their way. Key: negative, in place of a block number. */
  readonly #portions = new Map<number, PortionSettled>();
  #lastPortion = 0;
  /** Readings of blocks and chunks that turned out to be damaged when they were to be sent or sealed. */
  damagedReadings = 0;
  confirmedReadings = 0;
  /** Of blocks that were given up and whose segment is not settled yet. Key: first block of the segment. */
  readonly #givenUp = new Map<number, GivenUp>();
  /** Called for each segment that is settled but for damage. Set by whoever keeps the log of losses. */
  onDamage: (damage: SegmentDamage) => void = () => undefined;

  constructor(segments: readonly Segment[], confirmations: Confirmations) {
    this.#segments = [...segments];
    this.confirmations = confirmations;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  has(segment: Segment): boolean {
    return this.#segments.includes(segment);
  }

  open(firstSeq: number): Segment {
    const segment: Segment = {
      figures: emptyFigures(firstSeq),
      form: 'log',
      parts: [],
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
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#segments[middle] as Segment).figures.lastSeq < seq) low = middle + 1;
      else high = middle;
    }
    return this.#segments[low];
  }

  /** The sink has all readings of the block or portion, or has refused some of them for good. */
  confirm(seq: number, readings: number, maxStampMs: number): void {
    if (seq < 0) return this.#settlePortion(seq, true);
    if (this.confirmations.covers(seq, seq)) return;
    this.confirmations.add(seq, seq);
    const segment = this.atOrAfter(seq);
    if (segment === undefined || segment.figures.firstSeq > seq) {
      this.confirmedReadings += readings;
      return;
    }
    this.#lower(segment, segment.unconfirmedReadings - readings);
    if (segment.form === 'log' && this.confirmations.firstMissing(segment.figures.firstSeq) > seq) {
      segment.oldestUnconfirmedMs = maxStampMs;
    }
    this.#settle(segment);
  }

  /**
   * Blocks or a portion that cannot be read, named, or do not exist are never asked for again.
   * @param block what is known of it, when it is one; null = nothing
   */
  giveUp(from: number, to: number, block: GivenUp | null = null): void {
    if (from < 0) return this.#settlePortion(from, false);
    const isNew = !this.confirmations.covers(from, to);
    this.confirmations.add(from, to);
    const segment = this.atOrAfter(from);
    if (segment === undefined) return;
    const { firstSeq } = segment.figures;
    if (isNew && block !== null && firstSeq <= from) {
      this.#givenUp.set(firstSeq, joinGivenUp(this.#givenUp.get(firstSeq), block));
    }
    this.#settle(segment);
  }

  /** Names a portion that is about to be sent. @returns a negative number for `confirm` and `giveUp`; never used twice. */
  addPortion(onSettled: PortionSettled): number {
    this.#lastPortion--;
    this.#portions.set(this.#lastPortion, onSettled);
    return this.#lastPortion;
  }

  /** Portions of a segment that is gone are of no interest any more. */
  forgetPortion(seq: number): void {
    this.#portions.delete(seq);
  }

  /**
   * The sink has some readings of a sealed segment.
   * @param leftReadings not known to be sent yet; those confirmed before the sealing may be among them
   */
  confirmPart(segment: Segment, leftReadings: number): void {
    if (!this.has(segment)) return;
    this.#lower(segment, Math.min(segment.unconfirmedReadings, leftReadings));
    this.confirmations.touch();
  }

  /** Log segments have become sealed files, or nothing when no block was intact. @returns what stands for them now. */
  seal(
    segments: readonly Segment[],
    parts: readonly SealedFigures[],
    unconfirmedReadings: number,
  ): Segment | null {
    const at = this.#segments.indexOf(segments[0] as Segment);
    assert(
      segments.every((segment, index) => this.#segments[at + index] === segment && !segment.isOpen),
      'segments that are sealed lie one behind the other in the book',
    );
    const oldestMs = segments.find((one) => one.oldestUnconfirmedMs !== null)?.oldestUnconfirmedMs ?? null;
    const sealed: Segment | null =
      parts.length === 0
        ? null
        : {
            figures: sealedFigures(parts),
            form: 'sealed',
            parts,
            isOpen: false,
            unconfirmedReadings,
            oldestUnconfirmedMs: unconfirmedReadings === 0 ? null : oldestMs,
          };
    this.#segments.splice(at, segments.length, ...(sealed === null ? [] : [sealed]));
    this.confirmations.touch();
    return sealed;
  }

  remove(segment: Segment): void {
    const at = this.#segments.indexOf(segment);
    assert(at !== -1, 'a segment that is removed is in the book');
    this.#segments.splice(at, 1);
    this.#givenUp.delete(segment.figures.firstSeq);
    this.confirmations.add(segment.figures.firstSeq, segment.figures.lastSeq);
  }

  /** Makes what is confirmed durable. @throws the error of the file system; then it stays to be saved. */
  async save(): Promise<void> {
    await this.confirmations.save(() => this.#partly());
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

  #settlePortion(seq: number, isSent: boolean): void {
    const onSettled = this.#portions.get(seq);
    this.#portions.delete(seq);
    onSettled?.(isSent);
  }

  #lower(segment: Segment, to: number): void {
    const left = Math.max(0, to);
    this.confirmedReadings += segment.unconfirmedReadings - left;
    segment.unconfirmedReadings = left;
  }

  /** When every block is settled, what is left over was in damaged ones. */
  #settle(segment: Segment): void {
    const { firstSeq, lastSeq } = segment.figures;
    if (!this.confirmations.covers(firstSeq, lastSeq)) return;
    const readings = segment.unconfirmedReadings;
    this.damagedReadings += readings;
    segment.unconfirmedReadings = 0;
    segment.oldestUnconfirmedMs = null;
    const block = this.#givenUp.get(firstSeq);
    this.#givenUp.delete(firstSeq);
    if (readings === 0) return;
    // Headers that could be read say when, if they speak of all of it.
    const isWhole = block?.readings === readings;
    const [fromMs, toMs] = isWhole ? [block.minStampMs, block.maxStampMs] : [null, null];
    this.onDamage({ firstSeq, readings, fromMs, toMs });
  }

  /** Sealed segments of which the sink has a part, by first block: their numbers alone would not tell after a restart. */
  #partly(): readonly (readonly [number, number])[] {
    return this.#segments
      .filter(({ form, figures, unconfirmedReadings: left }) => {
        return form === 'sealed' && left > 0 && left < figures.readings;
      })
      .map(({ figures, unconfirmedReadings }) => [figures.firstSeq, unconfirmedReadings]);
  }
}

function joinGivenUp(one: GivenUp | undefined, other: GivenUp): GivenUp {
  const { readings, minStampMs, maxStampMs } = other;
  return {
    readings: (one?.readings ?? 0) + readings,
    minStampMs: Math.min(one?.minStampMs ?? minStampMs, minStampMs),
    maxStampMs: Math.max(one?.maxStampMs ?? maxStampMs, maxStampMs),
  };
}
