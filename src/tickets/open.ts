/**
 * Opening a ticket: from an alarm, which the gateway records and, where the policy says so, dispatches at once; and from a
 * person's report, which whoever may record has recorded by writing it down. What the register, the history and the roster
 * know is handed in; what the policy makes of it is routing.ts.
 */

import { toAlarmSettings } from '../config/alarm-start.ts';
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import { isWithinCalendar } from '../core/calendar.ts';
import { RiserError } from '../core/errors.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { ContactId, IncidentId, LocationId, SiteId } from '../core/ids.ts';
import type { Text } from '../core/text.ts';
import type {
  AffectedArea,
  Attendance,
  Channel,
  PastRepair,
  Ticket,
  TicketClass,
  TicketEvidence,
  TicketLink,
} from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import type { EntrapmentSheet } from '../core/ticket-sheets.ts';
import type { PersonalFields } from '../store/store.ts';
import { mayAct } from './actors.ts';
import { type Moment, type TicketStep } from './change.ts';
import { findLacking } from './fields.ts';
import { matches } from './match.ts';
import { type GivenFields, openWith } from './new-ticket.ts';
import {
  type Propose,
  type RoutedSubject,
  routeTicket,
  toAttendance,
  toFlow,
  toKinds,
  toLowestPriority,
  toReportedPriority,
} from './routing.ts';
import { toTicketAlarm } from './ticket-alarms.ts';
import type { NewTicket, TicketActor } from './transitions.ts';

/** What the register knows of the equipment or place that the ticket is about. */
export interface TicketSubject extends RoutedSubject {
  readonly location: LocationId | null;
  readonly place: Text;
  readonly equipmentName: Text | null;
  readonly contact: { readonly id: ContactId | null; readonly name: Text; readonly method: string };
  /** Named owner of the equipment, who accepts its repairs: user name, group or role. */
  readonly owner: string | null;
  readonly isUnderWarranty: boolean;
  readonly contractor: Ticket['contractor'];
  readonly sparePart: Text | null;
}

/** What both kinds of tickets may be born with. */
interface Born {
  readonly number: string;
  readonly site: SiteId;
  readonly subject: TicketSubject;
  /** Earlier tickets of the same equipment, in any order. */
  readonly history?: readonly PastRepair[];
  readonly affected?: AffectedArea | null;
  readonly links?: readonly TicketLink[];
  readonly incident?: IncidentId | null;
  /** Left out = as the register and the policy's table say. */
  readonly propose?: Propose | undefined;
  /**
   * Who owns it until it is closed (首接负责): the duty person of the moment, or whoever of the house took the call; never
   * somebody from outside.
   */
  readonly firstReceiver: string;
}

export interface AlarmTicketInput extends Born {
  readonly occurrence: Occurrence;
  readonly class: TicketClass;
  readonly faultKind: string;
  readonly guidance: Text | null;
  readonly evidence: TicketEvidence;
  /** Of a lift with people in it: begun with what the register knows. */
  readonly entrapment?: EntrapmentSheet | null;
}

export interface ReportedTicketInput extends Born {
  readonly report: NewTicket;
  readonly actor: TicketActor;
  /** Name and method of the contact as sealed; null = the report has none. */
  readonly personal: PersonalFields | null;
  /** Of people who report from outside: whether their way of contact has been confirmed. */
  readonly isContactConfirmed?: boolean | null;
}

/** Channels on which somebody else writes down what a person reports. */
const RELAYED: readonly Channel[] = ['phone', 'counter', 'slip', 'alarm'];

export function openAlarmTicket(input: AlarmTicketInput, policy: Policy, nowMs: number): TicketStep {
  const { occurrence, subject } = input;
  const { severity } = occurrence;
  const { isUnderWarranty } = subject;
  const { isDifficult: _never, ...settings } = toAlarmSettings(
    { severity, class: input.class, isUnderWarranty },
    policy,
  );
  const given: GivenFields = {
    ...toShared(input, input.class, policy),
    ...settings,
    channel: 'alarm',
    isDrill: occurrence.isDrill,
    receivedAtMs: toReceivedMs(occurrence, policy, nowMs),
    raisedAtMs: occurrence.raisedAtMs,
    place: subject.place,
    location: subject.location,
    equipment: occurrence.equipment,
    faultKind: input.faultKind,
    content: occurrence.text,
    guidance: input.guidance,
    contact: { ...subject.contact, personal: null, isConfirmed: null },
    entrapment: input.entrapment ?? null,
    alarms: [toTicketAlarm(occurrence)],
    evidence: input.evidence,
  };
  const moment: Moment = { by: GATEWAY, atMs: nowMs, nowMs, isLate: false };
  const detail = { occurrence: occurrence.id };
  return openWith(given, { isRecorded: true, detail, propose: input.propose }, moment, policy);
}

/** Of the decision loop itself, between the end of a wait and the ticket. */
const OPENING_LAG_MS = 5_000;

/**
 * When the matter was received (service-workflow.md §2: "for an alarm: when it was raised"): at the raise, also where the ticket
 * first waited for a cause, which may have waited for its own. What was held back longer (its cause stood for it, it was hidden,
 * it was dealt with on another ticket before, the gateway was off) comes to people only now: from the raise it would be born
 * breached, without anybody having had a chance.
 */
