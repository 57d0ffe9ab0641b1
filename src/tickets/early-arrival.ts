/**
 * Arrival, also before the dispatch (派单前到场; service-workflow.md §2: the gateway reports an emergency, the desk confirms or
 * redirects). Whoever was told to go is there, and the record says so with the true time:
 *
 *   recorded ──arrive──▶ recorded, with `earlyArrival` ──dispatch to him──▶ on-site
 *                                                     └─dispatch to another─▶ dispatched; who was there first stays on record
 *
 * The clocks of arrival stop at the arrival; what only starts with the dispatch is met by it. A ticket that takes such a one over
 * in a merge takes the arrival over as well.
 */
import type { Policy } from '../config/policy.ts';
import type { Text } from '../core/text.ts';
import type { Ticket } from '../core/ticket.ts';
import { isContractorOf, isNamed, standsForContractor } from './actors.ts';
import { enter, type Happening, type TicketStep, toStep } from './change.ts';
import { requireFields } from './fields.ts';
import { awaitsArrival, BEHIND_ARRIVAL, isArrivalEarly, isOnSiteOn, pathOf } from './path.ts';
import { isReportable } from './reporting.ts';
import { toReceivedSinceMs } from './since.ts';
import type { Outcome, Work } from './work.ts';

/** @throws RiserError `missing-fields` */
export function applyArrival({ ticket, actor, context, moment }: Work): Outcome {
  const { by, atMs } = moment;
  const isFirms = standsForContractor(ticket, actor, context.policy) && !isNamed(ticket.assignee, actor);
  if (isFirms && !isContractorOf(ticket, actor)) requireSeen(ticket);
  // Where an emergency has begun in the middle of the work, whoever comes goes on with it.
  if (BEHIND_ARRIVAL.includes(ticket.stage)) return { type: 'arrived', change: {} };
  if (!isArrivalEarly(ticket, context.policy)) return { type: 'arrived', change: enter('on-site', atMs) };
  const as = isNamed(ticket.assignee, actor) ? ticket.assignee : null;
  return { type: 'arrived', change: { earlyArrival: { by, as, atMs } }, detail: { isBeforeDispatch: true } };
}

/**
 * Whoever writes down from his desk that a firm has come to people in a lift says who of it: the sheet asks for the person, and for
 * the firm and its number. @throws RiserError `missing-fields`
 */
function requireSeen({ entrapment, isDrill }: Ticket): void {
  if (entrapment === null || isDrill) return;
  requireFields({ 'maintainer-arrived': entrapment.steps['maintainer-arrived'] ?? null }, FIRM_RULE);
}

const FIRM_RULE: Text = {
  zh: '代维保单位登记到场，须先在困人记录中登记“维保人员到场”及到场人',
  en: 'the sheet says first who of the firm has arrived',
};

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

/**
 * Of a merge: whoever was there for the matter that is taken over is there for this one. Dispatched to him it is on site.
 * @param ticket that goes on, as the rest of the merge has left it
 * @returns null where nobody was there early, or somebody was for this one
 */
export function takeArrival(
  ticket: Ticket,
  { earlyArrival = null, number }: Ticket,
  policy: Policy,
  nowMs: number,
): TicketStep | null {
  const isAwaited = UNREACHED.includes(ticket.stage) || awaitsArrival(ticket);
  if (earlyArrival === null || (ticket.earlyArrival ?? null) !== null || !isAwaited) return null;
  const { by, atMs } = earlyArrival;
  const taken: Ticket = { ...ticket, earlyArrival };
  const isGiven = ticket.stage === 'dispatched' || ticket.stage === 'taken';
  const given = isGiven ? toDispatched(taken, ticket.takenBy ?? ticket.assignee ?? '', policy, nowMs) : null;
  const change: Partial<Ticket> = {
    earlyArrival,
    workedBy: [...new Set([...ticket.workedBy, by])],
    ...(given?.change.stage === 'on-site' && given.change),
  };
  // What has only begun with the merge is met by it: he is there.
  const began = ticket.marks.findLast(({ type }) => type === 'emergency-began');
  const moment = { by, atMs: Math.max(atMs, began?.atMs ?? atMs), nowMs, isLate: false };
  const detail = { merged: number, isBeforeDispatch: true, ...(moment.atMs > atMs && { atMs }) };
  return toStep(ticket, change, [{ type: 'arrived', detail }], moment, policy);
}

/** Still to come, or gone to before anybody had dispatched it. */
const UNREACHED: readonly Ticket['stage'][] = ['received', 'recorded', 'dispatched', 'taken', 'rework'];

/**
 * The earliest true time of an arrival: whoever went to an emergency may have been there before it was recorded, dispatched and
 * signed for, but not before its round began. UTC ms; null = as of any other step.
 */
export function toArrivableMs(ticket: Ticket, policy: Policy): number | null {
  const { stage, marks, stageSinceMs } = ticket;
  if (!UNREACHED.includes(stage) || !isReportable(ticket, policy)) return null;
  const back = marks.findLast(({ type }) => type === 'reworked' || type === 'reopened');
  return Math.min(back?.atMs ?? toReceivedSinceMs(ticket), stageSinceMs);
}
