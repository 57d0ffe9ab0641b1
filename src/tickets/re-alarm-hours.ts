/**
 * When re-alarms may bring a ticket up the ladder. An alarm that stands over a holiday calls on, but nobody is late with a ticket
 * whose clocks count working time only: its managers are not woken for it. Clocks that escalation itself winds do not count,
 * else the first rung would open the hours for all the others.
 */
import type { ClockPolicy, Policy } from '../config/policy.ts';
import { type Calendar, isWithinCalendar, nextChangeMs } from '../core/calendar.ts';
import type { Ticket } from '../core/ticket.ts';
import { firstMatch, toSettings } from './match.ts';

/** Reason of a rung that re-alarms have asked for. */
export const RE_ALARM = 're-alarm';

/**
 * This moment, or the next at which one of the ticket's running clocks counts. Hours that never come again keep nothing back,
 * neither does a ticket without a running clock.
 */
export function toCallableMs(ticket: Ticket, policy: Policy, atMs: number): number {
  const hours = toHours(ticket, policy);
  if (hours.length === 0 || hours.some((calendar) => calendar === null || isWithinCalendar(calendar, atMs)))
    return atMs;
  const opens = hours.flatMap((calendar) => (calendar === null ? [] : (nextChangeMs(calendar, atMs) ?? [])));
  return opens.length === 0 ? atMs : Math.min(...opens);
}

/** Of the clocks that people have not stopped; null = all hours. */
function toHours(ticket: Ticket, policy: Policy): readonly (Calendar | null)[] {
  const running = new Set(
    ticket.clocks.filter(({ stoppedAtMs }) => stoppedAtMs === null).map(({ id }) => id),
  );
  const settings = toSettings(ticket);
  return policy.clocks
    .filter((clock) => running.has(clock.id) && isOfTheMatter(clock))
    .flatMap(({ limits }) => {
      const limit = firstMatch(limits, settings);
      if (limit === null) return [];
      return [limit.calendar === null ? null : (policy.calendars.get(limit.calendar) ?? null)];
    });
}

function isOfTheMatter({ start, isHuman }: ClockPolicy): boolean {
  return isHuman && !start.some((event) => event === 'escalated' || event === 'urged');
}
