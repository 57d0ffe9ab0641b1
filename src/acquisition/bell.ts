/** Wakes one waiting loop. A ring while nobody waits is kept: the next wait ends at once. Leaves no timer behind. */

/** Longest delay that a timer takes (signed 32 bits); whoever waits longer looks again then. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class Bell {
  #hasRung = false;
  #end: (() => void) | null = null;

  ring(): void {
    if (this.#end) this.#end();
    else this.#hasRung = true;
  }

  /** Resolves at the next ring, or after `ms`; Infinity = at the ring only. One wait at a time. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#hasRung) {
        this.#hasRung = false;
        return resolve();
      }
      let timer: NodeJS.Timeout | null = null;
      this.#end = () => {
        if (timer) clearTimeout(timer);
        this.#end = null;
        resolve();
      };
      if (ms !== Number.POSITIVE_INFINITY)
        timer = setTimeout(this.#end, Math.min(Math.max(1, Math.ceil(ms)), MAX_TIMER_MS));
    });
  }
}
