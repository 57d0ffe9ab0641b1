/** Waiting for what other processes or sockets do: asks again until a deadline, never a fixed sleep. */
import { setTimeout as delay } from 'node:timers/promises';

export interface UntilOptions {
  /** Deadline from now. */
  readonly timeoutMs: number;
  /** What is waited for; stands in the error. */
  readonly what: string;
  /** Pause between two checks; default 20 ms, and longer where a check is work: see `toPause`. */
  readonly intervalMs?: number;
}

const DEFAULT_INTERVAL_MS = 20;
/** Longest default pause: what a test measures by asking is late by no more. */
const MAX_PAUSE_MS = 100;

/**
 * Resolves to the first result of `check` that is neither false, null nor undefined.
 * A `check` that throws counts as "not yet"; its last error becomes the cause.
 * @throws Error when the deadline passes; the deadline also ends a `check` that never answers.
 */
export async function until<T>(
  check: () => T | Promise<T>,
  options: UntilOptions,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = performance.now() + options.timeoutMs;
  let cause: unknown = null;
  for (;;) {
    const fromMs = performance.now();
    const attempt = await tryOnce(check, deadline - performance.now());
    if (attempt.isMet) return attempt.value as Exclude<T, false | null | undefined>;
    cause = attempt.error ?? cause;
    if (performance.now() >= deadline) {
      throw new Error(`waited ${options.timeoutMs} ms in vain for ${options.what}`, { cause });
    }
    await delay(options.intervalMs ?? toPause(performance.now() - fromMs));
  }
}

/** Twice what the check took: waiting must not take the machine from what is waited for. @returns ms */
export function toPause(tookMs: number): number {
  return Math.min(Math.max(2 * tookMs, DEFAULT_INTERVAL_MS), MAX_PAUSE_MS);
}

interface Attempt<T> {
  readonly isMet: boolean;
  readonly value: T | null;
  readonly error: unknown;
}

async function tryOnce<T>(check: () => T | Promise<T>, remainingMs: number): Promise<Attempt<T>> {
  const stop = new AbortController();
  const late = delay(Math.max(remainingMs, 1), null, { signal: stop.signal }).catch(() => null);
  try {
    const value = await Promise.race([Promise.resolve().then(check), late]);
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
