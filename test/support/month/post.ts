/**
 * The sender of a simulated site: queued messages are tried when they are due, over channels that fail for hours, and what
 * became of them goes back to the gateway, many at once. What one attempt makes of a message is notify/step-message.ts.
 */
import type { MessageId } from '../../../src/core/ids.ts';
import { isMessageOver, type Message } from '../../../src/core/message.ts';
import type { Command, DeliveryOutcome } from '../../../src/engine/commands.ts';
import type { Round } from '../../../src/engine/round.ts';
import type { Delivery } from '../../../src/notify/notifier.ts';
import { toDropReason } from '../../../src/notify/still-true.ts';
import type { Agenda } from './agenda.ts';
import type { SimulatedGateway } from './gateway.ts';

const HOUR_MS = 3_600_000;
/** Outcomes are handed back together. */
const COLLECT_MS = 2_000;
/** Mean time between outages of the webhook. */
const OUTAGE_EVERY_MS = 40 * HOUR_MS;

export interface PostOptions {
  readonly agenda: Agenda;
  readonly random: () => number;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly gateway: () => SimulatedGateway;
}

export class Post {
  readonly #options: PostOptions;
  /** As last announced; key: id. */
  readonly #queued = new Map<MessageId, Message>();
  readonly #due = new Set<MessageId>();
  #outcomes: Command[] = [];
  #isDown = false;
  readonly #sent = new Map<MessageId, number>();

  constructor(options: PostOptions) {
    this.#options = options;
    this.#planOutage();
  }

  get queued(): number {
    return this.#queued.size;
  }

  see({ messages }: Pick<Round, 'messages'>): void {
    for (const message of messages) this.accept(message);
  }

  /** New, changed, or found queued at a start. */
  accept(message: Message): void {
    if (message.state !== 'queued') {
      this.#queued.delete(message.id);
      return;
    }
    this.#queued.set(message.id, message);
    if (this.#due.has(message.id)) return;
    this.#due.add(message.id);
    const { agenda, nowMs, wallMs } = this.#options;
    const inMs = Math.max(0, (message.nextAtMs ?? 0) - wallMs());
    agenda.at(nowMs() + inMs, () => this.#try(message.id));
  }

  /** What was under way is lost with the process. @param messages that the store has as not over */
  restart(messages: readonly Message[]): void {
    this.#outcomes = [];
    this.#queued.clear();
    for (const message of messages) this.accept(message);
  }

  #try(id: MessageId): void {
    this.#due.delete(id);
    const message = this.#queued.get(id);
    if (message === undefined) return;
    const { gateway, wallMs } = this.#options;
    const reason = toDropReason(message, { ticket: (ticket) => gateway().decisions.ticket(ticket) });
    const atMs = wallMs();
    if (reason !== null) return this.#collect(id, { type: 'dropped', answer: reason, atMs });
    this.#sent.set(id, (this.#sent.get(id) ?? 0) + 1);
    this.#collect(id, { type: 'attempt', delivery: this.#deliver(message), atMs });
  }

  #deliver({ channel }: Message): Delivery {
    const { random } = this.#options;
    const answer = { code: '200', text: 'ok' };
    if (channel === 'inbox') return { result: 'delivered', answer: null };
    if (this.#isDown || random() < 0.05)
      return {
        result: 'retry',
        answer: { code: '503', text: 'down' },
        afterMs: random() < 0.2 ? 30_000 : null,
      };
    return random() < 0.01 ? { result: 'refused', answer } : { result: 'sent', answer };
  }

  #collect(message: MessageId, outcome: DeliveryOutcome): void {
    const { agenda, nowMs, random } = this.#options;
    if (this.#outcomes.length === 0) agenda.at(nowMs() + COLLECT_MS, () => this.#hand());
    this.#outcomes.push({ type: 'delivery', message, outcome });
    if (outcome.type !== 'attempt' || random() > 0.3) return;
    const { atMs } = outcome;
    const by = 'engineer';
    const read: DeliveryOutcome =
      random() < 0.8 ? { type: 'read', by, atMs } : { type: 'answered', by, text: '1', atMs };
    agenda.at(nowMs() + 60_000, () => this.#outcomes.push({ type: 'delivery', message, outcome: read }));
  }

  #hand(): void {
    const commands = this.#outcomes;
    this.#outcomes = [];
    if (commands.length === 0) return;
    const answers = this.#options.gateway().round(commands);
    const lost = commands.filter((_, at) => answers[at] instanceof Error);
    if (lost.length === 0) return;
    // As the sender does: tried until it is recorded.
    this.#outcomes.push(...lost);
    const { agenda, nowMs } = this.#options;
    agenda.at(nowMs() + COLLECT_MS, () => this.#hand());
  }

  #planOutage(): void {
    const { agenda, nowMs, random } = this.#options;
    const gapMs = -Math.log(1 - random()) * OUTAGE_EVERY_MS;
    agenda.at(nowMs() + gapMs, () => {
      this.#isDown = true;
      agenda.at(nowMs() + random() * 3 * HOUR_MS, () => {
        this.#isDown = false;
      });
      this.#planOutage();
    });
  }
}

/** Those that a sender has to know of after a start. */
export function toWaiting(messages: Iterable<Message>): readonly Message[] {
  return [...messages].filter((message) => !isMessageOver(message));
}
