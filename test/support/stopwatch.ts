/**
 * Measures how long something took of the time in which this process was let run. Where the tested thing and what it talks
 * to live in the test's own process, a busy machine holds up both: what it takes away is no delay of theirs. What the
 * process itself computes meanwhile counts in full.
 */
import { clearInterval, setInterval } from 'node:timers';

export interface Stopwatch extends Disposable {
  /** ms since the start, without the time for which the machine kept this process from running. */
  readMs(): number;
}

const BEAT_MS = 10;
/** A beat that is late by no more than this is ordinary. */
const STALL_MS = 50;

/** Runs until it is disposed: `using watch = startStopwatch()`. Not for fake timers. */
export function startStopwatch(): Stopwatch {
  const startMs = performance.now();
  let seenMs = startMs;
  let seenWorkMs = workMs();
  let stalledMs = 0;
  const look = (): number => {
    const [nowMs, nowWorkMs] = [performance.now(), workMs()];
    const idleMs = nowMs - seenMs - BEAT_MS - (nowWorkMs - seenWorkMs);
    if (idleMs > STALL_MS) stalledMs += idleMs;
    seenMs = nowMs;
    seenWorkMs = nowWorkMs;
    return nowMs - startMs - stalledMs;
  };
  const beat = setInterval(look, BEAT_MS).unref();
  return { readMs: look, [Symbol.dispose]: () => clearInterval(beat) };
}

/** CPU time of this thread, ms. */
function workMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
