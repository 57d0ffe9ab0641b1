/**
 * An emergency begins on a ticket that is there already: by a raise, a second call, a graver alarm, a merge, a split, a sheet that
 * says that it is real, the end of a drill; or another one on the ticket of an earlier one. Whatever it comes from, it is one
 * event: it ends a wait, begins the clocks of an emergency anew (also where somebody has been there before), is reported at once
 * and put before the desk. What was said of an earlier one (the verdict on a fire that is out or was none, the sheet of a lift whose people are out, the
 * incident that is over, who was told) says nothing of it: it is laid aside, stays on the record, and everything is asked, told
 * and timed anew. What still lasts goes on. Pure.
 */
import type { Policy } from '../config/policy.ts';
import type { AlarmEvent } from '../core/alarm.ts';
import type { Incident } from '../core/incident.ts';
import { isTicketOpen, PRIORITIES, type Ticket } from '../core/ticket.ts';
import { arePeopleOut, isFireOut } from '../core/ticket-sheets.ts';
import { byGateway, follow, type Happening, type TicketStep, toStep } from './change.ts';
import { putBeforeDesk } from './desk-turn.ts';
import { isReportable, reportAtOnce } from './reporting.ts';
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

/** How the ticket stands to the emergency that begins on it. */
export interface Beginning {
  /** It has been one before: another one begins, and who was told of the first is told of it. Left out = no. */
  readonly isAgain?: boolean;
  /** Whoever has it is the desk's choice, made with this very step. Left out = no. */
  readonly isDesksChoice?: boolean;
}

/**
 * The step with the emergency that begins by it; as it is where none does. @param before as it was before the step
 */
export function withBeginning(
  step: TicketStep,
  before: Ticket,
  policy: Policy,
  nowMs: number,
  { isAgain = false, isDesksChoice = false }: Beginning = {},
): TicketStep {
  return follow(
    step,
    (ticket) => beginEmergency(before, ticket, policy, nowMs, isAgain),
    (ticket) => reportAtOnce(ticket, policy, nowMs),
    (ticket) => (isDesksChoice ? null : putBeforeDesk(before, ticket, policy, nowMs)),
  );
}

/**
 * The beginning itself. A wait was let for what the ticket was before: an emergency waits for no part and no weather.
 * @returns null where none begins: it is none, or it was one all along
 */
export function beginEmergency(
  before: Ticket,
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  isAgain = false,
): TicketStep | null {
  if (!isReportable(ticket, policy) || (!isAgain && isReportable(before, policy))) return null;
  const isWaiting = ticket.stage === 'waiting';
  const resumed: Happening = { type: 'resumed', detail: { reason: 'raised' } };
  const began: Happening = { type: 'emergency-began', detail: { isAgain, stage: before.stage } };
  const change = { ...(isWaiting && toResumed(ticket, nowMs)), ...(isAgain && { reports: [] }) };
  return toStep(ticket, change, [...(isWaiting ? [resumed] : []), began], byGateway(nowMs), policy);
}

/**
 * What of the earlier emergency is over.
 * @param incident of the ticket; null = none, or one that has been over for so long that the gateway has forgotten it
 * @param kind of the emergency that it is now: people in a lift are another matter than its hot drive
 * @param isLongOver it is too long ago that people came out of the lift: nothing joins their incident, though nobody has ended it
 * @returns null where nothing is: it is the same emergency
 */
export function toLaidAside(
  ticket: Ticket,
  incident: Incident | null,
  kind: Incident['kind'] = 'other',
  isLongOver = false,
): { readonly change: Partial<Ticket>; readonly happening: Happening } | null {
  const { fire, entrapment } = ticket;
  if (!isTicketOpen(ticket) || (ticket.incident === null && fire === null && entrapment === null))
    return null;
  const isOther = incident?.kind === 'other' && kind !== 'other';
  const isExercise = incident?.isDrill === true && !ticket.isDrill;
  const isDone = incident === null || isIncidentDone(incident) || isOther || isExercise || isLongOver;
  const isOver = ticket.incident !== null && isDone;
  const isJudged = fire !== null && (isOver || fire.verdict !== 'real' || isFireOut(fire));
  const isReleased = entrapment !== null && (isOver || arePeopleOut(entrapment));
  if (!isOver && !isJudged && !isReleased) return null;
  const detail = {
    incident: isOver ? null : ticket.incident,
    from: ticket.incident,
    reason: 'came-again',
    ...(isJudged && { verdict: fire.verdict, judgedBy: fire.by }),
    ...(isJudged && isFireOut(fire) && { extinguished: fire.steps.extinguished?.atMs }),
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
export function isIncidentDone({ endedAtMs, verdict, isDrill }: Incident): boolean {
  return endedAtMs !== null || (!isDrill && (verdict === 'false-alarm' || verdict === 'test'));
}
