/**
 * An emergency that happens again on the ticket of an earlier one. What was said of the first (the verdict on a fire, the sheet of
 * a lift whose people are out, the incident that is over, who was told) says nothing of the second: it is laid aside, stays
 * on the record, and everything is asked, told and timed anew. What still lasts goes on. Pure.
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmEvent } from '../core/alarm.ts';
import type { Incident } from '../core/incident.ts';
import { isTicketOpen, PRIORITIES, type Ticket } from '../core/ticket.ts';
import { arePeopleOut } from '../core/ticket-sheets.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { isReportable } from './reporting.ts';
import { toResumed } from './step-side.ts';

/** Whether a raise that was put to the ticket is an emergency by itself, and not one that stood there already. */
export function isEmergencyRaise(
  { type, occurrence }: Pick<AlarmEvent, 'type' | 'occurrence'>,
  before: Pick<Ticket, 'alarms'>,
  { priorityOf }: Policy,
): boolean {
  const { severity, id } = occurrence;
  if (severity !== 'life-safety' && priorityOf[severity] !== 'emergency') return false;
  const wasStanding = before.alarms.some((alarm) => alarm.occurrence === id && alarm.isActive);
  return type === 'raised' || type === 're-raised' || !wasStanding;
}

/** Whether the step has made an emergency of a ticket that was none, or was none any more. */
export function isRaisedAgain(before: Ticket, { ticket }: TicketStep, policy: Policy): boolean {
  const isGraver = PRIORITIES[ticket.priority].rank > PRIORITIES[before.priority].rank;
  return isGraver && isReportable(ticket, policy) && !isReportable(before, policy);
}

/** A wait was let for what the ticket was before: an emergency waits for no part and no weather. null = it does not wait. */
export function wake(before: Ticket, ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (ticket.stage !== 'waiting' || isReportable(before, policy) || !isReportable(ticket, policy))
    return null;
  const happening: Happening = { type: 'resumed', detail: { reason: 'raised' } };
  return toStep(ticket, toResumed(ticket, nowMs), [happening], byGateway(nowMs), policy);
}

/**
 * What of the earlier emergency is over.
 * @param incident of the ticket; null = none, or one that has been over for so long that the gateway has forgotten it
 * @param kind of the emergency that it is now: people in a lift are another matter than its hot drive
 * @returns null where nothing is: it is the same emergency
 */
export function toLaidAside(
  ticket: Ticket,
  incident: Incident | null,
  kind: Incident['kind'] = 'other',
): { readonly change: Partial<Ticket>; readonly happening: Happening } | null {
  const { fire, entrapment } = ticket;
  if (!isTicketOpen(ticket) || (ticket.incident === null && fire === null && entrapment === null))
    return null;
  const isOther = incident?.kind === 'other' && kind !== 'other';
  const isExercise = incident?.isDrill === true && !ticket.isDrill;
  const isDone = incident === null || isIncidentDone(incident) || isOther || isExercise;
  const isOver = ticket.incident !== null && isDone;
  const isJudged = fire !== null && (isOver || fire.verdict !== 'real');
  const isReleased = entrapment !== null && (isOver || arePeopleOut(entrapment));
  if (!isOver && !isJudged && !isReleased) return null;
  const detail = {
    incident: isOver ? null : ticket.incident,
    from: ticket.incident,
    reason: 'came-again',
    ...(isJudged && { verdict: fire.verdict, judgedBy: fire.by }),
    ...(isReleased && { released: entrapment.steps.released?.atMs ?? null, people: entrapment.people }),
  };
  const change: Partial<Ticket> = {
    ...(isOver && { incident: null }),
    ...(isJudged && { fire: null }),
    ...(isReleased && { entrapment: null }),
    // Who was there then may have left.
    ...(isUngiven(ticket) && { earlyArrival: null }),
  };
  return { change, happening: { type: 'incident-set', detail } };
}

function isUngiven({ stage }: Ticket): boolean {
  return stage === 'received' || stage === 'recorded';
}

/** Nothing can join it any more: it has ended, or was none. A drill is a test from its beginning. */
function isIncidentDone({ endedAtMs, verdict, isDrill }: Incident): boolean {
  return endedAtMs !== null || (!isDrill && (verdict === 'false-alarm' || verdict === 'test'));
}
