/**
 * The gateway's time on this page: the browser's own clock may be wrong, ages and countdowns must not be.
 * Set by the live stream; between its events it runs on the browser's monotonic clock. Ticks once a second.
 */
import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;

let offsetMs = Date.now() - performance.now();
let shownMs = serverNow();
let timer: ReturnType<typeof setInterval> | null = null;
const listeners = new Set<() => void>();

/** UTC ms of the gateway; the browser's clock until the first event. */
export function serverNow(): number {
  return performance.now() + offsetMs;
}

export function syncServerClock(serverMs: number): void {
  offsetMs = serverMs - performance.now();
}

/** Gateway time, renewed every second while anybody looks. */
export function useServerNow(): number {
  return useSyncExternalStore(subscribe, () => shownMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

function tick(): void {
  shownMs = serverNow();
  for (const listener of listeners) listener();
}
