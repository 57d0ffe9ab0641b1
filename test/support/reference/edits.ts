/**
 * Reference of rules that change while alarms are on (alarms.md B3).
 *
 * Choices where the text leaves one:
 * - reading of the text: what the changed rule says goes through its delays (condition.ts). An active occurrence continues
 *   under the changed rule from the first TRUE; if it returns before, it ends as `rule-changed`, even while it is held. One in
 *   D, or latched and returned, waits on for its acknowledgement.
 * - reading of the text: a return that is held for chatter counts as "now FALSE": it ends, unless the rule is TRUE.
 * - reading of the text: a removed rule ends any open occurrence; shelf and permit stay and run out. Commands to it: `not-found`.
 *   Brought back it is judged anew by the last sample.
 */
import type { EndReason } from '../../../src/core/alarm.ts';
import type { Severity } from '../../../src/core/severity.ts';
import type { Condition } from '../../../src/rules/rule.ts';
import * as condition from './condition.ts';
import { end } from './ending.ts';
import { endOutdated, followSeverity, onEdges, takeOver } from './life.ts';
import type { ReferenceRule, ScriptInput } from './script.ts';
import type { Alarm, Site } from './site.ts';

export function edit(
  site: Site,
  alarm: Alarm,
  input: Extract<ScriptInput, { type: 'edit' | 'edit-limits' }>,
): void {
  if (input.type === 'edit' && (input.to === 'removed' || input.to === 'source-removed')) {
    return remove(site, alarm, input.to === 'removed' ? 'rule-removed' : 'source-removed');
  }
  alarm.isRemoved = false;
  const edited = input.type === 'edit' ? { truth: input.to } : toEditedTruth(alarm, input.by);
  const { truth } = edited;
  const { occurrence, condition: state } = alarm;
  if (occurrence?.isActive === true) occurrence.isOutdated = true;
  condition.setGrade(state, null);
  if ('severity' in edited && truth === 'true') state.severity = edited.severity;
  onEdges(
    site,
    alarm,
    condition.reEvaluate(state, alarm.rule, truth === 'true' ? 'true' : 'false', site.wallMs),
  );
  if (truth === 'true' && condition.isKnown(state)) state.isGraded = true;
  if (occurrence?.isOutdated !== true || alarm.occurrence !== occurrence) return;
  if (condition.isKnown(state) && state.lastGood === 'true') {
    takeOver(site, alarm, occurrence);
    if (state.isOn) followSeverity(site, alarm, state.severity);
  } else if (alarm.chatter !== null && alarm.chatter.quietMs !== null) endOutdated(site, alarm);
}

export function toEditedTruth(alarm: Alarm, by: number): Edited {
  const limits = Object.entries(alarm.rule.limits).map(([name, each]) => [
    name,
    { ...each, limit: each.limit + by },
  ]);
  alarm.rule = { ...alarm.rule, limits: Object.fromEntries(limits) as ReferenceRule['limits'] };
  const { lastGood, severity, isOn } = alarm.condition;
  if (!isOn) alarm.passed.clear();
  if (alarm.lastReading === null) return { truth: lastGood ?? 'unknown', severity };
  const edited = condition.judgeReading(alarm.rule, alarm.passed, alarm.lastReading);
  // What is not said now is no memory.
  if (!isOn && !condition.isKnown(alarm.condition)) alarm.passed.clear();
  return edited;
}

interface Edited {
  readonly truth: Condition;
  readonly severity: Severity;
}

export function remove(site: Site, alarm: Alarm, reason: EndReason): void {
  alarm.isRemoved = true;
  alarm.passed.clear();
  Object.assign(alarm.condition, { isOn: false, pendingMs: null, clearingMs: null, isBlind: false });
  condition.setGrade(alarm.condition, null);
  if (alarm.occurrence === null) return;
  end(site, alarm, reason);
}
