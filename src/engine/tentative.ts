/**
 * The decision loop's memory, and the tentative copy on which one round of decisions is made. A round reads through
 * the copy, changes only the copy, and ends in one WriteBatch; after the commit the copy is merged, after a failure
 * it is dropped and the memory is as it was.
 */
import { type AlarmEvent, isUncarried, type Occurrence } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, OccurrenceId, TicketId } from '../core/ids.ts';
import type { Ticket, TicketEvent } from '../core/ticket.ts';
import type { DelayRow, Write, WriteBatch } from '../store/store.ts';
import { isNote } from '../tickets/coupling.ts';
import { createTicketIndex, type TicketIndex } from './ticket-index.ts';
import { toAlarmEventWrite, toTicketEventWrite, toTicketWrites } from './writes.ts';

export interface EngineState {
  /** Open occurrences. */
  readonly occurrences: Map<AlarmKey, Occurrence>;
  /** Occurrences that have ended as returned, for as long as their aftermath lasts (policy.explain.settleMs). */
  readonly returned: Map<AlarmKey, Occurrence>;
  /** Key of each open occurrence, by its id. */
  readonly keys: Map<OccurrenceId, AlarmKey>;
  /** Active alarms without a ticket: waiting, explained, or of a rule that opens none. What a sweep has to look at. */
  readonly uncarried: Set<AlarmKey>;
  /** Open tickets, and closed ones within the reopen window. */
  readonly tickets: Map<TicketId, Ticket>;
  readonly ticketIndex: TicketIndex;
  /** Version since which the gateway has only added notes; a ticket that is not here has none. */
  readonly decidedVersions: Map<TicketId, number>;
  /**
   * Serial numbers by counter name: `occurrence`, `ticket:GC20261121`. Kept for good, seven small entries a day: a
   * wall clock that is set back must never give a number twice.
   */
  readonly counters: Map<string, number>;
}

export class Tentative {
  readonly alarmEvents: AlarmEvent[] = [];
  readonly ticketEvents: TicketEvent[] = [];
  readonly #state: EngineState;
  readonly #occurrences = new Map<AlarmKey, Occurrence>();
  readonly #keys = new Map<OccurrenceId, AlarmKey>();
  readonly #tickets = new Map<TicketId, Ticket>();
  readonly #ticketIndex: TicketIndex = createTicketIndex();
  readonly #decidedVersions = new Map<TicketId, number>();
  readonly #counters = new Map<string, number>();
  #delays: readonly DelayRow[] | null = null;

  constructor(state: EngineState) {
    this.#state = state;
  }

  /** The open occurrence of an alarm. */
  occurrence(key: AlarmKey): Occurrence | null {
    const found = this.#occurrences.get(key) ?? this.#state.occurrences.get(key);
    return found === undefined || found.endedAtMs !== null ? null : found;
  }

  /** The last occurrence of an alarm that is not active any more, open or ended a short while ago. */
  returned(key: AlarmKey): Occurrence | null {
    const found =
      this.#occurrences.get(key) ?? this.#state.occurrences.get(key) ?? this.#state.returned.get(key);
    return found === undefined || found.isActive ? null : found;
  }

  /** null also when it has ended. */
  occurrenceById(id: OccurrenceId): Occurrence | null {
    const key = this.#keys.get(id) ?? this.#state.keys.get(id);
    const found = key === undefined ? null : this.occurrence(key);
    return found?.id === id ? found : null;
  }

