/** How long an alarm may be shelved or be out of service, and a drill may last: what is offered. Pure. */

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const SHELF_STEPS_MS = [
  15 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  4 * HOUR_MS,
  8 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  3 * DAY_MS,
  7 * DAY_MS,
];
/** More make a choice slow. */
const MAX_CHOICES = 6;

/** Usual lengths of work under a permit, ms. */
export const SERVICE_STEPS_MS = [4 * HOUR_MS, 8 * HOUR_MS, DAY_MS, 3 * DAY_MS, 7 * DAY_MS] as const;
/** Usual lengths of a drill, ms. */
export const DRILL_STEPS_MS = [30 * MINUTE_MS, HOUR_MS, 2 * HOUR_MS, 4 * HOUR_MS] as const;
/** A shelf is reminded of so long before its end (alarms.md B7); the lists mark it from then on. */
export const NEARLY_OVER_MS = 15 * MINUTE_MS;

/** Offered lengths of a shelf, shortest first, the longest allowed last; none where it may not be shelved. */
export function toShelfChoices(maxMs: number): readonly number[] {
  if (maxMs <= 0) return [];
  const below = SHELF_STEPS_MS.filter((ms) => ms < maxMs);
  return [...below.slice(-(MAX_CHOICES - 1)), maxMs];
}

/** Chosen at first: an hour, or the most that there is below it. */
export function toFirstChoice(choices: readonly number[]): number {
  return choices.findLast((ms) => ms <= HOUR_MS) ?? choices[0] ?? 0;
}
