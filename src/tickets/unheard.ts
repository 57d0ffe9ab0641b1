/**
 * What is added to the emergency of people who have left no contact: told at once, but a flood of it is told once a minute with how
 * many there were. None of them stays untold, and none starts a siren of its own.
 *
 *   remark ──told within the minute before?──no──▶ told with its words
 *                        └─yes─▶ counted ──when the minute is over──▶ told with the count
 */
import type { Policy } from '../config/policy.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';

/** Between two of these messages of one ticket. */
const TOLD_EVERY_MS = 60_000;

/** Whether what is added now has to wait for those that are told with it. */
export function isTooSoon({ unheard }: Pick<Ticket, 'unheard'>, nowMs: number): boolean {
  return unheard !== undefined && (unheard.count > 0 || Math.abs(nowMs - unheard.toldAtMs) < TOLD_EVERY_MS);
}

/** The step that adds it, remembered as told or counted; one that made an emergency begin is told as that. */
export function withRemark(step: TicketStep, before: Ticket, nowMs: number): TicketStep {
  const { unheard } = before;
  const isCounted = step.events.every(({ type, detail }) => type === 'noted' && detail['isHurry'] !== true);
  const next =
    isCounted && unheard !== undefined
      ? { ...unheard, count: unheard.count + 1 }
      : { toldAtMs: nowMs, count: unheard?.count ?? 0 };
  const mark = (ticket: Ticket): Ticket => ({ ...ticket, unheard: next });
  return {
    ticket: mark(step.ticket),
    events: step.events.map((event) => ({ ...event, ticket: mark(event.ticket) })),
  };
}

/** Those that were counted, told by their number: the words stand on the record. */
export function sweepUnheard(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (toUnheardDueMs(ticket) > nowMs || ticket.unheard === undefined) return null;
  const { count } = ticket.unheard;
  const happening: Happening = { type: 'noted', detail: { isHurry: true, added: count } };
  return toStep(ticket, { unheard: { toldAtMs: nowMs, count: 0 } }, [happening], byGateway(nowMs), policy);
}

/** UTC ms; Infinity = nothing is untold. */
export function toUnheardDueMs({ unheard, stage }: Pick<Ticket, 'unheard' | 'stage'>): number {
  if (unheard === undefined || unheard.count === 0 || !isTicketOpen({ stage }))
    return Number.POSITIVE_INFINITY;
  return unheard.toldAtMs + TOLD_EVERY_MS;
}

/** The wall clock was set. @param move UTC ms before it → after it */
export function moveUnheard(
  { unheard }: Pick<Ticket, 'unheard'>,
  move: (ms: number) => number,
): Partial<Ticket> {
  return unheard === undefined ? {} : { unheard: { ...unheard, toldAtMs: move(unheard.toldAtMs) } };
}
