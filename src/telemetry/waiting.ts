/**
 * How long the oldest reading that is not durable yet has been waiting, whatever it waits for: the group, the thread, the
 * disk. Looks are merged when there are many, so that the memory is bounded however long the disk is away; the age is then
 * told too high rather than too low. Time comes in as an argument.
 */

/** Looks kept: at one each 50 ms, the first 50 s of an outage to the look, and the rest in one. */
const LOOKS = 1_000;

interface Look {
  /** Readings taken over since the start, up to and with this look. */
  readings: number;
  /** Monotonic. */
  readonly atMs: number;
}

export class WaitingReadings {
  /** Oldest first; a look is gone when all of its readings are durable. */
  readonly #looks: Look[] = [];
  #durable = 0;

  /** @param readings taken over since the start; more than at the last call */
  note(readings: number, nowMs: number): void {
    const last = this.#looks.at(-1);
    if (last !== undefined && this.#looks.length >= LOOKS) last.readings = readings;
    else this.#looks.push({ readings, atMs: nowMs });
  }

  /** @param readings durable since the start */
  settle(readings: number): void {
    this.#durable = readings;
    while (this.#looks[0] !== undefined && this.#looks[0].readings <= this.#durable) this.#looks.shift();
  }

  /** 0 when nothing waits. */
  ageMs(nowMs: number): number {
    const oldest = this.#looks[0];
    return oldest === undefined ? 0 : nowMs - oldest.atMs;
  }
}
