/**
 * Where a ticket stands on its policy's path, and what can be done with it there (service-workflow.md §2). Who may do it
 * is actors.ts, what each step asks for and brings is step.ts.
 *
 *   received ▶ recorded ▶ dispatched ▶ taken ▶ … ▶ handling ▶ done ▶ accepted ▶ visited ▶ closed ▶ archived
 *       │          │          ▲  ▲ ▲                  │          │        │         │        │
 *       └──────────┴─▶ cancelled, merged   └─▶ waiting ─┘         └────────┴─▶ rework ◀┘        │
 *                              └──────────────────────────────────────────────────┴◀── reopen ┘
 *
 * Which stages there are between `received` and `archived`, and which may be passed over, is the policy's. `rework` stands
 * where `dispatched` stands, and is dispatched again first unless the policy lets the dispatch be passed over. Where the
 * signature may not be passed over, nobody goes on with a matter that he has taken over from another before he has signed for it.
 */
import type { PathStage, Policy } from '../config/policy.ts';
import { defined } from '../core/assert.ts';
import { isTicketOpen, STAGE_NAMES, type Stage, type Ticket } from '../core/ticket.ts';
import type { TicketMark } from '../core/ticket-clock.ts';
import { firstMatch, matches, toSettings } from './match.ts';
import type { TransitionType } from './transitions.ts';

/** The stage that a step along the path leads to. */
export const STAGE_OF = {
  record: 'recorded',
  dispatch: 'dispatched',
  take: 'taken',
  arrive: 'on-site',
  diagnose: 'diagnosed',
  plan: 'planned',
  agree: 'agreed',
  start: 'handling',
  done: 'done',
  accept: 'accepted',
  visit: 'visited',
  close: 'closed',
  archive: 'archived',
} as const satisfies Partial<Record<TransitionType, Stage>>;
export type PathTransition = keyof typeof STAGE_OF;

const TRANSITION_TO = new Map<Stage, TransitionType>(
  Object.entries(STAGE_OF).map(([transition, stage]) => [stage, transition as TransitionType]),
);

/** @throws AssertionFailure when the policy has no path for it: its last one matches all. */
export function pathOf(ticket: Ticket, policy: Policy): readonly PathStage[] {
  return defined(firstMatch(policy.paths, toSettings(ticket)), 'a path of the policy').stages;
}

/** Whether work on it is still to be done: the stages up to `handling`, and its side ways. */
export function isBeforeDone(ticket: Pick<Ticket, 'stage'>): boolean {
  return isTicketOpen(ticket) && orderOf(ticket.stage) < orderOf('done');
}

/** What the policy's path offers in this stage, the natural next step first; who may take it is another matter. */
export function allowedTransitions(ticket: Ticket, policy: Policy): readonly TransitionType[] {
  switch (ticket.stage) {
    case 'archived':
    case 'cancelled':
    case 'merged':
      return [];
    case 'closed':
      return ['archive', 'reopen', 'sample-visit', 'correct'];
    case 'waiting':
      return ['resume', ...toSideWays(ticket, policy)];
    default:
      return [...new Set([...toPathWays(ticket, policy), ...toSideWays(ticket, policy)])];
  }
}

/** null where only side ways are left. */
export function naturalNext(ticket: Ticket, policy: Policy): TransitionType | null {
  return allowedTransitions(ticket, policy)[0] ?? null;
}

export function isAllowed(ticket: Ticket, transition: TransitionType, policy: Policy): boolean {
  return allowedTransitions(ticket, policy).includes(transition);
}

/** In the order of the document; side ways stand where they lead back to. */
function orderOf(stage: Stage): number {
  if (stage === 'rework') return STAGE_NAMES.indexOf('dispatched');
  if (stage === 'waiting') return STAGE_NAMES.indexOf('handling');
  return STAGE_NAMES.indexOf(stage);
}

