/**
 * Which blocks the sink has confirmed: ranges of block numbers, kept in `confirmed.json`, replaced atomically. Per block
 * and not as one mark, because live readings overtake the backlog. What was confirmed after the last save is sent again
 * after a crash, which is harmless.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JOURNAL_DISK, type JournalDisk, replaceFileOn } from './disk.ts';
import { CONFIRMED_FILE } from './files.ts';
import { JOURNAL_LIMITS } from './limits.ts';

/** First and last block number, both included. */
type Range = readonly [number, number];

/** First block number of a sealed segment of which the sink has a part, and readings that it does not have. */
export type PartlyConfirmed = readonly (readonly [firstSeq: number, unconfirmedReadings: number])[];

export class Confirmations {
  readonly #path: string;
  readonly #disk: JournalDisk;
  /** As it was loaded. Key: first block number; value: unconfirmed readings. */
  readonly partly: ReadonlyMap<number, number>;
  /** Ascending, disjoint, never adjacent. */
  #ranges: Range[];
  #isDirty = false;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    directory: string,
    ranges: readonly Range[] = [],
    partly: PartlyConfirmed = [],
    disk: JournalDisk = JOURNAL_DISK,
  ) {
    this.#path = join(directory, CONFIRMED_FILE);
    this.#disk = disk;
    this.#ranges = [...ranges];
    this.partly = new Map(partly);
  }

  get ranges(): readonly Range[] {
    return this.#ranges;
  }

  /** Highest confirmed block number; 0 when there is none. */
  get lastSeq(): number {
    return this.#ranges.at(-1)?.[1] ?? 0;
  }

  /** Joins `from`–`to` with what is confirmed already. */
  add(from: number, to: number): void {
    if (to < from || this.covers(from, to)) return;
    const start = this.#lowerBound(from - 1);
    let end = start;
    let low = from;
    let high = to;
    while (end < this.#ranges.length) {
      const range = this.#ranges[end] as Range;
      if (range[0] > to + 1) break;
      low = Math.min(low, range[0]);
      high = Math.max(high, range[1]);
      end++;
    }
    this.#ranges.splice(start, end - start, [low, high]);
    this.#isDirty = true;
    if (this.#ranges.length > JOURNAL_LIMITS.confirmRanges) this.#forgetShortest();
  }

  covers(from: number, to: number): boolean {
    const range = this.#ranges[this.#lowerBound(from)];
    return range !== undefined && range[0] <= from && range[1] >= to;
  }

  overlaps(from: number, to: number): boolean {
    const range = this.#ranges[this.#lowerBound(from)];
    return range !== undefined && range[0] <= to;
  }

  /** Lowest block number from `from` on that is not confirmed. */
  firstMissing(from: number): number {
    const range = this.#ranges[this.#lowerBound(from)];
    return range !== undefined && range[0] <= from ? range[1] + 1 : from;
  }

  /** Something that is saved with the ranges has changed. */
  touch(): void {
    this.#isDirty = true;
  }

  /**
   * Writes the file when something has changed since; one write after the other.
   * @param toPartly asked when the file is written
   * @throws the error of the file system; then it stays to be saved.
   */
  save(toPartly: () => PartlyConfirmed = () => []): Promise<void> {
    const saved = this.#saving.then(() => this.#write(toPartly));
    this.#saving = saved.catch(() => undefined);
    return saved;
  }

  async #write(toPartly: () => PartlyConfirmed): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      const stored = { version: 1, ranges: this.#ranges, partly: toPartly() };
      await replaceFileOn(this.#disk, this.#path, JSON.stringify(stored));
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  /** Index of the first range that ends at or behind `seq`. */
  #lowerBound(seq: number): number {
    let low = 0;
    let high = this.#ranges.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle] as Range)[1] < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #forgetShortest(): void {
    let shortest = 0;
    const length = (range: Range): number => range[1] - range[0];
    for (const [at, range] of this.#ranges.entries()) {
      if (length(range) < length(this.#ranges[shortest] as Range)) shortest = at;
    }
    this.#ranges.splice(shortest, 1);
  }
}

/** A missing or damaged file means that nothing is confirmed: everything is sent again. */
export async function loadConfirmations(
  directory: string,
  disk: JournalDisk = JOURNAL_DISK,
): Promise<Confirmations> {
  const text = await readFile(join(directory, CONFIRMED_FILE), 'utf8').catch(() => null);
  const { ranges, partly } = parseStored(text ?? '');
  return new Confirmations(directory, ranges, partly, disk);
}

interface Stored {
  readonly ranges: readonly Range[];
  readonly partly: PartlyConfirmed;
}

function parseStored(text: string): Stored {
  const nothing = { ranges: [], partly: [] };
  try {
    const stored = JSON.parse(text) as Partial<Stored> & { version: number };
    if (stored.version !== 1 || !Array.isArray(stored.ranges)) return nothing;
    if (!isAscending(stored.ranges)) return nothing;
    return { ranges: stored.ranges, partly: isPairs(stored.partly) ? stored.partly : [] };
  } catch {
    return nothing;
  }
}

function isPairs(partly: PartlyConfirmed | undefined): partly is PartlyConfirmed {
  return (
    Array.isArray(partly) && partly.every((pair) => Array.isArray(pair) && pair.every(Number.isSafeInteger))
  );
}

function isAscending(ranges: readonly Range[]): boolean {
  let before = -1;
  for (const range of ranges) {
    if (!Number.isSafeInteger(range[0]) || !Number.isSafeInteger(range[1])) return false;
    if (range[0] <= before + 1 || range[1] < range[0]) return false;
    before = range[1];
  }
  return true;
}
