/**
 * What must hold of a month of operation (alarms.md B9), kept as a ledger of its own from what was announced and what was
 * committed, by true time: nothing here asks the product how it counts.
 */
import { isAnnunciated, isAnnunciation, isSetAside } from '../../../src/alarms/annunciation.ts';
import type { RuleDef } from '../../../src/config/model.ts';
import { type AlarmEvent, isHeld, type Occurrence } from '../../../src/core/alarm.ts';
import { assert } from '../../../src/core/assert.ts';
import type { OccurrenceId, TicketId } from '../../../src/core/ids.ts';
import type { Message } from '../../../src/core/message.ts';
import { isTicketOpen, type Stage, type Ticket, type TicketEvent } from '../../../src/core/ticket.ts';
import { isCommissioned, opensTicket } from '../../../src/engine/register.ts';
import type { Round } from '../../../src/engine/round.ts';
import type { Write } from '../../../src/store/store.ts';
import { toAgeMs, toStageTimes } from '../../../src/tickets/times.ts';
import type { SimulatedGateway } from './gateway.ts';

const RETURNED = '告警已恢复正常';

/** What is known of one ticket by true time. */
interface Course {
  /** Of what it is about: a merge keeps the earliest. */
  fromMs: number;
  stage: Stage;
  sinceMs: number;
  /** A late entry says other times than those of its writing. */
  hasLateEntry: boolean;
  /** The clock was set while it was not in memory: only then has it no mark of that. */
  wasAway: boolean;
}

export interface ChecksOptions {
  /** True time. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly gateway: () => SimulatedGateway;
}

export class Checks {
  readonly #options: ChecksOptions;
  readonly #courses = new Map<TicketId, Course>();
  /** As last announced. */
  readonly #occurrences = new Map<OccurrenceId, Occurrence>();
  /** Tickets that each called occurrence has been on, in their order. */
  readonly #carriers = new Map<OccurrenceId, Set<TicketId>>();
  readonly #called = new Set<OccurrenceId>();
  readonly #reasons = new Map<OccurrenceId, string>();
  readonly #messageKeys = new Map<string, string>();
  /** Who has been told of a ticket, and how. */
  readonly #told = new Set<string>();
  /** Versions that tickets were opened under. */
  readonly policies = new Set<string>();
  readonly tally = {
    announced: 0,
    messages: 0,
    returnMessages: 0,
    clocks: 0,
    stages: 0,
    explained: 0,
    hours: 0,
    keptTickets: 0,
    keptMessages: 0,
  };

  readonly #rules: ReadonlyMap<string, RuleDef>;

  constructor(options: ChecksOptions, rules: readonly RuleDef[]) {
    this.#options = options;
    this.#rules = new Map(rules.map((rule) => [rule.key, rule]));
  }

  get tickets(): number {
    return this.#courses.size;
  }

  get occurrences(): number {
    return this.#occurrences.size;
  }

