/**
 * Arrival, also before the dispatch (派单前到场; service-workflow.md §2: the gateway reports an emergency, the desk confirms or
 * redirects). Whoever was told to go is there, and the record says so with the true time:
 *
 *   recorded ──arrive──▶ recorded, with `earlyArrival` ──dispatch to him──▶ on-site
 *                                                     └─dispatch to another─▶ dispatched; who was there first stays on record
 *
 * The clocks of arrival stop at the arrival; what only starts with the dispatch is met by it.
 */
import type { Policy } from '../config/policy.ts';
import type { Ticket } from '../core/ticket.ts';
import { isNamed } from './actors.ts';
import { enter, type Happening } from './change.ts';
import { BEHIND_ARRIVAL, isArrivalEarly, isOnSiteOn, pathOf } from './path.ts';
import { isReportable } from './reporting.ts';
import type { Outcome, Work } from './work.ts';

export function applyArrival({ ticket, actor, context, moment }: Work): Outcome {
  const { by, atMs } = moment;
  // Where an emergency has begun in the middle of the work, whoever comes goes on with it.
  if (BEHIND_ARRIVAL.includes(ticket.stage)) return { type: 'arrived', change: {} };
  if (!isArrivalEarly(ticket, context.policy)) return { type: 'arrived', change: enter('on-site', atMs) };
  const as = isNamed(ticket.assignee, actor) ? ticket.assignee : null;
  return { type: 'arrived', change: { earlyArrival: { by, as, atMs } }, detail: { isBeforeDispatch: true } };
}

/** Where a dispatch leads, and what clocks learn of it: whoever is there already has not to arrive once more. */
export function toDispatched(
  ticket: Ticket,
  assignee: string,
  policy: Policy,
  atMs: number,
): { readonly change: Pick<Ticket, 'stage' | 'stageSinceMs'>; readonly sheet: Happening['sheet'] } {
  const { earlyArrival = null } = ticket;
  const isFirms = earlyArrival?.as === null && ticket.contractor !== null;
  const isThere = earlyArrival !== null && (isFirms || [earlyArrival.by, earlyArrival.as].includes(assignee));
  return isThere && isOnSiteOn(pathOf(ticket, policy))
    ? { change: enter('on-site', Math.min(earlyArrival.atMs, atMs)), sheet: ['arrived'] }
    : { change: enter('dispatched', atMs), sheet: [] };
}

/** Still to come, or gone to before anybody had dispatched it. */
const UNREACHED: readonly Ticket['stage'][] = ['received', 'recorded', 'dispatched', 'taken', 'rework'];

/**
 * The earliest true time of an arrival: whoever went to an emergency may have been there before it was recorded, dispatched and
 * signed for, but not before its round began. UTC ms; null = as of any other step.
 */
export function toArrivableMs(ticket: Ticket, policy: Policy): number | null {
  const { stage, receivedAtMs, marks, stageSinceMs } = ticket;
  if (!UNREACHED.includes(stage) || !isReportable(ticket, policy)) return null;
  const back = marks.findLast(({ type }) => type === 'reworked' || type === 'reopened');
  return Math.min(back?.atMs ?? receivedAtMs, stageSinceMs);
}
