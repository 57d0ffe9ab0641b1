/** What time alone brings to open alarms: hours that begin and end, chatter that falls silent, re-alarms. The gravest first. */
import { isAnnunciated } from '../alarms/annunciation.ts';
import { isQuiet } from '../alarms/chatter.ts';
import { moveTimers } from '../alarms/clock-step.ts';
import { stepReAlarm, toReAlarmMs } from '../alarms/re-alarm.ts';
import { type AlarmStep, stepSuppression, toReturned } from '../alarms/step.ts';
import type { RuleDef } from '../config/model.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { ClockStep } from '../core/clock-step.ts';
import type { AlarmKey } from '../core/ids.ts';
import { compareSeverity } from '../core/severity.ts';
import { applyAlarmStep } from './carry.ts';
import type { DecisionContext } from './context.ts';
import { endShelfWith } from './level.ts';
import { toDesignSuppression } from './suppression.ts';
import type { Tentative } from './tentative.ts';

export function sweepAlarms(tx: Tentative, context: DecisionContext, nowMs: number): void {
  const open = [...tx.open()].sort((a, b) => compareSeverity(b.severity, a.severity));
  for (const { key } of open) {
    const rule = context.causes.rule(key);
    if (rule === null) continue;
    for (const step of [sweepSuppression, sweepChatter, sweepReAlarm])
      lookAt(tx, context, key, (occurrence) => step(tx, context, occurrence, rule, nowMs), nowMs);
  }
}

/** After a step of the wall clock, like the clocks of tickets: whatever waits, and the aftermath of a cause that has just gone. */
export function moveAlarms(tx: Tentative, context: DecisionContext, step: ClockStep): void {
  const { stepMs: clockStepMs } = step;
  if (clockStepMs === 0) return;
  for (const occurrence of tx.open()) {
    const moved = moveAftermath(context, moveTimers(occurrence, step), clockStepMs);
    if (moved !== occurrence) tx.putOccurrence(moved, []);
  }
  const { returned } = tx.recentPast((key) => isCause(context, key));
  for (const occurrence of returned.values()) {
    const moved = moveAftermath(context, occurrence, clockStepMs);
    if (moved !== occurrence) tx.putOccurrence(moved, []);
  }
}

/** What follows from a cause is looked for by how long it has been gone (alarms.md B7, hold-off). */
function moveAftermath(context: DecisionContext, occurrence: Occurrence, stepMs: number): Occurrence {
  const { isActive, returnedAtMs, key } = occurrence;
  if (isActive || returnedAtMs === null || !isCause(context, key)) return occurrence;
  const goneMs = context.now.wallMs - stepMs - returnedAtMs;
  const isOver = goneMs < 0 || goneMs >= context.model.policy.explain.settleMs;
  return isOver ? occurrence : { ...occurrence, returnedAtMs: returnedAtMs + stepMs };
}

function isCause({ causes }: DecisionContext, key: AlarmKey): boolean {
  const rule = causes.rule(key);
  return rule !== null && causes.effects(rule).length > 0;
}

function lookAt(
  tx: Tentative,
  context: DecisionContext,
  key: AlarmKey,
  look: (occurrence: Occurrence) => AlarmStep | null,
  nowMs: number,
): void {
  const occurrence = tx.occurrence(key);
  const step = occurrence && look(occurrence);
  if (step === null) return;
  applyAlarmStep(tx, context, step, nowMs);
  endShelfWith(tx, context, occurrence, step, nowMs);
}

function sweepSuppression(
  _tx: Tentative,
  context: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): AlarmStep | null {
  const isFree = rule.calendar === null && rule.expectedWhen === null && occurrence.suppression === null;
  return isFree ? null : stepSuppression(occurrence, toDesignSuppression(context, rule, occurrence), nowMs);
}

/** Quiet for as long as its hold, and the condition is FALSE: not while it cannot be judged, or is TRUE and only waits for its delay. */
function sweepChatter(
  _tx: Tentative,
  { rules }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): AlarmStep | null {
  const { condition, isActive } = rules.state(rule.index).delay;
  if (!isQuiet(occurrence, nowMs) || isActive || condition !== 'false') return null;
  const calm: Occurrence = { ...occurrence, chatter: null };
  const quietSinceMs = occurrence.returnedAtMs ?? nowMs;
  const { next, types } = toReturned(calm, rule.isLatching, quietSinceMs, nowMs);
  return {
    occurrence: next,
    events: [
      { type: 'chatter-ended', atMs: nowMs, occurrence: calm },
      ...types.map((type) => ({ type, atMs: nowMs, occurrence: next })),
    ],
  };
}

function sweepReAlarm(
  tx: Tentative,
  { model, governor }: DecisionContext,
  occurrence: Occurrence,
  rule: RuleDef,
  nowMs: number,
): AlarmStep | null {
  if (occurrence.reAlarmDueAtMs === null || !isAnnunciated(occurrence)) return null;
  const { alarms } = model.policy;
  const ms = toReAlarmMs(rule.reAlarmMs, occurrence.severity, alarms);
  const isHeld = governor.holdsReAlarm(tx, occurrence);
  return stepReAlarm(occurrence, ms, alarms.reAlarmEscalateAt, isHeld, nowMs);
}
