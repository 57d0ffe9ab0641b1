/**
 * Which ticket an alarm goes onto: the open one of this alarm or this fault, that of its storm, one closed a short while
 * ago, or a new one. Whether it needs one at all is carry.ts, and when that is decided calls.ts.
 */
import { isToldSingly } from '../alarms/flood.ts';
import type { RuleDef, SiteModel } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { AlarmKey, TicketId } from '../core/ids.ts';
import { isTicketOpen, PRIORITIES, type Stage, type Ticket, type TicketLink } from '../core/ticket.ts';
import { toEntrapmentSheet } from '../incidents/sheets.ts';
import { toAffectedArea } from '../tickets/affected.ts';
import { applyAlarmEvent, noteRecurrence, takesRaise } from '../tickets/coupling.ts';
import { isEmergencyRaise } from '../tickets/emergency-anew.ts';
import { toCounterName, toTicketNumber } from '../tickets/number.ts';
import { openAlarmTicket } from '../tickets/open.ts';
import type { TicketStep } from '../tickets/step.ts';
import { attachMembers, detachMember } from '../tickets/storm.ts';
import { carries } from '../tickets/ticket-alarms.ts';
import { toPropose } from './assigning.ts';
import type { DecisionContext } from './context.ts';
import { withEmergency } from './emergency.ts';
import { toTicketFirstOut } from './first-out.ts';
import { toSubject } from './register.ts';
import type { Tentative } from './tentative.ts';

export function put(tx: Tentative, step: TicketStep | null): Ticket | null {
  if (step === null) return null;
  tx.putTicket(step.ticket, step.events);
  return step.ticket;
}

/** The open ticket that carries the alarm (one open ticket per alarm key). @param besides a ticket that is not meant */
export function toCarrierOf(tx: Tentative, key: AlarmKey, besides: TicketId | null = null): Ticket | null {
  const found = tx
    .ticketsWithKey(key)
    .find((it) => it.id !== besides && isTicketOpen(it) && carries(it, key));
  return found ?? null;
}

export function nextNumber(
  tx: Tentative,
  model: SiteModel,
  ticketClass: Ticket['class'],
  nowMs: number,
): string {
  const counter = toCounterName(ticketClass, nowMs, model.site.timeZone);
  return toTicketNumber(counter, tx.next(counter));
}

/** The ticket of its storm, where it has no open one of its own; null = `giveTicket` finds or opens another. */
export function toStormTicket(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): Ticket | null {
  if (findCandidates(tx, context, occurrence, rule, nowMs).some(isTicketOpen)) return null;
  return context.governor.carrier(tx, context, occurrence, rule);
}

/** The ticket that carries the alarm from now on. */
export function giveTicket(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef,
  nowMs: number,
): Ticket {
  const { occurrence } = event;
  leaveStorm(tx, context, occurrence, rule, nowMs);
  const shared = toStormTicket(tx, context, occurrence, rule, nowMs);
  if (shared !== null) return attachAll(tx, context, shared, [occurrence], nowMs);
  const chosen = chooseTicket(tx, context, occurrence, rule, nowMs);
  if (chosen !== null) {
    const policy = context.policyOf(chosen);
    const step = applyAlarmEvent(chosen, event, policy, nowMs, rule.guidance);
    const isReal = chosen.isDrill && step?.ticket.isDrill === false;
    const isExercise = occurrence.isDrill && !chosen.isDrill;
    const isAnew = !isExercise && (isReal || isEmergencyRaise(event, chosen, policy));
    // The alarm may have made an emergency of it, or be one that comes again.
    return put(tx, step && withEmergency(tx, context, step, nowMs, isAnew)) ?? chosen;
  }
  const opened = openForAlarm(tx, context, occurrence, rule, nowMs);
  context.governor.noteOpened(tx, context, occurrence, rule, opened);
  return opened;
}

/** Members of a storm go onto its ticket together. @param members of one storm, none of them on the ticket */
export function attachAll(
  tx: Tentative,
  { model, policyOf }: DecisionContext,
  ticket: Ticket,
  members: readonly Occurrence[],
  nowMs: number,
): Ticket {
  const { firstOutMs } = model.policy.alarms;
  const step = attachMembers(ticket, members, policyOf(ticket), nowMs);
  const firstOut = toTicketFirstOut(step.ticket, defined(members[0], 'a member').id, firstOutMs);
  const events = step.events.map((event) => ({ ...event, detail: { ...event.detail, firstOut } }));
  return put(tx, { ...step, events }) as Ticket;
}

/**
 * Whether the alarm is too grave for a ticket that it shares with a storm (alarms.md B8 no. 24): life safety always is,
 * anything else unless the ticket is about its own fault.
 */
export function outgrows(
  ticket: Ticket,
  { severity, key, equipment }: Occurrence,
  rule: RuleDef,
  { priorityOf }: Policy,
): boolean {
  if (!isTicketOpen(ticket) || !carries(ticket, key) || !isShared(ticket)) return false;
  if (severity === 'life-safety') return true;
  const isAbout = ticket.equipment === equipment && ticket.faultKind === rule.faultKind;
  const isOwn = isAbout || ticket.alarms[0]?.key === key;
  const isUrgent = PRIORITIES[priorityOf[severity]].rank > PRIORITIES[ticket.priority].rank;
  return !isOwn && (isToldSingly(severity) || isUrgent);
}

