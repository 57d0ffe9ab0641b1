/** Times that people promise: ahead of now, and so near that somebody can mean it. */
import { RiserError } from '../core/errors.ts';
import { isFromPaper } from './late-entry.ts';
import type { NewTicket } from './transitions.ts';

const DAY_MS = 86_400_000;
/** Two years: longer than any spare part takes, and short of a slip of the finger. */
export const PROMISE_LIMIT_MS = 2 * 366 * DAY_MS;

/** @throws RiserError `end-not-ahead`, `end-too-far` */
export function requirePromise(atMs: number, nowMs: number): void {
  if (atMs <= nowMs) throw new RiserError('end-not-ahead');
  if (atMs > nowMs + PROMISE_LIMIT_MS)
    throw new RiserError('end-too-far', { days: PROMISE_LIMIT_MS / DAY_MS });
}

/**
 * An appointment that a ticket is opened with is one as the step makes it. One from paper was made when the slip was written.
 * @throws RiserError `end-not-ahead`, `end-too-far`
 */
export function requireAppointment(
  {
    appointment,
    slip,
    channel,
    receivedAtMs,
  }: Pick<NewTicket, 'appointment' | 'slip' | 'channel' | 'receivedAtMs'>,
  nowMs: number,
): void {
  if (appointment === null) return;
  const { fromMs, toMs } = appointment;
  if (toMs <= fromMs) throw new RiserError('end-not-ahead');
  const sinceMs = isFromPaper({ slip, channel }) ? (receivedAtMs ?? nowMs) : nowMs;
  for (const atMs of [fromMs, toMs]) requirePromise(atMs, sinceMs);
}
