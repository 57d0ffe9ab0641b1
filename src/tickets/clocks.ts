/**
 * The running clocks of a ticket: start, stop, warning, breach. Limits come from the policy; times are UTC ms.
 *
 * | clock    | starts                    | stops                         |
 * | record   | receipt (alarm: raise)    | recorded                      |
 * | dispatch | recorded                  | read back by the assignee     |
 * | arrival  | receipt                   | on site                       |
 * | repair   | recorded, again at rework | handling done                 |
 * | visit    | accepted                  | return visit made             |
 */
import type { Policy } from '../config/policy.ts';
import type { ClockId, Priority, TicketClock } from '../core/ticket.ts';

export type Clocks = readonly TicketClock[];

/**
 * Starts a clock where the policy gives it a limit for this priority. At rework it starts again as a new row:
 * the stopped clock of the earlier round stays, with its breach.
 */
export function startClock(
  clocks: Clocks,
  id: ClockId,
  atMs: number,
  policy: Policy,
  priority: Priority,
): Clocks {
  const limit = policy.clocks[id][priority];
  const others = clocks.filter((clock) => clock.id !== id || clock.stoppedAtMs !== null);
  if (limit === null) return others;
  return [
    ...others,
    {
      id,
      startedAtMs: atMs,
      warnAtMs: atMs + limit.limitMs * limit.warnRatio,
      dueAtMs: atMs + limit.limitMs,
      stoppedAtMs: null,
      warnedAtMs: null,
      breachedAtMs: null,
    },
  ];
}

/**
 * Stops running clocks. A clock that is past its limit and that the sweep has not seen yet is marked breached
 * here, so that stopping late can never hide a breach.
 */
export function stopClocks(clocks: Clocks, ids: readonly ClockId[], atMs: number): Clocks {
  return clocks.map((clock) => {
    if (clock.stoppedAtMs !== null || !ids.includes(clock.id)) return clock;
    const breachedAtMs = clock.breachedAtMs ?? (atMs > clock.dueAtMs ? atMs : null);
    return { ...clock, stoppedAtMs: Math.max(atMs, clock.startedAtMs), breachedAtMs };
  });
}

export function isRunning(clocks: Clocks, id: ClockId): boolean {
  return clocks.some((clock) => clock.id === id && clock.stoppedAtMs === null);
}

/** Marks warnings and breaches that are due; returns which clocks passed which line. */
export function sweepClocks(
  clocks: Clocks,
  atMs: number,
): { clocks: Clocks; warned: ClockId[]; breached: ClockId[] } {
  const warned: ClockId[] = [];
  const breached: ClockId[] = [];
  const swept = clocks.map((clock) => {
    if (clock.stoppedAtMs !== null) return clock;
    if (clock.breachedAtMs === null && atMs >= clock.dueAtMs) {
      breached.push(clock.id);
      return { ...clock, warnedAtMs: clock.warnedAtMs ?? atMs, breachedAtMs: atMs };
    }
    if (clock.warnedAtMs === null && atMs >= clock.warnAtMs) {
      warned.push(clock.id);
      return { ...clock, warnedAtMs: atMs };
    }
    return clock;
  });
  return { clocks: swept, warned, breached };
}

/** Next moment at which `sweepClocks` has something to say; Infinity when no clock runs. */
export function nextDueMs(clocks: Clocks): number {
  let next = Number.POSITIVE_INFINITY;
  for (const clock of clocks) {
    if (clock.stoppedAtMs !== null || clock.breachedAtMs !== null) continue;
    next = Math.min(next, clock.warnedAtMs === null ? clock.warnAtMs : clock.dueAtMs);
  }
  return next;
}

/** After a raise of priority: the stricter of the old and the new limit; a deadline never moves back. */
export function tightenClocks(clocks: Clocks, policy: Policy, priority: Priority): Clocks {
  return clocks.map((clock) => {
    const limit = policy.clocks[clock.id][priority];
    if (clock.stoppedAtMs !== null || limit === null) return clock;
    return {
      ...clock,
      warnAtMs: Math.min(clock.warnAtMs, clock.startedAtMs + limit.limitMs * limit.warnRatio),
      dueAtMs: Math.min(clock.dueAtMs, clock.startedAtMs + limit.limitMs),
    };
  });
}

/** Re-anchors running clocks after a step of the wall clock, so that the time left stays what it was. */
export function moveClocks(clocks: Clocks, stepMs: number): Clocks {
  return clocks.map((clock) =>
    clock.stoppedAtMs !== null
      ? clock
      : {
          ...clock,
          startedAtMs: clock.startedAtMs + stepMs,
          warnAtMs: clock.warnAtMs + stepMs,
          dueAtMs: clock.dueAtMs + stepMs,
        },
  );
}