/** It is dealt with by itself; also where an earlier occurrence of the alarm was put there. */
function leaveStorm(
  tx: Tentative,
  { model, policyOf }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): void {
  for (const ticket of tx.ticketsWithKey(occurrence.key)) {
    if (outgrows(ticket, occurrence, rule, model.policy))
      put(tx, detachMember(ticket, occurrence, policyOf(ticket), nowMs));
  }
}

/** Carries alarms of other equipment than its own: those of a storm. */
function isShared({ equipment, alarms }: Ticket): boolean {
  return equipment !== null && alarms.some(({ key }) => key.split('/')[1] !== equipment);
}

/**
 * Tickets of this alarm or this fault that take the raise. Life safety never shares one with a storm; nor is that of a storm
 * opened again for one of its alarms.
 */
function findCandidates(
  tx: Tentative,
  { policyOf }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): readonly Ticket[] {
  const { key, equipment, isDrill, severity } = occurrence;
  const related = tx.ticketsWithFault(equipment, rule.faultKind).filter((it) => it.isDrill === isDrill);
  return [...tx.ticketsWithKey(key), ...related].filter((ticket) => {
    if (!takesRaise(ticket, occurrence, rule.faultKind, policyOf(ticket), nowMs)) return false;
    const isFree = isTicketOpen(ticket) && severity !== 'life-safety';
    return isFree || !isShared(ticket);
  });
}

/**
 * The ticket that a raise belongs to: the open one of this alarm, else the open one of this fault, else the one closed
 * last, unless another open ticket has taken over one of its alarms (one open ticket per alarm key). null = a new one.
 */
function chooseTicket(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): Ticket | null {
  const candidates = findCandidates(tx, context, occurrence, rule, nowMs);
  // One that the alarm has left for its own may be about the same fault.
  const open = candidates.filter(isTicketOpen);
  const own = open.find((ticket) => carries(ticket, occurrence.key)) ?? open[0];
  if (own !== undefined) return own;
  const reopenable = candidates
    .filter((it) => it.isDrill === occurrence.isDrill)
    .filter(({ alarms }) => alarms.every(({ key }) => toCarrierOf(tx, key as AlarmKey) === null));
  return reopenable.sort((a, b) => (b.closedAtMs ?? 0) - (a.closedAtMs ?? 0))[0] ?? null;
}

function openForAlarm(
  tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): Ticket {
  const { model } = context;
  const step = openAlarmTicket(
    {
      number: nextNumber(tx, model, rule.class, nowMs),
      site: model.site.id,
      occurrence,
      class: rule.class,
      faultKind: rule.faultKind,
      guidance: rule.guidance,
      evidence: context.evidence(rule, occurrence, nowMs),
      subject: toSubject(model, occurrence.equipment, null, nowMs),
      history: tx.service.pastRepairs(occurrence.equipment),
      affected: toAffectedArea(model, occurrence.equipment),
      links: noteOlder(tx, context, occurrence, rule, nowMs),
      firstReceiver: context.people.firstReceiver(nowMs),
      propose: toPropose(tx, context, nowMs, occurrence.severity === 'life-safety'),
      entrapment:
        occurrence.severity === 'life-safety' ? toEntrapmentSheet(model, occurrence.equipment) : null,
    },
    model.policy,
    nowMs,
  );
  return put(tx, withEmergency(tx, context, step, nowMs)) as Ticket;
}

/**
 * A fault that comes back after its reopen window: a new ticket that names the one before, whose repair has failed where it was
 * still being proven. Whatever its age: one that is in memory no more is found among the past repairs of its equipment.
 */
function noteOlder(
  tx: Tentative,
  { policyOf }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): readonly TicketLink[] {
  const related = [
    ...tx.ticketsWithKey(occurrence.key),
    ...tx.ticketsWithFault(occurrence.equipment, rule.faultKind),
  ].filter(({ stage, isDrill }) => FINISHED.includes(stage) && isDrill === occurrence.isDrill);
  const last = related.toSorted((a, b) => (b.closedAtMs ?? 0) - (a.closedAtMs ?? 0))[0];
  if (last === undefined) return toPastLinks(tx, occurrence, rule);
  put(tx, noteRecurrence(last, occurrence, policyOf(last), nowMs));
  return [{ ticket: last.id, kind: 'previous' }];
}

const FINISHED: readonly Stage[] = ['closed', 'archived'];

/** Of drills none is kept. */
function toPastLinks(
  tx: Tentative,
  { equipment, isDrill }: Occurrence,
  { faultKind }: RuleDef,
): readonly TicketLink[] {
  if (isDrill) return [];
  const last = tx.service.pastRepairs(equipment).find((repair) => repair.faultKind === faultKind);
  return last === undefined ? [] : [{ ticket: last.ticket, kind: 'previous' }];
}
