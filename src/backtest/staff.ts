/**
 * The people of a replay. History's people acted on history's alarms; in a replay somebody has to acknowledge and to finish
 * tickets too, or one ticket would swallow every later alarm of its equipment. They are always the same on both sides of a
 * comparison: whoever is on duty acknowledges a while after the return, and a ticket is done some time after all is normal.
 */

import type { Occurrence } from '../core/alarm.ts';
import type { TicketId } from '../core/ids.ts';
import { ROLE_NAMES } from '../core/roles.ts';
import { isTicketOpen, type Ticket } from '../core/ticket.ts';
import type { Command } from '../engine/commands.ts';

export interface StaffTimes {
  /** From the return of an alarm to its acknowledgement. */
  readonly acknowledgeMs: number;
  /** From the return of its last alarm to the end of a ticket. */
  readonly finishMs: number;
}

export const STAFF: StaffTimes = { acknowledgeMs: 5 * 60_000, finishMs: 4 * 3_600_000 };

/** On the record of a replay. */
const BY = 'replay';
/** Whoever may do everything, under every policy. */
const ACTOR = { username: BY, roles: ROLE_NAMES, groups: [] };

export class Staff {
  readonly #times: StaffTimes;
  /** Since when all alarms of an open ticket are normal. */
  readonly #quietSinceMs = new Map<TicketId, number>();
  #occurrences: readonly Occurrence[] = [];
  #tickets: readonly Ticket[] = [];
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(times: StaffTimes) {
    this.#times = times;
  }

  /** When somebody has something to do next, UTC ms; Infinity = never. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** After a round that changed alarms or tickets. */
  look(occurrences: readonly Occurrence[], tickets: readonly Ticket[], nowMs: number): void {
    this.#occurrences = occurrences;
    this.#tickets = tickets.filter(isTicketOpen);
    const known = new Set(this.#tickets.map(({ id }) => id));
    for (const id of this.#quietSinceMs.keys()) if (!known.has(id)) this.#quietSinceMs.delete(id);
    for (const { id, alarms } of this.#tickets) {
      if (alarms.some(({ isActive }) => isActive)) this.#quietSinceMs.delete(id);
      else if (!this.#quietSinceMs.has(id)) this.#quietSinceMs.set(id, nowMs);
    }
    this.#dueMs = Math.min(
      ...this.#occurrences.map((it) => this.#handleAtMs(it)),
      ...[...this.#quietSinceMs.values()].map((sinceMs) => sinceMs + this.#times.finishMs),
      Number.POSITIVE_INFINITY,
    );
  }

  act(nowMs: number): readonly Command[] {
    if (nowMs < this.#dueMs) return [];
    this.#dueMs = Number.POSITIVE_INFINITY;
    const alarms = this.#occurrences.filter((it) => this.#handleAtMs(it) <= nowMs).map(toHandling);
    const tickets = this.#tickets.filter(
      ({ id }) => (this.#quietSinceMs.get(id) ?? nowMs) + this.#times.finishMs <= nowMs,
    );
    // Called off rather than closed: a closed ticket would be reopened by the next alarm instead of counting as a new one.
    return [...alarms, ...tickets.map(toFinish)];
  }

  #handleAtMs({ isActive, isLatched, acknowledged, returnedAtMs }: Occurrence): number {
    const isWaiting = !isActive && (acknowledged === null || isLatched) && returnedAtMs !== null;
    return isWaiting ? returnedAtMs + this.#times.acknowledgeMs : Number.POSITIVE_INFINITY;
  }
}

function toHandling({ id, acknowledged }: Occurrence): Command {
  const type = acknowledged === null ? 'acknowledge-alarm' : 'reset-alarm';
  return { type, occurrence: id, by: BY, note: '' };
}

function toFinish({ id, version }: Ticket): Command {
  const transition = { type: 'cancel', reason: 'duplicate', note: BY } as const;
  return {
    type: 'ticket-transition',
    ticket: id,
    version,
    transitions: [transition],
    form: null,
    actor: ACTOR,
    occurredAtMs: null,
    personal: null,
  };
}
