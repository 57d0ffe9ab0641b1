/**
 * What a store would hold after each round, in maps: for restarts where nothing may be written (replays of readings, tests of
 * rules). Knows what a boot needs and nothing of histories.
 */
import type { AlarmControl, Occurrence, Storm } from '../core/alarm.ts';
import type { Incident } from '../core/incident.ts';
import { isMessageOver, type Message } from '../core/message.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { BootState, DelayRow, DrillRow, RuleMemoryRow, Write, WriteBatch } from '../store/store.ts';

export interface BootMemory {
  put(batch: WriteBatch): void;
  /** @param closedSinceMs tickets that were closed before are forgotten */
  boot(closedSinceMs: number): BootState;
}

export function createBootMemory(): BootMemory {
  /** Keys: alarm key, ticket, counter name, alarm key, storm, alarm key, equipment, incident, message. */
  const occurrences = new Map<string, Occurrence>();
  const tickets = new Map<string, Ticket>();
  const counters = new Map<string, number>();
  const controls = new Map<string, AlarmControl>();
  const storms = new Map<string, Storm>();
  const memories = new Map<string, RuleMemoryRow>();
  const drills: Map<Extract<Write, { type: 'drill' }>['equipment'], DrillRow> = new Map();
  const incidents = new Map<string, Incident>();
  const messages = new Map<string, Message>();
  let delays: readonly DelayRow[] = [];

  const apply = (write: Write): void => {
    if (write.type === 'occurrence' && write.occurrence.isRetroactive) return;
    if (write.type === 'occurrence')
      keep(occurrences, write.occurrence.key, write.occurrence, write.occurrence.endedAtMs === null);
    else if (write.type === 'ticket') tickets.set(write.ticket.id, write.ticket);
    else if (write.type === 'counter') counters.set(write.name, write.value);
    else if (write.type === 'delays') delays = write.delays;
    else if (write.type === 'alarm-control')
      keep(controls, write.control.key, write.control, isDecided(write.control));
    else if (write.type === 'storm')
      keep(storms, write.storm.id, write.storm, write.storm.endedAtMs === null);
    else if (write.type === 'incident')
      keep(incidents, write.incident.id, write.incident, write.incident.endedAtMs === null);
    else if (write.type === 'message')
      keep(messages, write.message.id, write.message, !isMessageOver(write.message));
    else if (write.type === 'rule-memories') for (const row of write.memories) memories.set(row.key, row);
    else if (write.type === 'drill') {
      if (write.drill === null) drills.delete(write.equipment);
      else drills.set(write.equipment, write.drill);
    }
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
        storms: [...storms.values()],
        memories: [...memories.values()],
        drills: new Map(drills),
        // The policy in force is the only one here.
        policies: new Map(),
        messages: [...messages.values()],
        incidents: [...incidents.values()],
        dues: null,
        pastRepairs: [],
      };
    },
  };
}

function keep<T>(map: Map<string, T>, key: string, value: T, isKept: boolean): void {
  if (isKept) map.set(key, value);
  else map.delete(key);
}

function isDecided({ shelf, outOfService }: AlarmControl): boolean {
  return shelf !== null || outOfService !== null;
}
