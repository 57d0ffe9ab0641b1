/** Ends the process for a mistake of ours that came up inside a promise nobody waits for. */
export function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
