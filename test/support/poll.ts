/** Waiting for what other processes or sockets do: asks again until a deadline, never a fixed sleep. */
import { clearInterval, setInterval } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** Deadline from now. Time in which this process was not let run, by a busy machine, does not count. */
  readonly timeoutMs: number;
  /** What is waited for; stands in the error. */
  readonly what: string;
  /** Pause between two checks; default 20 ms, and longer where a check is work: see `toPause`. */
  readonly intervalMs?: number;
}

const DEFAULT_INTERVAL_MS = 20;
/** Longest default pause: what a test measures by asking is late by no more. */
const MAX_PAUSE_MS = 200;
/** Pause for what a check took: it is work for whoever is asked as well, most of all for a gateway with hundreds of points. */
const PAUSE_FACTOR = 4;
/** How often is looked whether this process runs. */
const BEAT_MS = 50;
/** A beat that is later than this was held up, and with it everything that this process waits for. */
const STALL_MS = 100;

/**
 * Resolves to the first result of `check` that is neither false, null nor undefined.
 * A `check` that throws counts as "not yet"; its last error becomes the cause.
 * @throws Error when the deadline passes; the deadline also ends a `check` that never answers.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  options: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = new Deadline(options.timeoutMs);
  const beat = setInterval(() => deadline.leftMs(), BEAT_MS).unref();
  let cause: unknown = null;
  try {
    for (;;) {
      const fromMs = performance.now();
      const attempt = await tryOnce(check, deadline);
      if (attempt.isMet) return attempt.value as Exclude<T, false | null | undefined>;
      cause = attempt.error ?? cause;
      if (deadline.leftMs() <= 0) {
        throw new Error(`waited ${options.timeoutMs} ms in vain for ${options.what}`, { cause });
      }
      await delay(options.intervalMs ?? toPause(performance.now() - fromMs));
    }
  } finally {
    clearInterval(beat);
  }
}

/** A multiple of what the check took: waiting must not take the machine from what is waited for. @returns ms */
export function toPause(tookMs: number): number {
  return Math.min(Math.max(PAUSE_FACTOR * tookMs, DEFAULT_INTERVAL_MS), MAX_PAUSE_MS);
}

/** Is put off by the time in which this process stood still; asked at least every BEAT_MS. */
class Deadline {
  #atMs: number;
  #seenMs = performance.now();

  constructor(timeoutMs: number) {
    this.#atMs = this.#seenMs + timeoutMs;
  }

  leftMs(): number {
    const nowMs = performance.now();
    const lateMs = nowMs - this.#seenMs - BEAT_MS;
    if (lateMs > STALL_MS) this.#atMs += lateMs;
    this.#seenMs = nowMs;
    return this.#atMs - nowMs;
  }
}

interface Attempt<T> {
  readonly isMet: boolean;
  readonly value: T | null;
  readonly error: unknown;
}

async function tryOnce<T>(check: () => T | Promise<T>, deadline: Deadline): Promise<Attempt<T>> {
  const stop = new AbortController();
  try {
    const value = await Promise.race([Promise.resolve().then(check), isOver(deadline, stop.signal)]);
    return {
      isMet: value !== false && value !== null && value !== undefined,
      value: value as T,
      error: null,
    };
  } catch (error) {
    return { isMet: false, value: null, error };
  } finally {
    stop.abort();
  }
}

/** Resolves when it has passed, or the signal says that nobody waits for it any more. */
async function isOver(deadline: Deadline, signal: AbortSignal): Promise<null> {
  do {
    await delay(Math.max(deadline.leftMs(), 1), null, { signal }).catch(() => null);
  } while (!signal.aborted && deadline.leftMs() > 0);
  return null;
}
