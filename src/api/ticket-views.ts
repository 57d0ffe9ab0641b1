/**
 * Tickets as the public API shows them: to staff and contractors with everything but personal data, to those who only
 * reported one without what is said inside the house. Whole for one ticket, light for lists and live events. Pure.
 */
import { toFaultKindText } from '../config/fault-kinds.ts';
import type { RuleDef } from '../config/model.ts';
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { HistoryEntry } from '../store/store.ts';
import { isContractorOf, isStaff } from '../tickets/actors.ts';
import { offeredTransitions } from '../tickets/offers.ts';
import { pathOf } from '../tickets/path.ts';
import type { TicketActor } from '../tickets/transitions.ts';
import type { DeepReadonly } from './deep-readonly.ts';
import { maskAgreement, maskContact } from './masks.ts';
import { toOfferedForms, toOfferedSteps } from './ticket-offers.ts';
import type { TicketView } from './ticket-schemas.ts';

/** For whom, and by which rules, a ticket is shown. */
export interface TicketReader {
  readonly actor: TicketActor;
  /** The version that the ticket was opened under. */
  readonly policy: Policy;
  /** Named owner of its equipment. */
  readonly owner: string | null;
  /** Of the site: they know what fault kinds are called. */
  readonly rules: readonly RuleDef[];
}

/** Alarms that a live event names, the latest of them: a storm's ticket has thousands, and changes with each. */
export const LIVE_ALARMS = 5;

export interface TicketViewOptions {
  /** With what it was born with, the fields of every step and the short forms. */
  readonly isWhole?: boolean;
  /** Most alarms that are named, the latest ones; default all. */
  readonly maxAlarms?: number;
  /** Open occurrences that have a cause, oldest first; left out where nobody has asked for them. */
  readonly explained?: readonly Occurrence[];
}

export function toTicketView(
  ticket: Ticket,
  reader: TicketReader,
  { isWhole = false, maxAlarms, explained }: TicketViewOptions = {},
): TicketView {
  const { actor, policy, owner } = reader;
  const {
    evidence,
    history,
    affected,
    alarms,
    marks: _marks,
    recentUrges: _urges,
    unheard: _unheard,
    ...shown
  } = toShown(ticket, actor);
  const transitions = offeredTransitions(ticket, actor, policy, owner);
  const path = pathOf(ticket, policy);
  const { equipment, faultKind } = ticket;
  const repairs = history.map((repair) => ({
    ...repair,
    faultKindText: toFaultKindText(reader, equipment, repair.faultKind),
  }));
  const view = {
    ...shown,
    faultKindText: toFaultKindText(reader, equipment, faultKind),
    contact: maskContact(ticket.contact),
    agreement: maskAgreement(shown.agreement),
    path: path.map(({ stage }) => stage),
    optionalStages: path.filter(({ isOptional }) => isOptional).map(({ stage }) => stage),
    alarms: maxAlarms === undefined ? alarms : alarms.slice(-maxAlarms),
    alarmCount: alarms.length,
    ...(isWhole && { evidence, history: repairs, affected }),
    ...(explained !== undefined && { explains: toExplains(ticket, explained) }),
    transitions,
    ...(isWhole && {
      offered: toOfferedSteps(ticket, transitions, policy),
      forms: toOfferedForms(ticket, transitions, reader),
    }),
  } satisfies DeepReadonly<TicketView>;
  return view as unknown as TicketView;
}

function toShown(ticket: Ticket, actor: TicketActor): Ticket {
  return isInside(ticket, actor) ? ticket : withoutInside(ticket);
}

/** Whether the person works on it or for the house. */
export function isInside(ticket: Ticket, actor: TicketActor): boolean {
  return isStaff(actor) || isContractorOf(ticket, actor);
}

/** What somebody who only reported a matter has nothing to do with: the inside of the house, and other people's matters. */
function withoutInside(ticket: Ticket): Ticket {
  return {
    ...ticket,
    guidance: null,
    sparePart: null,
    diagnosis: null,
    workInstruction: null,
    outsideControl: null,
    escalation: { ...ticket.escalation, reason: '' },
    reports: [],
    earlyArrival: null,
    banners: [],
    links: ticket.links.filter(({ kind }) => kind === 'merged-into'),
    fire: null,
    entrapment: null,
    alarms: [],
    evidence: null,
    history: [],
    affected: null,
    clocks: [],
    repeatOf: null,
    attachments: ticket.attachments.filter(({ by }) => by === ticket.reporter),
  };
}

/** Those that the person may look at: a reporter only what he has handed in himself. */
export function toReadableAttachments(ticket: Ticket, actor: TicketActor): Ticket['attachments'] {
  return isInside(ticket, actor) ? ticket.attachments : withoutInside(ticket).attachments;
}

/** Steps that a reporter follows; remarks, escalations and clocks stay inside. */
const PUBLIC_EVENTS: readonly string[] = [
  'opened',
  'recorded',
  'dispatched',
  'taken',
  'arrived',
  'started',
  'waited',
  'resumed',
  'done',
  'accepted',
  'reworked',
  'visited',
  'closed',
  'reopened',
  'cancelled',
  'merged',
  'appointed',
  'estimated',
  'contacted',
];

/** The whole record, or for a reporter what happened and when, without who and why. */
export function toTicketHistory(
  ticket: Ticket,
  entries: readonly HistoryEntry[],
  actor: TicketActor,
): readonly HistoryEntry[] {
  if (isInside(ticket, actor)) return entries;
  return entries
    .filter(({ type }) => PUBLIC_EVENTS.includes(type))
    .map(({ atMs, type }) => ({ atMs, type, by: '', note: '', detail: {} }));
}

/** What follows from the ticket's alarms, at whatever distance: each occurrence names only its nearest cause. */
function toExplains(ticket: Ticket, explained: readonly Occurrence[]): NonNullable<TicketView['explains']> {
  if (!isTicketOpen(ticket)) return [];
  const effects = Map.groupBy(explained, ({ explainedBy }) => explainedBy?.occurrence);
  const reached = new Set(ticket.alarms.map(({ occurrence }) => occurrence));
  // A set grows while it is walked; none is visited twice.
  for (const cause of reached) for (const { id } of effects.get(cause) ?? []) reached.add(id);
  return explained
    .filter(({ explainedBy }) => explainedBy !== null && reached.has(explainedBy.occurrence))
    .map(({ id, key, text, equipmentName, isActive }) => ({
      occurrence: id,
      key,
      text,
      equipmentName,
      isActive,
    }));
}
