/** Lets a few through at once and a bounded number wait, in order; refuses the rest. */
import { RiserError } from '../../core/errors.ts';

export interface Gate {
  /** @returns to be called once, when the work is over. @throws RiserError `history-busy`, `stopped`. */
  enter(signal?: AbortSignal): Promise<() => void>;
  readonly running: number;
  readonly waiting: number;
  /** Since start. */
  readonly refused: number;
}

export function createGate(maxRunning: number, maxWaiting: number): Gate {
  let running = 0;
  let refused = 0;
  const queue: (() => void)[] = [];
  const leaveOnce = (): (() => void) => {
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      running--;
      queue.shift()?.();
    };
  };
  const wait = (signal: AbortSignal | undefined): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        signal?.removeEventListener('abort', giveUp);
        running++;
        resolve();
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(start), 1);
        reject(new RiserError('stopped'));
      };
      queue.push(start);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  return {
    async enter(signal) {
      if (signal?.aborted === true) throw new RiserError('stopped');
      if (running < maxRunning) running++;
      else if (queue.length < maxWaiting) await wait(signal);
      else {
        refused++;
        throw new RiserError('history-busy');
      }
      return leaveOnce();
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.length;
    },
    get refused() {
      return refused;
    },
  };
}
