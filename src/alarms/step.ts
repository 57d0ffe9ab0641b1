/**
 * The alarm's life cycle (alarms.md B1 rows 1–7, without a re-alarm timer): pure, level-driven. The rule says what
 * should be (`level` input); the step compares it with the open occurrence and makes the difference an event. So a
 * failed commit or a restart heals by itself: the same input meets the same occurrence again.
 *
 *   none ─active▶ B ─acknowledge▶ C ─returns▶ ended      B ─returns▶ D ─acknowledge▶ ended      D ─active▶ B (count+1)
 */
import type { AlarmEvent, AlarmEventType, EndReason, Evidence, Occurrence } from '../core/alarm.ts';
import { RiserError } from '../core/errors.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, RuleId, SiteId } from '../core/ids.ts';
import { compareSeverity, type Severity } from '../core/severity.ts';
import type { Text } from '../core/text.ts';

/** What the rule and the register say at this moment. */
export interface AlarmLevel {
  readonly key: AlarmKey;
  readonly site: SiteId;
  readonly equipment: EquipmentId;
  readonly rule: RuleId;
  readonly ruleVersion: string;
  readonly isActive: boolean;
  /** The condition is judged TRUE at this moment. Active without it: an off-delay runs, or nothing can be judged. */
  readonly isTrue: boolean;
  /** Since when the condition cannot be judged; null while it can (or not yet long enough to say so). */
  readonly blindSinceMs: number | null;
  readonly severity: Severity;
  readonly level: string | null;
  readonly onsetAtMs: number | null;
  readonly text: Text;
  readonly equipmentName: Text;
  readonly place: Text;
  readonly evidence: Evidence;
}

export interface AlarmStep {
  readonly occurrence: Occurrence | null;
  readonly events: readonly AlarmEvent[];
}

/** @param open the open occurrence of this key, null when there is none; @param newId used only for a raise */
export function stepAlarm(
  open: Occurrence | null,
  input: AlarmLevel,
  newId: () => OccurrenceId,
  nowMs: number,
): AlarmStep {
  if (open === null)
    return input.isActive && input.blindSinceMs === null
      ? raise(input, newId(), nowMs)
      : { occurrence: null, events: [] };
  const steps = [stepVersion, stepBlind, stepActive, stepSeverity];
  let occurrence = open;
  const events: AlarmEvent[] = [];
  for (const step of steps) {
    const { next, types } = step(occurrence, input, nowMs);
    occurrence = next;
    for (const type of types) events.push({ type, atMs: nowMs, occurrence });
  }
  return { occurrence, events };
}

/** @throws RiserError `alarm-ended`, `already-acknowledged`. */
export function acknowledgeAlarm(occurrence: Occurrence, by: string, note: string, nowMs: number): AlarmStep {
  if (occurrence.endedAtMs !== null) throw new RiserError('alarm-ended');
  if (occurrence.acknowledged !== null) {
    throw new RiserError('already-acknowledged', { by: occurrence.acknowledged.by });
  }
  const acknowledged: Occurrence = { ...occurrence, acknowledged: { by, atMs: nowMs, note } };
  const event: AlarmEvent = { type: 'acknowledged', atMs: nowMs, occurrence: acknowledged, by, note };
  if (acknowledged.isActive) return { occurrence: acknowledged, events: [event] };
  const ended = end(acknowledged, 'returned', nowMs);
  return { occurrence: ended, events: [event, { type: 'ended', atMs: nowMs, occurrence: ended, by }] };
}

/** The rule or its source is gone: ends the occurrence without ever saying "recovered" (alarms.md B3). */
export function endAlarm(occurrence: Occurrence, reason: EndReason, nowMs: number): AlarmStep {
  const ended = end(occurrence, reason, nowMs);
  return { occurrence: ended, events: [{ type: 'ended', atMs: nowMs, occurrence: ended }] };
}

