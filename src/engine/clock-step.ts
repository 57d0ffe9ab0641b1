/** After a start or a step of the wall clock: what keeps its time left over it. How far it was set is wall-clock.ts. */
import type { Now } from '../core/clock.ts';
import type { ClockStep } from '../core/clock-step.ts';
import type { RuleMemoryRow, WriteBatch } from '../store/store.ts';
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

/** Before anything else is decided: whatever waits keeps its time left. */
export function moveAll(tx: Tentative, context: DecisionContext, step: ClockStep, now: Now): void {
  moveTickets(tx, context, step, now);
  pauseRepairs(tx, context, step.stepMs);
  moveControls(tx, step);
  moveDrills(tx, step, now.wallMs);
  moveIncidents(tx, step);
  moveMessages(tx, context, step.stepMs, now.wallMs);
  moveFeedbacks(tx, context, step, now.wallMs);
  moveAlarms(tx, context, step);
  // The flood's row is in wall time.
  if (step.stepMs !== 0) tx.putGoverning({ ...tx.governing });
}

/** Whether anything is open that time is counted of: then what the wall shows is stored (`WALL_SAVE_MS`). */
export function isCounting(tx: Tentative): boolean {
  const { service } = tx;
  return [tx.tickets(), tx.controls(), tx.drills(), service.incidents(), service.feedbacks()].some((all) =>
    [...all].some(() => true),
  );
}

/** What the wall shows goes with everything that is stored. @param isDue also by itself */
export function withRow(batch: WriteBatch | null, row: RuleMemoryRow, isDue: boolean): WriteBatch | null {
  if (batch === null && !isDue) return null;
  return { writes: [...(batch?.writes ?? []), { type: 'rule-memories', memories: [row] }] };
}