/** Index of the last stage of the path that it has reached; -1 = none yet. */
function toPosition(path: readonly PathStage[], stage: Stage): number {
  return path.findLastIndex((it) => orderOf(it.stage) <= orderOf(stage));
}

function toPathWays(ticket: Ticket, policy: Policy): readonly TransitionType[] {
  const { stage } = ticket;
  const path = pathOf(ticket, policy);
  const redispatch: readonly TransitionType[] = isDispatchOn(path) ? ['dispatch'] : [];
  const early: readonly TransitionType[] = isArrivalEarly(ticket, policy) ? ['arrive'] : [];
  const next = toOnward(ticket, path);
  if (stage === 'rework') return [...redispatch, ...next, ...early];
  const signature = canSignLate(ticket, path, policy) ? (['take'] as const) : [];
  const isAnew = AT_WORK.includes(stage) && awaitsArrival(ticket);
  const isRedirectable = stage === 'dispatched' || stage === 'taken' || isAnew;
  const isUnsigned = owesSignature(ticket, policy);
  const onward = isUnsigned ? [] : next;
  const again: readonly TransitionType[] = isAnew && !isUnsigned && isOnSiteOn(path) ? ['arrive'] : [];
  return [...onward, ...again, ...signature, ...(isRedirectable ? redispatch : []), ...early];
}

function isDispatchOn(path: readonly PathStage[]): boolean {
  return path.some((it) => it.stage === 'dispatched');
}

/** What is ahead of it; nothing where a rework has to be dispatched first. */
function toOnward({ stage, assignee }: Ticket, path: readonly PathStage[]): readonly TransitionType[] {
  const isMandatory = path.some((it) => it.stage === 'dispatched' && !it.isOptional);
  const isHeld = isMandatory || (isDispatchOn(path) && assignee === null);
  return stage === 'rework' && isHeld ? [] : toNext(path, toPosition(path, stage));
}

/**
 * Whether somebody may arrive before the dispatch: whoever is told to go to an emergency at once goes, and says so; first handling
 * comes before paper. The ticket stays where it is, for the desk to confirm or redirect (early-arrival.ts).
 */
export function isArrivalEarly(ticket: Ticket, policy: Policy): boolean {
  const { stage, assignee, contractor, earlyArrival = null } = ticket;
  const isBefore = stage === 'received' || stage === 'recorded' || stage === 'rework';
  if (!isBefore || earlyArrival !== null || (assignee === null && contractor === null)) return false;
  const path = pathOf(ticket, policy);
  if (!isOnSiteOn(path) || !matches(policy.report.match, toSettings(ticket))) return false;
  return !toOnward(ticket, path).includes('arrive');
}

/** Whether the place is gone to at all. */
export function isOnSiteOn(path: readonly PathStage[]): boolean {
  return path.some(({ stage }) => stage === 'on-site');
}

/** Somebody has been there; `arrive` leads to none of them but the first. */
export const BEHIND_ARRIVAL: readonly Stage[] = ['diagnosed', 'planned', 'agreed', 'handling'];
const AT_WORK: readonly Stage[] = ['on-site', ...BEHIND_ARRIVAL];

/**
 * Whether an emergency has begun on it, or it was given to another in one, and nobody has come for that since: whoever is there
 * says so, or the desk sends somebody.
 */
export function awaitsArrival({ marks, priority }: Pick<Ticket, 'marks' | 'priority'>): boolean {
  if (priority !== 'emergency') return false;
  const at = marks.findLastIndex(({ type }) => ASKS_FOR_ARRIVAL.includes(type));
  const sinceMs = marks[at]?.atMs ?? 0;
  // What is entered later answers what it came after.
  const isThen = ({ enteredAtMs, atMs }: TicketMark): boolean => enteredAtMs === undefined || atMs >= sinceMs;
  return at >= 0 && !marks.slice(at + 1).some((mark) => ANSWERS_IT.includes(mark.type) && isThen(mark));
}

