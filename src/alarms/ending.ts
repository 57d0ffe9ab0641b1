/** The end of an occurrence. Only one that ends as `returned` may be told to people as "recovered". */
import type { EndReason, Occurrence } from '../core/alarm.ts';
import type { AlarmStep } from './step.ts';

export function toEnded(occurrence: Occurrence, reason: EndReason, nowMs: number): Occurrence {
  return {
    ...occurrence,
    endedAtMs: nowMs,
    endReason: reason,
    ticketDueAtMs: null,
    reAlarmDueAtMs: null,
    isLatched: false,
  };
}

/** The rule or its source is gone: ends the occurrence without ever saying "recovered" (alarms.md B3). */
export function endAlarm(occurrence: Occurrence, reason: EndReason, nowMs: number): AlarmStep {
  const ended = toEnded(occurrence, reason, nowMs);
  return { occurrence: ended, events: [{ type: 'ended', atMs: nowMs, occurrence: ended }] };
}
