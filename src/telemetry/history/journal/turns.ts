/**
 * Turns of the questions at the journal's thread: one works at a time, for one slice, and the event loop has its turn between
 * two slices. So however many ask at once, a commit waits for one slice and not for one of each.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { JOURNAL_READ_LIMITS } from './limits.ts';

/** The right to work. Whoever holds it ends it; not to be held while waiting for anything else. */
export interface Turn {
  /** Whether the slice is over; then `rest` is to be awaited. Cheap. */
  isDue(): boolean;
  /** Lets others work. @throws the reason of the signal */
  rest(): Promise<void>;
  end(): void;
}

export interface Turns {
  /** @throws the reason of the signal */
  begin(signal: AbortSignal): Promise<Turn>;
}

export function createTurns(sliceMs: number = JOURNAL_READ_LIMITS.sliceMs): Turns {
  let isTaken = false;
  const queue: (() => void)[] = [];
  const take = async (): Promise<void> => {
    if (isTaken) return await new Promise((resolve) => queue.push(resolve));
    isTaken = true;
  };
  const pass = (): void => {
    const next = queue.shift();
    if (next === undefined) isTaken = false;
    else setImmediate(next);
  };
  return {
    async begin(signal) {
      await take();
      let startMs = performance.now();
      let isHeld = true;
      const end = (): void => {
        if (isHeld) pass();
        isHeld = false;
      };
      if (signal.aborted) end();
      signal.throwIfAborted();
      return {
        isDue: () => performance.now() - startMs >= sliceMs,
        async rest() {
          end();
          await nextTurn();
          signal.throwIfAborted();
          await take();
          isHeld = true;
          startMs = performance.now();
          signal.throwIfAborted();
        },
        end,
      };
    },
  };
}
