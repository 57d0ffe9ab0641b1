/**
 * One round of decisions on tentative state: what the rules say, what people command, what time brings.
 * Waits for nothing and announces nothing; engine.ts commits and publishes.
 */

import { endAlarm } from '../alarms/step.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { Now } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import { isTicketOpen } from '../core/ticket.ts';
import type { Evaluator } from '../rules/evaluator.ts';
import type { DelayRow } from '../store/store.ts';
import { moveTicketClocks, sweepTicket } from '../tickets/step.ts';
import type { Command, CommandOutcome } from './commands.ts';
import { applyAlarmStep, type DecisionContext, decideCommand, decideLevel } from './decide.ts';
import { toAlarmLevel } from './register.ts';
import type { Tentative } from './tentative.ts';

/** A command that waits for its answer. */
export interface WaitingCommand {
  readonly command: Command;
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** The answer to a command, given once the round is committed (`settle`) or has failed (`fail`). */
export interface Answer {
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

/** Rules whose output changed against the open occurrences of the tentative state. */
export function decideRules(
  tx: Tentative,
  context: DecisionContext,
  rules: Evaluator,
  changed: readonly number[],
  now: Now,
): void {
  for (const index of changed) {
    const output = rules.output(index);
    if (!output.delay.isActive && tx.occurrence(output.rule.key) === null) continue;
    decideLevel(tx, context, output.rule, toAlarmLevel(context.model, output, now), now.wallMs);
  }
}

/** Occurrences whose rule is no longer in the model: they end, but nobody is told that they recovered. */
export function endOrphans(
  tx: Tentative,
  context: DecisionContext,
  orphans: readonly Occurrence[],
  now: Now,
): void {
  for (const orphan of orphans) {
    const reason = context.model.equipment.has(orphan.equipment) ? 'rule-removed' : 'source-removed';
    applyAlarmStep(tx, context, endAlarm(orphan, reason, now.wallMs), null, now.wallMs);
  }
}

/** Each command by itself: a refused one leaves no trace and does not touch the others. */
export function decideCommands(
  tx: Tentative,
  context: DecisionContext,
  waiting: readonly WaitingCommand[],
  now: Now,
): readonly Answer[] {
  return waiting.map(({ command, resolve, reject }) => {
    try {
      const outcome = decideCommand(tx, context, command, now.wallMs);
      return { settle: () => resolve(outcome), fail: reject };
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      return { settle: () => reject(error), fail: reject };
    }
  });
}

/** Clocks of open tickets: warnings and breaches that are due, and the step of the wall clock, if any. */
export function sweepTickets(tx: Tentative, clockStepMs: number, now: Now): void {
  for (const ticket of tx.tickets()) {
    if (!isTicketOpen(ticket)) continue;
    const moved = clockStepMs === 0 ? null : moveTicketClocks(ticket, clockStepMs, now.wallMs);
    if (moved !== null) tx.putTicket(moved.ticket, moved.events);
    const swept = sweepTicket(moved?.ticket ?? ticket, now.wallMs);
    if (swept !== null) tx.putTicket(swept.ticket, swept.events);
  }
}

/** Running delays as rows, so that a restart neither loses nor lengthens them. */
export function toDelayRows(rules: Evaluator, now: Now): readonly DelayRow[] {
  return rules.running(now).map(({ rule, delay, elapsedMs }) => ({
    key: rule.key,
    ruleVersion: rule.version,
    elapsedMs,
    direction: delay.timer?.direction ?? 'on',
    goodSamples: delay.timer?.goodSamples ?? 0,
    onsetAtMs: delay.onsetAtMs ?? now.wallMs,
  }));
}
