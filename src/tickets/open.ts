/**
 * Opening a ticket: from an alarm (recorded and dispatched by the gateway at once, or left to the desk where the
 * policy says so) and from a person's report. Fills what the record needs from the equipment register.
 */
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { ContactId, LocationId, SiteId, TicketId } from '../core/ids.ts';
import type { Kind } from '../core/kinds.ts';
import type { Text } from '../core/text.ts';
import type {
  Priority,
  Ticket,
  TicketAlarm,
  TicketClass,
  TicketEvent,
  TicketEvidence,
} from '../core/ticket.ts';
import { startClock, stopClocks } from './clocks.ts';
import type { NewTicket } from './transitions.ts';

/** What the register knows of the equipment that the ticket is about. */
export interface TicketSubject {
  readonly kind: Kind | null;
  readonly location: LocationId | null;
  readonly place: Text;
  readonly equipmentName: Text | null;
  readonly responsible: string | null;
  readonly contact: { readonly id: ContactId | null; readonly name: Text; readonly method: string };
}

export interface AlarmTicketInput {
  readonly number: string;
  readonly site: SiteId;
  readonly occurrence: Occurrence;
  readonly class: TicketClass;
  readonly faultKind: string;
  readonly guidance: Text | null;
  readonly evidence: TicketEvidence;
  readonly subject: TicketSubject;
}

const GATEWAY = 'gateway';

export function openAlarmTicket(
  input: AlarmTicketInput,
  policy: Policy,
  nowMs: number,
): { ticket: Ticket; events: readonly TicketEvent[] } {
  const { occurrence, subject } = input;
  const priority = policy.priorityOf[occurrence.severity];
  const deskDispatches = policy.deskDispatches.includes(priority);
  const base = createTicket(input.number, input.site, nowMs, {
    source: 'equipment-alarm',
    channel: 'alarm',
    class: input.class,
    priority,
    policyVersion: policy.version,
    // Not the first raise of the occurrence: that may have been dealt with on another ticket long ago.
    receivedAtMs: nowMs,
    firstReceiver: GATEWAY,
    place: subject.place,
    location: subject.location,
    equipment: occurrence.equipment,
    equipmentName: subject.equipmentName,
    faultKind: input.faultKind,
    content: occurrence.text,
    guidance: input.guidance,
    contact: subject.contact,
    assignee: routeTicket(policy, input.class, subject),
    alarms: [toTicketAlarm(occurrence)],
    evidence: input.evidence,
  });
  const recorded = withOpeningClocks(base, policy, nowMs);
  const opened: TicketEvent = {
    type: 'opened',
    atMs: nowMs,
    by: GATEWAY,
    ticket: recorded,
    detail: { occurrence: occurrence.id },
  };
  if (deskDispatches) return { ticket: recorded, events: [opened] };
  const ticket: Ticket = { ...recorded, stage: 'dispatched', stageSinceMs: nowMs };
  return {
    ticket,
    events: [
      opened,
      { type: 'dispatched', atMs: nowMs, by: GATEWAY, ticket, detail: { assignee: ticket.assignee } },
    ],
  };
}

export function openReportedTicket(
  input: {
    readonly number: string;
    readonly site: SiteId;
    readonly report: NewTicket;
    readonly subject: TicketSubject;
    readonly by: string;
  },
  policy: Policy,
  nowMs: number,
): { ticket: Ticket; events: readonly TicketEvent[] } {
  const { report, subject } = input;
  const name = report.contactName;
  const ticket = withOpeningClocks(
    createTicket(input.number, input.site, nowMs, {
      source: report.source,
      channel: report.channel,
      class: report.class,
      priority: report.priority,
      policyVersion: policy.version,
      receivedAtMs: nowMs,
      firstReceiver: input.by,
      place: report.place === '' ? subject.place : { zh: report.place, en: report.place },
      location: report.location ?? subject.location,
      equipment: report.equipment,
      equipmentName: subject.equipmentName,
      faultKind: null,
      content: { zh: report.content, en: report.content },
      guidance: null,
      contact: { id: null, name: { zh: name, en: name }, method: report.contactMethod },
      assignee: routeTicket(policy, report.class, subject),
      alarms: [],
      evidence: null,
    }),
    policy,
    nowMs,
  );
  return { ticket, events: [{ type: 'opened', atMs: nowMs, by: input.by, ticket, detail: {} }] };
}

/** An alarm that was active when its rule went away can no longer be judged: it counts as blind from then on. */
export function toTicketAlarm(occurrence: Occurrence): TicketAlarm {
  const { endedAtMs, endReason, isActive } = occurrence;
  const isLost = isActive && (endReason === 'rule-removed' || endReason === 'source-removed');
  return {
    occurrence: occurrence.id,
    key: occurrence.key,
    text: occurrence.text,
    firstAtMs: occurrence.raisedAtMs,
    lastAtMs: occurrence.raisedAtMs,
    count: occurrence.count,
    isActive: isActive && endedAtMs === null,
    blindSinceMs: isLost ? endedAtMs : occurrence.blindSinceMs,
    onsetAtMs: occurrence.onsetAtMs,
    onsetAfterMs: occurrence.onsetAfterMs,
  };
}

/** The equipment's own responsible person before the policy's routing; null = the desk decides. */
function routeTicket(policy: Policy, ticketClass: TicketClass, subject: TicketSubject): string | null {
  if (subject.responsible !== null) return subject.responsible;
  const route = policy.routing.find(
    (row) =>
      (row.class === null || row.class === ticketClass) && (row.kind === null || row.kind === subject.kind),
  );
  return route?.assignee ?? null;
}

function withOpeningClocks(ticket: Ticket, policy: Policy, nowMs: number): Ticket {
  const priority: Priority = ticket.priority;
  let clocks = startClock([], 'record', ticket.receivedAtMs, policy, priority);
  clocks = stopClocks(clocks, ['record'], nowMs);
  clocks = startClock(clocks, 'dispatch', nowMs, policy, priority);
  clocks = startClock(clocks, 'arrival', ticket.receivedAtMs, policy, priority);
  return { ...ticket, clocks: startClock(clocks, 'repair', nowMs, policy, priority) };
}

type GivenFields = Pick<
  Ticket,
  | 'source'
  | 'channel'
  | 'class'
  | 'priority'
  | 'policyVersion'
  | 'receivedAtMs'
  | 'firstReceiver'
  | 'place'
  | 'location'
  | 'equipment'
  | 'equipmentName'
  | 'faultKind'
  | 'content'
  | 'guidance'
  | 'contact'
  | 'assignee'
  | 'alarms'
  | 'evidence'
>;

function createTicket(number: string, site: SiteId, nowMs: number, given: GivenFields): Ticket {
  return {
    id: number as TicketId,
    number,
    version: 1,
    site,
    stage: 'recorded',
    stageSinceMs: nowMs,
    isDrill: false,
    recordedAtMs: nowMs,
    closedAtMs: null,
    takenBy: null,
    diagnosis: null,
    plan: null,
    result: null,
    materials: null,
    amountYuan: null,
    acceptance: null,
    visit: null,
    cancellation: null,
    reworkCount: 0,
    clocks: [],
    ...given,
  };
}
