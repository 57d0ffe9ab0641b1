/**
 * The decision loop's memory, and the tentative copy on which one round of decisions is made. A round reads through
 * the copy, changes only the copy, and ends in one WriteBatch; after the commit the copy is merged, after a failure
 * it is dropped and the memory is as it was.
 */
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { AlarmKey, OccurrenceId, TicketId } from '../core/ids.ts';
import { isTicketOpen, type Ticket, type TicketEvent } from '../core/ticket.ts';
import type { DelayRow, Write, WriteBatch } from '../store/store.ts';

export interface EngineState {
  /** Open occurrences. */
  readonly occurrences: Map<AlarmKey, Occurrence>;
  /** Key of each open occurrence, by its id. */
  readonly keys: Map<OccurrenceId, AlarmKey>;
  /** Open tickets, and closed ones within the reopen window. */
  readonly tickets: Map<TicketId, Ticket>;
  /** Serial numbers by counter name: `occurrence`, `ticket:GC20261121`. */
  readonly counters: Map<string, number>;
}

export interface Tentative {
  occurrence(key: AlarmKey): Occurrence | null;
  occurrenceById(id: OccurrenceId): Occurrence | null;
  ticket(id: TicketId): Ticket | null;
  tickets(): Iterable<Ticket>;
  /** Next serial of a counter, from 1. */
  next(counter: string): number;
  putOccurrence(occurrence: Occurrence, events: readonly AlarmEvent[]): void;
  putTicket(ticket: Ticket, events: readonly TicketEvent[]): void;
  putDelays(delays: readonly DelayRow[]): void;
  hasWrites(): boolean;
  toBatch(): WriteBatch;
  /** After the commit: memory takes over what was decided. */
  merge(): void;
  readonly alarmEvents: readonly AlarmEvent[];
  readonly ticketEvents: readonly TicketEvent[];
}

export function createTentative(state: EngineState): Tentative {
  const occurrences = new Map<AlarmKey, Occurrence>();
  const ids = new Map<OccurrenceId, AlarmKey>();
  const tickets = new Map<TicketId, Ticket>();
  const counters = new Map<string, number>();
  const alarmEvents: AlarmEvent[] = [];
  const ticketEvents: TicketEvent[] = [];
  let delays: readonly DelayRow[] | null = null;

  const occurrence = (key: AlarmKey): Occurrence | null => {
    const found = occurrences.get(key) ?? state.occurrences.get(key);
    return found === undefined || found.endedAtMs !== null ? null : found;
  };
  const ticket = (id: TicketId): Ticket | null => tickets.get(id) ?? state.tickets.get(id) ?? null;

  return {
    occurrence,
    ticket,
    occurrenceById(id) {
      const key = ids.get(id) ?? state.keys.get(id);
      const found = key === undefined ? null : occurrence(key);
      return found?.id === id ? found : null;
    },
    *tickets() {
      for (const id of new Set([...state.tickets.keys(), ...tickets.keys()])) yield ticket(id) as Ticket;
    },
    next(counter) {
      const value = (counters.get(counter) ?? state.counters.get(counter) ?? 0) + 1;
      counters.set(counter, value);
      return value;
    },
    putOccurrence(next, events) {
      occurrences.set(next.key, next);
      ids.set(next.id, next.key);
      alarmEvents.push(...events);
    },
    putTicket(next, events) {
      tickets.set(next.id, next);
      ticketEvents.push(...events);
    },
    putDelays(rows) {
      delays = rows;
    },
    hasWrites: () => occurrences.size + tickets.size + counters.size > 0 || delays !== null,
    toBatch: () => ({
      writes: [
        ...[...occurrences.values()].map((row): Write => ({ type: 'occurrence', occurrence: row })),
        ...alarmEvents.map(toAlarmEventWrite),
        ...[...tickets.values()].flatMap((row) => toTicketWrites(row, state.tickets.get(row.id) ?? null)),
        ...ticketEvents.map(toTicketEventWrite),
        ...[...counters].map(([name, value]): Write => ({ type: 'counter', name, value })),
        ...(delays === null ? [] : [{ type: 'delays', delays } satisfies Write]),
      ],
    }),
    merge() {
      for (const [key, row] of occurrences) mergeOccurrence(state, key, row);
      for (const [id, row] of tickets) state.tickets.set(id, row);
      for (const [name, value] of counters) state.counters.set(name, value);
    },
    alarmEvents,
    ticketEvents,
  };
}

function mergeOccurrence(state: EngineState, key: AlarmKey, row: Occurrence): void {
  const before = state.occurrences.get(key);
  if (before !== undefined && before.id !== row.id) state.keys.delete(before.id);
  if (row.endedAtMs === null) {
    state.occurrences.set(key, row);
    state.keys.set(row.id, key);
  } else {
    state.occurrences.delete(key);
    state.keys.delete(row.id);
  }
}

function toAlarmEventWrite(event: AlarmEvent): Write {
  const { id, key, severity, level, evidence, count, endReason, blindSinceMs } = event.occurrence;
  return {
    type: 'alarm-event',
    event: {
      occurrence: id,
      key,
      type: event.type,
      atMs: event.atMs,
      by: event.by ?? 'gateway',
      note: event.note ?? '',
      detail: {
        severity,
        level,
        value: evidence.value,
        quality: evidence.quality,
        count,
        endReason,
        blindSinceMs,
      },
    },
  };
}

function toTicketEventWrite(event: TicketEvent): Write {
  const { id, version, stage } = event.ticket;
  return {
    type: 'ticket-event',
    event: {
      ticket: id,
      version,
      type: event.type,
      stage,
      atMs: event.atMs,
      by: event.by,
      detail: event.detail,
    },
  };
}

/** The ticket's row and its links to alarms: of each key only the latest occurrence is open, and only on an open ticket. */
function toTicketWrites(ticket: Ticket, before: Ticket | null): Write[] {
  const was = toLinks(before);
  const is = toLinks(ticket);
  const links = [...is]
    .filter(([occurrence, link]) => was.get(occurrence)?.isOpen !== link.isOpen)
    .map(([occurrence, link]): Write & { type: 'ticket-alarm' } => ({
      type: 'ticket-alarm',
      ticket: ticket.id,
      occurrence,
      ...link,
    }));
  // Closing first: the unique index over open keys is checked row by row.
  links.sort((a, b) => Number(a.isOpen) - Number(b.isOpen));
  return [{ type: 'ticket', ticket, expectedVersion: before?.version ?? null }, ...links];
}

function toLinks(ticket: Ticket | null): Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }> {
  const links = new Map<OccurrenceId, { key: AlarmKey; isOpen: boolean }>();
  if (ticket === null) return links;
  const latest = new Map(ticket.alarms.map((alarm) => [alarm.key, alarm.occurrence]));
  for (const alarm of ticket.alarms) {
    const isOpen = isTicketOpen(ticket) && latest.get(alarm.key) === alarm.occurrence;
    links.set(alarm.occurrence, { key: alarm.key as AlarmKey, isOpen });
  }
  return links;
}
