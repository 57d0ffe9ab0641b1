/**
 * Reads unconfirmed blocks that are not under way back from the journal, oldest first. Holds one log segment in memory; what
 * is sealed comes in portions (sealed-backlog.ts). Blocks that cannot be read are given up (and counted by the book), so that
 * they never stop those behind them.
 */
import { readFile } from 'node:fs/promises';
import { nullIfGone, segmentPath } from '../journal/files.ts';
import { type BlockHeader, decodeRows } from '../journal/format.ts';
import type { BlockRows } from '../journal/rows.ts';
import { scanBlocks } from '../journal/scan.ts';
import type { Segment, SegmentBook } from '../journal/segments.ts';
import { SealedSending } from './sealed-backlog.ts';

/** A block on its way to the sink, or a portion of a sealed segment. */
export interface OutgoingBlock {
  /** Negative: number of the portion. SegmentBook.confirm and giveUp take either. */
  readonly seq: number;
  readonly tableId: string;
  readonly maxStampMs: number;
  readonly rows: BlockRows;
}

/** A segment as it was read. */
interface View {
  readonly segment: Segment;
  /** Last block that was durable when reading began. */
  readonly lastSeq: number;
  readonly bytes: Buffer;
  /** Key: block number. */
  readonly blocks: ReadonlyMap<number, { readonly offset: number; readonly header: BlockHeader }>;
  /** Damaged ones whose header is sound. Key: block number. */
  readonly damaged: ReadonlyMap<number, BlockHeader>;
}

export class Backlog {
  readonly #directory: string;
  readonly #book: SegmentBook;
  readonly #isUnderWay: (seq: number) => boolean;
  #view: View | null = null;
  #sending: SealedSending | null = null;

  constructor(directory: string, book: SegmentBook, isUnderWay: (seq: number) => boolean) {
    this.#directory = directory;
    this.#book = book;
    this.#isUnderWay = isUnderWay;
  }

  /** Whether a block before `endSeq` may be free to be sent. */
  hasBefore(endSeq: number): boolean {
    return this.#nextSeq(endSeq) !== null;
  }

  /**
   * The oldest free blocks before `endSeq`, of one segment, with at most `maxReadings` readings (but one block at
   * least), or one portion; empty when there are none. @throws the error of the file system.
   */
  async next(endSeq: number, maxReadings: number): Promise<readonly OutgoingBlock[]> {
    let seq = this.#nextSeq(endSeq);
    while (seq !== null) {
      const blocks = await this.#take(seq, endSeq, maxReadings);
      if (blocks.length > 0) return blocks;
      seq = this.#nextSeq(endSeq);
    }
    this.#view = null;
    if (this.#sending !== null && !this.#book.has(this.#sending.segment)) this.close();
    return [];
  }

  /** Gives files back. */
  close(): void {
    this.#sending?.close();
    this.#sending = null;
    this.#view = null;
  }

  /** Lowest free block that a segment may hold; gaps between segments are settled on the way. */
  #nextSeq(endSeq: number): number | null {
    const { confirmations } = this.#book;
    let seq = this.#firstFree(1);
    while (seq < endSeq) {
      const segment = this.#book.atOrAfter(seq);
      if (segment === undefined) return null;
      if (segment.figures.firstSeq <= seq) return this.#isReady(segment, endSeq) ? seq : null;
      confirmations.add(seq, segment.figures.firstSeq - 1);
      seq = this.#firstFree(seq);
    }
    return null;
  }

  /** A sealed segment waits until none of it is in the live queue, and when all of it is under way. */
  #isReady(segment: Segment, endSeq: number): boolean {
    if (segment.form === 'log') return true;
    if (segment.figures.lastSeq >= endSeq) return false;
    return this.#sending?.segment !== segment || this.#sending.hasNext;
  }

  #firstFree(from: number): number {
    let seq = this.#book.confirmations.firstMissing(from);
    while (this.#isUnderWay(seq)) seq = this.#book.confirmations.firstMissing(seq + 1);
    return seq;
  }

  async #take(from: number, endSeq: number, maxReadings: number): Promise<readonly OutgoingBlock[]> {
    const segment = this.#book.atOrAfter(from);
    if (segment === undefined) return [];
    if (segment.form === 'sealed') return this.#takeSealed(segment, maxReadings);
    const view = await this.#load(segment, from);
    // Sealed or deleted while it was read: what is missing in it proves nothing.
    if (!this.#book.has(segment)) return [];
    const taken: OutgoingBlock[] = [];
    let readings = 0;
    const end = Math.min(endSeq, view.lastSeq + 1);
    for (let seq = from; seq < end; seq = this.#firstFree(seq + 1)) {
      const found = view.blocks.get(seq);
      if (found === undefined) {
        this.#book.giveUp(seq, seq, view.damaged.get(seq) ?? null);
        continue;
      }
      readings += found.header.readings;
      if (taken.length > 0 && readings > maxReadings) break;
      taken.push(toOutgoing(view, found));
    }
    return taken;
  }

  #takeSealed(segment: Segment, maxReadings: number): readonly OutgoingBlock[] {
    if (this.#sending?.segment !== segment) {
      this.#sending?.close();
      this.#sending = new SealedSending(this.#directory, this.#book, segment, this.#isUnderWay);
    }
    const portion = this.#sending.next(maxReadings);
    return portion === null ? [] : [portion];
  }

  async #load(segment: Segment, seq: number): Promise<View> {
    const kept = this.#view;
    if (kept !== null && kept.segment === segment && seq <= kept.lastSeq) return kept;
    const { lastSeq } = segment.figures;
    // A segment that is gone holds nothing any more.
    const path = segmentPath(this.#directory, segment.figures.firstSeq);
    const bytes = (await readFile(path).catch(nullIfGone)) ?? Buffer.alloc(0);
    const blocks = new Map<number, { offset: number; header: BlockHeader }>();
    const damaged = new Map<number, BlockHeader>();
    for (const item of scanBlocks(bytes)) {
      if (item.type === 'block') blocks.set(item.header.seq, item);
      else if (item.header !== null) damaged.set(item.header.seq, item.header);
    }
    this.#view = { segment, lastSeq, bytes, blocks, damaged };
    return this.#view;
  }
}

function toOutgoing(view: View, found: { offset: number; header: BlockHeader }): OutgoingBlock {
  const { header } = found;
  return {
    seq: header.seq,
    tableId: header.tableId,
    maxStampMs: header.maxStampMs,
    rows: decodeRows(view.bytes, found.offset, header),
  };
}
