/** A step of the wall clock (alarms.md B8 no. 3): whatever an occurrence waits for keeps its time left. Pure. */
import type { Occurrence } from '../core/alarm.ts';
import { type ClockStep, toMoveMs } from '../core/clock-step.ts';
import { moveHold } from './explain.ts';
import { moveShelf } from './shelve.ts';

/** Returns `occurrence` itself when it waits for nothing. The end of a work permit is a date, not a time left: it stays. */
export function moveTimers(occurrence: Occurrence, step: ClockStep): Occurrence {
  const { stepMs } = step;
  const { reAlarmDueAtMs, shelf, chatter, isActive, returnedAtMs, blindSinceMs } = occurrence;
  const quietSinceMs = chatter !== null && isActive ? returnedAtMs : null;
  const held = moveHold(occurrence, stepMs);
  if (reAlarmDueAtMs === null && shelf === null && quietSinceMs === null) return held;
  return {
    ...held,
    reAlarmDueAtMs: reAlarmDueAtMs === null ? null : reAlarmDueAtMs + stepMs,
    shelf: shelf && moveShelf(shelf, toMoveMs(step, shelf.atMs)),
    returnedAtMs: quietSinceMs === null ? returnedAtMs : quietSinceMs + stepMs,
    // The hold stands still for as long.
    blindSinceMs: quietSinceMs === null || blindSinceMs === null ? blindSinceMs : blindSinceMs + stepMs,
  };
}
