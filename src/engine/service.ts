/**
 * What the service around tickets keeps in memory, and the tentative copy of it on which a round is decided: incidents, feedback,
 * messages, past repairs, personal fields on their way. Alarms, tickets and everything else are tentative.ts.
 */

import { type Feedback, type FeedbackEvent, isFeedbackOver } from '../core/feedback.ts';
import type { EquipmentId, FeedbackId, IncidentId, MessageId, TicketId } from '../core/ids.ts';
import { type Incident, isIncidentOver } from '../core/incident.ts';
import type { Message } from '../core/message.ts';
import type { PastRepair } from '../core/ticket.ts';
import { toFeedbackDues } from '../feedback/clocks.ts';
import type { IncidentEvent } from '../incidents/step.ts';
import type { Telling } from '../notify/telling.ts';
import type { AuditRow, BootState, FeedbackDueRow, PersonalFields, SlipRow, Write } from '../store/store.ts';
import { MessageBook } from './message-book.ts';
import { toIncidentWrite } from './writes.ts';

export interface ServiceState {
  /** The last repairs of an equipment, newest first, at most `MAX_PAST_REPAIRS`. */
  readonly pastRepairs: Map<EquipmentId, readonly PastRepair[]>;
  /** Those that are not over: also one that has ended and still owes its final report. */
  readonly incidents: Map<IncidentId, Incident>;
  /** Those that are not over. */
  readonly feedbacks: Map<FeedbackId, Feedback>;
  /** Those whose stored due times have not been held against their policy since the start, with the rows as found. */
  readonly unauditedFeedbacks: Map<FeedbackId, readonly FeedbackDueRow[]>;
  /** Messages that are not over, and those that are while their ticket is in memory. */
  readonly messages: MessageBook;
  /** Numbers of the last slips that were used or voided since the start, oldest first, at most `MAX_OVER_SLIPS`. */
  readonly overSlips: Set<string>;
}

/** What a technician wants to know of the past is the last few times. */
const MAX_PAST_REPAIRS = 5;
/** A look-up is older than its decision by a few commits, not by so many slips. */
const MAX_OVER_SLIPS = 1_000;

export function toServiceState({
  incidents,
  messages,
  pastRepairs,
  feedbacks = [],
  feedbackDues = [],
}: BootState): ServiceState {
  const dues = Map.groupBy(feedbackDues, ({ feedback }) => feedback);
  const byEquipment = Map.groupBy(pastRepairs, ({ equipment }) => equipment);
  return {
    pastRepairs: new Map(
      [...byEquipment].map(([id, rows]) => [id, rows.map(({ repair }) => repair).slice(0, MAX_PAST_REPAIRS)]),
    ),
    incidents: new Map(incidents.map((incident) => [incident.id, incident])),
    feedbacks: new Map(feedbacks.map((feedback) => [feedback.id, feedback])),
    unauditedFeedbacks: new Map(feedbacks.map(({ id }) => [id, dues.get(id) ?? []])),
    messages: new MessageBook(messages),
    // Whatever is looked up from now on is looked up in what is stored.
    overSlips: new Set(),
  };
}

interface PersonalRow {
  readonly id: string;
  readonly atMs: number;
  /** null destroys them. */
  readonly fields: PersonalFields | null;
}

export class TentativeService {
  readonly incidentEvents: IncidentEvent[] = [];
  /** What no event of a ticket or incident tells. */
  readonly tellings: Telling[] = [];
  readonly #state: ServiceState;
  readonly #incidents = new Map<IncidentId, Incident>();
  readonly feedbackEvents: FeedbackEvent[] = [];
  readonly #feedbacks = new Map<FeedbackId, Feedback>();
  readonly #audited = new Set<FeedbackId>();
  readonly #messages = new Map<MessageId, Message>();
  /** Of the messages above. */
  readonly #keys = new Set<string>();
  readonly #repairs = new Map<EquipmentId, readonly PastRepair[]>();
  readonly #personal: PersonalRow[] = [];
  /** Key: number. */
  readonly #slips = new Map<string, SlipRow>();
  readonly #audits: AuditRow[] = [];
  readonly #destructions: Write[] = [];

  constructor(state: ServiceState) {
    this.#state = state;
  }

  /** Newest first. */
  pastRepairs(equipment: EquipmentId): readonly PastRepair[] {
    return this.#repairs.get(equipment) ?? this.#state.pastRepairs.get(equipment) ?? [];
  }

  /** A repair that is over now, in place of what was known of the same ticket. */
  addRepair(equipment: EquipmentId, repair: PastRepair): void {
    const others = this.pastRepairs(equipment).filter(({ ticket }) => ticket !== repair.ticket);
    this.#repairs.set(equipment, [repair, ...others].slice(0, MAX_PAST_REPAIRS));
  }

  incident(id: IncidentId): Incident | null {
    return this.#incidents.get(id) ?? this.#state.incidents.get(id) ?? null;
  }

