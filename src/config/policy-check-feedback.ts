/** Whether the limits of feedback can be counted: one span each, in a calendar that exists and ever opens. */
import { FEEDBACK_CLOCK_NAMES } from '../core/feedback.ts';
import type { Report, SoundParts } from './policy-check.ts';
import { checkCalendar, type KnownCalendars } from './policy-check-clocks.ts';
import { quote } from './problems.ts';

export function checkFeedback({ feedback }: SoundParts, calendars: KnownCalendars, report: Report): void {
  if (feedback === undefined) return;
  for (const name of FEEDBACK_CLOCK_NAMES) {
    const { limit, workingDays, calendar } = feedback[name];
    if (calendar !== null) checkCalendar(calendar, ['feedback', name, 'calendar'], calendars, report);
    const expected = 'either limit or workingDays';
    if (limit === undefined && workingDays === undefined)
      report(['feedback', name], expected, 'neither of them');
    if (limit !== undefined && workingDays !== undefined)
      report(['feedback', name, 'workingDays'], expected, `both: ${quote(limit)} and ${workingDays}`);
  }
}
