/**
 * Whether a clock of the policy can run on a ticket at all, told from its marks taken together: most clocks are other tickets'
 * clocks, and a ticket's are computed at every event. When and for how long one runs is clocks.ts.
 */
import type { ClockPolicy } from '../config/policy.ts';
import type { ClockSettings, TicketMark } from '../core/ticket-clock.ts';
import { firstMatch } from './match.ts';

/** What the marks have among them, in whatever order. */
export interface Traits {
  /** `appointment` where one was made. */
  readonly starts: ReadonlySet<string>;
  readonly settings: readonly ClockSettings[];
}

export function toTraits(marks: readonly TicketMark[]): Traits {
  const starts = new Set<string>(marks.map(({ type }) => type));
  if (marks.some(({ appointmentMs }) => appointmentMs !== undefined)) starts.add('appointment');
  return { starts, settings: marks.flatMap(({ settings }) => settings ?? []) };
}

/** Not where nothing starts it, or no settings have a limit. */
export function mayRun({ start, limits }: ClockPolicy, { starts, settings }: Traits): boolean {
  return (
    start.some((event) => starts.has(event)) && settings.some((some) => firstMatch(limits, some) !== null)
  );
}
