/** Cuts long work of the journal's thread into slices, so that commits and messages get their turn. */
import { setImmediate } from 'node:timers/promises';
import { SEALED_LIMITS } from './limits.ts';

export interface Pacer {
  /** Whether the slice is over; then `rest` is to be awaited. Cheap. */
  isDue(): boolean;
  /** One turn of the event loop. @throws the reason of the signal when it is aborted. */
  rest(): Promise<void>;
}

export interface PacerOptions {
  /** Length of a slice; SEALED_LIMITS.yieldEveryMs unless told, never more than yieldEveryMaxMs. */
  readonly yieldEveryMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Monotonic clock, ms. */
  readonly monoMs?: (() => number) | undefined;
}

export function createPacer(options: PacerOptions): Pacer {
  const { yieldEveryMaxMs } = SEALED_LIMITS;
  const sliceMs = Math.min(options.yieldEveryMs ?? SEALED_LIMITS.yieldEveryMs, yieldEveryMaxMs);
  const monoMs = options.monoMs ?? (() => performance.now());
  let startMs = monoMs();
  return {
    isDue: () => monoMs() - startMs >= sliceMs,
    rest: async () => {
      options.signal?.throwIfAborted();
      await setImmediate();
      options.signal?.throwIfAborted();
      startMs = monoMs();
    },
  };
}
