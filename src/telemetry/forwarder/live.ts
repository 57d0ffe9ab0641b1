/**
 * The newest blocks, kept in memory so that they can be sent at once. Ascending and without gaps: everything before them
 * is backlog. Bounded: when the sink is away, the oldest fall to the backlog (they are in the journal).
 */
import { JOURNAL_LIMITS } from '../journal/limits.ts';
import type { OutgoingBlock } from './backlog.ts';

export class LiveQueue {
  readonly #blocks: OutgoingBlock[] = [];
  /** Blocks that are not to be taken: under way, or confirmed while an older one is not. */
  readonly #isTaken: (seq: number) => boolean;
  #readings = 0;
  #endSeq: number;

  /** @param nextSeq number of the next block that will be offered */
  constructor(nextSeq: number, isTaken: (seq: number) => boolean) {
    this.#endSeq = nextSeq;
    this.#isTaken = isTaken;
  }

  /** Number behind the last block of the backlog. */
  get backlogEnd(): number {
    return this.#blocks[0]?.seq ?? this.#endSeq;
  }

  add(block: OutgoingBlock): void {
    this.#blocks.push(block);
    this.#readings += block.rows.count;
    this.#endSeq = block.seq + 1;
    while (this.#readings > JOURNAL_LIMITS.liveReadings || this.#blocks.length > JOURNAL_LIMITS.liveBlocks)
      this.#drop();
  }

  /** Forgets the blocks at the head that are settled. */
  settle(isSettled: (seq: number) => boolean): void {
    while (this.#blocks[0] !== undefined && isSettled(this.#blocks[0].seq)) this.#drop();
  }

  /** The oldest blocks that are free, up to one write (but one block at least). */
  peek(): { readonly blocks: readonly OutgoingBlock[]; readonly isFull: boolean } {
    const blocks: OutgoingBlock[] = [];
    let readings = 0;
    for (const block of this.#blocks) {
      if (this.#isTaken(block.seq)) continue;
      readings += block.rows.count;
      if (blocks.length > 0 && readings > JOURNAL_LIMITS.sinkReadings) return { blocks, isFull: true };
      blocks.push(block);
    }
    return { blocks, isFull: readings >= JOURNAL_LIMITS.sinkReadings };
  }

  #drop(): void {
    this.#readings -= this.#blocks.shift()?.rows.count ?? 0;
  }
}
