/**
 * The newest readings of this process in memory, as they became durable: what stands in the segment being written, and in
 * those that wait to be sealed, as far as the limit goes. A point is found by walking over the columns: a million rows are
 * 1 ms, and no index has to be kept for readings that nobody asks for.
 */
import type { BlockRows } from '../../journal/rows.ts';
import { JOURNAL_READ_LIMITS } from './limits.ts';

/** Readings in the order of writing; points are indexes of the present table. */
export interface TailPage {
  readonly firstSeq: number;
  lastSeq: number;
  /** Its first block began on the page before. */
  readonly isContinued: boolean;
  minStampMs: number;
  maxStampMs: number;
  count: number;
  readonly point: Uint32Array;
  readonly stampMs: Float64Array;
  readonly value: Float64Array;
  readonly quality: Uint8Array;
}

export class JournalTail {
  readonly #maxReadings: number;
  #pages: TailPage[] = [];
  #readings = 0;

  constructor(maxReadings: number = JOURNAL_READ_LIMITS.tailReadings) {
    this.#maxReadings = maxReadings;
  }

  /** Oldest first. Valid until the next turn of the event loop. */
  get pages(): readonly TailPage[] {
    return this.#pages;
  }

  /** From this block on all is here; Infinity when nothing is. */
  get completeFromSeq(): number {
    const [first] = this.#pages;
    if (first === undefined) return Number.POSITIVE_INFINITY;
    return first.isContinued ? first.firstSeq + 1 : first.firstSeq;
  }

  /** Blocks come in order of their numbers. */
  add(seq: number, rows: BlockRows): void {
    for (let from = 0; from < rows.count; ) {
      const page = this.#pageWithRoom(seq, from > 0);
      const taken = Math.min(page.point.length - page.count, rows.count - from);
      copyInto(page, rows, from, taken);
      page.lastSeq = seq;
      from += taken;
      this.#readings += taken;
    }
    let gone = 0;
    while (this.#readings > this.#maxReadings && gone < this.#pages.length - 1) {
      this.#readings -= this.#pages[gone++]?.count ?? 0;
    }
    if (gone > 0) this.#pages = this.#pages.slice(gone);
  }

  /** Blocks up to this one are at hand elsewhere: in a sealed file. */
  dropUpTo(seq: number): void {
    if ((this.#pages[0]?.lastSeq ?? Number.POSITIVE_INFINITY) > seq) return;
    this.#pages = this.#pages.filter(({ lastSeq }) => lastSeq > seq);
    this.#readings = this.#pages.reduce((sum, { count }) => sum + count, 0);
  }

  #pageWithRoom(seq: number, isContinued: boolean): TailPage {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.count < last.point.length) return last;
    const page = createPage(seq, isContinued);
    this.#pages.push(page);
    return page;
  }
}

function createPage(firstSeq: number, isContinued: boolean): TailPage {
  const capacity = JOURNAL_READ_LIMITS.tailPageReadings;
  return {
    firstSeq,
    lastSeq: firstSeq,
    isContinued,
    minStampMs: Number.POSITIVE_INFINITY,
    maxStampMs: Number.NEGATIVE_INFINITY,
    count: 0,
    point: new Uint32Array(capacity),
    stampMs: new Float64Array(capacity),
    value: new Float64Array(capacity),
    quality: new Uint8Array(capacity),
  };
}

function copyInto(page: TailPage, rows: BlockRows, from: number, count: number): void {
  const end = from + count;
  page.point.set(rows.point.subarray(from, end), page.count);
  page.value.set(rows.value.subarray(from, end), page.count);
  page.quality.set(rows.quality.subarray(from, end), page.count);
  for (let at = from; at < end; at++) {
    const stamp = rows.stampMs[at] as number;
    page.stampMs[page.count++] = stamp;
    if (stamp < page.minStampMs) page.minStampMs = stamp;
    if (stamp > page.maxStampMs) page.maxStampMs = stamp;
  }
}