const ASKS_FOR_ARRIVAL: readonly TicketMark['type'][] = ['emergency-began', 'transferred'];
const ANSWERS_IT: readonly TicketMark['type'][] = ['arrived', 'done', 'reworked', 'reopened'];

/** Taken over from another, on a path that the signature is part of: it comes before anything else is done. */
export function owesSignature(ticket: Ticket, policy: Policy): boolean {
  if (ticket.takenBy !== null || !isBehindSignature(ticket) || !isBeforeDone(ticket)) return false;
  return pathOf(ticket, policy).some(({ stage, isOptional }) => stage === 'taken' && !isOptional);
}

/** The next stage, and those behind it as far as what lies before them may be passed over. */
function toNext(path: readonly PathStage[], position: number): readonly TransitionType[] {
  const next: TransitionType[] = [];
  for (const { stage, isOptional } of path.slice(position + 1)) {
    const transition = TRANSITION_TO.get(stage);
    if (transition !== undefined) next.push(transition);
    if (!isOptional) break;
  }
  return next;
}

/**
 * Whoever arrived unsigned, or took it over from another, signs while the work goes on (service-workflow.md §2, TAKEN); behind
 * DONE where the policy closes nothing unsigned.
 */
function canSignLate(ticket: Ticket, path: readonly PathStage[], policy: Policy): boolean {
  if (ticket.takenBy !== null || !isBehindSignature(ticket)) return false;
  if (!path.some(({ stage }) => stage === 'taken')) return false;
  return isBeforeDone(ticket) || closesOnlySigned(ticket, policy);
}

/** Not `rework`, which stands before the dispatch. */
function isBehindSignature({ stage }: Pick<Ticket, 'stage'>): boolean {
  return orderOf(stage) >= orderOf('taken');
}

function closesOnlySigned(ticket: Ticket, { guards }: Policy): boolean {
  const settings = toSettings(ticket);
  return guards.some(
    ({ transition, match, fields }) =>
      transition === 'close' && fields.includes('takenBy') && matches(match, settings),
  );
}

function toSideWays(ticket: Ticket, policy: Policy): readonly TransitionType[] {
  const record: TransitionType[] = ['urge', 'answer', 'contact', 'correct', 'attach', 'link', 'note'];
  const sheets = toSheets(ticket, policy);
  if (!isBeforeDone(ticket)) return ['reject', 'escalate', ...sheets, ...record];
  const ways: TransitionType[] = ['transfer', 'wait', 'cancel', 'merge', 'escalate', 'reclassify'];
  ways.push('set-difficult', 'clear-difficult', 'appoint', 'estimate', 'give-contractor');
  // A dwelling is entered only under the emergency flag (service-workflow.md §8).
  const door: readonly TransitionType[] = ticket.priority === 'emergency' ? ['enter-dwelling'] : [];
  return [...ways.filter((way) => isOpenTo(ticket, way)), ...sheets, ...door, ...record];
}

function isOpenTo({ stage, difficult }: Ticket, way: TransitionType): boolean {
  switch (way) {
    // Whom it goes to is decided by dispatching it, before that.
    case 'transfer':
      return stage !== 'received' && stage !== 'recorded';
    case 'wait':
      return stage !== 'received' && stage !== 'waiting';
    case 'set-difficult':
      return difficult === null;
    case 'clear-difficult':
      return difficult !== null;
    default:
      return true;
  }
}

/** The sheets of an incident: a fire is confirmed, people in a lift are freed; never both on one ticket, none of a lift on a fire. */
function toSheets(ticket: Ticket, policy: Policy): readonly TransitionType[] {
  const settings = toSettings(ticket);
  const isIncident =
    ticket.incident !== null || policy.incidents.from.some((match) => matches(match, settings));
  if (ticket.entrapment !== null) return ['entrapment'];
  if (ticket.fire !== null) return ['confirm-fire', 'fire-step'];
  if (!isIncident) return [];
  return ticket.class === 'fire' ? ['confirm-fire'] : ['confirm-fire', 'entrapment'];
}
