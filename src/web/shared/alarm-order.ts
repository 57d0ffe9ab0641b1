/** Order of alarms: severity, then unacknowledged, then the newest. */
import type { Alarm, Severity } from '../api/types.ts';

const RANKS: Readonly<Record<Severity, number>> = { 'life-safety': 4, high: 3, medium: 2, low: 1 };

export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    RANKS[b.severity] - RANKS[a.severity] ||
    Number(a.acknowledged !== null) - Number(b.acknowledged !== null) ||
    b.raisedAtMs - a.raisedAtMs
  );
}

export function isUnacknowledged(alarm: Alarm): boolean {
  return alarm.acknowledged === null && alarm.endedAtMs === null;
}