  /** Active alarms without a ticket. */
  uncarried(): readonly Occurrence[] {
    const keys = new Set([...this.#state.uncarried, ...this.#occurrences.keys()]);
    return [...keys].flatMap((key) => {
      const occurrence = this.occurrence(key);
      return occurrence !== null && isUncarried(occurrence) ? [occurrence] : [];
    });
  }

  ticket(id: TicketId): Ticket | null {
    return this.#tickets.get(id) ?? this.#state.tickets.get(id) ?? null;
  }

  *tickets(): Iterable<Ticket> {
    for (const [id, stored] of this.#state.tickets) yield this.#tickets.get(id) ?? stored;
    for (const [id, added] of this.#tickets) if (!this.#state.tickets.has(id)) yield added;
  }

  ticketsWithKey(key: AlarmKey): readonly Ticket[] {
    return this.#resolve(this.#state.ticketIndex.withKey(key), this.#ticketIndex.withKey(key));
  }

  ticketsWithFault(equipment: EquipmentId, faultKind: string): readonly Ticket[] {
    return this.#resolve(
      this.#state.ticketIndex.withFault(equipment, faultKind),
      this.#ticketIndex.withFault(equipment, faultKind),
    );
  }

  /** Oldest version that a person may have seen and still decide on. */
  decidedVersion({ id, version }: Ticket): number {
    return this.#decidedVersions.get(id) ?? this.#state.decidedVersions.get(id) ?? version;
  }

  /** Next serial of a counter, from 1. */
  next(counter: string): number {
    const value = (this.#counters.get(counter) ?? this.#state.counters.get(counter) ?? 0) + 1;
    this.#counters.set(counter, value);
    return value;
  }

  putOccurrence(next: Occurrence, events: readonly AlarmEvent[]): void {
    this.#occurrences.set(next.key, next);
    this.#keys.set(next.id, next.key);
    this.alarmEvents.push(...events);
  }

  putTicket(next: Ticket, events: readonly TicketEvent[]): void {
    const before = this.ticket(next.id);
    const isOnlyNoted = before !== null && isNote(before, events);
    this.#decidedVersions.set(next.id, isOnlyNoted ? this.decidedVersion(before) : next.version);
    this.#tickets.set(next.id, next);
    this.#ticketIndex.put(next);
    this.ticketEvents.push(...events);
  }

  putDelays(rows: readonly DelayRow[]): void {
    this.#delays = rows;
  }

  /** null when there is nothing to store. */
  toBatch(): WriteBatch | null {
    const writes: Write[] = [
      ...[...this.#occurrences.values()].map((row): Write => ({ type: 'occurrence', occurrence: row })),
      ...this.alarmEvents.map(toAlarmEventWrite),
      ...[...this.#tickets.values()].flatMap((row) =>
        toTicketWrites(row, this.#state.tickets.get(row.id) ?? null),
      ),
      ...this.ticketEvents.map(toTicketEventWrite),
      ...[...this.#counters].map(([name, value]): Write => ({ type: 'counter', name, value })),
      ...(this.#delays === null ? [] : [{ type: 'delays', delays: this.#delays } satisfies Write]),
    ];
    return writes.length === 0 ? null : { writes };
  }

  /** After the commit: memory takes over what was decided. */
  merge(): void {
    for (const [key, row] of this.#occurrences) mergeOccurrence(this.#state, key, row);
    for (const [id, row] of this.#tickets) {
      this.#state.tickets.set(id, row);
      this.#state.ticketIndex.put(row);
    }
    for (const [id, version] of this.#decidedVersions) this.#state.decidedVersions.set(id, version);
    for (const [name, value] of this.#counters) this.#state.counters.set(name, value);
  }

  #resolve(...found: readonly Iterable<TicketId>[]): readonly Ticket[] {
    const ids = new Set(found.flatMap((some) => [...some]));
    return [...ids].flatMap((id) => this.ticket(id) ?? []);
  }
}

/** Forgets what returned before the given wall time. */
export function forgetReturned(state: EngineState, beforeMs: number): void {
  for (const [key, { returnedAtMs }] of state.returned) {
    if ((returnedAtMs ?? beforeMs) <= beforeMs) state.returned.delete(key);
  }
}

/** Takes a closed ticket that nothing can reopen out of the memory. */
export function forgetTicket(state: EngineState, ticket: Ticket): void {
  state.tickets.delete(ticket.id);
  state.ticketIndex.remove(ticket);
  state.decidedVersions.delete(ticket.id);
}

function mergeOccurrence(state: EngineState, key: AlarmKey, row: Occurrence): void {
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
