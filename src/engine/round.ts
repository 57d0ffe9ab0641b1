/**
 * One round of decisions on tentative state: what the rules say, what people command, what time brings.
 * Waits for nothing and announces nothing; engine.ts commits and publishes.
 */

import type { Sight } from '../alarms/figures/blind-time.ts';
import type { RuleDef } from '../config/model.ts';
import type { AlarmControlEvent, AlarmEvent, StormEvent } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { Now } from '../core/clock.ts';
import type { ClockStep } from '../core/clock-step.ts';
import { RiserError } from '../core/errors.ts';
import type { TicketId } from '../core/ids.ts';
import type { Message } from '../core/message.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { Evaluator, RuleChange, SavedMemory } from '../rules/evaluator.ts';
import { toMemoryKey } from '../rules/replace.ts';
import type { JsonValue } from '../rules/rule.ts';
import type { RunningDelay } from '../rules/rule-state.ts';
import type { DelayRow, RuleMemoryRow, WriteBatch } from '../store/store.ts';
import { moveTicketClocks, toSweepDueMs } from '../tickets/sweep.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { decideCommand } from './decide.ts';
import { decideLevel } from './level.ts';
import { sweepRepairWatch } from './repair-watch.ts';
import { sweepWithReport } from './reports.ts';
import type { Tentative } from './tentative.ts';
import { followSights, sweepSights } from './ticket-sights.ts';

/** One round, decided and not yet stored. Exactly one of `settle` and `fail` is called, before the next round. */
export interface Round {
  /** null when there is nothing to store. */
  readonly batch: WriteBatch | null;
  readonly alarmEvents: readonly AlarmEvent[];
  readonly ticketEvents: readonly TicketEvent[];
  /** What was decided about alarms, with or without an open occurrence. */
  readonly controlEvents: readonly AlarmControlEvent[];
  readonly stormEvents: readonly StormEvent[];
  readonly incidentEvents: readonly IncidentEvent[];
  /** Messages that are new or changed: what the sender goes by. */
  readonly messages: readonly Message[];
  /** Rules without an open occurrence that can be judged no more, or again. */
  readonly sights: readonly Sight[];
  /** Tickets that time alone has moved: what a contradiction of the store may come from. */
  readonly swept: readonly TicketId[];
  /** It is stored: memory takes over, commands are answered. */
  settle(): void;
  /** It is not: memory stays, commands are refused, changes of rules wait for the next round. */
  fail(error: RiserError): void;
}

/** Of a round that only saves. */
export const UNTOLD = {
  alarmEvents: [],
  ticketEvents: [],
  controlEvents: [],
  stormEvents: [],
  incidentEvents: [],
  messages: [],
  sights: [],
  swept: [],
} satisfies Partial<Round>;

/** A command that waits for its answer. */
export interface WaitingCommand {
  readonly command: Command;
  /** Tickets that it is about and that were not in memory, as they are stored. */
  readonly called: readonly Ticket[];
  readonly resolve: (outcome: CommandOutcome) => void;
  readonly reject: (error: Error) => void;
}

/** The answer to a command, given once the round is committed (`settle`) or has failed (`fail`). */
export interface Answer {
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
}

export function failAll(answers: readonly Answer[], error: RiserError): void {
  for (const answer of answers) answer.fail(error);
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
  followSights(
    tx,
    context,
    rules,
    changed.map(({ def }) => def),
    now.wallMs,
  );
}

/** Each command by itself: a refused one leaves no trace and does not touch the others. */
export function decideCommands(
  tx: Tentative,
  context: DecisionContext,
  waiting: readonly WaitingCommand[],
  now: Now,
): readonly Answer[] {
  return waiting.map(({ command, resolve, reject }) => {
    const takeBack = tx.saveCounters();
    try {
      const outcome = decideCommand(tx, context, command, now.wallMs);
      return { settle: () => resolve(outcome), fail: reject };
    } catch (error) {
      if (!(error instanceof RiserError)) throw error;
      takeBack();
      return { settle: () => reject(error), fail: reject };
    }
  });
}

/** After a step of the wall clock, before anything else is decided: the time left on running clocks stays. */
export function moveTickets(tx: Tentative, { policyOf }: DecisionContext, step: ClockStep, now: Now): void {
  if (step.stepMs === 0) return;
  for (const ticket of tx.tickets()) {
    const policy = policyOf(ticket);
    // A closed one may still be opened again.
    const isOver = !isTicketOpen(ticket) && ticket.stage !== 'closed';
    if (isOver && toSweepDueMs(ticket, policy) === Number.POSITIVE_INFINITY) continue;
    const moved = moveTicketClocks(ticket, step.stepMs, policy, now.wallMs, step.offline);
    tx.putTicket(moved.ticket, moved.events);
  }
}

/**
 * What is due of tickets: warnings, breaches, the ladder, ends of waits and proofs; before that, what can be seen again.
 * @returns those of which something was
 */
export function sweepTickets(tx: Tentative, context: DecisionContext, now: Now): readonly TicketId[] {
  sweepSights(tx, context, now.wallMs);
  sweepRepairWatch(tx, context);
  const moved: TicketId[] = [];
  for (const ticket of context.aside.pick(tx.dueTickets(now.wallMs))) {
    const swept = sweepWithReport(tx, context, ticket, now.wallMs);
    if (swept === null) continue;
    tx.putTicket(swept.ticket, swept.events);
    moved.push(ticket.id);
  }
  return moved;
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
