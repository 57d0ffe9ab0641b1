/**
 * Many alarms told as one matter while a flood lasts (alarms.md B7): the storm collects what is annunciated, knows its
 * root, and says which members are carried by its ticket. Nothing is dropped: a member keeps its own record. Pure; when a
 * flood is on is flood.ts, whose ticket is whose the engine decides.
 *
 *   | member                              | in the storm | ticket                                    |
 *   | life safety, or raised in a drill   | never        | its own                                   |
 *   | high                                | listed       | its own, at once                          |
 *   | cause of alarms that stand (a root) | listed       | its own: what follows is explained by it  |
 *   | medium, low                         | grouped      | the storm's, unless it is the graver one  |
 *   | has an open ticket already          | listed       | that one                                  |
 *
 *   flood began ─▶ storm ──flood over, or older than maxMs──▶ ended; its ticket and record stay
 */
import type { Policy } from '../config/policy.ts';
import type { Occurrence, Storm } from '../core/alarm.ts';
import type { OccurrenceId, SiteId, StormId, TicketId } from '../core/ids.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import { PRIORITIES, type Stage, type Ticket } from '../core/ticket.ts';
import { type FirstOutMember, mayBeFirst } from './first-out.ts';
import { isToldSingly } from './flood.ts';

/** What the root is chosen by: when it began, then how grave it is, then where it stands. */
export interface StormMember extends FirstOutMember<OccurrenceId> {
  readonly severity: Severity;
  /** How many rules its alarm can explain: higher = further upstream. */
  readonly reach: number;
}

export interface StormState {
  readonly storm: Storm;
  /** Monotonic. */
  readonly sinceMonoMs: number;
  /** Member by which the storm is named: nothing is certain to have come before it. */
  readonly root: StormMember;
  /** Smallest `atMs` of all members, gone ones included. */
  readonly earliestMs: number;
  /** Severity of the alarm that opened `storm.ticket`; null without a ticket. */
  readonly ticketSeverity: Severity | null;
}

/** Alarms on one storm ticket; beyond it the storm gets another one. A ticket is stored whole with each change. */
export const MAX_STORM_TICKET_ALARMS = 2_000;

export function beginStorm(
  id: StormId,
  site: SiteId,
  root: StormMember,
  peak: number,
  now: { readonly wallMs: number; readonly monoMs: number },
): StormState {
  return {
    storm: {
      id,
      site,
      beganAtMs: now.wallMs,
      endedAtMs: null,
      root: root.id,
      members: 1,
      peak,
      ticket: null,
    },
    sinceMonoMs: now.monoMs,
    root,
    earliestMs: root.atMs,
    ticketSeverity: null,
  };
}

/** One member more: once for each occurrence. The root goes over to it where it came first, or may have and is graver. */
export function joinStorm(state: StormState, member: StormMember, peak: number): StormState {
  const earliestMs = Math.min(state.earliestMs, member.atMs);
  const root = toRoot(state.root, member, earliestMs);
  const { storm } = state;
  return {
    ...state,
    root,
    earliestMs,
    storm: { ...storm, root: root.id, members: storm.members + 1, peak: Math.max(storm.peak, peak) },
  };
}

/** @param peak of the flood until now, life safety included */
export function endStorm(state: StormState, peak: number, nowMs: number): StormState {
  const { storm } = state;
  return { ...state, storm: { ...storm, peak: Math.max(storm.peak, peak), endedAtMs: nowMs } };
}

/** Still takes members. */
export function isStormOn({ storm }: StormState): boolean {
  return storm.endedAtMs === null;
}

/** The group window has a hard end (alarms.md B8 no. 24): what comes then is another storm. */
export function isTooLong({ sinceMonoMs }: StormState, monoMs: number, maxMs: number): boolean {
  return monoMs - sinceMonoMs >= maxMs;
}

/** Whether the alarm can belong to a storm at all. */
export function isGroupable({ severity, isDrill }: Pick<Occurrence, 'severity' | 'isDrill'>): boolean {
  return severity !== 'life-safety' && !isDrill;
}

/** Whether the storm's ticket can carry the alarm; otherwise it asks for its own. @param isRoot alarms follow from it */
export function isGrouped(
  { severity, isDrill }: Pick<Occurrence, 'severity' | 'isDrill'>,
  isRoot: boolean,
): boolean {
  return !isToldSingly(severity) && !isDrill && !isRoot;
}

/** The storm's ticket is known; what it was opened for says what it can carry. */
export function withStormTicket(state: StormState, ticket: TicketId, severity: Severity): StormState {
  return { ...state, ticketSeverity: severity, storm: { ...state.storm, ticket } };
}

/**
 * Whether people who work on this ticket would see the alarm in time: it is open and not yet done, no less urgent and no
 * less severe (alarms.md B8 no. 24), and not full. As urgent as life safety it is somebody's own.
 * @param carried severity that the ticket was opened for; null = unknown, its priority decides alone
 */
export function hasRoomFor(
  ticket: Pick<Ticket, 'stage' | 'priority' | 'isDrill' | 'alarms'>,
  severity: Severity,
  carried: Severity | null,
  { priorityOf }: Pick<Policy, 'priorityOf'>,
): boolean {
  const isGraver = carried !== null && compareSeverity(severity, carried) > 0;
  const wanted = priorityOf[severity];
  const isUrgent = PRIORITIES[wanted].rank > PRIORITIES[ticket.priority].rank;
  const isLifeSafety = ticket.priority === priorityOf['life-safety'] && ticket.priority !== wanted;
  return (
    !isGraver &&
    !isUrgent &&
    !isLifeSafety &&
    !ticket.isDrill &&
    BEFORE_DONE.includes(ticket.stage) &&
    ticket.alarms.length < MAX_STORM_TICKET_ALARMS
  );
}

/** Who settles it for the others: the root, then the graver, then what began earlier. */
export function compareMembers(a: Occurrence, b: Occurrence, root: OccurrenceId | null): number {
  return (
    Number(b.id === root) - Number(a.id === root) ||
    compareSeverity(b.severity, a.severity) ||
    a.onsetAtMs - b.onsetAtMs
  );
}

const BEFORE_DONE: readonly Stage[] = ['recorded', 'dispatched', 'taken', 'on-site', 'handling', 'rework'];

function toRoot(root: StormMember, member: StormMember, earliestMs: number): StormMember {
  if (!mayBeFirst(root, earliestMs)) return member;
  return mayBeFirst(member, earliestMs) && isBetterRoot(member, root) ? member : root;
}

/** Of two that may both have been the first. */
function isBetterRoot(member: StormMember, root: StormMember): boolean {
  const order = compareSeverity(member.severity, root.severity) || member.reach - root.reach;
  return order > 0 || (order === 0 && member.atMs < root.atMs);
}
