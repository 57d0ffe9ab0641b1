/** Whether the clocks of a policy can run and can stop, and whether the calendars that they name exist and ever open. */
import type { Calendar } from '../core/calendar.ts';
import { type Report, type SoundParts, toKinds, toRow } from './policy-check.ts';
import type { PolicyContent } from './policy-schema.ts';
import { CLOCK_EVENTS, type PolicyClockEvent } from './policy-words.ts';
import { didYouMean, quote } from './problems.ts';
import type { Path } from './source.ts';

type ClockEntry = PolicyContent['clocks'][number];
type PathEntry = PolicyContent['paths'][number];

/** Calendars by id; null = known, but with problems of its own. */
export type KnownCalendars = ReadonlyMap<string, Calendar | null>;

export function checkClocks(parts: SoundParts, calendars: KnownCalendars, report: Report): void {
  const clocks = parts.clocks ?? [];
  const paths = parts.paths ?? [];
  for (const [index, clock] of clocks.entries()) {
    if (clocks.findIndex(({ id }) => id === clock.id) !== index)
      report(['clocks', index, 'id'], 'an id used once', quote(clock.id));
    checkLimits(clock, ['clocks', index], calendars, report);
    const clocked = toKinds(paths, clock.limits).filter((kind) => toRow(clock.limits, kind) >= 0);
    const met = new Set(clocked.map((kind) => toRow(paths, kind)));
    for (const [row, path] of paths.entries()) {
      if (!met.has(row)) continue;
      const start = toHeldStart(clock, path);
      if (start === null) continue;
      const expected = `an event that every ticket of paths[${row}] comes to after ${quote(start)}, such as done`;
      report(['clocks', index, 'stop'], expected, clock.stop.join(', '));
      break;
    }
  }
  const quiet = parts.quiet?.calendar ?? null;
  if (quiet !== null) checkCalendar(quiet, ['quiet', 'calendar'], calendars, report);
  const { dayEnd = null, offHours = null } = parts;
  if (offHours !== null) checkCalendar(offHours.calendar, ['offHours', 'calendar'], calendars, report);
  if (dayEnd !== null) checkCalendar(dayEnd.calendar, ['dayEnd', 'calendar'], calendars, report);
}

function checkLimits(
  { start, limits }: ClockEntry,
  at: Path,
  calendars: KnownCalendars,
  report: Report,
): void {
  const byAppointment = start.includes('appointment');
  for (const [index, { calendar, lead }] of limits.entries()) {
    const path = [...at, 'limits', index];
    if (calendar !== null) checkCalendar(calendar, [...path, 'calendar'], calendars, report);
    if (byAppointment && calendar !== null)
      report([...path, 'calendar'], 'null: an appointment is kept at any hour', quote(calendar));
    if (!byAppointment && lead !== undefined)
      report([...path, 'lead'], 'a lead only where "appointment" starts the clock', quote(lead));
  }
}

/** That it is one of the policy, and ever opens. */
export function checkCalendar(id: string, at: Path, calendars: KnownCalendars, report: Report): void {
  const calendar = calendars.get(id);
  if (calendar === null) return;
  if (calendar === undefined) {
    const known = [...calendars.keys()];
    report(at, 'the id of a calendar of this policy', `${quote(id)}${didYouMean(id, known)}`);
    return;
  }
  const { week, holiday, makeUp } = calendar;
  if ([...week, holiday, makeUp ?? []].every((hours) => hours.length === 0))
    report(at, 'a calendar that is ever open', `${quote(id)}, which never is`);
}

/**
 * A start event of the path after which nothing that every ticket comes to stops the clock; null = none. What may come at
 * any time and may be followed by an answer (`escalated` → `answered`) can be stopped by such an answer too.
 */
function toHeldStart({ start, stop }: ClockEntry, path: PathEntry): PolicyClockEvent | null {
  const isSure = (event: PolicyClockEvent, from: number): boolean => {
    const stage = CLOCK_EVENTS[event];
    if (stage === null) return false;
    return path.stages.indexOf(stage) > from && !path.optional.includes(stage);
  };
  const held = start.find((event) => {
    const stage = CLOCK_EVENTS[event];
    if (stage === null) return !stop.some((one) => CLOCK_EVENTS[one] === null || isSure(one, -1));
    const from = path.stages.indexOf(stage);
    return from >= 0 && !stop.some((one) => isSure(one, from));
  });
  return held ?? null;
}
