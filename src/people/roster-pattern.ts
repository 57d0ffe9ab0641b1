/**
 * A roster that repeats (轮班): one cycle of shifts over several people, each a step behind the one before. Pure.
 *
 *   cycle 白 夜 休, step 1        day  1  2  3  4
 *                              wang 白 夜 休 白
 *                              li   夜 休 白 夜
 *                              zhao 休 白 夜 休
 */
import type { Calendar } from '../core/calendar.ts';
import { openMsBetween } from '../core/calendar.ts';
import type { Assignment } from '../core/duty.ts';
import { addDays, toInstantMs } from './shift-time.ts';

export interface RosterPattern {
  readonly post: string;
  /** First and last local date. */
  readonly from: string;
  readonly to: string;
  /** Shift ids, one for each day; null = rest. */
  readonly cycle: readonly (string | null)[];
  readonly people: readonly string[];
  /** How many places of the cycle each person is ahead of the one before. */
  readonly step: number;
  /** Only days on which the calendar has open hours, or has none; the cycle goes on with these days. null = every day. */
  readonly days: { readonly calendar: Calendar; readonly isOpen: boolean } | null;
}

/** Dates from the first to the last, at most `max` of them. */
export function toDates(from: string, to: string, max: number): readonly string[] {
  const dates: string[] = [];
  for (let date = from; date <= to && dates.length < max; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** In the order of dates, then of people. @param maxDays longer patterns are cut */
export function expandPattern(pattern: RosterPattern, maxDays: number): readonly Assignment[] {
  const { post, cycle, people, step, days } = pattern;
  const dates = toDates(pattern.from, pattern.to, maxDays).filter(
    (date) => days === null || hasHours(days.calendar, date) === days.isOpen,
  );
  return dates.flatMap((date, day) =>
    people.flatMap((username, index): Assignment[] => {
      const shift = cycle[(day + index * step) % cycle.length] ?? null;
      return shift === null ? [] : [{ date, post, shift, username, swappedFrom: null, approver: null }];
    }),
  );
}

/** People one place apart, or evenly spread over a longer cycle (four crews, eight days: two places). */
export function toDefaultStep(cycleLength: number, people: number): number {
  return cycleLength > people && cycleLength % people === 0 ? cycleLength / people : 1;
}

/** Whether the calendar is open at any time of the local date. */
function hasHours(calendar: Calendar, date: string): boolean {
  const [fromMs, toMs] = [0, 1440].map((minute) => toInstantMs(calendar.timeZone, date, minute));
  return openMsBetween(calendar, fromMs ?? 0, toMs ?? 0) > 0;
}
