/**
 * Whether the clocks of a ticket are what its marks say (时限核对). They are computed from nothing else, so that a difference is
 * a fault of ours or of the store; what the marks say is right. When tickets are looked at is engine/due-audit.ts.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { recompute } from './mark.ts';

/**
 * The step that puts them right; null = they are.
 * @param ticket swept up to now: what is due has been told
 * @param policy the version that the ticket was opened under, and no other
 */
export function auditClocks(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  const { clocks } = recompute(ticket, policy, nowMs);
  const wrong = toDifferent(ticket.clocks, clocks);
  if (wrong.length === 0) return null;
  const happening: Happening = { type: 'clocks-moved', detail: { reason: 'audit', clocks: wrong } };
  return toStep(ticket, { clocks }, [happening], byGateway(nowMs), policy);
}

/** Ids of those that differ, each once; also of those that only one side has. */
function toDifferent(before: readonly TicketClock[], after: readonly TicketClock[]): readonly string[] {
  const was = new Map(before.map((clock) => [toKey(clock), clock]));
  const is = new Map(after.map((clock) => [toKey(clock), clock]));
  const wrong = [...new Map([...was, ...is])].filter(([key]) => !isSame(was.get(key), is.get(key)));
  return [...new Set(wrong.map(([, { id }]) => id))];
}

/** What does not depend on when it was computed. */
function isSame(a: TicketClock | undefined, b: TicketClock | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  return (
    a.startedAtMs === b.startedAtMs &&
    a.limitMs === b.limitMs &&
    a.warnAtMs === b.warnAtMs &&
    a.dueAtMs === b.dueAtMs &&
    a.isPaused === b.isPaused &&
    a.stoppedAtMs === b.stoppedAtMs &&
    a.breachedAtMs === b.breachedAtMs
  );
}

function toKey({ id, round }: Pick<TicketClock, 'id' | 'round'>): string {
  return `${id}/${round}`;
}
