/**
 * Two tickets at once: merging one into another, links seen from the other side. Each returns the steps of both tickets, or
 * refuses and has changed neither. The one-ticket half of a merge and a link is step.ts, splitting split.ts.
 */

import { isDesks } from '../config/desk-dispatch.ts';
import { nameOtherLifts } from '../config/lift-names.ts';
import type { Policy } from '../config/policy.ts';
import { RiserError } from '../core/errors.ts';
import type { Incident } from '../core/incident.ts';
import type { Text } from '../core/text.ts';
import { isTicketOpen, PRIORITIES, type Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import { arePeopleOut, ENTRAPMENT_STEP_NAMES, type EntrapmentSheet } from '../core/ticket-sheets.ts';
import { follow, type Happening, type Moment, type TicketStep, toStep } from './change.ts';
import { putBeforeDesk } from './desk-turn.ts';
import { withEarliest } from './earliest.ts';
import { takeArrival } from './early-arrival.ts';
import { joinEmergencies } from './emergencies-joined.ts';
import { beginEmergency } from './emergency-anew.ts';
import { isBeforeDone } from './path.ts';
import { takeReports } from './reporting.ts';
import { withPriority } from './routing.ts';
import { toStepsFrom } from './since.ts';
import { type StepContext, stepTicket } from './step.ts';
import { MAX_ATTACHMENTS } from './step-data.ts';
import { joinAlarms } from './ticket-alarms.ts';
import type { TicketActor, Transition } from './transitions.ts';
import { MAX_NAMED_ALARMS } from './work.ts';

/**
 * The ticket goes into the other one with its alarms, photos and sheets; the earlier start of the two is kept, and the graver
 * priority. @param other of the other one: the version that it was opened under, its incident; default: the same, none
 * @throws RiserError `merge-refused`, and what `stepTicket` throws
 */
export function mergeTickets(
  from: Ticket,
  into: Ticket,
  transition: Transition & { readonly type: 'merge' },
  actor: TicketActor,
  context: StepContext,
  other: Pick<StepContext, 'policy' | 'incident'> = { policy: context.policy, incident: null },
): { readonly from: TicketStep; readonly into: TicketStep } {
  const reason = toRefusal(from, into) ?? toIncidentRefusal(context.incident, other.incident);
  if (reason !== null) throw new RiserError('merge-refused', { reason });
  return {
    from: stepTicket(from, transition, actor, context),
    into: receive(from, into, transition.note, actor, { ...context, policy: other.policy }, other.incident),
  };
}

/** The link as the other ticket shows it; null = it shows none, or is closed. */
export function linkBack(
  other: Ticket,
  { id }: Pick<Ticket, 'id'>,
  kind: (Transition & { type: 'link' })['kind'],
  actor: TicketActor,
  { policy, nowMs }: Pick<StepContext, 'policy' | 'nowMs'>,
): TicketStep | null {
  if (kind === 'previous' || !isTicketOpen(other)) return null;
  if (other.links.some((link) => link.ticket === id && link.kind === kind)) return null;
  const moment: Moment = { by: actor.username, atMs: nowMs, nowMs, isLate: false };
  const change = { links: [...other.links, { ticket: id, kind }] };
  return toStep(other, change, [{ type: 'linked', detail: { ticket: id, kind } }], moment, policy);
}

function toRefusal(from: Ticket, into: Ticket): Text | null {
  if (from.id === into.id) return REFUSALS.same;
  if (from.site !== into.site || from.isDrill !== into.isDrill) return REFUSALS.apart;
  if (hasOtherPeople(from, into)) return REFUSALS.people;
  return isBeforeDone(into) ? null : REFUSALS.over;
}

/**
 * One event, one incident: of two that are real and last, one would be left without a ticket that anybody works on. Which of them the
 * matter belongs to, people say first.
 */
function toIncidentRefusal(from: Incident | null, into: Incident | null): Text | null {
  if (from === null || into === null || from.id === into.id) return null;
  const lasts = ({ verdict, endedAtMs, isDrill }: Incident): boolean =>
    verdict === 'confirmed' && endedAtMs === null && !isDrill;
  if (!lasts(from) || !lasts(into)) return null;
  const [a, b] = [from.number, into.number];
  return {
    zh: `两张工单分属两起未结束的突发事件 ${a} 和 ${b}：先将工单归入同一起突发事件，另一起写明去向后结束，再合并`,
    en: `they belong to two incidents that last, ${a} and ${b}: put this ticket into the same incident first, end the other one saying so, then merge`,
  };
}

/**
 * One ticket has one sheet. People who are still in a lift are not put onto the sheet of another lift, nor of one whose people
 * are out.
 */
function hasOtherPeople(from: Ticket, into: Ticket): boolean {
  if (from.entrapment === null || into.entrapment === null || arePeopleOut(from.entrapment)) return false;
  const isKnown = from.equipment !== null && into.equipment !== null;
  const isOtherLift = isKnown
    ? from.equipment !== into.equipment
    : nameOtherLifts(toNaming(from), toNaming(into));
  return isOtherLift || arePeopleOut(into.entrapment);
}

/** What may name the lift where the register does not say which it is. */
function toNaming({ content, place, equipmentName }: Ticket): string {
  return `${content.zh} ${place.zh} ${equipmentName?.zh ?? ''}`;
}

/** The same people, told of twice: what either sheet knows of them stays; an end of the one is none of the other. */
function joinSheets(into: EntrapmentSheet | null, from: EntrapmentSheet | null): EntrapmentSheet | null {
  if (into === null || from === null || arePeopleOut(from)) return into ?? from;
  const lowered = [...(into.lowered ?? []), ...(from.lowered ?? [])];
  const voided = [...(into.voided ?? []), ...(from.voided ?? [])];
  return {
    ...into,
    liftCode: into.liftCode || from.liftCode,
    rescueLine: into.rescueLine || from.rescueLine,
    floor: into.floor || from.floor,
    people:
      into.people === null || from.people === null
        ? (into.people ?? from.people)
        : Math.max(into.people, from.people),
    ...(lowered.length > 0 && { lowered }),
    ...(voided.length > 0 && { voided }),
    steps: { ...from.steps, ...into.steps },
  };
}

function receive(
  from: Ticket,
  into: Ticket,
  note: string,
  actor: TicketActor,
  { policy, nowMs, incident }: Pick<StepContext, 'policy' | 'nowMs' | 'incident'>,
  intoIncident: Incident | null,
): TicketStep {
  const emergency = joinEmergencies(from, into, { from: incident, into: intoIncident }, policy);
  const moment: Moment = { by: actor.username, atMs: nowMs, nowMs, isLate: false };
  const isGraver = PRIORITIES[from.priority].rank > PRIORITIES[into.priority].rank;
  const occurrences = from.alarms.slice(0, MAX_NAMED_ALARMS).map(({ occurrence }) => occurrence);
  const detail = { ticket: from.id, kind: 'merged-from', note, occurrences, ...emergency.detail };
  const was = { from: into.priority, to: from.priority, merged: from.number };
  const raised = { type: 'priority-raised' as const, detail: { ...was, class: from.class } };
  const started = withEarliest(into, from, policy, nowMs);
  const appointed = toPromise(from, into, nowMs);
  const change: Partial<Ticket> = {
    ...(into.entrapment === null && { marks: [...started.marks, ...toSheetMarks(from, started)] }),
    alarms: joinAlarms(into.alarms, from.alarms),
    attachments: [...into.attachments, ...from.attachments].slice(0, MAX_ATTACHMENTS),
    links: [...into.links, { ticket: from.id, kind: 'merged-from' }],
    urges: into.urges + from.urges,
    ...emergency.change,
    entrapment: joinSheets(into.entrapment, from.entrapment),
    equipment: into.equipment ?? from.equipment,
    contractor: into.contractor ?? from.contractor,
    estimatedAtMs: into.estimatedAtMs ?? from.estimatedAtMs,
    ...(appointed !== null && { appointment: from.appointment }),
    ...(isGraver ? withPriority(into, from.priority, policy) : {}),
    // The time that was approved for the one matter is not that of an emergency which joins it.
    ...(from.priority === 'emergency' && from.difficult === null && { difficult: null }),
    ...(isGraver ? withProposed(into, from, policy) : {}),
  };
  const happenings: readonly Happening[] = [
    { type: 'linked', detail },
    ...(appointed === null ? [] : [appointed]),
    ...(isGraver ? [raised] : []),
  ];
  return follow(
    toStep(started, change, happenings, moment, policy),
    (ticket) => beginEmergency(into, ticket, policy, nowMs, emergency.isAnew),
    (ticket) => takeReports(ticket, from, policy, nowMs),
    (ticket) => takeArrival(ticket, from, policy, nowMs),
    (ticket) => putBeforeDesk(into, ticket, policy, nowMs),
  );
}

/** An appointment that was promised to somebody is kept: whoever waits at home does not know of the merge. */
function toPromise({ appointment, number }: Ticket, into: Ticket, nowMs: number): Happening | null {
  const isAhead = appointment !== null && appointment.toMs > nowMs;
  if (!isAhead || into.appointment !== null) return null;
  return { type: 'appointed', detail: { ...appointment, merged: number } };
}

/** Nobody has signed for it, and the desk gives it: to whom the graver matter was to go is what is proposed. */
function withProposed(into: Ticket, from: Ticket, policy: Policy): Partial<Ticket> {
  const raised: Ticket = { ...into, ...withPriority(into, from.priority, policy) };
  const isUngiven = ['received', 'recorded', 'dispatched'].includes(into.stage) && into.takenBy === null;
  return isUngiven && isDesks(raised, policy) ? { assignee: from.assignee ?? into.assignee } : {};
}

/** What the clocks of people in a lift go by moves with their sheet; times by the wall clock as it is now. */
function toSheetMarks({ marks }: Ticket, { stage }: Ticket): readonly TicketMark[] {
  const types: readonly string[] = ['entrapment', ...ENTRAPMENT_STEP_NAMES];
  return marks.flatMap(({ type, atMs }, at) => {
    if (!types.includes(type)) return [];
    return [{ type, atMs: atMs + toStepsFrom(marks, at), stage }];
  });
}

const REFUSALS = {
  same: { zh: '不能并入自身', en: 'a ticket is not merged into itself' },
  apart: { zh: '演练与实际工单、不同项目的工单不能合并', en: 'drills and other sites stay apart' },
  people: {
    zh: '两张工单各有被困人员记录：不是同一部电梯，或并入的一单人员已解救，不能合并',
    en: 'each has its own people in a lift: another lift, or one whose people are out',
  },
  over: { zh: '并入的工单已处理完毕', en: 'the other ticket is done' },
} as const satisfies Record<string, Text>;
