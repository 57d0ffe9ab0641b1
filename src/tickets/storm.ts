/**
 * What a storm does to tickets: many alarms go onto one ticket in one step, and an alarm that has become too grave for it
 * leaves it again. Which alarm, and onto which ticket, the engine says.
 */
import type { Policy } from '../config/policy.ts';
import type { Occurrence } from '../core/alarm.ts';
import type { Ticket } from '../core/ticket.ts';
import { byGateway, type Happening, type TicketStep, toStep } from './change.ts';
import { toRecurrence } from './coupling.ts';
import { toTicketAlarm } from './ticket-alarms.ts';
import { MAX_NAMED_ALARMS } from './work.ts';

/** Attaches alarms that are not on the ticket yet: one step and one line of its record, however many they are. */
export function attachMembers(
  ticket: Ticket,
  members: readonly Occurrence[],
  policy: Policy,
  nowMs: number,
): TicketStep {
  const occurrences = members.slice(0, MAX_NAMED_ALARMS).map(({ id }) => id);
  const detail = { storm: members[0]?.storm ?? null, count: members.length, occurrences };
  const back = toRecurrence(ticket, nowMs);
  const change: Partial<Ticket> = {
    ...back.change,
    alarms: [...ticket.alarms, ...members.map(toTicketAlarm)],
  };
  const happenings: readonly Happening[] = [{ type: 'alarm-attached', detail }, ...back.happenings];
  return toStep(ticket, change, happenings, byGateway(nowMs), policy);
}

/** The alarm is dealt with on a ticket of its own from now on. */
export function detachMember(ticket: Ticket, member: Occurrence, policy: Policy, nowMs: number): TicketStep {
  const alarms = ticket.alarms.filter(({ key }) => key !== member.key);
  const detail = { occurrence: member.id, severity: member.severity, isDetached: true };
  return toStep(ticket, { alarms }, [{ type: 'noted', detail }], byGateway(nowMs), policy);
}
