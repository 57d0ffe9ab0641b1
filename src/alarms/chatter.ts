/**
 * Chatter hold (alarms.md B7): an alarm that raises again and again becomes one occurrence with a count, whose return is
 * held until it has been quiet. While the hold runs it stays active and `returnedAtMs` says since when it is quiet. Pure.
 *
 *   raises ≥ n in the window ─▶ chattering ─condition gone─▶ quiet ──held for holdMs──▶ returned
 *                                   ▲                          │
 *                                   └── raised inside: count + 1, holdMs × factor, up to the cap
 */
import type { AlarmTimes } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';

type ChatterTimes = AlarmTimes['chatter'];

/** Whether an occurrence has begun to chatter with these raises. @param raisesMs times of its last raises, monotonic */
export function isChatter(occurrence: Occurrence, raisesMs: readonly number[], times: ChatterTimes): boolean {
  const { chatter, severity, isActive } = occurrence;
  return chatter === null && isActive && severity !== 'life-safety' && raisesMs.length >= times.raises;
}

/** The first hold: the rule's off-delay, but no shorter than what chatter is measured by. */
export function beginChatter(
  occurrence: Occurrence,
  raises: number,
  sinceMs: number,
  offDelayMs: number,
  times: ChatterTimes,
): Occurrence {
  const holdMs = Math.min(times.capMs, Math.max(offDelayMs, times.withinMs));
  return { ...occurrence, chatter: { sinceMs, holdMs, raises } };
}

/** Whether the return of the alarm is held rather than told. */
export function isHeldByChatter({ chatter, severity }: Occurrence): boolean {
  return chatter !== null && severity !== 'life-safety';
}

/** Its return is held at this moment. */
export function isHolding({ chatter, returnedAtMs, isActive }: Occurrence): boolean {
  return chatter !== null && returnedAtMs !== null && isActive;
}

/** After a start nobody knows whether it was quiet until now: the hold begins anew, its growth stays. */
export function beginHoldAnew(occurrence: Occurrence, nowMs: number): Occurrence {
  return isHolding(occurrence) ? { ...occurrence, returnedAtMs: nowMs } : occurrence;
}

/** The condition is gone: quiet since now, unless it is already. */
export function holdReturn(occurrence: Occurrence, nowMs: number): Occurrence {
  return occurrence.returnedAtMs === null ? { ...occurrence, returnedAtMs: nowMs } : occurrence;
}

/** The condition can be judged again: nobody knows whether it was quiet meanwhile, so the hold has stood still. */
export function resumeHold(occurrence: Occurrence, blindSinceMs: number, nowMs: number): Occurrence {
  const { chatter, isActive, returnedAtMs } = occurrence;
  if (chatter === null || !isActive || returnedAtMs === null) return occurrence;
  const blindMs = Math.max(0, nowMs - blindSinceMs);
  return { ...occurrence, returnedAtMs: Math.min(nowMs, returnedAtMs + blindMs) };
}

/** The condition is back before the hold has ended: counted, not told. */
export function raiseInside(occurrence: Occurrence, times: ChatterTimes): Occurrence {
  const { chatter, returnedAtMs } = occurrence;
  if (chatter === null || returnedAtMs === null) return occurrence;
  const holdMs = Math.min(times.capMs, chatter.holdMs * times.factor);
  return {
    ...occurrence,
    returnedAtMs: null,
    count: occurrence.count + 1,
    chatter: { ...chatter, holdMs, raises: chatter.raises + 1 },
  };
}

/** Whether the alarm has been quiet for its hold. A time in the future is one before the wall clock was set back. */
export function isQuiet({ chatter, returnedAtMs, isActive }: Occurrence, nowMs: number): boolean {
  if (chatter === null || returnedAtMs === null || !isActive) return false;
  return nowMs - returnedAtMs >= chatter.holdMs;
}
