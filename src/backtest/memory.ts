/** What a store would hold after each round of a replay: for the restarts that the readings tell of. Nothing is written. */
import type { AlarmControl, Occurrence, Storm } from '../core/alarm.ts';
import type { AlarmKey, EquipmentId, StormId, TicketId } from '../core/ids.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { BootState, DelayRow, DrillRow, RuleMemoryRow, Write, WriteBatch } from '../store/store.ts';

export interface ReplayMemory {
  put(batch: WriteBatch): void;
  /** @param closedSinceMs tickets that were closed before are forgotten */
  boot(closedSinceMs: number): BootState;
}

export function createReplayMemory(): ReplayMemory {
  /** Keys: alarm key, ticket, counter name, alarm key, storm, alarm key, equipment. Closed ones go with the next boot. */
  const occurrences = new Map<AlarmKey, Occurrence>();
  const tickets = new Map<TicketId, Ticket>();
  const counters = new Map<string, number>();
  const controls = new Map<AlarmKey, AlarmControl>();
  const storms = new Map<StormId, Storm>();
  const memories = new Map<AlarmKey, RuleMemoryRow>();
  const drills = new Map<EquipmentId, DrillRow>();
  let delays: readonly DelayRow[] = [];

  const apply = (write: Write): void => {
    if (write.type === 'occurrence') putOccurrence(occurrences, write.occurrence);
    else if (write.type === 'ticket') tickets.set(write.ticket.id, write.ticket);
    else if (write.type === 'counter') counters.set(write.name, write.value);
    else if (write.type === 'delays') delays = write.delays;
    else if (write.type === 'alarm-control') controls.set(write.control.key, write.control);
    else if (write.type === 'storm') storms.set(write.storm.id, write.storm);
    else if (write.type === 'rule-memories') for (const row of write.memories) memories.set(row.key, row);
    else if (write.type === 'drill') putDrill(drills, write.equipment, write.drill);
  };
  return {
    put: (batch) => batch.writes.forEach(apply),
    boot(closedSinceMs) {
      for (const [id, ticket] of tickets)
        if (!isTicketOpen(ticket) && (ticket.closedAtMs ?? 0) < closedSinceMs) tickets.delete(id);
      return {
        occurrences: [...occurrences.values()],
        tickets: [...tickets.values()],
        counters: new Map(counters),
        delays,
        controls: [...controls.values()],
        storms: [...storms.values()].filter(({ endedAtMs }) => endedAtMs === null),
        memories: [...memories.values()],
        drills: new Map(drills),
      };
    },
  };
}

function putOccurrence(occurrences: Map<AlarmKey, Occurrence>, occurrence: Occurrence): void {
  if (occurrence.endedAtMs === null) occurrences.set(occurrence.key, occurrence);
  else occurrences.delete(occurrence.key);
}

function putDrill(drills: Map<EquipmentId, DrillRow>, equipment: EquipmentId, drill: DrillRow | null): void {
  if (drill === null) drills.delete(equipment);
  else drills.set(equipment, drill);
}