function toReceivedMs({ raisedAtMs }: Occurrence, { explain }: Policy, nowMs: number): number {
  const isOwnWait = raisedAtMs <= nowMs && nowMs - raisedAtMs <= 2 * explain.waitMs + OPENING_LAG_MS;
  return isOwnWait ? raisedAtMs : nowMs;
}

/**
 * Recorded at once when its author may record and the policy's guards miss nothing; else it waits for the desk.
 * @throws RiserError `late-entry-order` when the time of receipt lies ahead, or further back than the policy lets
 */
export function openReportedTicket(input: ReportedTicketInput, policy: Policy, nowMs: number): TicketStep {
  const { report, actor, personal } = input;
  const receivedAtMs = report.receivedAtMs ?? nowMs;
  if (receivedAtMs > nowMs)
    throw new RiserError('late-entry-order', { after: new Date(nowMs).toISOString() });
  const oldestMs = nowMs - policy.lateEntry.oldestMs;
  if (receivedAtMs < oldestMs)
    throw new RiserError('late-entry-order', { after: new Date(oldestMs).toISOString() });
  const moment: Moment = {
    by: actor.username,
    atMs: receivedAtMs,
    nowMs,
    isLate: receivedAtMs < nowMs,
  };
  const given = toReported(input, policy, receivedAtMs);
  const sealed = personal === null ? {} : { personal: given.contact.personal, digest: personal.digest };
  const { content, place, slip } = report;
  const detail = { ...sealed, ...(slip !== null && { slip }), content, ...(place !== '' && { place }) };
  const isRecorder = (ticket: Ticket): boolean =>
    mayAct(ticket, 'record', actor, policy, input.subject.owner);
  const { propose } = input;
  const opened = openWith(given, { isRecorded: false, detail, propose }, moment, policy);
  const isRecorded =
    isRecorder(opened.ticket) && findLacking({ type: 'record' }, opened.ticket, policy) === null;
  return isRecorded ? openWith(given, { isRecorded, detail, propose }, moment, policy) : opened;
}

function toReported(
  { number, report, actor, subject, personal, isContactConfirmed = null, ...born }: ReportedTicketInput,
  policy: Policy,
  receivedAtMs: number,
): GivenFields {
  const { source, channel, impact, appointment } = report;
  const said = toReportedPriority(report, report.class, toKinds(subject), policy);
  const priority = said ?? toLowestPriority();
  const known = { class: report.class, source, priority } as const;
  const flow = report.flow ?? (subject.isUnderWarranty ? 'warranty' : toFlow(known, policy));
  const name = personal?.name ?? report.contactName;
  return {
    ...toShared({ ...born, number, subject }, report.class, policy),
    source,
    channel,
    priority,
    impact,
    flow,
    attendance:
      toGiven(report, priority) ?? toExpected({ ...known, flow }, appointment, policy, receivedAtMs),
    receivedAtMs,
    slip: report.slip,
    isDrill: report.isDrill ?? false,
    place: report.place === '' ? subject.place : { zh: report.place, en: report.place },
    location: report.location ?? subject.location,
    equipment: report.equipment,
    faultKind: report.faultKind,
    content: { zh: report.content, en: report.content },
    contact: {
      id: null,
      name: { zh: name, en: name },
      method: personal?.method ?? report.contactMethod,
      personal: personal === null ? null : `${number}/1`,
      isConfirmed: isContactConfirmed,
    },
    reporter: RELAYED.includes(channel) ? null : actor.username,
    appointment,
  };
}

/** Nobody comes to an emergency tomorrow, whatever was entered on its form. */
function toGiven({ attendance }: NewTicket, priority: Ticket['priority']): Attendance | null {
  return priority === 'emergency' ? null : attendance;
}

/** What is agreed already is kept; what else comes off hours and can wait, waits for the next working day. */
function toExpected(
  known: Partial<ClockSettings>,
  appointment: Ticket['appointment'],
  policy: Policy,
  receivedAtMs: number,
): Attendance {
  const attendance = toAttendance(known, policy);
  const { offHours, calendars } = policy;
  const calendar = offHours === null ? undefined : calendars.get(offHours.calendar);
  if (offHours === null || calendar === undefined || appointment !== null) return attendance;
  // Also under a version from before such rows were refused (config/policy-check-safety.ts).
  if (known.priority === 'emergency') return attendance;
  const isOff = !isWithinCalendar(calendar, receivedAtMs);
  return isOff && matches(offHours.match, { ...known, attendance }) ? 'next-working-day' : attendance;
}

type SharedFields = Pick<
  Ticket,
  | 'number'
  | 'site'
  | 'class'
  | 'equipmentName'
  | 'sparePart'
  | 'contractor'
  | 'history'
  | 'affected'
  | 'links'
  | 'incident'
  | 'firstReceiver'
  | 'assignee'
>;

function toShared(born: Born, ticketClass: TicketClass, policy: Policy): SharedFields {
  const { number, site, subject, history = [], affected = null, links = [], incident = null } = born;
  return {
    number,
    site,
    class: ticketClass,
    equipmentName: subject.equipmentName,
    sparePart: subject.sparePart,
    contractor: subject.isUnderWarranty ? subject.contractor : null,
    history,
    affected,
    links,
    incident,
    firstReceiver: born.firstReceiver,
    assignee: routeTicket(subject, ticketClass, policy),
  };
}
