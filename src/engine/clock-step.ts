/** Steps of the wall clock: how far it was set, and what keeps its time left over it. */
import type { Now } from '../core/clock.ts';
import { LIMITS } from '../core/limits.ts';
import type { DecisionContext } from './context.ts';
import { moveControls } from './controls.ts';
import { moveDrills } from './drills.ts';
import { moveFeedbacks } from './feedback.ts';
import { moveIncidents } from './incidents.ts';
import { moveMessages } from './outbox.ts';
import { pauseRepairs } from './repair-watch.ts';
import { moveTickets } from './round.ts';
import { moveAlarms } from './sweep.ts';
import type { Tentative } from './tentative.ts';

/** Less than `LIMITS.clockStepMs` is the drift of a disciplined clock. @param offsetMs wall minus monotonic time as it was */
export function toStepMs(now: Now, offsetMs: number): number {
  const stepMs = now.wallMs - now.monoMs - offsetMs;
  return Math.abs(stepMs) > LIMITS.clockStepMs ? stepMs : 0;
}

/** After a start or a step of the wall clock, before anything else is decided: whatever waits keeps its time left. */
export function moveAll(tx: Tentative, context: DecisionContext, clockStepMs: number, now: Now): void {
  pauseRepairs(tx, context);
  moveTickets(tx, context, clockStepMs, now);
  moveControls(tx, clockStepMs);
  moveDrills(tx, clockStepMs);
  moveIncidents(tx, clockStepMs);
  moveMessages(tx, context, clockStepMs, now.wallMs);
  moveFeedbacks(tx, context, clockStepMs, now.wallMs);
  moveAlarms(tx, context, clockStepMs);
  // The flood's row is in wall time.
  if (clockStepMs !== 0) tx.putGoverning({ ...tx.governing });
}
