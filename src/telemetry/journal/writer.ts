/**
 * The writing end of the journal: stamps readings, gathers them into blocks, writes and syncs them in groups. A write that
 * fails leaves the readings in memory, in order, and is tried again in a new segment: after a failed sync nobody knows
 * what of the old one has reached the disk. How many readings may wait is limited by whoever appends (journal.ts).
 */
import type { JournalDisk } from './disk.ts';
import { type SegmentFile, segmentPath } from './files.ts';
import { type BlockHeader, decodeHeader, encodeBlock } from './format.ts';
import { writeIndex } from './index-file.ts';
import { JOURNAL_LIMITS } from './limits.ts';
import type { NewLoss } from './losses.ts';
import { removeLog } from './recovery-sealed.ts';
import { type BlockRows, createRows, type OpenRows, trimRows } from './rows.ts';
import type { Segment, SegmentBook } from './segments.ts';
import { type ArrivedColumns, Stamper } from './stamps.ts';

/** Rough size of a journalled reading, to tell when a commit is worth while. */
const READING_BYTES = 12;

export interface WriterOptions {
  readonly disk: JournalDisk;
  readonly directory: string;
  readonly tableId: string;
  readonly book: SegmentBook;
  readonly nextSeq: number;
  readonly highStampMs: number;
  /** By point; see Stamper. */
  readonly lastStampMs: Float64Array;
  readonly wallMs: () => number;
  /** Called for each block, in order, once it is durable. */
  readonly onDurable: (header: BlockHeader, rows: BlockRows) => void;
  /** Called when writing has begun to fail, and with null when it works again. */
  readonly onFailure: (reason: string | null) => void;
  /** Called when a segment has been closed: the moment for retention. */
  readonly onClosed: () => void;
  readonly monoMs: () => number;
  readonly segmentBytes?: number;
  /** Longest wait of a reading for others before a commit; default JOURNAL_LIMITS. */
  readonly commitMs?: number;
}

