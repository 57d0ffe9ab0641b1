/** Joins what comes in bursts: the first at once, what follows within a time together at its end. */

/** @param onBatch at least one, in the order in which they came */
export function createGathering<T>(waitMs: number, onBatch: (batch: readonly T[]) => void) {
  let waiting: T[] = [];
  let isQuiet = true;
  const end = (): void => {
    if (waiting.length === 0) {
      isQuiet = true;
      return;
    }
    const batch = waiting;
    waiting = [];
    setTimeout(end, waitMs);
    onBatch(batch);
  };
  return (item: T): void => {
    waiting.push(item);
    if (!isQuiet) return;
    isQuiet = false;
    end();
  };
}
