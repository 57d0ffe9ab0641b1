/**
 * What a storm does to tickets: many alarms go onto one ticket in one step, and an alarm that has become too grave for it
 * leaves it again. Which alarm, and onto which ticket, the engine says.
 */
import type { Occurrence } from '../core/alarm.ts';
import type { Ticket } from '../core/ticket.ts';
import { toTicketAlarm } from './open.ts';
import type { TicketStep } from './step.ts';

/** Occurrences that the record of one step names; how many there were it always says. */
export const MAX_NAMED_MEMBERS = 50;

const GATEWAY = 'gateway';

/** Attaches alarms that are not on the ticket yet: one step and one line of its record, however many they are. */
export function attachMembers(ticket: Ticket, members: readonly Occurrence[], nowMs: number): TicketStep {
  const next: Ticket = {
    ...ticket,
    alarms: [...ticket.alarms, ...members.map(toTicketAlarm)],
    version: ticket.version + 1,
  };
  const occurrences = members.slice(0, MAX_NAMED_MEMBERS).map(({ id }) => id);
  const detail = { storm: members[0]?.storm ?? null, count: members.length, occurrences };
  return {
    ticket: next,
    events: [{ type: 'alarm-attached', atMs: nowMs, by: GATEWAY, ticket: next, detail }],
  };
}

/** The alarm is dealt with on a ticket of its own from now on. */
export function detachMember(ticket: Ticket, member: Occurrence, nowMs: number): TicketStep {
  const next: Ticket = {
    ...ticket,
    alarms: ticket.alarms.filter(({ key }) => key !== member.key),
    version: ticket.version + 1,
  };
  const detail = { occurrence: member.id, severity: member.severity, isDetached: true };
  return { ticket: next, events: [{ type: 'noted', atMs: nowMs, by: GATEWAY, ticket: next, detail }] };
}
