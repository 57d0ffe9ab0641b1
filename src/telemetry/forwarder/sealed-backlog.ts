/**
 * Sends what one sealed segment holds, in portions. Its blocks are no more, so that progress is known by portion and only in
 * memory: after a restart it is sent from its beginning, which is harmless. Its block numbers are confirmed when all of it is.
 */
import type { BlockRows } from '../journal/rows.ts';
import type { Portion, PortionCursor } from '../journal/sealed/portions.ts';
import { type SealedFigures, sealedPath } from '../journal/sealed/record.ts';
import { openSealedOrNull, type SealedFile } from '../journal/sealed/sealed-file.ts';
import type { Segment, SegmentBook } from '../journal/segments.ts';

/** Goes to the sink like a block; its number is that of the portion. */
export interface SealedPortion {
  /** Negative (SegmentBook.addPortion). */
  readonly seq: number;
  readonly tableId: string;
  readonly maxStampMs: number;
  readonly rows: BlockRows;
}

/** A file being walked over. */
interface Walk {
  readonly file: SealedFile;
  portions: Generator<Portion> | null;
  next: PortionCursor | undefined;
}

export class SealedSending {
  readonly segment: Segment;
  readonly #directory: string;
  readonly #book: SegmentBook;
  readonly #isUnderWay: (seq: number) => boolean;
  /** Portions handed out and not settled; at most as many as there are writes at once. Key: number of the portion. */
  readonly #pending = new Map<number, SealedPortion>();
  /** Files that are not walked over yet. */
  readonly #parts: SealedFigures[];
  #walk: Walk | null = null;
  #sentReadings = 0;
  #isRead = false;

  constructor(directory: string, book: SegmentBook, segment: Segment, isUnderWay: (seq: number) => boolean) {
    this.#directory = directory;
    this.#book = book;
    this.#isUnderWay = isUnderWay;
    this.segment = segment;
    this.#parts = [...segment.parts];
  }

  /** Whether `next` may have something now. */
  get hasNext(): boolean {
    return !this.#isRead || this.#failed() !== undefined;
  }

  /** A portion to be sent; null when all of them are under way or settled. @throws the error of the file system. */
  next(maxReadings: number): SealedPortion | null {
    const again = this.#failed();
    if (again !== undefined) return again;
    for (let portion = this.#read(maxReadings); portion !== null; portion = this.#read(maxReadings)) {
      if (portion.rows.count > 0) return portion;
    }
    this.#isRead = true;
    this.#finish();
    return null;
  }

  /** What is still under way is of no interest any more. */
  close(): void {
    for (const seq of this.#pending.keys()) this.#book.forgetPortion(seq);
    this.#pending.clear();
    this.#isRead = true;
    this.#closeFile();
  }

  /** One whose write has failed. */
  #failed(): SealedPortion | undefined {
    for (const portion of this.#pending.values()) if (!this.#isUnderWay(portion.seq)) return portion;
    return undefined;
  }

  /** null at the end of the last file. */
  #read(maxReadings: number): SealedPortion | null {
    for (let walk = this.#open(); walk !== null; walk = this.#open()) {
      const portion = readPortion(walk, maxReadings);
      if (portion !== null) return this.#issue(portion.rows, walk.file.figures);
      this.#closeFile();
    }
    return null;
  }

  #open(): Walk | null {
    while (this.#walk === null) {
      const part = this.#parts[0];
      if (part === undefined) return null;
      const file = openSealedOrNull(sealedPath(this.#directory, part.firstSeq));
      this.#parts.shift();
      if (file !== null) this.#walk = { file, portions: null, next: undefined };
    }
    return this.#walk;
  }

  #closeFile(): void {
    this.#walk?.file.close();
    this.#walk = null;
  }

  #issue(rows: BlockRows, { tableId, maxStampMs }: SealedFigures): SealedPortion {
    const seq = this.#book.addPortion((isSent) => this.#settle(seq, isSent));
    const portion = { seq, tableId, maxStampMs, rows };
    if (rows.count === 0) this.#book.forgetPortion(seq);
    else this.#pending.set(seq, portion);
    return portion;
  }

  #settle(seq: number, isSent: boolean): void {
    if (isSent) this.#sentReadings += this.#pending.get(seq)?.rows.count ?? 0;
    this.#pending.delete(seq);
    this.#book.confirmPart(this.segment, this.segment.figures.readings - this.#sentReadings);
    this.#finish();
  }

  /** What has not been sent by now could not be read or named: the book counts it as damaged. */
  #finish(): void {
    if (!this.#isRead || this.#pending.size > 0 || !this.#book.has(this.segment)) return;
    const { firstSeq, lastSeq } = this.segment.figures;
    this.#book.confirmPart(this.segment, this.segment.figures.readings - this.#sentReadings);
    this.#book.giveUp(firstSeq, lastSeq);
  }
}

/** null at the end of the file. A walk that fails goes on from where it was. */
function readPortion(walk: Walk, maxReadings: number): Portion | null {
  walk.portions ??= walk.file.portions(maxReadings, walk.next);
  try {
    const step = walk.portions.next();
    if (step.done === true) return null;
    walk.next = step.value.next;
    return step.value;
  } catch (error) {
    walk.portions = null;
    throw error;
  }
}
