/** Order of alarms: severity, active, told to people, unacknowledged, the newest; and which ask for action. */
import type { Alarm, Severity } from '../api/types.ts';

const RANKS: Readonly<Record<Severity, number>> = { 'life-safety': 4, high: 3, medium: 2, low: 1 };
/** Worst first. */
export const SEVERITIES = ['life-safety', 'high', 'medium', 'low'] as const satisfies readonly Severity[];

export function compareAlarms(a: Alarm, b: Alarm): number {
  return (
    compareSeverities(a.severity, b.severity) ||
    Number(b.isActive) - Number(a.isActive) ||
    Number(isHidden(a)) - Number(isHidden(b)) ||
    Number(a.acknowledged !== null) - Number(b.acknowledged !== null) ||
    b.raisedAtMs - a.raisedAtMs
  );
}

/** Worst first. */
export function compareSeverities(a: Severity, b: Severity): number {
  return RANKS[b] - RANKS[a];
}

/** Shelved, suppressed by design or out of service: judged and recorded, told to nobody. */
export function isHidden({ state }: Pick<Alarm, 'state'>): boolean {
  return state === 'E' || state === 'F' || state === 'G';
}

/** People have been told of it and nobody has taken note. */
export function isUnacknowledged(alarm: Alarm): boolean {
  return (alarm.state === 'B' || alarm.state === 'D') && alarm.endedAtMs === null;
}

/** Is going on, and nobody has taken note of it. */
export function isPressing(alarm: Alarm): boolean {
  return alarm.isActive && isUnacknowledged(alarm);
}

/** The one to name where there is room for one: the worst that people are told of, one that is going on before others. */
export function toShownAlarm(worstFirst: readonly Alarm[]): Alarm | undefined {
  const told = worstFirst.filter((alarm) => !isHidden(alarm));
  return told.find((alarm) => alarm.isActive) ?? worstFirst.find((alarm) => alarm.isActive) ?? worstFirst[0];
}
