/**
 * Tickets that time alone may not move for now. What a sweep makes of a ticket can contradict what is stored: a mistake of ours,
 * which the same sweep makes again after every start. Then the round is dropped, its swept tickets are set aside, and all else
 * goes on. They are tried again in halves; what contradicts alone stays aside until a person has changed the ticket or the
 * gateway is started anew, and is an alarm of the gateway itself.
 *
 *   swept ──contradiction──▶ suspect ──stored──▶ free
 *                             ▲  └──alone, contradiction──▶ stuck ──a person's step──┐
 *                             └───────────────────────────────────────────────────────┘
 */
import { GATEWAY } from '../core/gateway.ts';
import type { TicketId } from '../core/ids.ts';
import type { TicketEvent } from '../core/ticket.ts';

/** A ticket whose warnings, breaches and ladder stand still. */
export interface StuckTicket {
  readonly id: TicketId;
  readonly reason: string;
}

export class SetAside {
  /** Those that are tried together, in the order in which they are. */
  #suspects: readonly (readonly TicketId[])[] = [];
  /** Key: ticket; value: why it could not be stored. */
  readonly #stuck = new Map<TicketId, string>();

  /** Those that stay as they are. */
  get stuck(): readonly StuckTicket[] {
    return [...this.#stuck].map(([id, reason]) => ({ id, reason }));
  }

  /** Whether time alone may not move it: neither does it before a person's step. */
  has(id: TicketId): boolean {
    return this.#stuck.has(id) || this.#suspects.some((some) => some.includes(id));
  }

  /** While there are suspects, the next of those: else all that are not aside. @param due tickets of which something is due */
  pick<T extends { readonly id: TicketId }>(due: readonly T[]): readonly T[] {
    for (const some of this.#suspects) {
      const found = due.filter(({ id }) => some.includes(id));
      if (found.length > 0) return found;
    }
    // Of the others nothing is due any more.
    this.#suspects = [];
    return this.#stuck.size === 0 ? due : due.filter(({ id }) => !this.#stuck.has(id));
  }

  /** A round with these could not be stored, because it contradicts what is. */
  contradict(swept: readonly TicketId[], reason: string): void {
    this.#suspects = without(this.#suspects, swept);
    const [only] = swept;
    if (swept.length === 1 && only !== undefined) {
      this.#stuck.set(only, reason);
      return;
    }
    const half = Math.ceil(swept.length / 2);
    this.#suspects = [swept.slice(0, half), swept.slice(half), ...this.#suspects];
  }

  /** A round was stored. @param changed tickets on which a person has taken a step: what is due of them may be something else now */
  settle(swept: readonly TicketId[], changed: readonly TicketId[]): void {
    if (this.#suspects.length > 0) this.#suspects = without(this.#suspects, swept);
    for (const id of changed) if (this.#stuck.delete(id)) this.#suspects = [...this.#suspects, [id]];
  }
}

function without(
  suspects: readonly (readonly TicketId[])[],
  ids: readonly TicketId[],
): readonly (readonly TicketId[])[] {
  return suspects.map((some) => some.filter((id) => !ids.includes(id))).filter(({ length }) => length > 0);
}

/** Tickets on which people have taken a step. */
export function toStepped(events: readonly TicketEvent[]): readonly TicketId[] {
  return events.filter(({ by }) => by !== GATEWAY).map(({ ticket }) => ticket.id);
}
