/**
 * The end of the day (service-workflow.md §2, source 002): a ticket that is still open goes to the supervisor's list with a new
 * deadline, proposed by the policy and set by whoever of its role says when it will be done (`estimate`). No clock is loosened by
 * it. A day ends when the policy's calendar closes for longer than a break; each end that passed is written by its own time, also
 * when the gateway was off.
 */
import type { Policy } from '../config/policy.ts';
import { addOpenMs, type Calendar, isWithinCalendar, nextChangeMs } from '../core/calendar.ts';
import type { Ticket } from '../core/ticket.ts';
import { withBanner } from './banners.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { matches, toSettings } from './match.ts';
import { isBeforeDone } from './path.ts';
import type { TicketActor } from './transitions.ts';

/** What closes for less goes on the same day: a break at noon. Ours. */
const LONGEST_BREAK_MS = 4 * 3_600_000;
/** Openings and closings that are looked at for one end of a day. */
const MAX_CHANGES = 50;

export function sweepDayEnd(ticket: Ticket, policy: Policy, nowMs: number): TicketStep | null {
  const atMs = toDayEndDueMs(ticket, policy);
  const calendar = toCalendar(policy);
  if (atMs > nowMs || policy.dayEnd === null || calendar === null) return null;
  const deadlineAtMs = addOpenMs(calendar, atMs, policy.dayEnd.limitMs);
  const days = (ticket.carriedOver?.days ?? 0) + 1;
  const change: Partial<Ticket> = {
    carriedOver: { atMs, days, deadlineAtMs, by: null },
    banners: withBanner(ticket, 'carried-over', atMs),
  };
  const happening: Happening = { type: 'carried-over', detail: { days, deadlineAtMs } };
  return toStep(ticket, change, [happening], { ...byGateway(nowMs), atMs }, policy);
}

/** The next end of a day, where the ticket is still open then; Infinity = none. */
export function toDayEndDueMs(ticket: Ticket, policy: Policy): number {
  const calendar = toCalendar(policy);
  const isListed =
    policy.dayEnd !== null && isBeforeDone(ticket) && matches(policy.dayEnd.match, toSettings(ticket));
  if (calendar === null || !isListed) return Number.POSITIVE_INFINITY;
  const sinceMs = ticket.carriedOver?.atMs ?? ticket.openedAtMs ?? ticket.receivedAtMs;
  return toDayEndMs(calendar, sinceMs) ?? Number.POSITIVE_INFINITY;
}

/** The time that somebody gives it; of whoever keeps the list it is its new deadline. */
export function toDeadlineSet(
  { carriedOver }: Pick<Ticket, 'carriedOver'>,
  atMs: number,
  { username, roles }: TicketActor,
  { dayEnd }: Policy,
): Partial<Ticket> {
  if (carriedOver === null || dayEnd === null || !roles.includes(dayEnd.to)) return {};
  return { carriedOver: { ...carriedOver, deadlineAtMs: atMs, by: username } };
}

function toCalendar({ dayEnd, calendars }: Policy): Calendar | null {
  return dayEnd === null ? null : (calendars.get(dayEnd.calendar) ?? null);
}

/** The first end of a day after that moment; null = the calendar never closes, or not in a year. */
function toDayEndMs(calendar: Calendar, afterMs: number): number | null {
  let atMs: number | null = afterMs;
  for (let changes = 0; changes < MAX_CHANGES; changes++) {
    atMs = nextChangeMs(calendar, atMs);
    if (atMs === null) return null;
    if (isWithinCalendar(calendar, atMs)) continue;
    const opensMs = nextChangeMs(calendar, atMs);
    if (opensMs === null || opensMs - atMs >= LONGEST_BREAK_MS) return atMs;
  }
  return null;
}
