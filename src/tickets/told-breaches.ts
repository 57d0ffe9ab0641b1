/**
 * A breach that has been told stands: no late entry of the person who answers for it, or of a colleague, makes it unsaid.
 * Whoever is above them may, and what they undo is in the record. A ticket that is just being typed in from a paper slip has
 * its true times step by step: while that lasts, any of them may show that a limit was kept.
 */
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import type { TicketStep } from './change.ts';
import { isBeingTyped } from './late-entry.ts';
import type { TicketActor } from './transitions.ts';

/**
 * The step, with the breaches that it undoes in the detail of its first event.
 * @param before the ticket that the step was made from
 * @throws RiserError `breach-stands`
 */
export function withUndone(
  before: Ticket,
  step: TicketStep,
  actor: TicketActor,
  { policy, nowMs }: { readonly policy: Policy; readonly nowMs: number },
): TicketStep {
  const undone = toUndone(before, step.ticket);
  if (undone.length === 0) return step;
  if (
    !(
      isBeingTyped(before, policy, nowMs) ||
      policy.staff.undoBreaches.some((role) => actor.roles.includes(role))
    )
  )
    throw new RiserError('breach-stands', {
      clocks: {
        zh: undone.map(({ name }) => name.zh).join('、'),
        en: undone.map(({ name }) => name.en).join(', '),
      },
    });
  const undoneBreaches = undone.map(({ id, round }) => ({ clock: id, round }));
  const events = step.events.map((event, at) =>
    at === 0 ? { ...event, detail: { ...event.detail, undoneBreaches } } : event,
  );
  return { ...step, events };
}

function toUndone(before: Ticket, after: Ticket): readonly TicketClock[] {
  return before.clocks.filter(({ id, round, isBreachTold, breachedAtMs }) => {
    if (!isBreachTold || breachedAtMs === null) return false;
    const same = after.clocks.find((clock) => clock.id === id && clock.round === round);
    return same === undefined || same.breachedAtMs === null;
  });
}
