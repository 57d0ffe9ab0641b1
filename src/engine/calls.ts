/**
 * Calls for a ticket that wait for the end of the round: what comes at once is told as one storm, not as ten tickets and a
 * storm. Only alarms that a storm may group wait; whatever else happens to one of them in the round settles its call first.
 * Nothing waits longer than its round: raise and ticket are stored together.
 */
import { isSetAside } from '../alarms/annunciation.ts';
import { compareMembers, MAX_STORM_TICKET_ALARMS } from '../alarms/storm.ts';
import type { RuleDef } from '../config/model.ts';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import { defined } from '../core/assert.ts';
import type { AlarmKey, OccurrenceId, TicketId } from '../core/ids.ts';
import type { DecisionContext } from './context.ts';
import { attachAll, giveTicket, toStormTicket } from './giving.ts';
import type { Tentative } from './tentative.ts';

export interface Call {
  /** What asks for the ticket; its record is made from it. */
  readonly event: AlarmEvent;
  readonly rule: RuleDef;
  /** Events of the round that come before it. */
  readonly from: number;
}

/** @returns whether it waits; otherwise its ticket is decided now, whatever it waited for before */
export function defer(tx: Tentative, context: DecisionContext, call: Call): boolean {
  const { occurrence } = call.event;
  const before = tx.calls.get(occurrence.key);
  tx.calls.delete(occurrence.key);
  if (!context.governor.defers(tx, context, occurrence, call.rule)) return false;
  tx.calls.set(occurrence.key, { ...call, from: before?.from ?? call.from });
  return true;
}

/** @returns the alarm with its ticket; null = it does not wait */
export function settleCall(
  tx: Tentative,
  context: DecisionContext,
  key: AlarmKey,
  nowMs: number,
): Occurrence | null {
  const call = tx.calls.get(key);
  if (call === undefined) return null;
  tx.calls.delete(key);
  return settle(tx, context, [[key, call]], nowMs).get(call.event.occurrence.id)?.occurrence ?? null;
}

/** All of them: the root of a storm first, whose ticket carries the others. */
export function settleCalls(tx: Tentative, context: DecisionContext, nowMs: number): void {
  if (tx.calls.size === 0) return;
  const root = context.governor.root(tx);
  const calls = [...tx.calls].sort(([, a], [, b]) =>
    compareMembers(a.event.occurrence, b.event.occurrence, root),
  );
  tx.calls.clear();
  settle(tx, context, calls, nowMs);
}

interface Settled {
  readonly occurrence: Occurrence;
  readonly from: number;
}

function settle(
  tx: Tentative,
  context: DecisionContext,
  calls: readonly (readonly [AlarmKey, Call])[],
  nowMs: number,
): ReadonlyMap<OccurrenceId, Settled> {
  const settled = new Map<OccurrenceId, Settled>();
  /** Members that go onto a ticket in one step. */
  const together = new Map<TicketId, Occurrence[]>();
  for (const [key, { event, rule, from }] of calls) {
    const occurrence = defined(tx.occurrence(key), 'an alarm that waits for its ticket');
    if (isSetAside(occurrence)) continue;
    const ticket = giveOrGather(tx, context, { ...event, occurrence }, rule, together, nowMs);
    const next = { ...occurrence, ticket };
    tx.putOccurrence(next, []);
    settled.set(next.id, { occurrence: next, from });
  }
  for (const id of together.keys()) attach(tx, context, id, together, nowMs);
  tx.retell(settled);
  return settled;
}

function giveOrGather(
  tx: Tentative,
  context: DecisionContext,
  event: AlarmEvent,
  rule: RuleDef,
  together: Map<TicketId, Occurrence[]>,
  nowMs: number,
): TicketId {
  const { occurrence } = event;
  const carrier = toStormTicket(tx, context, occurrence, rule, nowMs);
  if (carrier === null) return giveTicket(tx, context, event, rule, nowMs).id;
  const members = together.get(carrier.id) ?? [];
  members.push(occurrence);
  together.set(carrier.id, members);
  if (carrier.alarms.length + members.length >= MAX_STORM_TICKET_ALARMS)
    attach(tx, context, carrier.id, together, nowMs);
  return carrier.id;
}

function attach(
  tx: Tentative,
  context: DecisionContext,
  id: TicketId,
  together: Map<TicketId, Occurrence[]>,
  nowMs: number,
): void {
  const members = together.get(id) ?? [];
  together.delete(id);
  if (members.length > 0)
    attachAll(tx, context, defined(tx.ticket(id), 'the ticket of a storm'), members, nowMs);
}
