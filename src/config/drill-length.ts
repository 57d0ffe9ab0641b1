/** How long a drill may last (alarms.md B8 no. 27): meanwhile every real alarm of its equipment counts as an exercise. */
import type { Policy } from './policy.ts';

const HOUR_MS = 3_600_000;

/** Of policies that say nothing of it: a shift. */
const LONGEST_MS = 8 * HOUR_MS;

/** What a site may choose, ms: shorter ones could not be gone through, longer ones would outlast whoever began them. */
export const DRILL_RANGE_MS = { least: HOUR_MS / 6, most: 24 * HOUR_MS } as const;

export function toLongestDrillMs({ drills }: Pick<Policy, 'drills'>): number {
  return drills?.longestMs ?? LONGEST_MS;
}
