/**
 * Whether an alarm has a cause upstream that people can see (alarms.md B7, "no silent chain"), judged from the
 * tentative state alone. What follows from the verdict is alarms/explain.ts, who opens which ticket is carry.ts.
 */
import { isSetAside } from '../alarms/annunciation.ts';
import type { Verdict } from '../alarms/explain.ts';
import type { RuleDef } from '../config/model.ts';
import { type Explanation, isHeld, type Occurrence } from '../core/alarm.ts';
import type { OccurrenceId } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { Upstream } from '../core/upstream.ts';
import type { CauseGroup, Causes } from './causes.ts';
import type { Tentative } from './tentative.ts';

/** The cause that explains the alarm already is preferred: it does not change hands while it lasts. */
export function toVerdict(
  tx: Tentative,
  causes: Causes,
  rule: RuleDef,
  occurrence: Occurrence,
  settleMs: number,
  nowMs: number,
): Verdict {
  const groups = causes.of(rule);
  const visible = toActive(tx, groups).filter(({ cause }) => isVisible(tx, causes, cause));
  const known = visible.find(({ cause }) => cause.id === occurrence.explainedBy?.occurrence);
  const chosen = known ?? visible[0];
  if (chosen !== undefined) return { type: 'explained', by: toExplanation(chosen, nowMs) };
  if (isUndecided(tx, causes, rule, nowMs)) return { type: 'undecided' };
  const recent = toRecent(tx, causes, groups, settleMs, nowMs);
  if (recent === undefined) return { type: 'unexplained' };
  const untilMs = (recent.cause.returnedAtMs ?? nowMs) + settleMs;
  return { type: 'aftermath', by: toExplanation(recent, nowMs), untilMs };
}

function toExplanation({ cause, upstream }: ActiveCause, nowMs: number): Explanation {
  const { id, key, text, equipmentName } = cause;
  return { occurrence: id, key, upstream, text, equipmentName, atMs: nowMs };
}

/**
 * The cause that went last, if it went within the settle time and people could see it: what it did takes time to mend.
 * One that went in the future went before the wall clock was set back; how long ago, nobody knows.
 */
function toRecent(
  tx: Tentative,
  causes: Causes,
  groups: readonly CauseGroup[],
  settleMs: number,
  nowMs: number,
): ActiveCause | undefined {
  const recent = groups.flatMap(({ upstream, rules }) =>
    rules.flatMap((rule): ActiveCause[] => {
      const cause = tx.returned(rule.key);
      const agoMs = nowMs - (cause?.returnedAtMs ?? Number.NEGATIVE_INFINITY);
      if (cause === null || agoMs < 0 || agoMs >= settleMs) return [];
      return isKnown(tx, causes, cause, new Set()) ? [{ upstream, cause }] : [];
    }),
  );
  return recent.sort((a, b) => (b.cause.returnedAtMs ?? 0) - (a.cause.returnedAtMs ?? 0))[0];
}

/** The open ticket that stands for the alarm: its own, else that of the nearest cause that has one. */
export function toStandingTicket(tx: Tentative, occurrence: Occurrence): Ticket | null {
  const seen = new Set<OccurrenceId>();
  let next: Occurrence | null = occurrence;
  while (next !== null && !seen.has(next.id)) {
    seen.add(next.id);
    const ticket = toOpenTicket(tx, next);
    if (ticket !== null) return ticket;
    next = next.explainedBy === null ? null : tx.occurrenceById(next.explainedBy.occurrence);
  }
  return null;
}

export function toOpenTicket(tx: Tentative, { ticket }: Occurrence): Ticket | null {
  const found = ticket === null ? null : tx.ticket(ticket);
  return found !== null && isTicketOpen(found) ? found : null;
}

interface ActiveCause {
  readonly upstream: Upstream;
  readonly cause: Occurrence;
}

/**
 * Causes whose condition holds now: one that is only latched, or held because it chatters, has gone. A cause that nobody can
 * judge is none: blindness must not hide what follows from it.
 */
function toActive(tx: Tentative, groups: readonly CauseGroup[]): readonly ActiveCause[] {
  return groups.flatMap(({ upstream, rules }) =>
    rules.flatMap((rule) => {
      const cause = tx.occurrence(rule.key);
      return cause !== null && isLive(cause) ? [{ upstream, cause }] : [];
    }),
  );
}

function isLive({ isActive, returnedAtMs, blindSinceMs }: Occurrence): boolean {
  return isActive && returnedAtMs === null && blindSinceMs === null;
}

/**
 * Somebody is, or has been, told to act on it: an open ticket (its own or its storm's), an acknowledgement, a rule that is
 * only meant to be listed, or a cause of its own of which that is true. What is shelved, out of service or suppressed by design is
 * in sight only while a ticket is open for it. @param seen causes on the way, against circles across media
 */
function isVisible(
  tx: Tentative,
  causes: Causes,
  cause: Occurrence,
  seen: ReadonlySet<OccurrenceId> = new Set(),
): boolean {
  return isLive(cause) && isKnown(tx, causes, cause, seen);
}

/** What `isVisible` asks beside that the cause is active. */
function isKnown(tx: Tentative, causes: Causes, cause: Occurrence, seen: ReadonlySet<OccurrenceId>): boolean {
  if (seen.has(cause.id)) return false;
  const rule = causes.rule(cause.key);
  if (rule === null) return false;
  if (toOpenTicket(tx, cause) !== null) return true;
  if (isSetAside(cause)) return false;
  if (!rule.opensTicket || cause.acknowledged !== null) return true;
  const above = cause.explainedBy === null ? null : tx.occurrenceById(cause.explainedBy.occurrence);
  return above !== null && isVisible(tx, causes, above, new Set([...seen, cause.id]));
}

/** Whether a cause is active whose own wait still runs; ends with that wait, also in a circle. */
function isUndecided(
  tx: Tentative,
  causes: Causes,
  rule: RuleDef,
  nowMs: number,
  seen: ReadonlySet<OccurrenceId> = new Set(),
): boolean {
  return toActive(tx, causes.of(rule)).some(({ cause }) => {
    const own = causes.rule(cause.key);
    if (own === null || !isHeld(cause) || seen.has(cause.id)) return false;
    if (cause.ticketDueAtMs !== null && cause.ticketDueAtMs > nowMs) return true;
    return isUndecided(tx, causes, own, nowMs, new Set([...seen, cause.id]));
  });
}
