/**
 * Messages as the decision loop remembers them: found by id, by key (none is made twice) and by ticket (a return is told to
 * whoever was told of the raise). A ticket that leaves the memory takes along those that are no longer waiting.
 */
import type { FeedbackId, MessageId, TicketId } from '../core/ids.ts';
import { isMessageOver, type Message } from '../core/message.ts';

export class MessageBook {
  readonly #messages = new Map<MessageId, Message>();
  readonly #keys = new Set<string>();
  readonly #byTicket = new Map<TicketId, Set<MessageId>>();

  constructor(messages: readonly Message[]) {
    for (const message of messages) this.put(message);
  }

  get(id: MessageId): Message | null {
    return this.#messages.get(id) ?? null;
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  of(ticket: TicketId): readonly Message[] {
    return [...(this.#byTicket.get(ticket) ?? [])].flatMap((id) => this.#messages.get(id) ?? []);
  }

  queued(): readonly Message[] {
    return [...this.#messages.values()].filter(({ state }) => state === 'queued');
  }

  about(feedback: FeedbackId): readonly Message[] {
    return [...this.#messages.values()].filter((message) => message.feedback === feedback);
  }

  put(message: Message): void {
    const { id, key, ticket } = message;
    // Of no ticket, and nothing can happen to it any more.
    if (ticket === null && isMessageOver(message)) return this.#drop(message);
    this.#messages.set(id, message);
    this.#keys.add(key);
    if (ticket === null) return;
    const found = this.#byTicket.get(ticket);
    if (found === undefined) this.#byTicket.set(ticket, new Set([id]));
    else found.add(id);
  }

  forget(ticket: TicketId): void {
    for (const message of this.of(ticket)) if (message.state !== 'queued') this.#drop(message);
  }

  /**
   * What was sent or read only after its ticket had left.
   * @param isKept whether the ticket is in memory
   * @param beforeMs what has happened to a message since stays: somebody may be deciding on it
   */
  forgetStrays(isKept: (ticket: TicketId) => boolean, beforeMs: number): void {
    for (const ticket of this.#byTicket.keys()) {
      if (isKept(ticket)) continue;
      for (const message of this.of(ticket))
        if (message.state !== 'queued' && toTouchedMs(message) <= beforeMs) this.#drop(message);
    }
  }

  #drop({ id, key, ticket }: Message): void {
    this.#messages.delete(id);
    this.#keys.delete(key);
    if (ticket === null) return;
    const found = this.#byTicket.get(ticket);
    found?.delete(id);
    if (found?.size === 0) this.#byTicket.delete(ticket);
  }
}

function toTouchedMs({ createdAtMs, sentAtMs, deliveredAtMs, readAtMs, answeredAtMs }: Message): number {
  return Math.max(createdAtMs, sentAtMs ?? 0, deliveredAtMs ?? 0, readAtMs ?? 0, answeredAtMs ?? 0);
}
