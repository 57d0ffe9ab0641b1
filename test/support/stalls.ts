/**
 * How long a machine that does other work has kept processes from running: what a measured time owes to it, and not to the
 * product. Seen are this process, by timers that come late, and others by what Linux counts for them (`schedstat`: time in
 * which the main thread could have run and had no core). Elsewhere than on Linux only this process is seen.
 */
import { readFileSync } from 'node:fs';

export interface StallWatch extends Disposable {
  /**
   * ms that they stood still in a span, all together: a message that passes through several processes waits for each.
   * @param fromMs UTC ms @param toMs UTC ms, default now
   */
  within(fromMs: number, toMs?: number): number;
  /** Whether one of them stood still for `leastMs` or longer at once in the `beforeMs` before this time. */
  isNear(atMs: number, beforeMs: number, leastMs: number): boolean;
}

interface Stall {
  /** UTC ms. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly ms: number;
}

const LOOK_MS = 50;
/** Less than that is the ordinary life of a machine with several processes on a core. */
const LEAST_MS = 20;
/** Stalls that are remembered; the oldest go first. */
const MAX_STALLS = 20_000;
const NS_PER_MS = 1e6;

/** From now on. @param pids other processes, whose wait counts too */
export function watchStalls(pids: readonly number[] = []): StallWatch {
  const stalls: Stall[] = [];
  const waitedMs = new Map(pids.map((pid) => [pid, readWaitedMs(pid)]));
  let lastMs = Date.now();
  const note = (fromMs: number, toMs: number, ms: number): void => {
    if (ms < LEAST_MS) return;
    stalls.push({ fromMs, toMs, ms });
    if (stalls.length > MAX_STALLS) stalls.shift();
  };
  const look = (): void => {
    const nowMs = Date.now();
    note(lastMs, nowMs, nowMs - lastMs - LOOK_MS);
    for (const [pid, before] of waitedMs) {
      const now = readWaitedMs(pid);
      // It is counted when it runs again.
      note(Math.min(lastMs, nowMs - (now - before)), nowMs, now - before);
      waitedMs.set(pid, now);
    }
    lastMs = nowMs;
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  const since = (fromMs: number, toMs: number): readonly Stall[] => {
    // What is asked for may be this side of the timer that would have noticed.
    if (Date.now() - lastMs > LOOK_MS) look();
    return stalls.filter((stall) => stall.toMs > fromMs && stall.fromMs < toMs);
  };
  return {
    within: (fromMs, toMs = Number.POSITIVE_INFINITY) =>
      since(fromMs, toMs).reduce((sum, stall) => {
        const sharedMs = Math.min(stall.toMs, toMs) - Math.max(stall.fromMs, fromMs);
        return sum + Math.min(stall.ms, sharedMs);
      }, 0),
    isNear: (atMs, beforeMs, leastMs) => since(atMs - beforeMs, atMs).some(({ ms }) => ms >= leastMs),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** 0 where nobody counts, and once it has ended. */
function readWaitedMs(pid: number): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / NS_PER_MS;
  } catch {
    return 0;
  }
}
