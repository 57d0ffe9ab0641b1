/**
 * The ladder of a ticket (升级). A warning that nobody answers, an alarm that calls in vain, or a person who cannot handle it
 * brings it one rung up; each next rung follows by itself until a person acts.
 *
 * An emergency that somebody has reported and that nobody has looked at is told to the top again and again: no alarm would call.
 *
 * Times count from the rung before: the first rung comes its `afterMs` after the warning has stayed unanswered for the
 * policy's `unansweredMs`, each further one its `afterMs` after the one below it.
 */
import type { Policy } from '../config/policy.ts';
import type { Escalation, Ticket } from '../core/ticket.ts';
import { isTicketOpen } from '../core/ticket.ts';
import type { TicketClock } from '../core/ticket-clock.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { RE_ALARM, toCallableMs } from './re-alarm-hours.ts';

/** Between two of what the top is told of an emergency that nobody looks at: a shift has many of them. */
export const TOP_AGAIN_MS = 30 * 60_000;

export const NO_ESCALATION: Escalation = { level: 0, sinceMs: 0, reason: '', nextAtMs: null };

/**
 * "Cannot handle" is the department supervisor's to answer (service-workflow.md §2): the first rung, also when an earlier call was
 * answered further up. Only while nobody has acted on the rung that it stands on does it go above it.
 */
export function callForHelp(ticket: Ticket, reason: string, policy: Policy, nowMs: number): Escalation {
  const {
    level,
    nextAtMs,
    isAnswered = nextAtMs === null && level < policy.escalation.ladder.length,
  } = ticket.escalation;
  const from = isAnswered ? { escalation: { ...ticket.escalation, level: 0 } } : ticket;
  return climb(from, reason, policy, nowMs);
}

/** One rung up, at most to the top; whoever stands there is told again. */
export function climb(
  { escalation }: Pick<Ticket, 'escalation'>,
  reason: string,
  policy: Policy,
  nowMs: number,
): Escalation {
  const { ladder } = policy.escalation;
  const level = Math.min(escalation.level + 1, ladder.length);
  const next = ladder[level];
  const nextAtMs = next === undefined ? null : nowMs + next.afterMs;
  return { level, sinceMs: nowMs, reason, nextAtMs };
}

/** The line of the record: which rung, who stands there, why. */
export function toEscalated({ level, reason }: Escalation, policy: Policy): Happening {
  const role = policy.escalation.ladder[level - 1]?.role ?? null;
  return { type: 'escalated', detail: { level, role, reason } };
}

/** A rung that is due: the next one because nobody has acted, or the first because a warning stayed unanswered. */
export function sweepEscalation(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  if (!isTicketOpen(ticket) || toEscalationDueMs(ticket, policy) > nowMs) return null;
  const { nextAtMs, reason } = ticket.escalation;
  const isNext = nextAtMs !== null && toRungMs(ticket, policy, nextAtMs) <= nowMs;
  const cause = isNext ? reason : (toUnanswered(ticket, policy)?.id ?? reason);
  return escalate(ticket, cause, policy, nowMs);
}

/** By the gateway. @param reason id of a clock, or what calls in vain */
export function escalate(ticket: Ticket, reason: string, policy: Policy, nowMs: number): TicketStep {
  const climbed = climb(ticket, reason, policy, nowMs);
  const isTop = climbed.nextAtMs === null;
  const escalation = isTop && isUnheeded(ticket) ? { ...climbed, nextAtMs: nowMs + TOP_AGAIN_MS } : climbed;
  const { type, detail } = toEscalated(escalation, policy);
  const isRepeat = isTop && ticket.escalation.level === climbed.level;
  const happening: Happening = { type, detail: { ...detail, ...(isRepeat && { isRepeat }) } };
  return toStep(ticket, { escalation }, [happening], byGateway(nowMs), policy);
}

/** Nobody has taken it or been there, and no alarm of it stands that would call by itself. */
function isUnheeded({ priority, isDrill, stage, takenBy, earlyArrival, alarms }: Ticket): boolean {
  if (priority !== 'emergency' || isDrill || takenBy !== null || (earlyArrival ?? null) !== null)
    return false;
  return UNGIVEN.includes(stage) && !alarms.some(({ isActive }) => isActive);
}

const UNGIVEN: readonly Ticket['stage'][] = ['received', 'recorded', 'dispatched', 'rework'];

/**
 * Its alarm has called in vain so often that somebody above is to be told, at an hour at which none of its clocks counts: told when
 * one does again, unless somebody acts before or the alarm returns. A ladder that is under way goes on as it was.
 * @returns null = now is such an hour
 */
export function holdCall(ticket: Ticket, policy: Policy, nowMs: number): Escalation | null {
  if (toCallableMs(ticket, policy, nowMs) <= nowMs) return null;
  const { escalation } = ticket;
  return escalation.nextAtMs === null ? { ...escalation, reason: RE_ALARM, nextAtMs: nowMs } : escalation;
}

/**
 * When the ticket climbs next unless somebody acts; Infinity = it does not. A rung has its time after the one below it: another
 * warning that nobody answers brings it no sooner, also when somebody has acted in between.
 */
export function toEscalationDueMs(ticket: Ticket, policy: Policy): number {
  const { nextAtMs } = ticket.escalation;
  const rungMs = nextAtMs === null ? null : toRungMs(ticket, policy, nextAtMs);
  return rungMs !== null && Number.isFinite(rungMs) ? rungMs : toWarningDueMs(ticket, policy);
}

/** A ticket, or whatever else has clocks that are warned of. */
type Climbing = Pick<Ticket, 'clocks' | 'escalation'>;

/** When a warning has been without an answer for so long that it brings somebody up; Infinity = none does. */
export function toWarningDueMs(climbing: Climbing, policy: Policy): number {
  const { sinceMs, level } = climbing.escalation;
  const unanswered = toUnanswered(climbing, policy);
  if (unanswered === null) return Number.POSITIVE_INFINITY;
  const next = level === 0 ? undefined : policy.escalation.ladder[level];
  return Math.max(toFirstRungMs(unanswered, policy), next === undefined ? 0 : sinceMs + next.afterMs);
}

/** Re-alarms bring nobody up outside the hours of the ticket's clocks, nor for an alarm that has returned. */
function toRungMs(ticket: Ticket, policy: Policy, nextAtMs: number): number {
  if (ticket.escalation.reason !== RE_ALARM) return nextAtMs;
  const isStanding = ticket.alarms.some(({ isActive }) => isActive);
  return isStanding ? toCallableMs(ticket, policy, nextAtMs) : Number.POSITIVE_INFINITY;
}

/** The warning that stays unanswered longest and that has brought nobody up yet. */
function toUnanswered({ clocks, escalation }: Climbing, policy: Policy): TicketClock | null {
  let first: TicketClock | null = null;
  for (const clock of clocks) {
    if (!isOpenWarning(clock) || clock.isPaused) continue;
    const dueMs = toFirstRungMs(clock, policy);
    if (escalation.level > 0 && escalation.sinceMs >= dueMs) continue;
    if (first === null || dueMs < toFirstRungMs(first, policy)) first = clock;
  }
  return first;
}

/** Told, unanswered, and its clock still runs. */
export function isOpenWarning({ warnedAtMs, answeredAtMs, stoppedAtMs }: TicketClock): boolean {
  return warnedAtMs !== null && answeredAtMs === null && stoppedAtMs === null;
}

function toFirstRungMs({ warnedAtMs }: TicketClock, { escalation }: Policy): number {
  return (warnedAtMs ?? 0) + escalation.unansweredMs + (escalation.ladder[0]?.afterMs ?? 0);
}
