/** What time alone brings in a round, in its order: of alarms, of what people have decided about them, of tickets, of incidents and feedback. */
import type { Now } from '../core/clock.ts';
import type { TicketId } from '../core/ids.ts';
import { settleCalls } from './calls.ts';
import { sweepHolds } from './carry.ts';
import type { DecisionContext } from './context.ts';
import { sweepControls } from './controls.ts';
import { sweepDrills } from './drills.ts';
import { sweepFeedbacks } from './feedback.ts';
import { sweepIncidents } from './incidents.ts';
import { sweepTickets } from './round.ts';
import { sweepAlarms } from './sweep.ts';
import type { Tentative } from './tentative.ts';

/**
 * What people have decided ends before what follows from it is looked at; tickets come last.
 * @returns tickets that time has moved
 */
export function sweepAll(tx: Tentative, context: DecisionContext, now: Now): readonly TicketId[] {
  context.governor.sweep(tx, context);
  sweepControls(tx, context, now.wallMs);
  sweepDrills(tx, context, now.wallMs);
  sweepAlarms(tx, context, now.wallMs);
  sweepHolds(tx, context, context.isReading, now.wallMs);
  settleCalls(tx, context, now.wallMs);
  const swept = sweepTickets(tx, context, now);
  sweepIncidents(tx, context, now.wallMs);
  sweepFeedbacks(tx, context, now.wallMs);
  return swept;
}