  /** How often each reason stood for a ticket. */
  reasons(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const [id, reason] of this.#reasons)
      if ((this.#carriers.get(id)?.size ?? 0) === 0) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return counts;
  }

  /** After every commit: what is announced was committed, and no message is doubled. */
  see(round: Round): void {
    this.#compare(round);
    for (const event of round.alarmEvents) this.#noteAlarm(event);
    for (const event of round.ticketEvents) this.#noteTicket(event);
    for (const message of round.messages) this.#noteMessage(message);
  }

  /** The wall clock is about to be set. */
  noteClockStep(): void {
    const here = new Set(
      this.#options
        .gateway()
        .decisions.tickets()
        .map(({ id }) => id),
    );
    for (const [id, course] of this.#courses) if (!here.has(id)) course.wasAway = true;
  }

  /** Every simulated hour. */
  look(): void {
    this.tally.hours += 1;
    const { decisions } = this.#options.gateway();
    const tickets = decisions.tickets();
    checkKeys(tickets);
    for (const ticket of tickets) {
      this.#checkClocks(ticket);
      this.#checkStages(ticket);
    }
    for (const occurrence of decisions.alarms()) this.#checkCarried(occurrence);
  }

  /** When all is over: every alarm that called was on a ticket, or there is a recorded reason why not. */
  conclude(): void {
    this.look();
    for (const id of this.#called) {
      const hasTicket = (this.#carriers.get(id)?.size ?? 0) > 0;
      const reason = this.#reasons.get(id);
      assert(hasTicket || reason !== undefined, `occurrence ${id} called and nothing came of it`);
    }
  }

  /**
   * What memory holds is what is open, and what has ended so lately that something may come back to it.
   * @param keptMs how long that is
   */
  checkMemory(keptMs: number, isQueued: (key: string) => boolean): void {
    const gateway = this.#options.gateway();
    const wallMs = this.#options.wallMs();
    const tickets = new Map(gateway.decisions.tickets().map((ticket) => [ticket.number, ticket]));
    for (const { number, stage, closedAtMs } of tickets.values()) {
      const agoMs = wallMs - (closedAtMs ?? wallMs);
      // Until its filing is overdue and that has been told.
      const isFiling = stage === 'closed';
      assert(agoMs <= keptMs + SLACK_MS || isFiling, `${number}, ${stage}, is remembered after ${agoMs} ms`);
    }
    const kept = [...this.#messageKeys.keys()].filter((key) => gateway.remembers(key));
    const lost = kept.filter((key) => !tickets.has(key.slice(0, key.indexOf('/'))) && !isQueued(key));
    // Of incidents there are few, and each has its own end.
    const forgotten = lost.filter((key) => !key.startsWith('SJ'));
    assert(forgotten.length === 0, `${forgotten.length} messages stay for nothing: ${forgotten[0]}`);
    this.tally.keptTickets = tickets.size;
    this.tally.keptMessages = kept.length;
  }

  #compare({ batch, alarmEvents, ticketEvents, messages, incidentEvents }: Round): void {
    const rows = batch?.writes ?? [];
    const told = alarmEvents.length + ticketEvents.length + messages.length + incidentEvents.length;
    this.tally.announced += told;
    if (told === 0) return;
    const has = (is: (write: Write) => boolean, what: string): void =>
      assert(rows.some(is), `${what} was announced and not committed`);
    for (const { type, occurrence } of alarmEvents)
      has(
        (it) => it.type === 'alarm-event' && it.event.type === type && it.event.occurrence === occurrence.id,
        `${type} of ${occurrence.key}`,
      );
    for (const { type, ticket } of ticketEvents)
      has(
        (it) => it.type === 'ticket-event' && it.event.type === type && it.event.ticket === ticket.id,
        `${type} of ${ticket.number}`,
      );
    for (const message of messages) has((it) => it.type === 'message' && it.message === message, message.key);
    for (const { type, incident } of incidentEvents)
      has((it) => it.type === 'incident' && it.incident.id === incident.id, `${type} of ${incident.number}`);
  }

  #noteAlarm(event: AlarmEvent): void {
    const { occurrence } = event;
    this.#occurrences.set(occurrence.id, occurrence);
    if (occurrence.ticket !== null) this.#carry(occurrence.id, occurrence.ticket);
    const reason = this.#toReason(event);
    if (reason !== null) this.#reasons.set(occurrence.id, reason);
    if (isAnnunciation(event)) this.#called.add(occurrence.id);
  }

  /** Why an alarm has no ticket at that moment; null = it has to have one. */
  #toReason({ occurrence }: Pick<AlarmEvent, 'occurrence'>): string | null {
    const { model } = this.#options.gateway();
    const rule = this.#rules.get(occurrence.key);
    if (rule === undefined) return 'its rule is gone';
    const isMute = (it: typeof rule): boolean => isCommissioned(model, it);
    if (!opensTicket({ isMute }, rule, occurrence)) return 'its rule opens none';
    if (isSetAside(occurrence)) return 'set aside by people or design';
    if (occurrence.explainedBy !== null) return 'explained by a cause';
    if (occurrence.ticketDueAtMs !== null) return 'waits for its cause';
    if (!occurrence.isActive) return 'returned';
    return null;
  }

  #noteTicket({ ticket, type, atMs, detail }: TicketEvent): void {
    const { nowMs, wallMs } = this.#options;
    for (const { occurrence } of ticket.alarms) this.#carry(occurrence, ticket.id);
    const { stage, id, receivedAtMs } = ticket;
    const sinceMs = nowMs();
    const course = this.#courses.get(id);
    if (course === undefined) {
      this.policies.add(ticket.policyVersion);
      const fromMs = sinceMs - (wallMs() - receivedAtMs);
      this.#courses.set(id, { fromMs, stage, sinceMs, hasLateEntry: false, wasAway: false });
      return;
    }
    if (atMs < wallMs()) course.hasLateEntry = true;
    if (course.stage !== stage) Object.assign(course, { stage, sinceMs });
    const into = type === 'merged' ? this.#courses.get(detail['into'] as TicketId) : undefined;
    if (into !== undefined) into.fromMs = Math.min(into.fromMs, course.fromMs);
  }

  #carry(occurrence: OccurrenceId, ticket: TicketId): void {
    const carriers = this.#carriers.get(occurrence);
    if (carriers === undefined) this.#carriers.set(occurrence, new Set([ticket]));
    else carriers.add(ticket);
  }

  #noteMessage(message: Message): void {
    const { key, id, recipient, channel, ticket, body } = message;
    const known = this.#messageKeys.get(key);
    assert(known === undefined || known === id, `${key} is ${known} and ${id}`);
    this.#messageKeys.set(key, id);
    if (known !== undefined) return;
    this.tally.messages += 1;
    const way = `${ticket}/${recipient}/${channel}`;
    if (body.zh.includes(RETURNED)) {
      this.tally.returnMessages += 1;
      assert(this.#told.has(way), `${key}: a return is told to ${way}, who was never told of the raise`);
    }
    if (RAISES.includes(message.kind)) this.#told.add(way);
  }

