/**
 * Where a flood is governed: between "this alarm is annunciated" and "this alarm needs a ticket" (alarms.md B7). A governor
 * sees every event of an alarm in the order in which they were decided, and may attach the alarm to a storm, whose ticket
 * then carries it.
 */
import type { RuleDef } from '../config/model.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { OccurrenceId, StormId } from '../core/ids.ts';
import type { Ticket } from '../core/ticket.ts';
import type { DecisionContext } from './context.ts';
import type { Tentative } from './tentative.ts';

export interface Admission {
  /** The storm that the alarm belongs to from now on; null = none. Never that of life safety. */
  readonly storm: StormId | null;
  /** Told with the storm's next digest, not by itself. */
  readonly isDigest: boolean;
}

export interface FloodGovernor {
  /** Counts the event if it calls people. @param event with what hides its alarm now, once each */
  admit(tx: Tentative, context: DecisionContext, event: AlarmEvent): Admission;
  /** Whether the ticket is decided when the round knows all its alarms: it may be one of many. */
  defers(tx: Tentative, context: DecisionContext, occurrence: Occurrence, rule: RuleDef): boolean;
  /** The ticket of its storm that the alarm goes onto; null = it needs its own. */
  carrier(tx: Tentative, context: DecisionContext, occurrence: Occurrence, rule: RuleDef): Ticket | null;
  /** A ticket has been opened for the alarm. */
  noteOpened(
    tx: Tentative,
    context: DecisionContext,
    occurrence: Occurrence,
    rule: RuleDef,
    ticket: Ticket,
  ): void;
  /** The alarm that the storm going on follows from. */
  root(tx: Tentative): OccurrenceId | null;
  /** Whether a re-alarm of this one waits until the flood is over. */
  holdsReAlarm(tx: Tentative, occurrence: Occurrence): boolean;
  /** What time brings: the end of the flood, and digests. */
  sweep(tx: Tentative, context: DecisionContext): void;
  /** The last look of a round: what a restart has to know is saved. */
  conclude(tx: Tentative, context: DecisionContext): void;
}

/** Every alarm by itself. */
export const NO_GOVERNOR: FloodGovernor = {
  admit: (_tx, _context, { occurrence }) => ({ storm: occurrence.storm, isDigest: false }),
  defers: () => false,
  carrier: () => null,
  noteOpened: () => {},
  root: () => null,
  holdsReAlarm: () => false,
  sweep: () => {},
  conclude: () => {},
};
