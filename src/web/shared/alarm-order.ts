/** Order of alarms: severity, active, not explained by another, unacknowledged, the newest; and which ask for action. */
import type { Alarm, Severity } from '../api/types.ts';

const RANKS: Readonly<Record<Severity, number>> = { 'life-safety': 4, high: 3, medium: 2, low: 1 };

export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    RANKS[b.severity] - RANKS[a.severity] ||
    Number(b.isActive) - Number(a.isActive) ||
    Number(a.explainedBy !== null) - Number(b.explainedBy !== null) ||
    Number(a.acknowledged !== null) - Number(b.acknowledged !== null) ||
    b.raisedAtMs - a.raisedAtMs
  );
}

export function isUnacknowledged(alarm: Alarm): boolean {
  return alarm.acknowledged === null && alarm.endedAtMs === null;
}

/** Is going on, nobody has taken note of it, and it does not merely follow from another. */
export function isPressing(alarm: Alarm): boolean {
  return alarm.isActive && alarm.acknowledged === null && alarm.explainedBy === null;
}

/** The one to name where there is room for one: the worst that is going on, else the worst that waits to be noted. */
export function toShownAlarm(worstFirst: readonly Alarm[]): Alarm | undefined {
  return worstFirst.find((alarm) => alarm.isActive) ?? worstFirst[0];
}
