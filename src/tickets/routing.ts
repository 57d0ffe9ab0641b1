/**
 * What a policy makes of a matter before anybody has touched it: its priority, flow and attendance, whom it goes to (责任落实表),
 * and whether the gateway dispatches it by itself.
 */

import { toRoute } from '../config/alarm-start.ts';
import { isDesks } from '../config/desk-dispatch.ts';
import type { Policy } from '../config/policy.ts';
import { saysWords } from '../config/said.ts';
import { defined } from '../core/assert.ts';
import type { LocationId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import {
  type Attendance,
  type Flow,
  type Impact,
  PRIORITIES,
  PRIORITY_NAMES,
  type Priority,
  type Ticket,
  type TicketClass,
} from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { toDispatched } from './early-arrival.ts';
import { guardOwnStep } from './held-back.ts';
import { firstMatch } from './match.ts';
import { isAllowed, pathOf } from './path.ts';
import type { NewTicket } from './transitions.ts';

/** What decides whom a ticket goes to. */
export interface RoutedSubject {
  readonly kind: Kind | null;
  /** Kinds of what the equipment is part of; where none is named, of the lift whose place it is. */
  readonly partOf?: readonly Kind[];
  /** Responsible person of the equipment itself: before the table. */
  readonly responsible: string | null;
  /** Its location and all above it. */
  readonly locations: readonly LocationId[];
}

/** What is known of a report of which nobody has said how grave it is. */
const LEAST_IMPACT: Impact = { urgency: 1, complexity: 1, scope: 1 };

/**
 * The priority of the first row that the matter reaches; null = the table says nothing of it.
 * @param impact null = nobody has said: the least, so that a fire is an emergency also where its caller has hung up
 * @param kinds of the equipment and of what it is part of; empty = no equipment is named
 * @param said what the matter is, in the words of whoever reports it
 */
export function toPriority(
  impact: Impact | null,
  ticketClass: TicketClass,
  kinds: readonly Kind[],
  { priorityFrom }: Pick<Policy, 'priorityFrom'>,
  said = '',
): Priority | null {
  const reached = impact ?? LEAST_IMPACT;
  const found = priorityFrom.find(
    ({ urgency = 1, complexity = 1, scope = 1, ...row }) =>
      (row.class === undefined || row.class.includes(ticketClass)) &&
      (row.kind === undefined || kinds.includes(row.kind)) &&
      saysWords(row, said) &&
      reached.urgency >= urgency &&
      reached.complexity >= complexity &&
      reached.scope >= scope,
  );
  return found?.priority ?? null;
}

/** Kinds that a row of the priorities may name. */
export function toKinds({ kind, partOf = [] }: Pick<RoutedSubject, 'kind' | 'partOf'>): readonly Kind[] {
  return kind === null ? partOf : [kind, ...partOf];
}

/** The least of them: of a matter of which nobody has said more. */
export function toLowestPriority(priorities: readonly Priority[] = PRIORITY_NAMES): Priority {
  return priorities.reduce((low, it) => (PRIORITIES[it].rank < PRIORITIES[low].rank ? it : low));
}

/** @param known what is known of the ticket so far */
export function toFlow(known: Partial<ClockSettings>, policy: Policy): Flow {
  return defined(firstMatch(policy.flowFrom, known), 'a flow of the policy').flow;
}

/** @param known what is known of the ticket so far */
export function toAttendance(known: Partial<ClockSettings>, policy: Policy): Attendance {
  return defined(firstMatch(policy.attendanceFrom, known), 'an attendance of the policy').attendance;
}

/**
 * What a report is, by what its author says of it and what the table makes of it. Whoever writes it down may hold it for less than its
 * impact says, not for less than an emergency that its class, equipment or words tell of: that is made less of by a step with
 * its reason, after somebody has looked (danger.ts). @returns null = nothing is said
 */
export function toReportedPriority(
  { priority, impact, content }: Pick<NewTicket, 'priority' | 'impact' | 'content'>,
  ticketClass: TicketClass,
  kinds: readonly Kind[],
  policy: Pick<Policy, 'priorityFrom'>,
): Priority | null {
  const told = toPriority(null, ticketClass, kinds, policy, content);
  return told === 'emergency' ? told : (priority ?? toPriority(impact, ticketClass, kinds, policy, content));
}

/**
 * A higher priority brings its attendance; a lower one, or the same, leaves what was promised. That it is difficult was approved for what
 * it was before: an emergency has the time of one.
 */
export function withPriority(
  ticket: Ticket,
  priority: Priority,
  policy: Policy,
): Pick<Ticket, 'priority' | 'attendance'> & Partial<Pick<Ticket, 'difficult'>> {
  const isRaise = PRIORITIES[priority].rank > PRIORITIES[ticket.priority].rank;
  const attendance = isRaise ? toAttendance(toEarly(ticket, priority), policy) : ticket.attendance;
  const isNoLonger = isRaise && priority === 'emergency' && ticket.difficult !== null;
  return { priority, attendance, ...(isNoLonger && { difficult: null }) };
}

function toEarly({ class: ticketClass, source, flow }: Ticket, priority: Priority): Partial<ClockSettings> {
  return { class: ticketClass, source, flow, priority };
}

/** User, group or role; the equipment's own responsible person first, then the table; null = the desk decides. */
export function routeTicket(
  { responsible, kind, locations }: RoutedSubject,
  ticketClass: TicketClass,
  policy: Policy,
): string | null {
  return toRoute({ responsible, kind, locations, class: ticketClass }, policy);
}

/**
 * Whom a ticket is to go to at this moment, by skill, certificate, duty and open load (people/assignee.ts): user, group or
 * role; null = the desk has to decide. A look-up: it changes nothing.
 */
export type Propose = (ticket: Ticket) => string | null;

/**
 * The gateway dispatches to whom the ticket is proposed, unless the desk does that itself or has to decide, or a guard of the
 * dispatch misses something.
 */
export function dispatchByTable(
  ticket: Ticket,
  policy: Policy,
  nowMs: number,
  propose: Propose = toAssignee,
): TicketStep | null {
  const { stage, isLateEntry } = ticket;
  if (isLateEntry) return null;
  const isRecording = pathOf(ticket, policy).some((it) => it.stage === 'recorded');
  const isReady = stage === (isRecording ? 'recorded' : 'received');
  if (isDesks(ticket, policy) || !isReady || !isAllowed(ticket, 'dispatch', policy)) return null;
  const assignee = propose(ticket);
  if (assignee === null) return null;
  const here = toDispatched(ticket, assignee, policy, nowMs);
  const change = { ...here.change, assignee };
  const dispatched: Happening = { type: 'dispatched', detail: { assignee }, sheet: here.sheet };
  const step = toStep(ticket, change, [dispatched], byGateway(nowMs), policy);
  return guardOwnStep(ticket, 'dispatch', step, policy, nowMs);
}

function toAssignee({ assignee }: Ticket): string | null {
  return assignee;
}
