/**
 * Marks: what a ticket's clocks are computed from. A mark is written for every event that changes the stage or the settings
 * of the ticket, or that a clock of its policy names, and for the lines of a lift's sheet; the clocks themselves are clocks.ts.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket, TicketEventType } from '../core/ticket.ts';
import type { ClockSettings, TicketMark } from '../core/ticket-clock.ts';
import { computeClocks } from './clocks.ts';
import { toHeldUntilMs } from './late-entry.ts';
import { toSettings } from './match.ts';

/** The ticket with one mark more and its clocks computed anew. Settings are written only when they are new. */
export function withMark(
  ticket: Ticket,
  mark: Omit<TicketMark, 'stage'>,
  policy: Policy,
  nowMs: number,
): Ticket {
  return recompute({ ...ticket, marks: addMark(ticket.marks, mark, ticket) }, policy, nowMs);
}

/** The ticket's clocks from its marks; what has been told of them stays told. */
export function recompute(ticket: Ticket, policy: Policy, nowMs: number): Ticket {
  const heldUntilMs = toHeldUntilMs(ticket, policy);
  return { ...ticket, clocks: computeClocks(ticket.marks, policy, ticket.clocks, nowMs, heldUntilMs) };
}

/** Whether a clock could go by the event. */
export function isMarked(type: TicketEventType, before: Ticket, after: Ticket, policy: Policy): boolean {
  return (
    before.stage !== after.stage ||
    before.stageSinceMs !== after.stageSinceMs ||
    !isSameSettings(toSettings(before), toSettings(after)) ||
    isNamed(type, policy)
  );
}

/** Whether a clock of the policy starts or stops with it. */
export function isNamed(type: TicketMark['type'], policy: Policy): boolean {
  return toNamedEvents(policy).has(type);
}

/** Marks with one more, in the order of writing: a late entry says by its own time where it belongs. */
export function addMark(
  marks: readonly TicketMark[],
  given: Omit<TicketMark, 'stage'>,
  after: Ticket,
): readonly TicketMark[] {
  const settings = toSettings(after);
  const known = marks.findLast((mark) => mark.settings !== undefined)?.settings;
  const isNew = known === undefined || !isSameSettings(known, settings);
  return [...marks, { ...given, stage: after.stage, ...(isNew && { settings }) }];
}

function isSameSettings(a: ClockSettings, b: ClockSettings): boolean {
  return (
    a.class === b.class &&
    a.source === b.source &&
    a.flow === b.flow &&
    a.priority === b.priority &&
    a.attendance === b.attendance &&
    a.isDifficult === b.isDifficult
  );
}

/** Events that start or stop a clock of the policy. Key: a policy, which never changes. */
const named = new WeakMap<Policy, ReadonlySet<string>>();

function toNamedEvents(policy: Policy): ReadonlySet<string> {
  const known = named.get(policy);
  if (known !== undefined) return known;
  const events = new Set<string>(policy.clocks.flatMap(({ start, stop }) => [...start, ...stop]));
  // The clock's event is the appointment itself; what is written down is that it was made.
  if (events.has('appointment')) events.add('appointed');
  named.set(policy, events);
  return events;
}
