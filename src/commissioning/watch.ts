/**
 * The gateway's own notes on a timer: what readings, alarms and tickets prove is gathered here and stored in turns. Facts wait
 * while the store refuses; a reading is still there to be seen, so that only alarms and tickets can grow, up to a limit.
 * Whoever has to be told of a commissioning is told here, once the store has what it is about.
 */
import type { Logger } from 'pino';
import type { AlarmEvent, Occurrence } from '../core/alarm.ts';
import type { CommissioningEvent } from '../core/commissioning.ts';
import type { Feed } from '../core/feed.ts';
import { GATEWAY } from '../core/gateway.ts';
import type { EquipmentId } from '../core/ids.ts';
import type { Ticket, TicketEvent } from '../core/ticket.ts';
import type { Store } from '../store/store.ts';
import type { Commissioning, CommissioningOptions } from './commissioning.ts';
import { COMMISSIONING_LIMITS } from './limits.ts';
import {
  noteAlarm,
  noteChanges,
  noteComplete,
  noteRegister,
  noteSeen,
  noteTicket,
  noteTimeOver,
} from './notes.ts';
import { type Commission, isOpen } from './state.ts';

/** What the supervisor is told of; the composition makes a message of it. */
export type CommissioningNotice =
  | {
      readonly what: 'overdue' | 'life-safety';
      readonly equipment: readonly EquipmentId[];
      /** Since when the oldest is open, UTC ms. */
      readonly sinceMs: number;
      /** When the last of them is to be over, UTC ms. */
      readonly untilMs: number;
      /** Who has begun them; who else answers for what is silent. User names. */
      readonly by: readonly string[];
      readonly approvers: readonly string[];
      /** Alarms of life safety that are silent there. */
      readonly silent: number;
      readonly atMs: number;
    }
  /** An alarm of life safety was raised that opens no ticket. */
  | { readonly what: 'alarm'; readonly occurrence: Occurrence };

export interface WatchOptions extends Pick<CommissioningOptions, 'latest' | 'toText' | 'clock'> {
  readonly commissioning: Commissioning;
  readonly queries: Pick<Store['queries'], 'alarms' | 'ticketsOfEquipment'>;
  readonly feeds: { readonly alarms: Feed<AlarmEvent>; readonly tickets: Feed<TicketEvent> };
  readonly tell: (notice: CommissioningNotice) => Promise<unknown>;
  readonly log: Logger;
}

/** Tickets of one equipment that are looked through after a start. */
const TICKETS_BACK = 50;

