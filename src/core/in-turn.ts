/** One piece of work after the other: each begins with what the one before it has stored, also when that one failed. */

/** @returns runs `work` behind all that was given before it, and answers as `work` does */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
}
