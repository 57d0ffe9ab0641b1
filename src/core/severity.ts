/** Severity of an alarm, in order. What each one means for a ticket's priority is the policy's business. */
import type { Text } from './text.ts';

export const SEVERITIES = {
  'life-safety': { rank: 4, text: { zh: '生命安全', en: 'Life safety' } },
  high: { rank: 3, text: { zh: '高', en: 'High' } },
  medium: { rank: 2, text: { zh: '中', en: 'Medium' } },
  low: { rank: 1, text: { zh: '低', en: 'Low' } },
} as const satisfies Record<string, { rank: number; text: Text }>;

export type Severity = keyof typeof SEVERITIES;
export const SEVERITY_NAMES = Object.keys(SEVERITIES) as readonly Severity[];

/** Positive when `a` is more severe than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return SEVERITIES[a].rank - SEVERITIES[b].rank;
}
