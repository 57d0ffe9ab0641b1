/**
 * One round of decisions on tentative state: what the rules say, what people command, what time brings.
 * Waits for nothing and announces nothing; engine.ts commits and publishes.
 */

import { endAlarm } from '../alarms/ending.ts';
import type { RuleDef } from '../config/model.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey } from '../core/ids.ts';
import { isTicketOpen } from '../core/ticket.ts';
import type { Evaluator, RuleChange, SavedMemory } from '../rules/evaluator.ts';
import { toMemoryKey } from '../rules/replace.ts';
import type { JsonValue } from '../rules/rule.ts';
import type { RunningDelay } from '../rules/rule-state.ts';
import type { DelayRow, RuleMemoryRow } from '../store/store.ts';
import { moveTicketClocks, sweepTicket } from '../tickets/step.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { decideCommand } from './decide.ts';
import { decideLevel } from './level.ts';
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

/**
 * Rules whose output changed, against the open occurrences: first what they have been since, then what they are.
 * Causes come before their effects, so that what fails together is explained at once.
 */
export function decideRules(
  tx: Tentative,
  context: DecisionContext,
  rules: Evaluator,
  changes: readonly RuleChange[],
  now: Now,
): void {
  const { model, causes } = context;
  const changed = changes.map((change) => ({
    ...change,
    def: defined(model.rules[change.rule], 'a changed rule'),
  }));
  changed.sort((a, b) => causes.rank(a.def) - causes.rank(b.def));
  for (const { rule: index, def: rule, trail } of changed) {
    for (const output of [trail.before, trail.dip, trail.after])
      if (output !== null && (output.delay.isActive || tx.occurrence(rule.key) !== null))
        decideLevel(tx, context, output, now);
    if (!rules.isActive(index) && tx.occurrence(rule.key) === null) continue;
    decideLevel(tx, context, rules.output(index), now);
  }
}

/** Alarms whose rule is no longer in the model, or is disabled: their occurrences end, but nobody is told that they recovered. */
export function endOrphans(
  tx: Tentative,
  context: DecisionContext,
  orphans: readonly AlarmKey[],
  now: Now,
): void {
  for (const key of orphans) {
    const orphan = tx.occurrence(key);
    if (orphan === null) continue;
    const reason = context.model.equipment.has(orphan.equipment) ? 'rule-removed' : 'source-removed';
    applyAlarmStep(tx, context, endAlarm(orphan, reason, now.wallMs), now.wallMs);
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

/** After a step of the wall clock, before anything else is decided: the time left on running clocks stays. */
export function moveTickets(tx: Tentative, clockStepMs: number, now: Now): void {
  if (clockStepMs === 0) return;
  for (const ticket of tx.tickets()) {
    if (!isTicketOpen(ticket)) continue;
    const moved = moveTicketClocks(ticket, clockStepMs, now.wallMs);
    tx.putTicket(moved.ticket, moved.events);
  }
}

/** Clocks of open tickets: warnings and breaches that are due. */
export function sweepTickets(tx: Tentative, now: Now): void {
  for (const ticket of tx.tickets()) {
    const swept = isTicketOpen(ticket) ? sweepTicket(ticket, now.wallMs) : null;
    if (swept !== null) tx.putTicket(swept.ticket, swept.events);
  }
}

/** Running delays as rows, so that a restart neither loses nor lengthens them. */
export function toDelayRows(running: readonly RunningDelay[], now: Now): readonly DelayRow[] {
  return running.map(({ rule, onsetAtMs, ...delay }) => ({
    ...delay,
    key: rule.key,
    ruleVersion: rule.version,
    onsetAtMs: onsetAtMs ?? now.wallMs,
  }));
}

/** What rule types remember, as rows: running hours and windows survive a restart, and a change of the rule. */
export function toMemoryRows(memories: readonly SavedMemory[], now: Now): readonly RuleMemoryRow[] {
  return memories.map(({ rule, of, memory }) => ({
    key: rule.key,
    ruleVersion: rule.version,
    savedAtMs: now.wallMs,
    memory: { of, memory } satisfies MemoryCell,
  }));
}

/** null where it is of something else. Rows of earlier versions say nothing of that: those of this version of the rule are. */
export function fromMemoryRow({ memory, ruleVersion }: RuleMemoryRow, rule: RuleDef): JsonValue | null {
  const cell = memory as Partial<MemoryCell> | null;
  if (typeof cell?.of === 'string') return cell.of === toMemoryKey(rule) ? (cell.memory ?? null) : null;
  return ruleVersion === rule.version ? (memory as JsonValue) : null;
}

/** A row's memory, and what it is of (`RuleMemory.key`). */
interface MemoryCell {
  readonly of: string;
  readonly memory: JsonValue;
}