  /** Those that are not over. */
  incidents(): readonly Incident[] {
    const ids = new Set([...this.#state.incidents.keys(), ...this.#incidents.keys()]);
    return [...ids].flatMap((id) => this.incident(id) ?? []);
  }

  /** Those that last. */
  openIncidents(): readonly Incident[] {
    return this.incidents().filter(({ endedAtMs }) => endedAtMs === null);
  }

  putIncident(next: Incident, events: readonly IncidentEvent[]): void {
    this.#incidents.set(next.id, next);
    this.incidentEvents.push(...events);
  }

  /** null also when it is over. */
  feedback(id: FeedbackId): Feedback | null {
    return this.#feedbacks.get(id) ?? this.#state.feedbacks.get(id) ?? null;
  }

  /** Those that are not over. */
  feedbacks(): readonly Feedback[] {
    const ids = new Set([...this.#state.feedbacks.keys(), ...this.#feedbacks.keys()]);
    return [...ids].flatMap((id) => {
      const feedback = this.feedback(id);
      return feedback === null || isFeedbackOver(feedback) ? [] : [feedback];
    });
  }

  putFeedback(next: Feedback, events: readonly FeedbackEvent[]): void {
    this.#feedbacks.set(next.id, next);
    this.feedbackEvents.push(...events);
  }

  /** Rows of an entry that nobody has looked at since the start; null = they were. Looked at once the round is stored. */
  takeUnaudited(id: FeedbackId): readonly FeedbackDueRow[] | null {
    if (this.#audited.has(id)) return null;
    const rows = this.#state.unauditedFeedbacks.get(id) ?? null;
    if (rows !== null) this.#audited.add(id);
    return rows;
  }

  message(id: MessageId): Message | null {
    return this.#messages.get(id) ?? this.#state.messages.get(id);
  }

  /** Those that this round makes or changes. */
  get changedMessages(): readonly Message[] {
    return [...this.#messages.values()];
  }

  hasMessage(key: string): boolean {
    return this.#keys.has(key) || this.#state.messages.has(key);
  }

  messagesOf(ticket: TicketId): readonly Message[] {
    const kept = this.#state.messages.of(ticket).filter(({ id }) => !this.#messages.has(id));
    return [...kept, ...[...this.#messages.values()].filter((message) => message.ticket === ticket)];
  }

  /** That wait to be sent, as they are in this round. */
  queuedMessages(): readonly Message[] {
    return this.#state.messages.queued().filter(({ id }) => !this.#messages.has(id));
  }

  putMessage(next: Message): void {
    this.#messages.set(next.id, next);
    this.#keys.add(next.key);
  }

  putPersonal(row: PersonalRow): void {
    this.#personal.push(row);
  }

  /** A repair that is known, in other words; its place among the others stays. */
  rewordRepair(equipment: EquipmentId, repair: PastRepair): void {
    const known = this.pastRepairs(equipment);
    if (known.some(({ ticket }) => ticket === repair.ticket))
      this.#repairs.set(
        equipment,
        known.map((one) => (one.ticket === repair.ticket ? repair : one)),
      );
  }

  /** Words and files of tickets that go in this round, with the line that says so. */
  destroy(destruction: Omit<Extract<Write, { type: 'destruction' }>, 'type'>): void {
    this.#destructions.push({ type: 'destruction', ...destruction });
  }

  /** Words of other records that go in this round, or are kept. */
  takeWords(write: Extract<Write, { type: 'words-redaction' | 'words-destruction' | 'record-hold' }>): void {
    this.#destructions.push(write);
  }

  /** Messages in memory about that feedback. */
  messagesAbout(feedback: FeedbackId): readonly Message[] {
    return this.#state.messages.about(feedback);
  }

  /** Whether the slip has been used or voided, in this round or since the start. */
  isSlipOver(number: string): boolean {
    return this.#slips.has(number) || this.#state.overSlips.has(number);
  }

  /** Used or voided. */
  putSlip(slip: SlipRow): void {
    this.#slips.set(slip.number, slip);
  }

  audit(entry: AuditRow): void {
    this.#audits.push(entry);
  }

  toWrites(): readonly Write[] {
    return [
      ...[...this.#incidents.values()].map((incident): Write => {
        const expectedVersion = this.#state.incidents.get(incident.id)?.version ?? null;
        return { type: 'incident', incident, expectedVersion };
      }),
      ...[...this.#feedbacks.values()].map((feedback): Write => {
        const expectedVersion = this.#state.feedbacks.get(feedback.id)?.version ?? null;
        const dues = toFeedbackDues(feedback).map((due) => ({ ...due, feedback: feedback.id }));
        return { type: 'feedback', feedback, expectedVersion, dues };
      }),
      ...this.feedbackEvents.map(({ feedback: { id, version }, type, atMs, by, detail }): Write => {
        return { type: 'feedback-event', event: { feedback: id, version, type, atMs, by, detail } };
      }),
      ...[...this.#messages.values()].map((message): Write => ({ type: 'message', message })),
      ...this.#personal.map((row): Write => ({ type: 'personal', ...row })),
      ...[...this.#slips.values()].map((slip): Write => ({ type: 'slip', slip })),
      ...this.incidentEvents.flatMap(toIncidentWrite),
      ...this.#audits.map((entry): Write => ({ type: 'audit', entry })),
      ...this.#destructions,
    ];
  }

  /** After the commit. */
  merge(): void {
    for (const [id, incident] of this.#incidents) {
      if (isIncidentOver(incident)) this.#state.incidents.delete(id);
      else this.#state.incidents.set(id, incident);
    }
    for (const [id, feedback] of this.#feedbacks) {
      if (isFeedbackOver(feedback)) this.#state.feedbacks.delete(id);
      else this.#state.feedbacks.set(id, feedback);
    }
    for (const id of this.#audited) this.#state.unauditedFeedbacks.delete(id);
    for (const message of this.#messages.values()) this.#state.messages.put(message);
    for (const [id, repairs] of this.#repairs) this.#state.pastRepairs.set(id, repairs);
    const { overSlips } = this.#state;
    for (const number of this.#slips.keys()) overSlips.add(number);
    for (const oldest of overSlips) {
      if (overSlips.size <= MAX_OVER_SLIPS) break;
      overSlips.delete(oldest);
    }
  }
}
