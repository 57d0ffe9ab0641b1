/**
 * What people decide about an alarm rather than about one occurrence: shelving, out of service. The commands, and what time
 * brings to them (alarms.md B8 no. 16: rows with an end and a sweep, no long timer).
 */
import { expireService, returnToService, takeOutOfService } from '../alarms/service.ts';
import {
  type ControlStep,
  endShelf,
  isReminderDue,
  moveShelf,
  noteReminder,
  shelveAlarm,
  toShelfEndMs,
  unshelveAlarm,
} from '../alarms/shelve.ts';
import type { AlarmControl, AlarmControlEvent } from '../core/alarm.ts';
import { type ClockStep, toMoveMs } from '../core/clock-step.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey } from '../core/ids.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import { applyAlarmStep } from './carry.ts';
import type { Command, CommandOutcome } from './commands.ts';
import type { DecisionContext } from './context.ts';
import { followLevel } from './level.ts';
import type { Tentative } from './tentative.ts';

export type ControlCommand = Extract<
  Command,
  { type: 'shelve-alarm' | 'unshelve-alarm' | 'take-out-of-service' | 'return-to-service' }
>;

/** @throws RiserError `not-found` for an alarm that the site does not have, and what alarms/ refuses with. */
export function decideControl(
  tx: Tentative,
  context: DecisionContext,
  command: ControlCommand,
  nowMs: number,
): CommandOutcome {
  const { key } = command;
  const control = tx.control(key) ?? createControl(context, key);
  applyControl(tx, context, toControlStep(tx, context, control, command, nowMs), nowMs);
  if (command.type === 'unshelve-alarm') followLevel(tx, context, key);
  const { shelf, outOfService } = tx.control(key) ?? control;
  const isEmpty = shelf === null && outOfService === null;
  return { occurrence: tx.occurrence(key), ticket: null, control: isEmpty ? null : tx.control(key) };
}

/**
 * Shelves and permits whose time is over, the gravest alarm first, and reminders of shelves that end soon: once each, also where
 * they became due while the gateway was down.
 */
export function sweepControls(tx: Tentative, context: DecisionContext, nowMs: number): void {
  const { alarms } = context.model.policy;
  const controls = [...tx.controls()].sort((a, b) =>
    compareSeverity(toSeverity(tx, context, b.key), toSeverity(tx, context, a.key)),
  );
  for (const { key } of controls) {
    expire(tx, context, key, nowMs);
    const control = tx.control(key);
    if (control?.shelf && isReminderDue(control.shelf, alarms.shelfReminderMs, nowMs))
      remind(tx, context, { ...control, shelf: noteReminder(control.shelf) }, nowMs);
  }
}

/** After a step of the wall clock: a shelf keeps its time left; a permit ends on its date. */
export function moveControls(tx: Tentative, step: ClockStep): void {
  if (step.stepMs === 0) return;
  for (const control of tx.controls()) {
    if (control.shelf === null) continue;
    tx.putControl(
      { ...control, shelf: moveShelf(control.shelf, toMoveMs(step, control.shelf.atMs)) },
      null,
      false,
    );
  }
}

function createControl({ causes }: DecisionContext, key: AlarmKey): AlarmControl {
  const rule = causes.rule(key);
  if (rule === null) throw new RiserError('not-found', { what: { zh: '告警', en: 'alarm' } });
  return { key, equipment: rule.equipment, rule: rule.id, shelf: null, outOfService: null };
}

function toControlStep(
  tx: Tentative,
  context: DecisionContext,
  control: AlarmControl,
  command: ControlCommand,
  nowMs: number,
): ControlStep {
  const open = tx.occurrence(control.key);
  switch (command.type) {
    case 'shelve-alarm': {
      const severity = toSeverity(tx, context, control.key);
      return shelveAlarm(control, open, command, severity, context.model.policy.alarms, nowMs);
    }
    case 'unshelve-alarm':
      return unshelveAlarm(control, open, command.by, command.note, nowMs);
    case 'take-out-of-service':
      return takeOutOfService(control, open, command, nowMs);
    case 'return-to-service':
      return returnToService(control, open, command.by, command.note, nowMs);
    default:
      return command satisfies never;
  }
}

function applyControl(
  tx: Tentative,
  context: DecisionContext,
  { control, event, step }: ControlStep,
  nowMs: number,
): void {
  tx.putControl(control, event, step !== null);
  if (step !== null) applyAlarmStep(tx, context, step, nowMs);
}

/** Of the open occurrence, else of the rule. */
function toSeverity(tx: Tentative, { causes }: DecisionContext, key: AlarmKey): Severity {
  return tx.occurrence(key)?.severity ?? causes.rule(key)?.severity ?? 'low';
}

function expire(tx: Tentative, context: DecisionContext, key: AlarmKey, nowMs: number): void {
  const shelved = tx.control(key);
  if (shelved?.shelf) {
    const severity = toSeverity(tx, context, key);
    const untilMs = toShelfEndMs(shelved.shelf, severity, context.model.policy.alarms, nowMs);
    if (untilMs <= nowMs) applyControl(tx, context, endShelf(shelved, tx.occurrence(key), nowMs), nowMs);
    else if (untilMs < shelved.shelf.untilMs) shorten(tx, shelved, untilMs);
  }
  const control = tx.control(key);
  if (control?.outOfService && control.outOfService.untilMs <= nowMs)
    applyControl(tx, context, expireService(control, tx.occurrence(key), nowMs), nowMs);
}

function shorten(tx: Tentative, control: AlarmControl, untilMs: number): void {
  const shelf = control.shelf && { ...control.shelf, untilMs };
  const open = tx.occurrence(control.key);
  tx.putControl({ ...control, shelf }, null, false);
  if (open !== null) tx.putOccurrence({ ...open, shelf }, []);
}

function remind(tx: Tentative, context: DecisionContext, control: AlarmControl, nowMs: number): void {
  const event: AlarmControlEvent = { type: 'shelf-reminder', atMs: nowMs, control };
  const open = tx.occurrence(control.key);
  const occurrence = open && { ...open, shelf: control.shelf };
  const step = occurrence && {
    occurrence,
    events: [{ type: event.type, atMs: nowMs, occurrence } as const],
  };
  applyControl(tx, context, { control, event, step }, nowMs);
}
