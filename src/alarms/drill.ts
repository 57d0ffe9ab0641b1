/**
 * The end of a drill (演练, alarms.md B8 no. 27) for an occurrence that was raised in it: pure. What has returned ends by
 * itself; what still stands is no exercise any more and is told like a new alarm.
 */
import type { Occurrence } from '../core/alarm.ts';
import { endAlarm } from './ending.ts';
import type { AlarmStep } from './step.ts';

/** Note of the event with which a drill's alarm becomes real. */
export const DRILL_OVER = 'drill-over';

/** @returns null for an occurrence that was not raised in a drill */
export function endDrill(occurrence: Occurrence, nowMs: number): AlarmStep | null {
  if (!occurrence.isDrill) return null;
  if (!occurrence.isActive) return endAlarm(occurrence, 'returned', nowMs);
  const next: Occurrence = { ...occurrence, isDrill: false, acknowledged: null };
  return {
    occurrence: next,
    events: [{ type: 're-alarmed', atMs: nowMs, occurrence: next, note: DRILL_OVER }],
  };
}