/** Order of calls: `start` once, `stop` once. `turn` is one round of it, for tests too. */
export class CommissioningWatch {
  readonly #options: WatchOptions;
  readonly #ends: (() => void)[] = [];
  #occurrences: Occurrence[] = [];
  #tickets: Ticket[] = [];
  /** Silent life safety that nobody has been told of yet. */
  #raised: Occurrence[] = [];
  #rules: unknown = null;
  #timer: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;
  #retryAtMonoMs = Number.NEGATIVE_INFINITY;
  #dropped = 0;
  #isFailing = false;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** What came and went while the last note of before the start was on its way is looked for first. */
  async start(): Promise<void> {
    const { feeds } = this.#options;
    this.#ends.push(
      feeds.alarms.subscribe((event) => this.#takeAlarm(event)),
      feeds.tickets.subscribe(({ ticket }) => this.#takeTicket(ticket)),
    );
    await this.#lookBack();
    this.#timer = setInterval(() => {
      this.#running ??= this.turn().finally(() => {
        this.#running = null;
      });
    }, COMMISSIONING_LIMITS.tickMs);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const end of this.#ends.splice(0)) end();
    await this.#running;
  }

  /** A failure is not thrown: it is logged once, shown, and tried again. */
  async turn(): Promise<void> {
    const { clock, log, commissioning } = this.#options;
    if (clock.now().monoMs < this.#retryAtMonoMs) return;
    try {
      await this.#note();
      await this.#tellRaised();
      await this.#tellAll();
      if (this.#isFailing) log.info('notes of commissioning can be stored again');
      this.#isFailing = false;
    } catch (error) {
      this.#retryAtMonoMs = clock.now().monoMs + COMMISSIONING_LIMITS.retryMs;
      if (!this.#isFailing) log.error({ err: error }, 'notes of commissioning cannot be stored; they wait');
      this.#isFailing = true;
    }
    commissioning.counts = { dropped: this.#dropped, isHealthy: !this.#isFailing };
  }

  async #note(): Promise<void> {
    const { commissioning, latest, toText } = this.#options;
    const { rules } = commissioning.model;
    if (this.#rules !== rules) {
      await commissioning.note(noteChanges);
      this.#rules = rules;
    }
    if (![...commissioning.state.commissions.values()].some(isOpen)) {
      this.#occurrences = [];
      this.#tickets = [];
      return;
    }
    await commissioning.note((state, world) => noteSeen(state, world, (point) => latest.get(point), toText));
    for (let next = this.#occurrences[0]; next !== undefined; next = this.#occurrences[0]) {
      const occurrence = next;
      await commissioning.note((state, world) => noteAlarm(state, world, occurrence));
      this.#occurrences.shift();
    }
    for (let next = this.#tickets[0]; next !== undefined; next = this.#tickets[0]) {
      const ticket = next;
      await commissioning.note((state, world) => noteTicket(state, world, ticket));
      this.#tickets.shift();
    }
    await commissioning.note(noteTimeOver);
    await commissioning.note((state, world) => noteComplete(state, world, state.commissions.keys()));
  }

  #takeAlarm({ type, occurrence }: AlarmEvent): void {
    const { commissioning, log } = this.#options;
    if (type === 'raised' && this.#isSilent(occurrence)) {
      log.warn({ alarm: occurrence.key }, 'a life-safety alarm of a point in commissioning opens no ticket');
      this.#raised = this.#append(this.#raised, occurrence);
    }
    if (!isOpen(commissioning.state.commissions.get(occurrence.equipment))) return;
    if (!occurrence.isActive) this.#occurrences = this.#append(this.#occurrences, occurrence);
  }

  /** By what is mute, not by the equipment that the rule stands on: its points may be another's. */
  #isSilent({ severity, ticket, key }: Occurrence): boolean {
    const { commissioning } = this.#options;
    return severity === 'life-safety' && ticket === null && commissioning.muted().keys.has(key);
  }

  #takeTicket(ticket: Ticket): void {
    if (ticket.isDrill) this.#tickets = this.#append(this.#tickets, ticket);
  }

  #append<T>(list: T[], item: T): T[] {
    list.push(item);
    const over = Math.max(0, list.length - COMMISSIONING_LIMITS.waiting);
    this.#dropped += over;
    return over === 0 ? list : list.slice(over);
  }

  async #lookBack(): Promise<void> {
    const { commissioning, queries } = this.#options;
    const page = { limit: COMMISSIONING_LIMITS.lookBack, offset: 0 };
    for (const commission of [...commissioning.state.commissions.values()].filter(isOpen)) {
      const { equipment } = commission;
      const alarms = await queries.alarms({ state: 'all', equipment, ...page });
      for (const occurrence of alarms.items) {
        // Told twice rather than never: what is raised again after a kill has the same key.
        if (occurrence.isActive && this.#isSilent(occurrence))
          this.#raised = this.#append(this.#raised, occurrence);
        if (occurrence.raisedAtMs >= commission.beganAtMs && !occurrence.isActive)
          this.#occurrences = this.#append(this.#occurrences, occurrence);
      }
      for (const ticket of await queries.ticketsOfEquipment(equipment, TICKETS_BACK))
        this.#takeTicket(ticket);
    }
  }

  /** A fire on a panel under test may be a fire: whoever is on duty looks, and nothing is dispatched. */
  async #tellRaised(): Promise<void> {
    for (let next = this.#raised[0]; next !== undefined; next = this.#raised[0]) {
      await this.#options.tell({ what: 'alarm', occurrence: next });
      this.#raised.shift();
    }
  }

  async #tellAll(): Promise<void> {
    const { commissioning } = this.#options;
    const open = [...commissioning.state.commissions.values()].filter(isOpen);
    const nowMs = this.#options.clock.now().wallMs;
    await this.#tell(
      'life-safety',
      open.filter(({ equipment, isSafetyTold }) => !isSafetyTold && this.#silent([equipment]) > 0),
      nowMs,
    );
    await this.#tell(
      'overdue',
      open.filter((one) => isDue(one, nowMs)),
      nowMs,
    );
  }

  /** Told first and written down afterwards: after a kill in between it is told twice rather than never. */
  async #tell(what: 'overdue' | 'life-safety', some: readonly Commission[], atMs: number): Promise<void> {
    if (some.length === 0) return;
    const equipment = some.map((one) => one.equipment);
    await this.#options.tell({
      what,
      equipment,
      sinceMs: Math.min(...some.map(({ beganAtMs }) => beganAtMs)),
      untilMs: Math.max(...some.map(({ untilMs }) => untilMs)),
      by: [...new Set(some.map(({ begunBy }) => begunBy))],
      approvers: [...new Set(some.flatMap(({ approver }) => approver ?? []))],
      silent: this.#silent(equipment),
      atMs,
    });
    await this.#options.commissioning.note((_state, { nowMs }) =>
      equipment.map(
        (id): CommissioningEvent => ({
          type: 'told',
          what,
          equipment: id,
          point: null,
          atMs: nowMs,
          by: GATEWAY,
        }),
      ),
    );
  }

  #silent(ids: readonly EquipmentId[]): number {
    const { commissioning } = this.#options;
    return commissioning.muted().lifeSafety.filter((rule) => ids.includes(rule.equipment)).length;
  }
}

function isDue({ untilMs, toldAtMs }: Commission, nowMs: number): boolean {
  if (untilMs > nowMs) return false;
  return toldAtMs === null || nowMs - toldAtMs >= COMMISSIONING_LIMITS.tellAgainMs;
}

/** What the register says at the start, stored before the engine asks what is mute. */
export function noteStart(commissioning: Commissioning): Promise<unknown> {
  return commissioning
    .note(noteChanges)
    .then(() => commissioning.note(noteTimeOver))
    .then(() => commissioning.note(noteRegister));
}
