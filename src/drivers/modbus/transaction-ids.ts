/**
 * 16-bit transaction ids. The id of a request that timed out is set aside: its answer may still come, however late,
 * and must not be taken for that of a new request after the ids have wrapped around. Ids that are under way are the
 * caller's knowledge.
 */

const ALL_IDS = 0x1_0000;
/** Ids set aside at once. The oldest is used again beyond that; at the shortest time-out it is then 3 s old and more. */
const MAX_ASIDE = 1_024;

export class TransactionIds {
  readonly #ids: number;
  #last = 0;
  /** Oldest first. */
  readonly #aside = new Set<number>();

  /** @param ids how many there are; fewer than 65,536 only to test their reuse */
  constructor(ids = ALL_IDS) {
    this.#ids = ids;
  }

  take(): number {
    do this.#last = (this.#last + 1) % this.#ids;
    while (this.#aside.has(this.#last));
    return this.#last;
  }

  setAside(id: number): void {
    this.#aside.add(id);
    if (this.#aside.size <= MAX_ASIDE) return;
    for (const oldest of this.#aside) {
      this.#aside.delete(oldest);
      return;
    }
  }

  /** An answer to nothing that is under way has come. @returns whether it is a late one; its id may be used again */
  release(id: number): boolean {
    return this.#aside.delete(id);
  }
}
