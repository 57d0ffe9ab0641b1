/** The present rate of something that is counted, over the last looks at the counter. Time comes in as an argument. */

interface Look {
  readonly count: number;
  readonly atMs: number;
}

export class RateMeter {
  readonly #most: number;
  /** Oldest first. */
  readonly #looks: Look[] = [];

  /** @param looks that the rate is taken over, at least 1 */
  constructor(looks: number) {
    this.#most = looks + 1;
  }

  /** null before the second look. */
  get perMs(): number | null {
    const first = this.#looks[0];
    const last = this.#looks.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return null;
    return (last.count - first.count) / (last.atMs - first.atMs);
  }

  /** @param atMs monotonic */
  note(count: number, atMs: number): void {
    this.#looks.push({ count, atMs });
    if (this.#looks.length > this.#most) this.#looks.shift();
  }
}
