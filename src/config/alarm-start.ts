/**
 * What a policy makes of an alarm before anybody has touched its ticket: its settings, whom the table names, who dispatches
 * it, and the hours in which it may be told. Shared by those who open tickets, who tell of them, and who are asked ahead what
 * would happen, so that they give the same answer.
 */
import { defined } from '../core/assert.ts';
import { type Calendar, isWithinCalendar, nextChangeMs } from '../core/calendar.ts';
import type { LocationId } from '../core/ids.ts';
import type { Severity } from '../core/severity.ts';
import type { Ticket, TicketClass } from '../core/ticket.ts';
import type { ClockSettings } from '../core/ticket-clock.ts';
import { firstMatch, matches } from './match.ts';
import type { Policy } from './policy.ts';

export interface StartingAlarm {
  readonly severity: Severity;
  readonly class: TicketClass;
  /** The contractor answers for the equipment. */
  readonly isUnderWarranty: boolean;
}

/** Low alarms wake nobody: they are handled on the next working day. */
export function toAlarmSettings(
  { severity, class: ticketClass, isUnderWarranty }: StartingAlarm,
  policy: Pick<Policy, 'priorityOf' | 'flowFrom' | 'attendanceFrom' | 'quiet'>,
): ClockSettings {
  const known = {
    class: ticketClass,
    source: 'equipment-alarm',
    priority: policy.priorityOf[severity],
  } as const;
  const flow = isUnderWarranty
    ? 'warranty'
    : defined(firstMatch(policy.flowFrom, known), 'a flow of the policy').flow;
  const attendance = policy.quiet.severities.includes(severity)
    ? 'next-working-day'
    : defined(firstMatch(policy.attendanceFrom, { ...known, flow }), 'an attendance of the policy')
        .attendance;
  return { ...known, flow, attendance, isDifficult: false };
}

/** What decides whom a ticket goes to. */
export interface Routed {
  readonly class: TicketClass;
  readonly kind: string | null;
  /** Responsible person of the equipment itself: before the table. */
  readonly responsible: string | null;
  /** Its location and all above it. */
  readonly locations: readonly LocationId[];
}

/** User, group or role; the equipment's own responsible person first, then the table (责任落实表); null = the desk decides. */
export function toRoute(routed: Routed, { routing }: Pick<Policy, 'routing'>): string | null {
  const { class: ticketClass, kind, responsible, locations } = routed;
  if (responsible !== null) return responsible;
  const route = routing.find(
    (row) =>
      (row.class === null || row.class === ticketClass) &&
      (row.kind === null || row.kind === kind) &&
      (row.location === null || locations.some((id) => id === row.location)),
  );
  return route?.assignee ?? null;
}

/** Whether the desk dispatches such tickets itself, or nobody does: the gateway then only proposes. */
export function isDeskDispatched(
  settings: ClockSettings,
  { deskDispatches, paths }: Pick<Policy, 'deskDispatches' | 'paths'>,
): boolean {
  const path = firstMatch(paths, settings)?.stages ?? [];
  return (
    deskDispatches.some((row) => matches(row, settings)) || !path.some(({ stage }) => stage === 'dispatched')
  );
}

/** What can wait for the next working day wakes nobody before (service-workflow.md §2, off-hours); null = told at any hour. */
export function toQuietHours(
  { attendance, priority }: Pick<Ticket, 'attendance' | 'priority'>,
  { quiet, calendars }: Pick<Policy, 'quiet' | 'calendars'>,
): Calendar | null {
  const isQuiet = attendance === 'next-working-day' && priority === 'normal' && quiet.calendar !== null;
  return isQuiet ? (calendars.get(quiet.calendar) ?? null) : null;
}

/** When its work begins, for whoever is chosen and told: now, or where it waits for its hours as they open. UTC ms. */
export function toWorkMs(
  ticket: Pick<Ticket, 'attendance' | 'priority'>,
  policy: Pick<Policy, 'quiet' | 'calendars'>,
  nowMs: number,
): number {
  const hours = toQuietHours(ticket, policy);
  return hours === null ? nowMs : toOpenMs(hours, nowMs);
}

/** The moment itself within the hours, else when they open next. Hours that never come again keep nothing back. UTC ms. */
export function toOpenMs(hours: Calendar, nowMs: number): number {
  return isWithinCalendar(hours, nowMs) ? nowMs : (nextChangeMs(hours, nowMs) ?? nowMs);
}