export class JournalWriter {
  readonly #options: WriterOptions;
  readonly #stamper: Stamper;
  #open: OpenRows = createRows(JOURNAL_LIMITS.blockReadings);
  /** Full blocks, and those of a commit that failed. */
  readonly #ready: BlockRows[] = [];
  #waiting = 0;
  #nextSeq: number;
  #highStampMs: number;
  #segment: Segment | null = null;
  #file: SegmentFile | null = null;
  /** When the segment was begun, monotonic. */
  #begunMs = 0;
  #timer: NodeJS.Timeout | null = null;
  #commit: Promise<void> | null = null;
  #failure: string | null = null;
  #failures = 0;
  #isClosed = false;
  #lastSyncMs: number | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#stamper = new Stamper(options.lastStampMs);
    this.#nextSeq = options.nextSeq;
    this.#highStampMs = options.highStampMs;
  }

  get #commitMs(): number {
    return this.#options.commitMs ?? JOURNAL_LIMITS.commitMs;
  }

  get status(): {
    readonly failure: string | null;
    readonly failures: number;
    readonly lastSyncMs: number | null;
  } {
    return { failure: this.#failure, failures: this.#failures, lastSyncMs: this.#lastSyncMs };
  }

  /** Takes readings over; they are durable within `commitMs` and one sync. Synchronous. */
  append(arrived: ArrivedColumns): void {
    const nowMs = this.#options.wallMs();
    for (let at = 0; at < arrived.count; at++) {
      this.#stamper.add(this.#open, arrived, at, nowMs);
      if (this.#open.count === JOURNAL_LIMITS.blockReadings) this.#sealOpen();
    }
    this.#waiting += arrived.count;
    if (this.#waiting * READING_BYTES >= JOURNAL_LIMITS.commitBytes) this.#schedule(0);
    else if (this.#waiting > 0) this.#schedule(this.#commitMs);
  }

  /**
   * Writes what waits, ends the segment. Gives up at the first failure: then the readings still waiting are lost.
   * @returns what is lost; null = nothing
   */
  async close(): Promise<NewLoss | null> {
    this.#isClosed = true;
    this.#cancel();
    await this.#commit;
    while (this.#waiting > 0) {
      await this.#commitOnce();
      if (this.#failure !== null) break;
    }
    await this.#endSegment();
    return this.#waiting === 0 ? null : toDropped([...this.#ready, this.#open]);
  }

  #sealOpen(): void {
    this.#ready.push(this.#open);
    this.#open = createRows(JOURNAL_LIMITS.blockReadings);
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed || this.#commit !== null || this.#failure !== null) return;
    if (this.#timer !== null) {
      if (delayMs > 0) return;
      this.#cancel();
    }
    this.#timer = setTimeout(() => this.#begin(), delayMs);
  }

  #cancel(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #begin(): void {
    this.#timer = null;
    this.#commit = this.#commitOnce().finally(() => {
      this.#commit = null;
      if (this.#failure !== null) this.#retryLater();
      else if (this.#ready.length > 0) this.#schedule(0);
      else if (this.#waiting > 0) this.#schedule(this.#commitMs);
    });
  }

  #retryLater(): void {
    if (this.#isClosed) return;
    const delayMs = JOURNAL_LIMITS.writeRetryMs * 2 ** Math.min(this.#failures - 1, 10);
    this.#timer = setTimeout(() => this.#begin(), Math.min(delayMs, JOURNAL_LIMITS.writeRetryMaxMs));
  }

  async #commitOnce(): Promise<void> {
    if (this.#open.count > 0) {
      this.#ready.push(trimRows(this.#open));
      this.#open = createRows(JOURNAL_LIMITS.blockReadings);
    }
    const blocks = this.#ready.slice(0, JOURNAL_LIMITS.commitBlocks);
    if (blocks.length === 0) return;
    try {
      await this.#write(blocks);
    } catch (error) {
      await this.#fail(error, blocks.length);
    }
  }

  async #write(blocks: readonly BlockRows[]): Promise<void> {
    const headers: BlockHeader[] = [];
    const bytes = Buffer.concat(blocks.map((rows, at) => this.#encode(rows, this.#nextSeq + at, headers)));
    const { file, segment } = await this.#openSegment();
    await file.write(bytes, segment.figures.bytes);
    await file.datasync();
    this.#nextSeq += blocks.length;
    this.#lastSyncMs = this.#options.wallMs();
    this.#ready.splice(0, blocks.length);
    for (const [at, header] of headers.entries()) this.#settle(segment, header, blocks[at] as BlockRows);
    this.#recovered();
    if (this.#isFull(segment)) {
      await this.#endSegment();
      this.#options.onClosed();
    }
  }

  #isFull({ figures }: Segment): boolean {
    const { monoMs, segmentBytes } = this.#options;
    const ageMs = monoMs() - this.#begunMs;
    return (
      figures.bytes >= (segmentBytes ?? JOURNAL_LIMITS.segmentBytes) || ageMs >= JOURNAL_LIMITS.segmentAgeMs
    );
  }

  #settle(segment: Segment, header: BlockHeader, rows: BlockRows): void {
    this.#highStampMs = Math.max(this.#highStampMs, header.maxStampMs);
    this.#waiting -= rows.count;
    this.#options.book.addBlock(segment, header);
    this.#options.onDurable(header, rows);
  }

  #encode(rows: BlockRows, seq: number, headers: BlockHeader[]): Buffer {
    const high = headers.at(-1)?.highStampMs ?? this.#highStampMs;
    const block = encodeBlock(rows, { seq, tableId: this.#options.tableId, highStampMs: high });
    headers.push(decodeHeader(block, 0) as BlockHeader);
    return block;
  }

  async #openSegment(): Promise<{ file: SegmentFile; segment: Segment }> {
    if (this.#file !== null && this.#segment !== null) return { file: this.#file, segment: this.#segment };
    const { disk, directory, book, monoMs } = this.#options;
    const file = await disk.createFile(segmentPath(directory, this.#nextSeq));
    const segment = book.open(this.#nextSeq);
    this.#begunMs = monoMs();
    this.#file = file;
    this.#segment = segment;
    return { file, segment };
  }

  /** The block numbers tried are skipped, so that no number ever stands for two contents. */
  async #fail(error: unknown, blocks: number): Promise<void> {
    const isFirst = this.#failure === null;
    this.#failures++;
    this.#failure = error instanceof Error ? error.message : String(error);
    this.#nextSeq += blocks;
    if (isFirst) this.#options.onFailure(this.#failure);
    await this.#endSegment();
  }

  #recovered(): void {
    if (this.#failure === null) return;
    this.#failure = null;
    this.#failures = 0;
    this.#options.onFailure(null);
  }

  /** Cuts off what is not known to be durable, closes the file, and leaves its index. */
  async #endSegment(): Promise<void> {
    const segment = this.#segment;
    const file = this.#file;
    this.#segment = null;
    this.#file = null;
    if (segment === null || file === null) return;
    const { figures } = segment;
    if (this.#failure !== null) await file.truncate(figures.bytes).catch(() => undefined);
    await file.close().catch(() => undefined);
    const { disk, directory, book } = this.#options;
    // The index only spares the next start a reading; an empty file costs it nothing.
    if (figures.blocks > 0) await writeIndex(disk, directory, figures).catch(() => undefined);
    else {
      book.remove(segment);
      await removeLog(disk, directory, figures.firstSeq).catch(() => undefined);
    }
    segment.isOpen = false;
  }
}

function toDropped(blocks: readonly BlockRows[]): NewLoss {
  let [readings, fromMs, toMs] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { count, stampMs } of blocks) {
    readings += count;
    for (const stamp of stampMs.subarray(0, count)) {
      fromMs = Math.min(fromMs, stamp);
      toMs = Math.max(toMs, stamp);
    }
  }
  return { kind: 'dropped', readings, isExact: true, fromMs, toMs, isConfirmed: false };
}
