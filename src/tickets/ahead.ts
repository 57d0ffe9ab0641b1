/** Times that people promise: ahead of now, and so near that somebody can mean it. */
import { RiserError } from '../core/errors.ts';

const DAY_MS = 86_400_000;
/** Two years: longer than any spare part takes, and short of a slip of the finger. */
export const PROMISE_LIMIT_MS = 2 * 366 * DAY_MS;

/** @throws RiserError `end-not-ahead`, `end-too-far` */
export function requirePromise(atMs: number, nowMs: number): void {
  if (atMs <= nowMs) throw new RiserError('end-not-ahead');
  if (atMs > nowMs + PROMISE_LIMIT_MS)
    throw new RiserError('end-too-far', { days: PROMISE_LIMIT_MS / DAY_MS });
}
