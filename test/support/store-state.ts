/**
 * What a database would hold after each WriteBatch, in maps, and what it would refuse: a ticket that is not at the
 * version that was seen, a second open ticket for an alarm. Refusals are our own mistakes, so they end the test.
 */
import type { AlarmControl, Occurrence, Storm } from '../../src/core/alarm.ts';
import type { EquipmentId } from '../../src/core/ids.ts';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import type {
  BootState,
  DelayRow,
  DrillRow,
  RuleMemoryRow,
  Write,
  WriteBatch,
} from '../../src/store/store.ts';

export interface StoreState {
  /** All of it, or an error. */
  commit(batch: WriteBatch): void;
  boot(closedSinceMs: number): BootState;
}

export function createStoreState(): StoreState {
  /** Keys: occurrence id, ticket id, counter name. */
  const occurrences = new Map<string, Occurrence>();
  const tickets = new Map<string, Ticket>();
  const counters = new Map<string, number>();
  /** Open links. Key: alarm key; value: ticket. */
  const links = new Map<string, string>();
  /** Keys: alarm key, storm id, alarm key, equipment. */
  const controls = new Map<string, AlarmControl>();
  const storms = new Map<string, Storm>();
  const memories = new Map<string, RuleMemoryRow>();
  const drills = new Map<EquipmentId, DrillRow>();
  let delays: readonly DelayRow[] = [];

  const apply = (write: Write): void => {
    switch (write.type) {
      case 'occurrence':
        occurrences.set(write.occurrence.id, write.occurrence);
        return;
      case 'ticket':
        if ((tickets.get(write.ticket.id)?.version ?? null) !== write.expectedVersion)
          throw new Error(`ticket ${write.ticket.number} is not at version ${write.expectedVersion}`);
        tickets.set(write.ticket.id, write.ticket);
        return;
      case 'ticket-alarm':
        return link(links, write);
      case 'counter':
        counters.set(write.name, write.value);
        return;
      case 'delays':
        delays = write.delays;
        return;
      case 'alarm-control': {
        const { key, shelf, outOfService } = write.control;
        if (shelf === null && outOfService === null) controls.delete(key);
        else controls.set(key, write.control);
        return;
      }
      case 'storm':
        storms.set(write.storm.id, write.storm);
        return;
      case 'rule-memories':
        for (const row of write.memories) memories.set(row.key, row);
        return;
      case 'drill':
        if (write.drill === null) drills.delete(write.equipment);
        else drills.set(write.equipment, write.drill);
        return;
      default:
    }
  };
  return {
    commit: (batch) => batch.writes.forEach(apply),
    boot: (closedSinceMs) => ({
      occurrences: [...occurrences.values()].filter((row) => row.endedAtMs === null),
      tickets: [...tickets.values()].filter(
        (row) => isTicketOpen(row) || (row.closedAtMs ?? 0) >= closedSinceMs,
      ),
      counters: new Map(counters),
      delays,
      controls: [...controls.values()],
      storms: [...storms.values()].filter((row) => row.endedAtMs === null),
      memories: [...memories.values()],
      drills: new Map(drills),
    }),
  };
}

function link(links: Map<string, string>, write: Write & { type: 'ticket-alarm' }): void {
  const holder = links.get(write.key);
  if (!write.isOpen) {
    if (holder === `${write.ticket} ${write.occurrence}`) links.delete(write.key);
    return;
  }
  if (holder !== undefined && holder !== `${write.ticket} ${write.occurrence}`)
    throw new Error(`${write.key} is open on ${holder} and now on ${write.ticket}`);
  links.set(write.key, `${write.ticket} ${write.occurrence}`);
}