  #checkClocks(ticket: Ticket): void {
    for (const clock of ticket.clocks) {
      this.tally.clocks += 1;
      const what = `${ticket.number} ${clock.id}/${clock.round}`;
      assert(clock.spentMs >= 0 && clock.limitMs >= 0, `${what} has spent ${clock.spentMs} ms`);
      assert((clock.stoppedAtMs ?? Infinity) >= clock.startedAtMs, `${what} stopped before it started`);
      assert((clock.breachedAtMs ?? Infinity) >= clock.startedAtMs, `${what} breached before it started`);
    }
  }

  /** The stays by the marks are those of the ledger, and their sum is the age by true time. */
  #checkStages(ticket: Ticket): void {
    const course = this.#courses.get(ticket.id);
    assert(course !== undefined, `${ticket.number} was never announced`);
    const wallMs = this.#options.wallMs();
    const times = toStageTimes(ticket);
    const sumMs = times.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? wallMs) - fromMs), 0);
    assert(sumMs === toAgeMs(ticket, wallMs), `${ticket.number}: ${sumMs} ms in stages`);
    for (const { fromMs, toMs } of times)
      assert((toMs ?? wallMs) >= fromMs, `${ticket.number}: negative stay`);
    if (course.hasLateEntry || course.wasAway) return;
    this.tally.stages += times.length;
    const isOver = ['archived', 'cancelled', 'merged'].includes(course.stage);
    const trueMs = (isOver ? course.sinceMs : this.#options.nowMs()) - course.fromMs;
    assert(
      Math.abs(sumMs - trueMs) <= TOLERANCE_MS,
      `${ticket.number}: stages say ${sumMs} ms, the world ${trueMs} ms`,
    );
  }

  /** On exactly one open ticket, or one recorded reason why not. */
  #checkCarried(alarm: Occurrence): void {
    const gateway = this.#options.gateway();
    if (!alarm.isActive || alarm.blindSinceMs !== null) return;
    if (alarm.explainedBy !== null && alarm.ticketDueAtMs === null && alarm.ticket === null) {
      this.tally.explained += 1;
      return this.#checkAncestor(alarm);
    }
    if (isHeld(alarm) || this.#toReason({ occurrence: alarm }) !== null) return;
    const carrying = gateway.decisions
      .tickets()
      .filter((it) => isTicketOpen(it) && it.alarms.some(({ occurrence }) => occurrence === alarm.id));
    const own = alarm.ticket === null ? null : gateway.ticket(alarm.ticket);
    const isReviewed = own?.stage === 'cancelled';
    assert(
      carrying.length === 1 || (carrying.length === 0 && (isReviewed || own?.stage === 'closed')),
      `${alarm.key} ${alarm.id} is on ${carrying.length} open tickets; its own is ${own?.number} ${own?.stage}`,
    );
    if (carrying.length === 1)
      assert(carrying[0]?.id === alarm.ticket, `${alarm.key} says ${alarm.ticket}, is on ${carrying[0]?.id}`);
  }

  /** A chain of causes ends at one that people see. */
  #checkAncestor(alarm: Occurrence): void {
    const { decisions } = this.#options.gateway();
    const open = new Map(decisions.alarms().map((it) => [it.id, it]));
    let at: Occurrence | undefined = alarm;
    const seen = new Set<OccurrenceId>();
    while (at !== undefined && at.explainedBy !== null && at.ticket === null) {
      assert(!seen.has(at.id), `${alarm.key}: causes in a circle`);
      seen.add(at.id);
      at = open.get(at.explainedBy.occurrence);
    }
    assert(at !== undefined && at.isActive, `${alarm.key} is hidden by a cause that is gone`);
    const own: Ticket | null = at.ticket === null ? null : decisions.ticket(at.ticket);
    const isSeen = isAnnunciated(at) || (own !== null && isTicketOpen(own));
    assert(isSeen, `${alarm.key} is hidden by ${at.key}, which nobody sees`);
  }
}

/** Clocks are set by no more; and a look comes only now and then. */
const SLACK_MS = 6 * 3_600_000;
/** Times of the marks are whole milliseconds. */
const TOLERANCE_MS = 10;
/** What tells people that something is the matter. */
const RAISES: readonly string[] = ['emergency', 'assigned', 'priority-raised', 'reworked', 'escalated'];

function checkKeys(tickets: readonly Ticket[]): void {
  const owners = new Map<string, string>();
  for (const ticket of tickets) {
    if (!isTicketOpen(ticket)) continue;
    for (const key of new Set(ticket.alarms.map((alarm) => alarm.key))) {
      assert(!owners.has(key), `${key} is open on ${owners.get(key)} and on ${ticket.number}`);
      owners.set(key, ticket.number);
    }
  }
}
