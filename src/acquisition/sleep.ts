/** A wait that ends early, without an error, when the signal aborts. Leaves no timer behind. */

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.max(1, Math.ceil(ms)));
    signal.addEventListener('abort', end, { once: true });
  });
}
