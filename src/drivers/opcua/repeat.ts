/** Work that is done again and again while a connection lives. What its failure means is the heartbeat's business. */
import { DeviceError } from '../../core/errors.ts';

/**
 * Runs at every interval until the signal, never twice at once. A DeviceError of the work changes nothing: a server
 * that fails is noticed by its silence. Anything else ends the process.
 */
export function repeat(ms: number, work: () => Promise<void>, signal: AbortSignal): void {
  if (signal.aborted) return;
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void work()
      .catch(throwUnlessDevice)
      .finally(() => {
        isBusy = false;
      });
  }, ms);
  signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}

function throwUnlessDevice(error: unknown): void {
  if (error instanceof DeviceError) return;
  queueMicrotask(() => {
    throw error;
  });
}
