/** A ticket at its birth: version 1, its first marks and the first lines of its record, whoever opens it. */
import type { Policy } from '../config/policy.ts';
import type { TicketId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import { enter, follow, type Moment, type TicketStep, toStep } from './change.ts';
import { NO_ESCALATION } from './escalation.ts';
import { guardOwnStep } from './held-back.ts';
import { isOfThen } from './late-entry.ts';
import { withMark } from './mark.ts';
import { pathOf } from './path.ts';
import { findRepeat, toRepeatFields } from './repeat.ts';
import { noteReportedThen, reportAtOnce } from './reporting.ts';
import { dispatchByTable, type Propose } from './routing.ts';

/** What a new ticket has from whoever opens it. */
export type GivenFields = Pick<
  Ticket,
  | 'number'
  | 'site'
  | 'source'
  | 'channel'
  | 'class'
  | 'flow'
  | 'priority'
  | 'attendance'
  | 'receivedAtMs'
  | 'firstReceiver'
  | 'place'
  | 'location'
  | 'equipment'
  | 'equipmentName'
  | 'faultKind'
  | 'content'
  | 'sparePart'
  | 'contact'
  | 'assignee'
  | 'links'
  | 'incident'
  | 'contractor'
  | 'history'
  | 'affected'
> &
  Partial<Ticket>;

export interface Opening {
  /** Recorded as soon as it is received. */
  readonly isRecorded: boolean;
  /** Of the event `opened`. */
  readonly detail: Readonly<Record<string, unknown>>;
  /** Left out = to whom it is given already. Of a late entry nobody is proposed: it is not of this moment. */
  readonly propose?: Propose | undefined;
}

/**
 * Received, recorded as far as it is, reported where it is an emergency, dispatched where the gateway does that. All of it
 * is one change: version 1.
 */
export function openWith(
  given: GivenFields,
  { isRecorded, detail, propose }: Opening,
  moment: Moment,
  policy: Policy,
): TicketStep {
  const { atMs, nowMs, isLate } = moment;
  const created = createTicket({ openedAtMs: nowMs, ...given }, policy);
  const assignee = propose === undefined || isLate ? created.assignee : propose(created);
  const received = { ...created, assignee };
  const late = isLate ? { enteredAtMs: nowMs } : {};
  const { receivedAtMs } = received;
  const first = withMark(received, { atMs: receivedAtMs, type: 'received', ...late }, policy, nowMs);
  const appointed = given.appointment
    ? [{ type: 'appointed' as const, detail: { ...given.appointment } }]
    : [];
  // A ticket that is born with the sheet of an entrapment: its clocks begin at once.
  const sheet = given.entrapment ? (['entrapment'] as const) : [];
  const opened = toStep(first, {}, [{ type: 'opened', detail, sheet }, ...appointed], moment, policy);
  const record = (ticket: Ticket): TicketStep | null => {
    const isOnPath = pathOf(ticket, policy).some(({ stage }) => stage === 'recorded');
    if (!isRecorded || !isOnPath) return null;
    const change = { ...enter('recorded', atMs), recordedAtMs: atMs };
    const recorded = toStep(ticket, change, [{ type: 'recorded' }], moment, policy);
    return guardOwnStep(ticket, 'record', recorded, policy, nowMs);
  };
  const step = follow(
    opened,
    record,
    (ticket) => reportAtOnce(ticket, policy, nowMs, isOfThen(ticket, policy)),
    (ticket) => noteReportedThen(ticket, policy, nowMs),
    (ticket) => dispatchByTable(ticket, policy, nowMs),
  );
  return toVersionOne(step);
}

function toVersionOne({ ticket, events }: TicketStep): TicketStep {
  const born = (it: Ticket): Ticket => ({ ...it, version: 1 });
  const told = events.map((event) => ({ ...event, ticket: born(event.ticket) }));
  return { ticket: told.at(-1)?.ticket ?? born(ticket), events: told };
}

function createTicket(given: GivenFields, policy: Policy): Ticket {
  const { receivedAtMs } = given;
  const ticket: Ticket = {
    ...NOTHING_YET,
    id: given.number as TicketId,
    policyVersion: policy.version,
    ...enter('received', receivedAtMs),
    escalation: { ...NO_ESCALATION, sinceMs: receivedAtMs },
    ...given,
  };
  const repeatOf = findRepeat(ticket.history, ticket.faultKind, policy, receivedAtMs);
  return repeatOf === null ? ticket : { ...ticket, ...toRepeatFields(ticket, repeatOf, receivedAtMs) };
}

/** What no ticket has when it is born; rows of earlier versions lack some of it for ever. */
export const NOTHING_YET = {
  version: 0,
  impact: null,
  difficult: null,
  stage: 'received',
  round: 1,
  isDrill: false,
  isLateEntry: false,
  slip: null,
  carriedOver: null,
  raisedAtMs: null,
  openedAtMs: null,
  recordedAtMs: null,
  closedAtMs: null,
  guidance: null,
  sparePart: null,
  reporter: null,
  takenBy: null,
  workedBy: [],
  readBack: null,
  appointment: null,
  diagnosis: null,
  plan: null,
  workInstruction: null,
  estimatedAtMs: null,
  agreement: null,
  waiting: null,
  handler: null,
  handlingMinutes: null,
  result: null,
  testResult: null,
  materials: [],
  amountYuan: null,
  outsideControl: null,
  acceptance: null,
  visit: null,
  cancellation: null,
  reworkCount: 0,
  isFirstFix: null,
  repeatOf: null,
  urges: 0,
  reports: [],
  proof: null,
  banners: [],
  links: [],
  incident: null,
  contractor: null,
  attachments: [],
  fire: null,
  entrapment: null,
  alarms: [],
  evidence: null,
  history: [],
  affected: null,
  marks: [],
  clocks: [],
} as const satisfies Partial<Ticket>;
