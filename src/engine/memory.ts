/**
 * The decision loop's memory: what is open, what people have decided, which tickets are kept, and for how long. Rounds are
 * decided on a tentative copy (tentative.ts); this is what takes over after the commit.
 */
import type { Policy } from '../config/policy.ts';
import { type AlarmControl, isUncarried, type Occurrence } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, TicketId } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { DrillRow } from '../store/store.ts';
import { toClosedSinceMs } from '../tickets/since.ts';
import { toSweepDueMs } from '../tickets/sweep.ts';
import type { PolicyOf } from './context.ts';
import type { Governing } from './governing.ts';
import type { RepairWatch } from './repair-watch.ts';
import type { WaitingCommand } from './round.ts';
import type { ServiceState } from './service.ts';
import type { TicketIndex } from './ticket-index.ts';

export interface EngineState {
  /** Open occurrences. */
  readonly occurrences: Map<AlarmKey, Occurrence>;
  /** Occurrences that have ended as returned, for as long as their aftermath lasts (policy.explain.settleMs). */
  readonly returned: Map<AlarmKey, Occurrence>;
  /** Key of each open occurrence, by its id. */
  readonly keys: Map<OccurrenceId, AlarmKey>;
  /** What people have decided about alarms, where they have. */
  readonly controls: Map<AlarmKey, AlarmControl>;
  /** Drills under way; they count for the equipment's parts, too. */
  readonly drills: Map<EquipmentId, DrillRow>;
  /** When an alarm was raised last, monotonic, oldest first; no older than chatter is measured by. */
  readonly raises: Map<AlarmKey, readonly number[]>;
  /** Chatter holds that ran before the start and have not been judged since: nobody knows whether it was quiet meanwhile. */
  readonly unseenHolds: Set<AlarmKey>;
  /** The flood, its storm, and what they are known by. */
  governing: Governing;
  repairWatch: RepairWatch;
  /** Active alarms without a ticket: waiting, explained, hidden, or of a rule that opens none. What a sweep has to look at. */
  readonly uncarried: Set<AlarmKey>;
  /** Open tickets, and closed ones within the reopen window. */
  readonly tickets: Map<TicketId, Ticket>;
  readonly ticketIndex: TicketIndex;
  /** When a sweep has something to say of a ticket that is here; Infinity = never unless something happens. */
  readonly dueAtMs: Map<TicketId, number>;
  readonly policyOf: PolicyOf;
  /** Version since which the gateway has only added notes; a ticket that is not here has none. */
  readonly decidedVersions: Map<TicketId, number>;
  /**
   * Serial numbers by counter name: `occurrence`, `ticket:GC20261121`. Kept for good, seven small entries a day: a
   * wall clock that is set back must never give a number twice.
   */
  readonly counters: Map<string, number>;
  readonly service: ServiceState;
}

/** A ticket that was called up for a step stays until the step is decided, and so does a message. */
const KEEP_TOUCHED_MS = 60_000;

/** Tickets of commands that are not in memory any more: closed ones, as they are stored. */
export function adopt(state: EngineState, waiting: readonly WaitingCommand[]): void {
  for (const ticket of waiting.flatMap(({ called }) => called)) {
    if (state.tickets.has(ticket.id)) continue;
    state.tickets.set(ticket.id, ticket);
    state.ticketIndex.put(ticket);
    state.dueAtMs.set(ticket.id, toSweepDueMs(ticket, state.policyOf(ticket)));
  }
}

/** Takes closed tickets out of the memory that nothing comes back to, and messages of tickets that are not in it. */
export function forgetTickets(state: EngineState, nowMs: number): void {
  for (const ticket of state.tickets.values())
    if (isOver(ticket, state.policyOf(ticket), state, nowMs)) forgetTicket(state, ticket);
  state.service.messages.forgetStrays((id) => state.tickets.has(id), nowMs - KEEP_TOUCHED_MS);
}

/** Forgets what returned before the given wall time. */
export function forgetReturned(state: EngineState, beforeMs: number): void {
  for (const [key, { returnedAtMs }] of state.returned) {
    if ((returnedAtMs ?? beforeMs) <= beforeMs) state.returned.delete(key);
  }
}

/** Forgets raises that no chatter can count any more. */
export function forgetRaises(state: EngineState, beforeMonoMs: number): void {
  for (const [key, raises] of state.raises) {
    if ((raises.at(-1) ?? beforeMonoMs) <= beforeMonoMs) state.raises.delete(key);
  }
}

function forgetTicket(state: EngineState, ticket: Ticket): void {
  state.tickets.delete(ticket.id);
  state.ticketIndex.remove(ticket);
  state.dueAtMs.delete(ticket.id);
  state.service.messages.forget(ticket.id);
  state.decidedVersions.delete(ticket.id);
}

export function mergeControl(state: EngineState, key: AlarmKey, control: AlarmControl): void {
  if (control.shelf === null && control.outOfService === null) state.controls.delete(key);
  else state.controls.set(key, control);
}

export function mergeOccurrence(state: EngineState, key: AlarmKey, row: Occurrence): void {
  const before = state.occurrences.get(key);
  if (before !== undefined && before.id !== row.id) state.keys.delete(before.id);
  if (isUncarried(row)) state.uncarried.add(key);
  else state.uncarried.delete(key);
  if (row.endedAtMs === null) {
    state.occurrences.set(key, row);
    state.keys.set(row.id, key);
  } else {
    state.occurrences.delete(key);
    state.keys.delete(row.id);
    if (row.endReason === 'returned') state.returned.set(key, row);
  }
}

/** Nothing comes back to it, nothing is due of it, and nobody has just called it up. */
function isOver(
  ticket: Ticket,
  { reopenMs, falseAlarm }: Policy,
  { dueAtMs }: EngineState,
  nowMs: number,
): boolean {
  const { marks, stage } = ticket;
  const closedAtMs = toClosedSinceMs(ticket);
  if (closedAtMs === null || isTicketOpen(ticket)) return false;
  const keepMs = stage === 'cancelled' ? Math.max(reopenMs, falseAlarm.withinMs) : reopenMs;
  const isRecent =
    nowMs - closedAtMs <= keepMs || nowMs - (marks.at(-1)?.atMs ?? closedAtMs) <= KEEP_TOUCHED_MS;
  return !isRecent && (dueAtMs.get(ticket.id) ?? Number.POSITIVE_INFINITY) === Number.POSITIVE_INFINITY;
}