function raise(input: AlarmLevel, id: OccurrenceId, nowMs: number): AlarmStep {
  const occurrence: Occurrence = {
    id,
    key: input.key,
    site: input.site,
    equipment: input.equipment,
    rule: input.rule,
    ruleVersion: input.ruleVersion,
    severity: input.severity,
    level: input.level,
    isActive: true,
    blindSinceMs: null,
    acknowledged: null,
    onsetAtMs: Math.min(input.onsetAtMs ?? nowMs, nowMs),
    raisedAtMs: nowMs,
    returnedAtMs: null,
    endedAtMs: null,
    endReason: null,
    count: 1,
    text: input.text,
    equipmentName: input.equipmentName,
    place: input.place,
    evidence: input.evidence,
    ticket: null,
    explainedBy: null,
    ticketDueAtMs: null,
  };
  return { occurrence, events: [{ type: 'raised', atMs: nowMs, occurrence }] };
}

interface Part {
  readonly next: Occurrence;
  readonly types: readonly AlarmEventType[];
}

/** A changed rule that is still TRUE takes the occurrence over (alarms.md B3); from then on a return is a return. */
function stepVersion(occurrence: Occurrence, input: AlarmLevel): Part {
  const isKept = occurrence.ruleVersion === input.ruleVersion || !occurrence.isActive || !input.isTrue;
  return { next: isKept ? occurrence : { ...occurrence, ruleVersion: input.ruleVersion }, types: [] };
}

function stepBlind(occurrence: Occurrence, input: AlarmLevel): Part {
  const isBlind = occurrence.blindSinceMs !== null;
  if (isBlind === (input.blindSinceMs !== null)) return { next: occurrence, types: [] };
  return {
    next: { ...occurrence, blindSinceMs: input.blindSinceMs },
    types: [isBlind ? 'sighted' : 'blind'],
  };
}

function stepActive(occurrence: Occurrence, input: AlarmLevel, nowMs: number): Part {
  if (occurrence.isActive === input.isActive) return { next: occurrence, types: [] };
  if (input.isActive) return reRaise(occurrence, input);
  if (occurrence.ruleVersion !== input.ruleVersion) {
    return { next: end({ ...occurrence, isActive: false }, 'rule-changed', nowMs), types: ['ended'] };
  }
  const returned: Occurrence = {
    ...occurrence,
    isActive: false,
    returnedAtMs: nowMs,
    ticketDueAtMs: null,
  };
  if (returned.acknowledged === null) return { next: returned, types: ['returned'] };
  return { next: end(returned, 'returned', nowMs), types: ['returned', 'ended'] };
}

/** Row 6: it comes back before anybody acknowledged it; the same occurrence, counted. */
function reRaise(occurrence: Occurrence, input: AlarmLevel): Part {
  const { ruleVersion, evidence } = input;
  const isLower = compareSeverity(input.severity, occurrence.severity) < 0;
  const { severity, level } = isLower ? occurrence : input;
  const count = occurrence.count + 1;
  return {
    next: {
      ...occurrence,
      isActive: true,
      returnedAtMs: null,
      count,
      ruleVersion,
      severity,
      level,
      evidence,
    },
    types: ['re-raised'],
  };
}

/** Row 7: upward steps annunciate again; downward the maximum is kept until somebody has acknowledged it. */
function stepSeverity(occurrence: Occurrence, input: AlarmLevel): Part {
  const order = compareSeverity(input.severity, occurrence.severity);
  const isFollowed = order > 0 || (order < 0 && occurrence.acknowledged !== null);
  if (!occurrence.isActive || !input.isTrue || !isFollowed) return { next: occurrence, types: [] };
  const { severity, level, evidence } = input;
  const acknowledged = order > 0 ? null : occurrence.acknowledged;
  return { next: { ...occurrence, severity, level, evidence, acknowledged }, types: ['severity-changed'] };
}

function end(occurrence: Occurrence, reason: EndReason, nowMs: number): Occurrence {
  return { ...occurrence, endedAtMs: nowMs, endReason: reason, ticketDueAtMs: null };
}
