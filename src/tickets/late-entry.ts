/**
 * Late entries (补录) of a ticket from a paper slip: it is typed in step by step, and a step that is still to come may show that
 * a limit was kept. So long its clocks say nothing, but never longer in all than the policy gives one slip. A late step on
 * any other ticket is one step that happened earlier: it holds nothing back. What it may undo is told-breaches.ts.
 */

import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import { toStepsFrom } from './since.ts';

/** As a whole, with its number or on that channel: one late step among others does not make a ticket one from paper. */
export function isFromPaper({ slip, channel }: Pick<Ticket, 'slip' | 'channel'>): boolean {
  return slip !== null || channel === 'slip';
}

/**
 * Until when the clocks of the ticket are held back: for `lateEntry.holdMs` after the last step that was typed in late, up to
 * `lateEntry.withinMs` after the first. UTC ms; null = not at all: it is no slip, or somebody has gone on in real time.
 */
export function toHeldUntilMs(
  ticket: Pick<Ticket, 'slip' | 'channel' | 'marks'>,
  { lateEntry }: Pick<Policy, 'lateEntry'>,
): number | null {
  const untilMs = toTypedUntilMs(ticket, { lateEntry });
  if (untilMs === null) return null;
  let lastMs: number | null = null;
  for (const { atMs, enteredAtMs, type, stepMs = 0, by } of ticket.marks) {
    if (type === 'clock-step') lastMs = lastMs === null ? null : lastMs + stepMs;
    else if (enteredAtMs !== undefined) lastMs = enteredAtMs;
    // What the gateway notes meanwhile is not the end of the typing, nor is a call to the owner or an estimate.
    else if (by !== undefined && GONE_ON.includes(type) && atMs >= (lastMs ?? atMs)) lastMs = null;
  }
  return lastMs === null ? null : Math.min(lastMs + lateEntry.holdMs, untilMs);
}

/** The work itself goes on: whoever does that in real time has typed what the slip says. */
const GONE_ON: readonly TicketMark['type'][] = [
  'recorded',
  'dispatched',
  'transferred',
  'taken',
  'arrived',
  'diagnosed',
  'planned',
  'agreed',
  'started',
  'waited',
  'resumed',
  'done',
  'accepted',
  'reworked',
  'visited',
  'closed',
];

/**
 * Whether a numbered slip was entered so long after it was written that nobody is rung as if it were now: longer than it may take
 * to be typed in. As it is when it is opened; that it still goes on is said on its sheet. A time without a slip may be a slip of
 * the pen: of an emergency it silences nothing.
 */
export function isOfThen(
  { marks, slip }: Pick<Ticket, 'marks' | 'slip'>,
  { lateEntry }: Pick<Policy, 'lateEntry'>,
): boolean {
  const [first] = marks;
  if (slip === null) return false;
  return first?.enteredAtMs !== undefined && first.enteredAtMs - first.atMs > lateEntry.withinMs;
}

/** Whether its slip may still be being typed in: so long its true times may show that nothing was late after all. */
export function isBeingTyped(
  ticket: Pick<Ticket, 'slip' | 'channel' | 'marks'>,
  policy: Pick<Policy, 'lateEntry'>,
  nowMs: number,
): boolean {
  return nowMs < (toTypedUntilMs(ticket, policy) ?? nowMs);
}

/** By the clock on the wall as it is now; null = not from paper, or received as it was written down. */
function toTypedUntilMs(
  ticket: Pick<Ticket, 'slip' | 'channel' | 'marks'>,
  { lateEntry }: Pick<Policy, 'lateEntry'>,
): number | null {
  const firstMs = ticket.marks[0]?.enteredAtMs;
  if (firstMs === undefined || !isFromPaper(ticket)) return null;
  return firstMs + toStepsFrom(ticket.marks, 0) + lateEntry.withinMs;
}
