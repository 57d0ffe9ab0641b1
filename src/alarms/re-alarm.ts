/**
 * The re-alarm timer (alarms.md B1 row 7, B7): an alarm that is still active after its time becomes unacknowledged again,
 * counted. It runs from the last annunciation, stands still while the alarm is hidden, blind or held back in a flood,
 * and goes with the return. The due time is a row, moved when the wall clock steps: time left is what counts. Pure.
 */
import type { AlarmTimes } from '../config/policy.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { Severity } from '../core/severity.ts';
import { isAnnunciated, isAnnunciation } from './annunciation.ts';
import type { AlarmStep } from './step.ts';

/** Note of the re-alarm with which the ticket's escalation is asked for (policy.alarms.reAlarmEscalateAt). */
export const ESCALATE = 'escalate';

/** null = never. @param ruleMs what the rule itself says, before the policy */
export function toReAlarmMs(
  ruleMs: number | null,
  severity: Severity,
  times: Pick<AlarmTimes, 'reAlarmMs'>,
): number | null {
  return ruleMs ?? times.reAlarmMs[severity];
}

/** The timer as it must be after these events. Returns `occurrence` itself when nothing changes. */
export function withReAlarm(
  occurrence: Occurrence,
  events: readonly AlarmEvent[],
  ms: number | null,
  nowMs: number,
): Occurrence {
  const { reAlarmDueAtMs: before } = occurrence;
  if (ms === null || !occurrence.isActive || !isAnnunciated(occurrence)) return withDue(occurrence, null);
  const isAnew = before === null || events.some(isAnnunciation);
  return withDue(occurrence, isAnew ? nowMs + ms : before);
}

/** @param isHeld a flood holds it back; it speaks when the flood is over. @returns null when nothing is due */
export function stepReAlarm(
  occurrence: Occurrence,
  ms: number | null,
  escalateAt: number,
  isHeld: boolean,
  nowMs: number,
): AlarmStep | null {
  const { reAlarmDueAtMs: dueAtMs, blindSinceMs } = occurrence;
  if (dueAtMs === null || ms === null) return null;
  // Never longer than the policy says: the wall clock may have been set back while the gateway was down.
  if (dueAtMs > nowMs + ms) return { occurrence: withDue(occurrence, nowMs + ms), events: [] };
  if (nowMs < dueAtMs || isHeld || blindSinceMs !== null) return null;
  const reAlarms = occurrence.reAlarms + 1;
  const next = { ...occurrence, acknowledged: null, reAlarms, reAlarmDueAtMs: nowMs + ms };
  const note = reAlarms === escalateAt ? { note: ESCALATE } : {};
  return { occurrence: next, events: [{ type: 're-alarmed', atMs: nowMs, occurrence: next, ...note }] };
}

function withDue(occurrence: Occurrence, reAlarmDueAtMs: number | null): Occurrence {
  return occurrence.reAlarmDueAtMs === reAlarmDueAtMs ? occurrence : { ...occurrence, reAlarmDueAtMs };
}
