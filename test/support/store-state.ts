/**
 * What a database would hold after each WriteBatch, in maps, and what it would refuse: a ticket that is not at the
 * version that was seen, a second open ticket for an alarm, a message twice. Refusals are our own mistakes, so they end the test.
 */

import type { Policy } from '../../src/config/policy.ts';
import type { AlarmControl, Occurrence, Storm } from '../../src/core/alarm.ts';
import { type Feedback, isFeedbackOver } from '../../src/core/feedback.ts';
import type { EquipmentId, FeedbackId, TicketId } from '../../src/core/ids.ts';
import { type Incident, isIncidentOver } from '../../src/core/incident.ts';
import { isMessageOver, type Message } from '../../src/core/message.ts';
import { toPastRepair } from '../../src/core/past-repair.ts';
import { isTicketOpen, type Ticket } from '../../src/core/ticket.ts';
import type {
  BootState,
  DelayRow,
  DrillRow,
  FeedbackDueRow,
  RuleMemoryRow,
  TicketDueRow,
  Write,
  WriteBatch,
} from '../../src/store/store.ts';

export interface StoreState {
  /** All of it, or an error. */
  commit(batch: WriteBatch): void;
  boot(closedSinceMs: number): BootState;
  /** Whatever its age. */
  ticket(id: string): Ticket | null;
  incident(id: string): Incident | null;
  /** All of them, those that are over too. */
  messages(): Iterable<Message>;
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
  /** Keys: version, message id, incident id. */
  const policies = new Map<string, Policy>();
  const messages = new Map<string, Message>();
  /** Id of the message, by its key. */
  const messageIds = new Map<string, string>();
  const incidents = new Map<string, Incident>();
  /** Key: feedback. */
  const feedbacks = new Map<FeedbackId, Feedback>();
  const feedbackDues = new Map<FeedbackId, readonly FeedbackDueRow[]>();
  /** Key: ticket. */
  const dues = new Map<TicketId, readonly TicketDueRow[]>();
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
      case 'ticket-dues':
        dues.set(write.ticket, write.dues);
        return;
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
      case 'policy-version':
        policies.set(write.version.version, write.version.policy);
        return;
      case 'message':
        return putMessage(messages, messageIds, write.message);
      case 'incident':
        if ((incidents.get(write.incident.id)?.version ?? null) !== write.expectedVersion)
          throw new Error(`incident ${write.incident.number} is not at version ${write.expectedVersion}`);
        incidents.set(write.incident.id, write.incident);
        return;
      case 'feedback': {
        const { feedback, expectedVersion } = write;
        if ((feedbacks.get(feedback.id)?.version ?? null) !== expectedVersion)
          throw new Error(`feedback ${feedback.number} is not at version ${expectedVersion}`);
        feedbacks.set(feedback.id, feedback);
        feedbackDues.set(feedback.id, write.dues);
        return;
      }
      default:
    }
  };
  const isDue = (id: TicketId, closedSinceMs: number): boolean =>
    (dues.get(id) ?? []).some(({ what, dueAtMs }) => what !== 'archive' || dueAtMs >= closedSinceMs);
  return {
    commit: (batch) => batch.writes.forEach(apply),
    boot: (closedSinceMs) => ({
      occurrences: [...occurrences.values()].filter((row) => row.endedAtMs === null),
      tickets: [...tickets.values()].filter(
        (row) => isTicketOpen(row) || (row.closedAtMs ?? 0) >= closedSinceMs || isDue(row.id, closedSinceMs),
      ),
      counters: new Map(counters),
      delays,
      controls: [...controls.values()],
      storms: [...storms.values()].filter((row) => row.endedAtMs === null),
      memories: [...memories.values()],
      drills: new Map(drills),
      feedbacks: [...feedbacks.values()].filter((row) => !isFeedbackOver(row)),
      feedbackDues: [...feedbackDues.values()].flat(),
      policies: new Map(policies),
      messages: [...messages.values()].filter((row) => !isMessageOver(row)),
      incidents: [...incidents.values()].filter((row) => !isIncidentOver(row)),
      dues: [...dues].flatMap(([ticket, rows]) => rows.map((row) => ({ ...row, ticket }))),
      pastRepairs: toPastRepairs([...tickets.values()]),
    }),
    ticket: (id) => tickets.get(id) ?? null,
    incident: (id) => incidents.get(id) ?? null,
    messages: () => messages.values(),
  };
}

function putMessage(messages: Map<string, Message>, ids: Map<string, string>, message: Message): void {
  const { id, key } = message;
  const twin = ids.get(key) ?? id;
  if (twin !== id) throw new Error(`${key} is queued as ${twin} and as ${id}`);
  ids.set(key, id);
  messages.set(id, message);
}

function toPastRepairs(tickets: readonly Ticket[]): BootState['pastRepairs'] {
  const closed = tickets.filter(({ stage }) => stage === 'closed' || stage === 'archived');
  const newestFirst = closed.toSorted((one, other) => (other.closedAtMs ?? 0) - (one.closedAtMs ?? 0));
  const byEquipment = Map.groupBy(newestFirst, ({ equipment }) => equipment);
  return [...byEquipment].flatMap(([equipment, some]) =>
    equipment === null ? [] : some.slice(0, 5).map((ticket) => ({ equipment, repair: toPastRepair(ticket) })),
  );
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
