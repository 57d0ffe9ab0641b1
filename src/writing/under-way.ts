/** Work that has begun: stopping waits for it, and no failure of it is lost. */

import { within } from './carry-out.ts';
import { WRITING_LIMITS } from './limits.ts';

export interface UnderWay {
  /** Somebody waits for it and hears of its failure. */
  follow(work: Promise<unknown>): void;
  /** Nobody waits for it: a failure is a mistake of ours and ends the process. */
  own(work: Promise<void>): void;
  /** Waits for all of it. @returns false when the time was over first */
  ended(): Promise<boolean>;
}

export function createUnderWay(): UnderWay {
  const works = new Set<Promise<unknown>>();
  return {
    follow(work) {
      works.add(work);
      const forget = (): void => void works.delete(work);
      work.then(forget, forget);
    },
    own(work) {
      this.follow(work);
      work.catch((error: unknown) => {
        queueMicrotask(() => {
          throw error;
        });
      });
    },
    async ended() {
      const all = Promise.allSettled(works).then(() => true);
      return within(all, WRITING_LIMITS.settleMs).catch(() => false);
    },
  };
}
